"""The name that explains the ink best: words of names laid over it letter by letter, side by side.

Ink that a seal may have left tells little, ink beside it and paper in a letter's place tell much. All words
that names are made of are tried at every place, at half size first; what is found is the likeliest name of
two to five words, and how far it leads each other one.
"""

import functools
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr.black_seal import WORK_DPI, Evidence
from ocr.letter_line import Beginnings, LetterLine, Numbers, Scores, lay_letters
from ocr.name_shapes import NameShapes

_USUAL_PT = 13.5
_SIZES_PT = (11.5, 15.0)
_NARROWEST = 3.0
"""Ems under which no name has room: two words and the blank between them."""
_ROWS = range(-8, 5, 3)
"""Pixels about the row where ink ends that the letters may stand on; below it hang g and y."""
_COUNTS = {2: -12.0, 3: 0.0, 4: -6.0, 5: -16.0}
"""Logarithms of how likely a name has so many words."""
_AGREED, _HEARD, _HALF_HEARD = 20.0, 6.0, 2.0
"""Nats for a word that all readers gave, that one gave, and for one with other marks on the same letters."""
_LIKE_A_NAME = 0.48
"""Mean fit at half size from which it is worth to look at full size: names had 0.53 at least."""
_FEW, _MORE = 3, 24
"""Words for each place that the look at half size leaves: to find size and row with, and to choose from."""
_GOOD_FIT = 0.6
"""Mean fit from which no other row is tried."""


@dataclass(frozen=True)
class Laid:
    """A name laid over ink."""

    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]  #: columns of `Evidence.ink` where each word begins and ends
    row: int  #: row of it that the letters stand on
    size: float  #: pixels an em
    fit: tuple[float, ...]  #: for each word what its ink tells, 1.0: as much as were it there
    leads: tuple[float, ...]  #: for each word by how much it is likelier than any other there, nats
    seconds: tuple[str, ...]  #: the word that is next there


@dataclass(frozen=True, eq=False)
class _Words:
    """Words that a name may be made of, and the logarithm of how likely each is where."""

    words: tuple[str, ...]
    beginnings: Beginnings
    chances: Scores  #: family, middle, given x words

    def at(self, place: int, count: int) -> Scores:
        """Return how likely each is as that word, counted from 0, of so many."""
        return np.asarray(self.chances[2 if place == count - 1 else min(place, 1)], np.float32)


