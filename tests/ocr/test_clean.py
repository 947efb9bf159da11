import numpy as np
import pytest

from catalog.scan import PageImage, Pixels
from ocr.clean import CleanPage, clean, resolution, straighten
from tests.ocr.pages import LETTER, leaning, printed


def cleaned(pixels: Pixels) -> CleanPage:
    return clean(straighten(PageImage(pixels, 150)), rotation=0)


def test_a_clean_page_is_left_as_it_is() -> None:
    grey = np.ascontiguousarray(printed()[..., 0])

    page = cleaned(grey)

    assert np.array_equal(page.cleaned, grey)
    assert page.red is None


@pytest.mark.parametrize("lean", [None, -2.8])
def test_a_leaning_page_is_straightened_by_what_it_leans_not_by_what_was_measured_before(
    lean: float | None,
) -> None:
    page = leaning(printed(LETTER * 3)[..., 0], 3.0)

    straight = clean(straighten(PageImage(page, 150, lean=lean)), rotation=0)

    assert straight.turn.skew == pytest.approx(-3.0, abs=0.15)


def test_dark_uneven_paper_becomes_white_and_print_stays_dark() -> None:
    print_ = printed()[..., 0].astype(np.float32)
    shade = np.linspace(0.5, 0.9, print_.shape[1], dtype=np.float32)

    page = cleaned((print_ * shade).astype(np.uint8))

    assert np.percentile(page.cleaned, 50) > 245
    assert np.percentile(page.cleaned[print_ < 20], 90) < 80


def test_red_ink_over_black_print_is_lifted_off() -> None:
    pixels = printed().copy()
    pixels[220:260, 120:400][pixels[220:260, 120:400, 0] > 200] = (230, 60, 60)

    line = cleaned(pixels).line((110, 225, 900, 270))

    assert np.percentile(line.pixels, 75) > 200
    assert (line.pixels < 60).any()


def test_red_ink_leaves_paper_behind_and_no_ring() -> None:
    stamped = printed().copy()
    stamped[300:420, 200:1000] = np.minimum(stamped[300:420, 200:1000], (200, 45, 55))

    page = cleaned(stamped)

    lifted = page.cleaned[300:420, 200:1000]
    assert np.median(lifted) > 240
    assert (lifted < 90).mean() == pytest.approx((printed()[300:420, 200:1000, 0] < 90).mean(), abs=0.01)


def test_a_line_that_is_itself_red_is_kept() -> None:
    pixels = printed(("PHÓ GIÁM ĐỐC", "Nguyễn Văn A"), ink="#c81e1e")

    page = cleaned(pixels)
    line = page.line((110, 160, 500, 205))

    assert (line.pixels < 130).mean() > 0.03
    assert (page.cleaned[160:205, 110:500] < 130).mean() < 0.01


def test_the_core_of_a_line_is_the_box_that_was_asked_for() -> None:
    grey = np.ascontiguousarray(printed()[..., 0])
    page = cleaned(grey)

    inside, corner = page.line((120, 230, 860, 266)), page.line((0, 0, 300, 40))

    assert np.array_equal(inside.core_pixels, grey[230:266, 120:860])
    assert inside.pixels.shape[0] > 36
    assert np.array_equal(corner.core_pixels, grey[:40, :300])


@pytest.mark.parametrize(("dpi", "expected"), [(0, 150), (1, 150), (300, 300), (96, 96), (30_000, 150)])
def test_an_implausible_resolution_is_taken_from_the_size_of_a4(dpi: int, expected: int) -> None:
    assert resolution(PageImage(np.zeros((1754, 1240), np.uint8), dpi)) == expected


def test_the_master_is_not_touched() -> None:
    pixels = printed(ink="#c81e1e", paper="#cccccc")
    before = pixels.copy()

    cleaned(pixels)

    assert np.array_equal(pixels, before)
