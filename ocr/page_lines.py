"""Where lines stand on a page: as scanned and, where ink is red, also with the red lifted off.

A seal hides the name under it from the finder, or leaves it half a name; red print shows as scanned only.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from catalog.reading import Box
from ocr.clean import CleanPage, Mask
from ocr.line_finder import LineFinder

INSIDE = 0.6
"""Share of a line's area from which it is taken for a part of another."""
_THE_SAME = 0.9
"""Share from which it is the other, found again."""
_UNDER_RED = 0.985
"""The same where red ink lies on it: one letter that a seal hides is a few hundredths of a name."""
_STAIN = 0.01
"""Share of red pixels in the box of a line from which red ink lies on it."""
_COARSE, _SPOT = 8, 40
"""Pixels of the page in one of the picture on which red is looked for, and the level from which it counts
there: a sixth of the 64 pixels. Red rules of a pixel are left: they hide nothing."""
_ABOUT, _RIM = 0.1, 0.04
"""What is looked at above and below red ink, and how much of it is there only to be seen: lines that are cut,
or too near the cut, are not found as they are on the whole page. Shares of the page's long side, 30 and 12 mm
of A4: so the finder sees it, whatever the scan says of its dpi."""
_MOST = 0.6
"""Share of a page from which it is looked at whole."""


def lines_on(page: CleanPage, finder: LineFinder) -> list[Box]:
    """Return where lines stand on the upright page.

    Raises:
        LineFinderError: the engine broke.
    """
    found = finder.find(page.plain)
    if page.red is None:
        return found
    for box in _with_red_lifted(page, page.red, finder):
        same = max((share(box, other) for other in found), default=0.0)
        if same < (_UNDER_RED if _stained(page.red, box) else _THE_SAME):
            found = [other for other in found if share(other, box) < INSIDE]
            found.append(box)
    return found


def share(box: Box, other: Box) -> float:
    """Return the share of `box` that lies within `other`."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return width * height / area if width > 0 and height > 0 else 0.0


def _with_red_lifted(page: CleanPage, red: Mask, finder: LineFinder) -> Iterator[Box]:
    """Yield the lines near red ink, as they show with it lifted off."""
    rim = round(_RIM * max(red.shape))
    for top, bottom in red_strips(red):
        first = top + rim if top else 0
        last = bottom - rim if bottom < page.height else bottom
        for x0, y0, x1, y1 in finder.find(page.cleaned[top:bottom], side=max(red.shape)):
            if first <= y0 + top and y1 + top <= last:
                yield x0, y0 + top, x1, y1 + top


def red_strips(red: Mask) -> list[tuple[int, int]]:
    """Return the rows, from one to before another, round red ink; all of them where they would be most."""
    height, width = red.shape
    size = max(1, width // _COARSE), max(1, height // _COARSE)
    small = cv2.resize(red, size, interpolation=cv2.INTER_AREA)
    rows = (small.max(axis=1, keepdims=True) > _SPOT).astype(np.uint8)
    about = max(1, round(_ABOUT * max(red.shape) / _COARSE))
    near = cv2.dilate(rows, np.ones((2 * about + 1, 1), np.uint8)).ravel().astype(np.int8)
    edges = np.flatnonzero(np.diff(near, prepend=0, append=0)).reshape(-1, 2).tolist()
    strips = [(top * _COARSE, height if end == size[1] else end * _COARSE) for top, end in edges]
    return strips if sum(end - top for top, end in strips) <= _MOST * height else [(0, height)]


def _stained(red: Mask, box: Box) -> bool:
    x0, y0, x1, y1 = box
    return float((red[y0:y1, x0:x1] > 127).mean()) > _STAIN
