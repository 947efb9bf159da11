"""Where on a scan somebody wrote or printed something, and where there is only dirt."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

LOOK_DPI = 100
"""Resolution at which all but sharpness is measured: a pen stroke of 0.3 mm is still one pixel wide."""
MM = LOOK_DPI / 25.4
"""Pixels of the downscaled page in a millimetre."""
INK = 0.20
"""Least darkness of ink against the paper round it, as a share of the paper's level."""
DARKEST_PAPER = 40
"""Level from which down paper counts as this dark."""
FIRM_INK = 0.45
"""Darkness the darkest tenth of a piece of writing reaches; print seen from the other side never does."""
FAINT_INK = 0.07
"""Darkness from which something may be faded ink, pencil, or print seen from the other side: which of
them, only its edges tell. Paper and scanner noise stay under 0.05."""
SPECK = 0.8 * MM
"""Longest side of dust."""
HOLE = (3.5 * MM, 9.0 * MM)
"""Diameter of punch holes (ISO 838: 6 mm, with shadow)."""
HOLE_ZONE = 25 * MM
"""Punch holes lie this close to an edge."""
HOLE_FILL = 0.55
"""Share of its box that a hole's dark disc takes (a circle: 0.79, with a bright spot inside less)."""
REACH = 2.5 * MM
"""Strokes closer than this belong to one piece of writing."""
LEAST_EXTENT, LEAST_INK = 3.0 * MM, 10
"""Pixels across, and pixels of ink, of the smallest piece of writing: a page number, an initial."""
LINE = (0.9 * MM, 12 * MM)
"""A fold, a streak of the scanner, the rim of a sheet: thinner than the first, longer than the second."""
FEW_LINES = 4
"""More lines than this are a form or a table, which is not blank."""
BORDER_LEVEL = 110
"""Grey under which the dark round a sheet on the scanner's bed lies."""
BORDER_WIDTH = 2.0 * MM
"""Dark parts at the rim wider than this are the scanner's bed, not print."""


def find_writing(grey: Grey) -> tuple[Mask, Mask]:
    """Return (ink that is certainly writing, ink that may be) of a page at `LOOK_DPI`.

    The second is looked for where the first is empty, and may be faded ink or print seen from the other
    side of the sheet: only edges in full resolution tell them apart.
    """
    paper = _paper(grey)
    paperlike = ~_scanner_border(grey)
    certain = _writing(_darker(grey, paper, INK) & paperlike, _darker(grey, paper, FIRM_INK))
    if certain.any():
        return certain, np.zeros_like(certain)
    return certain, _writing(_darker(grey, paper, FAINT_INK) & paperlike, None)


def _paper(grey: Grey) -> Grey:
    """Return the level of the paper round each pixel."""
    tiny = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(tiny, np.ones((9, 9), np.uint8)), 15)
    whole = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole, dtype=np.uint8)


def _darker(grey: Grey, paper: Grey, share: float) -> Mask:
    """Return which pixels are darker than the paper round them, by `share` of its level at least."""
    levels = np.maximum(np.arange(256), DARKEST_PAPER)
    lightest = np.floor(levels * (1 - share) + 1e-6).astype(np.uint8)  # ink of just that share counts
    return np.asarray(grey <= cv2.LUT(paper, lightest))


def _scanner_border(grey: Grey) -> Mask:
    """Return where the dark of the scanner's bed lies round the sheet, a rim of 1 mm with it."""
    dark = (grey < BORDER_LEVEL).astype(np.uint8)
    if not (dark[0].any() or dark[-1].any() or dark[:, 0].any() or dark[:, -1].any()):
        return np.zeros(grey.shape, dtype=bool)
    width = int(BORDER_WIDTH)
    framed = cv2.copyMakeBorder(dark, width, width, width, width, cv2.BORDER_REPLICATE)
    thick = cv2.morphologyEx(framed, cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
    thick = thick[width:-width, width:-width]
    _, labels = cv2.connectedComponents(thick, connectivity=4)
    at_rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    border = np.isin(labels, at_rim[at_rim > 0]).astype(np.uint8)
    reach = 2 * int(MM) + 1
    return np.asarray(cv2.dilate(border, np.ones((reach, reach), np.uint8)) > 0)


def _writing(ink: Mask, firm: Mask | None) -> Mask:
    """Return the pieces of `ink` that a person may have put there: no dust, no holes, no folds.

    With `firm`, a tenth of each piece must lie in it.
    """
    labels, stats = components(ink)
    x, y, wide, high, area = (stats[:, column] for column in range(5))
    longest, shortest = np.maximum(wide, high), np.minimum(wide, high)
    rows, columns = ink.shape
    near_edge = (
        np.minimum.reduce([x + wide // 2, columns - x - wide // 2, y + high // 2, rows - y - high // 2])
        < HOLE_ZONE
    )
    round_ = (shortest >= HOLE[0]) & (longest <= HOLE[1]) & (shortest >= 0.75 * longest)
    hole = round_ & (area >= HOLE_FILL * wide * high) & near_edge
    keep = (longest > SPECK) & ~hole
    keep[0] = False
    at_edge = np.minimum.reduce([x, y, columns - x - wide, rows - y - high]) <= 2 * MM
    crossed = at_edge & (wide > columns / 2) & (high > rows / 2) & (area <= 2 * LINE[0] * (wide + high))
    long = np.flatnonzero(keep & (longest >= LINE[1])).tolist()
    lines = [label for label in long if crossed[label] or _is_line(labels, stats[label], label)]
    if len(lines) <= FEW_LINES:
        keep[lines] = False
    places = np.flatnonzero(ink)
    return _grouped(places[keep[labels.ravel()[places]]], firm, ink.shape)


def _grouped(places: NDArray[np.intp], firm: Mask | None, shape: tuple[int, ...]) -> Mask:
    """Return those ink pixels that are near enough to enough others to be writing.

    `places`: of ink, counted along the rows.
    """
    rows = places // shape[1]
    coarse = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1), dtype=np.uint8)
    cells = rows // 2 * coarse.shape[1] + (places - rows * shape[1]) // 2
    coarse.ravel()[cells] = 1
    reach = 2 * int(REACH / 4) + 1
    group_of, extents = components(cv2.dilate(coarse, np.ones((reach, reach), np.uint8)) > 0)
    group = group_of.ravel()[cells]
    groups = len(extents)
    inked = np.bincount(group, minlength=groups)
    extent = 2 * (np.maximum(extents[:, 2], extents[:, 3]) - reach + 1)
    good = (inked >= LEAST_INK) & (extent >= LEAST_EXTENT)
    if firm is not None:
        good &= np.bincount(group[firm.ravel()[places]], minlength=groups) >= 0.1 * inked
    good[0] = False
    writing = np.zeros(shape, dtype=bool)
    writing.ravel()[places[good[group]]] = True
    return writing


def components(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the labels of connected parts and, by label, x, y, width, height, area; 0 is the rest."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    return np.asarray(labels, dtype=np.int32), np.asarray(stats, dtype=np.int32)


def _is_line(labels: NDArray[np.int32], box: NDArray[np.int32], label: int) -> bool:
    x, y, wide, high, area = (int(value) for value in box)
    if area > LINE[0] * 1.5 * max(wide, high):
        return False
    points = cv2.findNonZero((labels[y : y + high, x : x + wide] == label).astype(np.uint8))
    _, sides, _ = cv2.minAreaRect(points)
    return bool(min(sides) <= LINE[0])
