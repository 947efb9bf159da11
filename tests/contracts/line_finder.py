"""What every finder of lines promises."""

import numpy as np
import pytest

from ocr.line_finder import LineFinder
from tests.ocr.pages import LETTER, printed


class LineFinderContract:
    """Subclass, give it a `finder` fixture, and it is tested."""

    def test_it_tells_its_name_and_build(self, finder: LineFinder) -> None:
        assert finder.name
        assert finder.build

    def test_every_printed_line_has_one_box_round_it(self, finder: LineFinder) -> None:
        page = printed()[..., 0]

        boxes = finder.find(page)

        assert len(boxes) == len(LETTER)
        for number, box in enumerate(sorted(boxes, key=lambda box: box[1])):
            middle = 160 + number * 70 + 20
            assert box[1] < middle < box[3]
            assert box[0] < 140

    def test_boxes_lie_inside_the_page_and_hold_something(self, finder: LineFinder) -> None:
        page = printed(size=44, width=900)[..., 0]  # runs off the right edge

        boxes = finder.find(page)

        assert boxes
        for x0, y0, x1, y1 in boxes:
            assert 0 <= x0 < x1 <= 900
            assert 0 <= y0 < y1 <= 1754

    def test_lines_of_a_part_are_those_of_the_whole(self, finder: LineFinder) -> None:
        page = printed()[..., 0]
        top = 160 + 2 * 70 - 15  # between two lines
        whole = finder.find(page)

        part = finder.find(page[top:], side=max(page.shape))

        expected = sorted((box for box in whole if box[1] > top), key=lambda box: box[1])
        found = sorted(part, key=lambda box: box[1])
        assert len(found) == len(expected) == len(LETTER) - 2
        for (x0, y0, x1, y1), box in zip(found, expected, strict=True):
            assert (x0, y0 + top, x1, y1 + top) == pytest.approx(box, abs=6)
        assert finder.find(page) == whole  # a part leaves no mark on what comes after it

    def test_a_blank_page_has_no_lines(self, finder: LineFinder) -> None:
        assert finder.find(np.full((1754, 1240), 255, np.uint8)) == []

    def test_a_very_small_page_is_no_error(self, finder: LineFinder) -> None:
        assert finder.find(np.full((3, 5), 255, np.uint8)) == []

    def test_order_names_every_line_once_from_the_top(self, finder: LineFinder) -> None:
        boxes = [(100, y, 900, y + 30) for y in (500, 100, 300, 200, 400)]

        order = finder.order(boxes, ["một hai ba bốn"] * 5, width=1000, height=800)

        assert order == [1, 3, 2, 4, 0]

    def test_no_lines_have_no_order(self, finder: LineFinder) -> None:
        assert finder.order([], [], width=1000, height=800) == []
