"""Which ink words explain, so that no mark is looked for in it."""

import cv2
import numpy as np
import pytest

from catalog.reading import LAID, Line, Reading, Word
from catalog.scan import PageImage, Pixels
from classify.secret_mark_places import head_of, inks

DPI = 200


@pytest.mark.parametrize(
    ("agreed", "raw", "explained"),
    [
        (False, {"tesseract": "Nguyễn"}, True),
        (False, {"tesseract": "(W", LAID: "Nguyễn"}, False),
        (True, {"tesseract": "Nguyễn", LAID: "Nguyễn"}, True),
    ],
)
def test_a_name_that_was_laid_over_ink_explains_none_of_it(
    agreed: bool, raw: dict[str, str], explained: bool
) -> None:
    pixels: Pixels = np.full((2339, 1654), 255, np.uint8)
    cv2.rectangle(pixels, (900, 500), (1100, 540), (0,), -1)
    image = PageImage(pixels, DPI)
    line = Line((Word("Nguyễn", (890, 490, 1110, 550), 0.95, agreed),), (890, 490, 1110, 550), raw)
    reading = Reading((line,), 1654, 2339, DPI, 0, 0.0, {})

    ink, known = inks(head_of(image, 0, DPI), image, reading, 0)

    assert ink.any()
    assert known.any() == explained
