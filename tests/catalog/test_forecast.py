"""Forecasts: honest about what moves, what stands still, and what nobody can tell."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from catalog.forecast import STAGES, Forecast, Stage, forecast

TODAY = date(2026, 11, 26)


def told(
    announced: int, done: tuple[int, ...], weekly: tuple[float, ...], deadline: date | None = None
) -> Forecast:
    return forecast(
        announced,
        dict(zip(STAGES, done, strict=True)),
        dict(zip(STAGES, weekly, strict=True)),
        deadline=deadline,
        today=TODAY,
    )


def test_the_slowest_stage_says_when_all_is_through() -> None:
    found = told(100, (100, 100, 60, 60, 60), (0, 0, 10, 20, 20))

    assert found.finish == TODAY + timedelta(weeks=4)
    assert not found.at_least


def test_a_stage_that_stands_still_makes_the_forecast_a_lower_bound() -> None:
    found = told(100, (50, 50, 0, 0, 0), (10, 10, 0, 0, 0))

    assert found.finish == TODAY + timedelta(weeks=5)
    assert found.at_least


def test_where_nothing_moves_nothing_is_foretold() -> None:
    found = told(100, (50, 50, 0, 0, 0), (0, 0, 0, 0, 0), date(2027, 1, 1))

    assert found.finish is None
    assert found.late is None


def test_what_is_through_needs_no_forecast() -> None:
    found = told(10, (10,) * 5, (0,) * 5, date(2026, 1, 1))

    assert (found.finish, found.stuck, found.late, found.needed_weekly) == (None, None, None, None)


def test_it_is_stuck_where_the_pile_takes_longest() -> None:
    found = told(1000, (900, 800, 300, 290, 280), (50, 50, 40, 1, 40))

    assert found.stuck is not None
    assert (found.stuck.stage, found.stuck.waiting) == (Stage.SIGNED_OFF, 500)


def test_a_pile_that_does_not_move_is_worse_than_a_larger_one_that_does() -> None:
    found = told(1000, (1000, 1000, 500, 490, 490), (0, 0, 50, 0, 0))

    assert found.stuck is not None
    assert (found.stuck.stage, found.stuck.waiting) == (Stage.SEALED, 10)


def test_the_deadline_says_whether_it_is_late_and_how_fast_it_would_have_to_go() -> None:
    kept = told(100, (100, 100, 100, 100, 30), (0, 0, 0, 0, 10), TODAY + timedelta(weeks=10))
    late = told(100, (100, 100, 100, 100, 30), (0, 0, 0, 0, 10), TODAY + timedelta(weeks=5))

    assert (kept.late, kept.needed_weekly) == (False, 7.0)
    assert (late.late, late.needed_weekly) == (True, 14.0)


def test_a_deadline_that_is_past_is_late_whatever_moves() -> None:
    assert told(10, (5, 5, 5, 5, 5), (0,) * 5, TODAY - timedelta(days=1)).late is True


@given(
    st.integers(0, 10**9),
    st.tuples(*[st.integers(0, 10**9)] * 5),
    st.tuples(*[st.floats(0, 10**9)] * 5),
    st.none() | st.dates(date(2000, 1, 1), date(2200, 1, 1)),
)
def test_no_figures_break_a_forecast(
    announced: int, done: tuple[int, ...], weekly: tuple[float, ...], deadline: date | None
) -> None:
    found = told(announced, done, weekly, deadline)

    assert found.finish is None or found.finish >= TODAY
    assert found.stuck is None or found.stuck.waiting > 0
