"""Dossiers and documents as an office's list: the same columns that lists come in with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from catalog import dossier as dossiers
from catalog import listed, paper_count
from catalog.access import Scope
from catalog.dossier import Dossier
from catalog.fonds import Fonds
from catalog.listed import Listed
from ingest.list_columns import Column, ColumnSet, codes, sets
from luutru.errors import InvalidInput
from paper.form_xlsx import save_table
from review.list_fields import from_dossier, scans, vietnamese_day

PAGE = 1000

_CODED = {
    "retention": "retention",
    "access": "access",
    "condition": "condition",
    "kind-of-document": "document",
    "language": "language",
}


class ColumnSetUnknown(InvalidInput):
    """There is no such set of columns."""

    slug = "column-set-unknown"


@dataclass(frozen=True)
class Exported:
    """What went out."""

    dossiers: int
    documents: int
    too_long: tuple[str, ...]  #: cells longer than their circular allows, Hồ sơ!B12: all is written, whole


def export(conn: Any, scope: Scope, fonds: Fonds, path: Path, *, columns: str = "tt05") -> Exported:
    """Write the dossiers and documents of a fonds to an XLSX file, and return what went out.

    Raises:
        ColumnSetUnknown: `columns` is none of `ingest.list_columns.sets`.
    """
    chosen = sets().get(columns)
    if chosen is None:
        raise ColumnSetUnknown(f"there are {', '.join(sorted(sets()))}, found {columns!r}")
    said = listed.of_fonds(conn, scope, fonds.id)
    held = paper_count.of_fonds(conn, scope, fonds.id)
    rows: list[tuple[Mapping[str, str], Mapping[str, str]]] = []
    under: list[tuple[Mapping[str, str], Mapping[str, str]]] = []
    by_dossier: dict[str, list[Listed]] = {}
    for one in said.values():
        if one.code:
            by_dossier.setdefault(one.dossier, []).append(one)
    for dossier in _all(conn, scope, fonds):
        own = said.get((dossier.id, ""))
        values = from_dossier(dossier, own, held.get(dossier.id))
        rows.append((values, own.extra if own is not None else {}))
        if chosen.document:
            under += _documents(conn, scope, dossier, by_dossier.get(dossier.id, ()))
    sheets = [("Hồ sơ", *_sheet(chosen, chosen.dossier, rows))]
    if chosen.document:
        sheets.append(("Văn bản", *_sheet(chosen, chosen.document, under)))
    save_table(sheets, path)
    long = _too_long("Hồ sơ", chosen.dossier, sheets[0][2])
    if chosen.document:
        long += _too_long("Văn bản", chosen.document, sheets[1][2])
    return Exported(len(rows), len(under), tuple(long))


def _documents(
    conn: Any, scope: Scope, dossier: Dossier, said: Sequence[Listed]
) -> Iterator[tuple[Mapping[str, str], Mapping[str, str]]]:
    """Yield a dossier's documents: those that a list named in its order, then scans that none did."""
    found = {one.id: (one, known) for one, known in scans(conn, scope, dossier.id)}
    spans = paper_count.of_documents(conn, scope, dossier.id) if found else {}
    for one in said:
        values = {"doc_code": one.code, **one.values}
        if one.document in found:
            values |= found.pop(one.document)[1]
        yield values, one.extra
    for at, (scan, known) in enumerate(found.values(), len(said) + 1):
        values = {"subject": scan.title or scan.name, **known}
        if scan.id in spans:
            values["pages"] = str(spans[scan.id].pages)
        yield {"doc_code": f"{dossier.code or dossier.label}.{at:07d}", **values}, {}


def _sheet(
    chosen: ColumnSet,
    columns: Sequence[Column],
    rows: Iterable[tuple[Mapping[str, str], Mapping[str, str]]],
) -> tuple[list[list[str]], list[list[str]]]:
    listed_rows = list(rows)
    more = list(dict.fromkeys(head for _values, extra in listed_rows for head in extra))
    heads = [column.head for column in columns] + more
    plain = chosen.code == "plain"
    return [heads], [
        [_cell(values.get(column.field, ""), column, plain=plain) for column in columns]
        + [extra.get(head, "") for head in more]
        for values, extra in listed_rows
    ]


def _too_long(name: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"{name}!{get_column_letter(at)}{number}"
        for number, row in enumerate(rows, 2)
        for at, (column, text) in enumerate(zip(columns, row, strict=False), 1)
        if column.length and len(text) > column.length
    ]


def _cell(value: str, column: Column, *, plain: bool) -> str:
    """Return a value as its column writes it: days as in Vietnam, codes where the circular has codes."""
    if not value:
        return ""
    if column.kind == "date":
        return vietnamese_day(value)
    if column.kind in _CODED and not plain:
        by_name = {word.casefold(): code for code, word in codes(_CODED[column.kind]).items()}
        return ", ".join(by_name.get(part.casefold(), part) for part in value.split("; "))
    return value


def _all(conn: Any, scope: Scope, fonds: Fonds) -> Iterator[Dossier]:
    offset = 0
    while part := dossiers.dossiers(conn, scope, fonds=fonds.id, offset=offset, limit=PAGE):
        offset += len(part)
        yield from part
