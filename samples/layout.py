"""Setting an invented record in type: the places of NĐ 30/2020 on A4, page after page, in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

from samples.content import MOTTO, NATION, Document, Para, Signer, Table
from samples.fonts import font
from samples.names import plain, spoken
from samples.sheet import PAGE_MM, Glyphs, Sheet, hand_width
from samples.stamps import press

__all__ = ["Glyphs", "Look", "Sheet", "hand_width", "typeset"]

NATION_WIDTH = 2086.0
"""Width of `NATION` in Liberation Serif Bold at 100 pixels an em."""


@dataclass(frozen=True)
class Look:
    """How an office prints: chosen once for a document."""

    family: str = "serif"
    body_pt: float = 13.5
    leading: float = 1.32  #: line height over type height
    hand_number: bool = False  #: the number is filled in by pen
    hand_day: bool = False  #: the day too
    name_stamp: bool = False  #: the signer's name is a red stamp


def typeset(document: Document, *, dpi: int, look: Look | None = None) -> list[Sheet]:
    """Return the pages of the document, at least one; truth and picture both come from them."""
    return _Setter(document, dpi, look or Look()).run()


class _Setter:
    """Walks down the page; `y` is the baseline of the line to come, in pixels."""

    def __init__(self, document: Document, dpi: int, look: Look) -> None:
        self.document, self.dpi, self.look = document, dpi, look
        # DejaVu, the fall-back, runs wider than the Times-like face the sizes of NĐ 30/2020 are meant for
        self.scale = min(1.0, NATION_WIDTH / font(look.family, "bold", 100).getlength(NATION))
        if look.family == "typewriter":
            self.scale = min(self.scale, 0.86)
        self.left, self.right = self.mm(30), self.mm(PAGE_MM[0] - 17)
        self.bottom = self.mm(PAGE_MM[1] - 21)
        self.sheets = [Sheet(dpi)]
        self.y = self.mm(24)

    def mm(self, value: float) -> int:
        return round(value * self.dpi / 25.4)

    def pt(self, value: float) -> int:
        return round(value * self.scale * self.dpi / 72)

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    def run(self) -> list[Sheet]:
        self._head()
        for block in self.document.blocks:
            if isinstance(block, Table):
                self._table(block)
            else:
                self._para(block)
        self._foot()
        return self.sheets

    # -- pieces ---------------------------------------------------------------------------------------

    def _length(self, text: str, style: str, size: int) -> int:
        return round(font(self.look.family, style, size).getlength(text))

    def _put(
        self, part: str, text: str, x: int, y: int, style: str, size: int, *, ink: str = "black"
    ) -> None:
        """Put one line with natural blanks, its left end at x."""
        words: list[Glyphs] = []
        blank = self._length(" ", style, size)
        for word in text.split():
            words.append(Glyphs(word, x, y, style, size, ink, family=self.look.family))
            x += self._length(word, style, size) + blank
        self.sheet.lines.append((part, words))

    def _centre(
        self, part: str, text: str, x: int, y: int, style: str, size: int, *, ink: str = "black"
    ) -> int:
        """Put one line around x; return its width."""
        blanks = text.count(" ") * self._length(" ", style, size)
        width = blanks + sum(self._length(word, style, size) for word in text.split())
        self._put(part, text, x - width // 2, y, style, size, ink=ink)
        return width

    def _rule(self, x: int, y: int, width: int) -> None:
        self.sheet.rules.append((x - width // 2, y, x + width // 2, y + max(1, self.dpi // 150)))

    def _wrap(
        self, words: Sequence[tuple[str, str]], size: int, width: int, indent: int
    ) -> list[list[tuple[str, str]]]:
        """Break (word, style) pairs into lines no wider than `width`, the first shorter by `indent`."""
        lines: list[list[tuple[str, str]]] = []
        line: list[tuple[str, str]] = []
        room = width - indent
        used = 0
        for word, style in words:
            need = self._length(word, style, size)
            blank = self._length(" ", style, size)
            if line and used + blank + need > room:
                lines.append(line)
                line, used, room = [], 0, width
            used += need + (blank if line else 0)
            line.append((word, style))
        if line:
            lines.append(line)
        return lines

    def _new_page(self) -> None:
        self.sheets.append(Sheet(self.dpi))
        size = self.pt(13)
        self._centre("page", str(len(self.sheets)), self.mm(PAGE_MM[0] / 2), self.mm(15), "regular", size)
        self.y = self.mm(26)

    def _room(self, needed: int) -> None:
        if self.y + needed > self.bottom:
            self._new_page()

    # -- heads ----------------------------------------------------------------------------------------

    def _head(self) -> None:
        document, y0 = self.document, self.y
        step = self.pt(17)
        if not document.issuer:
            middle = (self.left + self.right) // 2
            self._centre("nation", NATION, middle, y0, "bold", self.pt(13))
            width = self._centre("nation", MOTTO, middle, y0 + step, "bold", self.pt(14))
            self._rule(middle, y0 + step + self.pt(6), width)
            self.y = y0 + 2 * step + self.pt(26)
            self._title()
            self._address()
            return
        column_left, column_right = self.mm(63), self.mm(146)
        below = y0
        for i, line in enumerate(document.nation):
            below = y0 + i * step
            width = self._centre("nation", line, column_right, below, "bold", self.pt(12.5 + i))
        self._rule(column_right, below + self.pt(6), width)
        y = y0
        for line in document.parent:
            self._centre("issuer", line, column_left, y, "regular", self.pt(12.5))
            y += step
        for line in document.issuer:
            self._centre("issuer", line, column_left, y, "bold", self.pt(12.5))
            y += step
        self._rule(column_left, y - step + self.pt(7), self.mm(18))
        y = max(y, y0 + 2 * step) + self.pt(10)
        size = self.pt(13)
        self._number(column_left, y, size)
        self._date(column_right, y, size)
        self.y = y + self.pt(16)
        if document.kind:
            pressed = self._stamps(y + self.pt(10))
            self.y = pressed + self.pt(24) if pressed else y + self.pt(38)
            self._title()
        else:
            words = [(word, "regular") for word in document.subject.split()]
            for row in self._wrap(words, self.pt(12), self.mm(62), 0):
                self.y += self.pt(1)
                self._centre(
                    "title", " ".join(w for w, _ in row), column_left, self.y, "regular", self.pt(12)
                )
                self.y += self.pt(14)
            self.y = max(self.y, self._stamps(self.y - self.pt(4)))
            self.y += self.pt(18)
        self._address()

    def _date(self, x: int, y: int, size: int) -> None:
        document = self.document
        told = plain(document.day) if document.plain_day else spoken(document.day)
        if not self.look.hand_day:
            self._centre("date", f"{document.place}, ngày {told}", x, y, "italic", size)
            return
        day, rest = told.split(" ", 1)
        head, family = f"{document.place}, ngày", self.look.family
        blank, pen = self._length(" ", "italic", size), hand_width(day, size)
        widths = [self._length(word, "italic", size) + blank for word in head.split()]
        at = x - (sum(widths) + pen + self.pt(3) + self._length(rest, "italic", size)) // 2
        words: list[Glyphs] = []
        for word, width in zip(head.split(), widths, strict=True):
            words.append(Glyphs(word, at, y, "italic", size, family=family))
            at += width
        words.append(Glyphs(day, at, y, "italic", size, "blue", hand=True, family=family))
        at += pen + self.pt(3)
        for word in rest.split():
            words.append(Glyphs(word, at, y, "italic", size, family=family))
            at += self._length(word, "italic", size) + blank
        self.sheet.lines.append(("date", words))

    def _stamps(self, y: int) -> int:
        return press(
            self.sheet,
            self.document,
            x=self.left,
            y=y,
            size=self.pt(12),
            gap=self.mm(2),
            family=self.look.family,
        )

    def _number(self, x: int, y: int, size: int) -> None:
        document = self.document
        tail = f"{document.joint}{document.notation}" if document.notation else ""
        if not self.look.hand_number:
            self._centre("number", f"Số: {document.number}{tail}", x, y, "regular", size)
            return
        label, pen = self._length("Số: ", "regular", size), hand_width(document.number, size)
        start = x - (label + pen + self._length(tail, "regular", size)) // 2
        family = self.look.family
        self.sheet.lines.append(
            (
                "number",
                [
                    Glyphs("Số:", start, y, "regular", size, family=family),
                    Glyphs(
                        document.number, start + label, y, "regular", size, "blue", hand=True, family=family
                    ),
                    Glyphs(tail, start + label + pen + self.pt(2), y, "regular", size, family=family),
                ],
            )
        )

    def _title(self) -> None:
        middle = (self.left + self.right) // 2
        self._centre("title", self.document.kind, middle, self.y, "bold", self.pt(14.5))
        self.y += self.pt(18)
        words = [(word, "bold") for word in self.document.subject.split()]
        width = 0
        for line in self._wrap(words, self.pt(13.5), self.mm(125), 0):
            text = " ".join(word for word, _ in line)
            width = self._centre("title", text, middle, self.y, "bold", self.pt(13.5))
            self.y += self.pt(17)
        if self.document.issuer:
            self._rule(middle, self.y - self.pt(11), max(width // 3, self.mm(20)))
        self.y += self.pt(14)
        if self.document.decider:
            self._centre("title", self.document.decider, middle, self.y, "bold", self.pt(13))
            self.y += self.pt(26)

    def _address(self) -> None:
        names, size = self.document.addressees, self.pt(13.5)
        if not names:
            return
        x = self.left + self.mm(22)
        if len(names) == 1:
            self._put("address", f"Kính gửi: {names[0]}", x, self.y, "regular", size)
            self.y += self.pt(28)
            return
        self._put("address", "Kính gửi:", x, self.y, "regular", size)
        for i, name in enumerate(names):
            self.y += self.pt(18)
            end = "." if i == len(names) - 1 else ";"
            self._put("address", f"- {name}{end}", x + self.mm(20), self.y, "regular", size)
        self.y += self.pt(28)

    # -- body -----------------------------------------------------------------------------------------

    def _para(self, para: Para) -> None:
        size = self.pt(self.look.body_pt)
        step = round(size * self.look.leading)
        if para.style == "centre":
            self._room(step * 2)
            self._centre("body", para.text, (self.left + self.right) // 2, self.y, "bold", size)
            self.y += step + self.pt(5)
            return
        style = {"basis": "italic", "heading": "bold"}.get(para.style, "regular")
        words = [(word, "bold") for word in para.lead.split()] + [(word, style) for word in para.text.split()]
        indent = self.mm(0 if para.style == "field" else 12.7)
        width = self.right - self.left
        lines = self._wrap(words, size, width, indent)
        part = "basis" if para.style == "basis" else "body"
        if para.style == "heading":
            self._room(step * 3)
        for i, line in enumerate(lines):
            self._room(0)
            start = indent if i == 0 else 0
            self._justified(part, line, self.left + start, width - start, size, last=i == len(lines) - 1)
            self.y += step
        self.y += self.pt(5)

    def _justified(
        self, part: str, line: Sequence[tuple[str, str]], x: int, width: int, size: int, *, last: bool
    ) -> None:
        lengths = [self._length(word, style, size) for word, style in line]
        gaps = len(line) - 1
        blank = self._length(" ", "regular", size)
        spare = width - sum(lengths)
        glyphs: list[Glyphs] = []
        for i, ((word, style), length) in enumerate(zip(line, lengths, strict=True)):
            glyphs.append(Glyphs(word, x, self.y, style, size, family=self.look.family))
            x += length
            if i < gaps:
                gap = blank if last else spare // (gaps - i)
                spare -= gap
                x += gap
        self.sheet.lines.append((part, glyphs))

    def _table(self, table: Table) -> None:
        size, pad = self.pt(12), self.pt(4)
        total = sum(table.widths)
        width = self.right - self.left
        edges = [self.left]
        for share in table.widths:
            edges.append(edges[-1] + round(width * share / total))
        self.y -= self.pt(8)
        for number, row in enumerate((table.columns, *table.rows)):
            style = "bold" if number == 0 else "regular"
            cells = [
                self._wrap(
                    [(word, style) for word in cell.split()], size, edges[i + 1] - edges[i] - 2 * pad, 0
                )
                for i, cell in enumerate(row)
            ]
            step = round(size * 1.2)
            height = max(len(cell) for cell in cells) * step + 2 * pad
            if self.y + height > self.bottom:
                self._new_page()
            self._row(cells, edges, style, size, step, pad, height, centred=number == 0)
            self.y += height
        self.y += self.pt(22)

    def _row(
        self, cells: list[list[list[tuple[str, str]]]], edges: list[int], style: str, size: int, step: int,
        pad: int, height: int, *, centred: bool,
    ) -> None:  # fmt: skip
        thick = max(1, self.dpi // 150)
        rules = self.sheet.rules
        rules += [(edges[0], y, edges[-1] + thick, y + thick) for y in (self.y, self.y + height)]
        rules += [(x, self.y, x + thick, self.y + height) for x in edges]
        for i, cell in enumerate(cells):
            for k, line in enumerate(cell):
                text = " ".join(word for word, _ in line)
                y = self.y + pad + k * step + round(size * 0.93)
                if centred or i == 0 or (len(cell) == 1 and len(text) < 8):
                    self._centre("table", text, (edges[i] + edges[i + 1]) // 2, y, style, size)
                else:
                    self._put("table", text, edges[i] + pad, y, style, size)

    # -- foot -----------------------------------------------------------------------------------------

    def _foot(self) -> None:
        document, signers = self.document, self.document.signers
        step = self.pt(16)
        tall = max((len(signer.title) for signer in signers), default=0) * step + self.mm(28)
        self.y += self.pt(12)
        self._room(tall)
        if not document.issuer:
            when = f"{document.place}, ngày {spoken(document.day)}"
            self._centre("date", when, self.mm(150), self.y, "italic", self.pt(13))
            self.y += step
        centres = [self.mm(150)] if len(signers) == 1 else [self.mm(68), self.mm(150)]
        for x, signer in zip(centres, signers, strict=False):
            self._signer(signer, x, step)
        if not document.recipients:
            return
        y = self.y
        self._put("recipients", "Nơi nhận:", self.left, y, "bold-italic", self.pt(12))
        for line in document.recipients:
            y += self.pt(13.5)
            self._put("recipients", f"- {line}", self.left, y, "regular", self.pt(11))

    def _signer(self, signer: Signer, x: int, step: int) -> None:
        y = self.y
        for line in signer.title:
            self._centre("signer", line, x, y, "bold", self.pt(13.5))
            y += step
        self.sheet.signatures.append((x + self.mm(3), y + self.mm(9), self.mm(34)))
        if self.document.issuer:
            self.sheet.seals.append((x - self.mm(15), y + self.mm(9), " ".join(self.document.issuer)))
        ink = "red" if self.look.name_stamp and self.document.issuer else "black"
        self._centre("signer", signer.name, x, y + self.mm(24), "bold", self.pt(13.5), ink=ink)
