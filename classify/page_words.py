"""Names and phrases put right by evidence: the same words elsewhere on the page, and lists of known ones.

A letterhead misread as "SỞ Y TẺ" is put right by "Sở Y tế" in the text below, or by the list of office
names (`offices.toml`). What both readers agree on is rewritten in one case only: a tone that scans blur, in a
phrase that laws spell in a single way ("tổ chức" where both saw "tố chức"). The reading itself stays.
"""

import functools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, pairwise, product

from classify.grown import one_syllable, parted
from classify.known_words import (
    in_lists,
    name_words,
    offices,
    only_word,
    people_and_places,
    phrases,
    places_by_letters,
    vocabulary,
)
from classify.place_names import Look, chosen, listed, syllables
from classify.places import Mentions, span
from classify.spelling import (
    bare,
    blurred,
    capitals,
    marked,
    marks,
    near_tones,
    remembered,
    same_tone,
    squeezed,
    tidy,
    twins,
)
from classify.sureness import BOTH, sure
from classify.upright import Piece, PlacedWord, Sheet

_VOUCHED = 0.97
"""Chance that a word put right, or borne out, by the same name elsewhere or by a list is right."""
_REWRITTEN = 0.93
"""The same where both readers agreed on something else."""
_SPLIT = 0.88
"""The same where one reader saw a blank and the other none."""
_HOOK = "\u0309"
"""The tone hỏi: scans and readers make it sắc or ngã, hardly ever the other way, so its votes count twice."""
_MOST_READINGS = 16
"""Ways to put a name together from what the readers gave that are looked up."""
_LEANING = 0.88
"""The same where the readers differ and the rest of the page leans to one of them."""
_FEW = 3
"""Votes under which the page itself is no evidence."""
_SETTLED = 0.93
"""The same where only one reader's word can stand there: a year, a small letter amid small letters."""
_YEAR = re.compile(r"(19[3-9]|20[0-4])\d")
_ENDS = re.compile(r"[.:;!?)]$")
_OPENING = re.compile(r"V/v\b", re.IGNORECASE)
_ADDRESSED = ("ong", "ba", "chau", "anh", "chi", "em")
_JUNK = re.compile(r"[|_~`^\\¦]+")
_EDGES = " ,.;:-_()\"'“”/|~`*"

Pairs = Mapping[tuple[str, str], Mapping[tuple[str, str], int]]
"""For each two bare words that follow one another, how they are really spelt, and how often."""


@functools.cache
def _listed() -> Pairs:
    return _pairs(name.split() for name in offices()["names"])


def _pairs(runs: Iterable[Sequence[str]]) -> Pairs:
    table: dict[tuple[str, str], dict[tuple[str, str], int]] = defaultdict(dict)
    for words in runs:
        for (one, one_spelt), (other, other_spelt) in pairwise(map(_key, words)):
            if one and other:
                spelt = table[one, other]
                spelt[one_spelt, other_spelt] = spelt.get((one_spelt, other_spelt), 0) + 1
    return dict(table)


@remembered
def _key(word: str) -> tuple[str, str]:
    kept = tidy(word).strip(_EDGES).lower()
    return bare(kept), kept


