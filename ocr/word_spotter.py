"""How near a line comes to words that are looked for, by a reader's chances and not by what it settled on.

A reader gives the one likeliest text. Of a worn stamp what it says is often a close second, which is lost
with it; so a word is asked for, letter by letter, and the answer is how much the reader would have to give up
to read it there. Marks on letters do not count: a worn stamp has lost them.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ocr.reader import LineImage

SMALL = 1.6
"""Nats that a small letter is less likely to be a letter of a word, which is in capitals."""
SPARE = 3.0
"""Nats for each letter before and after the word, which a frame or a neighbour may have given."""
_GAP, _OTHER, _SPARE, _NEVER = 0, 27, 28, 29
"""Columns of chances: no letter, 1 to 26 A to Z, any other sign, what is read at all, what cannot be."""
_IMPOSSIBLE = np.float32(-1e4)

Chances = NDArray[np.float32]
"""Steps along the line x letters, natural logarithms."""


@dataclass(frozen=True)
class Spotted:
    """What a line says, and how unlikely each of the words is that were asked for."""

    text: str
    nats: tuple[float, ...]  #: by how many each word, in order, is unlikely; 0.0: the line says it


class WordSpotter(Protocol):
    """A reader that can be asked for words."""

    def spot(self, lines: Sequence[LineImage], words: Sequence[str]) -> list[Spotted]:
        """Return one result for each line, in order; `words`: A to Z, without blanks.

        Raises:
            ReaderError: the engine broke.
        """
        ...


class BareLetters:
    """A recogniser's letters with their marks taken off, blanks and stops counted as no letter."""

    def __init__(self, letters: Sequence[str]) -> None:
        """`letters`: those of the recogniser, after its own sign for none, which is the first."""
        self._share = np.zeros((len(letters) + 1, _OTHER + 1), np.float32)
        self._share[0, _GAP] = 1.0
        for number, letter in enumerate(letters, start=1):
            bare = unicodedata.normalize("NFD", letter.upper().replace("Đ", "D"))[:1]
            if "A" <= bare <= "Z":
                small = np.exp(np.float32(-SMALL)) if letter.islower() else 1.0
                self._share[number, ord(bare) - ord("A") + 1] = small
            else:
                self._share[number, _OTHER if letter.isalnum() or letter in "&#@" else _GAP] = 1.0

    def of(self, chances: Chances) -> Chances:
        """Return the chances of bare letters from those of all."""
        return np.asarray(np.log(np.exp(chances) @ self._share + 1e-9), np.float32)


def unlikely(lines: Sequence[Chances], words: Sequence[str]) -> NDArray[np.float32]:
    """Return for each line and each word by how many nats the likeliest way to read it there is unlikely.

    `lines`: chances of bare letters. What stands before and after the word is what is read there, at the
    price of `SPARE` for each letter. A blank between letters costs nothing: they may be set apart.
    """
    most = max((len(line) for line in lines), default=0)
    if not most or not words:
        return np.zeros((len(lines), len(words)), np.float32)
    chances = np.full((most, len(lines), _NEVER + 1), _IMPOSSIBLE, np.float32)
    for number, line in enumerate(lines):
        likeliest = line.argmax(1)
        begins = (likeliest != _GAP) & np.concatenate(([True], likeliest[1:] != likeliest[:-1]))
        chances[: len(line), number, : _OTHER + 1] = line
        chances[: len(line), number, _SPARE] = line.max(1) - SPARE * begins
    states, leaps = _states(words)
    ends = np.asarray([[2 * len(word) + more for more in range(3)] for word in words])
    steps = np.asarray([len(line) for line in lines])[:, None, None]
    paths = np.full((len(lines), *states.shape), _IMPOSSIBLE, np.float32)
    paths[:, :, :3] = chances[0][:, states[:, :3]]
    for step in range(1, most):
        on = paths.copy()
        np.maximum(on[:, :, 1:], paths[:, :, :-1], out=on[:, :, 1:])
        np.maximum(on[:, :, 2:], paths[:, :, :-2] + leaps, out=on[:, :, 2:])
        on += chances[step][:, states]
        paths = np.where(step < steps, on, paths)
    reached = np.take_along_axis(paths, np.broadcast_to(ends, (len(lines), *ends.shape)), axis=2).max(2)
    return np.asarray(-reached, np.float32)


def _states(words: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return the column of each state of each word, and what it costs to leap over the state before it.

    The states of a word: what stands before it; gap and letter in turn; a gap; what stands after it.
    """
    states = np.full((len(words), 2 * max(map(len, words)) + 3), _NEVER)
    leaps = np.full(states.shape, _IMPOSSIBLE, np.float32)
    for number, word in enumerate(words):
        letters = [ord(letter) - ord("A") + 1 for letter in word]
        end = 2 * len(letters)
        states[number, 0] = states[number, end + 2] = _SPARE
        states[number, 1 : end + 2 : 2] = _GAP
        states[number, 2 : end + 1 : 2] = letters
        leaps[number, 2 : end + 3 : 2] = 0.0
        for at, (one, other) in enumerate(pairwise(word), start=2):
            if one == other:
                leaps[number, 2 * at] = _IMPOSSIBLE
    return states, leaps[:, 2:]
