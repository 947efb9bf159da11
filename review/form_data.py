"""From the register to the forms on paper: what stands in their heads, rows and labels."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog import document as documents
from catalog import dossier as dossiers
from catalog import field_value, listed, paper_count, rescan
from catalog import fonds as fondses
from catalog import unit as units
from catalog.access import Scope
from catalog.batch import Batch
from catalog.batch import ledger as ledger_of
from catalog.dossier import Dossier, DossierNotFound
from catalog.fonds import Fonds
from catalog.identifiers import DocumentId, DossierId
from catalog.instants import today
from catalog.listed import Listed
from catalog.paper_count import Held, SheetSpan
from luutru.errors import NotFound
from paper.cover import Cover
from paper.form import PERMANENT, Form, Row, template
from paper.in_words import in_words
from paper.label_sheet import Label
from paper.separator_sheet import Separator
from paper.sheet_mark import Kind, SheetMark
from review.list_fields import from_dossier, vietnamese_day

PAGE = 1000

TO_DO: Mapping[str, str] = {
    "below-200-dpi": "Quét lại ở 200 dpi trở lên",
    "dpi-unknown": "Đặt máy quét ghi độ phân giải",
    "blurred": "Lau kính, quét lại",
    "faint": "Quét lại đậm hơn",
    "cut-edge": "Đặt lại giấy, quét lại",
    "skewed": "Đặt thẳng giấy, quét lại",
}
"""What whoever scans does about a flag of `ingest.inspect`."""
LOOK_AGAIN = "Kiểm tra, quét lại"


class BoxNotFound(NotFound):
    """No dossier lies in a box of this label, or none for the one who asks."""

    slug = "box-not-found"


@dataclass(frozen=True)
class Office:
    """Who prints: what no register knows is given by hand, or left to the pen."""

    parent: str = ""  #: the office above
    agency: str = ""  #: "" = the unit of the fonds
    place: str = ""  #: before the date
    maker: str = ""


@dataclass(frozen=True)
class _Known:
    """One dossier with all that a form says of it."""

    dossier: Dossier
    values: Mapping[str, str]  #: as lists give them: `review.list_fields.from_dossier`

    @property
    def sheets(self) -> str:
        """Number of sheets: as numbered, else as a list says; "" = not known."""
        return self.values.get("sheets", "")

    @property
    def pages(self) -> str:
        """Number of pages: as scanned, else as a list says; "" = not known."""
        return self.values.get("pages", "")

    @property
    def amount(self) -> str:
        """Sheets and pages as one cell shows them: "45/82", "45", "82 trang"."""
        if self.sheets and self.pages:
            return f"{self.sheets}/{self.pages}"
        return self.sheets or (f"{self.pages} trang" if self.pages else "")


@dataclass(frozen=True)
class Catalogue:
    """A catalogue, and what did not go into it."""

    form: Form
    rows: int
    unknown: int  #: dossiers whose retention nobody decided: in no catalogue


def catalogue(
    conn: Any, scope: Scope, fonds: Fonds, *, permanent: bool, box: str = "", year: str = "", office: Office
) -> Catalogue:
    """Return the catalogue of a fonds' permanent or fixed-term dossiers, in natural order."""
    rows: list[Row] = []
    unknown = 0
    for each in _known(conn, scope, fonds, box=box):
        if year and not _in_year(each.dossier, year):
            continue
        period = each.values.get("retention", "")
        if not period:
            unknown += 1
        elif (period.casefold() == PERMANENT) == permanent:
            rows.append(
                Row(
                    (
                        str(len(rows) + 1),
                        each.dossier.code or each.dossier.label,
                        each.dossier.title,
                        each.values.get("time", ""),
                        period,
                        each.amount,
                        each.values.get("note", ""),
                    )
                )
            )
    retention = "Vĩnh viễn" if permanent else "Có thời hạn"
    values = _head(conn, scope, fonds, office) | {"year": year, "retention": retention}
    return Catalogue(Form(template("catalogue"), values, rows), len(rows), unknown)


