"""Where the words of a reading lie on a page of a PDF."""

import math
import unicodedata
from dataclasses import dataclass

from catalog.reading import Box, Line, Reading


@dataclass(frozen=True)
class SetWord:
    """A word in points of a frame: x along the lines, y across them, upwards."""

    text: str
    start: float
    end: float
    middle: float  #: y of its middle
    height: float

    @property
    def width(self) -> float:
        """Points from its first to its last letter."""
        return self.end - self.start


class Frame:
    """Axes along and across the lines of a page that is `skew` degrees from level after its rotation.

    The numbers are points, the origin is the bottom left of the master before any turn.
    """

    def __init__(self, reading: Reading, skew: float) -> None:
        self._points = 72 / reading.dpi
        self._height = reading.height
        self._sideways = reading.rotation in (90, 270)
        # Upright is `rotation + skew` clockwise from the master, so its lines run that far
        # counter-clockwise, the way angles count in a PDF.
        self._level = math.radians(reading.rotation)
        self._angle = math.radians(reading.rotation + skew)
        self._cos, self._sin = math.cos(self._angle), math.sin(self._angle)
        self._turn = f"{self._cos:.5f} {self._sin:.5f} {-self._sin:.5f} {self._cos:.5f}"
        self._middle_x, self._middle_y = (side * self._points / 2 for side in (reading.width, reading.height))
        slant = abs(math.radians(reading.skew))
        self._slant = math.cos(slant), math.sin(slant), math.cos(2 * slant)

    def words(self, line: Line) -> list[SetWord]:
        """Return the words of `line` that have a letter to show."""
        shown = ((_shown(word.text), word.box) for word in line.words)
        return [self._word(text, box) for text, box in shown if text]

    def pen(self, x: float, y: float) -> str:
        """Return the order that puts the pen at (x, y) of the frame, writing along the line."""
        c, s = self._cos, self._sin
        return f"{self._turn} {x * c - y * s:.3f} {x * s + y * c:.3f} Tm"

    def level_pen(self, x: float, y: float) -> str:
        """Return the order that puts the pen above or below (x, y), writing level.

        It comes as high as the slanting line through (x, y) stands in the middle of the page.
        """
        climb = math.tan(self._angle - self._level)
        c, s = math.cos(self._level), math.sin(self._level)
        page_x, page_y = x * self._cos - y * self._sin, x * self._sin + y * self._cos
        along, across = page_x * c + page_y * s, page_y * c - page_x * s
        across += (self._middle_x * c + self._middle_y * s - along) * climb
        page_x, page_y = along * c - across * s, along * s + across * c
        return f"{c:.5f} {s:.5f} {-s:.5f} {c:.5f} {page_x:.3f} {page_y:.3f} Tm"

    def _word(self, text: str, box: Box) -> SetWord:
        x0, y0, x1, y1 = (side * self._points for side in box)
        x, y = (x0 + x1) / 2, self._height * self._points - (y0 + y1) / 2
        along, across = x * self._cos + y * self._sin, y * self._cos - x * self._sin
        width, height = (
            self._unslanted(y1 - y0, x1 - x0) if self._sideways else self._unslanted(x1 - x0, y1 - y0)
        )
        return SetWord(text, along - width / 2, along + width / 2, across, height)

    def _unslanted(self, width: float, height: float) -> tuple[float, float]:
        """Return the sides of the slanting word that a box of `width` x `height` just holds."""
        c, s, double = self._slant
        w, h = (width * c - height * s) / double, (height * c - width * s) / double
        if w < 0.4 * width or h < 0.4 * height:  # the box is no such box
            w, h = width, min(width, height)
        return max(w, 0.5), max(h, 1.0)


def _shown(text: str) -> str:
    """Return `text` without what no font shows: control characters and halves of surrogate pairs."""
    if text.isprintable():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))
