"""Names and phrases put right by evidence: the same words elsewhere on the page, and lists of known ones.

A letterhead misread as "SỞ Y TẺ" is put right by "Sở Y tế" in the text below, or by the list of office
names (`offices.toml`). What both readers agree on is rewritten in one case only: a tone that scans blur, in a
phrase that laws spell in a single way ("tổ chức" where both saw "tố chức"). The reading itself stays.
"""

import functools
import gzip
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from classify.spelling import bare, capitals, marked, near_tones, same_tone, squeezed, tidy, twins
from classify.sureness import BOTH, sure
from classify.upright import Piece, PlacedWord, Sheet

_HERE = Path(__file__).parent
_VOUCHED = 0.97
"""Chance that a word put right, or borne out, by the same name elsewhere or by a list is right."""
_REWRITTEN = 0.93
"""The same where both readers agreed on something else."""
_SPLIT = 0.88
"""The same where one reader saw a blank and the other none."""
_HOOK = "\u0309"
"""The tone hỏi: scans and readers make it sắc or ngã, hardly ever the other way, so its votes count twice."""
_LEANING = 0.88
"""The same where the readers differ and the rest of the page leans to one of them."""
_FEW = 3
"""Votes under which the page itself is no evidence."""
_ADDRESSED = ("ong", "ba", "chau", "anh", "chi", "em")
_JUNK = re.compile(r"[|_~`^\\¦]+")
_EDGES = " ,.;:-_()\"'“”/|~`*"

Pairs = Mapping[tuple[str, str], Counter[tuple[str, str]]]
"""For each two bare words that follow one another, how they are really spelt, and how often."""


def _lists(name: str) -> Mapping[str, tuple[str, ...]]:
    text = unicodedata.normalize("NFC", (_HERE / name).read_text(encoding="utf-8"))
    return {key: tuple(value) for key, value in tomllib.loads(text).items()}


@functools.cache
def offices() -> Mapping[str, tuple[str, ...]]:
    """Return the lists of `offices.toml`, NFC."""
    return _lists("offices.toml")


@functools.cache
def titles() -> Mapping[str, tuple[str, ...]]:
    """Return the lists of `titles.toml`, NFC."""
    return _lists("titles.toml")


@functools.cache
def name_words() -> frozenset[str]:
    """Return the words that names of people are made of."""
    return frozenset(titles()["families"]) | frozenset(titles()["given"])


@functools.cache
def _listed() -> Pairs:
    return _pairs((name.split() for name in offices()["names"]), 1)


@functools.cache
def _phrases() -> Mapping[tuple[str, str], tuple[str, str, bool]]:
    """Return the pairs of `data/` by their bare letters; True: the pair may put a word right."""
    packed = gzip.decompress((_HERE / "data" / "phrases.txt.gz").read_bytes()).decode("utf-8")
    pairs = [line.split(" ") for line in packed.splitlines()]
    practice = (_HERE / "data" / "practice.txt").read_text(encoding="utf-8")
    pairs += [[*unicodedata.normalize("NFC", line).split(" "), "!"] for line in practice.splitlines()]
    return {(bare(one), bare(other)): (one, other, bool(strong)) for one, other, *strong in pairs}


def _pairs(runs: Iterable[Sequence[str]], weight: int) -> dict[tuple[str, str], Counter[tuple[str, str]]]:
    table: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for words in runs:
        for one, other in pairwise(_key(word) for word in words):
            if one[0] and other[0]:
                table[one[0], other[0]][one[1], other[1]] += weight
    return table


def _key(word: str) -> tuple[str, str]:
    kept = tidy(word).strip(_EDGES).lower()
    return bare(kept), kept


