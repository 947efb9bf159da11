"""Claims: who is at what, in which order, and that nobody is at it twice."""

import threading
from collections import Counter
from datetime import timedelta

import pytest

from catalog import batch, schema, source_file, work
from catalog.access import NotAllowed
from catalog.identifiers import SourceFileId
from catalog.instants import now
from catalog.register import Register
from catalog.work import Claim, ClaimLost, Stage
from tests.catalog.archive import SYSTEM, Office, admitted, arrive, do, opened, take, work_off

TABLES = {
    Stage.OPEN: schema.source_file,
    Stage.LOOK: schema.page,
    Stage.ADMIT: schema.source_file,
    Stage.DESCRIBE: schema.description,
    Stage.BIND: schema.document,
}


def lapse(register: Register, claim: Claim) -> None:
    """Let the lease of a claim end."""
    table = TABLES[claim.stage]
    with register.write() as conn:
        conn.execute(
            table.update().where(table.c.id == claim.id).values(claimed_until=now() - timedelta(seconds=1))
        )


def let_wait_end(register: Register, claim: Claim) -> None:
    """Let the pause after a failure end."""
    table = TABLES[claim.stage]
    with register.write() as conn:
        conn.execute(table.update().where(table.c.id == claim.id).values(not_before=None))


def claim_of(register: Register, owner: str = "w") -> Claim | None:
    with register.write() as conn:
        return work.claim(conn, SYSTEM, owner=owner)


def test_an_empty_archive_has_no_work(register: Register) -> None:
    with register.write() as conn:
        assert work.claim(conn, SYSTEM, owner="w") is None
        assert not work.any_free(conn, SYSTEM)


