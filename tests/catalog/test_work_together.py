"""Claims of several tasks at once: pages that are looked at together."""

from catalog import work
from catalog.work import Stage
from tests.catalog.archive import SYSTEM, Office, arrive, do, opened, take
from tests.catalog.test_work import let_wait_end


def test_pages_are_taken_together_and_what_is_left_is_shared(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
        opened(conn, take(conn, Stage.OPEN), 10)

    with office.register.write() as conn:
        first = work.claim(conn, SYSTEM, owner="a")
        assert first is not None
        more = work.claim_more(conn, SYSTEM, first, owners=["b", "c", "d"], share=2)
        second = work.claim(conn, SYSTEM, owner="e")
        assert second is not None
        fewer = work.claim_more(conn, SYSTEM, second, owners=["f", "g", "h"], share=2)

    assert [(claim.owner, claim.attempt) for claim in more] == [("b", 1), ("c", 1), ("d", 1)]
    assert [claim.owner for claim in fewer] == ["f", "g"]  # five are left, for two
    assert len({claim.id for claim in (first, *more, second, *fewer)}) == 7


def test_what_failed_is_taken_alone_and_takes_no_other_along(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
        opened(conn, take(conn, Stage.OPEN), 3)
        failed = take(conn, Stage.LOOK)
        work.fail(conn, SYSTEM, failed)
    let_wait_end(office.register, failed)

    with office.register.write() as conn:
        again = work.claim(conn, SYSTEM, owner="a")
        assert again is not None
        with_it = work.claim_more(conn, SYSTEM, again, owners=["b", "c"], share=1)
        other = work.claim(conn, SYSTEM, owner="d")
        assert other is not None
        with_other = work.claim_more(conn, SYSTEM, other, owners=["e", "f"], share=1)

    assert (again.id, again.attempt, with_it) == (failed.id, 2, [])
    assert len(with_other) == 1


def test_files_are_opened_ahead_of_the_pages_that_are_looked_at_together(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        for name in ("a.pdf", "b.pdf", "c.pdf"):
            arrive(conn, lot, name)

    order = []
    with office.register.write() as conn:
        for _ in range(4):
            claim = work.claim(conn, SYSTEM, owner="w", ahead=2)
            assert claim is not None
            order.append(claim.stage)
            if claim.stage is Stage.OPEN:
                do(conn, claim)

    assert order == [Stage.OPEN, Stage.OPEN, Stage.LOOK, Stage.OPEN]
