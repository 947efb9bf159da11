"""A mark is found in the picture where the words do not show it; reading again is handed in."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from catalog.scan import PageImage, Pixels
from classify.secret_mark import find_mark
from samples.mark_ink import Stamp, draw, press

WIDTH, HEIGHT, DPI = 1654, 2339, 200


def stamped(stamp: Stamp, *, at: tuple[int, int] = (300, 400)) -> Pixels:
    pixels: Pixels = np.full((HEIGHT, WIDTH, 3), 248, np.uint8)
    cover = draw(stamp, dpi=DPI, rng=random.Random(3))
    press(pixels, cover, at[0], at[1], stamp.ink)
    return pixels


def says(text: str) -> "Reader":
    return Reader(text)


class Reader:
    """Reads every picture alike, and keeps what it was shown."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.shown: list[Pixels] = []

    def __call__(self, pictures: Sequence[Pixels]) -> list[list[str]]:
        self.shown += pictures
        return [[self.text] for _ in pictures]


@pytest.mark.parametrize("ink", ["red", "blue", "black", "violet"])
@pytest.mark.parametrize("frame", ["none", "box", "round"])
def test_a_stamp_of_any_ink_and_frame_is_cut_out(ink: str, frame: str) -> None:
    image = PageImage(stamped(Stamp("TỐI MẬT", ink=ink, frame=frame, angle=12.0)), DPI)

    mark = find_mark(image, None, read_again=says("TỐI MẬT"), dpi=DPI)

    assert mark is not None
    assert mark.level == "TỐI MẬT"
    x0, y0, x1, y1 = mark.box
    assert x0 < 420 < x1
    assert y0 < 440 < y1


def test_an_empty_page_costs_no_reading() -> None:
    reader = says("MẬT")

    assert (
        find_mark(PageImage(np.full((HEIGHT, WIDTH), 250, np.uint8), DPI), None, read_again=reader, dpi=DPI)
        is None
    )
    assert reader.shown == []


def test_a_stamp_that_says_something_else_is_no_mark() -> None:
    image = PageImage(stamped(Stamp("KHẨN")), DPI)

    assert find_mark(image, None, read_again=says("KHẨN"), dpi=DPI) is None


def test_a_crop_is_level_dark_on_white_and_of_the_readers_height() -> None:
    reader = says("")
    find_mark(
        PageImage(stamped(Stamp("MẬT", frame="box", angle=15.0)), DPI), None, read_again=reader, dpi=DPI
    )

    assert reader.shown
    assert {picture.shape[0] for picture in reader.shown} == {60}
    assert all(picture[0].min() == 255 for picture in reader.shown)


def test_what_breaks_while_reading_again_is_not_taken_for_a_clean_page() -> None:
    def broken(pictures: Sequence[Pixels]) -> list[list[str]]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        find_mark(PageImage(stamped(Stamp("MẬT")), DPI), None, read_again=broken, dpi=DPI)