def test_what_is_nearest_to_being_found_goes_first(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        first, second = arrive(conn, lot, "a.pdf"), arrive(conn, lot, "b.pdf")

    order = []
    for _ in range(10):
        claim = claim_of(office.register)
        assert claim is not None
        order.append(claim.stage.value)
        with office.register.write() as conn:
            do(conn, claim)

    assert order == ["open", "look", "admit"] * 2 + ["describe"] * 2 + ["bind"] * 2
    assert first < second


def test_older_work_goes_first(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        came = [arrive(conn, lot, f"{n}.pdf") for n in range(5)]

    claims = [claim_of(office.register) for _ in came]

    assert [claim.id for claim in claims if claim] == came


def test_a_file_is_looked_at_page_by_page(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
        opened(conn, take(conn, Stage.OPEN), 30)

    with office.register.write() as conn:
        wanted = [take(conn, Stage.LOOK).id for _ in range(30)]
    with office.register.read() as conn:
        pages = schema.page.c
        in_order = conn.execute(schema.page.select().order_by(pages.image_index)).all()

    assert wanted == [row.id for row in in_order]


def test_a_batch_put_before_others_goes_first_whatever_its_stage(office: Office) -> None:
    with office.register.write() as conn:
        usual, urgent = office.batch(conn), office.batch(conn)
        arrive(conn, usual, "a.pdf")
        opened(conn, take(conn, Stage.OPEN))
        late = arrive(conn, urgent, "b.pdf")
        batch.prioritise(conn, office.archivist, urgent.id, 5)

    claim = claim_of(office.register)

    assert claim == Claim(Stage.OPEN, late, "w", 1)


def test_a_batch_put_first_keeps_its_place_at_every_stage(office: Office) -> None:
    with office.register.write() as conn:
        usual, urgent = office.batch(conn), office.batch(conn, priority=3)
        arrive(conn, usual, "a.pdf")
        arrive(conn, urgent, "b.pdf")

    order = []
    while claim := claim_of(office.register):
        with office.register.write() as conn:
            do(conn, claim)
        with office.register.read() as conn:
            told = batch.ledger(conn, SYSTEM, urgent.id)
        left = told.files_to_open + told.pages_to_read + told.files_to_admit
        order.append(left + told.documents_to_describe + told.documents_to_bind == 0)

    assert order == [False] * 4 + [True] * 6


def test_a_claimed_row_is_nobody_elses(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")

    first, second = claim_of(office.register, "a"), claim_of(office.register, "b")

    assert first is not None
    assert second is None


def test_a_lapsed_claim_goes_to_the_next_and_the_late_one_records_nothing(office: Office) -> None:
    with office.register.write() as conn:
        file = arrive(conn, office.batch(conn), "a.pdf")
    late = claim_of(office.register, "a")
    assert late is not None
    lapse(office.register, late)
    next_one = claim_of(office.register, "b")

    with pytest.raises(ClaimLost), office.register.write() as conn:
        opened(conn, late, 7)
    with office.register.write() as conn:
        assert next_one is not None
        opened(conn, next_one, 2)

    with office.register.read() as conn:
        assert source_file.get(conn, SYSTEM, file).pages == 2


def test_the_late_one_loses_even_where_the_next_bears_the_same_name(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
    late = claim_of(office.register)
    assert late is not None
    lapse(office.register, late)
    claim_of(office.register)

    with pytest.raises(ClaimLost), office.register.write() as conn:
        work.finish(conn, SYSTEM, late, state="refused")


@pytest.mark.parametrize("act", ["fail", "retake"])
def test_the_late_one_can_neither_fail_nor_retake(office: Office, act: str) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
    late = claim_of(office.register, "a")
    assert late is not None
    lapse(office.register, late)
    claim_of(office.register, "b")

    with pytest.raises(ClaimLost), office.register.write() as conn:
        getattr(work, act)(conn, SYSTEM, late)


def test_nothing_is_done_twice(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
    claim = claim_of(office.register)
    assert claim is not None
    with office.register.write() as conn:
        opened(conn, claim)

    with pytest.raises(ClaimLost), office.register.write() as conn:
        opened(conn, claim)


def test_a_renewed_claim_does_not_lapse(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
    claim = claim_of(office.register, "a")
    assert claim is not None
    lapse(office.register, claim)

    with office.register.write() as conn:
        renewed = work.renew(conn, SYSTEM, "a")

    assert renewed == 1
    assert claim_of(office.register, "b") is None


def test_renewing_holds_what_is_ones_own_alone(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
    claim = claim_of(office.register, "a")
    assert claim is not None
    lapse(office.register, claim)

    with office.register.write() as conn:
        renewed = work.renew(conn, SYSTEM, "b")

    assert renewed == 0
    assert claim_of(office.register, "b") is not None


def test_a_failed_task_waits_twice_as_long_each_time_and_then_for_a_person(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")

    again, pauses = [], []
    for _ in range(work.MOST_FAILURES):
        claim = claim_of(office.register)
        assert claim is not None
        with office.register.write() as conn:
            before = now()
            again.append(work.fail(conn, SYSTEM, claim))
            row = conn.execute(schema.source_file.select()).one()
            pauses.append((row.not_before - before).total_seconds())
        assert claim_of(office.register) is None
        let_wait_end(office.register, claim)

    assert again == [True] * (work.MOST_FAILURES - 1) + [False]
    assert [round(pause / 5) for pause in pauses] == [1, 2, 4, 8, 16]


def test_a_task_that_an_outage_failed_a_hundred_times_goes_on_soon_after_it(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
        conn.execute(schema.source_file.update().values(failures=100))
    claim = claim_of(office.register)
    assert claim is not None

    with office.register.write() as conn:
        before = now()
        work.fail(conn, SYSTEM, claim)
        row = conn.execute(schema.source_file.select()).one()

    assert row.not_before - before < work.LONGEST_WAIT + timedelta(seconds=5)


def test_a_task_that_failed_for_good_is_retaken_to_say_so(office: Office) -> None:
    with office.register.write() as conn:
        file = arrive(conn, office.batch(conn), "a.pdf")
    claim = claim_of(office.register)
    assert claim is not None

    with office.register.write() as conn:
        work.fail(conn, SYSTEM, claim)
        taken = work.retake(conn, SYSTEM, claim)
        work.finish(conn, SYSTEM, taken, state="held", code="engine-broke", reason="it broke")

    with office.register.read() as conn:
        assert source_file.get(conn, SYSTEM, file).state == "held"


def test_success_wipes_failures_away(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
        claim = take(conn, Stage.OPEN)
        work.fail(conn, SYSTEM, claim)
    let_wait_end(office.register, claim)
    with office.register.write() as conn:
        opened(conn, take(conn, Stage.OPEN))

        row = conn.execute(schema.source_file.select()).one()

    assert (row.failures, row.not_before, row.owner, row.claimed_until) == (0, None, None, None)


def test_the_claims_of_the_dead_are_freed_and_no_others(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        for n in range(4):
            arrive(conn, lot, f"{n}.pdf")
        for owner in ("pc:home1:1", "pc:home1:2", "PC:HOME1:3", "pc:home12:4"):
            work.claim(conn, SYSTEM, owner=owner)

    with office.register.write() as conn:
        freed = work.release_all(conn, SYSTEM, owner_prefix="pc:home1:")
        left = {row.owner for row in conn.execute(schema.source_file.select())}

    assert freed == 2
    assert left == {None, "PC:HOME1:3", "pc:home12:4"}


@pytest.mark.parametrize("prefix", ["%", "_", "p_", "pc%"])
def test_a_prefix_is_taken_by_the_letter(office: Office, prefix: str) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
        work.claim(conn, SYSTEM, owner="pc:home")

        freed = work.release_all(conn, SYSTEM, owner_prefix=prefix)

    assert freed == 0


def test_one_who_was_declared_dead_and_lives_records_nothing(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
        claim = take(conn, Stage.OPEN)
    with office.register.write() as conn:
        work.release_all(conn, SYSTEM, owner_prefix="")

    with pytest.raises(ClaimLost), office.register.write() as conn:
        opened(conn, claim)


def test_a_death_is_not_counted_against_the_page(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")

    for _ in range(work.MOST_FAILURES + 2):
        with office.register.write() as conn:
            take(conn, Stage.OPEN)
            work.release_all(conn, SYSTEM, owner_prefix="")

    with office.register.read() as conn:
        assert conn.execute(schema.source_file.select()).one().failures == 0


def test_waiting_counts_each_stage(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        for n in range(3):
            arrive(conn, lot, f"{n}.pdf")
        opened(conn, take(conn, Stage.OPEN), 4)

    with office.register.read() as conn:
        counted = work.waiting(conn, office.reader)

    assert counted == {Stage.OPEN: 2, Stage.LOOK: 4, Stage.ADMIT: 0, Stage.DESCRIBE: 0, Stage.BIND: 0}


def test_only_the_service_takes_work(office: Office) -> None:
    with office.register.write() as conn:
        for ask in (
            lambda: work.claim(conn, office.archivist, owner="w"),
            lambda: work.any_free(conn, office.archivist),
            lambda: work.renew(conn, office.archivist, "w"),
            lambda: work.release_all(conn, office.archivist, owner_prefix=""),
        ):
            with pytest.raises(NotAllowed):
                ask()


def test_many_claimers_never_get_the_same_row(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        for n in range(40):
            arrive(conn, lot, f"{n}.pdf")
    taken: list[str] = []
    faults: list[BaseException] = []
    start = threading.Barrier(4)

    def claim_all(owner: str) -> None:
        try:
            start.wait(10)
            while len(taken) < 40:
                if claim := claim_of(office.register, owner):
                    taken.append(claim.id)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=claim_all, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert not faults
    assert [name for name, times in Counter(taken).items() if times > 1] == []
    assert len(taken) == 40


def test_a_claimer_passes_by_rows_that_another_is_just_taking(server_register: Register) -> None:
    from tests.catalog.archive import make_office

    office = make_office(server_register)
    with server_register.write() as conn:
        lot = office.batch(conn)
        first, second = arrive(conn, lot, "a.pdf"), arrive(conn, lot, "b.pdf")

    with server_register.write() as one, server_register.write() as other:
        got = take(one, Stage.OPEN, owner="a"), take(other, Stage.OPEN, owner="b")

    assert [claim.id for claim in got] == [first, second]


def test_all_of_it_is_done_in_the_end(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        for n in range(3):
            arrive(conn, lot, f"{n}.pdf")

    tasks = work_off(office.register, pages=2)

    assert tasks == 3 * (1 + 2 + 1 + 1 + 1)


def test_an_admitted_file_is_no_work_any_more(office: Office) -> None:
    with office.register.write() as conn:
        file = arrive(conn, office.batch(conn), "a.pdf")
        opened(conn, take(conn, Stage.OPEN))
        do(conn, take(conn, Stage.LOOK))
        admitted(conn, take(conn, Stage.ADMIT))

    with office.register.read() as conn:
        found = source_file.get(conn, SYSTEM, SourceFileId(file))

    assert (found.state, found.quay_name, found.object_key) == ("done", None, found.sha256)


def test_a_result_for_a_column_that_is_none_is_refused(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
        claim = take(conn, Stage.OPEN)

        with pytest.raises(ValueError, match="stat"):
            work.finish(conn, SYSTEM, claim, stat="held")
