"""How a question is put to an engine: what must match and what ranks first, in words of no particular engine.

The ranks, best first: the words together, near each other, anywhere on the page; within each, the letters as
typed before the letters without marks. Only if too little is found is the question widened: one word missing
or misread (`tight`), then most of the words anywhere (`loose`).
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import inf

from index.analysis import fold
from index.query import Form, Part, Query, Word

FEW = 3
"""With fewer hits than this, near misses are looked for too."""

NEAR = 5
"""Places by which words may be shifted and still be near."""

LONGEST_GAPPED = 8
"""Words of a question tried with each word left out in turn."""


class Field(StrEnum):
    """Where an engine looks for a word: its two forms, and numbers kept whole."""

    EXACT = "exact"
    FOLDED = "folded"
    NUMBER = "number"  #: document numbers in one piece, folded; no rows run through it
    CODE = "code"  #: a document's own number, whole and in its parts (`index.keys`)
    PERSON = "person"  #: names of people, folded
    PERSON_EXACT = "person_exact"  #: the same with their marks
    PARCEL = "parcel"  #: parcels with and without their map sheet


@dataclass(frozen=True)
class Term:
    """Entries that hold a word."""

    field: Field
    text: str


@dataclass(frozen=True)
class Row:
    """Entries that hold at least two words at these distances, give or take `slop` places in all."""

    field: Field
    words: tuple[tuple[int, str], ...]  #: distance from the first word, word
    slop: int = 0
    open: bool = False  #: the last word is only the beginning of one; then without distances or slop


@dataclass(frozen=True)
class Start:
    """Entries that hold a word beginning so."""

    field: Field
    text: str


@dataclass(frozen=True)
class Misread:
    """Entries that hold a folded word with at most one letter wrong, missing or too many."""

    text: str


@dataclass(frozen=True)
class Every:
    """Entries that match all of it; of nothing: every entry."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class Most:
    """Entries that match at least so many of it."""

    nodes: "tuple[Node, ...]"
    at_least: int = 1


Node = Term | Row | Start | Misread | Every | Most


class Rank:
    """Points of a match: far apart, so that a word's rarity (under 1,000 in all) only orders equals."""

    OWN = 9000.0  #: the document whose own number it is, before those that mention it
    EXACT_ROW = 8000.0
    MARKED_ROW = 7500.0
    ROW = 7000.0
    MARKED_NEAR = 6000.0
    NEAR = 5000.0
    GAPPED = 4000.0
    EXACT_ALL = 3000.0
    ALL = 2000.0
    MOST = 1000.0

    TOGETHER = NEAR  #: points from which the words stand together


@dataclass(frozen=True)
class Plan:
    """What an engine runs: first those of `match` that match the first rank too, then the second..."""

    match: Node
    excluded: tuple[Node, ...]
    ranks: tuple[tuple[float, Node], ...]  #: points, best first
    weights: tuple[Node, ...]  #: rarity and frequency of these order entries of the same rank
    suffices_from: float = inf  #: from so many points on, what matches a rank matches the plan

    def at(self, points: float, node: Node) -> Node:
        """Return what an entry of this rank matches, without saying twice that it holds the words."""
        if points >= self.suffices_from:
            return node
        return self.match if node == Every(()) else Every((self.match, node))


def strict(query: Query) -> Plan:
    """Return the question as asked."""
    words = _loose(query)
    ranks = _together(words) if len(words) > 1 else []
    marked = _marked(words)
    starts = tuple(
        Start(Field.EXACT, part.words[0].text)
        for part in query.parts
        if part.form is Form.PREFIX and part.words[0].marked
    )
    if marked or starts:
        ranks.append((Rank.EXACT_ALL, Every(marked + starts)))
    ranks.append((Rank.ALL, Every(())))
    return Plan(
        match=Every(tuple(_required(part) for part in query.parts)),
        excluded=tuple(_unwanted(part) for part in query.excluded),
        ranks=tuple(ranks),
        weights=_weights(query),
        suffices_from=Rank.TOGETHER
        if all(part.form in (Form.WORD, Form.NUMBER) for part in query.parts)
        else inf,
    )


def tight(query: Query) -> Plan | None:
    """Return the question with one word missing or misread; None where that makes no sense.

    What matches as asked matches this too, but is not ranked again.
    """
    words = _loose(query)
    fixed = tuple(_required(part) for part in query.parts if part.form in (Form.PHRASE, Form.PREFIX))
    loose = [part for part in query.parts if part.form in (Form.WORD, Form.NUMBER)]
    if len(loose) < 3:
        if any(part.form is Form.NUMBER for part in loose) or not any(word.forgiving for word in words):
            return None
        wider: Node = Every(tuple(_forgiven(word) for word in words))
        rank = Rank.MOST if len(words) == 1 else Rank.GAPPED
    elif len(loose) <= LONGEST_GAPPED:
        wider = Most(_gapped(loose))
        rank = Rank.GAPPED
    else:
        return None
    misread = tuple(Misread(word.folded) for word in words if word.forgiving)
    return _widened(query, fixed, wider, rank, misread)


