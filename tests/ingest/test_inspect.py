"""What is measured on a page."""

import time

import cv2
import numpy as np
import pytest

from catalog.scan import PageImage
from ingest.inspect import Quality, inspect
from tests.ingest.makers import Pixels, page

MM = 200 / 25.4
"""Pixels in a millimetre of the pages made here."""


def a4(**settings: int) -> Pixels:
    return page(1654, 2339, **settings)


def empty(paper: int = 235, noise: float = 2.0) -> Pixels:
    chance = np.random.default_rng(5)
    return np.clip(paper + chance.normal(0, noise, (2339, 1654)), 0, 255).astype(np.uint8)


def measured(pixels: Pixels, dpi: int = 200) -> Quality:
    return inspect(PageImage(pixels=pixels, dpi=dpi))


def behind(sheet: Pixels, *, blur_mm: float = 0.25, strength: float = 0.18) -> Pixels:
    """The back of a printed sheet: its print mirrored, blurred by the paper, faint."""
    back = cv2.GaussianBlur(255.0 - sheet[:, ::-1].astype(np.float32), (0, 0), blur_mm * MM)
    return np.clip(empty() - np.asarray(back) * strength, 0, 255).astype(np.uint8)


def turned(pixels: Pixels, degrees_clockwise: float) -> Pixels:
    height, width = pixels.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees_clockwise, 1.0)
    return np.asarray(cv2.warpAffine(pixels, matrix, (width, height), borderValue=255), dtype=np.uint8)


def test_a_good_scan_has_no_flags() -> None:
    found = measured(a4())

    assert found.flags == frozenset()
    assert not found.blank
    assert abs(found.skew) <= 0.1
    assert found.contrast > 0.9


@pytest.mark.parametrize("degrees", [-8.0, -2.0, -0.5, 0.7, 3.0, 9.0])
@pytest.mark.parametrize("quarter_turns", [0, 1])
def test_skew_is_the_turn_that_makes_lines_level(degrees: float, quarter_turns: int) -> None:
    sheet = np.ascontiguousarray(np.rot90(turned(a4(), -degrees), quarter_turns))

    found = measured(sheet)

    assert found.skew == pytest.approx(degrees, abs=0.2)
    assert ("skewed" in found.flags) == (abs(degrees) > 1.5)


@pytest.mark.parametrize(("degrees", "known"), [(-11.0, True), (3.0, True), (14.0, False)])
def test_what_leans_further_than_is_looked_at_is_not_passed_on(degrees: float, known: bool) -> None:
    found = measured(turned(a4(), -degrees))

    assert found.lean == (pytest.approx(degrees, abs=0.5) if known else None)


@pytest.mark.parametrize("dpi", [800, 1600, 2400, 20_000])
def test_a_lean_is_not_told_of_a_page_that_is_seen_too_small(dpi: int) -> None:
    assert measured(turned(a4(), 5.0), dpi).lean is None


def test_scribble_that_has_no_rows_leans_by_nothing_that_is_told() -> None:
    sheet = empty()
    cv2.circle(sheet, (800, 1000), 400, 20, 6)

    found = measured(sheet)

    assert (found.skew, found.lean) == (0.0, None)


@pytest.mark.parametrize(("sigma", "flagged"), [(0.0, False), (0.6, False), (2.0, True), (3.5, True)])
def test_a_blurred_scan_is_flagged(sigma: float, flagged: bool) -> None:
    sheet = a4()
    if sigma:
        sheet = np.asarray(cv2.GaussianBlur(sheet, (0, 0), sigma), dtype=np.uint8)

    assert ("blurred" in measured(sheet).flags) is flagged


@pytest.mark.parametrize(("ink", "flagged"), [(0, False), (120, False), (190, True), (215, True)])
def test_faint_ink_is_flagged_and_never_taken_for_a_blank_page(ink: int, flagged: bool) -> None:
    chance = np.random.default_rng(2)
    sheet = np.clip(a4(ink=ink, paper=245) + chance.normal(0, 2, (2339, 1654)), 0, 255).astype(np.uint8)

    found = measured(sheet)

    assert not found.blank
    assert ("faint" in found.flags) is flagged


@pytest.mark.parametrize(
    ("dpi", "minimum", "flags"),
    [
        (200, 200, set()),
        (199, 200, set()),
        (150, 200, {"below-200-dpi"}),
        (200, 300, {"below-300-dpi"}),
        (0, 200, {"dpi-unknown"}),
    ],
)
def test_resolution_is_held_against_the_rule(dpi: int, minimum: int, flags: set[str]) -> None:
    found = inspect(PageImage(pixels=a4(), dpi=dpi), minimum_dpi=minimum)

    assert found.flags & {"below-200-dpi", "below-300-dpi", "dpi-unknown"} == flags