def plan_of_files(
    conn: Any, scope: Scope, fonds: Fonds, *, box: str = "", year: str = "", office: Office
) -> Form:
    """Return the list of dossiers to be kept (danh mục hồ sơ)."""
    rows = [
        Row(
            (
                each.dossier.code or each.dossier.label,
                each.dossier.title,
                each.values.get("retention", ""),
                "",  # who made it up is not who signed it off
                "",
            )
        )
        for each in _known(conn, scope, fonds, box=box)
        if not year or _in_year(each.dossier, year)
    ]
    return Form(template("plan"), _head(conn, scope, fonds, office) | {"year": year}, rows)


def contents(conn: Any, scope: Scope, dossier: DossierId, *, office: Office) -> Form:
    """Return the list of what lies in a dossier: scanned documents, then those that only a list names."""
    each = _one(conn, scope, dossier)
    fonds = fondses.find(conn, scope, each.dossier.fonds)
    said = listed.of_fonds(conn, scope, fonds.id, dossier=dossier)
    by_scan = {one.document: one for one in said.values() if one.document is not None}
    spans = paper_count.of_documents(conn, scope, dossier)
    found = documents.of_dossier(conn, scope, dossier)
    facts = {one.id: _sure(conn, scope, one.id) for one in found}
    rows = [
        _document_row(
            {**(by_scan[one.id].values if one.id in by_scan else {}), **facts.get(one.id, {})},
            spans.get(one.id),
        )
        for one in found
    ]
    rows += [
        _document_row(one.values, None, one.code)
        for one in said.values()
        if one.code and one.document is None
    ]
    numbered = [Row((str(at), *row.cells[1:])) for at, row in enumerate(rows, 1)]
    values = _head(conn, scope, fonds, office) | _of(each)
    return Form(template("contents"), values, numbered)


def closing(conn: Any, scope: Scope, dossier: DossierId, *, office: Office) -> Form:
    """Return the closing sheet of a dossier."""
    each = _one(conn, scope, dossier)
    fonds = fondses.find(conn, scope, each.dossier.fonds)
    return Form(template("closing"), _head(conn, scope, fonds, office) | _of(each))


def covers(
    conn: Any, scope: Scope, fonds: Fonds, *, dossier: DossierId | None, box: str, office: Office
) -> Iterator[Cover]:
    """Yield the covers of one dossier, of a box, or of a whole fonds."""
    head = _head(conn, scope, fonds, office)
    for each in _chosen(conn, scope, fonds, dossier, box):
        yield Cover(head | _of(each), SheetMark("label", "dossier", each.dossier.id))


def dossier_labels(
    conn: Any, scope: Scope, fonds: Fonds, *, dossier: DossierId | None = None, box: str = ""
) -> Iterator[Label]:
    """Yield the labels of one dossier, of those in a box, or of a whole fonds."""
    for each in _chosen(conn, scope, fonds, dossier, box):
        lines = (
            ("Thời gian: {}", each.values.get("time", "")),
            ("Thời hạn bảo quản: {}", each.values.get("retention", "")),
            ("{}", _named("Hộp", each.dossier.box_label or "")),
        )
        yield Label(
            SheetMark("label", "dossier", each.dossier.id),
            f"Phông {fonds.title}",
            each.dossier.code or each.dossier.label,
            each.dossier.title,
            tuple(form.format(value) for form, value in lines if value),
        )


