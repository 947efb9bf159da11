"""A page held upright: its print in millimetres of an A4 sheet, line by line, cut where columns stand apart.

Boxes of a reading are pixels of the master, which may lie on its head or askew, and its dpi is often wrong
(scanners write 72). The positions of NĐ 30/2020 are shares of the sheet, so every page is measured as if it
were as wide as A4.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rapidfuzz import fuzz

from catalog.reading import Box, Line, Reading, Word
from classify.spelling import bare

SHEET_WIDTH = 210.0
"""Millimetres; a landscape page is measured by its shorter side."""

_QUARTERS = {0: (1, 0, 0, 1), 90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}
_TRUSTED = 0.9
"""Confidence from which a lone mark is print and not dirt."""
_SAME_ROW = 0.6
"""Share of a line's height by which two pieces may differ and still stand on one row."""


@dataclass(frozen=True)
class PlacedWord:
    """One word and where it stands on the upright sheet, millimetres from its top left corner."""

    word: Word
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def text(self) -> str:
        """As printed."""
        return self.word.text


@dataclass(frozen=True)
class Piece:
    """A run of words on one line of print: the whole line, or its part in one column."""

    words: tuple[PlacedWord, ...]
    raw: Mapping[str, str]  #: what each reader gave for the whole line, by reader's name
    page: int  #: 1, 2, ... of the pages that are described

    @cached_property
    def text(self) -> str:
        """The words with one blank between them."""
        return " ".join([word.word.text for word in self.words])

    @cached_property
    def x0(self) -> float:
        """Left end, mm."""
        return min(word.x0 for word in self.words)

    @cached_property
    def x1(self) -> float:
        """Right end, mm."""
        return max(word.x1 for word in self.words)

    @cached_property
    def y(self) -> float:
        """Middle of the line, mm from the top."""
        return sum(word.y0 + word.y1 for word in self.words) / (2 * len(self.words))

    @cached_property
    def height(self) -> float:
        """Of the usual word, mm."""
        heights = sorted(word.y1 - word.y0 for word in self.words)
        return heights[len(heights) // 2]

    @cached_property
    def centre(self) -> float:
        """Middle between left and right end, mm."""
        return (self.x0 + self.x1) / 2

    @cached_property
    def box(self) -> Box:
        """Pixels of the master."""
        return union(word.word.box for word in self.words)

    def part(self, start: int, stop: int | None = None) -> "Piece":
        """Return the words from `start` up to `stop`."""
        return Piece(self.words[start:stop], self.raw, self.page)

    def trimmed(self) -> "Piece":
        """Return the piece without the dirt at its ends: unsure scraps of one or two letters."""
        start, stop = 0, len(self.words)
        while start < stop - 1 and _scrap(self.words[start].word):
            start += 1
        while stop - 1 > start and _scrap(self.words[stop - 1].word):
            stop -= 1
        return self.part(start, stop)

    def word_versions(self, index: int) -> tuple[str, ...]:
        """Return what each reader gave for one word; () where the readers broke the line differently."""
        return self._by_word[index] if self._by_word else ()

    @cached_property
    def _by_word(self) -> Sequence[tuple[str, ...]]:
        """What each reader gave, word by word; () where the readers broke the line differently."""
        found = [version.split() for version in self.versions()]
        if any(len(words) != len(self.words) for words in found):
            return ()
        return [*zip(*found, strict=True)]

    @property
    def trust(self) -> float:
        """Mean confidence of the words, 0.0 to 1.0."""
        return sum(word.word.confidence for word in self.words) / len(self.words)

    def versions(self) -> tuple[str, ...]:
        """Return what each reader gave for these words, in the order of the readers' names."""
        return self._versions

    @cached_property
    def _versions(self) -> tuple[str, ...]:
        return tuple(_stretch(self.text, raw) for _, raw in sorted(self.raw.items()))

    @cached_property
    def widest_gap(self) -> float:
        """Between two of the words, mm; 0.0 for one word."""
        return max([other.x0 - one.x1 for one, other in pairwise(self.words)], default=0.0)


@dataclass(frozen=True)
class Sheet:
    """One upright page."""

    number: int  #: 1, 2, ... of the pages that are described
    width: float  #: mm
    height: float  #: mm
    pieces: tuple[Piece, ...]  #: from top to bottom; one a line until somebody cuts them


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around `boxes`, of which there is at least one."""
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return min(x0s), min(y0s), max(x1s), max(y1s)


def upright(reading: Reading, number: int) -> Sheet:
    """Return the page as `number` of the pages that are described."""
    a, b, c, d = _QUARTERS[reading.rotation]
    sideways = reading.rotation in (90, 270)
    width, height = (reading.height, reading.width) if sideways else (reading.width, reading.height)
    scale = SHEET_WIDTH / max(1, min(width, height))
    angle = math.radians(reading.skew)
    sine, cosine = math.sin(angle), math.cos(angle)

    def place(word: Word) -> PlacedWord:
        x0, y0, x1, y1 = word.box
        x, y = (x0 + x1 - reading.width) / 2, (y0 + y1 - reading.height) / 2
        x, y = a * x + b * y, c * x + d * y
        x, y = cosine * x - sine * y + width / 2, sine * x + cosine * y + height / 2
        wide, tall = (y1 - y0, x1 - x0) if sideways else (x1 - x0, y1 - y0)
        # A box of the master is drawn around the turned word; what the turn added is taken off again.
        flat = max(wide - tall * abs(sine), 1.0) / 2
        deep = max(tall - wide * abs(sine), tall * 0.4, 1.0) / 2
        return PlacedWord(
            word, (x - flat) * scale, (y - deep) * scale, (x + flat) * scale, (y + deep) * scale
        )

    pieces = [
        Piece(words, line.raw, number) for line in reading.lines if (words := tuple(map(place, _print(line))))
    ]
    return Sheet(number, width * scale, height * scale, tuple(sorted(pieces, key=lambda piece: piece.y)))


def cut(piece: Piece, gap: float) -> list[Piece]:
    """Return the piece in parts that stand more than `gap` mm apart."""
    if piece.widest_gap <= gap:
        return [piece]  # with all that is known of it
    starts = [0]
    starts += [i for i, (one, other) in enumerate(pairwise(piece.words), 1) if other.x0 - one.x1 > gap]
    return [piece.part(start, stop) for start, stop in zip(starts, [*starts[1:], None], strict=True)]


def rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return the pieces in rows from top to bottom, each from left to right."""
    found: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.y):
        if found and piece.y - found[-1][0].y < _SAME_ROW * max(piece.height, found[-1][0].height):
            found[-1].append(piece)
        else:
            found.append([piece])
    return [sorted(row, key=lambda piece: piece.x0) for row in found]


