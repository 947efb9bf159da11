"""Where the name of an office begins on a letterhead, and where it goes on."""

import functools
from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz import fuzz

from classify.known_words import offices
from classify.spelling import marked, squeezed

_OPENS = 88
_DANGLING = ("-", "và", "của", "về", "các", "trực", "thuộc", "biểu", "cho", "với", "tại", "do", "cấp", ",")
"""Words that no office's name ends with."""


def opens_office(text: str) -> bool:
    """Whether a line of a letterhead names a new office instead of going on with the one above."""
    tokens = [squeezed(word) for word in text.split()]
    begins = [len(words) for words in _words("heads") if tokens[: len(words)] == words]
    if max(begins, default=0) < 2 and any(tokens[: len(words)] == words for words in _words("continued")):
        return False
    letters = squeezed(text)
    return bool(begins) or any(
        fuzz.ratio(letters[: len(known)], known, score_cutoff=_OPENS)
        for known in map("".join, _words("heads")) if len(known) >= 6
    )  # fmt: skip


@functools.cache
def _words(names: str) -> Sequence[Sequence[str]]:
    """Return the names of one list of `offices.toml`, each word by word by its letters."""
    return [[squeezed(word) for word in name.split()] for name in offices()[names]]


def goes_on(lines: Sequence[str], text: str) -> bool:
    """Whether a line that opens like an office is still the name begun above: "VĂN PHÒNG", "HĐND VÀ UBND"."""
    above, below = lines[-1].split(), text.split()
    if lines[-1].rstrip().endswith(("-", ",")) or above[-1].lower() in _DANGLING:
        return True
    if squeezed(" ".join(lines)) in _unfinished() or text[:1] in "-+":
        return True
    return (marked(above[-1].lower()), marked(below[0].lower())) in _inside()


@functools.cache
def _unfinished() -> frozenset[str]:
    """Return the letters of what opens an office's name and is none: VĂN PHÒNG, BAN CHẤP HÀNH, CHI NHÁNH."""
    return frozenset(squeezed(name) for name in offices()["unfinished"])


@functools.cache
def _inside() -> frozenset[tuple[str, str]]:
    """Return the pairs of words that stand together in the name of one office: MÔI TRƯỜNG, NỘI VỤ."""
    words = ([marked(word.lower()) for word in name.split() if marked(word)] for name in offices()["names"])
    return frozenset(pair for name in words for pair in pairwise(name))
