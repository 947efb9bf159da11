"""The name that explains the ink best: words of names laid over it letter by letter, side by side.

Ink that a seal may have left tells little, ink beside it and paper in a letter's place tell much. All words
that names are made of are tried at every place; what is found is the likeliest name of two to five words, and
how far it leads each other one.
"""

import functools
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ocr.black_seal import WORK_DPI, Evidence
from ocr.name_shapes import NameShapes

Scores = NDArray[np.float32]

_NEVER = np.float32(-1e5)
_DRIFT = 1.0
"""What it costs that a letter stands a pixel off its place: offices' programs round widths otherwise."""
_USUAL_PT = 13.5
_SIZES_PT = (11.5, 15.0)
_ROWS = range(-8, 5, 2)
"""Pixels about the row where ink ends that the letters may stand on; below it hang g and y."""
_COUNTS = {2: -12.0, 3: 0.0, 4: -6.0, 5: -16.0}
"""Logarithms of how likely a name has so many words."""
_AGREED, _HEARD, _HALF_HEARD = 20.0, 6.0, 2.0
"""Nats for a word that all readers gave, that one gave, and for one with other marks on the same letters."""
_FINE_FIT = 0.72
"""Mean fit from which size and row are not sought more finely."""
_GOOD_FIT = 0.6
"""Mean fit from which no other row is tried."""
_BEYOND = (-0.6, -0.2)
"""What a letter off the cut tells."""


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


class _Tree:
    """Words by their beginnings, so that each beginning is laid once."""

    def __init__(self, words: Sequence[str], letters: Sequence[str]) -> None:
        number = {letter: i for i, letter in enumerate(letters)}
        self.ends = np.zeros((len(words), 2), int)  # depth and place of each word's last letter
        known: dict[str, int] = {"": 0}
        self.levels: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        self.starts: list[list[str]] = []
        for depth in range(1, max(map(len, words)) + 1):
            here = sorted({word[:depth] for word in words if len(word) >= depth})
            parents = np.array([known[start[:-1]] for start in here])
            self.levels.append((parents, np.array([number[start[-1]] for start in here])))
            self.starts.append(here)
            known = {start: i for i, start in enumerate(here)}
            for i, word in enumerate(words):
                if len(word) == depth:
                    self.ends[i] = depth - 1, known[word]


@dataclass(frozen=True, eq=False)
class _Line:
    """Letters of one size on one row: what each tells at each column, and how they follow one another."""

    told: Scores  #: letters x columns
    advances: NDArray[np.float32]
    blank: int
    row: int
    size: float

    @property
    def columns(self) -> int:
        return int(self.told.shape[1])


