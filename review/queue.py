"""What a person should check next: documents in the order of their importance times the doubt about them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Row, and_, case, func, literal, or_, select

from catalog import field_value, schema, visibility
from catalog.access import Role, Scope
from catalog.identifiers import BatchId, DocumentId, DossierId, FondsId
from catalog.instants import now
from catalog.register import lock_subject, upsert
from catalog.withheld import not_secret
from review import lease
from review.doubt import Doubt, doubt_of

TO_DO = ("waiting", "returned")
"""States in which a document waits for a person: nobody has gone through it, or a control sent it back."""


@dataclass(frozen=True)
class Filter:
    """Which documents one wants to go through."""

    batch: BatchId | None = None
    fonds: FondsId | None = None
    dossier: DossierId | None = None
    mine: bool = False  #: only those one went through before
    asked: bool = False  #: only those with fields that a person must give
    states: tuple[str, ...] = TO_DO


@dataclass(frozen=True)
class Item:
    """One document of the queue."""

    document: DocumentId
    name: str
    pages: int
    dossier: DossierId | None
    dossier_title: str | None
    batch: BatchId
    state: str  #: waiting, returned, entered or controlled
    importance: float  #: 1.0 is usual
    doubt: float  #: 0.0 to 1.0
    asked: int  #: fields that a person must give
    entered_by: str | None
    at_it: str | None  #: who has it open now
    until: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> "Item":
        """Build from a row of `_queue`."""
        return cls(
            DocumentId(row.id),
            row.name,
            row.pages,
            row.dossier_id,
            row.title,
            BatchId(row.batch_id),
            row.state,
            row.importance,
            row.doubt,
            row.asked,
            row.entered_by,
            row.person,
            row.until,
        )


@dataclass(frozen=True)
class Counts:
    """How much there is to do."""

    waiting: int
    returned: int
    asked: int  #: of the waiting and returned, those with fields that a person must give
    entered: int  #: wait for the first round of control
    controlled: int
    at_work: int  #: somebody has them open now

    @property
    def to_do(self) -> int:
        """Documents that wait for a person to go through them."""
        return self.waiting + self.returned


def weigh(conn: Connection, scope: Scope, document: DocumentId) -> Doubt:
    """Write down how much a document needs a person, from what is said of it now; twice is harmless.

    Called by whatever describes or corrects it; what people did with it stays.

    Raises:
        DocumentNotFound: there is none that the one who asks may see.
    """
    scope.require(Role.ARCHIVIST)
    fields = field_value.current(conn, scope, document).values
    page, reading = schema.page.c, schema.reading.c
    read = conn.execute(
        select(
            func.min(reading.agreed_share).label("agreed"), func.min(reading.mean_confidence).label("mean")
        )
        .join_from(schema.page, schema.reading, reading.id == page.reading_id)
        .where(page.document_id == document, page.set_apart.is_(None), reading.words > 0)
    ).one()
    found = doubt_of(fields, agreed_share=read.agreed, mean_confidence=read.mean)
    table = schema.checking
    row = upsert(conn.dialect.name, table).values(
        document_id=document, state="waiting", doubt=found.doubt, asked=found.asked
    )
    conn.execute(
        row.on_conflict_do_update(
            index_elements=[table.c.document_id], set_={"doubt": found.doubt, "asked": found.asked}
        )
    )
    return found


def queue(
    conn: Connection,
    scope: Scope,
    wanted: Filter | None = None,
    *,
    after: DocumentId | None = None,
    limit: int = 50,
) -> list[Item]:
    """Return what waits, most urgent first; from behind `after`, which need not wait any longer itself."""
    wanted = wanted or Filter()
    every = _queue(scope, wanted)
    query = select(every).where(every.c.state.in_(wanted.states))
    if after is not None:
        query = query.where(_behind(every, after))
    query = query.order_by(every.c.score.desc(), every.c.id).limit(limit)
    return [Item.from_row(row) for row in conn.execute(query)]


def take_next(
    conn: Connection, scope: Scope, wanted: Filter | None = None, *, after: DocumentId | None = None
) -> Item | None:
    """Take the most urgent document that nobody else has open, behind `after`; None = there is none.

    Raises:
        NotAllowed: the one who asks checks nothing.
    """
    scope.require(Role.ARCHIVIST)
    wanted = wanted or Filter()
    lock_subject(conn, "checking")
    every = _queue(scope, wanted)
    free = or_(every.c.person.is_(None), every.c.person == scope.actor)
    query = select(every).where(every.c.state.in_(wanted.states), free)
    if after is not None:
        query = query.where(_behind(every, after))
    row = conn.execute(query.order_by(every.c.score.desc(), every.c.id).limit(1)).first()
    if row is None:
        return None
    had = lease.take(conn, scope, DocumentId(row.id))
    return replace(Item.from_row(row), at_it=had.person, until=had.until)


def before(conn: Connection, scope: Scope, document: DocumentId, wanted: Filter | None = None) -> Item | None:
    """Return the document before this one, done by oneself or waiting; None = this is the first.

    So one goes back to what one has just done, and forth again, without losing one's place.
    """
    wanted = wanted or Filter()
    every = _queue(scope, wanted)
    behind = _behind(every, document)
    here = and_(
        every.c.state.in_(wanted.states), or_(every.c.person.is_(None), every.c.person == scope.actor)
    )
    query = (
        select(every)
        .where(or_(here, every.c.entered_by == scope.actor), ~behind, every.c.id != document)
        .order_by(every.c.score, every.c.id.desc())
        .limit(1)
    )
    row = conn.execute(query).first()
    return Item.from_row(row) if row is not None else None


def counts(conn: Connection, scope: Scope, wanted: Filter | None = None) -> Counts:
    """Return how much of what `wanted` describes is in which state, whatever states it names."""
    every = _queue(scope, wanted or Filter())
    to_do = every.c.state.in_(TO_DO)

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    row = conn.execute(
        select(
            number(every.c.state == "waiting").label("waiting"),
            number(every.c.state == "returned").label("returned"),
            number(and_(to_do, every.c.asked > 0)).label("asked"),
            number(every.c.state == "entered").label("entered"),
            number(every.c.state == "controlled").label("controlled"),
            number(every.c.person.is_not(None)).label("at_work"),
        )
    ).one()
    return Counts(*(int(each) for each in row))


def _behind(every: CTE, document: DocumentId) -> ColumnElement[bool]:
    """Return the condition under which a document comes after `document` in the queue."""
    here = select(every.c.score).where(every.c.id == document).scalar_subquery()
    return or_(every.c.score < here, and_(every.c.score == here, every.c.id > document))


def _queue(scope: Scope, wanted: Filter) -> CTE:
    """Return every document that one may check, with its weight, whatever state it is in."""
    document, dossier, checking = schema.document.c, schema.dossier.c, schema.checking.c
    held = schema.checking_lease.c
    importance = _importance()
    doubt = case((checking.state == "returned", 1.0), else_=func.coalesce(checking.doubt, 1.0))
    query = (
        select(
            document.id,
            document.name,
            document.pages,
            document.dossier_id,
            dossier.title,
            document.batch_id,
            func.coalesce(checking.state, "waiting").label("state"),
            importance.label("importance"),
            doubt.label("doubt"),
            (importance * doubt).label("score"),
            func.coalesce(checking.asked, 0).label("asked"),
            checking.entered_by,
            held.person,
            held.until,
        )
        .join_from(schema.document, schema.batch, schema.batch.c.id == document.batch_id)
        .outerjoin(schema.dossier, dossier.id == document.dossier_id)
        .outerjoin(schema.checking, checking.document_id == document.id)
        .outerjoin(schema.checking_lease, and_(held.document_id == document.id, held.until >= literal(now())))
        .where(
            document.state.in_(("waiting", "bound", "held")),
            not_secret(schema.document),
            _may_check(_keeping(scope)),
            func.coalesce(dossier.state, "open").in_(("open", "checked")),
        )
    )
    for column, value in (
        (document.batch_id, wanted.batch),
        (document.fonds_id, wanted.fonds),
        (document.dossier_id, wanted.dossier),
        (checking.entered_by, scope.actor if wanted.mine else None),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.asked:
        query = query.where(checking.asked > 0)
    return query.cte("queue")


def _may_check(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which `scope` sees a document, as `visibility.of_document` has it.

    Asked of each dossier once, not of each document: with 50,000 documents that wait it is the difference.
    """
    document, fonds = schema.document.c, schema.fonds.c
    seen = select(schema.dossier.c.id).where(visibility.of_dossier(scope)).correlate(None)
    loose: ColumnElement[bool] = document.dossier_id.is_(None)
    if not scope.everywhere:
        loose = and_(loose, document.fonds_id.in_(select(fonds.id).where(fonds.unit_id.in_(scope.units))))
    return or_(loose, document.dossier_id.in_(seen))


