"""The documents of an office's list against those of the register: which is which, what is new."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from catalog import field_value, listed
from catalog.access import Scope
from catalog.dossier import Dossier
from catalog.field_rules import FieldsInvalid, cleaned
from catalog.fonds import Fonds
from catalog.identifiers import DocumentId, DossierId
from catalog.listed import Listed
from ingest.listing import ListedRow
from review.list_fields import DOCUMENT_FIELDS, merged, scans

_ORDINAL = re.compile(r"\.\d{1,7}$")
_SUFFIX = re.compile(r"\.(?:pdf|tiff?|jpe?g|png|jp2)$")
_WRONG = {
    "too-long": "dài quá mức cho phép",
    "no-date": "không phải ngày đầy đủ",
    "too-early": "ngày quá xa xưa",
    "in-future": "ngày ở tương lai",
    "not-in-list": "tên loại không có trong danh mục tên loại văn bản",
}

NOWHERE = DossierId("")
"""Stands for a dossier that the same list only brings."""


@dataclass(frozen=True)
class ListedDocument:
    """One document of the list, and what it would mean to enter it."""

    row: ListedRow
    owner: str  #: code of its dossier, small letters
    said: Listed
    news: str  #: new, changed or same


@dataclass(frozen=True)
class _Scan:
    id: DocumentId
    values: Mapping[str, str]


def planned(
    conn: Any,
    scope: Scope,
    rows: Sequence[ListedRow],
    *,
    owner_of: Callable[[str], tuple[bool, Dossier | None]],
    said: Mapping[tuple[DossierId, str], Listed],
    fault: Callable[[ListedRow, str, str], None],
) -> list[ListedDocument]:
    """Return what every row means; what cannot be goes to `fault` (row, field, reason).

    `owner_of`: whether a dossier of this code (small letters) is in the list or the register, and which.
    """
    found: list[ListedDocument] = []
    seen: dict[str, ListedRow] = {}
    scanned: dict[DossierId, _Scans] = {}
    for ordinal, row in enumerate(rows, 1):
        code = row.values.get("doc_code", "")
        if not code:
            continue  # told already: the column is required
        before = seen.setdefault(code.casefold(), row)
        if before is not row:
            fault(row, "doc_code", f"trùng mã với hàng {before.row}")
            continue
        owner = (row.values.get("dossier_code") or _ORDINAL.sub("", code)).casefold()
        there, dossier = owner_of(owner)
        if not there:
            fault(row, "doc_code", f"không có hồ sơ mang mã {owner.upper()}, trong danh sách lẫn trong phông")
            continue
        values = {
            name: value for name, value in row.values.items() if name not in ("doc_code", "dossier_code")
        }
        place = dossier.id if dossier is not None else NOWHERE
        old = said.get((place, code))
        now = Listed(place, code, None, ordinal, *merged(old, row, values))
        scan = None
        if dossier is not None:
            if dossier.id not in scanned:
                taken = {one.document for (place, _), one in said.items() if place == dossier.id}
                scanned[dossier.id] = _Scans(conn, scope, dossier.id, taken)
            try:
                scan = scanned[dossier.id].meant(code, old, values)
            except _Unclear as error:
                fault(row, "doc_code", str(error))
                continue
        if scan is not None:
            if not _fits(row, fault):
                continue
            now = replace(now, document=scan.id)
        found.append(ListedDocument(row, owner, now, _news(now, old, scan)))
    return found


def enter(
    conn: Any,
    scope: Scope,
    fonds: Fonds,
    found: Sequence[ListedDocument],
    *,
    placed: Mapping[str, DossierId],
) -> None:
    """Write down what is new or changed. `placed`: the list's dossiers by their code, small letters."""
    news = [
        (one, one.said if one.said.dossier else replace(one.said, dossier=placed[one.owner]))
        for one in found
        if one.news != "same"
    ]
    listed.keep(conn, scope, fonds.id, [said for _, said in news])
    for one, said in news:
        if said.document is not None:
            field_value.set_from_list(conn, scope, said.document, _fields(one.row.values))


def _news(now: Listed, old: Listed | None, scan: _Scan | None) -> str:
    if old is not None:
        same = (dict(old.values), dict(old.extra), old.document) == (
            dict(now.values),
            dict(now.extra),
            now.document,
        )
        return "same" if same else "changed"
    if scan is not None and not now.extra:
        given = {name: value for name, value in now.values.items() if name in DOCUMENT_FIELDS}
        if all(scan.values.get(name) == value for name, value in given.items()):
            return "same"  # our own export come back: the register knows all of it
    return "new"


class _Unclear(Exception):
    """Nobody can tell which scan a row means; says why."""


class _Scans:
    """The scanned documents of a dossier, to be known again by a list."""

    def __init__(self, conn: Any, scope: Scope, dossier: DossierId, taken: set[DocumentId | None]) -> None:
        self._by_name: dict[str, list[_Scan]] = {}
        self._by_id: dict[DocumentId, _Scan] = {}
        self._free: list[_Scan] = []
        for one, known in scans(conn, scope, dossier):
            scan = _Scan(one.id, {"subject": one.title or one.name, **known})
            self._by_id[one.id] = scan
            self._by_name.setdefault(_stem(one.name), []).append(scan)
            if one.id not in taken:
                self._free.append(scan)

    def meant(self, code: str, old: Listed | None, values: Mapping[str, str]) -> _Scan | None:
        """Return the scan that a row means.

        The one a list named so before; else the one whose file is called so (by the code, else by the docId
        of TT 05/2025), if there is one such and no other row has it; else the only one left that bears the
        same subject, number and notation.

        Raises:
            _Unclear: files are called so, and none of them is surely meant.
        """
        if old is not None and old.document in self._by_id:
            return self._by_id[old.document]
        named = self._by_name.get(_stem(code), []) or self._by_name.get(_stem(values.get("doc_id", "")), [])
        likely = [each for each in named if each in self._free]
        if len(named) != 1 or not likely:
            likely = [
                each
                for each in self._free
                if all(each.values.get(name, "") == values.get(name, "") for name in _TELLING)
            ]
        if len(likely) == 1:
            self._free.remove(likely[0])
            return likely[0]
        if len(named) > 1:
            raise _Unclear(f"có {len(named)} bản quét cùng mang tên này: không biết là bản nào")
        if named:
            raise _Unclear("bản quét mang tên này đã là của một văn bản khác")
        return None


_TELLING = ("subject", "number", "notation")


def _fits(row: ListedRow, fault: Callable[[ListedRow, str, str], None]) -> bool:
    try:
        cleaned(_fields(row.values))
    except FieldsInvalid as error:
        for name, wrong in error.errors.items():
            fault(row, name, _WRONG.get(wrong, wrong))
        return False
    return True


def _fields(values: Mapping[str, str]) -> dict[str, str | None]:
    """Return the fields of a scanned document; a day that is no whole day stays with the list."""
    taken: dict[str, str | None] = {n: value for n, value in values.items() if n in DOCUMENT_FIELDS}
    if len(taken.get("date") or "") != 10:
        taken.pop("date", None)
    return taken


def _stem(name: str) -> str:
    """Return what a file's name and a document's code have in common."""
    return _SUFFIX.sub("", unicodedata.normalize("NFC", name).casefold()).removesuffix("_signed")
