"""Ink that is not print's is told by its shade, its colour, or, on one-bit scans, its thin strokes."""

import random

import cv2
import numpy as np
import pytest

from catalog.scan import PageImage, Pixels
from classify.secret_mark_ink import DEEP, ONE_BIT, Mask, PrintInk, darkest, palest
from classify.secret_mark_places import Place, coloured, head_of, places
from classify.secret_mark_rows import ROW_DPI
from samples.mark_ink import INKS, Stamp, draw, press

DPI = 200


def sheet(stamp: Stamp, *, print_: bool = True) -> Pixels:
    """Return a page with the stamp whose last letters lie on bold print."""
    pixels: Pixels = np.full((2339, 1654, 3), 248, np.uint8)
    if print_:
        for y, start in ((455, 930), *((y, 200) for y in range(1300, 2100, 80))):
            for x in range(start, 1500, 36):
                for left, top, right, foot in ((0, 0, 5, 30), (18, 0, 23, 30), (0, 13, 23, 18)):
                    cv2.rectangle(pixels, (x + left, y + top), (x + right, y + foot), (15, 15, 15), -1)
    press(pixels, draw(stamp, dpi=DPI, rng=random.Random(3)), 600, 420, stamp.ink)
    return pixels


def in_another_ink(pixels: Pixels) -> list[Place]:
    found = places(PageImage(pixels, DPI), None, rotation=0, dpi=DPI)
    return [place for place in found if place.row is not None and place.row.print_ink is not None]


@pytest.mark.parametrize("ink", ["plum", "grey", "navy", "wine", "teal"])
def test_letters_in_another_ink_are_a_row_though_they_lie_on_print(ink: str) -> None:
    stamp = Stamp("TUYỆT MẬT", ink=ink, frame="none", cap_mm=6.0, angle=-6.0, wear=0.05)

    found = in_another_ink(sheet(stamp))

    assert any(place.box[2] - place.box[0] > 250 and place.box[0] < 640 for place in found)
    assert all(place.row is not None and place.row.split for place in found)


def test_print_alone_leaves_no_row_of_another_ink() -> None:
    assert in_another_ink(sheet(Stamp("MẬT", ink="black", frame="none"))) == []


def test_outlined_letters_on_a_one_bit_scan_are_told_from_bold_print_by_their_strokes() -> None:
    stamp = Stamp("TỐI MẬT", ink="black", frame="none", shape="outline", cap_mm=7.0, wear=0.0)
    grey = cv2.cvtColor(sheet(stamp), cv2.COLOR_RGB2GRAY)
    one_bit = np.where(grey < 128, 0, 255).astype(np.uint8)

    found = in_another_ink(one_bit)

    assert any(place.box[2] - place.box[0] > 180 and place.box[0] < 640 for place in found)


@pytest.mark.parametrize("one_bit", [False, True])
def test_print_and_its_edge_are_no_other_ink(one_bit: bool) -> None:
    dark: Mask = np.zeros((200, 200), np.uint8)
    cv2.rectangle(dark, (50, 50), (60, 150), (220,), -1)  # print
    cv2.rectangle(dark, (120, 50), (121, 150), (220 if one_bit else 110,), -1)  # thin, or paler
    ink = np.where(dark > 20, 255, 0).astype(np.uint8)
    print_ink = PrintInk(ONE_BIT if one_bit else DEEP * 220, one_bit)

    other = print_ink.other(ink, print_ink.mask(dark, ROW_DPI))

    assert not other[:, 45:66].any()
    assert other[60:140, 120:122].all()


def test_the_palest_and_the_darkest_of_three_colours_are_told() -> None:
    darkness = np.full((4, 4, 3), (10, 90, 40), np.uint8)

    assert (int(palest(darkness)[0, 0]), int(darkest(darkness)[0, 0])) == (10, 90)
    assert palest(darkness[:, :, 1]) is not None


@pytest.mark.parametrize("ink", ["plum", "pine", "brown", "navy"])
def test_a_dull_ink_that_covers_half_has_a_colour_still(ink: str) -> None:
    stamp = Stamp("MẬT", ink=ink, frame="none", strength=0.6, wear=0.05)
    head = head_of(PageImage(sheet(stamp, print_=False), DPI), 0, DPI)

    assert np.count_nonzero(coloured(head.darkness)) > 500
    assert ink in INKS