class PageWords:
    """The words of a document's pages, for putting names right."""

    def __init__(self, sheets: Sequence[Sheet], told: Sequence[str] = ()) -> None:
        """Learn from all print of the document; each reader has a vote on each word.

        `told` is what people wrote of the document: it vouches for names of places.
        """
        pieces = [piece for sheet in sheets for piece in sheet.pieces]
        self._pairs = _pairs(raw.split() for piece in pieces for raw in piece.raw.values())
        self._mentions = Mentions(sheets, told)

    def mended(
        self,
        piece: Piece,
        *,
        names: frozenset[str] = frozenset(),
        before: str = "",
        after: str = "",
        place: bool = False,
    ) -> tuple[str, float]:
        """Return the piece's text with unsure words put right where others vouch, and how sure it then is.

        `names` are words that settle it where one of the readers gave one of them; `before` and `after` the
        words at the end of the line above and at the beginning of the one below. `place`: the piece is the
        name of a place.
        """
        printed = piece
        piece, chance = (piece, 1.0) if names else parted(piece, vocabulary())
        texts: list[str] = []
        called = {} if names else self._called(piece, printed, (before, after), place=place)
        for i, word in enumerate(piece.words):
            if _JUNK.fullmatch(word.text) and not word.word.agreed:
                continue  # the edge of a table, of a seal
            text, share = called.get(i) or self._word(piece, i, word, names, (before, after))
            texts.append(_unspecked(piece, i, text))
            chance *= share
        return tidy(" ".join(texts)), chance

    def _word(
        self, piece: Piece, i: int, word: PlacedWord, names: frozenset[str], ends: tuple[str, str]
    ) -> tuple[str, float]:
        before = _key(piece.words[i - 1].text if i else ends[0])
        after = _key(piece.words[i + 1].text if i + 1 < len(piece.words) else ends[1])
        key, kept = _key(word.text)
        fixed = _fixed(before, (key, kept), after, agreed=word.word.agreed)
        if word.word.agreed:
            if (
                fixed is None
                or same_tone(fixed, kept)
                or not (near_tones(fixed, kept) or only_word(before[1], fixed, after[1]))
                or _proper(piece, i)
            ):
                return self._agreed(piece, i, word, before[0], after[0], vouched=fixed is not None)
            return _respelt(word.text, fixed), _REWRITTEN
        own = sure([piece.part(i, i + 1)])
        settled = self._year(piece, i, before[0]) or _small(piece, i)
        if settled is not None:
            return settled, max(own, _SETTLED)
        apart = _apart(piece, word.text)
        if apart is not None:
            return apart, _SPLIT
        names = names or (name_words() if _person(piece, i) else frozenset())
        if names:
            given = {version for one in piece.word_versions(i) if (version := one.strip(_EDGES)) in names}
            if len(given) == 1:
                return given.pop(), max(own, 0.9)
            fullest = max(given, key=marks, default="")
            if len({bare(one) for one in given}) == 1 and all(
                marks(one) < marks(fullest) for one in given - {fullest}
            ):
                return fullest, max(own, _LEANING)  # marks are lost, hardly ever made
        said = [_key(version)[1] for version in piece.word_versions(i)]
        called = i > 0 and word.text[:1].isupper() and capitals(word.text) < 0.5 and _in_name(piece, i)
        if fixed is not None and (fixed in said or not called):
            return self._said(piece, i, word, fixed, own)
        votes = self._votes(key, before[0], after[0])
        for _ in filter(None, (before[0], after[0])):
            votes.subtract(said)  # this very word is no witness for itself
        votes = +votes
        borne = _borne(piece, i)
        if borne is not None and max(votes.values(), default=0) <= max(2 * votes[borne], _FEW - 1):
            return _respelt(word.text, borne), max(own, _LEANING)
        for spelt in votes:
            if _HOOK in unicodedata.normalize("NFD", spelt):
                votes[spelt] *= 2
        leader, most = votes.most_common(1)[0] if votes else ("", 0)
        if leader in said and most > max((votes[one] for one in said if one != leader), default=most):
            return self._said(piece, i, word, leader, own)[0], max(own, _LEANING)  # the page breaks the tie
        best, count = votes.most_common(1)[0] if votes else ("", 0)
        if count < _FEW or count * 5 < votes.total() * 3:
            return self._cased(piece, i, word), own
        vouched = own if count * 5 < votes.total() * 4 else max(own, _VOUCHED)
        text, share = self._said(piece, i, word, best, vouched)
        if best not in said and not in_lists(best) and _in_name(piece, i):
            share = min(share, _LEANING)  # nobody read it here: the page may speak of another place
        return text, share

    def _called(
        self, piece: Piece, printed: Piece, ends: tuple[str, str], *, place: bool
    ) -> Mapping[int, tuple[str, float]]:
        """Return the words of the name of a place, each as it is most likely spelt, and how sure."""
        at = span(piece, ends[0], whole=place)
        if at is None:
            return {}
        rank = piece.words[at[0] - 1].text if at[0] else ends[0]
        seen, chance = self._looks(piece, printed, at, ends, rank)
        name = [given[0][1] for given in seen]
        if not all(name):
            return {}
        choice = chosen(
            seen,
            self._mentions.elsewhere(name, printed, rank),
            self._mentions.told(name, printed, rank),
        )
        chance *= choice.chance
        found: dict[int, tuple[str, float]] = {}
        for i, best in zip(range(*at), choice.words, strict=True):
            text = piece.words[i].text
            kept = _key(text)[1]
            spelt = text if same_tone(best, kept) else _respelt(text, best)
            found[i] = spelt, chance * BOTH if i == at[0] else BOTH
        return found

    def _looks(
        self, piece: Piece, printed: Piece, at: tuple[int, int], ends: tuple[str, str], rank: str
    ) -> tuple[Sequence[Sequence[Look]], float]:
        """Return what readers gave for each word of a name, in the letters that it most likely has."""
        readers = sorted(piece.raw)
        options: list[list[Sequence[Look]]] = []
        for i in range(*at):
            word = piece.words[i]
            given = [
                (who, tidy(version).strip(_EDGES))
                for who, version in zip(readers, piece.word_versions(i), strict=False)
            ]
            if not given:
                kept = word.text.strip(_EDGES)
                given = [(who, kept) for who in readers if word.word.agreed] or [("", kept)]
            options.append(_by_letters(given))
        if all(len(some) == 1 for some in options):
            return [some[0] for some in options], 1.0
        worth: dict[tuple[Sequence[Look], ...], int] = {}
        for some in islice(product(*options), _MOST_READINGS):
            name = [given[0][1] for given in some]
            worth[some] = bool(self._mentions.elsewhere(name, printed, rank)) + listed([*map(bare, name)])
        best = max(worth, key=lambda some: worth[some])
        if worth[best] and list(worth.values()).count(worth[best]) == 1:
            return best, _SETTLED
        seen: list[Sequence[Look]] = []
        chance = 1.0
        for i, found in zip(range(*at), options, strict=True):
            if len(found) == 1:
                seen.append(found[0])
                continue
            text, share = self._word(
                piece, i, piece.words[i], frozenset(), ends
            )  # nothing says which letters
            seen.append([("", text.strip(_EDGES))])
            chance *= share
        return seen, chance

    def _votes(self, key: str, before: str, after: str) -> Counter[str]:
        """Return how the word is spelt between its neighbours elsewhere, and how often."""
        votes: Counter[str] = Counter()
        for table, weight in ((self._pairs, 1), (_listed(), 4)):
            for (_, spelt), count in table.get((before, key), {}).items():
                votes[spelt] += weight * count
            for (spelt, _), count in table.get((key, after), {}).items():
                votes[spelt] += weight * count
        return votes

    def _year(self, piece: Piece, i: int, before: str) -> str | None:
        """Return the year after "năm" where one reading alone is one, or is on the page: 2007, not 2967."""
        if before != "nam":
            return None
        given = {version for version in piece.word_versions(i) if _YEAR.fullmatch(version.strip(_EDGES))}
        if len(given) < 2:
            return given.pop() if given else None
        votes = Counter({one: self._votes(_key(one)[0], before, "").total() for one in given})
        (best, most), (_, next_most) = votes.most_common()[:2]
        return best if most > next_most else None

    def _agreed(
        self, piece: Piece, i: int, word: PlacedWord, before: str, after: str, *, vouched: bool
    ) -> tuple[str, float]:
        """Return what both readers gave, unless it is a place's name with a tone that scans blur.

        "CẤM ĐƯỜNG" is "CẨM ĐƯỜNG" where places are called Cẩm and none Cấm; the page may say so too. A name
        that no list has and the page has nowhere else is not sure: both readers may have misread it alike.
        """
        key, kept = _key(word.text)
        if not _in_name(piece, i) or in_lists(kept) or kept.capitalize() in people_and_places():
            return word.text, BOTH
        votes = self._votes(key, before, after)
        votes.subtract({kept: 2 * bool(before) + 2 * bool(after)})  # its own two readings
        near = {known for known in places_by_letters().get(key, ()) if near_tones(known, kept)}
        if len(near) != 1:
            alone = votes[kept] > 0 and not any(near_tones(one, kept) for one in +votes)
            return word.text, BOTH if vouched or alone or not blurred(kept) else _LEANING
        best = near.pop()
        if votes[kept] > votes[best]:
            return word.text, _LEANING
        return _respelt(word.text, best), _REWRITTEN if votes[best] >= _FEW else _LEANING

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


