"""A mark is found in the picture where the words do not show it, by the network itself."""

import random
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from catalog.reading import Line, Reading, Word
from catalog.scan import PageImage, Pixels
from classify.mark_network import MarkNetwork, NetworkBroke, fed, folded, network
from classify.secret_mark import SecretMark, find_mark
from samples import scan
from samples.mark_ink import Stamp, draw, press

WIDTH, HEIGHT, DPI = 1654, 2339, 200
HEADING = ["ĐỘ", "TUYỆT", "MẬT,", "TỐI", "MẬT", "VÀ"]


def stamped(stamp: Stamp, *, at: tuple[int, int] = (300, 400)) -> Pixels:
    pixels: Pixels = np.full((HEIGHT, WIDTH, 3), 248, np.uint8)
    cover = draw(stamp, dpi=DPI, rng=random.Random(3))
    press(pixels, cover, at[0], at[1], stamp.ink)
    return pixels


def found(
    pixels: Pixels, reading: Reading | None = None, *, dpi: int = DPI, turn: int = 0
) -> SecretMark | None:
    return find_mark(PageImage(pixels, dpi, turn), reading, dpi=dpi, network=network())


def print_of(*words: Word, rotation: int = 0) -> Reading:
    lines = tuple(Line((word,), word.box) for word in words)
    return Reading(lines, WIDTH, HEIGHT, DPI, rotation, 0.0, {})


def many(*more: Word, rotation: int = 0) -> Reading:
    """Return a page with enough print to know which way it stands."""
    body = [Word("xã", (300, 900 + 60 * i, 360, 940 + 60 * i), 0.99, agreed=True) for i in range(16)]
    return print_of(*body, *more, rotation=rotation)


@pytest.mark.parametrize("ink", ["red", "blue", "black", "violet"])
@pytest.mark.parametrize("frame", ["none", "box", "round"])
def test_a_stamp_of_any_ink_and_frame_is_found_where_it_lies(ink: str, frame: str) -> None:
    mark = found(stamped(Stamp("TỐI MẬT", ink=ink, frame=frame, angle=12.0)))

    assert mark is not None
    assert mark.level == "TỐI MẬT"
    x0, y0, x1, y1 = mark.box
    assert x0 < 450 < x1
    assert y0 < 480 < y1


@pytest.mark.parametrize("level", ["MẬT", "TỐI MẬT", "TUYỆT MẬT"])
@pytest.mark.parametrize("shape", ["outline", "spaced", "heavy", "thin", "hand", "cut"])
def test_each_mark_is_told_by_its_level_however_its_letters_are_made(level: str, shape: str) -> None:
    mark = found(stamped(Stamp(level, shape=shape, frame="none", cap_mm=6.0)), many())

    assert mark is not None
    assert (mark.level, mark.found_by) == (level, "picture")


def test_an_empty_page_has_none() -> None:
    assert found(np.full((HEIGHT, WIDTH), 250, np.uint8)) is None


@pytest.mark.parametrize("text", ["KHẨN", "HỎA TỐC", "ĐÃ GIẢI MẬT", "KHÔNG MẬT", "BẢN SAO", "MẬT ĐỘ", "MẪU"])
def test_a_stamp_that_says_something_else_is_no_mark(text: str) -> None:
    assert found(stamped(Stamp(text)), many()) is None


