"""One search from question to answer, the same for every engine: ask, widen if too little is found, show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from index import keys
from index.analysis import VERSION as ANALYSIS
from index.analysis import fold
from index.entry import Kind, from_stored
from index.highlight import snippet
from index.plan import FEW, Every, Node, Plan, Rank, loose, strict, tight
from index.query import Form, Query
from index.search_index import DEEPEST, FACETS, Found, Hit, TooDeep

LAYOUT = 2
"""Raised with every change of what engines are asked to hold."""

FORMAT = f"layout {LAYOUT}, analysis {ANALYSIS}"

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

    def stored(self, place: Place) -> str:
        """Return what `index.entry.to_stored` gave for the entry there."""
        ...


@dataclass(frozen=True)
class Ranked(Generic[Place]):
    """What an engine found."""

    total: int
    places: tuple[tuple[float, Place], ...]  #: points and where the entry lies, best first
    facets: Mapping[str, tuple[tuple[str, int], ...]]


def find(query: Query, engine: Engine[Place], *, offset: int, limit: int) -> Found:
    """Return the answer to `query`, hits from `offset` on, at most `limit`.

    Raises:
        TooDeep: nobody pages that far.
    """
    if offset < 0 or limit < 0 or offset + limit > DEEPEST:
        raise TooDeep(f"hits {offset:,} to {offset + limit:,} were asked for; {DEEPEST:,} can be seen")
    wanted = max(offset + limit, FEW)
    asked = _rank(_by_key(strict(query), query), engine, wanted)
    if query.pasted and (query.begins_with_dash or not _together(asked)):
        copied = replace(query, parts=query.pasted, excluded=(), pasted=())
        pasted = _rank(strict(copied), engine, wanted)
        if pasted.places and pasted.places[0][0] >= Rank.ROW:
            query, asked = copied, pasted
    ranked = asked
    for wider in (tight, loose):
        if not _too_little(query, asked) or (wider is loose and ranked.total):
            break
        plan = wider(query)
        if plan is not None:
            ranked = _merged(asked, _rank(plan, engine, wanted), wanted)
    shown = ranked.places[offset : offset + limit]
    return Found(
        total=ranked.total,
        hits=tuple(_hit(engine.stored(place), points, query) for points, place in shown),
        facets=ranked.facets,
        widened=ranked.total > asked.total,
    )


def _by_key(plan: Plan, query: Query) -> Plan:
    """Let the document whose own number was asked for come first, and a name as it was typed."""
    own = keys.own_number(query)
    ranks = ((Rank.OWN, Every((plan.match, own))), *plan.ranks) if own is not None else plan.ranks
    return replace(plan, ranks=ranks, weights=plan.weights + keys.weights(query))


def _rank(plan: Plan, engine: Engine[Place], wanted: int) -> Ranked[Place]:
    # Rank by rank, since most questions are answered by the first: on 20,000 pages a common phrase takes
    # 3 ms so, and 18 when every entry is tried for every rank.
    counts = engine.facets(plan)
    facets = {name: tuple(counts.get(name, ())) for name in FACETS}
    total = sum(count for _, count in facets["kind"])  # every entry is of one kind
    enough = min(wanted, total)
    found: dict[Place, float] = {}
    near: list[tuple[float, Place]] | None = None
    for points, node in plan.ranks:
        if len(found) >= enough:
            break
        if found and near is None and points > Rank.NEAR:
            # All that stands in a row stands near: if that is nothing new, the ranks between are empty.
            near = next(
                (_top(plan, engine, *rank, wanted) for rank in plan.ranks if rank[0] == Rank.NEAR), []
            )
        if near is not None and points >= Rank.NEAR and all(place in found for _, place in near):
            continue
        here = near if near is not None and points == Rank.NEAR else _top(plan, engine, points, node, wanted)
        for weight, place in here:
            found.setdefault(place, points + weight)
    return Ranked(total, _best(found, wanted), facets)


def _top(
    plan: Plan, engine: Engine[Place], points: float, node: Node, wanted: int
) -> list[tuple[float, Place]]:
    return engine.top(plan, plan.at(points, node), wanted)


def _merged(asked: Ranked[Place], wide: Ranked[Place], wanted: int) -> Ranked[Place]:
    found = {place: points for points, place in wide.places}
    for points, place in asked.places:
        found[place] = max(points, found.get(place, 0.0))
    return Ranked(wide.total, _best(found, wanted), wide.facets)


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
        return asked.total < FEW if words[0].form is Form.WORD else asked.total == 0
    return _together(asked) < (1 if len(words) == 2 else FEW)


def _together(asked: Ranked[Place]) -> int:
    return sum(points >= Rank.TOGETHER for points, _ in asked.places[:FEW])


def _hit(kept: str, points: float, query: Query) -> Hit:
    fields = from_stored(kept)
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
        snippet=snippet(fields["body"], fields["folded"], query),
        score=points,
        title=fields["title"],
    )
