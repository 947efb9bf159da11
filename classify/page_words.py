"""What the rest of the page says of a name in its head: the same words elsewhere, read by both readers.

A letterhead misread as "SỞ Y TẺ" is put right by "Sở Y tế" in the text below, or by the list of office
names (`offices.toml`). What both readers agree on is never rewritten.
"""

import functools
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from classify.spelling import bare, capitals, same_tone, squeezed, tidy, twins
from classify.sureness import BOTH, sure
from classify.upright import Piece, PlacedWord, Sheet

_FROM_PAGE = 0.97
"""Chance that a word put right from the same name elsewhere, or from the list, is right."""


@functools.cache
def offices() -> Mapping[str, tuple[str, ...]]:
    """Return the lists of `offices.toml`, NFC."""
    text = Path(__file__).with_name("offices.toml").read_text(encoding="utf-8")
    return {key: tuple(value) for key, value in tomllib.loads(unicodedata.normalize("NFC", text)).items()}


@functools.cache
def _listed() -> Mapping[tuple[str, str], Counter[tuple[str, str]]]:
    return _pairs(name.split() for name in offices()["names"])


def _pairs(names: Iterable[Sequence[str]]) -> dict[tuple[str, str], Counter[tuple[str, str]]]:
    """Return for each two bare words that follow one another how they are really spelt."""
    table: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for words in names:
        for one, other in pairwise(_key(word) for word in words):
            if one[0] and other[0]:
                table[one[0], other[0]][one[1], other[1]] += 1
    return table


def _key(word: str) -> tuple[str, str]:
    kept = tidy(word).strip(" ,.;:-_()\"'“”/").lower()
    return bare(kept), kept


class PageWords:
    """The words of the pages that both readers agree on, for putting names right."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        """Learn from all print of the document."""
        runs: list[list[str]] = []
        for sheet in sheets:
            for piece in sheet.pieces:
                run: list[str] = []
                for word in piece.words:
                    if word.word.agreed:
                        run.append(word.text)
                    else:
                        runs.append(run)
                        run = []
                runs.append(run)
        self._pairs = _pairs(runs)

    def mended(self, piece: Piece) -> tuple[str, float]:
        """Return the piece's text with unsure words put right where others vouch, and how sure it then is."""
        texts, chance = [], 1.0
        for i, word in enumerate(piece.words):
            text, share = self._word(piece, i, word)
            texts.append(text)
            chance *= share
        return tidy(" ".join(texts)), chance

    def _word(self, piece: Piece, i: int, word: PlacedWord) -> tuple[str, float]:
        own = sure([piece.part(i, i + 1)]) if not word.word.agreed else BOTH
        if word.word.agreed:
            return word.text, own
        before = piece.words[i - 1] if i else None
        after = piece.words[i + 1] if i + 1 < len(piece.words) else None
        key, kept = _key(word.text)
        votes: Counter[str] = Counter()
        for table, weight in ((self._pairs, 1), (_listed(), 3)):
            if before is not None:
                for (_, spelt), count in table.get((_key(before.text)[0], key), Counter()).items():
                    votes[spelt] += weight * count
            if after is not None:
                for (spelt, _), count in table.get((key, _key(after.text)[0]), Counter()).items():
                    votes[spelt] += weight * count
        if not votes:
            return self._cased(piece, i, word), own
        best, count = votes.most_common(1)[0]
        if count * 2 <= votes.total():
            return word.text, own
        if same_tone(best, kept):
            return self._cased(piece, i, word), max(own, _FROM_PAGE)
        stripped = tidy(word.text).strip(" ,.;:-_()\"'“”/")
        spelt = (
            best.upper()
            if capitals(stripped) > 0.5
            else best.capitalize()
            if stripped[:1].isupper()
            else best
        )
        return tidy(word.text).replace(stripped, spelt), _FROM_PAGE

    def _cased(self, piece: Piece, i: int, word: PlacedWord) -> str:
        """Return a word whose capitals are only misread small letters ("CƠ SỞ" amid small print) in small."""
        around = [other for other in piece.words[max(0, i - 2) : i + 3] if other is not word]
        small = sum(capitals(other.text) == 0 for other in around if squeezed(other.text))
        if i and twins(word.text) and small * 2 > len(around) and capitals(word.text) > 0:
            return word.text.lower()
        return word.text