def test_a_mark_is_looked_for_on_the_whole_page() -> None:
    mark = found(stamped(Stamp("MẬT", ink="black", frame="none"), at=(700, 2150)), many())

    assert mark is not None
    assert mark.box[1] > 2000


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_that_nobody_could_read_is_looked_at_each_way(turn: int) -> None:
    upright = stamped(Stamp("TUYỆT MẬT"))
    lying = np.ascontiguousarray(np.rot90(upright, turn // 90))

    mark = found(lying)

    assert mark is not None
    ink = lying[mark.box[1] : mark.box[3], mark.box[0] : mark.box[2]]
    assert (ink.min(axis=2) < 200).mean() > 0.05


def test_the_back_of_a_sheet_has_too_little_ink_to_be_looked_at() -> None:
    back = scan.blank(dpi=DPI, rng=random.Random(1))

    assert not network().has_letters(back, dpi=DPI)


@pytest.mark.parametrize("ink", ["orange", "azure", "grey"])
@pytest.mark.parametrize("frame", ["none", "box"])
def test_the_palest_mark_on_a_blank_sheet_is_ink_enough(ink: str, frame: str) -> None:
    pale = stamped(Stamp("MẬT", ink=ink, frame=frame, cap_mm=3.2, strength=0.45))

    assert network().has_letters(pale, dpi=DPI)


def test_where_a_page_stands_on_its_head_the_place_is_told_on_the_master() -> None:
    lying = np.ascontiguousarray(stamped(Stamp("TUYỆT MẬT"))[::-1, ::-1])

    mark = found(lying, many(rotation=180))

    assert mark is not None
    assert mark.box[0] > WIDTH / 2
    assert mark.box[1] > HEIGHT / 2


@pytest.mark.parametrize("dpi", [100, 150, 300])
def test_what_the_scanner_counts_an_inch_makes_no_difference(dpi: int) -> None:
    pixels: Pixels = np.full((round(11.7 * dpi), round(8.3 * dpi)), 250, np.uint8)
    colour = np.repeat(pixels[:, :, None], 3, axis=2)
    cover = draw(Stamp("MẬT", ink="black"), dpi=dpi, rng=random.Random(3))
    press(colour, cover, dpi, dpi, "black")

    assert found(colour[:, :, 0].copy(), dpi=dpi) is not None


def test_a_mark_on_a_sheet_larger_than_one_look_is_found() -> None:
    large: Pixels = np.full((HEIGHT * 4, WIDTH * 4, 3), 248, np.uint8)
    cover = draw(Stamp("TUYỆT MẬT"), dpi=DPI, rng=random.Random(3))
    press(large, cover, 3400, 3500, "red")

    mark = found(large)

    assert mark is not None
    assert mark.box[0] < 3400 + cover.shape[1] / 2 < mark.box[2]


def test_the_last_word_of_a_heading_is_no_mark() -> None:
    pixels = stamped(Stamp("MẬT", ink="black", frame="none"))
    above = [
        Word(text, (200 + 60 * i, 330, 250 + 60 * i, 390), 1.0, agreed=True) for i, text in enumerate(HEADING)
    ]
    last = Word("MẬT", (300, 400, 430, 459), 1.0, agreed=True)
    heading = Line(tuple(above), (200, 330, 560, 390))
    page = many(last)

    assert found(pixels, page) is not None
    assert found(pixels, Reading((heading, *page.lines[::-1]), WIDTH, HEIGHT, DPI, 0, 0.0, {})) is None


def test_what_one_reader_made_of_a_stamp_does_not_make_print_of_it() -> None:
    garbage = Word("BÍ MẬT", (305, 405, 900, 500), 0.5, agreed=False)

    assert found(stamped(Stamp("TUYỆT MẬT", ink="black", frame="box")), many(garbage)) is not None


def test_words_that_say_a_mark_are_one_whatever_the_picture_shows() -> None:
    mark = found(
        np.full((HEIGHT, WIDTH), 250, np.uint8), many(Word("TỐI MẬT", (300, 400, 500, 440), 0.9, agreed=True))
    )

    assert mark is not None
    assert (mark.level, mark.found_by) == ("TỐI MẬT", "words")


def test_a_network_that_is_not_there_is_no_clean_page(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no network")

    for name in ("missing.onnx", "broken.onnx"):
        with pytest.raises(NetworkBroke):
            MarkNetwork(tmp_path / name)


@pytest.mark.parametrize("shape", [(32, 48), (33, 47), (1, 1)])
def test_a_grey_page_is_shown_as_one_in_colour_and_filled_up_with_paper(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(4).integers(0, 256, shape).astype(np.uint8)

    shown = fed(grey)

    assert shown.dtype == np.uint8
    assert shown.shape[:2] == (1, 3)
    assert all(
        side % 16 == 0 and side - given < 16 for side, given in zip(shown.shape[2:], shape, strict=True)
    )
    assert (shown[0, :, : shape[0], : shape[1]] == grey).all()
    assert shown.sum() - 3 * grey.sum() == 3 * 255 * (shown[0, 0].size - grey.size)
    assert np.array_equal(fed(np.repeat(grey[:, :, None], 3, axis=2)), shown)


def test_each_two_by_two_pixels_go_in_as_the_colours_of_one() -> None:
    page = np.random.default_rng(5).integers(0, 256, (1, 3, 32, 48)).astype(np.uint8)

    small = folded(page)

    assert small.shape == (1, 12, 16, 24)
    for down, right, colour in product((0, 1), (0, 1), range(3)):
        assert small[0, 6 * down + 3 * right + colour, 5, 7] == page[0, colour, 10 + down, 14 + right]


def test_colours_are_shown_each_in_its_place() -> None:
    colours = np.zeros((16, 16, 3), np.uint8)
    colours[..., 0], colours[..., 1] = 200, 90

    assert [int(plane.max()) for plane in fed(colours)[0]] == [200, 90, 0]
