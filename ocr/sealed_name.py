"""The signer's name under a seal on a scan without colour, where readers see letters and rings as one.

Only where such a seal is on the page, and only where the readers do not agree on a name there. What is found
is one more look at the line; where it is doubtful the line stays as it was read, and a person is asked.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from catalog.reading import Box, Line, Word
from ocr.black_seal import WORK_DPI, Seal, evidence, find_seal
from ocr.clean import CleanPage
from ocr.laid_name import Laid, NameLayer, bare
from ocr.name_shapes import NameShapes

LAID = "name-shapes"
"""Stands for a reader where a name was laid over the ink."""

_LEAST_FIT, _MEAN_FIT = 0.5, 0.58
"""What the ink must tell of each word, and of all, beside what it would if they were there."""
_LEAST_CHANCE = 0.5
"""A name that is less likely is not told: a person is asked."""
_MOST_CHANCE = 0.88
"""Nobody need not look at it: below what counts as sure."""
_EDGES = ".,;:|~_-–'\"“”()*/\\!„`"


@dataclass(frozen=True, eq=False)
class SealedNames:
    """Reads names under seals; opened once for a process."""

    shapes: NameShapes

    @cached_property
    def _layer(self) -> NameLayer:
        return NameLayer(self.shapes)

    def put_right(self, page: CleanPage, lines: Sequence[Line]) -> list[Line]:
        """Return the lines of a page (boxes: pixels of the master), the name under its seal read.

        A page with colour is left as it is: there the seal is lifted off the print.
        """
        seal = find_seal(page.cleaned, page.dpi) if page.red is None else None
        if seal is None:
            return list(lines)
        there = [line for line in lines if _meets(line.box, page.turn.box_to_master(_place(seal, page)))]
        if any(self._is_name(line) for line in there):
            return list(lines)
        ink = evidence(page.cleaned, page.dpi, seal)
        heard = {word for line in there for raw in line.raw.values() for word in _words(raw)}
        agreed = [word for line in there for word in line.words if word.agreed and _words(word.text)]
        laid = self._layer.lay(ink, heard, {word.text.strip(_EDGES) for word in agreed})
        chance = 0.0 if laid is None else _chance(laid)
        if laid is None or chance < _LEAST_CHANCE:
            return list(lines)
        name = _as_line(page, laid, ink.box, chance)
        beside = [word for word in agreed if _within(word.box, name.box) and not _under(word.box, page, seal)]
        if any(bare(_words(word.text)[0]) not in map(bare, laid.words) for word in beside):
            return list(lines)  # what both readers see in the open is another name
        return _with_name(lines, name)

    def _is_name(self, line: Line) -> bool:
        """Whether readers agree on a name of at least three words."""
        words = [word.text.strip(_EDGES) for word in line.words]
        return (
            3 <= len(words) <= 5
            and all(word.agreed for word in line.words)
            and words[0] in self.shapes.families
            and all(word in self.shapes.given for word in words[1:])
        )


def _place(seal: Seal, page: CleanPage) -> Box:
    """Return where the name may stand: over the seal's lower half, or on to the right of it."""
    mm = page.dpi / 25.4
    return (
        int(seal.x - seal.radius), int(seal.y + 0.2 * seal.radius),
        int(seal.x + seal.radius + 30 * mm), int(seal.y + seal.radius + 10 * mm),
    )  # fmt: skip


def _meets(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _under(box: Box, page: CleanPage, seal: Seal) -> bool:
    """Whether the middle of a word lies under the seal."""
    around = page.turn.box_to_master(
        (round(seal.x) - 1, round(seal.y) - 1, round(seal.x) + 1, round(seal.y) + 1)
    )
    x, y = (box[0] + box[2] - around[0] - around[2]) / 2, (box[1] + box[3] - around[1] - around[3]) / 2
    return math.hypot(x, y) < seal.radius


def _words(raw: str) -> list[str]:
    words = [word.strip(_EDGES) for word in unicodedata.normalize("NFC", raw).split()]
    return [word for word in words if len(word) > 1 and word.isalpha() and word.istitle()]


def _chance(laid: Laid) -> float:
    """Return how likely the name is the one on the paper; 0.0: the ink does not look like it."""
    fit = sum(laid.fit) / len(laid.fit)
    if fit < _MEAN_FIT or min(laid.fit) < _LEAST_FIT:
        return 0.0
    return min(_MOST_CHANCE, math.prod(1 / (1 + math.exp(-lead / _SPREAD)) for lead in laid.leads))


_SPREAD = 3.0
"""Nats of lead that count as one."""


def _as_line(page: CleanPage, laid: Laid, place: Box, chance: float) -> Line:
    scale = page.dpi / WORK_DPI
    top, bottom = (place[1] + laid.row + share * laid.size for share in (-0.95, 0.28))
    share = chance ** (1 / len(laid.words))
    words = [
        Word(
            text,
            page.turn.box_to_master(_box(place[0] + x0, top, place[0] + x1, bottom, scale)),
            share,
            False,
        )
        for text, (x0, x1) in zip(laid.words, laid.spans, strict=True)
    ]
    whole = _box(place[0] + laid.spans[0][0], top, place[0] + laid.spans[-1][1], bottom, scale)
    return Line(tuple(words), page.turn.box_to_master(whole), {LAID: " ".join(laid.words)})


def _box(x0: float, y0: float, x1: float, y1: float, scale: float) -> Box:
    return round(x0 * scale), round(y0 * scale), round(x1 * scale), round(y1 * scale)


def _with_name(lines: Sequence[Line], name: Line) -> list[Line]:
    """Return the lines with the name in the place of the words that were read off its ink."""
    found: list[Line] = []
    put = False
    for line in lines:
        kept = tuple(word for word in line.words if not _within(word.box, name.box))
        if len(kept) == len(line.words):
            found.append(line)
            continue
        if kept:
            found.append(replace(line, words=kept))
        if not put:
            raw = {**line.raw, **name.raw} if not kept else name.raw
            found.append(replace(name, raw=raw))
            put = True
    return found if put else [*found, name]


def _within(box: Box, place: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return place[0] <= x <= place[2] and place[1] <= y <= place[3]
