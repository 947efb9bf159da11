"""What letters of one size tell on one row of ink, and what words tell that are laid along it.

A column of such a line is a pixel of the ink or, at half size, two: a rough look at an eighth of the cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.black_seal import Evidence
from ocr.name_shapes import Letters

Scores = NDArray[np.float32]
Numbers = NDArray[np.int64]

_NEVER = np.float32(-1e5)
_DRIFT = 1.0
"""What it costs that a letter stands a column off its place: offices' programs round widths otherwise."""
_LETTER = 3.0
"""Nats that a letter must tell to be counted for one where any letter may stand."""
_BEYOND = (-0.6, -0.2)
"""What a letter off the cut tells."""


class Beginnings:
    """Words by their beginnings, so that each beginning is laid once."""

    def __init__(self, words: Sequence[str], number: Mapping[str, int]) -> None:
        self.count = len(words)
        # by length: the beginning that each goes on from, and with which letter
        self.levels: list[tuple[Numbers, Numbers]] = []
        # by length: the words that end, and the beginning that each is
        self.ends: list[tuple[Numbers, Numbers]] = []
        known: dict[str, int] = {"": 0}
        for length in range(1, max(map(len, words)) + 1):
            here = sorted({word[:length] for word in words if len(word) >= length})
            before = np.array([known[start[:-1]] for start in here])
            self.levels.append((before, np.array([number[start[-1]] for start in here])))
            known = {start: i for i, start in enumerate(here)}
            ending = [i for i, word in enumerate(words) if len(word) == length]
            self.ends.append((np.array(ending, int), np.array([known[words[i]] for i in ending], int)))
        self.letters = np.unique(np.concatenate([letters for _, letters in self.levels]))


@dataclass(frozen=True, eq=False)
class LetterLine:
    """Letters of one size on one row: what each tells at each column, and how they follow one another."""

    evidence: Evidence
    letters: Letters
    row: int  #: row of the evidence that they stand on
    step: int  #: columns of the evidence to one of the line
    told: Scores  #: letters x columns

    @property
    def columns(self) -> int:
        """How many there are."""
        return int(self.told.shape[1])

    @property
    def size(self) -> float:
        """Pixels of the evidence an em."""
        return self.letters.size * self.step

    def any_letters(self, some: Numbers) -> float:
        """Return what the likeliest string of some of the letters tells, whatever it says."""
        steps = np.maximum(1, np.rint(self.letters.advances[some])).astype(int)
        told = self.told[some] - _LETTER
        by_step = [(int(step), told[steps == step].max(0).tolist()) for step in np.unique(steps)]
        best = [0.0] * (self.columns + 1)
        for x in range(1, self.columns + 1):
            best[x] = max([best[x - 1], *[best[x - by] + tells[x - by] for by, tells in by_step if by <= x]])
        return best[-1]

    def ended(self, words: Beginnings, entry: Scores) -> Scores:
        """Return, words x columns, what it tells that a word is begun where `entry` says and ends there."""
        laid = entry[None]
        ended = np.empty((words.count, self.columns), np.float32)
        places = np.zeros(1)
        for (before, letters), (ending, last) in zip(words.levels, words.ends, strict=True):
            here = laid[before]
            here += self.told[letters]
            reached = places[before] + self.letters.advances[letters]
            steps = (np.rint(reached) - np.rint(places[before])).astype(int)
            moved = np.full_like(here, _NEVER)
            for step in np.unique(steps):
                those = np.flatnonzero(steps == step)
                moved[those, step:] = here[those, : self.columns - step]
            laid = _eased(moved)
            places = reached
            ended[ending] = laid[last]
        return ended

    def begun(self, word: Sequence[int], exit_: Scores) -> Scores:
        """Return for each column what it tells that `word` begins there and ends where `exit_` says.

        `word`: the numbers of its letters.
        """
        score = exit_
        for letter, step in zip(reversed(word), reversed(self._steps(word)), strict=True):
            eased = _eased(score[None])[0]
            moved = np.full_like(eased, _NEVER)
            moved[: self.columns - step] = eased[step:]
            score = moved + self.told[letter]
        return score

    def path(self, word: Sequence[int], start: int, exit_: Scores) -> tuple[list[int], int]:
        """Return where each letter of `word` begins, and where the word ends, begun at `start`."""
        score = np.full(self.columns, _NEVER, np.float32)
        score[start] = 0
        steps, came = self._steps(word), []
        for letter, step in zip(word, steps, strict=True):
            moved = np.full_like(score, _NEVER)
            moved[step:] = (score + self.told[letter])[: self.columns - step]
            eased = np.stack([np.roll(moved, 1) - _DRIFT, moved, np.roll(moved, -1) - _DRIFT])
            way = eased.argmax(0)
            score = eased[way, np.arange(self.columns)]
            came.append(way)
        end = at = int((score + exit_).argmax())
        begun: list[int] = []
        for step, way in zip(reversed(steps), reversed(came), strict=True):
            at = (at + int(way[at]) - 1) % self.columns - step
            begun.insert(0, max(at, 0))  # off the paper where a word has no room
        return begun, end

    def fit(self, word: Sequence[int], begun: Sequence[int]) -> float:
        """Return what the ink tells of a word, as a share of what it would if the word were there."""
        expected = _strip(self.evidence.expected, (0.0, 0.0), self.letters, self.row, self.step).transpose(
            1, 0, 2
        )
        told = float(self.told[word, begun].sum())
        hoped = sum(
            float((self.letters.columns[:, letter] * expected[at : at + self.letters.wide]).sum())
            for letter, at in zip(word, begun, strict=True)
        )
        return told / max(hoped, 1.0)

    def after_blank(self, ended: Scores) -> Scores:
        """Return for each column what the best tells that ended a blank before it."""
        entry = np.full_like(ended, _NEVER)
        for step in self._blanks():
            np.maximum(entry[step:], ended[: self.columns - step], out=entry[step:])
        return entry

    def before_blank(self, begun: Scores) -> Scores:
        """Return for each column what the best tells that begins a blank after it."""
        exit_ = np.full_like(begun, _NEVER)
        for step in self._blanks():
            np.maximum(exit_[: self.columns - step], begun[step:], out=exit_[: self.columns - step])
        return exit_

    def _blanks(self) -> range:
        blank = round(self.letters.blank)
        return range(blank - 1, blank + 2)

    def _steps(self, word: Sequence[int]) -> list[int]:
        """Return the columns from each letter to the next."""
        reached = np.rint(np.cumsum([0.0, *self.letters.advances[list(word)]])).astype(int)
        return [int(step) for step in np.diff(reached)]