def box_labels(conn: Any, scope: Scope, fonds: Fonds, *, box: str = "") -> Iterator[Label]:
    """Yield one label a box, with the dossiers that lie in it, in natural order."""
    boxes: dict[str, list[_Known]] = {}
    for each in _known(conn, scope, fonds, box=box):
        if each.dossier.box is not None:
            boxes.setdefault(each.dossier.box, []).append(each)
    for identifier, inside in boxes.items():
        first, last = inside[0].dossier, inside[-1].dossier
        days = [day for each in inside for day in (each.dossier.date_from, each.dossier.date_to) if day]
        periods = sorted({each.values["retention"] for each in inside if each.values.get("retention")})
        ends = [one.code or one.label for one in (first, last)]
        lines = [f"Hồ sơ: {' đến '.join(dict.fromkeys(ends))} ({len(inside)} hồ sơ)"]
        if days:
            years = dict.fromkeys((str(min(days).year), str(max(days).year)))
            lines.append(f"Thời gian: {' - '.join(years)}")
        if periods:
            lines.append(f"Thời hạn bảo quản: {', '.join(periods)}")
        if first.place:
            lines.append(f"Nơi để: {first.place}")
        big = _named("Hộp", first.box_label or "").upper()
        yield Label(SheetMark("label", "box", identifier), f"Phông {fonds.title}", big, "", tuple(lines))


def errors(conn: Any, scope: Scope, batch: Batch, *, say: Callable[[str, str], str], office: Office) -> Form:
    """Return the error sheet of a batch: files that were refused or held, pages to scan again.

    `say(code, reason)`: what a person reads for a code of a refusal or flag.
    """
    ledger = ledger_of(conn, scope, batch.id)
    rows: list[tuple[str, ...]] = []
    for item in ledger.refused:
        rows.append(("", "", item.name, "", say(item.code, item.reason), LOOK_AGAIN))
    rows += [
        ("", "", item.name, "", say(item.code, item.reason), LOOK_AGAIN)
        for item in ledger.held
        if item.page is None
    ]
    for page in rescan.doubtful(conn, scope, batch.id):
        wrong = [say(flag, "") for flag in page.flags]
        if page.code is not None:
            wrong.insert(0, say(page.code, page.reason or ""))
        to_do = dict.fromkeys(TO_DO.get(flag, LOOK_AGAIN) for flag in page.flags or ("",))
        rows.append((page.box, page.dossier, page.path, str(page.number), " ".join(wrong), "; ".join(to_do)))
    day = today()
    values = {"scope": f"lô {batch.name}", "made_at": f"{day:%d/%m/%Y}", "maker": office.maker}
    return Form(template("errors"), values, [Row((str(at), *row, "")) for at, row in enumerate(rows, 1)])


def separators(
    conn: Any, scope: Scope, fonds: Fonds | None, *, box: str, counts: Mapping[Kind, int]
) -> Iterator[Separator]:
    """Yield separator sheets: so many of each kind, then one for each dossier of a fonds' box."""
    for kind, count in counts.items():
        for _ in range(count):
            yield Separator(kind)
    if fonds is not None:
        for each in _known(conn, scope, fonds, box=box):
            one = each.dossier
            name = _named("Hộp", one.box_label) if one.box_label else ""
            head = ", ".join(filter(None, (one.code or one.label, name)))
            yield Separator("dossier", one.id, (head, one.title))


def fonds_of(conn: Any, scope: Scope, dossier: DossierId) -> Fonds:
    """Return the fonds that a dossier lies in."""
    return fondses.find(conn, scope, dossiers.find(conn, scope, dossier).fonds)


def dossier_called(conn: Any, scope: Scope, fonds: Fonds, code: str) -> DossierId:
    """Return the one dossier of a fonds with this code or label.

    Raises:
        DossierNotFound: there is none, or several: ask by id.
    """
    found = [
        each.dossier.id
        for each in _known(conn, scope, fonds)
        if code in (each.dossier.code, each.dossier.label)
    ]
    if len(found) != 1:
        raise DossierNotFound(f"{len(found)} dossiers of {fonds.code} are called {code!r}; ask by id")
    return found[0]


# --- what is known of dossiers -------------------------------------------------------------------------


def _chosen(conn: Any, scope: Scope, fonds: Fonds, dossier: DossierId | None, box: str) -> Sequence[_Known]:
    return [_one(conn, scope, dossier)] if dossier is not None else list(_known(conn, scope, fonds, box=box))


