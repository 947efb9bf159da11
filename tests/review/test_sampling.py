"""The draw that an auditor can repeat, and the plan that says how much is drawn."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.sampling import LimitUnknown, draw, limits, plan_for

names = st.lists(st.text("0123456789abcdef", min_size=1, max_size=8), unique=True, max_size=40)


@given(names, st.integers(0, 50), st.text(max_size=8))
def test_a_draw_is_the_same_whatever_the_order_and_draws_nothing_twice(
    lot: list[str], sample: int, seed: str
) -> None:
    drawn = draw(lot, sample, seed)

    assert drawn == draw(reversed(lot), sample, seed)
    assert len(drawn) == len(set(drawn)) == min(sample, len(lot))
    assert set(drawn) <= set(lot)


def test_a_draw_is_repeated_with_nothing_but_sha_256() -> None:
    lot = [f"{number:032x}" for number in range(200)]

    by_hand = sorted(lot, key=lambda name: hashlib.sha256(f"mồi:{name}".encode()).hexdigest())[:20]

    assert draw(lot, 20, "mồi") == by_hand
    assert draw(lot, 20, "khác") != by_hand


@pytest.mark.parametrize(
    ("documents", "limit", "sample", "acceptance"),
    [
        (1, None, 1, 0),
        (4, None, 4, 0),
        (100, None, 20, 1),
        (500, None, 50, 3),
        (500, "1.0", 50, 1),
        (1000, "4.0", 80, 7),
        (10_000, None, 200, 10),
    ],
)
def test_a_plan_says_how_many_are_looked_at_and_how_many_may_be_faulty(
    documents: int, limit: str | None, sample: int, acceptance: int
) -> None:
    plan = plan_for(documents, limit)

    assert (plan.sample, plan.acceptance) == (sample, acceptance)
    assert plan.unverified, "until somebody compared the table with the standard"


@pytest.mark.parametrize("limit", limits())
def test_larger_lots_never_have_smaller_samples(limit: str) -> None:
    plans = [plan_for(documents, limit) for documents in (1, 8, 15, 25, 50, 90, 150, 280, 500, 1200, 150_000)]

    assert [plan.sample for plan in plans] == sorted(plan.sample for plan in plans)
    assert [plan.acceptance for plan in plans] == sorted(plan.acceptance for plan in plans)


def test_there_is_no_plan_for_a_limit_that_nobody_wrote_down() -> None:
    with pytest.raises(LimitUnknown):
        plan_for(100, "3.3")
    with pytest.raises(LimitUnknown):
        plan_for(10_000_000)
