"""Work records: what each person did on each day, counted from the acts that the register keeps anyway.

Nothing else is watched. Time at work is what lies between one's acts, where they follow each other closely:
it says too little of whoever thinks long over a page, and is no clock to pay by.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, func, select

from catalog import schema
from catalog.access import NotAllowed, Role, Scope
from catalog.fonds import find as find_fonds
from catalog.identifiers import FondsId, new_id
from catalog.instants import VIETNAM
from catalog.register import lock_subject
from luutru.errors import InvalidInput
from review.mistake import begin_of
from review.task import Task, rules, task_of, tasks

MOST_DAYS = 400
"""Days of one report."""


class ContractInvalid(InvalidInput):
    """A volume that cannot have been agreed."""

    slug = "contract-invalid"


@dataclass(frozen=True)
class WorkRecord:
    """One task of one person on one day."""

    person: str
    day: date  #: in Vietnam
    task: Task
    done: int  #: in the task's unit
    hours: float  #: at work on it, as far as acts tell
    norm_share: float | None  #: of the norm of eight hours (paper class 1); None: no norm is known


@dataclass(frozen=True)
class Note:
    """Something about a person's day that somebody should look at."""

    person: str
    day: date
    code: str  #: too-many-tasks (warning) or too-many-hours (error)
    severity: str  #: warning or error
    found: float


@dataclass(frozen=True)
class Report:
    """The work of some days."""

    records: tuple[WorkRecord, ...]  #: by day, person and task
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Progress:
    """How far a contract is."""

    contract: str
    fonds: FondsId | None
    task: Task
    volume: int  #: agreed, in the task's unit
    done: int
    starts_on: date
    ends_on: date
    expected: float  #: what would be done by today at an even pace


@dataclass(frozen=True)
class _Act:
    person: str
    at: datetime
    task: Task | None
    count: int


def report(conn: Connection, scope: Scope, since: date, until: date, *, person: str | None = None) -> Report:
    """Return what was done from `since` to `until`, both included; by `person` alone where one is named.

    Those who keep the whole archive are told of everybody, others of themselves alone.

    Raises:
        InvalidInput: no such span of days.
        NotAllowed: the one who asks works on no records.
    """
    if not timedelta(0) <= until - since < timedelta(days=MOST_DAYS):
        raise InvalidInput(f"a report is of 1 to {MOST_DAYS} days; found {since} to {until}")
    if not scope.may_everywhere(Role.ARCHIVIST):
        scope.require(Role.ARCHIVIST)
        if person not in (None, scope.actor):
            raise NotAllowed(f"{scope.actor} is told of their own work alone")
        person = scope.actor
    acts = sorted(_acts(conn, since, until, person), key=lambda act: (act.person, act.at))
    done: dict[tuple[date, str, str], int] = defaultdict(int)
    spent: dict[tuple[date, str, str], timedelta] = defaultdict(timedelta)
    longest: dict[tuple[date, str], timedelta] = defaultdict(timedelta)
    before: _Act | None = None
    for act in acts:
        day = act.at.astimezone(VIETNAM).date()
        follows = before is not None and before.person == act.person and act.at - before.at <= rules().pause
        gap = act.at - before.at if before is not None and follows else timedelta(0)
        longest[day, act.person] += gap
        if act.task is not None:
            done[day, act.person, act.task.code] += act.count
            spent[day, act.person, act.task.code] += gap
        before = act
    records = tuple(
        _record(day, who, tasks()[code], count, spent[day, who, code])
        for (day, who, code), count in sorted(done.items())
    )
    return Report(records, tuple(_notes(records, longest)))


def _record(day: date, person: str, task: Task, done: int, spent: timedelta) -> WorkRecord:
    norm = task.norm.get("1")
    return WorkRecord(
        person, day, task, done, round(spent / timedelta(hours=1), 2), round(done / norm, 3) if norm else None
    )


def _notes(records: Sequence[WorkRecord], longest: dict[tuple[date, str], timedelta]) -> Iterator[Note]:
    several: dict[tuple[date, str], int] = defaultdict(int)
    for record in records:
        several[record.day, record.person] += 1
    for (day, person), count in sorted(several.items()):
        if count > rules().tasks_a_day:
            yield Note(person, day, "too-many-tasks", "warning", count)
    for (day, person), spent in sorted(longest.items()):
        hours = spent / timedelta(hours=1)
        if hours > rules().hours_a_day:
            yield Note(person, day, "too-many-hours", "error", round(hours, 2))


