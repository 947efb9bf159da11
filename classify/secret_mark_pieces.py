"""Pieces of ink that hang together, and the box round each: what every look at a page begins with."""

import cv2
import numpy as np
from numpy.typing import NDArray

LEFT, TOP, WIDE, TALL, AREA = range(5)
"""Columns of `boxes`."""


Labels = NDArray[np.int32]
"""Height x width: the number of the piece at every pixel, 0 where there is none."""


def pieces(mask: NDArray[np.uint8], *, connectivity: int = 8) -> tuple[Labels, NDArray[np.int32]]:
    """Return the pieces in a mask, and a box for each number.

    As OpenCV's own function with statistics, in half the time: next to all of a page is paper, and boxes and
    areas follow from where each run of ink begins and ends.
    """
    count, found = cv2.connectedComponents(mask, connectivity=connectivity, ltype=cv2.CV_32S)
    labels = np.asarray(found, np.int32)
    return labels, boxes(mask, labels, count)


def boxes(mask: NDArray[np.uint8], labels: Labels, count: int) -> NDArray[np.int32]:
    """Return the box round what each of `count` pieces has of a mask, none of whose runs lies in two."""
    edged = cv2.copyMakeBorder(mask, 0, 0, 1, 1, cv2.BORDER_CONSTANT, value=(0,)) > 0
    across = edged.shape[1]
    flat = edged.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    begin, long = edges[::2], edges[1::2] - edges[::2]
    row = begin // across
    left = begin - row * across
    number = labels[row, left]
    low, high = np.full(count, across), np.zeros(count, np.intp)
    np.minimum.at(low, number, left)
    np.maximum.at(high, number, left + long)
    top, foot = np.full(count, len(mask)), np.zeros(count, np.intp)
    top[number[::-1]] = row[::-1]  # rows rise: the first stays
    foot[number] = row + 1
    area = np.bincount(number, weights=long, minlength=count)
    found = np.stack((low, top, high - low, foot - top, area), axis=1).astype(np.int32)
    found[area == 0] = 0
    return found
