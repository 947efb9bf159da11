"""The work ledger: whatever is registered without its result is work, and here is who is at it.

A task is: claim (one transaction) -> compute with no transaction open -> record, fenced by (owner,
attempt), result and next state in one transaction. Execution may repeat, the effect cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    String,
    Table,
    Update,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from catalog import schema
from catalog.access import Role, Scope
from catalog.identifiers import BatchId
from catalog.instants import Instant, now
from catalog.register import lock_rows
from luutru.errors import Conflict

LEASE = timedelta(seconds=120)
"""How long a claim holds without being renewed; owners renew every quarter of it."""

RETRY_AFTER = timedelta(seconds=5)
"""Wait before a failed task is tried again, doubled with every failure, up to `LONGEST_WAIT`."""

LONGEST_WAIT = timedelta(minutes=5)
"""What a disk or server failed many times in a day goes on soon after it is back."""

MOST_FAILURES = 5
"""Failures (a broken engine, a child that died) after which a person must look. A worker that was itself
killed does not count: the page is not to blame."""


class ClaimLost(Conflict):
    """Somebody else took the task over; this result must be dropped."""

    slug = "claim-lost"


class Stage(StrEnum):
    """What a row waits for."""

    OPEN = "open"  #: a source file: how many pages, of what kind
    LOOK = "look"  #: a page: its quality and its words
    ADMIT = "admit"  #: a source file whose pages were all looked at: into the store, findable
    DESCRIBE = "describe"  #: a document that can be seen: what it is, from its readings
    BIND = "bind"  #: a document: its PDF/A and ALTO


@dataclass(frozen=True)
class Claim:
    """The right to do one task, until the lease ends."""

    stage: Stage
    id: str
    owner: str
    attempt: int


_TABLE: dict[Stage, Table] = {
    Stage.OPEN: schema.source_file,
    Stage.LOOK: schema.page,
    Stage.ADMIT: schema.source_file,
    Stage.DESCRIBE: schema.description,
    Stage.BIND: schema.document,
}

_CLAIMED = (schema.source_file, schema.page, schema.document, schema.description)
"""Tables of work, in the order in which their rows are taken (`catalog.register.lock_rows`)."""


def _waits(stage: Stage) -> ColumnElement[bool]:
    # Written out, not bound: SQLite uses the partial indexes of `schema` for words it can see.
    match stage:
        case Stage.OPEN:
            return schema.source_file.c.state == _word("received")
        case Stage.LOOK:
            return and_(schema.page.c.state == _word("waiting"), schema.page.c.twin_of.is_(None))
        case Stage.ADMIT:
            return and_(
                schema.source_file.c.state == _word("opened"),
                schema.source_file.c.waiting_pages == literal_column("0"),
            )
        case Stage.DESCRIBE:
            return schema.description.c.state == _word("waiting")
        case Stage.BIND:
            return schema.document.c.state == _word("waiting")


def _word(state: str) -> ColumnElement[str]:
    return literal_column(f"'{state}'", String)


ORDER = (Stage.ADMIT, Stage.LOOK, Stage.OPEN, Stage.DESCRIBE, Stage.BIND)
"""What goes first at equal priority: what is nearest to being found; describing and binding never keep it
waiting, and describing is the quicker of the two."""


_OPEN_FIRST = (Stage.ADMIT, Stage.OPEN, Stage.LOOK, Stage.DESCRIBE, Stage.BIND)


def any_free(conn: Connection, scope: Scope) -> bool:
    """Return whether anything can be claimed now; asked while idle, since it takes no lock."""
    scope.require(Role.ADMINISTRATOR)
    return conn.execute(_stages_with_work(), {"moment": now()}).first() is not None


def _free(stage: Stage) -> ColumnElement[bool]:
    """Return the condition under which a row can be claimed at `:moment`."""
    table = _TABLE[stage]
    moment = bindparam("moment", type_=Instant)
    return and_(
        _waits(stage),
        or_(table.c.claimed_until.is_(None), table.c.claimed_until < moment),
        or_(table.c.not_before.is_(None), table.c.not_before <= moment),
    )


# Asked for every task, and so built once: building one takes longer than asking it.


@cache
def _stages_with_work() -> CompoundSelect[Any]:
    """Return a question for the stages of which a task is free, each with the most urgent one's priority."""
    most_urgent = []
    for stage in ORDER:
        priority = _TABLE[stage].c.priority
        first = select(priority).where(_free(stage)).order_by(priority.desc()).limit(1).subquery()
        most_urgent.append(select(_word(stage.value).label("stage"), first.c.priority))
    return union_all(*most_urgent)


@cache
def _next_free(stage: Stage) -> Select[Any]:
    table = _TABLE[stage]
    return (
        select(table.c.id, table.c.attempt)
        .where(_free(stage), table.c.priority == bindparam("urgent"))
        .order_by(table.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)  # SQLite has no such thing and no need
    )


