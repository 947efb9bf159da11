"""Sheets on their way to the printer: words, rules and QR squares put at a place, written page by page."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import BinaryIO, Literal

from paper import pdfa
from paper.pdf_writer import PdfWriter
from paper.typeface import STYLES, Typeface

MM = 72 / 25.4
A4 = (210.0, 297.0)
"""Width and height in mm."""

Align = Literal["left", "center", "right"]

_FONTS = {style: f"F{number}" for number, style in enumerate(STYLES)}


class PrintRun:
    """One PDF/A-2b of printed sheets; a page is written when the next begins, so any number fits in memory.

    All places are mm from the top left corner of the sheet; y of a word is its base line.
    """

    def __init__(self, out: BinaryIO, face: Typeface, *, title: str, made_at: datetime) -> None:
        self._writer = PdfWriter(out)
        self._face = face
        self._title, self._made_at = title, made_at
        self._tree = self._writer.reserve()
        self._total = self._writer.reserve()
        self._fonts = {style: self._writer.reserve() for style in STYLES}
        fonts = b" ".join(b"/%s %d 0 R" % (_FONTS[style].encode(), n) for style, n in self._fonts.items())
        self._resources = self._writer.write(
            b"<</Font <<%s>> /XObject <</Total %d 0 R>>>>" % (fonts, self._total)
        )
        self._kids: list[int] = []
        self._content: list[str] = []
        self.width, self.height = A4
        self._total_size = 0.0

    @property
    def pages(self) -> int:
        """Pages begun so far."""
        return len(self._kids) + bool(self._content)

    def page(self, *, landscape: bool = False) -> None:
        """Begin a page."""
        self._end_page()
        self.width, self.height = (A4[1], A4[0]) if landscape else A4
        self._content = ["0.5 w 0 g 0 G"]

    def word_width(self, text: str, size: float, style: str = "regular") -> float:
        """Return the mm that `text` takes on one line."""
        face = self._face.faces[style]
        return face.width(face.shown(text), size) / MM

    def wrap(self, text: str, width: float, size: float, style: str = "regular") -> list[str]:
        """Return the lines of `text` in `width` mm; a word that is longer than a line is cut."""
        face = self._face.faces[style]
        room = width * MM
        blank = face.width(" ", size)
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line, used = "", 0.0
            for word in face.shown(paragraph).split():
                wide = face.width(word, size)
                if line and used + blank + wide <= room:
                    line, used = f"{line} {word}", used + blank + wide
                    continue
                if line:
                    lines.append(line)
                while wide > room and len(word) > 1:
                    fits = _fitting(face.width, word, room, size)
                    fits = _after_a_mark(word[:fits]) or fits
                    lines.append(word[:fits])
                    word = word[fits:]
                    wide = face.width(word, size)
                line, used = word, wide
            lines.append(line)
        return lines

    def write(
        self, x: float, y: float, text: str, size: float, style: str = "regular", align: Align = "left"
    ) -> None:
        """Put one line of text so that it begins, is centred or ends at `x`."""
        shown = self._face.faces[style].shown(text)
        if not shown.strip():
            return
        if align != "left":
            wide = self._face.faces[style].width(shown, size) / MM
            x -= wide / 2 if align == "center" else wide
        code = self._face.use(style, shown)
        self._content.append(
            f"BT /{_FONTS[style]} {size:g} Tf {x * MM:.2f} {self._up(y):.2f} Td <{code}> Tj ET"
        )

    def page_number(self, x: float, y: float, size: float) -> None:
        """Put "Trang 3/12", centred at `x`; the last number is filled in at the end."""
        self._total_size = size
        shown = f"Trang {self.pages}/"
        wide = self.word_width(shown, size)
        left = x - wide / 2 - self.word_width("00", size) / 2
        self.write(left, y, shown, size)
        self._content.append(f"q 1 0 0 1 {(left + wide) * MM:.2f} {self._up(y):.2f} cm /Total Do Q")

    def rule(self, x0: float, y0: float, x1: float, y1: float, weight: float = 0.5) -> None:
        """Draw a line, `weight` points thick."""
        self._content.append(
            f"{weight:g} w {x0 * MM:.2f} {self._up(y0):.2f} m {x1 * MM:.2f} {self._up(y1):.2f} l S"
        )

    def frame(self, x: float, y: float, width: float, height: float, weight: float = 0.5) -> None:
        """Draw a rectangle whose top left corner is at (x, y)."""
        self._content.append(
            f"{weight:g} w {x * MM:.2f} {self._up(y + height):.2f} {width * MM:.2f} {height * MM:.2f} re S"
        )

    def squares(self, x: float, y: float, side: float, rows: Sequence[Sequence[bool]]) -> None:
        """Draw a square pattern (a QR code), `side` mm wide, its dark cells run together by row."""
        cell = side / len(rows)
        drawn = []
        for down, row in enumerate(rows):
            start = None
            for across in range(len(row) + 1):
                dark = across < len(row) and row[across]
                if dark and start is None:
                    start = across
                elif not dark and start is not None:
                    left, low = (x + start * cell) * MM, self._up(y + (down + 1) * cell)
                    # A hair taller than the cell: no white seam where a viewer rounds.
                    drawn.append(
                        f"{left:.3f} {low:.3f} {(across - start) * cell * MM:.3f} {cell * MM + 0.02:.3f} re"
                    )
                    start = None
        self._content.append("\n".join([*drawn, "f"]))

    def finish(self) -> None:
        """Write the last page, the typeface and the end."""
        self._end_page()
        size = self._total_size or 10.0
        code = self._face.use("regular", str(len(self._kids)))
        content = f"BT /{_FONTS['regular']} {size:g} Tf 0 0 Td <{code}> Tj ET".encode("ascii")
        resources = b"<</Font <</%s %d 0 R>>>>" % (_FONTS["regular"].encode(), self._fonts["regular"])
        self._writer.write(
            b"<</Type /XObject /Subtype /Form /BBox [0 -10 60 30] /Resources %s /Length %d>>\n"
            b"stream\n%s\nendstream" % (resources, len(content), content),
            self._total,
        )
        kids = b" ".join(b"%d 0 R" % kid for kid in self._kids)
        self._writer.write(b"<</Type /Pages /Count %d /Kids [%s]>>" % (len(self._kids), kids), self._tree)
        self._face.embed(self._writer, self._fonts)
        pdfa.finish(self._writer, pages=self._tree, title=self._title, language="vi", made_at=self._made_at)

    def _end_page(self) -> None:
        if not self._content:
            return
        stream = self._writer.write_stream("\n".join(self._content).encode("ascii"))
        self._kids.append(
            self._writer.write(
                b"<</Type /Page /Parent %d 0 R /MediaBox [0 0 %.3f %.3f] /Resources %d 0 R /Contents %d 0 R>>"
                % (self._tree, self.width * MM, self.height * MM, self._resources, stream)
            )
        )
        self._content = []

    def _up(self, y: float) -> float:
        return (self.height - y) * MM


def _fitting(width: Callable[[str, float], float], word: str, room: float, size: float) -> int:
    """Return how many letters of `word` fit, at least one."""
    used = 0.0
    for count, letter in enumerate(word):
        used += width(letter, size)
        if used > room:
            return max(1, count)
    return len(word)


def _after_a_mark(word: str) -> int:
    """Return where a notation such as 01.TCCB.UBND-TH is best cut, in its latter half; 0 = nowhere."""
    best = max(word.rfind(mark) + 1 for mark in "./-_")
    return best if best > len(word) // 2 else 0
