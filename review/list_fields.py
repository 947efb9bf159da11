"""Between the columns of an office's list and the fields of the register, there and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from catalog import document as documents
from catalog import field_value
from catalog.access import Scope
from catalog.document import Document, DocumentNotFound
from catalog.dossier import Dossier
from catalog.identifiers import DossierId
from catalog.listed import Listed
from catalog.paper_count import Held
from ingest.list_columns import codes
from ingest.list_values import NotThat, period, spanned
from ingest.listing import ListedRow

DATED = ("date_from", "date_to")

_CODED = {"access": "access_mode", "condition": "physical_state"}
_SAME = {"title": "title", "code": "code", "keyword": "keyword", "place": "place", "note": "description"}

OTHER_PERIOD = "07"
"""Code of every period that has no code of its own (TT 05/2025/TT-BNV)."""

DOCUMENT_FIELDS = ("number", "notation", "issuer", "subject", "type", "date")
"""Fields of a scanned document that a list may give; both call them so."""


def to_dossier(values: Mapping[str, str]) -> tuple[dict[str, str | date | None], dict[str, str]]:
    """Return what a dossier's own fields take of a row (names of `catalog.dossier_change`), and the rest.

    A day that the list gives as a month or year only is the whole span in the register; how the list
    wrote it stays in the rest.
    """
    taken: dict[str, str | date | None] = {}
    rest: dict[str, str] = {}
    for name, value in values.items():
        if name in _SAME:
            taken[_SAME[name]] = value
        elif name in _CODED and (code := _code_of(name, value)) is not None:
            taken[_CODED[name]] = code
        elif name == "language" and (several := [_code_of(name, part) for part in value.split("; ")]):
            if all(several):
                taken["language"] = ",".join(sorted(filter(None, several)))
            else:
                rest[name] = value
        elif name in DATED:
            taken[name] = spanned(value)[DATED.index(name)]
            if len(value) < 10:
                rest[name] = value
        elif name == "retention":
            taken["retention"] = value
            taken["retention_code"] = _code_of("retention", value) or OTHER_PERIOD
        elif name not in ("box", "label"):  # they say which dossier it is
            rest[name] = value
    return taken, rest


def from_dossier(dossier: Dossier, listed: Listed | None, held: Held | None = None) -> dict[str, str]:
    """Return a dossier as a list's row gives it: what the register says, else what a list said.

    `held`: what was scanned of it, which counts more than what a list counts.
    """
    rest = dict(listed.values) if listed is not None else {}
    found = {
        "code": dossier.code or "",
        "title": dossier.title,
        "label": dossier.label,
        "box": dossier.box_label or "",
        "place": dossier.place,
        "keyword": dossier.keyword,
        "note": dossier.description,
        "retention": dossier.retention.value or "",
        "access": codes("access").get(dossier.access_mode, ""),
        "condition": codes("condition").get(dossier.physical_state or "", ""),
        "language": "; ".join(codes("language").get(code, code) for code in dossier.language.split(",")),
    }
    for place, name in enumerate(DATED):
        day: date | None = getattr(dossier, name)
        written = rest.get(name)
        still = written and day is not None and spanned(written)[place] == day
        found[name] = written if still and written else (day.isoformat() if day is not None else "")
    for name in ("condition", "language"):  # words that no code has
        if rest.get(name) and (name == "language" or not found[name]):
            found[name] = rest[name]
    if "time" in rest and not _still(rest["time"], found):
        rest["time"] = ""
    found["time"] = rest.get("time") or period_of(found["date_from"], found["date_to"])
    if held is not None:
        found |= {"pages": str(held.pages), "documents": str(held.documents)}
        found |= {"sheets": str(held.sheets)} if held.sheets else {}
    return {name: value for name, value in {**rest, **found}.items() if value}


def scans(conn: Any, scope: Scope, dossier: DossierId) -> list[tuple[Document, dict[str, str]]]:
    """Return the scanned documents of a dossier, each with what is surely known of it, by the list's names.

    One that shows no page, as its file is still being read or is held, is none yet.
    """
    found: list[tuple[Document, dict[str, str]]] = []
    for scan in documents.of_dossier(conn, scope, dossier):
        try:
            values = field_value.current(conn, scope, scan.id).values
        except DocumentNotFound:
            continue
        known = {
            name: each.value
            for name, each in values.items()
            if each.value is not None and each.confident and name in DOCUMENT_FIELDS
        }
        found.append((scan, known))
    return found


def merged(
    old: Listed | None, row: ListedRow, values: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return values and extra columns as they are after `row`: what its list has no column for stays."""
    kept = old.values if old is not None else {}
    more = old.extra if old is not None else {}
    return (
        {name: value for name, value in kept.items() if name not in row.cells} | dict(values),
        {head: text for head, text in more.items() if head not in row.heads} | dict(row.extra),
    )


def period_of(first: str, last: str) -> str:
    """Return "15/03/2001 - 20/12/2003" of two days as lists keep them; one of them alone where both agree."""
    if first and last and first != last:
        whole = spanned(first)[0], spanned(last)[1]
        if whole == (date(whole[0].year, 1, 1), date(whole[1].year, 12, 31)):
            years = dict.fromkeys(str(day.year) for day in whole)
            return " - ".join(years)
        return f"{vietnamese_day(first)} - {vietnamese_day(last)}"
    return vietnamese_day(first or last)


def vietnamese_day(day: str) -> str:
    """Return 15/03/2001 of 2001-03-15, 03/2001 of 2001-03; "" of ""."""
    return "/".join(reversed(day.split("-"))) if day else ""


def _still(written: str, found: Mapping[str, str]) -> bool:
    """Return whether a period as a list wrote it is still that of the dossier."""
    try:
        first, last = period(written, today=date.max)
    except NotThat:
        return False
    spans = [spanned(found[name]) if found.get(name) else None for name in DATED]
    return (
        spans[0] is not None
        and spans[1] is not None
        and (spans[0][0], spans[1][1]) == (spanned(first)[0], spanned(last)[1])
    )


def _code_of(name: str, value: str) -> str | None:
    return next((code for code, word in codes(name).items() if word.casefold() == value.casefold()), None)
