"""An office's list against the register: what it would change, then all of it in one act, or nothing."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog import document as documents
from catalog import dossier as dossiers
from catalog import event, field_value, listed
from catalog.access import Role, Scope
from catalog.dossier import Dossier
from catalog.dossier_change import DossierFieldInvalid, checked, edit
from catalog.field_rules import FieldsInvalid, cleaned
from catalog.fonds import Fonds
from catalog.identifiers import DocumentId, DossierId
from catalog.listed import Listed
from ingest.list_columns import plain
from ingest.listing import Fault, ListedRow, Listing
from luutru.errors import InvalidInput
from review.list_fields import DOCUMENT_FIELDS, to_dossier

_LEADING = re.compile(r"^(?:hop|cap|bo|goi|ho so|hs|so|dvbq|[\s.:-])+")
_ORDINAL = re.compile(r"\.\d{1,7}$")
_WRONG = {
    "too-long": "dài quá mức cho phép",
    "no-date": "không phải ngày đầy đủ",
    "too-early": "ngày quá xa xưa",
    "in-future": "ngày ở tương lai",
    "not-in-list": "tên loại không có trong danh mục tên loại văn bản",
}
PAGE = 1000


class ListHasFaults(InvalidInput):
    """The list is not fit to be entered: nothing was changed."""

    slug = "list-has-faults"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"the list has {len(faults)} faults; nothing was changed")
        self.faults = tuple(faults)


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

    @property
    def empty(self) -> bool:
        """Nothing would change."""
        return not (
            self.new_dossiers or self.changed_dossiers or self.new_documents or self.changed_documents
        )


def dry_run(conn: Any, scope: Scope, fonds: Fonds, listing: Listing) -> Plan:
    """Return what entering `listing` into `fonds` would do, and everything that stands against it.

    Raises:
        NotAllowed: the one who asks is no archivist of the fonds' unit.
    """
    return _Work(conn, scope, fonds, listing).plan()


def apply(conn: Any, scope: Scope, fonds: Fonds, listing: Listing, *, digest: str) -> Plan:
    """Enter `listing` into `fonds` and return what was done; the same list again does nothing.

    `digest`: SHA-256 of the file, for the record of the act.

    Raises:
        ListHasFaults: nothing was changed.
        NotAllowed: the one who asks is no archivist of the fonds' unit.
    """
    work = _Work(conn, scope, fonds, listing)
    plan = work.plan()
    if plan.faults:
        raise ListHasFaults(plan.faults)
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
    rest: dict[str, str]
    changed: dict[str, Any]
    listed_anew: bool


class _Work:
    def __init__(self, conn: Any, scope: Scope, fonds: Fonds, listing: Listing) -> None:
        scope.require(Role.ARCHIVIST, fonds.unit)
        self._conn, self._scope, self._fonds, self._listing = conn, scope, fonds, listing
        self._faults = list(listing.faults)
        self._changes: list[Change] = []
        self._known = _all(conn, scope, fonds)
        self._listed = listed.of_fonds(conn, scope, fonds.id)
        self._entries: list[_Entry] = []
        self._documents: list[tuple[ListedRow, str | DossierId, Listed, bool, bool]] = []

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
        self._plan_documents(by_code)
        news = [entry for entry in self._entries if entry.dossier is None]
        changed = [entry for entry in self._entries if entry.dossier and (entry.changed or entry.listed_anew)]
        fresh = [each for each in self._documents if each[3]]
        altered = [each for each in self._documents if each[4]]
        return Plan(
            tuple(self._faults),
            self._listing.more_faults,
            len(news),
            len(changed),
            len(self._entries) - len(news) - len(changed),
            len(fresh),
            len(altered),
            len(self._documents) - len(fresh) - len(altered),
            sum(each[2].document is not None for each in self._documents),
            tuple(self._changes),
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
        anew = (
            (dict(said.values), dict(said.extra)) != (rest, dict(row.extra))
            if said
            else bool(rest or row.extra)
        )
        self._entries.append(_Entry(row, found, fields, rest, changed, anew))

    # --- documents --------------------------------------------------------------------------------------

    def _plan_documents(self, by_code: Mapping[str, Dossier]) -> None:
        entered = {
            entry.row.values["code"].casefold(): entry
            for entry in self._entries
            if "code" in entry.row.values
        }
        seen: dict[str, ListedRow] = {}
        scans: dict[DossierId, dict[str, DocumentId]] = {}
        for ordinal, row in enumerate(self._listing.documents, 1):
            code = row.values.get("doc_code", "")
            if not code:
                continue  # told already: the column is required
            before = seen.setdefault(code.casefold(), row)
            if before is not row:
                self._fault(row, "doc_code", f"trùng mã với hàng {before.row}")
                continue
            owner = (row.values.get("dossier_code") or _ORDINAL.sub("", code)).casefold()
            entry, known = entered.get(owner), by_code.get(owner)
            if entry is not None:
                known = entry.dossier
            elif known is None:
                self._fault(
                    row, "doc_code", f"không có hồ sơ mang mã {owner.upper()} trong danh sách và trong phông"
                )
                continue
            scan = None
            if known is not None:
                if known.id not in scans:
                    scans[known.id] = self._scans(known.id)
                scan = scans[known.id].get(_stem(code))
            if scan is not None and not self._fits(row):
                continue
            values = {
                name: value for name, value in row.values.items() if name not in ("doc_code", "dossier_code")
            }
            place = known.id if known is not None else DossierId("")
            said = Listed(place, code, scan, ordinal, values, dict(row.extra))
            old = self._listed.get((place, code))
            same = old is not None and (dict(old.values), dict(old.extra), old.document) == (
                dict(said.values), dict(said.extra), said.document,
            )  # fmt: skip
            self._documents.append((row, owner, said, old is None, old is not None and not same))

    def _scans(self, dossier: DossierId) -> dict[str, DocumentId]:
        found = documents.of_dossier(self._conn, self._scope, dossier)
        return {
            _stem(each.name.rsplit(".", 1)[0] if "." in each.name[-5:] else each.name): each.id
            for each in found
        }

    def _fits(self, row: ListedRow) -> bool:
        try:
            cleaned(_of_document(row.values))
        except FieldsInvalid as error:
            for name, wrong in error.errors.items():
                self._fault(row, name, _WRONG.get(wrong, wrong))
            return False
        return True

    # --- entering ---------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Write everything down that the plan says; there are no faults."""
        placed: dict[str, DossierId] = {}
        for entry in self._entries:
            dossier = self._enter_dossier(entry)
            if "code" in entry.row.values:
                placed[entry.row.values["code"].casefold()] = dossier
            if entry.listed_anew:
                said = Listed(dossier, "", None, entry.row.row, entry.rest, dict(entry.row.extra))
                listed.keep(self._conn, self._scope, self._fonds.id, said)
        for row, owner, said, fresh, altered in self._documents:
            if not fresh and not altered:
                continue
            place = said.dossier or placed[str(owner)]
            kept = Listed(place, said.code, said.document, said.ordinal, said.values, said.extra)
            listed.keep(self._conn, self._scope, self._fonds.id, kept)
            if said.document is not None:
                field_value.set_from_list(self._conn, self._scope, said.document, _of_document(row.values))

    def _enter_dossier(self, entry: _Entry) -> DossierId:
        found = entry.dossier
        changed = dict(entry.changed)
        if found is None:
            box = entry.row.values.get("box")
            place = dossiers.box(self._conn, self._scope, self._fonds.id, box) if box else None
            identifier = dossiers.add(
                self._conn, self._scope, self._fonds, _label(entry.row), box=place, paper_only=True,
                title=str(entry.fields.get("title", "")),
            )  # fmt: skip
            found = dossiers.find(self._conn, self._scope, identifier)
            changed = {name: value for name, value in entry.fields.items() if _of(found, name) != value}
        if changed:
            edit(self._conn, self._scope, found.id, changed, revision=found.revision)
        return found.id

    def _fault(self, row: ListedRow, name: str, reason: str) -> None:
        cell = row.cells.get(name) or next(iter(row.cells.values()), "")
        self._faults.append(Fault(row.sheet, cell, row.values.get(name, ""), reason))


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


def _of_document(values: Mapping[str, str]) -> dict[str, str | None]:
    """Return the fields of a scanned document; a day that is no whole day stays with the list."""
    taken: dict[str, str | None] = {
        DOCUMENT_FIELDS[name]: value for name, value in values.items() if name in DOCUMENT_FIELDS
    }
    if len(taken.get("date") or "") != 10:
        taken.pop("date", None)
    return taken


def _place(row: ListedRow, name: str) -> str:
    return f"{row.sheet}!{row.cells[name]}" if name in row.cells else f"{row.sheet}!{row.row}"


def _stem(code: str) -> str:
    bare = unicodedata.normalize("NFC", code).casefold()
    return bare.removesuffix("_signed")


def _key(label: str) -> str:
    """Return what "Hộp 01", "hộp số 1" and "1" have in common."""
    bare = plain(label)
    return re.sub(r"\b0+(?=\d)", "", _LEADING.sub("", bare) or bare)
