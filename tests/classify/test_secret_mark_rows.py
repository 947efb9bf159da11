"""Letters in a row are found at any lean, also where a frame or a neighbour touches print."""

import random

import cv2
import numpy as np
import pytest

from classify.secret_mark_rows import MM, ROW_DPI, Mask, Row, rows
from samples.mark_ink import Stamp, draw

HEAD = 700


def drawn(stamp: Stamp, *, at: tuple[int, int] = (300, 300)) -> Mask:
    """Return a page's darkness with the stamp on it."""
    cover = draw(stamp, dpi=ROW_DPI, rng=random.Random(5))
    dark = np.zeros((1754, 1240), np.uint8)
    dark[at[1] : at[1] + cover.shape[0], at[0] : at[0] + cover.shape[1]] = np.round(cover * 220)
    return dark


def found(dark: Mask) -> list[Row]:
    ink = np.where(dark > 20, 255, 0).astype(np.uint8)
    return rows(dark, ink, np.zeros_like(ink), head=HEAD)


@pytest.mark.parametrize("angle", [-18.0, -6.0, 0.0, 6.0, 18.0])
def test_a_row_is_followed_at_any_lean(angle: float) -> None:
    row = found(drawn(Stamp("TUYỆT MẬT", frame="none", angle=angle)))[0]

    assert abs(row.angle + angle) < 4
    assert (row.box[2] - row.box[0]) / MM > 25


def test_a_frame_that_touches_print_does_not_hide_the_letters_in_it() -> None:
    dark = drawn(Stamp("TỐI MẬT", frame="double", angle=8.0))
    for x in range(200, 900, 18):  # a line of print under the lower edge of the frame
        cv2.rectangle(dark, (x, 400), (x + 12, 420), (200,), -1)

    row = found(dark)[0]

    assert abs(row.angle + 8) < 4
    assert 4 < row.cap / MM < 8


def test_what_words_explain_is_no_row() -> None:
    dark = drawn(Stamp("HUYỆN", frame="none"))
    ink = np.where(dark > 20, 255, 0).astype(np.uint8)

    assert rows(dark, ink, ink, head=HEAD) == []


def test_below_the_head_only_letters_larger_than_print_are_looked_at() -> None:
    small, large = (
        found(drawn(Stamp("MẬT", frame="none", cap_mm=cap), at=(300, 1500))) for cap in (2.6, 5.0)
    )

    assert small == []
    assert len(large) >= 1


def test_an_empty_page_has_none() -> None:
    assert found(np.zeros((1754, 1240), np.uint8)) == []


@pytest.mark.parametrize("shade", [220, 120])
def test_letters_that_hang_together_with_print_are_taken_off_it(shade: int) -> None:
    dark = np.zeros((1754, 1240), np.uint8)
    cover = draw(Stamp("TỐI MẬT", frame="none", cap_mm=6.0, wear=0.0), dpi=ROW_DPI, rng=random.Random(5))
    tall, wide = cover.shape
    dark[300 : 300 + tall, 300 : 300 + wide] = np.round(cover * shade)
    known = np.zeros_like(dark)
    foot = 300 + tall - 14
    cv2.rectangle(known, (150, foot), (330 + wide, foot + 24), (255,), -1)
    print_ = np.zeros_like(dark)
    for x in range(150, 330 + wide, 10):  # a line of print through the letters' feet
        cv2.rectangle(print_, (x, foot), (x + 6, foot + 24), (230,), -1)
    cv2.line(print_, (150, foot + 6), (330 + wide, foot + 6), (230,), 3)
    dark = np.maximum(dark, print_)
    ink = np.where(dark > 20, 255, 0).astype(np.uint8)

    several = rows(dark, ink, np.asarray(cv2.bitwise_and(known, ink), np.uint8), head=HEAD)

    [row] = [row for row in several if row.split][:1]
    assert row.box[0] <= 306
    assert row.box[2] >= 300 + wide - 6
    assert row.box[3] <= foot + 8


def test_print_by_itself_is_not_taken_apart() -> None:
    dark = drawn(Stamp("HUYỆN THẠCH LƯƠNG", frame="none", cap_mm=3.0))

    assert not any(row.split for row in found(dark))
