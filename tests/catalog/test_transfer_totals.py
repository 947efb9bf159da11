"""Whatever is decided, in whatever order: minutes are made only of totals that add up."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import schema, transfer_acceptance, transfer_decision, transfer_totals
from catalog.instants import today
from catalog.inventory import COUNTED, NOTHING, Counts
from catalog.register import Register
from catalog.transfer_decision import Said
from catalog.transfer_item import Decision
from catalog.transfer_totals import TotalsDiffer, TransferNotDecided, tally
from tests.catalog.archive import SYSTEM, make_office
from tests.catalog.handing import dossiers, drafted, receiver, sealed

COUNTS = st.builds(Counts, st.just(1), st.integers(0, 40), st.integers(0, 900), st.integers(0, 500))
DECISION = st.sampled_from(Decision)
DECIDED = st.lists(st.tuples(st.none() | DECISION, COUNTS), max_size=40)


def summed(counts: Sequence[Counts]) -> Counts:
    return sum(counts, NOTHING)


@given(DECIDED)
def test_announced_is_the_sum_of_all_decisions_for_every_count(
    decided: list[tuple[Decision | None, Counts]],
) -> None:
    announced = summed([counts for _decision, counts in decided])

    total = tally(announced, decided)

    for name in COUNTED:
        parts = [getattr(total.of(decision), name) for decision in Decision]
        assert sum(parts) + getattr(total.undecided, name) == getattr(announced, name)
    assert total.add_up == all(decision is not None for decision, _counts in decided)


@given(DECIDED, DECIDED)
def test_totals_of_anything_else_than_what_was_announced_are_refused(
    decided: list[tuple[Decision | None, Counts]], other: list[tuple[Decision | None, Counts]]
) -> None:
    announced = summed([counts for _decision, counts in other])
    total = tally(announced, decided)
    found = summed([counts for _decision, counts in decided])

    if any(decision is None for decision, _counts in decided):
        with pytest.raises(TransferNotDecided):
            total.require()
    elif found != announced:
        with pytest.raises(TotalsDiffer):
            total.require()
    else:
        assert total.require() is total


@given(DECIDED.filter(bool), st.data())
def test_no_dossier_can_be_lost_doubled_or_changed_on_the_way(
    decided: list[tuple[Decision | None, Counts]], data: st.DataObject
) -> None:
    whole = [(decision or Decision.MISSING, counts) for decision, counts in decided]
    announced = summed([counts for _decision, counts in whole])
    at = data.draw(st.integers(0, len(whole) - 1))
    decision, counts = whole[at]
    spoilt = data.draw(
        st.sampled_from(
            [
                [*whole[:at], *whole[at + 1 :]],
                [*whole, whole[at]],
                [*whole[:at], (decision, counts + Counts(0, 0, 1, 0)), *whole[at + 1 :]],
            ]
        )
    )

    with pytest.raises(TotalsDiffer):
        tally(announced, spoilt).require()


STEPS = st.lists(st.tuples(st.integers(0, 3), DECISION), max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.lists(COUNTS, min_size=4, max_size=4), steps=STEPS)
def test_decisions_in_any_order_conclude_only_when_they_add_up(
    counts: list[Counts], steps: list[tuple[int, Decision]], migrated_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "register.db"
    file.write_bytes(migrated_file.read_bytes())
    register = Register(f"sqlite:///{file}")
    office = make_office(register)
    found = drafted(office, dossiers(office, 4))
    there = sealed(office, found.id, counts)
    last: dict[int, Decision] = {}

    for at, decision in steps:
        reason = "" if decision is Decision.ACCEPTED else "lý do"
        day = today() + timedelta(days=1) if decision is Decision.RESERVED else None
        with register.write() as conn:
            said = {there[at].id: Said(decision, reason, day)}
            transfer_decision.decide(conn, receiver(office), found.id, said)
        last[at] = decision

    with register.read() as conn:
        total = transfer_totals.totals(conn, SYSTEM, found.id)
    assert total.announced == summed(counts)
    for decision in Decision:
        mine = [counts[at] for at, one in last.items() if one is decision]
        assert total.of(decision) == summed(mine)
    with register.write() as conn:
        if len(last) < 4:
            with pytest.raises(TransferNotDecided):
                transfer_acceptance.conclude(conn, receiver(office), found.id)
        else:
            transfer_acceptance.conclude(conn, receiver(office), found.id)
    register.close()


def test_a_register_that_was_tampered_with_makes_no_minutes(migrated_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "register.db"
    file.write_bytes(migrated_file.read_bytes())
    register = Register(f"sqlite:///{file}")
    office = make_office(register)
    found = drafted(office, dossiers(office, 2))
    there = sealed(office, found.id)

    with register.write() as conn:
        transfer_decision.decide_rest(conn, receiver(office), found.id)
        mine = schema.transfer_item.c.id == there[0].id
        conn.execute(schema.transfer_item.update().where(mine).values(pages=7))

        with pytest.raises(TotalsDiffer, match="pages=8"):
            transfer_acceptance.conclude(conn, receiver(office), found.id)
    register.close()
