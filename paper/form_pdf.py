"""Forms with a table on paper: PDF/A-2b, heads repeated on every page, "Trang x/y" at the foot."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from paper.form import Column, Form, Row, Signer, Tally, filled
from paper.print_run import PrintRun
from paper.typeface import typeface

LEFT, RIGHT, TOP, BOTTOM = 30.0, 15.0, 20.0, 20.0
"""Margins in mm: NĐ 30/2020, Phụ lục I (left 30-35, right 15-20, top and bottom 20-25)."""

HEAD, TITLE, TEXT, CELL, SMALL = 12.0, 14.0, 13.0, 11.0, 8.0
"""Points."""

LEADING = 1.22
"""Lines of a cell, in type sizes."""
PAD = 1.2
"""mm between a rule and what stands in the cell."""
POINT = 25.4 / 72

SIGN_ROOM = 25.0
"""mm for a signature."""

NATION = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def print_form(form: Form, out: BinaryIO, *, made_at: datetime, fonts: Path | None = None) -> int:
    """Write `form` as a PDF/A-2b and return its number of pages; memory does not grow with its rows.

    Raises:
        TypefaceMissing: no typeface to print it in.
    """
    title = filled(form.template.title, form.values)
    run = PrintRun(out, typeface(fonts), title=title, made_at=made_at)
    sheet = _Sheet(run, form)
    sheet.begin()
    tally = Tally(form)
    if form.template.columns:
        sheet.heads()
        for row in tally.rows():
            sheet.row(row)
    values = tally.values | dict(form.values)
    sheet.below([filled(text, values) for text in tally.below])
    sheet.sign(form.template.signers, values)
    sheet.end()
    run.finish()
    return run.pages


class _Sheet:
    """The sheet that is being filled, and how far down."""

    def __init__(self, run: PrintRun, form: Form) -> None:
        self._run, self._form = run, form
        self._y = 0.0
        self._left = LEFT if not form.template.landscape else TOP
        self._columns = _fitted(form.template.columns, self._inner)

    @property
    def _inner(self) -> float:
        return (297.0 if self._form.template.landscape else 210.0) - self._left - RIGHT

    @property
    def _lowest(self) -> float:
        return self._run.height - BOTTOM

    def begin(self) -> None:
        """Begin the first page: who, what, for when."""
        template, values = self._form.template, self._form.values
        self._run.page(landscape=template.landscape)
        self._y = TOP
        if template.national:
            self._letterhead(values.get("agency_parent", ""), values.get("agency") or filled("{_}", {}))
        self._y += 5
        middle = self._left + self._inner / 2
        self._centred(filled(template.title, values), middle, self._inner, TITLE, "bold")
        for line in template.above:
            self._centred(filled(line, values), middle, self._inner, TEXT, "regular")
        self._y += 3

    def heads(self) -> None:
        """Put the heads of the columns."""
        cells = [self._run.wrap(c.head, c.width - 2 * PAD, CELL, "bold") for c in self._columns]
        self._cells(cells, "bold", ["center"] * len(cells))
        if self._form.template.numbered_columns:
            numbers = [[f"({place})"] for place in range(1, len(cells) + 1)]
            self._cells(numbers, "italic", ["center"] * len(cells))

    def row(self, row: Row) -> None:
        """Put one row; what does not fit goes on a new page, and a row taller than a page over several."""
        style = "bold" if row.heading else "regular"
        cells = [
            self._run.wrap(text, column.width - 2 * PAD, CELL, style) if text else []
            for text, column in zip(row.cells, self._columns, strict=True)
        ]
        aligns = [column.align for column in self._columns]
        tallest = max(1, *map(len, cells))
        page = self._lines_in(self._lowest - TOP - 25)
        if tallest <= page and _height(tallest) > self._lowest - self._y:
            self._next()
        while tallest > (fits := max(1, self._lines_in(self._lowest - self._y))):
            self._cells([cell[:fits] for cell in cells], style, aligns)
            cells = [cell[fits:] for cell in cells]
            tallest -= fits
            self._next()
        self._cells(cells, style, aligns)

    def below(self, lines: Sequence[str]) -> None:
        """Put the totals under the table."""
        self._y += 4
        for line in lines:
            for part in self._run.wrap(line, self._inner, TEXT):
                self._need(7)
                self._y += TEXT * POINT * 1.35
                self._run.write(self._left, self._y, part, TEXT)

    def sign(self, signers: Sequence[Signer], values: dict[str, str]) -> None:
        """Put the places for signatures, the last one at the right."""
        if not signers:
            return
        self._need(SIGN_ROOM + 25)
        self._y += 5
        width = self._inner / max(2, len(signers))
        first = 2 - len(signers) if len(signers) < 2 else 0
        top, lowest = self._y, self._y
        for place, signer in enumerate(signers, first):
            middle = self._left + width * (place + 0.5)
            self._y = top
            if signer.dated:
                when = "{place}, ngày {day} tháng {month} năm {today_year}"
                self._centred(filled(when, values), middle, width, TEXT, "italic")
            self._centred(signer.title, middle, width, TEXT, "bold")
            if signer.note:
                self._centred(signer.note, middle, width, TEXT - 1, "italic")
            name = filled(signer.name, values) if signer.name else ""
            self._y += SIGN_ROOM
            if name and "…" not in name:
                self._centred(name, middle, width, TEXT, "bold")
            lowest = max(lowest, self._y)
        self._y = lowest

    def end(self) -> None:
        """Put the foot of the last page."""
        self._foot()

    def _letterhead(self, parent: str, agency: str) -> None:
        run, top = self._run, self._y
        left_wide, right_wide = self._inner * 0.42, self._inner * 0.58
        left, right = self._left + left_wide / 2, self._left + left_wide + right_wide / 2
        if parent:
            self._centred(parent.upper(), left, left_wide - 2, HEAD, "regular")
        self._centred(agency.upper(), left, left_wide - 2, HEAD, "bold")
        third = run.word_width(agency.upper(), HEAD, "bold")
        short = min(third, left_wide) / 5
        run.rule(left - short, self._y + 1.3, left + short, self._y + 1.3)
        lowest, self._y = self._y, top
        self._centred(NATION[0], right, right_wide, HEAD, "bold")
        self._centred(NATION[1], right, right_wide, HEAD + 1, "bold")
        under = run.word_width(NATION[1], HEAD + 1, "bold") / 2
        run.rule(right - under, self._y + 1.3, right + under, self._y + 1.3)
        self._y = max(lowest, self._y) + 2

    def _centred(self, text: str, middle: float, width: float, size: float, style: str) -> None:
        for line in self._run.wrap(text, width, size, style):
            self._y += size * POINT * 1.25
            self._run.write(middle, self._y, line, size, style, "center")

    def _cells(self, cells: Sequence[Sequence[str]], style: str, aligns: Sequence[str]) -> None:
        height = _height(max(1, *map(len, cells)))
        x = self._left
        for lines, column, align in zip(cells, self._columns, aligns, strict=True):
            self._run.frame(x, self._y, column.width, height)
            for number, line in enumerate(lines):
                base = self._y + PAD + (number * LEADING + 0.86) * CELL * POINT
                if align == "center":
                    self._run.write(x + column.width / 2, base, line, CELL, style, "center")
                elif align == "right":
                    self._run.write(x + column.width - PAD, base, line, CELL, style, "right")
                else:
                    self._run.write(x + PAD, base, line, CELL, style)
            x += column.width
        self._y += height

    def _lines_in(self, room: float) -> int:
        return int((room - 2 * PAD) / (CELL * POINT * LEADING))

    def _need(self, height: float) -> None:
        if self._y + height > self._lowest:
            self._foot()
            self._run.page(landscape=self._form.template.landscape)
            self._y = TOP

    def _next(self) -> None:
        self._foot()
        self._run.page(landscape=self._form.template.landscape)
        self._y = TOP
        self.heads()

    def _foot(self) -> None:
        run, template = self._run, self._form.template
        run.page_number(self._left + self._inner / 2, run.height - 10, 10)
        if template.unverified:
            run.write(self._left, run.height - 5.5, template.unverified, SMALL, "italic")


def _height(lines: int) -> float:
    return lines * CELL * POINT * LEADING + 2 * PAD


def _fitted(columns: Sequence[Column], inner: float) -> list[Column]:
    """Return the columns drawn wide or narrow so that together they fill the sheet."""
    total = sum(column.width for column in columns)
    return [Column(c.head, c.width * inner / total, c.align, c.number, c.retention) for c in columns]
