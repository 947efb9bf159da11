"""Percentiles of grey pictures, counted."""

import numpy as np
import pytest

from ocr.levels import percentiles


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (48, 900), (97, 31)])
def test_counting_gives_what_sorting_gives(size: tuple[int, int]) -> None:
    grains = np.random.default_rng(7)
    pixels = grains.normal(225, 40, size).clip(0, 255).astype(np.uint8)

    counted = percentiles(pixels, 0, 0.5, 50, 90, 100)

    assert counted == pytest.approx(np.percentile(pixels, (0, 0.5, 50, 90, 100)))


def test_a_part_of_a_picture_is_counted_by_itself() -> None:
    page = np.full((100, 100), 255, np.uint8)
    page[20:40, 30:60] = 10

    assert percentiles(page[20:40, 30:60], 50) == (10.0,)


def test_an_empty_picture_has_none() -> None:
    with pytest.raises(ValueError, match="empty"):
        percentiles(np.zeros((0, 0), np.uint8), 50)
