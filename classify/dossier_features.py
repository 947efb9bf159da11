"""What a model counts on a dossier: words and their pairs, folded and with their marks, and runs of letters.

With their marks they tell more (of 1,384 invented dossiers that a model had not seen, 86 % against 82 %);
folded ones and runs are what is left where marks were not typed or not read.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain, pairwise

from classify.dossier_evidence import Evidence

ZONE_WORTH = {"title": 3.0, "heading": 1.5, "body": 1.0}
"""How often a word of each zone counts: the title is short, and says more than a page of text."""

PARTS = ("w:", "a:", "c:")
"""How features begin: folded words, words with their marks, runs of folded letters."""

RUN = 5
"""Letters of a run, blanks among them: what is left of words that OCR has damaged or joined."""


def counts(evidence: Evidence) -> Mapping[str, float]:
    """Return how often each feature stands on the dossier; a number counts as a number, not as itself."""
    found: defaultdict[str, float] = defaultdict(float)

    def add(part: str, seen: Iterable[str], worth: float) -> None:
        for feature, times in Counter(seen).items():
            found[part + feature] += times * worth

    for zone, said in evidence.zones.items():
        said = [word if word.isalpha() else "#" for word in said]
        add("w:", chain(said, map(" ".join, pairwise(said))), ZONE_WORTH[zone])
        run = f" {' '.join(said)} "
        add("c:", [run[start : start + RUN] for start in range(len(run) - RUN + 1)], ZONE_WORTH[zone])
    for zone, said in _with_marks(evidence).items():
        add("a:", chain(said, map(" ".join, pairwise(said))), ZONE_WORTH[zone])
    return {feature: 1.0 + math.log(count) for feature, count in found.items()}


def _with_marks(evidence: Evidence) -> Mapping[str, list[str]]:
    """Return the words with their marks; nothing where the whole dossier was typed without any."""
    zones = evidence.marked_zones
    bare = all(word.isascii() for said in zones.values() for word in said)
    return {} if bare else zones