class NameLayer:
    """Lays names over ink."""

    def __init__(self, shapes: NameShapes) -> None:
        self.shapes = shapes
        self._number = {letter: i for i, letter in enumerate(shapes.letters)}
        self._hear((), ())

    def _hear(self, heard: Collection[str], agreed: Collection[str]) -> None:
        letters = {bare(word) for word in heard}
        told = [
            _AGREED if word in agreed
            else _HEARD if word in heard
            else _HALF_HEARD if bare(word) in letters
            else 0.0
            for word in self.shapes.words
        ]  # fmt: skip
        self._family, self._middle, self._given = (
            self.shapes.chances(place) + np.array(told, np.float32) for place in ("family", "middle", "given")
        )

    @cached_property
    def _all(self) -> _Tree:
        return _Tree(self.shapes.words, self.shapes.letters)

    def lay(
        self, evidence: Evidence, heard: Collection[str] = (), agreed: Collection[str] = ()
    ) -> Laid | None:
        """Return the name that explains the ink best; None where there is no line of ink to lay it on.

        `heard`: words that a reader gave there, `agreed`: those that all gave; they go before others.
        """
        self._hear(heard, agreed)
        row = _row(evidence)
        if row is None:
            return None
        evidence = _to_last_ink(evidence, row)
        tried = self._lines(evidence, _USUAL_PT, [row + off for off in _ROWS], every=2)
        best: Laid | None = None
        for start in _apart(sorted(tried, key=self._any_letters, reverse=True)):
            laid = self._climbed(evidence, start.row)
            if best is None or _mean(laid.fit) > _mean(best.fit):
                best = laid
            if _mean(best.fit) > _GOOD_FIT:
                break
        return best

    def _climbed(self, evidence: Evidence, row: int) -> Laid:
        """Return the name laid at the size, and on the row about `row`, that suit the ink best."""
        points, row = self._suited(evidence, _USUAL_PT, row, 0.5, every=2)
        points, row = self._suited(evidence, points, row, 0.25, every=2)
        laid = self._decoded(self._lines(evidence, points, [row])[0], evidence)
        if _mean(laid.fit) > _FINE_FIT:
            return laid
        points, row = self._suited(evidence, points, row, 0.25, every=1)
        return self._decoded(self._lines(evidence, points, [row])[0], evidence)

    def _suited(
        self, evidence: Evidence, points: float, row: int, step: float, *, every: int
    ) -> tuple[float, int]:
        """Return the size, and the row, from which a step any way tells less."""

        @functools.cache
        def at(points: float, row: int) -> float:
            return self._likely(self._lines(evidence, points, [row], every=every)[0])

        points = _climb(lambda points: at(points, row), points, step, _SIZES_PT)
        row = round(_climb(lambda row: at(points, round(row)), row, 1.0, (row - 3.0, row + 3.0)))
        return points, row

    def _likely(self, line: _Line) -> float:
        """Return what the likeliest name of three words tells of a line."""
        entry = np.zeros(line.columns, np.float32)
        for place in (self._family, self._middle):
            entry = _after_blank((self._words(line, entry) + place[:, None]).max(0), line.blank)
        return float((self._words(line, entry) + self._given[:, None]).max())

    def _lines(
        self, evidence: Evidence, points: float, rows: Sequence[int], *, every: int = 1
    ) -> list[_Line]:
        """Return a line for each of `rows`, told by each `every`-th row of pixels."""
        size = points * WORK_DPI / 72
        letters = self.shapes.at(size)
        tall = letters.shapes[0].shape[0]
        height, width = evidence.ink.shape
        low, high = rows[0] - letters.above, rows[-1] - letters.above + tall
        room = letters.shapes[0].shape[1]
        source = cv2.copyMakeBorder(
            evidence.weight, max(0, -low), max(0, high - height), letters.before, room,
            cv2.BORDER_CONSTANT, value=(*_BEYOND, 0, 0),
        )[low + max(0, -low) : high + max(0, -low)]  # fmt: skip
        tall, wide, _ = letters.shapes[0].shape
        blank = round(letters.blank)
        lines = []
        for row in rows:
            top = row - rows[0]
            strip = sliding_window_view(source[top : top + tall : every], wide, axis=1)[:, :width]
            # rows x columns x 2 x places: each column of the line with all that a letter there would cover
            seen = np.ascontiguousarray(strip.transpose(0, 3, 2, 1)).reshape(-1, width)
            lines.append(_Line(letters.table(every) @ seen, letters.advances, blank, row, size))
        return lines

    def _any_letters(self, line: _Line) -> float:
        """Return what the likeliest string of letters whatever tells of a line."""
        steps = np.maximum(1, np.rint(line.advances)).astype(int)
        longest = int(steps.max())
        best = np.zeros(line.columns + longest + 1, np.float32)
        told = line.told - 3.0  # a letter must pay for itself
        for x in range(line.columns):
            best[x + 1] = max(best[x + 1], best[x])
            ends = x + steps
            np.maximum.at(best, ends, best[x] + told[:, x])
        return float(best[: line.columns].max())

    def _decoded(self, line: _Line, evidence: Evidence) -> Laid:
        entry = np.zeros(line.columns, np.float32)
        entries, ended, finals = [], [], []
        for count in range(1, max(_COUNTS) + 1):
            laid = self._words(line, entry)
            entries.append(entry)
            if count in _COUNTS:
                last = (laid + self._given[:, None]).max(0)
                finals.append((float(last.max()) + _COUNTS[count], count))
            laid += (self._family if count == 1 else self._middle)[:, None]
            ended.append(laid.max(0))
            entry = _after_blank(ended[-1], line.blank)
        _, count = max(finals)
        return self._traced(line, evidence, entries[:count], count)

    def _traced(self, line: _Line, evidence: Evidence, entries: Sequence[Scores], count: int) -> Laid:
        """Return the best name of `count` words: from its last word back, then what else each may be."""
        exit_ = np.zeros(line.columns, np.float32)
        words: list[str] = []
        spans: list[tuple[int, int]] = []
        leads: list[float] = []
        seconds: list[str] = []
        fits: list[float] = []
        for place in range(count - 1, -1, -1):
            chance = self._given if place == count - 1 else self._family if place == 0 else self._middle
            totals = (self._words(line, entries[place]) + exit_).max(1) + chance
            order = np.argsort(-totals)
            best, second = int(order[0]), int(order[1])
            word = self.shapes.words[best]
            words.insert(0, word)
            leads.insert(0, float(totals[best] - totals[second]))
            seconds.insert(0, self.shapes.words[second])
            begun = self._back(line, word, exit_)
            start = int((entries[place] + begun).argmax())
            begun_at, end = self._path(line, word, start, exit_)
            spans.insert(0, (start, end))
            fits.insert(0, self._fit(line, evidence, word, begun_at))
            before = _before_blank(begun, line.blank)
            exit_ = before + float(chance[best])
        return Laid(
            tuple(words), tuple(spans), line.row, line.size, tuple(fits), tuple(leads), tuple(seconds)
        )

    def _words(self, line: _Line, entry: Scores) -> Scores:
        """Return, words x columns, what it tells that a word is begun where `entry` says and ends there."""
        tree = self._all
        laid = [entry[None]]
        ended = np.empty((len(tree.ends), line.columns), np.float32)
        places = np.zeros(1)
        for depth, (parents, letters) in enumerate(tree.levels):
            here = laid[-1][parents] + line.told[letters]
            reached = places[parents] + line.advances[letters]
            steps = (np.rint(reached) - np.rint(places[parents])).astype(int)
            moved = np.full_like(here, _NEVER)
            for step in np.unique(steps):
                those = np.flatnonzero(steps == step)
                moved[those, step:] = here[those, : line.columns - step]
            laid.append(_eased(moved))
            places = reached
            those = np.flatnonzero(tree.ends[:, 0] == depth)
            ended[those] = laid[-1][tree.ends[those, 1]]
        return ended

    def _steps(self, line: _Line, word: str) -> list[tuple[int, int]]:
        """Return number and step of each letter."""
        steps, at = [], 0.0
        for letter in word:
            number = self._number[letter]
            on = at + float(line.advances[number])
            steps.append((number, round(on) - round(at)))
            at = on
        return steps

    def _back(self, line: _Line, word: str, exit_: Scores) -> Scores:
        """Return for each column what it tells that `word` begins there and ends where `exit_` says."""
        score = exit_
        for number, step in reversed(self._steps(line, word)):
            eased = _eased(score[None])[0]
            moved = np.full_like(eased, _NEVER)
            moved[: line.columns - step] = eased[step:]
            score = moved + line.told[number]
        return score

    def _path(self, line: _Line, word: str, start: int, exit_: Scores) -> tuple[list[int], int]:
        """Return where each letter of `word` begins, and where the word ends, begun at `start`."""
        score = np.full(line.columns, _NEVER, np.float32)
        score[start] = 0
        steps, came = self._steps(line, word), []
        for number, step in steps:
            moved = np.full_like(score, _NEVER)
            moved[step:] = (score + line.told[number])[: line.columns - step]
            eased = np.stack([np.roll(moved, 1) - _DRIFT, moved, np.roll(moved, -1) - _DRIFT])
            way = eased.argmax(0)
            score = eased[way, np.arange(line.columns)]
            came.append(way)
        end = at = int((score + exit_).argmax())
        begun: list[int] = []
        for (_, step), way in zip(reversed(steps), reversed(came), strict=True):
            at = (at + int(way[at]) - 1) % line.columns - step
            begun.insert(0, at)
        return begun, end

    def _fit(self, line: _Line, evidence: Evidence, word: str, begun: Sequence[int]) -> float:
        """Return what the ink tells of a word, as a share of what it would if the word were there."""
        letters = self.shapes.at(line.size)
        height, width = evidence.ink.shape
        told = hoped = 0.0
        for letter, at in zip(word, begun, strict=True):
            number = self._number[letter]
            shape = letters.shapes[number]
            top, left = line.row - letters.above, at - letters.before
            y0, y1 = max(0, top), min(height, top + shape.shape[0])
            x0, x1 = max(0, left), min(width, left + shape.shape[1])
            part = shape[y0 - top : y1 - top, x0 - left : x1 - left]
            told += float((part * evidence.weight[y0:y1, x0:x1]).sum())
            hoped += float((part * evidence.expected[y0:y1, x0:x1]).sum())
        return told / max(hoped, 1.0)


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


def _apart(lines: Sequence[_Line]) -> list[_Line]:
    """Return the first of the lines, and the first that is not beside it."""
    return [lines[0], *[line for line in lines if abs(line.row - lines[0].row) > 2][:1]]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


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


def _eased(scores: Scores) -> Scores:
    """Let each row stand a pixel to the left or to the right, for what that costs."""
    eased = scores.copy()
    np.maximum(eased[:, :-1], scores[:, 1:] - _DRIFT, out=eased[:, :-1])
    np.maximum(eased[:, 1:], scores[:, :-1] - _DRIFT, out=eased[:, 1:])
    return eased


def _after_blank(ended: Scores, blank: int) -> Scores:
    entry = np.full_like(ended, _NEVER)
    for step in (blank - 1, blank, blank + 1):
        np.maximum(entry[step:], ended[: len(ended) - step], out=entry[step:])
    return entry


def _before_blank(begun: Scores, blank: int) -> Scores:
    exit_ = np.full_like(begun, _NEVER)
    for step in (blank - 1, blank, blank + 1):
        np.maximum(exit_[: len(begun) - step], begun[step:], out=exit_[: len(begun) - step])
    return exit_