class PageWords:
    """The words of a document's pages, for putting names right."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        """Learn from all print of the document; each reader has a vote on each word."""
        pieces = [piece for sheet in sheets for piece in sheet.pieces]
        self._pairs = _pairs((raw.split() for piece in pieces for raw in piece.raw.values()), 1)

    def mended(self, piece: Piece, *, names: frozenset[str] = frozenset()) -> tuple[str, float]:
        """Return the piece's text with unsure words put right where others vouch, and how sure it then is.

        `names` are words that settle it where one of the readers gave one of them.
        """
        texts, chance = [], 1.0
        for i, word in enumerate(piece.words):
            if _JUNK.fullmatch(word.text) and not word.word.agreed:
                continue  # the edge of a table, of a seal
            text, share = self._word(piece, i, word, names)
            texts.append(text)
            chance *= share
        return tidy(" ".join(texts)), chance

    def _word(self, piece: Piece, i: int, word: PlacedWord, names: frozenset[str]) -> tuple[str, float]:
        before = _key(piece.words[i - 1].text) if i else ("", "")
        after = _key(piece.words[i + 1].text) if i + 1 < len(piece.words) else ("", "")
        key, kept = _key(word.text)
        fixed = _fixed(before, (key, kept), after, agreed=word.word.agreed)
        if word.word.agreed:
            if fixed is None or not near_tones(fixed, kept) or _proper(word.text, i):
                return word.text, BOTH
            return _respelt(word.text, fixed), _REWRITTEN
        own = sure([piece.part(i, i + 1)])
        apart = _apart(piece, word.text)
        if apart is not None:
            return apart, _SPLIT
        names = names or (name_words() if _person(piece, i) else frozenset())
        if names:
            given = {version for one in piece.word_versions(i) if (version := one.strip(_EDGES)) in names}
            if len(given) == 1:
                return given.pop(), max(own, 0.9)
        if fixed is not None:
            return self._said(piece, i, word, fixed, own)
        votes: Counter[str] = Counter()
        for table, weight in ((self._pairs, 1), (_listed(), 4)):
            for (_, spelt), count in table.get((before[0], key), Counter()).items():
                votes[spelt] += weight * count
            for (spelt, _), count in table.get((key, after[0]), Counter()).items():
                votes[spelt] += weight * count
        said = [_key(version)[1] for version in piece.word_versions(i)]
        for _ in filter(None, (before[0], after[0])):
            votes.subtract(said)  # this very word is no witness for itself
        votes = +votes
        for spelt in votes:
            if _HOOK in unicodedata.normalize("NFD", spelt):
                votes[spelt] *= 2
        leader, most = votes.most_common(1)[0] if votes else ("", 0)
        if leader in said and most > max((votes[one] for one in said if one != leader), default=most):
            return self._said(piece, i, word, leader, own)[0], max(own, _LEANING)  # the page breaks the tie
        best, count = votes.most_common(1)[0] if votes else ("", 0)
        if count < _FEW or count * 5 < votes.total() * 3:
            return self._cased(piece, i, word), own
        return self._said(piece, i, word, best, own if count * 5 < votes.total() * 4 else max(own, _VOUCHED))

    def _said(self, piece: Piece, i: int, word: PlacedWord, best: str, own: float) -> tuple[str, float]:
        """Return the word as `best` has it, in the case and between the marks it is printed with."""
        if same_tone(best, _key(word.text)[1]):
            return self._cased(piece, i, word), max(own, _VOUCHED)
        return _respelt(word.text, best), _VOUCHED

    def _cased(self, piece: Piece, i: int, word: PlacedWord) -> str:
        """Return a word whose capitals are only misread small letters ("CƠ SỞ" amid small print) in small."""
        around = [other for other in piece.words[max(0, i - 2) : i + 3] if other is not word]
        small = sum(capitals(other.text) == 0 for other in around if squeezed(other.text))
        if i and twins(word.text[:1]) and capitals(word.text) > 0 and capitals(piece.text) < 0.5:
            said = word.text.lower() in piece.word_versions(i)
            if said or (twins(word.text) and small * 2 > len(around)):
                return word.text.lower()
        return word.text


def _apart(piece: Piece, text: str) -> str | None:
    """Return the word as two, where a reader saw a blank in it: blanks are lost more often than made."""
    letters = marked(text)
    for version in piece.versions():
        for one, other in pairwise(version.split()):
            if min(len(marked(one)), len(marked(other))) > 1 and marked(one) + marked(other) == letters:
                return f"{one} {other}"
    return None


def _person(piece: Piece, i: int) -> bool:
    """Whether the word is part of a person's name: a capital within four words of ông, bà, cháu ..."""
    around = {bare(word.text) for word in piece.words[max(0, i - 4) : i]}
    return piece.words[i].text[:1].isupper() and not around.isdisjoint(_ADDRESSED)


def _proper(text: str, i: int) -> bool:
    """Whether a word may be part of a name, which no phrase of the law can put right."""
    return capitals(text) > 0.5 or (i > 0 and text[:1].isupper())


def _fixed(
    before: tuple[str, str], own: tuple[str, str], after: tuple[str, str], *, agreed: bool
) -> str | None:
    """Return how the word is spelt in a phrase with its neighbours.

    None where no phrase says so. What both readers `agreed` on stays where a phrase with either neighbour
    bears it out; what they differ over yields to a phrase that is spelt in one way only.
    """
    told: set[str] = set()
    attested: set[str] = set()
    for pair, first, neighbour in (
        (_phrases().get((before[0], own[0])), False, before[1]),
        (_phrases().get((own[0], after[0])), True, after[1]),
    ):
        if pair is None or not same_tone(pair[1] if first else pair[0], neighbour):
            continue
        spelt = pair[0] if first else pair[1]
        if same_tone(spelt, own[1]):
            attested.add(spelt)
        if pair[2]:
            told.add(spelt)
    if attested and (agreed or len(told) != 1):
        return attested.pop()
    return told.pop() if len(told) == 1 else None


def _respelt(text: str, spelt: str) -> str:
    """Return `text` with its letters spelt like `spelt`, in the case and between the marks it has."""
    whole = tidy(text)
    stripped = whole.strip(_EDGES)
    if capitals(stripped) > 0.5 and len(squeezed(stripped)) > 1:
        cased = spelt.upper()
    else:
        cased = spelt.capitalize() if stripped[:1].isupper() else spelt
    return whole.replace(stripped, cased, 1)