def _known(conn: Any, scope: Scope, fonds: Fonds, *, box: str = "") -> Iterator[_Known]:
    said = listed.of_fonds(conn, scope, fonds.id)
    held = paper_count.of_fonds(conn, scope, fonds.id)
    offset, found = 0, 0
    while part := dossiers.dossiers(conn, scope, fonds=fonds.id, offset=offset, limit=PAGE):
        offset += len(part)
        for one in part:
            if not box or one.box_label == box:
                found += 1
                yield _with(one, said.get((one.id, "")), held.get(one.id))
    if box and not found:
        raise BoxNotFound(f"no dossier of {fonds.code} lies in a box {box!r}")


def _one(conn: Any, scope: Scope, dossier: DossierId) -> _Known:
    one = dossiers.find(conn, scope, dossier)
    said = listed.of_fonds(conn, scope, one.fonds, dossier=dossier)
    held = paper_count.of_fonds(conn, scope, one.fonds, dossier=dossier)
    return _with(one, said.get((dossier, "")), held.get(dossier))


def _with(one: Dossier, said: Listed | None, held: Held | None) -> _Known:
    return _Known(one, from_dossier(one, said, held))


def _of(each: _Known) -> dict[str, str]:
    """Return what forms about one dossier say of it."""
    one = each.dossier
    words = in_words(int(each.sheets)) if each.sheets.isdecimal() else ""
    return {
        "code": one.code or one.label,
        "title": one.title,
        "year": str(one.date_to.year) if one.date_to else "",
        "date_from": f"{one.date_from:%d/%m/%Y}" if one.date_from else "",
        "date_to": f"{one.date_to:%d/%m/%Y}" if one.date_to else "",
        "sheets": each.sheets,
        "sheets_words": words,
        "pages": each.pages,
        "condition": each.values.get("condition", ""),
        "remarks": "",
        "box": one.box_label or "",
        "shelf": one.place,
        "number": each.values.get("ordinal", ""),
        "retention": each.values.get("retention", ""),
    }


def _sure(conn: Any, scope: Scope, document: DocumentId) -> dict[str, str]:
    """Return what may be printed of a scanned document: what is not sure is left to the pen."""
    values = field_value.current(conn, scope, document).values
    return {name: each.value for name, each in values.items() if each.value is not None and each.confident}


def _document_row(values: Mapping[str, str], span: SheetSpan | None, name: str = "") -> Row:
    code = values.get("code") or "/".join(filter(None, (values.get("number"), values.get("notation"))))
    subject = " ".join(filter(None, (values.get("type"), values.get("subject")))) or name
    place = ""
    if span is not None and span.first is not None:
        place = str(span.first) if span.first == span.last else f"{span.first}-{span.last}"
    return Row(
        ("", code, vietnamese_day(values.get("date", "")), subject, values.get("issuer", ""), place, "")
    )


def _head(conn: Any, scope: Scope, fonds: Fonds, office: Office) -> dict[str, str]:
    day = today()
    unit = next((one for one in units.units(conn, scope) if one.id == fonds.unit), None)
    return {
        "agency_parent": office.parent,
        "agency": office.agency or (unit.name if unit is not None else fonds.title),
        "fonds": fonds.title,
        "place": office.place,
        "maker": office.maker,
        "day": f"{day.day:02d}",
        "month": f"{day.month:02d}"
        if day.month < 3
        else str(day.month),  # NĐ 30/2020: days < 10, months 1, 2
        "today_year": str(day.year),
    }


def _in_year(one: Dossier, year: str) -> bool:
    return any(day is not None and str(day.year) == year for day in (one.date_from, one.date_to))


def _named(word: str, label: str) -> str:
    """Return "Hộp 12" of "12", and of "Hộp 12"."""
    return label if not label or label.casefold().startswith(word.casefold()) else f"{word} {label}"
