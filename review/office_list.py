"""An office's list against the register: what it would change, then all of it in one act, or nothing."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog import dossier as dossiers
from catalog import dossier_entry, event, listed, paper_count
from catalog.access import Role, Scope
from catalog.dossier import Dossier
from catalog.dossier_change import DossierFieldInvalid, checked
from catalog.dossier_entry import Entry
from catalog.fonds import Fonds
from catalog.fonds import find as find_fonds
from catalog.identifiers import DossierId
from catalog.listed import Listed
from catalog.register import Register, lock_subject
from catalog.unit import find as find_unit
from ingest.list_columns import plain
from ingest.list_values import spanned
from ingest.listing import Fault, ListedRow, Listing
from luutru.errors import InvalidInput
from review import list_documents
from review.list_documents import ListedDocument
from review.list_fields import DATED, from_dossier, merged, to_dossier

_LEADING = re.compile(r"^(?:hop|cap|bo|goi|ho so|hs|so|dvbq|[\s.:-])+")
PAGE = 1000


@dataclass(frozen=True)
class Change:
    """One field that would get another value."""

    place: str  #: of the cell, Hồ sơ!C12
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Plan:
    """What entering the list would do."""

    faults: tuple[Fault, ...]
    more_faults: int
    new_dossiers: int
    changed_dossiers: int
    same_dossiers: int
    new_documents: int  #: listed for the first time
    changed_documents: int
    same_documents: int
    scanned_documents: int  #: of all listed ones, those found among the scans
    changes: tuple[Change, ...]
    skipped: int  #: rows of the list that are headings or totals
    notices: tuple[Fault, ...] = ()  #: what a person should look at; it stops nothing

    @property
    def empty(self) -> bool:
        """Nothing would change."""
        return not (
            self.new_dossiers or self.changed_dossiers or self.new_documents or self.changed_documents
        )


class ListHasFaults(InvalidInput):
    """The list is not fit to be entered: nothing was changed."""

    slug = "list-has-faults"

    def __init__(self, plan: Plan) -> None:
        super().__init__(f"the list has {len(plan.faults)} faults; nothing was changed")
        self.plan = plan


def dry_run(conn: Any, scope: Scope, fonds: Fonds, listing: Listing) -> Plan:
    """Return what entering `listing` into `fonds` would do, and everything that stands against it.

    Raises:
        NotAllowed: the one who asks is no archivist of the fonds' unit.
    """
    return _Work(conn, scope, fonds, listing).plan()


def enter(register: Register, scope: Scope, fonds: str, listing: Listing, *, digest: str) -> Plan:
    """Enter `listing` into the fonds with this code, all of it or nothing, and return what was done.

    It is looked through while others go on writing; only what has no fault and changes something takes the
    register, is looked through once more and written down.

    Raises:
        ListHasFaults, NotAllowed, FondsNotFound: as `apply` and `catalog.fonds` say.
    """
    with register.read() as conn:
        plan = dry_run(conn, scope, find_fonds(conn, scope, fonds), listing)
    if plan.faults:
        raise ListHasFaults(plan)
    if plan.empty:
        return plan
    with register.write() as conn:
        return apply(conn, scope, find_fonds(conn, scope, fonds), listing, digest=digest)


def apply(conn: Any, scope: Scope, fonds: Fonds, listing: Listing, *, digest: str) -> Plan:
    """Enter `listing` into `fonds` and return what was done; the same list again does nothing.

    `digest`: SHA-256 of the file, for the record of the act.

    Raises:
        ListHasFaults: nothing was changed.
        NotAllowed: the one who asks is no archivist of the fonds' unit.
    """
    scope.require(Role.ARCHIVIST, fonds.unit)
    lock_subject(conn, f"places:{fonds.id}")  # the same list entered twice at once would find nothing twice
    work = _Work(conn, scope, fonds, listing)
    plan = work.plan()
    if plan.faults:
        raise ListHasFaults(plan)
    if not plan.empty:
        work.enter()
        event.record(
            conn,
            scope,
            "list-entered",
            f"fonds:{fonds.id}",
            {
                "set": listing.set,
                "sha256": digest,
                "new_dossiers": plan.new_dossiers,
                "changed_dossiers": plan.changed_dossiers,
                "new_documents": plan.new_documents,
                "changed_documents": plan.changed_documents,
            },
        )
    return plan


@dataclass
class _Entry:
    """One dossier of the list, and the one of the register that it is."""

    row: ListedRow
    dossier: Dossier | None
    fields: dict[str, Any]
    changed: dict[str, Any]
    rest: dict[str, str]
    extra: dict[str, str]
    listed_anew: bool


class _Work:
    def __init__(self, conn: Any, scope: Scope, fonds: Fonds, listing: Listing) -> None:
        scope.require(Role.ARCHIVIST, fonds.unit)
        self._conn, self._scope, self._fonds, self._listing = conn, scope, fonds, listing
        self._faults = list(listing.faults)
        self._changes: list[Change] = []
        self._notices: list[Fault] = []
        self._ended = find_unit(conn, scope, fonds.unit).valid_until if fonds.unit else None
        self._known = _all(conn, scope, fonds)
        self._listed = listed.of_fonds(conn, scope, fonds.id)
        self._held = paper_count.of_fonds(conn, scope, fonds.id)
        self._entries: list[_Entry] = []
        self._documents: list[ListedDocument] = []

    def plan(self) -> Plan:
        by_code = {each.code.casefold(): each for each in self._known if each.code}
        by_place: dict[tuple[str, str], list[Dossier]] = {}
        for each in self._known:
            for box in {_key(each.box_label or ""), ""}:
                by_place.setdefault((box, _key(each.label)), []).append(each)
        codes_seen: dict[str, ListedRow] = {}
        places_seen: dict[tuple[str, str], ListedRow] = {}
        taken: dict[DossierId, ListedRow] = {}
        for row in self._listing.dossiers:
            if self._doubled(row, codes_seen, places_seen):
                continue
            found = self._match(row, by_code, by_place)
            if found is not None:
                if found.id in taken:
                    self._fault(row, "title", f"cùng hồ sơ với hàng {taken[found.id].row}")
                    continue
                taken[found.id] = row
            self._take(row, found)
        entered = {e.row.values["code"].casefold(): e for e in self._entries if "code" in e.row.values}
        self._documents = list_documents.planned(
            self._conn,
            self._scope,
            self._listing.documents,
            owner_of=lambda code: self._owner(code, entered, by_code),
            said=self._listed,
            fault=self._fault,
        )
        news = [entry for entry in self._entries if entry.dossier is None]
        changed = [entry for entry in self._entries if entry.dossier and (entry.changed or entry.listed_anew)]
        kinds = Counter(one.news for one in self._documents)
        return Plan(
            tuple(sorted(self._faults, key=_as_they_stand)),
            self._listing.more_faults,
            len(news),
            len(changed),
            len(self._entries) - len(news) - len(changed),
            kinds["new"],
            kinds["changed"],
            kinds["same"],
            sum(one.said.document is not None for one in self._documents),
            tuple(self._changes),
            self._listing.skipped,
            tuple(sorted(self._notices, key=_as_they_stand)),
        )

    # --- dossiers ---------------------------------------------------------------------------------------

    def _doubled(
        self,
        row: ListedRow,
        codes_seen: dict[str, ListedRow],
        places_seen: dict[tuple[str, str], ListedRow],
    ) -> bool:
        code = row.values.get("code", "").casefold()
        if code:
            before = codes_seen.setdefault(code, row)
            if before is not row:
                self._fault(row, "code", f"trùng mã với hàng {before.row}")
                return True
            return False
        label = row.values.get("label") or row.values.get("ordinal")
        if not label:
            name = "label" if "label" in row.cells else "title"
            self._fault(row, name, "không có mã, ký hiệu hay số hồ sơ: không biết là hồ sơ nào")
            return True
        key = (_key(row.values.get("box", "")), _key(label))
        before = places_seen.setdefault(key, row)
        if before is not row:
            self._fault(row, "label", f"trùng hộp và số hồ sơ với hàng {before.row}")
            return True
        return False

    def _match(
        self,
        row: ListedRow,
        by_code: Mapping[str, Dossier],
        by_place: Mapping[tuple[str, str], Sequence[Dossier]],
    ) -> Dossier | None:
        """Return the dossier of the register that a row means: by its code, else by its box and label."""
        code = row.values.get("code", "")
        found = by_code.get(code.casefold()) if code else None
        if found is not None:
            return found
        label = _label(row)
        near = by_place.get((_key(row.values.get("box", "")), _key(label)), ())
        if code:
            near = [each for each in near if not each.code]
        if len(near) > 1:
            self._fault(row, "label", f"có {len(near)} hồ sơ mang số này: ghi thêm hộp số hoặc mã hồ sơ")
            return None
        return near[0] if near else None

    def _take(self, row: ListedRow, found: Dossier | None) -> None:
        fields, rest = to_dossier(row.values)
        for name, value in fields.items():
            try:
                checked({name: value})
            except DossierFieldInvalid:
                self._fault(row, name, "giá trị không nhận được")
                return
        if self._ends_before_it_begins(row, fields, found):
            return
        changed: dict[str, Any] = {}
        if found is not None:
            changed = {name: value for name, value in fields.items() if _of(found, name) != value}
            box = row.values.get("box")
            if box and _key(box) != _key(found.box_label or ""):
                changed["box"] = box
            if changed and found.state == "signed-off":
                self._fault(row, "title", "hồ sơ đã ký duyệt: mở lại rồi mới sửa được")
                return
            for name, value in changed.items():
                before = found.box_label if name == "box" else _of(found, name)
                self._changes.append(Change(_place(row, name), name, str(before or ""), str(value)))
        said = self._listed.get((found.id, "")) if found is not None else None
        if found is not None:  # our own export come back says what the register knows anyway
            shown = from_dossier(found, said, self._held.get(found.id))
            kept = said.values if said is not None else {}
            rest = {n: value for n, value in rest.items() if n in kept or shown.get(n) != value}
        rest, extra = merged(said, row, rest)
        anew = (dict(said.values), dict(said.extra)) != (rest, extra) if said else bool(rest or extra)
        self._entries.append(_Entry(row, found, fields, changed, rest, extra, anew))

    def _ends_before_it_begins(
        self, row: ListedRow, fields: Mapping[str, Any], found: Dossier | None
    ) -> bool:
        """Return whether a row's days, with those that the register has already, are in no order; told so."""
        begins = fields.get("date_from", found.date_from if found is not None else None)
        ends = fields.get("date_to", found.date_to if found is not None else None)
        if begins and ends and begins > ends:
            if "date_to" in fields:
                self._fault(row, "date_to", f"trước ngày bắt đầu đang ghi của hồ sơ ({begins:%d/%m/%Y})")
            else:
                self._fault(row, "date_from", f"sau ngày kết thúc đang ghi của hồ sơ ({ends:%d/%m/%Y})")
            return True
        written = row.values.get("date_to")
        if self._ended is not None and written and spanned(written)[0] > self._ended:
            said = f"sau ngày đơn vị hình thành phông thôi hoạt động ({self._ended:%d/%m/%Y}): xem lại"
            self._notices.append(_told(row, "date_to", said))
        return False

    def _owner(
        self, code: str, entered: Mapping[str, _Entry], by_code: Mapping[str, Dossier]
    ) -> tuple[bool, Dossier | None]:
        if code in entered:
            return True, entered[code].dossier
        return code in by_code, by_code.get(code)

    # --- entering ---------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Write everything down that the plan says; there are no faults."""
        news = [entry for entry in self._entries if entry.dossier is None]
        boxes = {entry.row.values.get("box", "") for entry in news} - {""}
        places = {box: dossiers.box(self._conn, self._scope, self._fonds.id, box) for box in sorted(boxes)}
        changed = [(e.dossier, e.changed) for e in self._entries if e.dossier is not None and e.changed]
        dossier_entry.change(self._conn, self._scope, self._fonds, changed)
        paper = [
            Entry(_label(entry.row), places.get(entry.row.values.get("box", "")), entry.fields)
            for entry in news
        ]
        fresh = iter(dossier_entry.enter(self._conn, self._scope, self._fonds, paper))
        placed: dict[str, DossierId] = {}
        said: list[Listed] = []
        for entry in self._entries:
            dossier = entry.dossier.id if entry.dossier is not None else next(fresh)
            if "code" in entry.row.values:
                placed[entry.row.values["code"].casefold()] = dossier
            if entry.listed_anew:
                said.append(Listed(dossier, "", None, entry.row.row, entry.rest, entry.extra))
        listed.keep(self._conn, self._scope, self._fonds.id, said)
        list_documents.enter(self._conn, self._scope, self._fonds, self._documents, placed=placed)

    def _fault(self, row: ListedRow, name: str, reason: str) -> None:
        self._faults.append(_told(row, name, reason))


