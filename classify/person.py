"""The name of a person out of many readings of it: what was read off a name under a seal, look by look."""

from collections import Counter
from collections.abc import Collection, Sequence

from classify.known_words import name_words, titles
from classify.spelling import bare, marks, tidy
from classify.upright import Piece

_MANY = 3
"""Readings from which they are counted; two are for `PageWords.mended`."""
_EDGES = ".,;:|~_-–'\"“”()*/\\!„`"
_BORNE_OUT = ((0.75, 0.97), (0.5, 0.92), (0.3, 0.85), (0.0, 0.7))
"""Chance that a word names are made of is right, by the share of readings that gave it."""
_STRANGE = 0.5
"""The same for a word that no list of names has."""


def parts(text: str) -> list[str]:
    """Return the words of a name without the marks and dirt around them."""
    words = [word.strip(_EDGES) for word in tidy(text).split()]
    return [word for word in words if word]


def counted(piece: Piece) -> tuple[str, float] | None:
    """Return the name that most readings bear out word by word, and the chance that it is right.

    Only what one of the readings gave is taken; words that names are made of go before others. None where
    there are too few readings to count.
    """
    looks = {name: raw for name, raw in piece.raw.items() if name[-1:].isdigit()}
    if len(looks) < _MANY:
        return None
    own = parts(piece.text)
    given = [words for raw in looks.values() if len(words := parts(raw)) == len(own)]
    if not given:
        return None
    chosen, chance = [], 1.0
    for i, word in enumerate(own):
        known: Collection[str] = titles()["families"] if i == 0 else name_words()
        text, share = _most(word, [words[i] for words in given], known)
        chosen.append(text)
        chance *= share
    return " ".join(chosen), chance


def _most(word: str, given: Sequence[str], known: Collection[str]) -> tuple[str, float]:
    counts = Counter(one for one in given if one in known)
    if not counts:
        return word, _STRANGE
    best = max(counts, key=lambda one: (counts[one], one == word))
    # A faint look loses marks and makes none: of words with the same letters the one with most of them stays.
    alike = [one for one in counts if bare(one) == bare(best) and counts[one] * 3 >= counts[best]]
    best = max(alike, key=lambda one: (marks(one), counts[one]))
    share = counts[best] / len(given)
    return best, next(chance for least, chance in _BORNE_OUT if share >= least)