def joined(pieces: Sequence[Piece]) -> Piece:
    """Return pieces of one row as one, from left to right."""
    ordered = sorted(pieces, key=lambda piece: piece.x0)
    names = sorted({name for piece in ordered for name in piece.raw})
    raw = {
        name: " ".join(_stretch(piece.text, piece.raw.get(name, "")) for piece in ordered) for name in names
    }
    return Piece(tuple(word for piece in ordered for word in piece.words), raw, ordered[0].page)


def _print(line: Line) -> list[Word]:
    """Return the words of the line without the dirt at its ends: marks that stand alone and unsure."""
    words = list(line.words)
    while words and _dirt(words[0]):
        del words[0]
    while words and _dirt(words[-1]):
        del words[-1]
    return words


def _dirt(word: Word) -> bool:
    return not word.agreed and word.confidence < _TRUSTED and not re.search(r"[^\W_]|[-–(\"“]", word.text)


def _scrap(word: Word) -> bool:
    return not word.agreed and word.confidence < _TRUSTED and len(re.sub(r"[\W_]", "", word.text)) < 2


def _stretch(text: str, raw: str) -> str:
    """Return the part of `raw` that is most like `text`, in whole words; all of it where it is as long."""
    if len(raw) <= len(text) * 1.15 or not text:
        return raw
    around = fuzz.partial_ratio_alignment(bare(text), bare(raw))
    if around is None or around.score < 50:
        return ""
    start, stop = around.dest_start, around.dest_end
    before, after = raw.rfind(" ", 0, start + 1), raw.find(" ", max(start, stop - 1))
    return raw[before + 1 : after if after >= 0 else len(raw)]
