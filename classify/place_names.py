"""How a place is called: what was read here, what the page says elsewhere, and how places are called at all.

Nearly all of the ten thousand communes are called by a few hundred syllables, and most of these bear one tone
only: places are called Cẩm 87 times and Cấm twice. A name is weighed as a whole: `chosen` returns the
spelling that what was seen makes likeliest, and how likely it is.
"""

import functools
import gzip
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path

from classify.misread import likelihood
from classify.spelling import alike, bare, blurred, remembered

_HERE = Path(__file__).parent
_BLURRED = ("\u0301", "\u0303", "\u0309")
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_ELSEWHERE = 0.005
"""Chance that a name with the same letters elsewhere is that of another place."""
_HALF = 0.6
"""Weight of one look at a mention: all look at the same font and the same fading."""
_MOST_MENTIONS = 12
_SEEN_ONCE = 0.5
"""How often a spelling is thought to be borne by places that the list does not have."""
_LISTED = 0.5
"""Chance that a place whose letters the list has is the one that the list has."""
_WELL_LISTED = 0.8
"""The same of provinces and districts, of which the list has nearly all."""
_WRITTEN = 0.99
"""Chance that people spell the place of a document as it is."""
_UNHEARD = 0.88
"""Most that is believed of a spelling seen once that no place bears, where scans blur its tone."""
_MOST = 400
"""Spellings of one name that are weighed."""


Look = tuple[str, str]
"""A reader, and what it gave."""


@dataclass(frozen=True)
class Choice:
    """How a name is most likely spelt, word by word in small letters, and how likely that is."""

    words: tuple[str, ...]
    chance: float


@functools.cache
def names() -> frozenset[tuple[str, ...]]:
    """Return the names of provinces, districts and communes, word by word in small letters."""
    packed = gzip.decompress((_HERE / "data" / "communes.txt.gz").read_bytes()).decode("utf-8")
    return _great() | _told("land") | _words(packed.splitlines())


@functools.cache
def _great() -> frozenset[tuple[str, ...]]:
    """Return the names of provinces and districts."""
    return _told("names")


@functools.cache
def _great_alike() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(map(alike, name)) for name in _great())


def _told(key: str) -> frozenset[tuple[str, ...]]:
    told = tomllib.loads((_HERE / "places.toml").read_text(encoding="utf-8"))
    return _words(told[key].replace("\n", " ").split(","))


def _words(found: Iterable[str]) -> frozenset[tuple[str, ...]]:
    each = (unicodedata.normalize("NFC", name).lower().split() for name in found)
    return frozenset(tuple(name) for name in each if name)


@functools.cache
def syllables() -> Mapping[str, Mapping[str, int]]:
    """Return the syllables of names by their letters, each with how many names bear it."""
    counts = Counter(word for name in names() for word in name)
    table: dict[str, dict[str, int]] = defaultdict(dict)
    known: dict[str, str] = {}
    for word, count in counts.most_common():
        spelt = known.setdefault(alike(word), word)
        table[bare(word)][spelt] = table[bare(word)].get(spelt, 0) + count
    return table


@functools.cache
def _listed() -> Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    table: dict[tuple[str, ...], dict[tuple[str, ...], tuple[str, ...]]] = defaultdict(dict)
    for name in sorted(names()):
        table[tuple(map(bare, name))].setdefault(tuple(map(alike, name)), name)
    return {key: tuple(value.values()) for key, value in table.items()}


def listed(key: Sequence[str]) -> bool:
    """Whether a place is called by these letters, word by word without marks."""
    return tuple(key) in _listed()


