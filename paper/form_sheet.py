"""The sheet that a form is drawn on: letterhead, lines, rows of cells, places to sign, foot of each page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from paper.form import Column, Row, Signer, filled
from paper.print_run import PrintRun
from paper.sheet_mark import squares_of

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

SIGN_BLOCK = SIGN_ROOM + 25.0
"""mm for the places to sign, with what stands over and under them."""

MARK = 21.0
"""mm of a QR code in a table; its cells are then near 0.5 mm, which a telephone reads off a laser print."""

NATION = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


class FormSheet:
    """The sheet that is being filled, and how far down. Places are mm from the top left corner."""

    def __init__(self, run: PrintRun, *, landscape: bool = False, foot: str = "") -> None:
        self._run, self._landscape, self._note = run, landscape, foot
        self._columns: list[Column] = []
        self._numbered = False
        self.left = LEFT if not landscape else TOP
        self.y = 0.0

    @property
    def inner(self) -> float:
        """mm between the margins."""
        return (297.0 if self._landscape else 210.0) - self.left - RIGHT

    @property
    def lowest(self) -> float:
        """The lower margin."""
        return self._run.height - BOTTOM

    def begin(self) -> None:
        """Begin the first page."""
        self._run.page(landscape=self._landscape)
        self.y = TOP

    def letterhead(self, parent: str, agency: str, when: str = "") -> None:
        """Put the office on the left, the nation on the right, and `when` under it."""
        run, top = self._run, self.y
        left_wide, right_wide = self.inner * 0.42, self.inner * 0.58
        left, right = self.left + left_wide / 2, self.left + left_wide + right_wide / 2
        if parent:
            self.centred(parent.upper(), left, left_wide - 2, HEAD, "regular")
        self.centred(agency.upper(), left, left_wide - 2, HEAD, "bold")
        third = run.word_width(agency.upper(), HEAD, "bold")
        short = min(third, left_wide) / 5
        run.rule(left - short, self.y + 1.3, left + short, self.y + 1.3)
        lowest, self.y = self.y, top
        self.centred(NATION[0], right, right_wide, HEAD, "bold")
        self.centred(NATION[1], right, right_wide, HEAD + 1, "bold")
        under = run.word_width(NATION[1], HEAD + 1, "bold") / 2
        run.rule(right - under, self.y + 1.3, right + under, self.y + 1.3)
        if when:
            self.y += 3
            self.centred(when, right, right_wide, TEXT, "italic")
        self.y = max(lowest, self.y) + 2

    def title(self, title: str, lines: Sequence[str]) -> None:
        """Put what the paper is, and for when."""
        self.y += 5
        middle = self.left + self.inner / 2
        self.centred(title, middle, self.inner, TITLE, "bold")
        for line in lines:
            self.centred(line, middle, self.inner, TEXT, "regular")
        self.y += 3

    def heads(self, columns: Sequence[Column], *, numbered: bool) -> None:
        """Put the heads of a table; they come again on every page until the next table."""
        self._columns, self._numbered = _fitted(columns, self.inner), numbered
        self._heads()

    def row(self, row: Row) -> None:
        """Put one row; what does not fit goes on a new page, and a row taller than a page over several."""
        style = "bold" if row.heading else "regular"
        if any(column.mark for column in self._columns):
            self._marked_row(row)
            return
        cells = self._wrapped(row, style)
        aligns = [column.align for column in self._columns]
        tallest = max(1, *map(len, cells))
        page = self._lines_in(self.lowest - TOP - 25)
        if tallest <= page and height_of(tallest) > self.lowest - self.y:
            self._next()
        while tallest > (fits := max(1, self._lines_in(self.lowest - self.y))):
            self._cells([cell[:fits] for cell in cells], style, aligns)
            cells = [cell[fits:] for cell in cells]
            tallest -= fits
            self._next()
        self._cells(cells, style, aligns)

    def _wrapped(self, row: Row, style: str) -> list[list[str]]:
        return [
            self._run.wrap(text, column.width - 2 * PAD, CELL, style) if text and not column.mark else []
            for text, column in zip(row.cells, self._columns, strict=True)
        ]

    def _marked_row(self, row: Row) -> None:
        """Put a row with QR codes, as tall as these."""
        cells = self._wrapped(row, "regular")
        room = max(MARK + 2 * PAD, height_of(max(map(len, cells))))
        if room > self.lowest - self.y:
            self._next()
        top, x = self.y, self.left
        self._cells(cells, "regular", [column.align for column in self._columns], height=room)
        for text, column in zip(row.cells, self._columns, strict=True):
            if column.mark and text:
                left = x + (column.width - MARK) / 2
                self._run.squares(left, top + PAD, MARK, squares_of(text, correction="L"))
            x += column.width

    def line(
        self,
        text: str,
        style: str = "regular",
        *,
        indent: float = 0.0,
        size: float = TEXT,
        with_next: float = 0.0,
    ) -> None:
        """Put a paragraph, its first line `indent` mm in; `with_next` mm must follow it on the same page."""
        parts = (
            self._run.wrap(text, self.inner, size, style)
            if not indent
            else self._indented(text, indent, style)
        )
        for number, part in enumerate(parts):
            self.need(7 + (with_next if not number else 0))
            self.y += size * POINT * 1.35
            self._run.write(self.left + (indent if not number else 0.0), self.y, part, size, style)

    def sign(self, signers: Sequence[Signer], values: Mapping[str, str]) -> None:
        """Put the places for signatures, the last one at the right."""
        if not signers:
            return
        self.need(SIGN_BLOCK)
        self.y += 5
        width = self.inner / max(2, len(signers))
        first = 2 - len(signers) if len(signers) < 2 else 0
        top, lowest = self.y, self.y
        for place, signer in enumerate(signers, first):
            middle = self.left + width * (place + 0.5)
            self.y = top
            if signer.dated:
                when = "{place}, ngày {day} tháng {month} năm {today_year}"
                self.centred(filled(when, values), middle, width, TEXT, "italic")
            self.centred(signer.title, middle, width, TEXT, "bold")
            if signer.note:
                self.centred(signer.note, middle, width, TEXT - 1, "italic")
            name = filled(signer.name, values) if signer.name else ""
            self.y += SIGN_ROOM
            if name and "…" not in name:
                self.centred(name, middle, width, TEXT, "bold")
            lowest = max(lowest, self.y)
        self.y = lowest

    def end(self) -> None:
        """Put the foot of the last page."""
        run = self._run
        run.page_number(self.left + self.inner / 2, run.height - 10, 10)
        for number, line in enumerate(
            run.wrap(self._note, self.inner, SMALL, "italic") if self._note else ()
        ):
            run.write(self.left, run.height - 5.5 + number * 2.9, line, SMALL, "italic")

    def need(self, height: float) -> None:
        """Go on to a new page where `height` mm are not left on this one."""
        if self.y + height > self.lowest:
            self.new_page()

    def new_page(self) -> None:
        """End this page and begin another."""
        self.end()
        self._run.page(landscape=self._landscape)
        self.y = TOP

    def centred(self, text: str, middle: float, width: float, size: float, style: str) -> None:
        """Put a text around `middle`, in as many lines as it takes."""
        for line in self._run.wrap(text, width, size, style):
            self.y += size * POINT * 1.25
            self._run.write(middle, self.y, line, size, style, "center")

    def _heads(self) -> None:
        cells = [self._run.wrap(c.head, c.width - 2 * PAD, CELL, "bold") for c in self._columns]
        self._cells(cells, "bold", ["center"] * len(cells))
        if self._numbered:
            numbers = [[f"({place})"] for place in range(1, len(cells) + 1)]
            self._cells(numbers, "italic", ["center"] * len(cells))

    def _indented(self, text: str, indent: float, style: str) -> list[str]:
        first, *rest = self._run.wrap(text, self.inner - indent, TEXT, style)
        return [first, *self._run.wrap(" ".join(rest), self.inner, TEXT, style)] if rest else [first]

    def _cells(
        self, cells: Sequence[Sequence[str]], style: str, aligns: Sequence[str], *, height: float = 0.0
    ) -> None:
        height = height or height_of(max(1, *map(len, cells)))
        x = self.left
        for lines, column, align in zip(cells, self._columns, aligns, strict=True):
            self._run.frame(x, self.y, column.width, height)
            for number, line in enumerate(lines):
                base = self.y + PAD + (number * LEADING + 0.86) * CELL * POINT
                if align == "center":
                    self._run.write(x + column.width / 2, base, line, CELL, style, "center")
                elif align == "right":
                    self._run.write(x + column.width - PAD, base, line, CELL, style, "right")
                else:
                    self._run.write(x + PAD, base, line, CELL, style)
            x += column.width
        self.y += height

    def _lines_in(self, room: float) -> int:
        return int((room - 2 * PAD) / (CELL * POINT * LEADING))

    def _next(self) -> None:
        self.new_page()
        self._heads()


def height_of(lines: int) -> float:
    """Return the mm that a row of so many lines takes."""
    return lines * CELL * POINT * LEADING + 2 * PAD


def _fitted(columns: Sequence[Column], inner: float) -> list[Column]:
    """Return the columns drawn wide or narrow so that together they fill the sheet."""
    total = sum(column.width for column in columns)
    return [replace(column, width=column.width * inner / total) for column in columns]
