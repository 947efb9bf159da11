"""How far the rows of print lean, measured on the ink alone."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.scan import Pixels

Spots = NDArray[np.float32]
"""One number for every inked spot."""

MAX_SKEW = 15.0
"""Degrees searched to either side; a sheet that leans further was not scanned but dropped."""
MIN_SKEW = 0.3
"""Degrees left alone: turning blurs bilevel print, and line boxes bear this much."""
_SIDE = 800
"""Long side of the thumbnail in pixels: about 70 dpi of an A4 page, rows of print still apart."""
_EDGE = 0.03
"""Share of each side left out: the black rims that scanners leave are straight but not print."""
_INK = 12
"""Grey levels darker than the paper round it that count as ink."""
_MIN_INK = 0.002
"""Share of ink below which there are no rows to measure."""


def skew(page: Pixels) -> float:
    """Return the degrees clockwise that straighten grey `page`, 0.0 for a blank or a straight one.

    Print that lies sideways is measured by its columns, so the answer holds before any quarter turn.
    """
    dark = _ink(page)
    if np.count_nonzero(dark > _INK) < _MIN_INK * dark.size:
        return 0.0
    half = cast(Pixels, cv2.resize(dark, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    best = 0.0
    for ink, reach, step in ((half, MAX_SKEW, 1.0), (dark, 1.0, 0.25), (dark, 0.2, 0.05)):
        best = _sharpest(ink, np.arange(best - reach, best + reach + step / 2, step))
    return best if MIN_SKEW <= abs(best) <= MAX_SKEW else 0.0


def _ink(page: Pixels) -> Pixels:
    """Return a thumbnail of how much darker than the paper round it each spot is, its rim left out."""
    height, width = page.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    dark = cast(Pixels, cv2.subtract(cv2.medianBlur(small, 21), small))
    rim = round(_EDGE * min(size))
    if rim:
        dark[:rim] = dark[-rim:] = 0
        dark[:, :rim] = dark[:, -rim:] = 0
    return dark


def _sharpest(dark: Pixels, angles: NDArray[np.float64]) -> float:
    """Return the one of `angles`, in degrees clockwise, at which rows or columns stand out most."""
    y, x = np.nonzero(dark > _INK)
    height, width = dark.shape
    spots = x.astype(np.float32) - width / 2, y.astype(np.float32) - height / 2
    weight = dark[y, x].astype(np.float32)
    return float(max(angles, key=lambda angle: _sharpness(*spots, weight, float(angle))))


def _sharpness(x: Spots, y: Spots, weight: Spots, degrees: float) -> float:
    """How sharply ink changes from row to row (or column to column), turned by `degrees` clockwise."""
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    return max(_steps(sine * x + cosine * y, weight), _steps(cosine * x - sine * y, weight))


def _steps(position: Spots, weight: Spots) -> float:
    index = np.floor(position).astype(np.int64)
    # Ink is shared between the two rows it falls on, or angles near 0 win by rounding alone.
    part = (position - index).astype(np.float32)
    index -= index.min()
    length = int(index.max()) + 2
    rows = np.bincount(index, weight * (1 - part), length) + np.bincount(index + 1, weight * part, length)
    return float(np.square(np.diff(rows)).sum())