@cache
def _more_free(stage: Stage) -> Select[Any]:
    table = _TABLE[stage]
    urgent = select(table.c.priority).where(table.c.id == bindparam("first")).scalar_subquery()
    return (
        select(table.c.id, table.c.attempt)
        .where(_free(stage), table.c.attempt == 0, table.c.priority == urgent)
        .order_by(table.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, key_share=True)
    )


@cache
def _free_pages() -> Select[Any]:
    some = select(schema.page.c.id).where(_free(Stage.LOOK)).limit(bindparam("ahead")).subquery()
    return select(func.count()).select_from(some)


@cache
def _take(stage: Stage) -> Update:
    return _TABLE[stage].update().where(_TABLE[stage].c.id == bindparam("task"))


def claim(conn: Connection, scope: Scope, *, owner: str, ahead: int = 0) -> Claim | None:
    """Take the most urgent task that nobody is at; None = there is nothing to do now.

    Higher priority first, then `ORDER`, then age; but while fewer than `ahead` pages wait to be looked at,
    files are opened before one is, so that some can be looked at together.
    """
    scope.require(Role.ADMINISTRATOR)
    moment = now()
    urgent = {Stage(row.stage): row.priority for row in conn.execute(_stages_with_work(), {"moment": moment})}
    order = ORDER
    if ahead and Stage.OPEN in urgent and Stage.LOOK in urgent:
        pages = conn.execute(_free_pages(), {"moment": moment, "ahead": ahead}).scalar_one()
        order = ORDER if pages >= ahead else _OPEN_FIRST
    for stage in sorted(urgent, key=lambda stage: (-urgent[stage], order.index(stage))):
        row = conn.execute(_next_free(stage), {"moment": moment, "urgent": urgent[stage]}).first()
        if row is not None:  # where others claim, too, they may have been quicker; the next time tells
            taken = Claim(stage, row.id, owner, row.attempt + 1)
            _record(conn, [taken], moment)
            return taken
    return None


