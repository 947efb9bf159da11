"""Outlined letters: told from full ones, and filled as they would stand if they were printed; thin ones too.

To a reader an outlined M is nine strokes that mean nothing. The paper inside an outline is cut off from that
of the page, and what is cut off once more within it (the eye of an A, whose outlines are two) is paper again.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

HOLLOW = (0.93, 0.8)
"""Share of ink inside outlines under which a line is worth filling: as it is (of small letters the two sides
of an outline nearly touch), and with gaps closed."""
OUTLINED = 0.75
"""Share under which it is outlined to be seen at a glance; print, its eyes filled, has 0.8 and more."""
TALL = 0.4
"""Height of a letter in heights of the line, marks on letters aside."""
HOLE = 0.55
"""Height of the hole in an outlined letter, in heights of the letter."""
MOSTLY = 0.65
"""Share of the letters, by their width, that have such a hole."""
THIN = 3.5
"""Pixels of a crop, 0.45 mm; strokes of print at 13 pt have 0.4 to 0.6 mm, bold ones 0.7."""
FEW = 150
"""Edges up to which a line is looked at for outlines: without grain a mark has 40."""
MOST = 400
"""Edges in a line; of a screen there are thousands."""


def is_outlined(ink: Grey) -> bool:
    """Return whether the letters of a line are for the most part paper within an outline.

    Either much more of it is paper than in print, or each letter has one hole from its head to its foot: an M
    or a T of print has none.
    """
    edges, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if not edges or len(edges) > FEW:
        return False
    boxes = [cv2.boundingRect(edge) for edge in edges]
    within = tree[0][:, 3].tolist()
    letters = [i for i, box in enumerate(boxes) if within[i] < 0 and box[3] >= TALL * len(ink)]
    within_them = sum(cv2.contourArea(edge) for edge, above in zip(edges, within, strict=True) if above < 0)
    if np.count_nonzero(ink) < OUTLINED * within_them:
        return True
    hollow = {
        above
        for above, (_, _, _, high) in zip(within, boxes, strict=True)
        if above >= 0 and high >= HOLE * boxes[above][3]
    }
    whole = sum(boxes[i][2] for i in letters)
    return bool(letters) and sum(boxes[i][2] for i in letters if i in hollow) >= MOSTLY * whole


def filled(ink: Grey, gap: int = 1) -> Grey | None:
    """Return outlined letters filled, gaps of `gap` pixels closed before; None: they are not hollow."""
    closed = ink
    if gap > 1:
        closed = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)), np.uint8)
    edges, depth = _edges(closed)
    if not edges:
        return None
    full = _full(closed, edges, depth)
    if np.count_nonzero(ink) > HOLLOW[gap > 1] * np.count_nonzero(full):
        return None
    return np.asarray(cv2.GaussianBlur(full, (3, 3), 0), np.uint8)


def thickened(dark: Grey, ink: Grey) -> Grey | None:
    """Return thin strokes broader; None: they are broad enough."""
    outer, _ = cv2.findContours(ink, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    along = sum(len(contour) for contour in outer) / 2
    if not along or np.count_nonzero(ink) / along > THIN:
        return None
    return np.asarray(cv2.GaussianBlur(cv2.dilate(dark, np.ones((3, 3), np.uint8)), (3, 3), 0), np.uint8)


def _edges(ink: Grey) -> tuple[Sequence[Any], list[int]]:
    """Return the edges of ink and how many go round each; none: too many."""
    edges, tree = cv2.findContours(ink, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if not edges or len(edges) > MOST:
        return (), []
    within = tree[0][:, 3].tolist()
    depth: list[int] = []
    for above in within:
        deep = 0
        while above >= 0:
            deep, above = deep + 1, within[above]
        depth.append(deep)
    return edges, depth


def _full(ink: Grey, edges: Sequence[Any], depth: Sequence[int]) -> Grey:
    """Return ink with the paper that it goes round, but not what it goes round twice."""
    full = np.zeros_like(ink)
    for number in sorted(range(len(edges)), key=depth.__getitem__):
        if depth[number] % 4 == 0:  # an outline's outer side
            cv2.drawContours(full, edges, number, (255,), -1)
        elif depth[number] % 4 == 3:  # paper within an outline within an outline
            cv2.drawContours(full, edges, number, (0,), -1)
    return np.asarray(cv2.bitwise_or(full, ink), np.uint8)
