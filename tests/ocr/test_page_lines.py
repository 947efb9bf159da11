"""Lines as scanned, and those near red ink once more with the red lifted off."""

from collections.abc import Sequence

import numpy as np
import pytest

from catalog.reading import Box
from catalog.scan import PageImage, Pixels
from ocr.clean import CleanPage, clean, straighten
from ocr.page_lines import lines_on, red_strips
from tests.ocr.pages import printed

DPI = 150
MM = DPI / 25.4
HEIGHT, WIDTH = 1754, 1240


class Told:
    """A finder that sees on a page what it was told, and remembers what it was shown."""

    name = build = "told"

    def __init__(self, *seen: list[Box]) -> None:
        self._seen, self.shown = list(seen), list[tuple[int, int | None]]()

    def find(self, page: Pixels, *, side: int | None = None) -> list[Box]:
        self.shown.append((page.shape[0], side))
        return self._seen.pop(0)

    def order(self, boxes: Sequence[Box], texts: Sequence[str], *, width: int, height: int) -> list[int]:
        return list(range(len(boxes)))


def red_at(*rows: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    red = np.zeros((HEIGHT, WIDTH), np.uint8)
    for top, bottom in rows:
        red[top:bottom, 800:1000] = 255
    return red


def stained(*rows: tuple[int, int]) -> CleanPage:
    pixels = printed().copy()
    for top, bottom in rows:
        pixels[top:bottom, 800:1000] = (220, 20, 30)
    return clean(straighten(PageImage(pixels, 150)), rotation=0)


def test_red_ink_is_looked_at_with_what_stands_above_and_below_it() -> None:
    [(top, bottom)] = red_strips(red_at((1200, 1350)))

    assert 1200 - 32 * MM < top < 1200 - 28 * MM
    assert 1350 + 28 * MM < bottom < 1350 + 32 * MM


def test_red_far_apart_is_looked_at_apart_and_never_off_the_page() -> None:
    first, last = red_strips(red_at((40, 60), (1700, HEIGHT)))

    assert first[0] == 0
    assert last[1] == HEIGHT
    assert first[1] < last[0]


@pytest.mark.parametrize("rows", [[(100, 1500)], [(100, 120), (550, 570), (1000, 1020), (1450, 1470)]])
def test_a_page_that_is_mostly_near_red_ink_is_looked_at_whole(rows: list[tuple[int, int]]) -> None:
    assert red_strips(red_at(*rows)) == [(0, HEIGHT)]


def test_specks_of_colour_are_no_red_ink() -> None:
    red = np.zeros((HEIGHT, WIDTH), np.uint8)
    red[::40, ::40] = 255

    assert red_strips(red) == []


def test_a_line_near_red_ink_is_found_with_the_red_lifted_off_and_as_large_as_on_the_page() -> None:
    page = stained((1200, 1350))
    [(top, bottom)] = red_strips(page.red) if page.red is not None else []
    finder = Told([(100, 300, 900, 340)], [(700, 1220 - top, 1100, 1260 - top)])

    assert lines_on(page, finder) == [(100, 300, 900, 340), (700, 1220, 1100, 1260)]
    assert finder.shown == [(HEIGHT, None), (bottom - top, HEIGHT)]


def test_a_line_that_the_look_may_have_cut_is_not_believed() -> None:
    page = stained((1200, 1350))
    [(top, bottom)] = red_strips(page.red) if page.red is not None else []
    near = round(5 * MM)

    found = lines_on(
        page, Told([], [(100, near, 900, near + 40), (100, bottom - top - 50, 900, bottom - top)])
    )

    assert found == []


def test_at_the_edge_of_the_page_nothing_was_cut() -> None:
    page = stained((1600, 1740))
    [(top, _)] = red_strips(page.red) if page.red is not None else []

    assert lines_on(page, Told([], [(100, 1700 - top, 900, HEIGHT - top)])) == [(100, 1700, 900, HEIGHT)]
