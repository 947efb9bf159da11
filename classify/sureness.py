"""How sure a text is, from what both readers gave for it (calibrated: docs/describing.md)."""

from collections.abc import Iterable
from math import prod

from classify.spelling import marked
from classify.upright import Piece, PlacedWord

BOTH = 0.998
"""Chance that a word is right where both readers gave the same letters, blanks and points aside."""
_POINTS = 0.97
"""The same where they differ over a point, a dash or a blank only."""


def sure(pieces: Iterable[Piece]) -> float:
    """Return the chance that every letter of the pieces is right, 0.0 to 1.0."""
    return prod(
        _word(word, versions) for piece in pieces for versions in [_marked(piece)] for word in piece.words
    )


def both(piece: Piece) -> bool:
    """Whether two readers gave the same letters and figures for the whole piece, or it was typed."""
    versions = _marked(piece)
    own = marked(piece.text)
    if all(word.word.agreed for word in piece.words):
        return True
    return len(versions) > 1 and all(version == own for version in versions)


def _marked(piece: Piece) -> tuple[str, ...]:
    return tuple(marked(version) for version in piece.versions())


def _word(word: PlacedWord, versions: tuple[str, ...]) -> float:
    if word.word.agreed:
        return BOTH
    own = marked(word.text)
    if len(versions) > 1 and all(own in version for version in versions):
        return _POINTS
    return word.word.confidence
