"""The words of a page, set invisibly where they are printed.

Poppler, from which `pdftotext` and many viewers come, finds lines again by geometry. Three things keep it to
the lines of the reading (`docs/pdfa.md` has the figures):

- one type size and one base line for a line, one size for lines of nearly the same height;
- no hole in a line: the blank after a word is as wide as the gap, and a gap wide enough to be taken for one
  between columns holds two;
- a line is level, or, where the page is too skew for that, slants with its print and carries its text as
  ActualText, which poppler takes for the line. Pdfium (Chrome) squeezes such a text into the line's first
  word, unless each word has its own; poppler heeds those of `Span` only, pdfium the innermost of any name.
  Poppler puts such a line where its first letter stands: a blank before it stands as high as the line does
  in the middle of the page, so that lines beside one another keep their order.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from catalog.reading import Box, Line, Reading
from paper.glyphless import DESCENT, EM, UNITS_PER_EM, WIDE_GAP, Alphabet

FONT_NAME = "F"

MOST_DRIFT = 0.6
"""Share of its height by which a line may climb and still be set level: its ends are 0.3 off at most, and
poppler allows half a type size between two words of a line."""
SAME_SIZE = 1.4
"""Ratio to the page's usual line height up to which a line is set in the usual size."""
WIDE_BLANK = 0.9
"""Width, in type sizes, from which a blank counts as a gap; poppler splits a line at 1.5, a block at 1.0."""
LONGEST_BULLET = 3
WIDE_AFTER_BULLET = 0.45
"""The same after a first word of up to `LONGEST_BULLET` letters: poppler makes a column of dashes and
numbers that stand under one another."""
NARROW_BLANK = 0.2
"""Least width of a blank in type sizes; poppler takes letters under 0.1 apart for one word."""
NARROW_LETTER = 0.12
"""Least width of a letter in type sizes; poppler takes two nearer than 0.1 for one letter printed twice."""


@dataclass(frozen=True)
class SetWord:
    """A word in points of a frame: x along the lines, y across them, upwards."""

    text: str
    start: float
    end: float
    middle: float  #: y of its middle
    height: float

    @property
    def width(self) -> float:
        """Points from its first to its last letter."""
        return self.end - self.start


def text_layer(reading: Reading, alphabet: Alphabet) -> bytes:
    """Return the content stream that sets the words of `reading` in their order; empty for a blank page.

    Coordinates are those of the page before its /Rotate: points, origin at the bottom left of the master.
    """
    slanting = _Frame(reading, reading.skew)
    level = _Frame(reading, 0.0)
    lines = [words for line in reading.lines if (words := slanting.words(line))]
    if not lines:
        return b""
    heights = _sizes([median(word.height for word in words) for words in lines])
    climb = abs(math.sin(math.radians(reading.skew)))
    drift = max(
        (words[-1].end - words[0].start) * climb / height
        for words, height in zip(lines, heights, strict=True)
    )
    slants = drift > MOST_DRIFT
    frame = slanting if slants else level
    if not slants:
        lines = [words for line in reading.lines if (words := level.words(line))]
    orders = ["BT", "3 Tr"]
    for words, size in zip(lines, heights, strict=True):
        orders += _line(words, size, frame, alphabet, own_text=slants)
    orders.append("ET\n")
    return "\n".join(orders).encode("ascii")


