"""How a line is laid before Tesseract: at the height it likes, with paper all round."""

from dataclasses import dataclass
from typing import cast

import cv2

from catalog.reading import Box
from catalog.scan import Pixels
from ocr.levels import percentiles
from ocr.reader import LineImage

STRIP_HEIGHT = 48
"""Pixels. Tesseract's model works at 36 whatever it is given; taller lines only cost time (300 dpi: -30 %)
and are as well read (docs/reading.md)."""
_BORDER_X, _BORDER_Y = 8, 6


@dataclass(frozen=True, eq=False)
class Strip:
    """A line image scaled down, if it is tall, with a border in the shade of its paper."""

    pixels: Pixels
    scale: float  #: strip pixels for one pixel of the line image, at most 1.0
    line_size: tuple[int, int]  #: width and height of the line image in pixels
    dpi: int  #: dots per inch of the strip

    def to_line(self, box: Box) -> Box:
        """Return `box` of the strip in pixels of the line image, cut at its edges, never empty."""
        width, height = self.line_size
        x0 = min(max(int((box[0] - _BORDER_X) / self.scale), 0), width - 1)
        y0 = min(max(int((box[1] - _BORDER_Y) / self.scale), 0), height - 1)
        x1 = min(max(round((box[2] - _BORDER_X) / self.scale), x0 + 1), width)
        y1 = min(max(round((box[3] - _BORDER_Y) / self.scale), y0 + 1), height)
        return x0, y0, x1, y1


def strip(line: LineImage) -> Strip:
    """Return `line` as Tesseract reads it best."""
    height, width = line.pixels.shape
    scale = min(1.0, STRIP_HEIGHT / height)
    pixels = line.pixels
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        pixels = cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    (paper,) = percentiles(pixels, 90)
    bordered = cv2.copyMakeBorder(
        pixels, _BORDER_Y, _BORDER_Y, _BORDER_X, _BORDER_X, cv2.BORDER_CONSTANT, value=(int(paper),)
    )
    return Strip(cast(Pixels, bordered), scale, (width, height), max(70, round(line.dpi * scale)))
