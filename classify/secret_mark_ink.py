"""The ink that a page is printed in, told from any other: a stamp is paler, coloured, or drawn in outline.

What lies over print hangs together with it, and no box round it is free of it; but in another ink it stands
by itself as soon as the print is taken away.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]

DEEP = 0.7
"""Share of the darkness of the deepest ink from which ink is print's. Stamps in plum, grey or navy have 0.4
to 0.65 in the colour in which they are palest."""
ONE_BIT = 100.0
"""Darkness from which a pixel, of a one-bit scan made smaller, is ink."""
THICK = 0.5
"""Millimetres from which strokes are no outline's; bold print has 0.7."""
EDGE = np.ones((5, 5), np.uint8)
"""Round deep ink lies its own pale edge, so wide."""
ENDS = np.ones((3, 3), np.uint8)
"""Round thick strokes lies what they end in, so wide."""
BROKEN = np.ones((3, 3), np.uint8)
"""Parts of an outline that a one-bit scan has broken up are joined over so many pixels."""


@dataclass(frozen=True)
class PrintInk:
    """What print on one page is like."""

    depth: float  #: how much darker than paper at least, in the colour in which it is palest
    one_bit: bool  #: all ink is as deep: print is what has thick strokes

    def mask(self, least: Mask, dpi: float) -> Mask:
        """Return where print is, its edge with it; `least`: how much darker than paper, as `depth` is."""
        deep = cv2.threshold(least, self.depth, 255, cv2.THRESH_BINARY)[1]
        if not self.one_bit:
            return np.asarray(cv2.dilate(deep, EDGE), np.uint8)
        side = max(2, round(THICK * dpi / 25.4))
        thick = cv2.morphologyEx(deep, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
        return np.asarray(cv2.dilate(thick, ENDS), np.uint8)

    def other(self, ink: Mask, print_: Mask) -> Mask:
        """Return the ink that is not print's, which lies at `print_`."""
        rest = cv2.subtract(ink, print_)
        if self.one_bit:
            rest = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, BROKEN)
        return np.asarray(rest, np.uint8)


def darkest(darkness: NDArray[np.uint8]) -> Mask:
    """Return how much darker than paper it is in the colour in which ink is darkest."""
    if darkness.ndim == 2:
        return darkness
    first, second, third = cv2.split(darkness)
    return np.asarray(cv2.max(cv2.max(first, second), third), np.uint8)


def palest(darkness: NDArray[np.uint8]) -> Mask:
    """Return how much darker than paper it is in the colour in which ink is palest: print is deep in all."""
    if darkness.ndim == 2:
        return darkness
    first, second, third = cv2.split(darkness)
    return np.asarray(cv2.min(cv2.min(first, second), third), np.uint8)
