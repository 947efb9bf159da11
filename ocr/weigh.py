"""Which of two readings of the same stretch of a line is right: all that speaks for either, weighed.

Each reader's own measure tells most: where trueocr gives `Cấm` at 0.5 and Tesseract `Cẩm` at 0.97, the second
is right, however much likelier the first is in Vietnamese. The weights come from pages that `samples` made
(`python -m bench.weighing`); docs/reading.md tells how often they are right on others.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.language import Language

_LEAST_SURE, _MOST_SURE = 0.02, 0.995
_FARTHEST = 10.0
_PER_SYLLABLE = 2.0
"""Logarithm by which each further syllable makes a stretch less likely, without being less right."""
_NO_LETTERS = re.compile(r"\W")
_NEITHER = 0.5
"""Taken off the lead, since now and then neither is right."""
_DIRT = frozenset("|~¡{}[]<>\\^_°`")
"""Signs that rules and specks are taken for, and that records hardly have."""


@dataclass(frozen=True)
class Said:
    """What one reader gave for a stretch of a line."""

    text: str
    sure: float  #: of its least sure word, the reader's own measure, 0.0 to 1.0
    syllables: Sequence[str]  #: lower case, letters only


WEIGHTS = (0.57, -1.73, 0.29, 0.86, 6.08, -0.64, -0.41, -1.72, 1.25, -1.59, 1.7)
"""Of the evidence in its order, the last by itself: above 0, the first reader is right."""


def odds(first: Said, second: Said, *, before: str, after: str | None, language: Language) -> float:
    """Return how much likelier `first` (trueocr) is right than `second` (Tesseract): a natural logarithm."""
    told = evidence(first, second, before=before, after=after, language=language)
    return sum(weight * value for weight, value in zip(WEIGHTS, (*told, 1.0), strict=True))


def chance(odds: float) -> float:
    """Return how often the one that `odds` favour is right, 0.5 to 1.0."""
    return 1 / (1 + math.exp(-max(0.0, abs(odds) - _NEITHER)))


def evidence(
    first: Said, second: Said, *, before: str, after: str | None, language: Language
) -> tuple[float, ...]:
    """Return what speaks for one or the other, as numbers: see the comments."""
    x, y = first.text, second.text
    bare, other = _NO_LETTERS.sub("", x), _NO_LETTERS.sub("", y)
    same = bare == other
    return (
        _logit(first.sure),
        _logit(second.sure),
        _lead(first.syllables, second.syllables, before, after, language),
        float(_known(first.syllables, language)) - float(_known(second.syllables, language)),
        float(not _DIRT.isdisjoint(y)) - float(not _DIRT.isdisjoint(x)),
        float(len(y) - len(x)) if same else 0.0,  # signs that only one of them saw
        float(any(letter.isdigit() for letter in x + y)),
        float(same),
        float(not same and bare.lower() == other.lower()),
        float(len(y.split()) - len(x.split())),
    )


def _logit(sure: float) -> float:
    chance = min(max(sure, _LEAST_SURE), _MOST_SURE)
    return math.log(chance / (1 - chance))


def _lead(
    one: Sequence[str], other: Sequence[str], before: str, after: str | None, language: Language
) -> float:
    if not one or not other:
        return 0.0
    lead = language.likelihood(one, before=before, after=after)
    lead -= language.likelihood(other, before=before, after=after)
    lead -= _PER_SYLLABLE * (len(one) - len(other))
    return max(-_FARTHEST, min(_FARTHEST, lead))


def _known(syllables: Sequence[str], language: Language) -> bool:
    return bool(syllables) and all(language.knows(syllable) for syllable in syllables)
