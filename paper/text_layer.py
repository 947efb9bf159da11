"""The words of a page, set invisibly where they are printed.

Poppler, from which `pdftotext` and many viewers come, finds lines again by geometry. Three things keep it to
the lines of the reading (`docs/pdfa.md` has the figures):

- one type size and one base line for a line, one size for lines of nearly the same height;
- no hole in a line: the blank after a word is as wide as the gap, and a gap wide enough to be taken for one
  between columns holds two;
- a line is level, or, where the page is too skew for that, slants with its print. Then, and where another
  line crowds it, it carries its text as ActualText, which poppler takes for the line. Pdfium (Chrome)
  squeezes such a text into the line's first word, unless each word has its own; poppler heeds those of
  `Span` only, pdfium the innermost of any name. Poppler puts such a line where its first letter stands: a
  blank before it stands as high as the line does in the middle of the page, so that lines beside one
  another keep their order.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from catalog.reading import Reading
from paper.glyphless import DESCENT, EM, UNITS_PER_EM, WIDE_GAP, Alphabet
from paper.text_frame import Frame, SetWord

FONT_NAME = "F"

MOST_DRIFT = 0.6
"""Share of its height by which a line may climb and still be set level: its ends are 0.3 off at most, and
poppler allows half a type size between two words of a line."""
CROWDED = 0.8
"""Distance of base lines, in type sizes, under which poppler may mix the words of two lines."""
BESIDE = 1.0
"""Distance along the line, in type sizes, under which that goes for lines next to one another."""
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
class SetLine:
    """A line as it is set: points of a frame."""

    words: tuple[SetWord, ...]
    size: float  #: of the type
    base: float  #: y of the base line

    def crowds(self, other: "SetLine") -> bool:
        """Tell whether poppler might take words of the two lines for one line."""
        size = max(self.size, other.size)
        apart = max(other.words[0].start - self.words[-1].end, self.words[0].start - other.words[-1].end)
        return abs(self.base - other.base) < CROWDED * size and apart < BESIDE * size


def text_layer(reading: Reading, alphabet: Alphabet) -> bytes:
    """Return the content stream that sets the words of `reading` in their order; empty for a blank page.

    Coordinates are those of the page before its /Rotate: points, origin at the bottom left of the master.
    """
    lines = _lines(reading, frame := Frame(reading, 0.0))
    if not lines:
        return b""
    climb = abs(math.sin(math.radians(reading.skew)))
    slants = any(
        (line.words[-1].end - line.words[0].start) * climb > MOST_DRIFT * line.size for line in lines
    )
    if slants:
        lines = _lines(reading, frame := Frame(reading, reading.skew))
    alone = [False] * len(lines) if slants else _alone(lines)
    orders = ["BT", "3 Tr"]
    for line, stands_alone in zip(lines, alone, strict=True):
        orders += _plain(line, frame, alphabet) if stands_alone else _with_own_text(line, frame, alphabet)
    orders.append("ET\n")
    return "\n".join(orders).encode("ascii")


def _lines(reading: Reading, frame: Frame) -> list[SetLine]:
    """Return the lines of `reading` that have a letter to show, in their order."""
    lines = [words for line in reading.lines if (words := frame.words(line))]
    if not lines:
        return []
    heights = [median(word.height for word in words) for words in lines]
    usual = median(heights)
    sizes = [usual if usual / SAME_SIZE < height < usual * SAME_SIZE else height for height in heights]
    return [
        SetLine(
            tuple(_spread(words, size)),
            size,
            median(word.middle for word in words) - (0.5 + DESCENT / UNITS_PER_EM) * size,
        )
        for words, size in zip(lines, sizes, strict=True)
    ]


def _alone(lines: Sequence[SetLine]) -> list[bool]:
    """Tell of each line whether no other crowds it."""
    alone = [True] * len(lines)
    down = sorted(range(len(lines)), key=lambda number: lines[number].base)
    reach = CROWDED * max(line.size for line in lines)
    for place, number in enumerate(down):
        for other in down[place + 1 :]:
            if lines[other].base - lines[number].base > reach:
                break
            if lines[number].crowds(lines[other]):
                alone[number] = alone[other] = False
    return alone


def _plain(line: SetLine, frame: Frame, alphabet: Alphabet) -> list[str]:
    """Return the orders that set a line whose words tell all."""
    orders = [f"/{FONT_NAME} {line.size:.3f} Tf"]
    for number, word in enumerate(line.words):
        orders += [frame.pen(word.start, line.base), _show(word.text, word.width, line.size, alphabet)]
        if number + 1 < len(line.words):
            gap = line.words[number + 1].start - word.end
            bullet = number == 0 and len(word.text) <= LONGEST_BULLET
            wide = gap > (WIDE_AFTER_BULLET if bullet else WIDE_BLANK) * line.size
            orders.append(_show(WIDE_GAP if wide else " ", gap, line.size, alphabet))
    return orders


def _with_own_text(line: SetLine, frame: Frame, alphabet: Alphabet) -> list[str]:
    """Return the orders that set a line with its text, and that of each word, beside it."""
    first = line.words[0]
    orders = [
        f"/{FONT_NAME} {line.size:.3f} Tf",
        *_begin("Span", " ".join(word.text for word in line.words)),
        *_begin("Word", ""),
        frame.level_pen(first.start, line.base),
        _show(" ", NARROW_LETTER, line.size, alphabet),
        "EMC",
    ]
    for word, following in zip(line.words, [*line.words[1:], None], strict=True):
        orders += [*_begin("Word", word.text), frame.pen(word.start, line.base)]
        orders += [_show(word.text, word.width, line.size, alphabet), "EMC"]
        if following is not None:
            gap = _show(" ", following.start - word.end, line.size, alphabet)
            orders += [*_begin("Word", " "), gap, "EMC"]
    return [*orders, "EMC"]


def _begin(tag: str, text: str) -> list[str]:
    """Return the order that begins content of the kind `tag` that stands for `text`."""
    return [f"/{tag} <</ActualText <feff{text.encode('utf-16-be').hex()}>>> BDC"]


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
        spread.append(SetWord(word.text, start, end, word.middle, word.height))
    return spread


def _show(text: str, width: float, size: float, alphabet: Alphabet) -> str:
    """Return the orders that stretch `text` (or one blank) over `width`."""
    if text == WIDE_GAP:
        letters, codes = 1, f"{alphabet.code(WIDE_GAP):04x}"
    else:
        letters, codes = len(text), alphabet.show(text)
    return f"{100 * width / (letters * EM * size):.3f} Tz <{codes}> Tj"
