"""Lines of print found by their ink alone: letters of like height, run together along the row."""

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np

from catalog.reading import Box
from catalog.scan import Pixels
from ocr.line_finder import MAX_LINES, LineFinderError

_LETTER_GAP = 1.6
"""Blank run, in letter heights, that still belongs to one line."""
_PIECE_GAP = 2.5
"""Blank run, in letter heights, across which pieces of one row are joined; columns stand further apart."""
_SAME_ROW = 0.6
"""Share of the lower piece's height that two pieces of one row have in common."""
_ABOVE, _BELOW = 0.15, 0.1
"""Letter heights added for marks cut off with the thin necks; twice as much cost WER (9.5 to 11.5)."""
_PARAGRAPH = 1.5
"""Blank, in line heights, that parts one band of the page from the next when lines are put in order."""
_GUTTER = 1.5
"""Blank run, in line heights, that parts columns when lines are put in order."""


class OpenCVLineFinder:
    """Stands in for trueocr: good on prose, weaker in ruled tables and round seals."""

    name = "opencv"
    build = f"{cv2.__version__} letters-1"

    def find(self, page: Pixels, *, side: int | None = None) -> list[Box]:
        """See `LineFinder.find`; `side` makes no difference, every pixel is looked at."""
        try:
            return self._find(page)
        except cv2.error as error:
            raise LineFinderError(f"OpenCV failed: {error}") from error

    def order(self, boxes: Sequence[Box], texts: Sequence[str], *, width: int, height: int) -> list[int]:
        """See `LineFinder.order`: bands from the top, columns of a band from the left."""
        if not boxes:
            return []
        letter = float(np.median([box[3] - box[1] for box in boxes]))
        return _cut(list(boxes), list(range(len(boxes))), letter)

    def _find(self, page: Pixels) -> list[Box]:
        height, width = page.shape
        # Faint print falls to pieces; what is a pixel apart belongs together.
        ink = cast(
            Pixels,
            cv2.morphologyEx(_without_rules(_ink(page)), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)),
        )
        letter = _letter_height(ink)
        if not letter:
            return []
        _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
        letters = np.zeros_like(ink)
        for x, y, w, h, area in stats[1:].tolist():
            if 0.25 * letter <= h <= 3 * letter and w <= 6 * letter and area >= 0.04 * letter * letter:
                letters[y : y + h, x : x + w] |= ink[y : y + h, x : x + w]
        gap = max(3, round(_LETTER_GAP * letter))
        rows = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
        # Marks above and below a letter join its row; the rows themselves stay apart.
        reach = max(1, round(0.3 * letter))
        rows = cv2.morphologyEx(rows, cv2.MORPH_CLOSE, np.ones((reach, 1), np.uint8))
        # Cut the thin necks where a descender meets the accent of the row below.
        neck = max(3, round(0.8 * letter))
        cores = cv2.morphologyEx(rows, cv2.MORPH_OPEN, np.ones((1, neck), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(cores, connectivity=4)
        boxes = []
        for x, y, w, h, _ in stats[1:].tolist():
            if h < 0.5 * letter or w < 0.5 * letter:
                continue
            above, below = round(_ABOVE * letter), round(_BELOW * letter)
            boxes.append((x, max(0, y - above), min(width, x + w), min(height, y + h + below)))
        boxes = _joined(boxes, _PIECE_GAP * letter)
        boxes.sort(key=lambda box: (box[1], box[0]))
        return boxes[:MAX_LINES]


def _joined(boxes: Sequence[Box], gap: float) -> list[Box]:
    """Return `boxes` with pieces of one row that stand less than `gap` pixels apart made one."""
    joined: list[Box] = []
    for x0, y0, x1, y1 in sorted(boxes):
        for i, (a0, b0, a1, b1) in enumerate(joined):
            common = min(y1, b1) - max(y0, b0)
            if x0 - a1 < gap and common > _SAME_ROW * min(y1 - y0, b1 - b0):
                joined[i] = min(a0, x0), min(b0, y0), max(a1, x1), max(b1, y1)
                break
        else:
            joined.append((x0, y0, x1, y1))
    return joined


def _ink(page: Pixels) -> Pixels:
    """Return 255 where the page is darker than the paper round it."""
    shade = cv2.blur(page, (51, 51))
    return cast(
        Pixels, ((page < 200) & (page.astype(np.int16) < shade.astype(np.int16) - 20)) * np.uint8(255)
    )


def _without_rules(ink: Pixels) -> Pixels:
    """Return `ink` without long straight lines, across and down."""
    long = max(60, max(ink.shape) // 20)
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((long, 1), np.uint8))
    return cast(Pixels, cv2.subtract(ink, cv2.bitwise_or(across, down)))


def _letter_height(ink: Pixels) -> float:
    """Return the usual height of a letter in pixels, 0.0 where there are too few to tell."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    heights = heights[(heights >= 8) & (heights <= ink.shape[0] // 20)]
    return float(np.percentile(heights, 60)) if len(heights) else 0.0


def _cut(boxes: list[Box], members: list[int], letter: float) -> list[int]:
    """Recursive X-Y cut: bands that stand well apart, then columns, then rows."""
    if len(members) < 2:
        return members
    for axis, least in ((1, _PARAGRAPH * letter), (0, _GUTTER * letter), (1, 0.0)):
        groups = _apart(boxes, members, axis, least)
        if len(groups) > 1:
            return [member for group in groups for member in _cut(boxes, group, letter)]
    return sorted(members, key=lambda member: (boxes[member][1], boxes[member][0]))


def _apart(boxes: list[Box], members: list[int], axis: int, least: float) -> list[list[int]]:
    """Return `members` in groups with a blank of more than `least` pixels between them along `axis`."""
    ordered = sorted(members, key=lambda member: boxes[member][axis])
    groups = [[ordered[0]]]
    end = boxes[ordered[0]][axis + 2]
    for member in ordered[1:]:
        if boxes[member][axis] - end > least:
            groups.append([])
        groups[-1].append(member)
        end = max(end, boxes[member][axis + 2])
    return groups
