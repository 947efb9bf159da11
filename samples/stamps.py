"""Rubber stamps under the number: urgency, circulation, copy form, and the receiver's "ĐẾN"."""

from collections.abc import Sequence

from samples.content import Document
from samples.fonts import font
from samples.sheet import Glyphs, Sheet, hand_width


def press(sheet: Sheet, document: Document, *, x: int, y: int, size: int, gap: int, family: str) -> int:
    """Press the document's stamps one under the other, each in its frame.

    Args:
        sheet: where they are put.
        document: what they say.
        x: left edge of all, pixels.
        y: top of the first, pixels.
        size: pixels an em of the incoming stamp; marks are larger.
        gap: pixels between a frame and what stands in it.
        family: of the type.

    Returns:
        Where the last ends, pixels; 0 where there is none.
    """
    below = 0
    for text in filter(None, (document.urgency, document.circulation, document.copy_form)):
        below = _framed(sheet, x, y, [[(text, False)]], round(size * 1.15), gap, family, "bold")
        y = below + gap
    if document.arrival is not None:
        day = document.arrival.day
        pens = [("Ngày:", False), (f"{day.day:02d}", True), ("/", False), (f"{day.month:02d}", True)]
        lines = [
            [("ĐẾN", False)],
            [("Số:", False), (document.arrival.number, True)],
            [*pens, ("/", False), (str(day.year), True)],
        ]
        below = _framed(sheet, x, y, lines, size, gap, family, "regular")
    return below


def _framed(
    sheet: Sheet, x: int, y: int, lines: Sequence[Sequence[tuple[str, bool]]], size: int, gap: int,
    family: str, style: str,
) -> int:  # fmt: skip
    """Put lines of (words, by pen) into a red frame whose top is at y; return where it ends."""
    right, base = x, y + gap + size
    for line in lines:
        at, glyphs = x + gap, []
        for text, hand in line:
            for word in text.split():
                ink = "blue" if hand else "red"
                glyphs.append(Glyphs(word, at, base, style, size, ink, hand=hand, family=family))
                wide = hand_width(word, size) if hand else round(font(family, style, size).getlength(word))
                at += wide + size // 4
        sheet.lines.append(("stamp", glyphs))
        right, base = max(right, at), base + round(size * 1.35)
    bottom = base - round(size * 1.35) + gap + size // 6
    sheet.frames.append((x, y, right + gap, bottom))
    return bottom