def _keeping(scope: Scope) -> Scope:
    """Return who asks, with only those units in which they check."""
    if scope.may_everywhere(Role.ARCHIVIST):
        return replace(scope, everywhere=True)
    units = frozenset(unit for unit in scope.units if scope.may(Role.ARCHIVIST, unit))
    return replace(scope, units=units, everywhere=False)


# --- importance ---------------------------------------------------------------------------------------


@cache
def _weights() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "weights.toml").read_text("utf-8"))


def _importance() -> ColumnElement[float]:
    """Return the weight of a document by its batch's priority and its dossier's retention and type."""
    weights = _weights()
    least, most = weights["priority_bounds"]
    priority = schema.batch.c.priority
    bounded = case((priority < least, least), (priority > most, most), else_=priority)
    urgent = 1.0 + weights["priority_step"] * bounded
    kept = case(*_cases(schema.dossier.c.retention_code, weights["retention"]), else_=1.0)
    kind = case(*_cases(schema.dossier.c.type, weights["type"]), else_=1.0)
    weight: ColumnElement[float] = urgent * kept * kind
    return weight


def _cases(
    column: ColumnElement[Any], weights: Mapping[str, float]
) -> list[tuple[ColumnElement[bool], float]]:
    return [(column == code, float(weight)) for code, weight in weights.items()]
