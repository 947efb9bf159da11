"""Searching from the desk: what was typed and chosen, put to the index, and named for people."""

import time
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from api import wording
from api.reading_room import ReadingRoom
from api.remembered import Remembered
from api.view import Facet, FacetValue, Hit, Results, Wanted
from catalog import batch as batches
from catalog import dossier as dossiers
from catalog.access import Scope
from catalog.dossier import Dossier
from catalog.fonds import FondsNotFound, all_fonds
from catalog.fonds import find as find_fonds
from catalog.identifiers import BatchId, DossierId, FondsId
from catalog.register import Register
from catalog.unit import units
from index.entry import Kind
from index.query import Query, parse
from index.search_index import Found as Answer
from index.search_index import Hit as Found
from index.search_index import IndexMissing, SearchIndex

SUGGESTIONS = 8

NAMES_SECONDS = 30.0
"""A province has thousands of units and fonds; their names hardly ever change."""

BATCHES_NAMED = 10
"""Batches that results are counted by."""


class Finding:
    """Asks the index and puts names to the ids it answers with."""

    def __init__(self, register: Register, index: SearchIndex, room: ReadingRoom) -> None:
        self._register = register
        self._index = index
        self._room = room
        self._codes: Remembered[dict[FondsId, str]] = Remembered(NAMES_SECONDS)
        self._units: Remembered[dict[str, str]] = Remembered(NAMES_SECONDS)

    def find(self, scope: Scope, wanted: Wanted) -> Results:
        """Search, narrow and count.

        Raises:
            FondsNotFound: the fonds to narrow by is none that `scope` sees.
            IndexMissing, IndexFailed, TooDeep: as they say.
        """
        started = time.perf_counter()
        query = self._query(scope, wanted)
        try:
            answer = self._index.search(query, scope=scope, offset=wanted.offset, limit=wanted.limit)
        except IndexMissing:
            if self._room.covered(scope).read:
                raise
            answer = Answer(0, ())  # nothing has been read yet, so there is nothing to index either
        with self._register.read() as conn:
            codes = self._codes.get(scope, lambda: _codes(conn, scope))
            if any(hit.fonds not in codes for hit in answer.hits):  # a fonds that is a moment old
                codes = _codes(conn, scope)
            inside = dossiers.among(conn, scope, [hit.dossier for hit in answer.hits if hit.dossier])
            hits = tuple(_hit(hit, codes, inside) for hit in answer.hits)
            facets = tuple(
                Facet(name, self._named(conn, scope, name, answer.facets.get(name, ()), codes))
                for name in ("kind", "fonds", "unit", "type", "year", "batch")
                if name != "batch" or scope.grants
            )
        covered = self._room.covered(scope, _one_fonds(query, wanted, codes))
        milliseconds = (time.perf_counter() - started) * 1000
        return Results(
            answer.total,
            hits,
            facets,
            covered,
            answer.widened,
            milliseconds,
            answer.as_asked,
            answer.other_marks,
        )

    def suggest(self, scope: Scope, text: str) -> Sequence[str]:
        """Return ways to go on typing, the likeliest first."""
        return self._index.suggest(text, scope=scope, limit=SUGGESTIONS)

    def _query(self, scope: Scope, wanted: Wanted) -> Query:
        kind = Kind(wanted.kind) if wanted.kind in tuple(Kind) else None
        query = parse(
            wanted.text,
            fonds=[wanted.fonds] if wanted.fonds else (),
            unit=[wanted.unit] if wanted.unit else (),
            type=[wanted.type] if wanted.type else (),
            batch=[wanted.batch] if wanted.batch else (),
            year=(wanted.year, wanted.year) if wanted.year else None,
            kind=kind,
        )
        if not query.fonds:
            return query
        with self._register.read() as conn:
            return query.resolved("fonds", lambda code: _fonds_ids(conn, scope, code))

    def _named(
        self,
        conn: Connection,
        scope: Scope,
        name: str,
        counts: Sequence[tuple[str, int]],
        codes: Mapping[FondsId, str],
    ) -> tuple[FacetValue, ...]:
        match name:
            case "fonds":
                return tuple(
                    FacetValue(codes[FondsId(value)], codes[FondsId(value)], count)
                    for value, count in counts
                    if FondsId(value) in codes
                )
            case "unit":
                names = self._units.get("units", lambda: {unit.id: unit.name for unit in units(conn, scope)})
                return _labelled(counts, names)
            case "batch":
                # Batches are the archivists' concern: others see none.
                some = batches.among(
                    conn, scope, [BatchId(value) for value, _count in counts[:BATCHES_NAMED]]
                )
                return _labelled(counts, {batch.id: batch.name for batch in some.values()})
            case _:
                return _labelled(counts, {value: value for value, _count in counts if value})


def _fonds_ids(conn: Connection, scope: Scope, code: str) -> list[str]:
    try:
        return [find_fonds(conn, scope, code).id]
    except FondsNotFound:
        return []


def _one_fonds(query: Query, wanted: Wanted, codes: Mapping[FondsId, str]) -> str:
    """Return the code of the one fonds that was searched, "" where it was several."""
    if len(query.fonds) != 1:
        return ""
    return codes.get(FondsId(next(iter(query.fonds))), "")


def _hit(hit: Found, codes: Mapping[FondsId, str], inside: Mapping[DossierId, Dossier]) -> Hit:
    # Missing where the index is a moment behind the register: the dossier's own page says "not here".
    dossier = inside.get(hit.dossier) if hit.dossier else None
    return Hit(
        page=hit.page,
        document=hit.document,
        dossier=hit.dossier,
        name=hit.name,
        fonds=codes.get(hit.fonds, ""),
        number=hit.number,
        dossier_title=dossier.title if dossier else "",
        place=place_of(dossier) if dossier else "",
        paper_only=hit.paper_only,
        dates=dates_of(dossier) if dossier and hit.kind is Kind.DOSSIER else "",
        snippet=hit.snippet,
        score=hit.score,
        title=hit.title,
    )


def _codes(conn: Connection, scope: Scope) -> dict[FondsId, str]:
    return {fonds.id: fonds.code for fonds in all_fonds(conn, scope)}


def _labelled(counts: Sequence[tuple[str, int]], labels: Mapping[str, str]) -> tuple[FacetValue, ...]:
    return tuple(FacetValue(value, labels[value], count) for value, count in counts if value in labels)


def place_of(dossier: Dossier) -> str:
    """Return where the paper lies: box, then place."""
    return ", ".join(part for part in (dossier.box_label, dossier.place) if part)


def dates_of(dossier: Dossier) -> str:
    """Return from when to when, as far as it is known."""
    days = [wording.day(day) for day in (dossier.date_from, dossier.date_to) if day is not None]
    return " - ".join(dict.fromkeys(days))
