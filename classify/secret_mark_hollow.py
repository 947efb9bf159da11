"""Outlined letters: told from full ones, and filled as they would stand if they were printed.

To a reader an outlined M is nine strokes that mean nothing. The paper inside an outline is cut off from that
of the page, and what is cut off once more within it (the eye of an A, whose outlines are two) is paper again.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

HOLLOW = (0.93, 0.8)
"""Share of ink inside outlines under which a line is worth filling: as it is (of small letters the two sides
of an outline nearly touch), and with gaps closed."""
OUTLINED = 0.72
"""Share under which it is outlined to be seen at a glance; print, its eyes filled, has 0.8 and more."""
MOST = 400
"""Edges in a line; of a screen there are thousands."""


def is_outlined(ink: Grey) -> bool:
    """Return whether the letters of a line are for the most part paper within an outline."""
    full = _full(ink)
    return full is not None and bool(np.count_nonzero(ink) < OUTLINED * np.count_nonzero(full))


def filled(ink: Grey, gap: int = 1) -> Grey | None:
    """Return outlined letters filled, gaps of `gap` pixels closed before; None: they are not hollow."""
    closed = ink
    if gap > 1:
        closed = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)), np.uint8)
    full = _full(closed)
    if full is None or np.count_nonzero(ink) > HOLLOW[gap > 1] * np.count_nonzero(full):
        return None
    return np.asarray(cv2.GaussianBlur(full, (3, 3), 0), np.uint8)


def _full(ink: Grey) -> Grey | None:
    """Return ink with the paper that it goes round, but not what it goes round twice; None: too much."""
    edges, inside = cv2.findContours(ink, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if not edges or len(edges) > MOST:
        return None
    parents = inside[0][:, 3].tolist()
    depth: list[int] = []
    for number in range(len(edges)):
        deep, above = 0, parents[number]
        while above >= 0:
            deep, above = deep + 1, parents[above]
        depth.append(deep)
    full = np.zeros_like(ink)
    for number in sorted(range(len(edges)), key=depth.__getitem__):
        if depth[number] % 4 == 0:  # an outline's outer side
            cv2.drawContours(full, edges, number, (255,), -1)
        elif depth[number] % 4 == 3:  # paper within an outline within an outline
            cv2.drawContours(full, edges, number, (0,), -1)
    return np.asarray(cv2.bitwise_or(full, ink), np.uint8)
