"""The lists that describing knows words by: offices, posts, people, places, phrases of laws and the trade."""

import functools
import gzip
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from classify.place_names import syllables
from classify.spelling import alike, bare

_HERE = Path(__file__).parent
_TELLING = 20
"""How many names of places a word in the name of an office is worth."""


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
def place_words() -> frozenset[str]:
    """Return the words that names of places are made of, capitalised."""
    text = unicodedata.normalize("NFC", (_HERE / "places.toml").read_text(encoding="utf-8"))
    told = tomllib.loads(text)
    return frozenset(re.findall(r"[^\W\d_]{2,}", told["names"] + told["land"]))


@functools.cache
def places_by_letters() -> Mapping[str, Sequence[str]]:
    """Return the words of `place_words` in small letters, by their letters without marks."""
    table: dict[str, list[str]] = defaultdict(list)
    for word in sorted(place_words()):
        table[bare(word)].append(word.lower())
    return table


@functools.cache
def people_and_places() -> frozenset[str]:
    """Return the words that people or places are called."""
    return name_words() | place_words()


@functools.cache
def vocabulary() -> Mapping[str, int]:
    """Return how often names of places, of offices and phrases of the law have each syllable."""
    counts: Counter[str] = Counter()
    for borne in syllables().values():
        counts.update({alike(word): count for word, count in borne.items()})
    for name in (*offices()["names"], *offices()["heads"], *offices()["continued"]):
        counts.update(alike(word) for word in re.findall(r"[^\W\d_]+", name) for _ in range(_TELLING))
    counts.update(alike(word) for one, other, _ in phrases().values() for word in (one, other))
    return counts


@functools.cache
def _words_of_offices() -> frozenset[str]:
    words = re.findall(r"[^\W\d_]+", " ".join(offices()["names"]))
    return frozenset(map(alike, words))


def in_lists(word: str) -> bool:
    """Whether a word in small letters is one of the names of offices."""
    return alike(word) in _words_of_offices()


@functools.cache
def phrases() -> Mapping[tuple[str, str], tuple[str, str, bool]]:
    """Return the pairs of `data/` by their bare letters; True: the pair may put a word right."""
    packed = gzip.decompress((_HERE / "data" / "phrases.txt.gz").read_bytes()).decode("utf-8")
    pairs = [line.split(" ") for line in packed.splitlines()]
    pairs += [[*line.split(" ")[:2], "!"] for line in _practice()]
    return {(bare(one), bare(other)): (one, other, bool(strong)) for one, other, *strong in pairs}


@functools.cache
def _practice() -> Sequence[str]:
    text = (_HERE / "data" / "practice.txt").read_text(encoding="utf-8")
    return unicodedata.normalize("NFC", text).splitlines()


@functools.cache
def _alone() -> frozenset[tuple[str, str]]:
    """Return the pairs beside which no other word with the same letters makes sense, whatever its tone."""
    return frozenset((one, other) for one, other, *only in map(str.split, _practice()) if only)


def only_word(before: str, fixed: str, after: str) -> bool:
    """Whether no other word with the same letters makes sense beside one of its neighbours."""
    return (before, fixed) in _alone() or (fixed, after) in _alone()
