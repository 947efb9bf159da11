"""How far the rows of print lean, measured on the ink alone."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

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
_TOGETHER = 4
"""Pixels along a row that are taken for one where angles differ by a quarter of a degree or less."""
_ABOUT = 0.25
"""Degrees by which what is known about may be off."""
_MIN_INK = 0.002
"""Share of ink below which there are no rows to measure."""


class Lie(NamedTuple):
    """How the rows of print lie on a scan."""

    skew: float = 0.0  #: degrees clockwise that straighten it
    sideways: bool = False  #: rows run up or down


def lie(page: Pixels, *, about: float | None = None) -> Lie:
    """Return how grey `page` lies; a blank one lies straight.

    Print that lies sideways is measured by its columns, so the answer holds before any quarter turn. `about`:
    what the skew is likely to be, within a quarter degree; it is looked for there first, in half of the time.
    """
    dark = _ink(page)
    if np.count_nonzero(dark > _INK) < _MIN_INK * dark.size:
        return Lie()
    half = cast(Pixels, cv2.resize(dark, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    if not (half > _INK).any():
        return Lie()  # grain
    likely = _round(0.0, MAX_SKEW, 1.0) if about is None else [about]
    best, way = _sharpest(half, likely, (_rows, _columns))
    along = (_TOGETHER, 1) if way is _rows else (1, _TOGETHER)
    for reach, step in ((0.75, 0.25), (0.2, 0.05)) if about is None else ((_ABOUT, 0.05),):
        best, way = _sharpest(dark, _round(best, reach, step), (way,), along)
    if about is not None and abs(best - about) > _ABOUT - 0.025:
        return lie(page)  # it goes on beyond: what was known is wrong
    return Lie(best if MIN_SKEW <= abs(best) <= MAX_SKEW else 0.0, way is _columns)


def _ink(page: Pixels) -> Pixels:
    """Return a thumbnail of how much darker than the paper round it each spot is, its rim left out."""
    height, width = page.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    whole_pixels = max(1, min(height // size[1], width // size[0]))
    if whole_pixels > 1:  # by whole pixels it goes five times as fast, and little is left for the rest
        down, right = height // whole_pixels, width // whole_pixels
        part = page[: down * whole_pixels, : right * whole_pixels]
        page = cast(Pixels, cv2.resize(part, (right, down), interpolation=cv2.INTER_AREA))
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    half = max(1, size[0] // 2), max(1, size[1] // 2)
    paper = cv2.medianBlur(cv2.resize(small, half, interpolation=cv2.INTER_AREA), 11)
    whole = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    dark = cast(Pixels, cv2.subtract(whole, small))
    rim = round(_EDGE * min(size))
    if rim:
        dark[:rim] = dark[-rim:] = 0
        dark[:, :rim] = dark[:, -rim:] = 0
    return dark


_Way = Callable[[Spots, Spots, float], Spots]
"""Where spots at x, y lie across the rows of print, were the page turned by an angle in radians."""


def _rows(x: Spots, y: Spots, angle: float) -> Spots:
    return math.sin(angle) * x + math.cos(angle) * y


def _columns(x: Spots, y: Spots, angle: float) -> Spots:
    return math.cos(angle) * x - math.sin(angle) * y


def _round(middle: float, reach: float, step: float) -> list[float]:
    """Return the angles round `middle`, in whole hundredths: none lies under `MIN_SKEW` by chance."""
    return [round(float(angle), 2) for angle in np.arange(middle - reach, middle + reach + step / 2, step)]


def _sharpest(
    dark: Pixels, angles: Sequence[float], ways: Sequence[_Way], along: tuple[int, int] = (1, 1)
) -> tuple[float, _Way]:
    """Return the one of `angles`, in degrees clockwise, and of `ways` at which rows stand out most.

    `along`: pixels across and down that count as one spot.
    """
    inked = np.where(dark > _INK, dark, 0).astype(np.float32)
    height, width = dark.shape
    across, down = along
    if along != (1, 1):
        size = -(-width // across), -(-height // down)
        below, beside = size[1] * down - height, size[0] * across - width
        whole = cv2.copyMakeBorder(inked, 0, below, 0, beside, cv2.BORDER_CONSTANT, value=(0,))
        inked = cast(Spots, cv2.resize(whole, size, interpolation=cv2.INTER_AREA))
    y, x = np.nonzero(inked)
    spots = (
        (x.astype(np.float32) + 0.5) * across - 0.5 - width / 2,
        (y.astype(np.float32) + 0.5) * down - 0.5 - height / 2,
    )
    weight = inked[y, x]
    tried = ((angle, way) for angle in angles for way in ways)
    return max(tried, key=lambda each: _steps(each[1](*spots, math.radians(each[0])), weight))


def _steps(position: Spots, weight: Spots) -> float:
    """How sharply ink changes from one row to the next."""
    position = position - np.floor(position.min())
    index = position.astype(np.intp)
    # Ink is shared between the two rows it falls on, or angles near 0 win by rounding alone.
    part = (position - index) * weight
    length = int(index.max()) + 2
    later = np.bincount(index, part, length)
    rows = np.bincount(index, weight, length) - later
    rows[1:] += later[:-1]
    return float(np.square(np.diff(rows)).sum())