class NameLayer:
    """Lays names over ink."""

    def __init__(self, shapes: NameShapes) -> None:
        self.shapes = shapes
        self._number = {letter: i for i, letter in enumerate(shapes.letters)}
        self._unmarked = np.array([i for letter, i in self._number.items() if bare(letter) == letter.lower()])
        self._bare = [bare(word) for word in shapes.words]
        chances = np.stack([shapes.chances(place) for place in ("family", "middle", "given")])
        self._all = _Words(shapes.words, Beginnings(shapes.words, self._number), chances)

    def lay(
        self, evidence: Evidence, heard: Collection[str] = (), agreed: Collection[str] = ()
    ) -> Laid | None:
        """Return the name that explains the ink best; None where there is no line of ink to lay it on.

        Any evidence will do, none and black paper too.

        `heard`: words that a reader gave there, `agreed`: those that all gave; they go before others.
        """
        row = _row(evidence)
        if row is None:
            return None
        evidence = _to_last_ink(evidence, row)
        if evidence.ink.shape[1] < _NARROWEST * _USUAL_PT * WORK_DPI / 72:
            return None
        lead = self._lead(heard, agreed)
        worth = functools.cache(functools.partial(self._any_letters, evidence))
        rows = sorted((row + off for off in _ROWS), key=lambda row: worth(_USUAL_PT, row), reverse=True)
        best: Laid | None = None
        for start in _apart(rows):
            laid = self._laid(evidence, lead, *_suited(worth, _USUAL_PT, start, 0.5))
            if laid is not None and (best is None or _mean(laid.fit) > _mean(best.fit)):
                best = laid
            if best is not None and _mean(best.fit) > _GOOD_FIT:
                break
        return best

    def _lead(self, heard: Collection[str], agreed: Collection[str]) -> Scores:
        """Return by how much each word goes before others for what readers gave."""
        letters = {bare(word) for word in heard}
        lead = [
            _AGREED if word in agreed
            else _HEARD if word in heard
            else _HALF_HEARD if unmarked in letters
            else 0.0
            for word, unmarked in zip(self.shapes.words, self._bare, strict=True)
        ]  # fmt: skip
        return np.array(lead, np.float32)

    def _laid(self, evidence: Evidence, lead: Scores, points: float, row: int) -> Laid | None:
        """Return the name there, of a size and on a row that may be half a point and a pixel off; None: none.

        Half size tells which words it may be made of, full size which it is.
        """
        words = replace(self._all, chances=self._all.chances + lead)
        rough, order = self._decoded(self._line(evidence, words, points, row, rough=True), words)
        if _mean(rough.fit) < _LIKE_A_NAME:
            return None
        few, more = (
            self._some(words, [*np.flatnonzero(lead), *order[:, :most].flat]) for most in (_FEW, _MORE)
        )
        worth = functools.cache(functools.partial(self._likely, evidence, few))
        line = self._line(evidence, more, *_suited(worth, points, row, 0.25))
        return self._decoded(line, more)[0]

    def _some(self, words: _Words, numbers: Iterable[int]) -> _Words:
        some = sorted(set(numbers))
        texts = tuple(words.words[i] for i in some)
        return _Words(texts, Beginnings(texts, self._number), words.chances[:, some])

    def _line(
        self, evidence: Evidence, words: _Words, points: float, row: int, *, rough: bool = False
    ) -> LetterLine:
        letters = self.shapes.at(points * WORK_DPI / 72)
        return lay_letters(evidence, letters, row, words.beginnings.letters, rough=rough)

    def _any_letters(self, evidence: Evidence, points: float, row: int) -> float:
        """Return what the likeliest string of letters tells there, at half size and without marks."""
        letters = self.shapes.at(points * WORK_DPI / 72)
        line = lay_letters(evidence, letters, row, self._unmarked, rough=True)
        return line.any_letters(self._unmarked)

    def _likely(self, evidence: Evidence, words: _Words, points: float, row: int) -> float:
        """Return what the likeliest name of three words tells there."""
        line = self._line(evidence, words, points, row)
        entry = np.zeros(line.columns, np.float32)
        for place in (0, 1):
            told = line.ended(words.beginnings, entry) + words.at(place, 3)[:, None]
            entry = line.after_blank(told.max(0))
        return float((line.ended(words.beginnings, entry) + words.at(2, 3)[:, None]).max())

    def _decoded(self, line: LetterLine, words: _Words) -> tuple[Laid, Numbers]:
        """Return the likeliest name, and for each of its places the words by how likely they are there."""
        entries = [np.zeros(line.columns, np.float32)]
        ended: list[Scores] = []
        finals: dict[int, float] = {}
        for count in range(1, max(_COUNTS) + 1):
            ended.append(line.ended(words.beginnings, entries[-1]))
            if count in _COUNTS:
                last = ended[-1].max(1) + words.at(count - 1, count)
                finals[count] = float(last.max()) + _COUNTS[count]
                if count > 3 and finals[count] < finals[count - 1]:
                    break  # no room for one word more, nor for two
            told = ended[-1] + words.at(count - 1, count + 1)[:, None]
            entries.append(line.after_blank(told.max(0)))
        count = max(finals, key=lambda count: finals[count])
        return self._traced(line, words, entries[:count], ended[:count])

    def _traced(
        self, line: LetterLine, words: _Words, entries: Sequence[Scores], ended: Sequence[Scores]
    ) -> tuple[Laid, Numbers]:
        """Return the best name, from its last word back, and what else each may be."""
        exit_ = np.zeros(line.columns, np.float32)
        told: list[tuple[str, tuple[int, int], float, float, str]] = []
        orders: list[Numbers] = []
        for place in range(len(ended) - 1, -1, -1):
            chance = words.at(place, len(ended))
            totals = (ended[place] + exit_).max(1) + chance
            orders.append(np.argsort(-totals))
            best, second = orders[-1][:2].tolist()
            word = [self._number[letter] for letter in words.words[best]]
            begun = line.begun(word, exit_)
            start = int((entries[place] + begun).argmax())
            begun_at, end = line.path(word, start, exit_)
            told.insert(0, (
                words.words[best], (start * line.step, end * line.step), line.fit(word, begun_at),
                float(totals[best] - totals[second]), words.words[second],
            ))  # fmt: skip
            exit_ = line.before_blank(begun) + chance[best]
        texts, spans, fits, leads, seconds = zip(*told, strict=True)
        return Laid(texts, spans, line.row, line.size, fits, leads, seconds), np.stack(orders)


def _row(evidence: Evidence) -> int | None:
    """Return the row on which a line of print beside the seal ends."""
    ink = (evidence.ink & evidence.outside).sum(1).astype(float)
    up_to = np.concatenate([[0], np.cumsum(ink)])
    reach = round(0.45 * _USUAL_PT * WORK_DPI / 72)
    rows = range(reach + len(ink) // 5, len(ink) - reach // 2)
    best = max(
        rows,
        key=lambda y: 3 * up_to[y + 1] - up_to[y + 1 - reach] - 2 * up_to[y + 1 + reach // 2],
        default=None,
    )
    return best if best is not None and ink[best - reach : best + 1].sum() > reach * 3 else None


def _to_last_ink(evidence: Evidence, row: int) -> Evidence:
    """Return the evidence up to where the ink over `row` ends."""
    size = round(_USUAL_PT * WORK_DPI / 72)
    columns = np.flatnonzero(evidence.ink[max(0, row - size) : row + size // 4].any(0))
    return evidence.until(int(columns[-1]) + size // 2) if len(columns) else evidence


def _apart(rows: Sequence[int]) -> list[int]:
    """Return the first of the rows, and the first that is not beside it."""
    return [rows[0], *[row for row in rows if abs(row - rows[0]) > 2][:1]]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _suited(worth: Callable[[float, int], float], points: float, row: int, step: float) -> tuple[float, int]:
    """Return the size, and the row, from which a step any way tells less."""
    points = _climb(lambda points: worth(points, row), points, step, _SIZES_PT)
    row = round(_climb(lambda row: worth(points, round(row)), row, 1.0, (row - 3.0, row + 3.0)))
    return points, row


def _climb(worth: Callable[[float], float], start: float, step: float, limits: tuple[float, float]) -> float:
    """Return the place from which a step either way is worth less."""
    for way in (step, -step):
        at = start
        while limits[0] <= at + way <= limits[1] and worth(at + way) > worth(at):
            at += way
        if at != start:
            return at
    return start


def bare(word: str) -> str:
    """Return the letters of a word without their marks."""
    apart = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
