"""What shows under a round seal: red print that the seal's own red hides from finder and readers.

A name pressed with a red stamp lies half under the seal, and lifting the red off would take the name too. Its
ink is denser than the seal's, which is pressed by hand and lies there as a pale pattern; where one covers the
other it is denser still. So the pale red is made paper, at more than one strength, and what is left is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from catalog.reading import Box
from catalog.scan import Pixels
from ocr.clean import CleanPage, Mask
from ocr.line_finder import LineFinder
from ocr.reader import LineImage, ReadLine

_COARSE = 8
"""Pixels of the page in one of the picture on which seals are looked for."""
_SEAL_MM = (22.0, 60.0)
"""Height of a seal; the name stamped beside it makes the patch of red wider, not higher."""
_LEAST_SPAN = 40
"""Grey levels between the densest red and the usual, below which there is but one kind of red."""
_FINER = 2
"""How much more finely than a page the part with a seal is looked at for lines."""
_STRENGTHS = (0.55, 0.8, 1.0)
"""Share of the way from the densest red to the usual at which red becomes paper."""
_LINE_MM = (1.8, 7.5)
"""Height of a line of print."""
_LINE_LONG = 3.0
"""Times its height that a line with a name is long."""
_RED_SHARE = 0.6
"""Share of a line's dark pixels that are red; black print under a seal is read with the red lifted off."""


@dataclass(frozen=True, eq=False)
class Hidden:
    """A line of red print under a seal, and how it looks with more or less of the seal made paper."""

    box: Box  #: upright pixels
    looks: tuple[LineImage, ...]


def seals(red: Mask, dpi: int) -> list[Box]:
    """Return the patches of red that are high enough for a round seal, in pixels of `red`."""
    height, width = red.shape
    size = max(1, width // _COARSE), max(1, height // _COARSE)
    small = cv2.resize(red, size, interpolation=cv2.INTER_AREA)
    patch = cv2.threshold(small, 40, 255, cv2.THRESH_BINARY)[1]
    reach = max(1, round(2.5 * dpi / 25.4 / _COARSE))
    patch = cv2.morphologyEx(patch, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    low, high = (mm * dpi / 25.4 / _COARSE for mm in _SEAL_MM)
    _, _, stats, _ = cv2.connectedComponentsWithStats(patch.astype(np.uint8), connectivity=8)
    return [
        (x * _COARSE, y * _COARSE, min(width, (x + w) * _COARSE), min(height, (y + h) * _COARSE))
        for x, y, w, h, _ in stats[1:].tolist()
        if low <= h <= high and w >= low
    ]


def under_seals(page: CleanPage, finder: LineFinder) -> list[Hidden]:
    """Return the lines of red print that lie under the seals of the page, wholly or in part.

    Raises:
        LineFinderError: the engine broke.
    """
    round_ones = seals(page.red, page.dpi) if page.red is not None else []
    ink = page.ink() if round_ones else None  # turning a page costs; few pages with red have a seal
    if page.red is None or ink is None:
        return []
    return [line for seal in round_ones for line in _under(page, page.red, ink, seal, finder)]


def _under(page: CleanPage, red: Mask, ink: Pixels, seal: Box, finder: LineFinder) -> list[Hidden]:
    mm = page.dpi / 25.4
    x0, y0, x1, y1 = seal
    # The post stands over the seal, the name under its lower half.
    left, right = max(0, int(x0 - 15 * mm)), min(page.width, int(x1 + 35 * mm))
    top, bottom = int(y0 + (y1 - y0) * 0.4), min(page.height, int(y1 + 8 * mm))
    part, mask = ink[top:bottom, left:right], red[top:bottom, left:right] > 127
    dense, usual = np.percentile(part[mask], (4, 50)) if mask.any() else (0.0, 0.0)
    if usual - dense < _LEAST_SPAN:
        return []
    looks = [_without(part, float(dense), float(dense + share * (usual - dense))) for share in _STRENGTHS]
    return [
        Hidden(
            (box[0] + left, box[1] + top, box[2] + left, box[3] + top),
            tuple(page.cut(look, box) for look in looks),
        )
        for box in finder.find(looks[0], side=max(page.width, page.height) // _FINER)
        if _like_line(box, mm) and _is_red(box, looks[0], mask)
    ]


def _without(ink: Pixels, dense: float, paper: float) -> Pixels:
    """Return `ink` spread from black at `dense` to white at `paper`."""
    levels = (np.arange(256, dtype=np.float32) - dense) * 255 / max(1.0, paper - dense)
    spread: Pixels = cv2.LUT(ink, np.clip(levels, 0, 255).astype(np.uint8)).astype(np.uint8)
    return spread


def _like_line(box: Box, mm: float) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return _LINE_MM[0] * mm <= height <= _LINE_MM[1] * mm and width >= _LINE_LONG * height


def _is_red(box: Box, look: Pixels, mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    x0, y0, x1, y1 = box
    dark = look[y0:y1, x0:x1] < 128
    return bool(dark.any()) and float(mask[y0:y1, x0:x1][dark].mean()) >= _RED_SHARE


def clearest(given: Sequence[ReadLine]) -> ReadLine:
    """Return one reading of a line made of those of its looks: each word as the reader was surest of it."""
    base = max(given, key=lambda line: line.confidence)
    alike = [line.words for line in given if len(line.words) == len(base.words)]
    return ReadLine(tuple(max(words, key=lambda word: word.confidence) for words in zip(*alike, strict=True)))
