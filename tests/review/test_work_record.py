"""Work records: counted from the acts that the register keeps, by person, task and day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection

from catalog import event, schema
from catalog.access import NotAllowed, Role, Scope
from catalog.instants import today
from luutru.errors import InvalidInput
from review import quality, work_record
from review.task import rules, task_of, tasks
from review.work_record import ContractInvalid
from tests.catalog.archive import SYSTEM, Office, scope_of
from tests.catalog.arranged import stack
from tests.review.team import archivist, control, enter

DAY = date(2026, 3, 2)


def happened(conn: Connection, who: str, kind: str, *at: datetime, **payload: object) -> None:
    """Record acts of the past."""
    for moment in at:
        identifier = event.record(conn, Scope(who, None, frozenset()), kind, "document:x", payload)
        conn.execute(
            schema.event.update()
            .where(schema.event.c.id == identifier)
            .values(at=moment, id=f"{int(moment.timestamp() * 1000):012x}{identifier[12:]}")
        )


def clock(hours: int, minutes: int = 0) -> datetime:
    """Return a time of the day in Vietnam."""
    return datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC) + timedelta(hours=hours - 7, minutes=minutes)


def test_what_was_done_is_counted_by_person_task_and_day(office: Office) -> None:
    with office.register.write() as conn:
        happened(conn, "lan", "document-checked", *(clock(8, minute) for minute in range(0, 60, 5)))
        happened(conn, "lan", "document-controlled", clock(14), clock(14, 10), round=2)
        happened(conn, "hoa", "document-checked", clock(9))

        found = work_record.report(conn, SYSTEM, DAY, DAY)

    assert [(each.person, each.task.code, each.done, each.hours) for each in found.records] == [
        ("hoa", "entry", 1, 0.0),
        ("lan", "control-2", 2, 0.17),
        ("lan", "entry", 12, 0.92),
    ]
    assert found.notes == ()


def test_a_day_is_a_day_in_vietnam(office: Office) -> None:
    with office.register.write() as conn:
        happened(conn, "lan", "document-checked", clock(0, 1), clock(23, 59))

        counts = [
            sum(each.done for each in work_record.report(conn, SYSTEM, day, day).records)
            for day in (DAY - timedelta(days=1), DAY, DAY + timedelta(days=1))
        ]

    assert counts == [0, 2, 0]


def test_a_pause_is_no_work(office: Office) -> None:
    with office.register.write() as conn:
        happened(conn, "lan", "document-checked", clock(8), clock(8, 10), clock(13), clock(13, 5))

        (found,) = work_record.report(conn, SYSTEM, DAY, DAY).records

    assert found.hours == 0.25


def test_too_many_tasks_are_a_warning_and_too_many_hours_an_error(office: Office) -> None:
    kinds = [
        "document-checked",
        "document-split",
        "reading-corrected",
        "dossier-checked",
        "dossier-signed-off",
    ]
    with office.register.write() as conn:
        for number, kind in enumerate(kinds):
            happened(conn, "lan", kind, clock(8, number))
        begin = clock(1)
        happened(
            conn, "máy", "document-checked", *(begin + timedelta(minutes=10 * step) for step in range(6 * 15))
        )

        found = work_record.report(conn, SYSTEM, DAY, DAY)

    assert [(note.person, note.code, note.severity) for note in found.notes] == [
        ("lan", "too-many-tasks", "warning"),
        ("máy", "too-many-hours", "error"),
    ]
    assert (rules().tasks_a_day, rules().hours_a_day) == (4, 14)


def test_what_people_really_do_is_counted(office: Office) -> None:
    lan, hoa = archivist(office, "lan"), archivist(office, "hoa")
    here = stack(office, pages=(2, 1))
    with office.register.write() as conn:
        enter(conn, lan, *here.documents)
        control(conn, hoa, quality.open_lot(conn, lan, 1, dossier=here.dossier))

        found = work_record.report(conn, SYSTEM, today(), today())

    assert {(each.person, each.task.code, each.done) for each in found.records} == {
        ("luutru", "scan", 3),
        ("lan", "entry", 2),
        ("hoa", "control-1", 2),
    }


def test_one_is_told_of_ones_own_work_and_the_head_of_the_archive_of_everybodys(office: Office) -> None:
    lan = archivist(office, "lan")
    with office.register.write() as conn:
        happened(conn, "lan", "document-checked", clock(8))
        happened(conn, "hoa", "document-checked", clock(8))

        own = work_record.report(conn, lan, DAY, DAY)
        with pytest.raises(NotAllowed):
            work_record.report(conn, lan, DAY, DAY, person="hoa")
        with pytest.raises(NotAllowed):
            work_record.report(conn, office.reader, DAY, DAY)
        everybody = work_record.report(
            conn, Scope("trưởng", None, frozenset(), True, frozenset({(Role.ARCHIVIST, None)})), DAY, DAY
        )

    assert [each.person for each in own.records] == ["lan"]
    assert [each.person for each in everybody.records] == ["hoa", "lan"]


@pytest.mark.parametrize("days", [-1, work_record.MOST_DAYS])
def test_a_report_is_of_some_days(office: Office, days: int) -> None:
    with pytest.raises(InvalidInput), office.register.read() as conn:
        work_record.report(conn, SYSTEM, DAY, DAY + timedelta(days=days))


def test_every_task_has_a_unit_and_no_act_counts_as_two() -> None:
    assert {task.unit for task in tasks().values()} <= {"hồ sơ", "văn bản", "trang", "hộp"}
    kinds = [(kind, task.round) for task in tasks().values() for kind in task.events]
    assert len(kinds) == len(set(kinds))
    assert task_of("document-controlled", 2) == tasks()["control-2"]
    assert task_of("viewed", None) is None


def test_a_contract_is_measured_against_what_is_done_and_against_the_calendar(office: Office) -> None:
    here = stack(office, pages=(1,) * 4)
    with office.register.write() as conn:
        enter(conn, office.archivist, *here.documents[:3])
        first, last = today() - timedelta(days=4), today() + timedelta(days=5)
        for volume in (100, 40):
            work_record.agree(
                conn, SYSTEM, "HĐ 12", "entry", volume, starts_on=first, ends_on=last, fonds="ANLAC"
            )

        (found,) = work_record.progress(conn, SYSTEM, today=today())

    assert (found.contract, found.task.code, found.volume, found.done) == ("HĐ 12", "entry", 40, 3)
    assert found.expected == 20.0


def test_every_task_of_a_contract_can_be_measured(office: Office) -> None:
    stack(office)
    with office.register.write() as conn:
        for task in tasks():
            for fonds in (None, "ANLAC"):
                work_record.agree(
                    conn, SYSTEM, "HĐ", task, 9, starts_on=today(), ends_on=today(), fonds=fonds
                )

        found = work_record.progress(conn, SYSTEM, today=today())

    assert len(found) == 2 * len(tasks())
    assert {each.done for each in found if each.task.code == "scan"} == {7}


def test_a_contract_that_cannot_have_been_made_is_refused(office: Office) -> None:
    for task, volume, days in (("entry", 0, 1), ("sing", 9, 1), ("entry", 9, -1)):
        with pytest.raises(ContractInvalid), office.register.write() as conn:
            work_record.agree(
                conn, SYSTEM, "HĐ", task, volume, starts_on=DAY, ends_on=DAY + timedelta(days=days)
            )
    with pytest.raises(NotAllowed), office.register.write() as conn:
        work_record.agree(conn, scope_of(Role.ARCHIVIST), "HĐ", "entry", 9, starts_on=DAY, ends_on=DAY)
    with pytest.raises(NotAllowed), office.register.read() as conn:
        work_record.progress(conn, office.archivist, today=DAY)
