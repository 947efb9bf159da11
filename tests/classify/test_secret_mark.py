"""A mark is found in the picture where the words do not show it; reading again is handed in."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from catalog.reading import Line, Reading, Word
from catalog.scan import PageImage, Pixels
from classify.secret_mark import find_mark
from classify.secret_mark_heard import ReadAgain
from samples.mark_ink import Stamp, draw, press

WIDTH, HEIGHT, DPI = 1654, 2339, 200
HEADING = ["ĐỘ", "TUYỆT", "MẬT,", "TỐI", "MẬT", "VÀ"]


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

    def __call__(self, pictures: Sequence[Pixels]) -> list[str]:
        self.shown += pictures
        return [self.text for _ in pictures]


@pytest.mark.parametrize("ink", ["red", "blue", "black", "violet"])
@pytest.mark.parametrize("frame", ["none", "box", "round"])
def test_a_stamp_of_any_ink_and_frame_is_cut_out(ink: str, frame: str) -> None:
    image = PageImage(stamped(Stamp("TỐI MẬT", ink=ink, frame=frame, angle=12.0)), DPI)

    mark = find_mark(image, None, readers=[says("TỐI MẬT")], dpi=DPI)

    assert mark is not None
    assert mark.level == "TỐI MẬT"
    x0, y0, x1, y1 = mark.box
    assert x0 < 450 < x1
    assert y0 < 480 < y1


def test_an_empty_page_costs_no_reading() -> None:
    reader = says("MẬT")

    assert (
        find_mark(PageImage(np.full((HEIGHT, WIDTH), 250, np.uint8), DPI), None, readers=[reader], dpi=DPI)
        is None
    )
    assert reader.shown == []


def test_a_stamp_that_says_something_else_is_no_mark() -> None:
    image = PageImage(stamped(Stamp("KHẨN")), DPI)

    assert find_mark(image, None, readers=[says("KHẨN")], dpi=DPI) is None


def test_a_crop_is_level_dark_on_white_and_of_the_readers_height() -> None:
    reader = says("")
    find_mark(PageImage(stamped(Stamp("MẬT", frame="box", angle=15.0)), DPI), None, readers=[reader], dpi=DPI)

    assert reader.shown
    assert {picture.shape[0] for picture in reader.shown} == {60}
    assert all(picture[0].min() == 255 for picture in reader.shown)


def test_what_breaks_while_reading_again_is_not_taken_for_a_clean_page() -> None:
    def broken(pictures: Sequence[Pixels]) -> list[str]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        find_mark(PageImage(stamped(Stamp("MẬT")), DPI), None, readers=[broken], dpi=DPI)


def test_one_weak_reading_is_enough_in_a_frame_and_not_without_one() -> None:
    framed, bare = (
        find_mark(
            PageImage(stamped(Stamp("MẬT", ink="black", frame=frame)), DPI),
            None,
            readers=[once("NAT")],
            dpi=DPI,
        )
        for frame in ("box", "none")
    )

    assert framed is not None
    assert bare is None


@pytest.mark.parametrize(("text", "found"), [("Mat", False), ("MAT", True)])
def test_a_scribble_that_is_read_once_in_small_letters_is_no_mark(text: str, found: bool) -> None:
    pixels = stamped(Stamp("MẬT", ink="black", frame="none"))

    mark = find_mark(PageImage(pixels, DPI), None, readers=[once(text)], dpi=DPI)

    assert (mark is not None) is found


def once(text: str) -> ReadAgain:
    """Return a reader that gives `text` for the first picture it is ever shown, and nothing for others."""
    first = iter([text])
    return lambda pictures: [next(first, "") for _ in pictures]


def test_a_mark_at_the_foot_of_a_page_is_looked_at() -> None:
    pixels = stamped(Stamp("MẬT", ink="black", frame="none"), at=(700, 2150))

    mark = find_mark(PageImage(pixels, DPI), None, readers=[says("MẬT")], dpi=DPI)

    assert mark is not None
    assert mark.box[1] > 2000


def test_the_careful_reader_is_not_asked_about_what_is_no_mark_at_a_glance() -> None:
    pixels = stamped(Stamp("CHUNG", ink="black", frame="none"))
    careful = says("CHUNG")
    word = Word("CHUNG", (296, 394, 500, 450), 0.5, agreed=False)
    reading = Reading((Line((word,), word.box),), WIDTH, HEIGHT, DPI, 0, 0.0, {})

    mark = find_mark(PageImage(pixels, DPI), reading, readers=[says("CHUNG"), careful], dpi=DPI)

    assert mark is None
    assert careful.shown == []


def test_the_last_word_of_a_heading_is_no_mark_however_it_was_cut_out() -> None:
    image = PageImage(stamped(Stamp("MẬT", ink="black", frame="none", angle=9.0)), DPI)
    above = [
        Word(text, (200 + 60 * i, 330, 250 + 60 * i, 390), 1.0, agreed=True) for i, text in enumerate(HEADING)
    ]
    last = Word("MẬT", (305, 404, 425, 455), 1.0, agreed=True)
    heading = (Line(tuple(above), (200, 330, 560, 390)), Line((last,), (300, 400, 430, 459)))
    reading = Reading(heading, WIDTH, HEIGHT, DPI, 0, 0.0, {})

    assert find_mark(image, None, readers=[says("MẬT")], dpi=DPI) is not None
    assert find_mark(image, reading, readers=[says("MẬT")], dpi=DPI) is None


def test_what_one_reader_made_of_a_stamp_does_not_make_print_of_it() -> None:
    image = PageImage(stamped(Stamp("TUYỆT MẬT", ink="black", frame="box")), DPI)
    garbage = Word("ruYệt»mậm", (305, 405, 900, 500), 0.5, agreed=False)
    reading = Reading((Line((garbage,), garbage.box),), WIDTH, HEIGHT, DPI, 0, 0.0, {})

    mark = find_mark(image, reading, readers=[says("TUYỆT MẬT")], dpi=DPI)

    assert mark is not None


def test_what_is_left_of_a_mark_that_both_readers_half_read_explains_no_ink() -> None:
    image = PageImage(stamped(Stamp("MẬT", ink="black", frame="none", angle=9.0)), DPI)
    word = Word("MT", (290, 390, 440, 470), 0.99, agreed=True)
    reading = Reading((Line((word,), word.box),), WIDTH, HEIGHT, DPI, 0, 0.0, {})

    assert find_mark(image, reading, readers=[says("MẬT")], dpi=DPI) is not None


def test_a_frame_at_the_foot_of_a_page_is_taken_off() -> None:
    pixels = stamped(Stamp("MẬT", ink="black", frame="round", angle=2.0), at=(700, 2100))
    reader = says("MẬT")

    find_mark(PageImage(pixels, DPI), None, readers=[reader], dpi=DPI)

    assert any(bare(picture) for picture in reader.shown)


def bare(picture: Pixels) -> bool:
    """Return whether no line of a frame runs along the picture's whole length."""
    return not bool(((picture < 128).mean(axis=1) > 0.8).any())


