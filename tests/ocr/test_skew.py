import numpy as np
import pytest

from ocr.skew import MIN_SKEW, Lie, lie
from tests.ocr.pages import LETTER, leaning, printed


@pytest.mark.parametrize("degrees", [-12.0, -3.4, -0.8, 0.5, 2.0, 9.5])
@pytest.mark.parametrize("sideways", [False, True])
def test_the_answer_undoes_the_lean_on_the_glass(degrees: float, sideways: bool) -> None:
    page = leaning(printed(LETTER * 2)[..., 0], degrees)
    if sideways:
        page = np.ascontiguousarray(np.rot90(page))

    answer = lie(page)

    assert answer.skew == pytest.approx(-degrees, abs=0.15)
    assert answer.sideways == sideways


@pytest.mark.parametrize("degrees", [-6.3, -2.5, 1.5, 3.5])
def test_a_dense_page_is_measured_as_well_as_a_sparse_one(degrees: float) -> None:
    page = leaning(printed(LETTER * 5, size=18, pitch=34)[..., 0], degrees)

    assert lie(page).skew == pytest.approx(-degrees, abs=0.15)


@pytest.mark.parametrize("degrees", [-9.5, -2.5, 0.5, 3.4])
@pytest.mark.parametrize("sideways", [False, True])
@pytest.mark.parametrize("off", [-0.2, 0.15])
def test_what_is_known_about_is_measured_exactly(degrees: float, sideways: bool, off: float) -> None:
    page = leaning(printed(LETTER * 3)[..., 0], degrees)
    if sideways:
        page = np.ascontiguousarray(np.rot90(page))

    assert lie(page, about=off - degrees).skew == pytest.approx(lie(page).skew, abs=0.06)


@pytest.mark.parametrize("wrong", [-1.0, 0.4])
def test_where_it_does_not_lean_as_was_said_all_is_searched(wrong: float) -> None:
    page = leaning(printed(LETTER * 3)[..., 0], 2.3)

    assert lie(page, about=wrong - 2.3) == lie(page)


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_least_lean_is_one_whatever_it_was_looked_for_from(sign: int) -> None:
    page = leaning(printed(LETTER * 4)[..., 0], sign * MIN_SKEW)

    assert [lie(page, about=about).skew for about in (None, -sign * 0.3, -sign * 0.25)] == [
        -sign * MIN_SKEW
    ] * 3


def test_a_straight_page_is_left_alone() -> None:
    assert lie(printed()[..., 0]) == Lie()


def test_a_blank_page_is_left_alone() -> None:
    assert lie(np.full((1754, 1240), 250, np.uint8)) == Lie()


def test_a_black_rim_does_not_decide() -> None:
    page = leaning(printed(LETTER * 2)[..., 0], 3.0).copy()
    page[:, :25] = 0
    page[:20] = 0

    assert lie(page).skew == pytest.approx(-3.0, abs=0.15)


def test_grain_alone_is_left_alone() -> None:
    grain = np.random.default_rng(1).integers(222, 239, (1100, 780)).astype(np.uint8)

    assert lie(grain) == Lie()


@pytest.mark.parametrize("size", [(1, 1), (4000, 4), (4, 4000)])
def test_a_page_of_hardly_a_pixel_is_no_error(size: tuple[int, int]) -> None:
    assert lie(np.zeros(size, np.uint8)) == Lie()
