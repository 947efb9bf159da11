"""A round seal on a scan without colour, as black as the print it lies on, and what ink tells under it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.reading import Box
from catalog.scan import Pixels

WORK_DPI = 200
"""Dots per inch at which names are laid over ink."""
_COARSE_DPI = 50
"""Dots per inch of the picture on which seals are looked for: 5 ms a page."""
_RADIUS_MM = (13.5, 21.0)
"""Radius of a seal's outer ring, 16 to 18 mm as a rule; copies are smaller or larger than their paper."""
_MOST_PIXELS = 1_000_000
"""Of that picture: pages up to A2. A scan that is larger by its own word is none, and would cost seconds."""
_EDGE, _VOTES = 120, 34
"""Canny's upper level and the least votes of `cv2.HoughCircles`."""
_HEAD = 0.25
"""Share of the page from above where nobody signs."""
_INK = 128
"""Grey level under which a pixel is ink."""
_AWAY = 1.06
"""Radii from the middle from which there is no seal any more."""
_STRAY = 0.04
"""Chance that paper is ink: strokes of the signature, specks."""
_LEAST, _MOST = 0.06, 0.97
"""Chances of the seal's ink at any radius."""
_INKED = 0.95
"""Chance that a letter's pixel is ink."""
_SOLID = 0.8
"""Share of a column that is dark where the paper ends."""
_CALM = 0.3
"""What a pixel's evidence counts: the pixels of a stroke are ink together or not at all."""


@dataclass(frozen=True)
class Seal:
    """A circle on the page, in its pixels."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, eq=False)
class Evidence:
    """The part of a page where the name under a seal stands, at `WORK_DPI`."""

    weight: NDArray[np.float32]  #: height x width x 2: what a letter's ink, and its rim, tell there
    expected: NDArray[np.float32]  #: the same if a letter were there
    ink: NDArray[np.bool_]
    outside: NDArray[np.bool_]  #: where the seal is not
    box: Box  #: pixels of the page at `WORK_DPI`

    def until(self, column: int) -> "Evidence":
        """Return the evidence left of `column`."""
        x0, y0, x1, y1 = self.box
        return Evidence(
            self.weight[:, :column], self.expected[:, :column], self.ink[:, :column],
            self.outside[:, :column], (x0, y0, min(x1, x0 + column), y1),
        )  # fmt: skip


def find_seal(grey: Pixels, dpi: int) -> Seal | None:
    """Return the round seal of an upright page that is plainest to see.

    None where the picture, at `dpi`, is larger than papers that are signed or smaller than a seal.
    """
    top = int(grey.shape[0] * _HEAD)
    scale = _COARSE_DPI / dpi
    low, high = (round(mm * _COARSE_DPI / 25.4) for mm in _RADIUS_MM)
    tall, wide = (scale * side for side in grey[top:].shape)
    if tall * wide > _MOST_PIXELS or min(tall, wide) < 2 * low:
        return None
    small = cv2.resize(grey[top:], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = cv2.HoughCircles(
        small, cv2.HOUGH_GRADIENT, 1, 30, param1=_EDGE, param2=_VOTES, minRadius=low, maxRadius=high
    )
    if found is None:
        return None
    x, y, radius = found.reshape(-1, 3)[0].tolist()
    return Seal(x / scale, y / scale + top, radius / scale)


def evidence(grey: Pixels, dpi: int, seal: Seal) -> Evidence:
    """Return what the ink round the lower half of `seal` tells."""
    scale = WORK_DPI / dpi
    mm = WORK_DPI / 25.4
    left, top = int(max(0, seal.x - seal.radius - 8 * mm / scale)), int(max(0, seal.y - 1.3 * seal.radius))
    right = int(min(grey.shape[1], seal.x + seal.radius + 40 * mm / scale))
    bottom = int(min(grey.shape[0], seal.y + seal.radius + 11 * mm / scale))
    cut = cv2.resize(grey[top:bottom, left:right], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = (cut < _INK).astype(np.float32)
    placed = _centred(dark, Seal((seal.x - left) * scale, (seal.y - top) * scale, seal.radius * scale))
    ring = _ring(dark, placed)
    y0 = min(int(max(0, placed.y + 0.1 * placed.radius)), dark.shape[0] - 1)
    part = dark[y0:]
    columns = np.arange(dark.shape[1], dtype=np.float32) - np.float32(placed.x)
    rows = np.arange(y0, dark.shape[0], dtype=np.float32)[:, None] - np.float32(placed.y)
    away = np.hypot(columns, rows)
    radius = np.minimum(away, len(ring) - 1).astype(np.intp)
    ink = part > 0
    seen, hoped = _telling(ring)
    weight = seen.take(radius + ink * len(ring), axis=0)
    weight[:, part.mean(0) > _SOLID] = (-1.0, 0.0)  # beyond the paper
    return Evidence(
        weight=weight,
        expected=hoped.take(radius, axis=0),
        ink=ink,
        outside=away > _AWAY * placed.radius,
        box=(int(left * scale), int(top * scale) + y0, int(left * scale) + ink.shape[1],
             int(top * scale) + y0 + ink.shape[0]),
    )  # fmt: skip


def _telling(ring: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what a pixel tells of a letter and its rim (radii x 2, of paper, then of ink), and would if
    they were there."""
    one = np.array([_INKED, 0.5], np.float32)
    sealed = ring[:, None]
    ink, paper = np.log(one / sealed) * _CALM, np.log((1 - one) / (1 - sealed)) * _CALM
    return np.concatenate([paper, ink]), one * ink + (1 - one) * paper


def _centred(dark: NDArray[np.float32], seal: Seal) -> Seal:
    """Return the seal where its rings are sharpest: what was found on the coarse picture is 2 pixels off."""
    x, y, step = seal.x, seal.y, seal.radius / 35
    for _ in range(4):
        near = [(x + i * step, y + j * step) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        sharp = [float(np.sort(_polar(dark, *at, seal.radius, 90).mean(0))[-5:].mean()) for at in near]
        x, y = near[int(np.argmax(sharp))]
        step /= 2
    return Seal(x, y, seal.radius)


def _polar(dark: NDArray[np.float32], x: float, y: float, radius: float, angles: int) -> NDArray[np.float32]:
    reach = int(radius * 1.25)
    how = cv2.WARP_POLAR_LINEAR | cv2.WARP_FILL_OUTLIERS  # else off the paper is whatever memory held
    return np.asarray(cv2.warpPolar(dark, (reach, angles), (x, y), reach, how), np.float32)


def _ring(dark: NDArray[np.float32], seal: Seal) -> NDArray[np.float32]:
    """Return the chance of the seal's ink at each radius, from its upper half, where no name lies."""
    polar = _polar(dark, seal.x, seal.y, seal.radius, 360)
    share = np.clip(polar[170:330].mean(0), _LEAST, _MOST)  # degrees clockwise from the right
    share[int(seal.radius * _AWAY) :] = _STRAY
    beside = 0.85 * np.maximum(np.roll(share, 1), np.roll(share, -1))
    return np.append(np.maximum(share, beside), np.float32(_STRAY)).astype(np.float32)
