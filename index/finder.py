"""One search from question to answer, the same for every engine: ask, widen if too little is found, show."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

from index import keys
from index.analysis import VERSION as ANALYSIS
from index.analysis import fold
from index.entry import Kind, from_stored
from index.highlight import Body, Sought
from index.plan import FEW, Every, Field, Node, Plan, Rank, Row, Term, loose, strict, tight
from index.query import Form, Query
from index.row import anywhere, rows_of, stands
from index.search_index import DEEPEST, FACETS, Found, Hit, TooDeep

LAYOUT = 3
"""Raised with every change of what engines are asked to hold."""

FORMAT = f"layout {LAYOUT}, analysis {ANALYSIS}"

MANY = 2_000
"""Where so many entries hold each word, the heaviest are read to see in which the words stand in a row.

A phrase that stands on half of 20,000 pages takes 1.5 ms so, and 3 to 7 where the engine compares places.
"""

Counts = tuple[int, Mapping[str, tuple[tuple[str, int], ...]]]
"""All that match, and how many by each facet."""

MOST_READ = 50
"""Hits up to which that pays."""

Place = TypeVar("Place")


class Engine(Protocol[Place]):
    """One question to one state of an index; scope and filters are part of all it runs."""

    def top(self, plan: Plan, node: Node, limit: int) -> list[tuple[float, Place]]:
        """Return what matches `node` and nothing the plan excludes, as (weight, place).

        The heaviest by `plan.weights` first.
        """
        ...

    def facets(self, plan: Plan) -> Mapping[str, Iterable[tuple[str, int]]]:
        """Return what matches, counted, by the names in `FACETS`."""
        ...

    def aside(self, work: Callable[[], Counts]) -> Callable[[], Counts]:
        """Begin `work` on another core, where the engine can; return what waits for its result."""
        ...

    def frequency(self, term: Term) -> int:
        """Return about how many entries hold `term`, whoever may see them; quickly."""
        ...

    def stored(self, place: Place) -> str:
        """Return what `index.entry.to_stored` gave for the entry there."""
        ...


@dataclass(frozen=True)
class Ranked(Generic[Place]):
    """What an engine found."""

    places: tuple[tuple[float, Place], ...]  #: points and where it lies, best first; all, if under `FEW`
    counted: Callable[[], Counts]  #: waits until all are counted


def find(query: Query, engine: Engine[Place], *, offset: int, limit: int) -> Found:
    """Return the answer to `query`, hits from `offset` on, at most `limit`.

    Raises:
        TooDeep: nobody pages that far.
    """
    if offset < 0 or limit < 0 or offset + limit > DEEPEST:
        raise TooDeep(f"hits {offset:,} to {offset + limit:,} were asked for; {DEEPEST:,} can be seen")
    wanted = max(offset + limit, FEW)
    asking = _Asking(engine, wanted)
    asked = asking.rank(_by_key(strict(query), query))
    if query.pasted and (query.begins_with_dash or not _together(asked)):
        copied = replace(query, parts=query.pasted, excluded=(), pasted=())
        pasted = asking.rank(strict(copied))
        if pasted.places and pasted.places[0][0] >= Rank.ROW:
            query, asked = copied, pasted
    ranked = asked
    for wider in (tight, loose):
        if not _too_little(query, asked) or (wider is loose and ranked.places):
            break
        plan = wider(query)
        if plan is not None:
            ranked = _merged(asked, asking.rank(plan), wanted)
    shown = ranked.places[offset : offset + limit]
    sought = Sought(query)
    hits = tuple(_hit(asking.kept(place), points, sought) for points, place in shown)
    other_marks = not offset and _other_marks([asking.kept(place) for _, place in shown], query)
    as_asked, _ = asked.counted()
    total, facets = ranked.counted()  # last: what is shown is made while the engine counts
    return Found(total, hits, facets, total > as_asked, as_asked, other_marks)


def _other_marks(shown: Sequence[Mapping[str, Any]], query: Query) -> bool:
    """Return whether words were typed with marks, and no entry shown has all of them with these marks."""
    typed = [
        Row(Field.EXACT, ((0, word.text),))
        for part in query.parts
        if part.form in (Form.WORD, Form.NUMBER)
        for word in part.words
        if word.marked
    ]
    return bool(typed and shown) and not any(all(stands(row, kept) for row in typed) for kept in shown)


def _by_key(plan: Plan, query: Query) -> Plan:
    """Let the document whose own number was asked for come first, and a name as it was typed."""
    own = keys.own_number(query)
    ranks = ((Rank.OWN, Every((plan.match, own))), *plan.ranks) if own is not None else plan.ranks
    return replace(plan, ranks=ranks, weights=plan.weights + keys.weights(query))


class _Asking(Generic[Place]):
    """What one question asks of an engine, plan by plan."""

    def __init__(self, engine: Engine[Place], wanted: int) -> None:
        self._engine = engine
        self._wanted = wanted
        self._kept: dict[Place, dict[str, Any]] = {}

    def kept(self, place: Place) -> dict[str, Any]:
        """Return what the index keeps of the entry there, read once."""
        fields = self._kept.get(place)
        if fields is None:
            fields = self._kept[place] = from_stored(self._engine.stored(place))
        return fields

    def rank(self, plan: Plan) -> Ranked[Place]:
        """Return what matches, the best of it in order."""
        # Rank by rank, since most questions are answered by the first: on 20,000 pages a common phrase takes
        # 3 ms so, and 18 when every entry is tried for every rank.
        words = [node for node in plan.weights if isinstance(node, Term) and node.field is Field.FOLDED]
        often = all(self._engine.frequency(word) >= MANY for word in words)
        common = bool(words) and often
        aside = often or plan.suffices_from < Rank.TOGETHER
        counted = self._counted(plan, aside=aside)
        enough = self._wanted if aside else min(self._wanted, counted()[0])
        found: dict[Place, float] = {}
        near: list[tuple[float, Place]] | None = None
        for points, node in plan.ranks:
            if len(found) >= enough:
                break
            if found and near is None and points > Rank.NEAR:
                # All that stands in a row stands near: if that is nothing new, the ranks between are empty.
                ranks = (rank for rank in plan.ranks if rank[0] == Rank.NEAR)
                near = next((self._top(plan, plan.at(*rank), common) for rank in ranks), [])
            if near is not None and points >= Rank.NEAR and all(place in found for _, place in near):
                continue
            ready = near is not None and points == Rank.NEAR
            here = near if near is not None and ready else self._top(plan, plan.at(points, node), common)
            for weight, place in here:
                found.setdefault(place, points + weight)
            if len(found) < enough and points != plan.ranks[-1][0]:
                enough = min(enough, counted()[0])
        return Ranked(_best(found, self._wanted), counted)

    def _counted(self, plan: Plan, *, aside: bool) -> Callable[[], Counts]:
        def count() -> Counts:
            counts = self._engine.facets(plan)
            facets = {name: tuple(counts.get(name, ())) for name in FACETS}
            return sum(number for _, number in facets["kind"]), facets  # every entry is of one kind

        return cache(self._engine.aside(count) if aside else count)

    def _top(self, plan: Plan, node: Node, common: bool) -> list[tuple[float, Place]]:
        read = self._read(plan, node) if common and self._wanted <= MOST_READ else None
        return self._engine.top(plan, node, self._wanted) if read is None else read

    def _read(self, plan: Plan, node: Node) -> list[tuple[float, Place]] | None:
        """Return the same as the engine, by reading the heaviest entries; None: too few hold the rows."""
        rows = rows_of(node)
        if not rows:
            return None
        most = 2 * self._wanted
        heaviest = self._engine.top(plan, anywhere(node), most)
        found: list[tuple[float, Place]] = []
        for number, (weight, place) in enumerate(heaviest):
            if all(stands(row, self.kept(place)) for row in rows):
                found.append((weight, place))
                if len(found) == self._wanted:
                    return found
            elif number - len(found) >= self._wanted // 2:
                return None
        return found if len(heaviest) < most else None


def _merged(asked: Ranked[Place], wide: Ranked[Place], wanted: int) -> Ranked[Place]:
    found = {place: points for points, place in wide.places}
    for points, place in asked.places:
        found[place] = max(points, found.get(place, 0.0))
    return Ranked(_best(found, wanted), wide.counted)


def _best(found: Mapping[Place, float], wanted: int) -> tuple[tuple[float, Place], ...]:
    # Equal points stay in the order of the engine, so that pages of hits neither overlap nor leave gaps.
    ordered = sorted(((points, place) for place, points in found.items()), key=lambda pair: -pair[0])
    return tuple(ordered[:wanted])


def type_key(name: str) -> str:
    """Return the form in which a kind of document is compared: `Quyết định` is `quyet-dinh`."""
    return "-".join(fold(name).lower().replace("-", " ").split())


def _too_little(query: Query, asked: Ranked[Place]) -> bool:
    words = [part for part in query.parts if part.form in (Form.WORD, Form.NUMBER)]
    if len(words) == 1:
        return len(asked.places) < (FEW if words[0].form is Form.WORD else 1)
    return _together(asked) < (1 if len(words) == 2 else FEW)


def _together(asked: Ranked[Place]) -> int:
    return sum(points >= Rank.TOGETHER for points, _ in asked.places[:FEW])


def _hit(fields: dict[str, Any], points: float, sought: Sought) -> Hit:
    return Hit(
        key=fields["key"],
        kind=Kind(fields["kind"]),
        page=fields["page"],
        document=fields["document"],
        dossier=fields["dossier"],
        fonds=fields["fonds"],
        unit=fields["unit"],
        name=fields["name"],
        number=fields["number"],
        type=fields["type"],
        year=fields["year"],
        paper_only=fields["paper_only"],
        snippet=sought.snippet(Body(fields["body"], fields["folded"], fields["starts"], fields["ends"])),
        score=points,
        title=fields["title"],
    )
