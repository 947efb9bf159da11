"""Ink of a stamp that hangs together with print: told from it, and what is left of it by itself.

A stamp and the words that it lies on make one piece of ink. What those words explain is taken off it, or,
where the stamp is the paler of the two, what is as deep as print; what is left may be letters.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from classify.secret_mark_pieces import AREA, LEFT, TALL, TOP, WIDE, Labels, pieces

Mask = NDArray[np.uint8]

EDGE = np.ones((5, 5), np.uint8)
"""Round deep ink lies its own pale edge, so wide."""
LEAST = 60
"""Pixels, 1.7 square mm, that no word explains or that are pale, from which a piece is more than print."""
LETTERS = 500
"""Pixels that are pale on a page from which letters may be among them: an outlined MẬT has 800."""
SHARE = (0.12, 0.9)
"""Share of a piece that is explained, or deep, between which it is of two kinds."""
PALE = 0.2
"""Share of a piece that is pale by itself where its ink is of two depths; of print alone, 0.03."""
MOST = 5
"""Pieces taken apart, those with most of the other ink first."""


def pale(ink: Mask, deep: Mask) -> Mask:
    """Return the ink that is not deep, nor the edge of what is."""
    return np.asarray(cv2.subtract(ink, cv2.dilate(deep, EDGE)), np.uint8)


def apart(
    labels: Labels,
    stats: NDArray[np.int32],
    told: NDArray[np.intp],
    *,
    known: Mask,
    faint: Mask,
    least: tuple[float, float],
    most: tuple[float, float],
) -> tuple[NDArray[np.int32], int] | None:
    """Take the mixed pieces apart in `labels`; return the box of each piece, and the first new number.

    None: none is mixed. `told`: how much of each words explain (`known`); `faint`: what is pale by itself;
    `least`, `most`: width and height of what is worth it.
    """
    area = stats[:, AREA]
    high, wide = stats[:, TALL], stats[:, WIDE]
    fits = (high >= least[1]) & (wide >= least[0]) & (high <= most[1]) & (wide <= most[0])
    fits[0] = False
    pallid = np.zeros(len(stats), np.intp)
    if cv2.countNonZero(faint) >= LETTERS:
        spots = cv2.findNonZero(faint).reshape(-1, 2).T  # a few of millions: quicker than a mask
        pallid = np.bincount(labels[spots[1], spots[0]], minlength=len(stats))
    two = fits & (pallid >= LEAST) & (pallid >= PALE * area) & (pallid <= SHARE[1] * area)
    rest = area - told
    over = fits & (rest >= LEAST) & (told >= SHARE[0] * area) & (told <= SHARE[1] * area)
    weight = np.where(two, pallid, np.where(over, rest, 0))
    chosen = np.flatnonzero(weight)
    if not chosen.size:
        return None
    chosen = chosen[np.argsort(-weight[chosen])[:MOST]]
    first = count = len(stats)
    found = [stats.copy()]
    found[0][chosen] = 0
    for number in map(int, chosen):
        x, y = int(stats[number, LEFT]), int(stats[number, TOP])
        here = np.s_[y : y + int(high[number]), x : x + int(wide[number])]
        piece = ((labels[here] == number) * np.uint8(255)).astype(np.uint8)
        left = cv2.bitwise_and(piece, faint[here]) if two[number] else cv2.subtract(piece, known[here])
        parts, boxes = pieces(np.asarray(left, np.uint8))
        labels[here][parts > 0] = parts[parts > 0] + (count - 1)
        boxes = boxes[1:].copy()
        boxes[:, LEFT] += x
        boxes[:, TOP] += y
        found.append(boxes)
        count += len(boxes)
    return np.concatenate(found), first