@pytest.mark.parametrize(
    ("side", "rows", "columns"),
    [
        ("left", slice(None), slice(230, None)),
        ("right", slice(None), slice(None, 1300)),
        ("top", slice(320, None), slice(None)),
        ("bottom", slice(None, 1000), slice(None)),
    ],
)
def test_text_that_runs_over_an_edge_is_told_by_its_side(side: str, rows: slice, columns: slice) -> None:
    whole = a4()
    inside = whole[rows, columns]
    if side in ("top", "bottom"):  # cut through the middle of a line
        dark = np.flatnonzero((inside < 128).sum(axis=1) > 100)
        inside = inside[int(dark[0]) + 6 :] if side == "top" else inside[: int(dark[-1]) - 6]

    found = measured(np.ascontiguousarray(inside))

    assert found.cut_edges == {side}
    assert "cut-edge" in found.flags


def with_holes(sheet: Pixels) -> Pixels:
    for y in (850, 1480):
        cv2.circle(sheet, (90, y), int(3 * MM), 20, -1)
    return sheet


def with_dust(sheet: Pixels) -> Pixels:
    chance = np.random.default_rng(9)
    for x, y in chance.integers(30, 1600, (60, 2)):
        cv2.circle(sheet, (int(x), int(y)), int(chance.integers(1, 3)), 30, -1)
    return sheet


def with_border(sheet: Pixels) -> Pixels:
    sheet[:60] = 12
    sheet[:, -45:] = 20
    cv2.fillPoly(sheet, [np.array([[0, 2339], [0, 2200], [700, 2339]])], 15)
    return sheet


def with_fold(sheet: Pixels) -> Pixels:
    cv2.line(sheet, (0, 1170), (1653, 1160), 120, 3)
    cv2.line(sheet, (820, 0), (826, 2338), 100, 2)
    return sheet


@pytest.mark.parametrize(
    "sheet",
    [
        empty(255, 0.0),
        empty(205, 5.0),
        behind(a4()),
        behind(a4(), blur_mm=0.4, strength=0.3),
        behind(a4(), blur_mm=0.3, strength=0.1),
        with_holes(empty()),
        with_dust(empty()),
        with_border(empty()),
        with_fold(empty()),
        with_border(with_holes(with_dust(behind(a4())))),
    ],
    ids=[
        "white",
        "grey",
        "bleed",
        "strong-bleed",
        "weak-bleed",
        "holes",
        "dust",
        "border",
        "folds",
        "all-of-it",
    ],
)
def test_a_blank_back_is_blank_whatever_shines_through_or_lies_round_it(sheet: Pixels) -> None:
    found = measured(sheet)

    assert found.blank
    assert found.cut_edges == frozenset()


def handwriting(sheet: Pixels, ink: int = 60) -> Pixels:
    x = np.arange(0, 330)
    y = 1500 + 14 * np.sin(x / 7) + 6 * np.sin(x / 3.1)
    points = np.stack([700 + x, y], axis=1).astype(np.int32)
    cv2.polylines(sheet, [points], False, ink, 3, cv2.LINE_AA)
    return sheet


def stamp(sheet: Pixels) -> Pixels:
    colour = np.dstack([sheet] * 3)
    cv2.rectangle(colour, (1000, 300), (1000 + int(30 * MM), 300 + int(10 * MM)), (200, 60, 60), 3)
    cv2.putText(colour, "MAT", (1040, 365), cv2.FONT_HERSHEY_SIMPLEX, 2, (200, 60, 60), 4)
    return colour


def number(sheet: Pixels) -> Pixels:
    cv2.putText(sheet, "12", (800, 200), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 30, 2, cv2.LINE_AA)
    return sheet


@pytest.mark.parametrize(
    "sheet",
    [
        handwriting(empty()),
        handwriting(empty(), ink=190),
        handwriting(with_border(with_holes(with_dust(empty())))),
        handwriting(behind(a4())),
        stamp(empty()),
        number(empty()),
        a4(lines=1),
    ],
    ids=["one-line", "pencil", "line-among-dirt", "line-over-bleed", "stamp", "page-number", "printed-line"],
)
def test_a_page_with_anything_on_it_is_not_blank(sheet: Pixels) -> None:
    assert not measured(sheet).blank


def test_colour_and_grey_of_a_page_are_measured_alike() -> None:
    grey = a4()

    assert measured(np.dstack([grey] * 3)) == measured(grey)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (5, 40), (64, 64), (3000, 30)])
def test_scraps_of_any_shape_are_measured_without_a_fall(shape: tuple[int, int]) -> None:
    for level in (0, 128, 255):
        found = measured(np.full(shape, level, dtype=np.uint8))

        assert found.flags <= {"blurred", "faint", "cut-edge", "skewed"}


def test_measuring_is_cheap() -> None:
    sheet = np.dstack([a4()] * 3)
    measured(sheet)
    times = []

    for _ in range(5):
        begun = time.process_time()
        measured(sheet)
        times.append(time.process_time() - begun)

    assert min(times) < 0.25, "about 30 ms on an idle core"
