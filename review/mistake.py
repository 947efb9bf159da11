"""Mistakes that quality control finds: of which kind, and how many by whom."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, func, select

from catalog import schema
from catalog.access import Role, Scope
from catalog.identifiers import PageId
from catalog.instants import VIETNAM
from luutru.errors import InvalidInput

LONGEST_NOTE = 500


class MistakeInvalid(InvalidInput):
    """A kind of mistake that there is not, or a note that is too long."""

    slug = "mistake-invalid"


@dataclass(frozen=True)
class Kind:
    """One kind of mistake, as it is counted."""

    code: str
    vi: str
    en: str
    of: str  #: field, page or document


@dataclass(frozen=True)
class Mistake:
    """One mistake in one document."""

    kind: str  #: code of a `Kind`
    field: str | None = None  #: of the document's fields
    page: PageId | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.kind not in kinds():
            raise MistakeInvalid(f"no kind of mistake {self.kind}; there are {', '.join(kinds())}")
        if len(self.note) > LONGEST_NOTE:
            raise MistakeInvalid(f"a note of {len(self.note)} characters; {LONGEST_NOTE} at most")


@cache
def kinds() -> Mapping[str, Kind]:
    """Return the kinds of mistakes by code, in the order in which they are offered."""
    told = tomllib.loads((Path(__file__).parent / "data" / "mistakes.toml").read_text("utf-8"))
    return {code: Kind(code, each["vi"], each["en"], each["of"]) for code, each in told.items()}


@dataclass(frozen=True)
class Tally:
    """How many mistakes of one kind one person made, in one round."""

    person: str | None  #: None: the machines'
    round: int
    kind: str
    mistakes: int
    documents: int  #: that have one or more of them


def tally(
    conn: Connection,
    scope: Scope,
    *,
    since: date | None = None,
    until: date | None = None,
    person: str | None = None,
) -> list[Tally]:
    """Return the mistakes that were found, counted by person, round and kind; days in Vietnam, both included.

    Those who keep the whole archive are told of everybody, others of themselves alone.
    """
    error, lot = schema.quality_error.c, schema.quality_lot.c
    if not scope.may_everywhere(Role.ARCHIVIST):
        scope.require(Role.ARCHIVIST)
        person = scope.actor
    query = (
        select(
            error.made_by,
            lot.round,
            error.kind,
            func.count().label("mistakes"),
            func.count(error.document_id.distinct()).label("documents"),
        )
        .join_from(schema.quality_error, schema.quality_lot, lot.id == error.lot_id)
        .group_by(error.made_by, lot.round, error.kind)
    )
    if since is not None:
        query = query.where(error.found_at >= begin_of(since))
    if until is not None:
        query = query.where(error.found_at < begin_of(until + timedelta(days=1)))
    if person is not None:
        query = query.where(error.made_by == person)
    rows = conn.execute(query).all()
    found = [Tally(row.made_by, row.round, row.kind, row.mistakes, row.documents) for row in rows]
    return sorted(found, key=lambda each: (each.person or "", each.round, each.kind))


def begin_of(day: date) -> datetime:
    """Return the moment at which a day begins in Vietnam."""
    return datetime.combine(day, time.min, tzinfo=VIETNAM)
