"""Forms and lists as XLSX, row by row, so that a list of any length fits in memory."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from paper.form import Form, Tally, filled
from paper.form_sheet import NATION

FACE = "Times New Roman"
"""Named, not embedded: a spreadsheet program has it or takes its twin."""

CELL_LENGTH = 32_767
"""Characters that Excel takes in a cell; more would make the file unreadable to it."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_x[0-9A-Fa-f]{4}_")
_THIN = Side(style="thin")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_A4 = 9  # Excel's number of it
_MM_TO_WIDTH = 0.53
"""Excel counts a column's width in digits of 11 points, about 1.9 mm each."""


def save_form(form: Form, path: Path) -> int:
    """Write `form` to `path` as XLSX and return how many rows it has, headings not counted."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(form.template.title))
    template, columns = form.template, form.template.columns
    last = len(columns) or 6  # a form without a table lies over six
    half = max(1, last // 2 - 1)
    for place, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width * _MM_TO_WIDTH
    _set_up_page(sheet, landscape=template.landscape)
    writer = _Rows(sheet)
    if template.national:
        left = [form.values.get("agency_parent", "").upper(), (form.values.get("agency") or "").upper()]
        for number, (office, nation) in enumerate(zip(left, NATION, strict=True)):
            writer.spread([(1, half, office), (half + 1, last, nation)], bold=(number == 1, True))
        writer.empty()
    writer.spread([(1, last, filled(template.title, form.values))], bold=(True,), size=14)
    for line in template.above:
        writer.spread([(1, last, filled(line, form.values))])
    tally = Tally(form)
    if columns:
        writer.empty()
        writer.table([column.head for column in columns], ["center"] * last, bold=True)
        head_row = writer.at
        if template.numbered_columns:
            writer.table([f"({place})" for place in range(1, last + 1)], ["center"] * last, italic=True)
        sheet.print_title_rows = f"{head_row}:{writer.at}"
        aligns = [column.align for column in columns]
        numbers = [column.number for column in columns]
        for row in tally.rows():
            writer.table(row.cells, aligns, bold=row.heading, numbers=numbers)
        writer.empty()
    values = tally.values | dict(form.values)
    for line in tally.below:
        writer.spread([(1, last, filled(line, values))], align="left")
    if template.signers:
        _sign(writer, form, values, last)
    if template.unverified:
        writer.empty()
        writer.spread([(1, last, template.unverified)], align="left", size=8)
    for area in writer.merged:
        sheet.merged_cells.ranges.add(area)
    book.save(path)
    return tally.count


def save_table(
    sheets: Iterable[tuple[str, Sequence[Sequence[str]], Iterable[Sequence[str]]]], path: Path
) -> None:
    """Write sheets of (name, rows of heads, rows) as plain tables of text."""
    book = Workbook(write_only=True)
    for name, heads, rows in sheets:
        sheet = book.create_sheet(_sheet_name(name))
        _set_up_page(sheet, landscape=True)
        sheet.freeze_panes = f"A{len(heads) + 1}"
        writer = _Rows(sheet)
        for cells in heads:
            writer.table(cells, ["center"] * len(cells), bold=True)
        for cells in rows:
            writer.table(cells, ["left"] * len(cells))
    book.save(path)


def _sign(writer: "_Rows", form: Form, values: dict[str, str], last: int) -> None:
    signers = form.template.signers
    parts = max(2, len(signers))
    edges = [round(last * part / parts) for part in range(parts + 1)]
    spans = [(edges[i] + 1, max(edges[i] + 1, edges[i + 1])) for i in range(parts)][-len(signers) :]
    writer.empty()
    if any(signer.dated for signer in signers):
        when = filled("{place}, ngày {day} tháng {month} năm {today_year}", values)
        writer.spread(
            [(*span, when if signer.dated else "") for span, signer in zip(spans, signers, strict=True)],
            italic=True,
        )
    writer.spread(
        [(*span, s.title) for span, s in zip(spans, signers, strict=True)], bold=(True,) * len(signers)
    )
    writer.spread([(*span, s.note) for span, s in zip(spans, signers, strict=True)], italic=True)
    for _ in range(4):
        writer.empty()
    names = [filled(signer.name, values) if signer.name else "" for signer in signers]
    named = [(*span, "" if "…" in name else name) for span, name in zip(spans, names, strict=True)]
    writer.spread(named, bold=(True,) * len(signers))


class _Rows:
    """Puts rows on a sheet one after another."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self.at = 0
        self.merged: list[str] = []
        self._fonts: dict[tuple[bool, bool, float], Font] = {}
        self._alignments: dict[tuple[str, bool], Alignment] = {}

    def empty(self) -> None:
        """Leave a row free."""
        self.at += 1
        self._sheet.append([])

    def spread(
        self,
        texts: Sequence[tuple[int, int, str]],
        *,
        bold: Sequence[bool] = (),
        italic: bool = False,
        size: float = 12,
        align: str = "center",
    ) -> None:
        """Put texts, each over the columns from its first to its last."""
        self.at += 1
        cells: list[Any] = [None] * max(last for _first, last, _text in texts)
        for place, (first, last, text) in enumerate(texts):
            strong = place < len(bold) and bold[place]
            cells[first - 1] = self._cell(text, self._font(strong, italic, size), align, wrap=last > first)
            if last > first:
                self.merged.append(f"{get_column_letter(first)}{self.at}:{get_column_letter(last)}{self.at}")
        self._sheet.append(cells)

    def table(
        self,
        texts: Sequence[str],
        aligns: Sequence[str],
        *,
        bold: bool = False,
        italic: bool = False,
        numbers: Sequence[bool] = (),
    ) -> None:
        """Put a row of the table, with its rules."""
        self.at += 1
        font = self._font(bold, italic, 11)
        cells = []
        for place, (text, align) in enumerate(zip(texts, aligns, strict=True)):
            cell = self._cell(text, font, align, wrap=True)
            if place < len(numbers) and numbers[place] and text.isdecimal() and len(text) < 10:
                cell.value = int(text)
            cell.border = _BORDER
            cells.append(cell)
        self._sheet.append(cells)

    def _cell(self, text: str, font: Font, align: str, *, wrap: bool) -> Any:
        cell = WriteOnlyCell(self._sheet)
        if text:
            cell.value = safe(text)
            cell.data_type = "s"  # "=..." in a title is a title, never a formula
        cell.font = font
        cell.alignment = self._alignment(align, wrap)
        return cell

    def _font(self, bold: bool, italic: bool, size: float) -> Font:
        key = (bold, italic, size)
        if key not in self._fonts:
            self._fonts[key] = Font(name=FACE, size=size, bold=bold, italic=italic)
        return self._fonts[key]

    def _alignment(self, align: str, wrap: bool) -> Alignment:
        key = (align, wrap)
        if key not in self._alignments:
            self._alignments[key] = Alignment(horizontal=align, vertical="top", wrap_text=wrap)
        return self._alignments[key]


def safe(text: str) -> str:
    """Return `text` without what no spreadsheet can hold; "_x0041_" is written so that it comes back."""
    kept = _UNPRINTABLE.sub("", text)
    return _ESCAPED.sub(lambda found: "_x005F" + found.group(), kept)[:CELL_LENGTH]


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "Danh sách"


def _set_up_page(sheet: Any, *, landscape: bool) -> None:
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left, sheet.page_margins.right = 30 / 25.4, 15 / 25.4
    sheet.page_margins.top = sheet.page_margins.bottom = 20 / 25.4
    sheet.oddFooter.center.text = "Trang &P/&N"
