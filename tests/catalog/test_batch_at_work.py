"""Whether a batch is at work: some task of it waits or is in hand."""

import pytest

from catalog import batch, schema, work
from catalog.access import NOBODY, NotAllowed
from catalog.work import Stage
from tests.catalog.archive import SYSTEM, Office, arrive, do


def test_a_batch_has_tasks_from_its_first_file_until_the_last_is_done(office: Office) -> None:
    with office.register.write() as conn:
        lot, other = office.batch(conn), office.batch(conn)
        arrive(conn, lot, "a.pdf")

    has = []
    while True:
        with office.register.write() as conn:
            has.append([work.any_of_batch(conn, office.archivist, each.id) for each in (lot, other)])
            claim = work.claim(conn, SYSTEM, owner="w")
            if claim is None:
                break
            do(conn, claim)

    assert has == [[True, False]] * 5 + [[False, False]]


@pytest.mark.parametrize("stage", list(Stage))
def test_a_task_of_any_stage_is_one_of_its_batch(office: Office, stage: Stage) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        arrive(conn, lot, "a.pdf")
        while True:
            has = work.any_of_batch(conn, office.reader, lot.id)
            claim = work.claim(conn, SYSTEM, owner="w")
            if claim is None or claim.stage is stage:
                break
            do(conn, claim)
        if claim is not None and stage is Stage.DESCRIBE:  # the document waits to be bound, too
            conn.execute(schema.document.update().values(state="bound"))
            has = work.any_of_batch(conn, office.reader, lot.id)

    assert (has, claim is not None) == (True, True)


def test_whether_a_batch_is_at_work_is_told_to_those_who_may_see_it(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        arrive(conn, lot, "a.pdf")

        assert batch.at_work(conn, office.archivist, lot.id)
        for other in (office.reader, office.stranger):
            with pytest.raises(batch.BatchNotFound):
                batch.at_work(conn, other, lot.id)
        with pytest.raises(NotAllowed):
            work.any_of_batch(conn, NOBODY, lot.id)
