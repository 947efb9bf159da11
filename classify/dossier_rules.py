"""The rules' vote on a dossier's kind: phrases that stand on it, each with what it is worth."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from classify.dossier_evidence import Evidence
from classify.dossier_taxonomy import Phrase, Taxonomy, taxonomy

WORTH = {"title": 1.0, "heading": 0.85, "body": 0.5}
"""What a phrase is worth by where it stands: a title is there to say what is inside."""

AGAINST = 5.0
"""What one phrase against a kind takes away, by the same measure."""

ECHO = 0.4
"""Each further phrase for a kind counts this share of the one before: ten of them are not ten proofs."""

FUZZY_LETTERS = 12
"""Phrases from this length on are also found with misread letters."""

FUZZY = 90.0
"""Least likeness in per cent of a misread phrase: one letter in ten (khai sinh / khai tử stay apart)."""


@dataclass(frozen=True)
class _Zone:
    """What stands in one place of a dossier."""

    text: str  #: folded words, a blank before and after each
    heard: Collection[str]  #: phrases that may stand in it, by their words


@dataclass(frozen=True)
class Spoke:
    """One phrase that was found."""

    code: str
    say: str
    zone: str
    worth: float  #: negative: it speaks against


@dataclass(frozen=True)
class RulesVote:
    """How much speaks for each kind, and what."""

    scores: Mapping[str, float]  #: by code, 0.0 where nothing speaks; negative where something is against
    spoke: tuple[Spoke, ...]

    @property
    def found(self) -> bool:
        """At least one phrase speaks for some kind."""
        return any(one.worth > 0 for one in self.spoke)


def vote(
    evidence: Evidence,
    *,
    listed: Taxonomy | None = None,
    misread: bool = True,
    without: frozenset[str] = frozenset(),
) -> RulesVote:
    """Return what the rules say of `evidence`.

    Args:
        evidence: the dossier, or a part of it.
        listed: the kinds; those of this version where none are given.
        misread: also find phrases with misread letters, at four times the cost.
        without: folded phrases that are passed over, to measure what they do.
    """
    listed = listed or taxonomy()
    zones = {
        name: _Zone(f" {' '.join(found)} ", _heard(found, listed, misread) - without)
        for name, found in evidence.zones.items()
    }
    everywhere = "".join(zone.text for zone in zones.values())
    heard = frozenset[str]().union(*(zone.heard for zone in zones.values()))
    scores, spoke = {}, []
    for code, kind in listed.types.items():
        phrases = [phrase for phrase in kind.phrases if phrase.words in heard]
        pro = sorted(_for(code, phrases, zones, misread), key=lambda one: -one.worth)
        contra = [
            Spoke(code, words, zone, -AGAINST * WORTH[zone])
            for words in kind.against
            if f" {words} " in everywhere and (zone := _zone(words, zones)) is not None
        ]
        scores[code] = _total(pro) + (min(one.worth for one in contra) if contra else 0.0)
        spoke += pro + contra
    return RulesVote(scores, tuple(spoke))


def _for(code: str, phrases: Iterable[Phrase], zones: Mapping[str, _Zone], misread: bool) -> Iterable[Spoke]:
    for phrase in phrases:
        for zone, worth in WORTH.items():
            if zone in phrase.where and _stands(phrase.words, zones[zone], misread):
                yield Spoke(code, phrase.say, zone, phrase.weight * worth)
                break  # once, where it counts most


def _zone(words: str, zones: Mapping[str, _Zone]) -> str | None:
    return next((zone for zone in WORTH if f" {words} " in zones[zone].text), None)


def _heard(found: Iterable[str], listed: Taxonomy, misread: bool) -> frozenset[str]:
    """Return the phrases whose words were found: all, or half of a phrase that is looked for as misread."""
    times = Counter(phrase for word in set(found) for phrase in listed.phrases_by_word.get(word, ()))
    return frozenset(
        phrase for phrase, count in times.items()
        if count > (blanks := phrase.count(" "))
        or (misread and count * 2 > blanks and len(phrase) >= FUZZY_LETTERS)
    )  # fmt: skip


def _stands(words: str, zone: _Zone, misread: bool) -> bool:
    if words not in zone.heard:
        return False
    if f" {words} " in zone.text:
        return True
    if not misread or len(words) < FUZZY_LETTERS or len(zone.text) <= len(words):
        return False
    return fuzz.partial_ratio(words, zone.text, score_cutoff=FUZZY) > 0


def _total(pro: list[Spoke]) -> float:
    """Add up phrases from the strongest down; one inside another says nothing new."""
    total, share, counted = 0.0, 1.0, list[str]()
    for one in pro:
        if any(one.say.lower() in said or said in one.say.lower() for said in counted):
            continue
        counted.append(one.say.lower())
        total += one.worth * share
        share *= ECHO
    return total


def has_own_phrase(evidence: Evidence, code: str) -> bool:
    """Return whether a phrase of its own kind stands on the dossier, as written (nothing misread)."""
    kind = taxonomy().types.get(code)
    zones = {name: f" {' '.join(found)} " for name, found in evidence.zones.items()}
    return kind is not None and any(
        f" {phrase.words} " in zones[zone] for phrase in kind.phrases for zone in phrase.where
    )
