"""Words that grew together on the page or in a reader: "XÃANLŨNG" is three words, for no syllable is so long.

A word of Vietnamese is one syllable: a consonant or none, vowels, a consonant or none, one tone. What cannot
be one is taken apart where known syllables fill it in one way only.
"""

import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from classify.place_names import names
from classify.spelling import alike, bare, remembered, tidy
from classify.upright import Piece, PlacedWord

_SYLLABLE = re.compile(
    r"(?:ngh|ng|gh|gi|kh|nh|ph|qu|th|tr|ch|[bcdghklmnprstvx])?"
    r"(?:uye|uya|uyu|oai|oao|oay|oeo|uay|uoi|uou|ieu|yeu|uau|a[iouy]?|e[ou]?|i[aeu]?|o[aeio]?|u[aeiouy]?|y[eu]?)"
    r"(?:ng|nh|ch|[cmnpt])?"
)
_WORD = re.compile(r"^(?P<before>[\W\d_]*)(?P<letters>[^\W\d_]{4,40})(?P<after>[\W_]*)$")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SHORT = ("UBND", "HĐND", "MTTQ", "BCH")
"""What offices shorten themselves to."""
_SAID = (*_SHORT, "XÃ", "HUYỆN", "TỈNH", "PHƯỜNG", "QUẬN", "THỊ", "THÀNH", "PHÒNG", "BAN", "ỦY")
"""What names of offices are full of: with one of them in it a word is Vietnamese."""
_ONE_WAY = 20.0
"""How many times likelier than every other way the one that is taken must be."""
_APART = 0.93
"""Chance that words that both readers saw as one are rightly parted."""


def parted(piece: Piece, vocabulary: Mapping[str, int]) -> tuple[Piece, float]:
    """Return the piece with the words that grew together parted, and the chance that this is right.

    `vocabulary` is how often each known syllable occurs, by `spelling.alike`.
    """
    if not any(_long(word.text) for word in piece.words):
        return piece, 1.0
    lines = [tidy(line) for line in piece.raw.values()]
    words = [part for word in piece.words for part in _parts(word, split(word.text, vocabulary, lines))]
    if len(words) == len(piece.words):
        return piece, 1.0
    raw = {
        reader: " ".join(part for word in line.split() for part in split(word, vocabulary, lines))
        for reader, line in piece.raw.items()
    }
    whole = Piece(tuple(words), raw, piece.page)
    return whole, 1.0 if any(bare(whole.text) in bare(line) for line in lines) else _APART


def _parts(word: PlacedWord, texts: Sequence[str]) -> list[PlacedWord]:
    """Return the word as several, each with its share of the room."""
    if len(texts) < 2:
        return [word]
    total, done, made = sum(map(len, texts)), 0, []
    for text in texts:
        x0 = word.x0 + (word.x1 - word.x0) * done / total
        done += len(text)
        x1 = word.x0 + (word.x1 - word.x0) * done / total
        made.append(replace(word, word=replace(word.word, text=text), x0=x0, x1=x1))
    return made


@remembered
def _long(text: str) -> bool:
    found = _WORD.match(tidy(text))
    return found is not None and not one_syllable(found["letters"])


def one_syllable(letters: str) -> bool:
    """Whether letters can be one syllable: in its shape, with one tone at most."""
    tones = _TONES.findall(unicodedata.normalize("NFD", letters))
    return len(tones) < 2 and _SYLLABLE.fullmatch(bare(letters)) is not None


def split(text: str, vocabulary: Mapping[str, int], lines: Sequence[str] = ()) -> list[str]:
    """Return a word's text as the several words that it must be; as it is where it may be one.

    A word that is not Vietnamese (GAVI) can often be filled with syllables too, so there must be more: a
    reader that saw the blanks in one of the `lines`, marks on two of the syllables, a rank, a place's name.
    """
    whole = tidy(text)
    found = _WORD.match(whole)
    if found is None or one_syllable(found["letters"]) or alike(found["letters"]) in _single():
        return [text]
    ways = _ways(found["letters"], vocabulary)
    if not ways or (len(ways) > 1 and ways[0][0] < _ONE_WAY * ways[1][0]):
        return [text]
    parts = ways[0][1]
    seen = any(" ".join(parts).lower() in line.lower() for line in lines)
    called = tuple(map(str.lower, parts)) in names()
    if not (seen or called or sum(map(_marked, parts)) > 1 or any(part.upper() in _SAID for part in parts)):
        return [text]
    return [found["before"] + parts[0], *parts[1:-1], parts[-1] + found["after"]]


def _marked(part: str) -> bool:
    return bare(part) != part.lower()


def _ways(letters: str, vocabulary: Mapping[str, int]) -> list[tuple[float, list[str]]]:
    """Return the ways in which known syllables fill the letters, likeliest first, with their weights."""
    total = sum(vocabulary.values())
    best: list[list[tuple[float, list[str]]]] = [[(1.0, [])], *([] for _ in letters)]
    for end in range(1, len(letters) + 1):
        found = []
        for start in range(max(0, end - 7), end):
            part = letters[start:end]
            count = vocabulary.get(alike(part), 0)
            if count and best[start] and (one_syllable(part) or part.upper() in _SHORT):
                found += [(weight * count / total, [*before, part]) for weight, before in best[start]]
        best[end] = sorted(found, key=lambda way: -way[0])[:3]
    return [way for way in best[-1] if len(way[1]) > 1]


@functools.cache
def _single() -> frozenset[str]:
    """Return words of names that are no syllable, as they are called: Pleiku, Krông."""
    return frozenset(alike(word) for name in names() for word in name)