def chosen(
    seen: Sequence[Sequence[Look]],
    mentions: Iterable[tuple[str, Sequence[str]]] = (),
    told: Iterable[Sequence[str]] = (),
) -> Choice:
    """Return the likeliest spelling of a name.

    Args:
        seen: for each word of the name, who gave what for it here.
        mentions: readers, with the name as they saw it elsewhere on the page.
        told: the name as people wrote it.
    """
    key = tuple(bare(given[0][1]) for given in seen)
    elsewhere = list(mentions)[:_MOST_MENTIONS]
    sworn = list(told)[:_MOST_MENTIONS]
    spellings = [
        _spellings(
            [*(read for _, read in given), *(name[i] for _, name in elsewhere), *(name[i] for name in sworn)]
        )
        for i, given in enumerate(seen)
    ]
    while prod(map(len, spellings)) > _MOST:
        longest = max(spellings, key=len)
        del longest[max(1, len(longest) // 2) :]
    like = {tuple(map(alike, name)) for name in _listed().get(key, ())}
    own = _HALF if elsewhere else 1.0  # what stands here is one look at the name among several
    every = {tuple(map(alike, name)): name for name in product(*spellings)}
    weights = {
        known: _prior(known, name, like) * _here(name, seen) ** own * _there(name, elsewhere, sworn)
        for known, name in every.items()
    }
    total = sum(weights.values())
    best = max(weights, key=lambda known: weights[known])
    chance = weights[best] / total if total else 0.0
    said = {tuple(map(alike, name)) for name in (*(name for _, name in elsewhere), *sworn)}
    if any(blurred(word) and not _borne(word) for word in every[best]) and best not in said:
        chance = min(chance, _UNHEARD)
    return Choice(every[best], chance)


def _borne(word: str) -> bool:
    return any(alike(word) == alike(one) for one in syllables().get(bare(word), {}))


def _spellings(seen: Sequence[str]) -> list[str]:
    """Return how a word may be spelt: as seen, as known, with another of the tones that scans blur."""
    own = [word for word, _ in Counter(word.lower() for word in seen).most_common()]
    other = [
        unicodedata.normalize("NFC", _TONE.sub(tone, unicodedata.normalize("NFD", word)))
        for word in own if _TONE.search(unicodedata.normalize("NFD", word)) for tone in _BLURRED
    ]  # fmt: skip
    known = sorted(syllables().get(bare(own[0]), {}).items(), key=lambda borne: -borne[1])
    found: dict[str, str] = {}
    for word in (*own, *(word for word, _ in known[:6]), *other, *(word for word, _ in known[6:])):
        found.setdefault(alike(word), word)
    return list(found.values())


def _prior(known: tuple[str, ...], name: Sequence[str], like: set[tuple[str, ...]]) -> float:
    """Return how likely a place is called so, among the names with the same letters."""
    share = prod(map(_share, name))
    if not like or len(name) < 2:
        return share
    great = like & _great_alike()
    sure, these = (_WELL_LISTED, great) if great else (_LISTED, like)
    return (1 - sure) * share + (sure / len(these) if known in these else 0.0)


@remembered
def _share(word: str) -> float:
    """Return how often the syllable is spelt so, among those with the same letters."""
    counts = {alike(one): count for one, count in syllables().get(bare(word), {}).items()}
    return (counts.get(alike(word), 0) + _SEEN_ONCE) / (sum(counts.values()) + _SEEN_ONCE)


def _here(name: Sequence[str], seen: Sequence[Sequence[Look]]) -> float:
    return prod(
        likelihood(reader, read, word)
        for word, given in zip(name, seen, strict=True)
        for reader, read in given
    )


def _there(
    name: Sequence[str], mentions: Sequence[tuple[str, Sequence[str]]], told: Sequence[Sequence[str]]
) -> float:
    chance = 1.0
    for reader, mention in mentions:
        for word, one in zip(name, mention, strict=True):
            chance *= (likelihood(reader, one, word) + _ELSEWHERE) ** _HALF
    for mention in told:
        same = all(alike(word) == alike(one) for word, one in zip(name, mention, strict=True))
        chance *= _WRITTEN if same else 1 - _WRITTEN
    return chance