class _Frame:
    """Axes along and across the lines of a page."""

    def __init__(self, reading: Reading, skew: float) -> None:
        self._points = 72 / reading.dpi
        self._height = reading.height
        self._sideways = reading.rotation in (90, 270)
        # Upright is `rotation + skew` clockwise from the master, so its lines run that far
        # counter-clockwise, the way angles count in a PDF.
        self._level = math.radians(reading.rotation)
        self._angle = math.radians(reading.rotation + skew)
        self._cos, self._sin = math.cos(self._angle), math.sin(self._angle)
        self._middle_x, self._middle_y = (side * self._points / 2 for side in (reading.width, reading.height))
        self._skew = abs(math.radians(reading.skew))

    def words(self, line: Line) -> list[SetWord]:
        """Return the words of `line` that have a letter to show."""
        shown = ((_shown(word.text), word.box) for word in line.words)
        return [self._word(text, box) for text, box in shown if text]

    def matrix(self, x: float, y: float) -> str:
        """Return the order that puts the pen at (x, y) of the frame, writing along the line."""
        c, s = self._cos, self._sin
        return f"{c:.5f} {s:.5f} {-s:.5f} {c:.5f} {x * c - y * s:.3f} {x * s + y * c:.3f} Tm"

    def anchor(self, x: float, y: float) -> str:
        """Return the order that puts the pen at the place of (x, y) along the page, writing level, as high
        as the line through it stands in the middle of the page."""
        climb = math.tan(self._angle - self._level)
        c, s = math.cos(self._level), math.sin(self._level)
        page_x, page_y = x * self._cos - y * self._sin, x * self._sin + y * self._cos
        along, across = page_x * c + page_y * s, page_y * c - page_x * s
        across += (self._middle_x * c + self._middle_y * s - along) * climb
        page_x, page_y = along * c - across * s, along * s + across * c
        return f"{c:.5f} {s:.5f} {-s:.5f} {c:.5f} {page_x:.3f} {page_y:.3f} Tm"

    def _word(self, text: str, box: Box) -> SetWord:
        x0, y0, x1, y1 = (side * self._points for side in box)
        x, y = (x0 + x1) / 2, self._height * self._points - (y0 + y1) / 2
        along, across = x * self._cos + y * self._sin, y * self._cos - x * self._sin
        width, height = (
            self._unslanted(y1 - y0, x1 - x0) if self._sideways else self._unslanted(x1 - x0, y1 - y0)
        )
        return SetWord(text, along - width / 2, along + width / 2, across, height)

    def _unslanted(self, width: float, height: float) -> tuple[float, float]:
        """Return the sides of the slanting word that a box of `width` x `height` just holds."""
        c, s = math.cos(self._skew), math.sin(self._skew)
        double = math.cos(2 * self._skew)
        w, h = (width * c - height * s) / double, (height * c - width * s) / double
        if w < 0.4 * width or h < 0.4 * height:  # the box is no such box
            w, h = width, min(width, height)
        return max(w, 0.5), max(h, 1.0)


def _shown(text: str) -> str:
    """Return `text` without what no font shows: control characters and halves of surrogate pairs."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))


def _sizes(heights: Sequence[float]) -> list[float]:
    """Return a type size for each line: the page's usual one wherever the line's height is near it."""
    usual = median(heights)
    return [usual if usual / SAME_SIZE < height < usual * SAME_SIZE else height for height in heights]


def _line(
    words: Sequence[SetWord], size: float, frame: _Frame, alphabet: Alphabet, *, own_text: bool
) -> list[str]:
    """Return the orders that set one line; `own_text`: with its text, and that of each word, beside it."""
    base = median(word.middle for word in words) - (0.5 + DESCENT / UNITS_PER_EM) * size
    orders = [f"/{FONT_NAME} {size:.3f} Tf"]
    spread = _spread(words, size)
    for word, following in zip(spread, [*spread[1:], None], strict=True):
        pieces = [_show(word.text, word.width, size, alphabet)]
        texts = [word.text]
        if following is not None:
            gap = following.start - word.end
            opens = word is spread[0] and len(word.text) <= LONGEST_BULLET
            wide = gap > (WIDE_AFTER_BULLET if opens else WIDE_BLANK) * size
            blank = WIDE_GAP if wide and not own_text else " "
            pieces.append(_show(blank, gap, size, alphabet))
            texts.append(" ")
        if own_text:
            pieces = [_with_text("Word", text, [piece]) for text, piece in zip(texts, pieces, strict=True)]
        orders += [frame.matrix(word.start, base), *pieces]
    if own_text:
        anchor = [frame.anchor(spread[0].start, base), _show(" ", NARROW_LETTER, size, alphabet)]
        text = " ".join(word.text for word in words)
        return [orders[0], _with_text("Span", text, [_with_text("Word", "", anchor), *orders[1:]])]
    return orders


def _with_text(tag: str, text: str, orders: Sequence[str]) -> str:
    """Return `orders` as content of the kind `tag` that stands for `text`."""
    written = text.encode("utf-16-be").hex()
    return "\n".join([f"/{tag} <</ActualText <feff{written}>>> BDC", *orders, "EMC"])


def _spread(words: Sequence[SetWord], size: float) -> list[SetWord]:
    """Return `words` with room for a blank between any two, from left to right as they are read."""
    spread: list[SetWord] = []
    for word, following in zip(words, [*words[1:], None], strict=True):
        start, end = word.start, word.end
        if spread:
            start = max(start, spread[-1].end + NARROW_BLANK * size)
        if following is not None:
            end = min(end, max(following.start - NARROW_BLANK * size, start + 0.6 * word.width))
        end = max(end, start + NARROW_LETTER * size * len(word.text))
        spread.append(replace(word, start=start, end=end))
    return spread


def _show(text: str, width: float, size: float, alphabet: Alphabet) -> str:
    """Return the orders that stretch `text` (or one blank) over `width`."""
    if text == WIDE_GAP:
        letters, codes = 1, f"{alphabet.code(WIDE_GAP):04x}"
    else:
        letters, codes = len(text), alphabet.show(text)
    return f"{100 * width / (letters * EM * size):.3f} Tz <{codes}> Tj"
