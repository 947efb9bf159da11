"""What usually follows what in Vietnamese administrative prose."""

import gzip
import hashlib
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Self

from ocr.syllable import LETTERS, is_well_formed

START = "<s>"
"""Stands before the first syllable of a sentence."""
_LETTERS_ONLY = re.compile(r"[^\W\d_]+")
_PAIR_WEIGHT = 0.75
_UNSEEN = 0.05
_UNSEEN_SPREAD = 400
_UNKNOWN_BEFORE = 0.4


@lru_cache(1 << 14)
def letters(word: str) -> str:
    """Return the letters of `word` in lower case, NFC, without digits and punctuation."""
    return "".join(_LETTERS_ONLY.findall(unicodedata.normalize("NFC", word))).lower()


@dataclass(frozen=True, eq=False)
class Language:
    """Counts of syllables and of pairs of them."""

    syllables: Mapping[str, int]
    pairs: Mapping[tuple[str, str], int]
    total: int  #: sum of `syllables`
    build: str  #: digest of the figures

    @classmethod
    def load(cls) -> Self:
        """Return the figures carried in `ocr/data` (0.1 s)."""
        folder = files("ocr") / "data"
        packed = [(folder / name).read_bytes() for name in ("syllables.tsv.gz", "pairs.tsv.gz")]
        singles, doubles = (gzip.decompress(data).decode("utf-8").splitlines() for data in packed)
        syllables = {}
        for row in singles:
            syllable, count = row.split("\t")
            syllables[syllable] = int(count)
        pairs = {}
        for row in doubles:
            first, second, count = row.split("\t")
            pairs[first, second] = int(count)
        digest = hashlib.sha256(b"".join(packed)).hexdigest()[:12]
        return cls(syllables, pairs, sum(syllables.values()), digest)

    def knows(self, syllable: str) -> bool:
        """Return whether lower-case `syllable` is Vietnamese: seen in the laws, or well formed."""
        if syllable in self.syllables:
            return LETTERS.issuperset(syllable)
        return is_well_formed(syllable)

    def likelihood(self, syllables: Sequence[str], *, before: str, after: str | None) -> float:
        """Return the natural logarithm of the chance of `syllables` between `before` and `after`."""
        total = 0.0
        for syllable in (*syllables, after) if after else syllables:
            total += self._step(syllable, before)
            before = syllable
        return total

    def _step(self, syllable: str, before: str) -> float:
        alone = (self.syllables.get(syllable, 0) + _UNSEEN) / (self.total + _UNSEEN_SPREAD)
        times = self.syllables.get(before, 0)
        if not times:
            return math.log(_UNKNOWN_BEFORE * alone)
        together = self.pairs.get((before, syllable), 0) / times
        return math.log(_PAIR_WEIGHT * together + (1 - _PAIR_WEIGHT) * alone)