def lay_letters(evidence: Evidence, letters: Letters, row: int, some: Numbers, *, rough: bool) -> LetterLine:
    """Return what `some` of the letters tell on `row`, and nothing of the others.

    `rough`: at half size.
    """
    step = 2 if rough else 1
    letters = letters.halved if rough else letters
    strip = _strip(evidence.weight, _BEYOND, letters, row, step)
    seen = np.ascontiguousarray(strip.transpose(0, 2, 1)).reshape(-1, strip.shape[1])
    shapes = letters.columns[:, some].reshape(letters.wide, len(some), -1)
    columns = evidence.ink.shape[1] // step
    told = np.zeros((len(letters.advances), columns), np.float32)
    # column of a letter by column, times what lies there: all places of all letters in a few products
    told[some] = sum(column @ seen[:, i : i + columns] for i, column in enumerate(shapes))
    return LetterLine(evidence, letters, row, step, told)


def _strip(part: Scores, beyond: tuple[float, float], letters: Letters, row: int, step: int) -> Scores:
    """Return the rows of `part` that letters on `row` cover, with room for one at its last column."""
    tall, wide = step * letters.tall, step * letters.wide
    top = row - step * letters.above
    strip = cv2.copyMakeBorder(
        part[max(0, top) : max(0, top + tall)],
        max(0, -top), max(0, top + tall - part.shape[0]), step * letters.before, wide,
        cv2.BORDER_CONSTANT, value=(*beyond, 0, 0),
    )  # fmt: skip
    if step > 1:
        size = (strip.shape[1] // step, tall // step)
        strip = cv2.resize(strip, size, interpolation=cv2.INTER_AREA)
    return np.asarray(strip, np.float32)


def _eased(scores: Scores) -> Scores:
    """Let each row stand a column to the left or to the right, for what that costs."""
    eased = scores.copy()
    np.maximum(eased[:, :-1], scores[:, 1:] - _DRIFT, out=eased[:, :-1])
    np.maximum(eased[:, 1:], scores[:, :-1] - _DRIFT, out=eased[:, 1:])
    return eased