def loose(query: Query) -> Plan | None:
    """Return the question with most of its words anywhere; None where that makes no sense.

    What matches as asked matches this too, but is not ranked again.
    """
    words = _loose(query)
    fixed = tuple(_required(part) for part in query.parts if part.form in (Form.PHRASE, Form.PREFIX))
    numbers = {
        word
        for part in query.parts
        if part.form is Form.NUMBER
        for word in part.words
        if word.folded.isdigit()
    }
    others = [word for word in words if word not in numbers]
    if len(words) < 2 or not others:
        return None
    missing = max(1, len(others) // 4)
    # Of two words either is enough; to forgive it a letter on top would find anything.
    nodes = (_forgiven(word) if len(words) > 2 else Term(Field.FOLDED, word.folded) for word in others)
    most = Most(tuple(nodes), max(1, len(others) - missing))
    wider = Every((*(Term(Field.FOLDED, word.folded) for word in sorted(numbers, key=str)), most))
    pairs = tuple(
        Row(Field.FOLDED, ((0, one.folded), (1, other.folded)), 1) for one, other in pairwise(words)
    )
    return _widened(query, fixed, wider, Rank.MOST, pairs)


def _widened(
    query: Query, fixed: tuple[Node, ...], wider: Node, rank: float, weights: tuple[Node, ...]
) -> Plan:
    asked = strict(query)
    return Plan(
        match=Every((*fixed, Most((asked.match, wider)))),
        excluded=asked.excluded,
        ranks=((rank, Every((*fixed, wider))),),
        weights=asked.weights + weights,
        suffices_from=rank,
    )


def _loose(query: Query) -> list[Word]:
    return [word for part in query.parts if part.form in (Form.WORD, Form.NUMBER) for word in part.words]


def _marked(words: "list[Word] | tuple[Word, ...]") -> tuple[Node, ...]:
    return tuple(Term(Field.EXACT, word.text) for word in words if word.marked)


def _required(part: Part) -> Node:
    first = part.words[0]
    if part.form is Form.PREFIX:
        return Most((Start(Field.FOLDED, _bare(first)), Term(Field.FOLDED, first.folded)))
    row = _row(Field.FOLDED, part.words)
    if part.form is Form.PHRASE:
        return Every((row, *_marked(part.words)))
    return row


def _unwanted(part: Part) -> Node:
    if part.form is Form.PREFIX or not _marked(part.words):
        return _required(part)
    return _row(Field.EXACT, part.words)  # "-bán" leaves "bản" alone


def _bare(word: Word) -> str:
    # Not `word.folded`: that has "ky" as "ki", and ky* means Kyoto, not Kiên.
    return fold(word.text)


def _row(field: Field, words: tuple[Word, ...], slop: int = 0) -> Node:
    forms = [word.text if field is Field.EXACT else word.folded for word in words]
    return Term(field, forms[0]) if len(forms) == 1 else Row(field, tuple(enumerate(forms)), slop)


def _together(words: list[Word]) -> list[tuple[float, Node]]:
    row = tuple(words)
    marked = _marked(row)
    folded = _row(Field.FOLDED, row)
    near = _row(Field.FOLDED, row, NEAR)
    ranks: list[tuple[float, Node]] = []
    if marked:
        ranks.append((Rank.EXACT_ROW, _row(Field.EXACT, row)))
        if len(marked) < len(row):
            ranks.append((Rank.MARKED_ROW, Every((folded, *marked))))
        ranks.append((Rank.MARKED_NEAR, Every((near, *marked))))
    ranks += [(Rank.ROW, folded), (Rank.NEAR, near)]
    return sorted(ranks, key=lambda rank: -rank[0])


def _gapped(parts: list[Part]) -> tuple[Node, ...]:
    rows: list[Node] = []
    for missing in range(len(parts)):
        kept: list[tuple[int, str]] = []
        place = 0
        for number, part in enumerate(parts):
            if number != missing:
                kept.extend((place + step, word.folded) for step, word in enumerate(part.words))
            place += len(part.words)
        first = kept[0][0]
        rows.append(Row(Field.FOLDED, tuple((at - first, word) for at, word in kept), 1))
    return tuple(rows)


def _forgiven(word: Word) -> Node:
    term = Term(Field.FOLDED, word.folded)
    return Most((term, Misread(word.folded))) if word.forgiving else term


def _weights(query: Query) -> tuple[Node, ...]:
    words = [word for part in query.parts if part.form is not Form.PREFIX for word in part.words]
    folded: tuple[Node, ...] = tuple(Term(Field.FOLDED, word.folded) for word in words)
    whole: tuple[Node, ...] = tuple(
        Term(Field.NUMBER, part.whole.folded) for part in query.parts if part.whole is not None
    )
    return folded + whole
