import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.geometry import Turn

turns = st.builds(
    Turn,
    width=st.integers(1, 3000),
    height=st.integers(1, 3000),
    rotation=st.sampled_from([0, 90, 180, 270]),
    skew=st.floats(-15, 15),
)
points = st.lists(st.tuples(st.floats(-100, 3100), st.floats(-100, 3100)), min_size=1, max_size=5)


@given(turns, points)
def test_there_and_back_again_is_where_it_was(turn: Turn, places: list[tuple[float, float]]) -> None:
    master = np.array(places, np.float64)

    back = turn.to_master(turn.to_upright(master))

    assert np.allclose(back, master, atol=1e-6)


@given(turns, points)
def test_back_and_there_again_is_where_it_was(turn: Turn, places: list[tuple[float, float]]) -> None:
    upright = np.array(places, np.float64)

    there = turn.to_upright(turn.to_master(upright))

    assert np.allclose(there, upright, atol=1e-6)


@given(turns)
def test_no_corner_of_the_master_is_lost(turn: Turn) -> None:
    corners = np.array([(x, y) for x in (0, turn.width) for y in (0, turn.height)], np.float64)

    upright = turn.to_upright(corners)

    assert (upright >= -1e-6).all()
    assert (upright <= np.array(turn.upright_size) + 1e-6).all()


@given(turns, st.tuples(*[st.floats(-200, 3200)] * 4))
def test_a_box_on_the_master_always_lies_inside_it_and_is_not_empty(
    turn: Turn, box: tuple[float, float, float, float]
) -> None:
    x0, y0, x1, y1 = turn.box_to_master(box)

    assert 0 <= x0 < x1 <= turn.width
    assert 0 <= y0 < y1 <= turn.height


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, -7.3, 4.1])
def test_the_picture_goes_where_the_points_go(rotation: int, skew: float) -> None:
    master = np.full((300, 500), 255, np.uint8)
    master[40:60, 410:430] = 0
    turn = Turn(500, 300, rotation, skew)

    upright = turn.apply(master)

    assert (upright.shape[1], upright.shape[0]) == turn.upright_size
    rows, columns = np.nonzero(upright < 128)
    seen = np.array([columns.mean() + 0.5, rows.mean() + 0.5])
    expected = turn.to_upright(np.array([(420.0, 50.0)], np.float64))[0]
    assert np.allclose(seen, expected, atol=0.5)


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [(0, (10, 20, 30, 25)), (90, (20, 270, 25, 290)), (180, (470, 275, 490, 280)), (270, (475, 10, 480, 30))],
)
def test_a_box_without_skew_keeps_its_size_to_the_pixel(
    rotation: int, expected: tuple[int, int, int, int]
) -> None:
    turn = Turn(500, 300, rotation)

    assert turn.box_to_master((10, 20, 30, 25)) == expected


def test_clockwise_is_clockwise() -> None:
    right_of_centre = np.array([(400.0, 150.0)])

    quarter = Turn(500, 300, 90).to_upright(right_of_centre)[0]
    leaning = Turn(500, 300, 0, 5.0)
    lower = leaning.to_upright(right_of_centre)[0]

    assert quarter[1] > 250  # from the right edge to the bottom
    assert lower[1] > leaning.upright_size[1] / 2


@pytest.mark.parametrize(("rotation", "skew"), [(45, 0.0), (-90, 0.0), (0, 45.0), (0, float("nan"))])
def test_a_turn_that_no_page_takes_cannot_be_built(rotation: int, skew: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        Turn(10, 10, rotation, skew)