def test_a_frame_that_hangs_over_the_upper_part_is_cut_out_whole() -> None:
    image = PageImage(stamped(Stamp("MẬT", ink="black", angle=8.0), at=(900, 1010)), DPI)

    mark = find_mark(image, None, readers=[says("MẬT")], dpi=DPI)

    assert mark is not None
    assert mark.box[3] > 1080


def test_a_high_mark_that_lies_on_a_word_nobody_could_read_is_no_word_of_its_sentence() -> None:
    image = PageImage(stamped(Stamp("TUYỆT MẬT", ink="black", frame="none", cap_mm=4.0)), DPI)
    print_ = [
        Word(text, (40 + 60 * i, 404, 90 + 60 * i, 452), 0.99, agreed=True)
        for i, text in enumerate(["kể", "từ", "ngày", "ký"])
    ]

    def on_line(confidence: float) -> Reading:
        last = Word("MẠT", (310, 404, 640, 452), confidence, agreed=confidence > 0.9)
        return Reading((Line((*print_, last), (40, 404, 640, 452)),), WIDTH, HEIGHT, DPI, 0, 0.0, {})

    assert find_mark(image, on_line(0.48), readers=[says("TUYỆT MẬT")], dpi=DPI) is not None
    assert find_mark(image, on_line(0.99), readers=[says("TUYỆT MẬT")], dpi=DPI) is None


def test_what_stands_in_a_lone_frame_is_looked_at_again_where_no_two_looks_agree() -> None:
    image = PageImage(stamped(Stamp("TỐI MẬT", ink="black", frame="box", angle=12.0)), DPI)
    careful = says("TỐI MẬT")

    mark = find_mark(image, None, readers=[once("#ốt"), careful], dpi=DPI)

    assert mark is not None
    assert careful.shown


def test_a_mark_in_a_frame_is_no_word_of_the_line_it_lies_on_though_one_was_read_there() -> None:
    line = [
        Word(text, (700 + 90 * i, 404, 780 + 90 * i, 470), 0.99, agreed=True)
        for i, text in enumerate(["Độc", "lập", "-", "Tự", "do"])
    ]
    misread = Word("(uyện", (320, 404, 660, 470), 0.9, agreed=False)
    reading = Reading((Line((misread, *line), (320, 404, 1150, 470)),), WIDTH, HEIGHT, DPI, 0, 0.0, {})

    image = PageImage(stamped(Stamp("TUYỆT MẬT", ink="black", frame="box", cap_mm=4.0)), DPI)

    assert find_mark(image, reading, readers=[says("TUYỆT MẬT")], dpi=DPI) is not None
