"""Where on a line the name of a place stands, and where else the document has the same name."""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from classify.spelling import bare, tidy
from classify.upright import Piece, PlacedWord, Sheet

_RANKS = frozenset(
    {"xa", "phuong", "tran", "huyen", "quan", "tinh", "pho", "thon", "ap", "ban", "buon", "uy"}
)
"""Words right before the name of a place, without marks: xã, phường, (thị) trấn, (thành) phố, (huyện) ủy."""
_FIRST = {
    "tran": ("thi",),
    "pho": ("thanh", "tp"),
    "ban": ("xa",),
    "uy": ("tinh", "huyen", "thi", "thanh", "quan", "xa"),
}
"""What must stand before a word that is a rank only together with it."""
_NO_RANK = {"quan": ("ly", "su", "nhan"), "uy": ("ban", "vien", "quyen"), "ban": ("nhan", "do")}
"""What stands after a word that then is no rank: xã hội, quản lý, quân sự."""
_OFFICES = ("dan", "ubnd", "hdnd", "uy", "bo", "an", "")
"""Before "XÃ HỘI ..." they say that it is the commune of Hội ... and not society."""
_LONGEST = 4
"""Words of a name."""
_WORD = re.compile(r"[^\W\d_][^\W\d_'’.]*")
_EDGES = " ,.;:-_()\"'“”/|~`*"
_MOST = 40
"""Mentions of one name that are kept."""


def span(piece: Piece, before: str = "", *, whole: bool = False) -> tuple[int, int] | None:
    """Return first word and end of the last name of a place on a line; None where there is none.

    Args:
        piece: the line.
        before: the word at the end of the line above.
        whole: the line is nothing but the name, as before the date.
    """
    words = [word.text for word in piece.words]
    found = None
    for i in range(len(words)):
        rank, first = (words[i - 1] if i else before), (words[i - 2] if i > 1 else before if i else "")
        if rank and _ranked(rank, first, words[i]):
            found = _run(words, i) or found
    if whole and found is None:
        start = next((i for i, word in enumerate(words) if _called(word) and word[-1:] != "."), None)
        return None if start is None else _run(words, start)
    return found


def _ranked(rank: str, first: str, word: str) -> bool:
    own, ahead, after = (bare(one.strip(_EDGES)) for one in (rank, first, word))
    if own not in _RANKS or rank[-1:] in ",;:.":
        return False
    if own in _FIRST and ahead not in _FIRST[own]:
        return False
    if after in _RANKS or (own == "xa" and after == "hoi" and ahead not in _OFFICES):
        return False
    return after not in _NO_RANK.get(own, ())


def _run(words: Sequence[str], start: int) -> tuple[int, int] | None:
    """Return the words of the name that begins at `start`: capitals up to a mark, a figure, another rank."""
    stop = start
    while stop < len(words) and stop - start < _LONGEST and _called(words[stop]):
        if stop > start and _ranked(words[stop], words[stop - 1], "".join(words[stop + 1 : stop + 2])):
            break
        stop += 1
        if words[stop - 1][-1:] in ",;:.)":
            break
    return (start, stop) if stop > start else None


def _called(word: str) -> bool:
    kept = word.strip(_EDGES)
    return bool(kept) and kept[0].isupper() and _WORD.fullmatch(kept) is not None


def _kept(word: str) -> tuple[str, str]:
    """Return a word without the marks around it, and its letters."""
    kept = word.strip(_EDGES)
    return kept, bare(kept)


class Mentions:
    """All that the readers saw of a document, by pairs of words, to look names up in."""

    def __init__(self, sheets: Iterable[Sheet], told: Sequence[str] = ()) -> None:
        """Learn the lines; `told` is what people wrote of the document: its dossier's title."""
        self._lines: list[tuple[Sequence[PlacedWord], str, list[str], list[str]]] = []
        self._at: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        self._kept = functools.cache(_kept)  # of the words of this document
        for sheet in sheets:
            for piece in sheet.pieces:
                for reader, raw in piece.raw.items():
                    self._add(piece.words, reader, raw)
        self._told = [Mentions((), ())._with(text) for text in told]

    def _with(self, text: str) -> "Mentions":
        self._add((), "", text)
        return self

    def _add(self, own: Sequence[PlacedWord], reader: str, text: str) -> None:
        seen = [self._kept(word) for word in tidy(text).split()]
        words, keys = [word for word, _ in seen], [key for _, key in seen]
        at = len(self._lines)
        self._lines.append((own, reader, words, keys))
        for i, pair in enumerate(pairwise(keys)):
            self._at[pair].append((at, i))

    def elsewhere(self, name: Sequence[str], piece: Piece, rank: str = "") -> list[tuple[str, Sequence[str]]]:
        """Return readers, with a name as they saw it on other lines; of one word only after its `rank`."""
        key, own = [bare(word) for word in name], frozenset(piece.words)
        lead = [bare(rank.strip(_EDGES))] if len(key) == 1 else []
        if len(key) == 1 and not lead[0]:
            return []
        sought = lead + key
        found: list[tuple[str, Sequence[str]]] = []
        for at, i in self._at.get((sought[0], sought[1]), ()):
            words_of, reader, words, keys = self._lines[at]
            if keys[i : i + len(sought)] == sought and own.isdisjoint(words_of) and len(found) < _MOST:
                found.append((reader, words[i + len(lead) : i + len(sought)]))
        return found

    def told(self, name: Sequence[str], piece: Piece, rank: str = "") -> list[Sequence[str]]:
        """Return a name as people wrote it."""
        return [one for text in self._told for _, one in text.elsewhere(name, piece, rank)]
