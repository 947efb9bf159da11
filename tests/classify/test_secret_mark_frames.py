"""A frame is found by the paper in it, however it leans and whatever print runs into its lines."""

import random

import cv2
import numpy as np
import pytest

from classify.secret_mark_frames import Frame, frames
from classify.secret_mark_rows import MM, ROW_DPI, Mask
from samples.mark_ink import Stamp, draw


def inked(stamp: Stamp | None, *, at: tuple[int, int] = (300, 300)) -> Mask:
    """Return a page's ink with the stamp on it."""
    ink = np.zeros((1754, 1240), np.uint8)
    if stamp is not None:
        cover = draw(stamp, dpi=ROW_DPI, rng=random.Random(5))
        there = np.where(cover > 0.3, 255, 0).astype(np.uint8)
        ink[at[1] : at[1] + cover.shape[0], at[0] : at[0] + cover.shape[1]] = there
    return ink


def found(ink: Mask, known: Mask | None = None) -> list[Frame]:
    return frames(ink, np.zeros_like(ink) if known is None else known)


@pytest.mark.parametrize("frame", ["box", "double", "round", "thick", "corners"])
@pytest.mark.parametrize("angle", [-20.0, -7.0, 0.0, 7.0, 20.0])
def test_a_frame_is_found_at_any_lean(frame: str, angle: float) -> None:
    one = found(inked(Stamp("TỐI MẬT", frame=frame, angle=angle)))[0]

    assert abs(one.angle + angle) < 2


def test_print_that_runs_into_a_frame_does_not_hide_it_nor_what_stands_in_it() -> None:
    ink = inked(Stamp("MẬT", frame="thick", angle=17.0))
    for y in (330, 420):
        cv2.line(ink, (150, y), (320, y), (255,), 14)

    one = found(ink)[0]

    inside = cv2.bitwise_and(ink[one.box[1] : one.box[3], one.box[0] : one.box[2]], one.inside)
    pieces, _, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    assert pieces - 1 >= 3  # M, Ậ, T: whole, and apart from the lines
    assert sorted(stats[1:, cv2.CC_STAT_HEIGHT])[-3] > 2 * MM


def test_an_empty_frame_is_none() -> None:
    empty = inked(None)
    cv2.rectangle(empty, (300, 300), (500, 380), (255,), 3)

    assert found(empty) == []


def table() -> Mask:
    ink = inked(None)
    for x in range(100, 1100, 120):
        for y in range(200, 1400, 60):
            cv2.rectangle(ink, (x, y), (x + 120, y + 60), (255,), 2)
            cv2.putText(ink, "hv", (x + 30, y + 42), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (255,), 2)
    return ink


def test_of_a_table_no_more_than_a_few_cells_are_looked_at_and_none_whose_words_are_read() -> None:
    ink = table()

    assert 0 < len(found(ink)) <= 5
    assert found(ink, known=ink) == []


def test_a_frame_by_itself_is_looked_at_though_its_words_are_read() -> None:
    ink = inked(Stamp("MẬT", frame="box"))

    assert len(found(ink, known=ink)) == 1
