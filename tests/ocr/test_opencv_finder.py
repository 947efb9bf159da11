import pytest

from ocr.line_finder import LineFinder
from ocr.opencv_finder import OpenCVLineFinder
from tests.contracts.line_finder import LineFinderContract


class TestOpenCVLineFinder(LineFinderContract):
    @pytest.fixture
    def finder(self) -> LineFinder:
        return OpenCVLineFinder()


def test_two_columns_of_a_letterhead_are_read_one_after_the_other() -> None:
    left = [(100, y, 450, y + 30) for y in (100, 150)]
    right = [(600, y, 950, y + 30) for y in (105, 155)]
    body = [(100, y, 950, y + 30) for y in (300, 350)]
    boxes = [body[1], right[0], left[1], body[0], right[1], left[0]]

    order = OpenCVLineFinder().order(boxes, [""] * 6, width=1000, height=800)

    assert [boxes[i] for i in order] == [left[0], left[1], right[0], right[1], *body]
