"""Which letters of a value are in doubt, so that an archivist looks at those and not at the rest."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from catalog.reading import Word

UNSURE_BELOW = 0.6
"""Words less sure than this are marked, as are those on which the readers differ."""

ALIKE = 0.5
"""Share of common letters below which another value says something else altogether: nothing to compare."""

MOST_COMPARED = 3
LONGEST_COMPARED = 600
"""Characters; comparing letter by letter costs their square."""

_AROUND = ".,;:()\"'“”-/"

Piece = tuple[str, bool]
"""A piece of a value, and whether it is in doubt."""


def unsure(word: Word) -> bool:
    """Return whether a person should look at this word."""
    return word.confidence < UNSURE_BELOW or not word.agreed


def pieces(value: str, others: Sequence[str], words: Iterable[Word]) -> tuple[Piece, ...]:
    """Return `value` cut into sure and doubtful pieces; joined they are `value`.

    In doubt is where another likely value differs, and what was read from an unsure word.

    Args:
        others: what else it could be, likeliest first.
        words: the words on the page from which the value was read.
    """
    marked = [False] * len(value)
    if len(value) <= LONGEST_COMPARED:
        for other in others[:MOST_COMPARED]:
            _mark_differences(value, other[:LONGEST_COMPARED], marked)
    doubted = {_bare(word.text) for word in words if unsure(word)} - {""}
    for start, end in _tokens(value):
        if _bare(value[start:end]) in doubted:
            marked[start:end] = [True] * (end - start)
    return _cut(value, marked)


def _mark_differences(value: str, other: str, marked: list[bool]) -> None:
    matcher = SequenceMatcher(a=value, b=other, autojunk=False)
    if matcher.ratio() < ALIKE:
        return
    for kind, a0, a1, _b0, _b1 in matcher.get_opcodes():
        if kind == "equal" or not value:
            continue
        begin, end = (a0, a1) if a0 < a1 else (max(0, min(a0, len(value)) - 1), min(a0 + 1, len(value)))
        marked[begin:end] = [True] * (end - begin)


def _tokens(value: str) -> list[tuple[int, int]]:
    """Return where the words of `value` stand; a slash or dash parts them too, as in 45/QĐ-UBND."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for at, letter in enumerate(value + " "):
        part = letter.isspace() or letter in "/-"
        if not part and start is None:
            start = at
        elif part and start is not None:
            found.append((start, at))
            start = None
    return found


def _bare(text: str) -> str:
    bare = text.strip(_AROUND).casefold()
    return bare.lstrip("0") or bare if bare.isdecimal() else bare


def _cut(value: str, marked: Sequence[bool]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for letter, mark in zip(value, marked, strict=True):
        if found and found[-1][1] == mark:
            found[-1] = (found[-1][0] + letter, mark)
        else:
            found.append((letter, mark))
    return tuple(found)