def claim_more(
    conn: Connection, scope: Scope, first: Claim, *, owners: Sequence[str], share: int
) -> list[Claim]:
    """Take more tasks like `first`, just as urgent, one for each of `owners`; fewer where few are left.

    `share`: how many divide what is left among them. Tasks that failed before are left to be taken alone, and
    with `first`, where it did, goes no other.
    """
    scope.require(Role.ADMINISTRATOR)
    if first.attempt > 1:
        return []
    moment = now()
    asked = {"moment": moment, "first": first.id, "most": len(owners) * share}
    free = conn.execute(_more_free(first.stage), asked).all()
    claims = [
        Claim(first.stage, row.id, owner, row.attempt + 1)
        for owner, row in zip(owners, free[: len(free) // share], strict=False)
    ]
    if claims:
        _record(conn, claims, moment)
    return claims


def _record(conn: Connection, claims: Sequence[Claim], moment: datetime) -> None:
    until = moment + LEASE
    conn.execute(
        _take(claims[0].stage),
        [
            {"task": one.id, "owner": one.owner, "attempt": one.attempt, "claimed_until": until}
            for one in claims
        ],
    )


def renew(conn: Connection, scope: Scope, owner: str) -> int:
    """Hold on to everything `owner` has claimed; return how many tasks."""
    scope.require(Role.ADMINISTRATOR)
    held = 0
    for table in _CLAIMED:
        # A row that is locked is being recorded just now, and needs no more time.
        mine = select(table.c.id).where(table.c.owner == owner)
        mine = mine.with_for_update(skip_locked=True, key_share=True)
        held += conn.execute(
            table.update().where(table.c.id.in_(mine)).values(claimed_until=now() + LEASE)
        ).rowcount
    return held


def release_all(conn: Connection, scope: Scope, *, owner_prefix: str) -> int:
    """Free every claim whose owner starts with `owner_prefix` ("": every claim); return how many.

    Only for one who knows those owners to be dead: it holds the lock that they held.
    """
    scope.require(Role.ADMINISTRATOR)
    freed = 0
    for table in _CLAIMED:
        # Not LIKE: in SQLite that takes "A" for "a".
        begins = func.substr(table.c.owner, 1, len(owner_prefix)) == owner_prefix
        mine = and_(table.c.owner.is_not(None), begins)
        lock_rows(conn, table, mine)
        freed += conn.execute(table.update().where(mine).values(owner=None, claimed_until=None)).rowcount
    return freed


def hold(conn: Connection, scope: Scope, claim: Claim) -> None:
    """Pass if the task is still the claimer's, and let nobody take it before this transaction ends.

    For results of several rows, which would otherwise stumble over those of whoever was quicker.

    Raises:
        ClaimLost: somebody else took it over, or it is done.
    """
    scope.require(Role.ADMINISTRATOR)
    if conn.execute(_held(claim.stage), _whose(claim)).first() is None:
        raise ClaimLost(f"{claim.stage} {claim.id} was taken over by another worker")


def finish(conn: Connection, scope: Scope, claim: Claim, **values: object) -> None:
    """Record the task's result in its row, plain values by column, and give the claim back.

    Raises:
        ClaimLost: somebody else took it over; nothing was recorded, let the transaction fail.
    """
    scope.require(Role.ADMINISTRATOR)
    strange = [name for name in values if name not in _TABLE[claim.stage].c]
    if strange:  # an execution that is handed one passes it over without a word
        raise ValueError(f"{claim.stage} has no column {', '.join(strange)}")
    given_back = {"owner": None, "claimed_until": None, "not_before": None, "failures": 0}
    done = conn.execute(_given_back(claim.stage), _whose(claim) | given_back | values)
    if done.rowcount != 1:
        raise ClaimLost(f"{claim.stage} {claim.id} was taken over by another worker")


@cache
def _held(stage: Stage) -> Select[Any]:
    return select(_TABLE[stage].c.id).where(_still_whose(stage)).with_for_update(key_share=True)


@cache
def _given_back(stage: Stage) -> Update:
    return _TABLE[stage].update().where(_still_whose(stage))


def _still_whose(stage: Stage) -> ColumnElement[bool]:
    row = _TABLE[stage].c
    return and_(
        row.id == bindparam("task"), row.owner == bindparam("claimer"), row.attempt == bindparam("nth")
    )


def _whose(claim: Claim) -> dict[str, object]:
    return {"task": claim.id, "claimer": claim.owner, "nth": claim.attempt}


def fail(conn: Connection, scope: Scope, claim: Claim) -> bool:
    """Give the task back after a failure; return whether it may be tried again.

    False: it failed `MOST_FAILURES` times; the caller records in the same transaction that it is held.

    Raises:
        ClaimLost: somebody else took it over.
    """
    scope.require(Role.ADMINISTRATOR)
    table = _TABLE[claim.stage]
    failures = conn.execute(select(table.c.failures).where(table.c.id == claim.id)).scalar_one() + 1
    again = {
        "owner": None,
        "claimed_until": None,
        "failures": failures,
        "not_before": now() + min(RETRY_AFTER * 2 ** min(failures - 1, 20), LONGEST_WAIT),
    }
    done = conn.execute(_given_back(claim.stage), _whose(claim) | again)
    if done.rowcount != 1:
        raise ClaimLost(f"{claim.stage} {claim.id} was taken over by another worker")
    return bool(failures < MOST_FAILURES)


def anew(table: Table) -> dict[str, object]:
    """Return the values that make a row fresh work, whoever is at it now: their claim is lost."""
    return {
        "owner": None,
        "claimed_until": None,
        "not_before": None,
        "failures": 0,
        "attempt": table.c.attempt + 1,
        "code": None,
        "reason": None,
    }


def retake(conn: Connection, scope: Scope, claim: Claim) -> Claim:
    """Claim a task that was just given back for good, so as to record that it is held.

    Raises:
        ClaimLost: somebody else took it over.
    """
    scope.require(Role.ADMINISTRATOR)
    table = _TABLE[claim.stage]
    done = conn.execute(
        table.update()
        .where(table.c.id == claim.id, table.c.owner.is_(None), table.c.attempt == claim.attempt)
        .values(owner=claim.owner, attempt=claim.attempt + 1, claimed_until=now() + LEASE)
    )
    if done.rowcount != 1:
        raise ClaimLost(f"{claim.stage} {claim.id} was taken over by another worker")
    return Claim(claim.stage, claim.id, claim.owner, claim.attempt + 1)


def any_of_batch(conn: Connection, scope: Scope, batch: BatchId) -> bool:
    """Return whether a task of `batch` waits or is in hand; for one who may see it (`batch.at_work`)."""
    scope.require(Role.READER)
    return bool(conn.execute(_of_batch(), {"batch": batch}).scalar_one())


@cache
def _of_batch() -> Select[Any]:
    mine = select(schema.document.c.id).where(schema.document.c.batch_id == bindparam("batch"))
    within = {
        stage: schema.description.c.id.in_(mine)
        if stage is Stage.DESCRIBE
        else _TABLE[stage].c.batch_id == bindparam("batch")
        for stage in Stage
    }
    return select(or_(*(exists().where(_waits(stage), within[stage]) for stage in Stage)))


def waiting(conn: Connection, scope: Scope) -> dict[Stage, int]:
    """Return how many tasks each stage has, those in hand included."""
    scope.require(Role.READER)
    return {
        stage: conn.execute(select(func.count()).select_from(_TABLE[stage]).where(_waits(stage))).scalar_one()
        for stage in Stage
    }