def _by_letters(given: Sequence[Look]) -> list[Sequence[Look]]:
    """Return a word's versions by their letters, without those that no syllable has where others are one."""
    apt = [(who, said) for who, said in given if bare(said) in syllables() or one_syllable(said)] or given
    letters = dict.fromkeys(bare(said) for _, said in apt)
    return [tuple((who, said) for who, said in apt if bare(said) == key) for key in letters]


def _unspecked(piece: Piece, i: int, text: str) -> str:
    """Return a word without the point that one reader alone saw after it, where the sentence goes on."""
    after = piece.words[i + 1].text if i + 1 < len(piece.words) else ""
    goes_on = text[-1:] == "." and after[:1].islower() and len(squeezed(text)) > 2
    said = piece.word_versions(i)
    return text[:-1] if goes_on and any(version[-1:] != "." for version in said) else text


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


def _proper(piece: Piece, i: int) -> bool:
    """Whether a word may be part of a name, which no phrase of the law can put right."""
    text = piece.words[i].text
    return capitals(text) > 0.5 or (i > 0 and text[:1].isupper() and _in_name(piece, i))


def _in_name(piece: Piece, i: int) -> bool:
    """Whether a word has a capital, and a word beside it too, or nothing stands beside it."""
    beside = [word.text for word in (*piece.words[max(0, i - 1) : i], *piece.words[i + 1 : i + 2])]
    upper = piece.words[i].text[:1].isupper()
    return upper and (not beside or any(text[:1].isupper() for text in beside))


def _borne(piece: Piece, i: int) -> str | None:
    """Return what one reader alone gave that people or places are called, where the word is in a name."""
    if not piece.words[i].text[:1].isupper():
        return None
    given = {version.strip(_EDGES).capitalize() for version in piece.word_versions(i)}
    known = given & people_and_places()
    if len(given) != 2 or len(known) != 1 or len({bare(one) for one in given}) > 1:
        return None
    (best,), (other,) = known, given - known
    return best.lower() if marks(best) >= marks(other) else None  # marks are lost, hardly ever made


def _small(piece: Piece, i: int) -> str | None:
    """Return the word in small letters where one reader saw them so and what stands beside it is small."""
    word, versions = piece.words[i].text, piece.word_versions(i)
    beside = piece.words[max(0, i - 1) : i] + piece.words[i + 1 : i + 2]
    if not word[:1].isupper() or word.lower() not in versions or not i:
        return None
    if _ENDS.search(piece.words[i - 1].text) or any(other.text[:1].isupper() for other in beside[1:]):
        return None
    before = beside[0].text
    return word.lower() if before[:1].islower() or _OPENING.match(before) else None


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
        (phrases().get((before[0], own[0])), False, before[1]),
        (phrases().get((own[0], after[0])), True, after[1]),
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
