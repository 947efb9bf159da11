"""One search from question to answer, the same for every engine: ask, widen if too little is found, show."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from index.analysis import VERSION as ANALYSIS
from index.analysis import fold
from index.entry import Kind, from_stored
from index.highlight import snippet
from index.plan import FEW, Plan, Rank, loose, strict, tight
from index.query import Form, Query
from index.search_index import DEEPEST, FACETS, Found, Hit, TooDeep

LAYOUT = 1
"""Raised with every change of what engines are asked to hold."""

FORMAT = f"layout {LAYOUT}, analysis {ANALYSIS}"

Place = TypeVar("Place")


@dataclass(frozen=True)
class Ranked(Generic[Place]):
    """What an engine found."""

    total: int
    places: tuple[tuple[float, Place], ...]  #: points and where the entry lies, best first


def find(
    query: Query,
    *,
    offset: int,
    limit: int,
    run: Callable[[Plan, int], Ranked[Place]],
    facets: Callable[[Plan], Mapping[str, Iterable[tuple[str, int]]]],
    stored: Callable[[Place], str],
) -> Found:
    """Return the answer to `query`.

    Args:
        query: the question.
        offset: hits to pass over.
        limit: hits to show.
        run: what matches a plan, of it at most so many; the engine adds filters and scope.
        facets: what matches a plan, counted; by name in `FACETS`.
        stored: what `index.entry.to_stored` gave for an entry.

    Raises:
        TooDeep: nobody pages that far.
    """
    if offset < 0 or limit < 0 or offset + limit > DEEPEST:
        raise TooDeep(f"hits {offset:,} to {offset + limit:,} were asked for; {DEEPEST:,} can be seen")
    wanted = max(offset + limit, FEW)
    plan = strict(query)
    asked = ranked = run(plan, wanted)
    for wider in (tight, loose):
        if not _too_little(query, asked) or (wider is loose and ranked.total):
            break
        wide = wider(query)
        if wide is not None:
            plan, ranked = wide, run(wide, wanted)
    counts = facets(plan) if ranked.total else {}
    shown = ranked.places[offset : offset + limit]
    return Found(
        total=ranked.total,
        hits=tuple(_hit(stored(place), points, query) for points, place in shown),
        facets={name: tuple(counts.get(name, ())) for name in FACETS},
        widened=ranked.total > asked.total,
    )


def type_key(name: str) -> str:
    """Return the form in which a kind of document is compared: `Quyết định` is `quyet-dinh`."""
    return "-".join(fold(name).lower().replace("-", " ").split())


def _too_little(query: Query, asked: Ranked[Place]) -> bool:
    words = [part for part in query.parts if part.form in (Form.WORD, Form.NUMBER)]
    if len(words) == 1:
        return asked.total < FEW if words[0].form is Form.WORD else asked.total == 0
    together = sum(points >= Rank.TOGETHER for points, _ in asked.places[:FEW])
    return together == 0 if len(words) == 2 else together < FEW


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
        snippet=snippet(fields["body"], query),
        score=points,
    )