def _told(row: ListedRow, name: str, reason: str) -> Fault:
    """Return what is to be said of a field, by its cell; a day may stand in the cell of the whole period."""
    period = row.cells.get("time") if name in DATED else None
    cell = row.cells.get(name) or period or next(iter(row.cells.values()), "")
    return Fault(row.sheet, cell, row.values.get(name, ""), reason)


def _all(conn: Any, scope: Scope, fonds: Fonds) -> list[Dossier]:
    found: list[Dossier] = []
    while True:
        part = dossiers.dossiers(conn, scope, fonds=fonds.id, offset=len(found), limit=PAGE)
        found += part
        if len(part) < PAGE:
            return found


def _label(row: ListedRow) -> str:
    label = row.values.get("label") or row.values.get("code") or row.values.get("ordinal") or ""
    return label[:200]


def _of(dossier: Dossier, name: str) -> Any:
    match name:
        case "retention":
            return dossier.retention.value
        case "retention_code":
            return dossier.retention.code
        case _:
            return getattr(dossier, name)


def _as_they_stand(fault: Fault) -> tuple[str, int, str]:
    digits = fault.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return fault.sheet, int(digits or 0), fault.cell


def _place(row: ListedRow, name: str) -> str:
    return f"{row.sheet}!{row.cells[name]}" if name in row.cells else f"{row.sheet}!{row.row}"


def _key(label: str) -> str:
    """Return what "Hộp 01", "hộp số 1" and "1" have in common."""
    bare = plain(label)
    return re.sub(r"\b0+(?=\d)", "", _LEADING.sub("", bare) or bare)