def _acts(conn: Connection, since: date, until: date, person: str | None) -> Iterator[_Act]:
    """Yield every recorded act of those days: events, and files received."""
    begin, end = begin_of(since), begin_of(until + timedelta(days=1))
    event, file, batch = schema.event.c, schema.source_file.c, schema.batch.c
    # Ids begin with the moment of their making: the key alone finds the days.
    wanted = and_(event.id >= _id_at(begin), event.id < _id_at(end), event.at >= begin, event.at < end)
    query = select(event.actor, event.at, event.kind, event.payload).where(wanted)
    for row in conn.execute(query.where(event.actor == person) if person is not None else query):
        payload = json.loads(row.payload)
        task = task_of(row.kind, payload.get("round"))
        yield _Act(row.actor, row.at, task, 1)
    scanned = (
        select(batch.created_by, file.received_at, file.pages)
        .join_from(schema.source_file, schema.batch, batch.id == file.batch_id)
        .where(file.id >= _id_at(begin), file.id < _id_at(end), file.pages > 0)
    )
    for came in conn.execute(scanned.where(batch.created_by == person) if person is not None else scanned):
        yield _Act(came.created_by, came.received_at, tasks()["scan"], came.pages)


def _id_at(moment: datetime) -> str:
    """Return the least id that can have been made at `moment` (`catalog.identifiers.new_id`)."""
    return f"{int(moment.timestamp() * 1000) << 80:032x}"


# --- contracts ----------------------------------------------------------------------------------------


def agree(
    conn: Connection,
    scope: Scope,
    contract: str,
    task: str,
    volume: int,
    *,
    starts_on: date,
    ends_on: date,
    fonds: str | None = None,
) -> None:
    """Write down how much of a task a contract asks for (of one fonds, or of all); again: this is so now.

    Raises:
        ContractInvalid: no such task, no volume, or it ends before it starts.
        FondsNotFound, NotAllowed: as they say.
    """
    scope.require(Role.ADMINISTRATOR)
    if task not in tasks() or volume < 1 or ends_on < starts_on or not contract.strip():
        raise ContractInvalid("a contract has a name, a known task, a volume, and ends after it starts")
    place = find_fonds(conn, scope, fonds).id if fonds is not None else None
    table = schema.contract_volume
    lock_subject(conn, "contracts")
    same = and_(
        table.c.name == contract,
        table.c.task == task,
        table.c.fonds_id == place if place is not None else table.c.fonds_id.is_(None),
    )
    said = {"volume": volume, "starts_on": starts_on, "ends_on": ends_on}
    if conn.execute(table.update().where(same).values(**said)).rowcount == 0:
        conn.execute(table.insert().values(id=new_id(), name=contract, task=task, fonds_id=place, **said))


def progress(conn: Connection, scope: Scope, *, today: date) -> list[Progress]:
    """Return how far every contract is, by name and task.

    Raises:
        NotAllowed: the one who asks does not keep the whole archive.
    """
    if not scope.may_everywhere(Role.ARCHIVIST):
        raise NotAllowed(f"{scope.actor} does not keep the whole archive")
    table = schema.contract_volume
    found = []
    for row in conn.execute(select(table).order_by(table.c.name, table.c.task, table.c.fonds_id)).all():
        days = (row.ends_on - row.starts_on).days + 1
        gone = min(max((today - row.starts_on).days + 1, 0), days)
        found.append(
            Progress(
                row.name,
                row.fonds_id,
                tasks()[row.task],
                row.volume,
                _done(conn, row.task, row.fonds_id),
                row.starts_on,
                row.ends_on,
                row.volume * gone / days,
            )
        )
    return found


def _done(conn: Connection, task: str, fonds: FondsId | None) -> int:
    """Return how much of a task is done, as the records stand: work that was sent back counts no longer."""
    document, dossier, checking = schema.document.c, schema.dossier.c, schema.checking.c
    page, item, lot = schema.page.c, schema.quality_item.c, schema.quality_lot.c
    of_document = [document.fonds_id == fonds] if fonds is not None else []
    of_dossier = [dossier.fonds_id == fonds] if fonds is not None else []
    checked = select(func.count()).join_from(
        schema.checking, schema.document, document.id == checking.document_id
    )
    judged = (
        select(func.count(item.document_id.distinct()))
        .join_from(schema.quality_item, schema.quality_lot, lot.id == item.lot_id)
        .join(schema.document, document.id == item.document_id)
        .where(item.state != "waiting", *of_document)
    )
    match task:
        case "scan":
            query = select(func.count()).join_from(
                schema.page, schema.document, document.id == page.document_id
            )
            query = query.where(page.set_apart.is_(None), *of_document)
        case "arrange":
            query = select(func.count()).where(document.state != "empty", *of_document)
        case "entry":
            query = checked.where(checking.state.in_(("entered", "controlled")), *of_document)
        case "control-1":
            query = judged.where(lot.round == 1)
        case "control-2":
            query = judged.where(lot.round == 2)
        case "correct":
            query = select(func.count(schema.reading.c.page_id.distinct()))
            query = query.join_from(schema.reading, schema.page, page.id == schema.reading.c.page_id)
            query = query.join(schema.document, document.id == page.document_id)
            query = query.where(schema.reading.c.source == "person", *of_document)
        case "dossier":
            query = select(func.count()).where(dossier.state.in_(("checked", "signed-off")), *of_dossier)
        case _:
            query = select(func.count()).where(dossier.state == "signed-off", *of_dossier)
    return conn.execute(query).scalar_one()
