"""Frames: four straight sides with room inside for a mark, however they lean and whatever print they touch.

The paper inside a frame is cut off from the paper of the page by its lines, also where print runs into them
from outside; so it is the paper that is looked for, and what stands on it lies apart from the print.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.reading import Box
from classify.secret_mark_pieces import pieces
from classify.secret_mark_rows import MM, Mask

INSIDE = ((7 * MM, 110 * MM), (4.5 * MM, 55 * MM))
"""Width and height of the box round the paper in a frame."""
SQUARE = 0.8
"""Width of the paper in heights: MẬT, its letters narrow."""
FULL = 0.6
"""Share of the smallest box round it, at any lean, that the paper fills: cut or round corners, print."""
STEEPEST = 28.0
GAPS = np.ones((3, 3), np.uint8)
"""Gaps in a frame's lines are closed over so many pixels."""
COARSE = 2
"""Pixels that are looked at as one."""
LINE = 90
"""Of 255; part of such a pixel that is inked where a line runs through it: one of 0.3 mm at least."""
LEAST = 1.5 * MM * MM
"""Pixels of ink inside."""
FEW = 2
"""Frames on a page up to which each is looked at: readers may agree on a word that is not there."""
INKED = (0.03, 0.75)
"""Share of the paper in a frame that is inked."""
MOST = 5


@dataclass(frozen=True, eq=False)
class Frame:
    """A frame, on the upright page at `ROW_DPI`."""

    box: Box
    angle: float  #: degrees clockwise by which it falls
    inside: Mask  #: of `box`: 255 on the paper in the frame, and on what stands on it alone
    unread: int  #: pixels of ink inside that no agreed word explains
    weight: float  #: how likely it is a mark's


def frames(ink: Mask, known: Mask) -> list[Frame]:
    """Return the frames in the ink of a page, of which words explain `known`; the likeliest first.

    Of more than a few, as a table has, only those in which ink is that no word explains.
    """
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, GAPS)
    half = cv2.resize(closed, None, fx=1 / COARSE, fy=1 / COARSE, interpolation=cv2.INTER_AREA)
    paper = np.asarray(cv2.threshold(half, LINE, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)
    found = sorted(_frames(paper, ink, known), key=lambda frame: -frame.weight)
    if len(found) > FEW:
        found = [frame for frame in found if frame.unread >= LEAST]
    return found[:MOST]


def _frames(paper: Mask, ink: Mask, known: Mask) -> Iterator[Frame]:
    labels, stats = pieces(paper, connectivity=4)
    (narrow, broad), (low, high) = (tuple(each / COARSE for each in pair) for pair in INSIDE)
    _x, _y, across, down, area = stats.T
    fits = (across >= narrow) & (across <= broad) & (down >= low) & (down <= high)
    fits &= area >= 0.25 * across * down
    fits[0] = False
    for number in map(int, np.flatnonzero(fits)):
        x, y, wide, tall, _ = (int(value) for value in stats[number])
        here = ((labels[y : y + tall, x : x + wide] == number) * np.uint8(255)).astype(np.uint8)
        outer, _ = cv2.findContours(here, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        edge = max(outer, key=len)
        angle, along, up = _lying(edge)
        if abs(angle) > STEEPEST or along < SQUARE * up or cv2.contourArea(edge) < FULL * along * up:
            continue
        cv2.drawContours(here, [edge], -1, (255,), -1)
        box = x * COARSE, y * COARSE, (x + wide) * COARSE, (y + tall) * COARSE
        part = np.s_[box[1] : box[3], box[0] : box[2]]
        inked, read = ink[part], known[part]
        size = (inked.shape[1], inked.shape[0])
        inside = np.asarray(cv2.resize(here, size, interpolation=cv2.INTER_NEAREST), np.uint8)
        told = int(np.count_nonzero(cv2.bitwise_and(read, inside)))
        count = int(np.count_nonzero(cv2.bitwise_and(inked, inside)))
        if count < LEAST or not INKED[0] <= count / np.count_nonzero(inside) <= INKED[1]:
            continue
        box = box[0], box[1], box[0] + size[0], box[1] + size[1]
        yield Frame(box, angle, inside, count - told, _weight(angle, up * COARSE, (count - told) / count))


def _lying(edge: NDArray[Any]) -> tuple[float, float, float]:
    """Return by how many degrees the smallest box round an edge falls, its length and its height."""
    (_, _), (one, other), angle = cv2.minAreaRect(edge)
    turned = (angle + 45) % 90 - 45  # OpenCV counts from 0 to 90 or from -90 to 0, by its version
    if round((angle - turned) / 90) % 2:
        one, other = other, one
    return float(turned), float(one), float(other)


def _weight(angle: float, up: float, unknown: float) -> float:
    """Return how likely a frame is a mark's: of a stamp's height, leaning, its words not read."""
    tall = up / MM
    return unknown + (0.5 if abs(angle) > 1.5 else 0.0) + (1.0 if 6 <= tall <= 25 else 0.0)
