"""Letters of a mark's size that stand in a row and that no word explains, whatever they touch.

A frame that touches print, or a last letter that does, makes one piece of ink out of both; the other letters
still lie apart. So a row is followed from letter to letter, at any lean, and cut out along its own line.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.reading import Box
from classify.secret_mark_ink import PrintInk
from classify.secret_mark_pieces import pieces as pieces_of
from classify.secret_mark_split import apart, pale

Mask = NDArray[np.uint8]

ROW_DPI = 150
"""Under this, letters of 3 mm grow together; above it, grain keeps them apart from themselves."""
MM = ROW_DPI / 25.4
LETTER = (2.5 * MM, 11.0 * MM)
"""Height of a capital of a mark, with or without what stands on it."""
LEAST = 2
"""Pieces of ink in a row; one alone must be as long as a word of three letters."""
WORD = 1.5
"""Width of one piece alone, in heights."""
APART = 2.0
"""Blank between neighbours, in heights: letters set far apart, and the blank between two words."""
UNLIKE = 1.75
"""How many times as tall as its neighbour a letter may be: one carries a mark, or touches something."""
STEEP = 0.50
"""Rise over run between neighbours: 26 degrees."""
STEEPEST = 27.0
TALLEST = 40 * MM
"""Height of letters grown together into a word and leaning."""
LONG = 118 * MM
LONGEST = 18.0
"""Length of a row in heights of its letters; TUYỆT MẬT, its letters set far apart, has 12."""
LEAST_MM = 0.35
"""Millimetres, height or width from which a piece may belong to a letter; smaller ones are grain."""
MOST_PIECES = 400
"""Pieces looked at, the tallest first: of a screen or a photograph there are thousands."""
MOST_GROUPS = 24
"""Groups of pieces that are followed to a row, the likeliest first."""
MOST = 6
MOST_BELOW = 3
MOST_SPLIT = 2
"""Rows of letters off which print was taken."""
MOST_OTHER = 3
"""Rows of letters in another ink than print."""
TOUCH = np.ones((3, 3), np.uint8)
EDGES = 0.12
"""Pixels of print beside letters in another ink, for each of theirs: a mark that lies on print has 0.02 to
0.06, what is left of print 0.05 to 0.4."""
WITH_PRINT = 0.15
"""Share of a row's pieces that is print where it hides a row of another ink."""
BELOW = 3.4 * MM
"""Height of letters larger than print at 14 pt: 3.3 mm."""
DEEP = 0.45
"""Share of the darkness of deep ink from which ink is deep."""
GRAIN = 8.0
"""Mean darkness of bare paper from which it is smoothed first."""
EXPLAINED = 0.6
"""Share of a piece's ink in words that are read from which it is no letter of a mark."""


Spot = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Other:
    """Ink that is not print's."""

    ink: Mask
    print_: Mask  #: where the print is that was taken away
    print_ink: PrintInk


@dataclass(frozen=True, eq=False)
class Row:
    """Letters in a row, on the upright page at `ROW_DPI`."""

    box: Box
    angle: float  #: degrees clockwise by which the row falls
    cap: float  #: pixels, height of a letter
    pieces: Mask  #: of `box`: 255 where ink belongs to a letter of the row or to a mark on it
    split: bool = False  #: print had to be taken off its letters
    print_ink: PrintInk | None = None  #: the page's, where its letters are in another

    @property
    def weight(self) -> float:
        """How likely it is a mark: taller letters first, longer rows first."""
        return min(self.cap / MM, 6.0) + min((self.box[2] - self.box[0]) / MM, 30.0) / 10


def rows(dark: Mask, ink: Mask, known: Mask, *, head: int, other: Other | None = None) -> list[Row]:
    """Return the rows in the ink of a page, of which words explain `known`; the likeliest first.

    `dark`: how much darker than paper; `ink`: 255 where it is at all; `head`: pixels of height in which a
    mark belongs; below it only letters larger than print are looked at. Looked at twice: pale ink too, and
    deep ink alone, in which letters that have run into each other lie apart; and once more at ink that is not
    print's (`other`).
    """
    shades = _shades(dark, ink)
    if shades.sum() < 10:
        return []
    if grain(dark) > GRAIN:
        dark = np.asarray(cv2.medianBlur(dark, 3), np.uint8)
    deep = above(dark, DEEP * _quantile(shades, 0.95))
    found: list[Row] = []
    spots = np.flatnonzero(known > 0)
    some = [*_rows(deep, spots), *_rows(ink, spots, known, pale(ink, deep))]
    if other is not None:
        some += _in_another(other, spots)
    for row in sorted(some, key=lambda row: (row.split, -row.weight)):
        same = [each for each in found if _alike(row.box, each.box) and _is_as_good(each, row)]
        if not same or (other and row.print_ink and all(_is_with_print(each, other) for each in same)):
            found.append(row)
    whole = [row for row in found if not row.split]
    upper = [row for row in whole if row.box[1] < head]
    lower = [row for row in whole if row.box[1] >= head and row.cap >= BELOW]
    taken = [row for row in found if row.split and (row.box[1] < head or row.cap >= BELOW)]
    in_another = [row for row in taken if row.print_ink is not None]
    off_print = [row for row in taken if row.print_ink is None]
    return [*upper[:MOST], *lower[:MOST_BELOW], *off_print[:MOST_SPLIT], *in_another[:MOST_OTHER]]


def _is_as_good(there: Row, row: Row) -> bool:
    """Return whether the one there shows what the row would; letters off print are none of another ink."""
    return there.print_ink is None or row.print_ink is not None or not row.split


def _in_another(other: Other, spots: NDArray[np.intp]) -> list[Row]:
    """Return the rows of ink that is not print's, but not what print leaves: edges on all its sides."""
    labels, stats = pieces_of(other.ink)
    told = np.bincount(labels.ravel()[spots], minlength=len(stats))
    found = _followed(labels, stats, told)
    return [replace(row, split=True, print_ink=other.print_ink) for row in found if not _is_edge(row, other)]


def _is_edge(row: Row, other: Other) -> bool:
    x0, y0, x1, y1 = row.box
    beside = cv2.bitwise_and(cv2.dilate(row.pieces, TOUCH), other.print_[y0:y1, x0:x1])
    return cv2.countNonZero(beside) > EDGES * cv2.countNonZero(row.pieces)


def _is_with_print(row: Row, other: Other) -> bool:
    """Return whether print is among the pieces of a row."""
    x0, y0, x1, y1 = row.box
    within = cv2.bitwise_and(row.pieces, other.print_[y0:y1, x0:x1])
    return cv2.countNonZero(within) > WITH_PRINT * cv2.countNonZero(row.pieces)


def grain(dark: Mask) -> float:
    """Return how dark bare paper is: the median of what is not white."""
    shades = _shades(dark)
    shades[0] = 0
    return _quantile(shades, 0.5)


def deepest(dark: Mask, ink: Mask) -> float:
    """Return how dark the deepest ink is."""
    return _quantile(_shades(dark, ink), 0.95)


def above(dark: Mask, limit: float) -> Mask:
    """Return 255 where it is darker than `limit`."""
    return np.asarray(cv2.threshold(dark, limit, 255, cv2.THRESH_BINARY)[1], np.uint8)


def shade(dark: Mask, share: float, *, bare: bool = True) -> float:
    """Return the shade under which `share` of the pixels are; not `bare`: of those that are not 0."""
    shades = _counted(dark)
    if not bare:
        shades[0] = 0
    return _quantile(shades, share)


def _shades(dark: Mask, where: Mask | None = None) -> NDArray[np.float64]:
    """Return how often every shade stands there, of every ninth pixel: they are many enough."""
    few = np.ascontiguousarray(dark[::3, ::3])
    return _counted(few, None if where is None else np.ascontiguousarray(where[::3, ::3]))


def _counted(dark: Mask, where: Mask | None = None) -> NDArray[np.float64]:
    return cv2.calcHist([dark], [0], where, [256], [0, 256]).ravel().astype(np.float64)


def _quantile(shades: NDArray[np.float64], share: float) -> float:
    return float(np.searchsorted(shades.cumsum(), share * shades.sum()))


def _alike(one: Box, other: Box) -> bool:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return False
    area = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return 2 * wide * high > 0.85 * area


def _rows(
    ink: Mask, spots: NDArray[np.intp], known: Mask | None = None, faint: Mask | None = None
) -> list[Row]:
    """Return the rows of some ink; where `faint` is given, those too whose pieces had to be taken apart."""
    labels, stats = pieces_of(ink)
    told = np.bincount(labels.ravel()[spots], minlength=len(stats))
    found = _followed(labels, stats, told)
    if known is not None and faint is not None:
        size = {"least": (LETTER[0], LETTER[0]), "most": (LONG, TALLEST)}
        mixed = apart(labels, stats, told, known=known, faint=faint, **size)
        if mixed is not None:
            more, first = mixed
            told = np.concatenate((told, np.zeros(len(more) - first, np.intp)))
            found += _followed(labels, more, told, first=first)
    return found


def _followed(
    labels: NDArray[np.int32], stats: NDArray[np.int32], told: NDArray[np.intp], *, first: int = 0
) -> list[Row]:
    """Return the rows to which pieces belong; from number `first`, those with one that was taken apart."""
    x, y, wide, high, area = (stats[:, i].astype(np.float64) for i in range(5))
    big = (high >= LETTER[0]) & (high <= TALLEST) & (wide <= LONG) & (wide >= 0.12 * high)
    big &= area >= 0.08 * wide * high
    big[0] = False
    pieces = np.flatnonzero(big & (told < EXPLAINED * area))
    if first and not (pieces >= first).any():
        return []
    if pieces.size > MOST_PIECES:
        pieces = pieces[np.argsort(-high[pieces])[:MOST_PIECES]]
    solid = np.flatnonzero(np.maximum(wide, high) >= LEAST_MM * MM)
    solid = solid[solid > 0]
    boxes: dict[int, Spot] = {}
    words = []
    for i in map(int, pieces):
        if high[i] <= LETTER[1] and wide[i] <= 9 * high[i]:
            boxes[i] = (x[i], y[i], x[i] + wide[i], y[i] + high[i])
        elif wide[i] > high[i] and area[i] >= 0.2 * wide[i] * high[i]:
            words.append(i)  # letters grown together, and leaning
    found = []
    groups = [group for group in (*_groups(boxes), *([i] for i in words)) if max(group) >= first]
    if len(groups) > MOST_GROUPS:
        groups.sort(key=lambda group: -_promise(stats[group]))
    middles = x[solid] + wide[solid] / 2, y[solid] + high[solid] / 2
    for group in groups[:MOST_GROUPS]:
        row = _row(group, labels, stats, solid, middles)
        if row is not None:
            found.append(replace(row, split=True) if first else row)
    return found


def _promise(at: NDArray[np.int32]) -> float:
    """Return how much a group looks like a row of a mark before it is followed: see `Row.weight`."""
    long = float((at[:, 0] + at[:, 2]).max() - at[:, 0].min())
    tall = float(np.median(at[:, 3]))
    return min(tall / MM, 6.0) + min(long / MM, 30.0) / 10 - (3.0 if long > LONGEST * tall else 0.0)


def _groups(boxes: dict[int, Spot]) -> Iterator[list[int]]:
    """Yield the pieces that stand beside each other, left to right."""
    left = sorted(boxes, key=lambda i: boxes[i][0])
    free = set(left)
    for first in left:
        if first not in free:
            continue
        group = [first]
        free.discard(first)
        while True:
            after = _next(group, left, free, boxes)
            if after is None:
                break
            group.append(after)
            free.discard(after)
        if len(group) >= LEAST:
            yield group
        else:
            x0, y0, x1, y1 = boxes[first]
            if x1 - x0 >= WORD * (y1 - y0):
                yield group


def _next(group: Sequence[int], left: Sequence[int], free: set[int], boxes: dict[int, Spot]) -> int | None:
    """Return the nearest free piece to the right that goes on with the row; `left` stand left to right."""
    x0, y0, x1, y1 = boxes[group[-1]]
    tall, middle = y1 - y0, (y0 + y1) / 2
    start = boxes[group[0]]
    best: tuple[float, int] | None = None
    for i in left[bisect_right(left, x0, key=lambda i: boxes[i][0]) :]:
        a0, b0, a1, b1 = boxes[i]
        if a0 > x1 + APART * LETTER[1]:
            break
        if i not in free:
            continue
        if (a0 + a1) / 2 <= x1 - 0.2 * (x1 - x0) or a1 - start[0] > LONG:
            continue
        high = b1 - b0
        gap = a0 - x1
        if gap > APART * max(tall, high) or max(tall, high) > UNLIKE * min(tall, high):
            continue
        run = max((a0 + a1) / 2 - (x0 + x1) / 2, 1.0)
        rise = min(abs((b0 + b1) / 2 - middle), abs(b1 - y1))
        if rise > STEEP * run + 0.12 * max(tall, high) or rise > 0.8 * max(tall, high) + 0.3 * max(gap, 0):
            continue
        cost = max(gap, 0) + 1.5 * rise
        if best is None or cost < best[0]:
            best = cost, i
    return None if best is None else best[1]


def _row(
    group: Sequence[int],
    labels: NDArray[np.int32],
    stats: NDArray[np.int32],
    solid: NDArray[np.intp],
    middles: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Row | None:
    """Return the row to which a group belongs, followed along its own lean to both sides.

    `solid`: the pieces that may belong to a letter, in order; `middles`: where they stand, x and y.
    """
    angle, cap = _lean(group, labels, stats)
    if not LETTER[0] <= cap <= LETTER[1] or abs(angle) > STEEPEST:
        return None
    sine, cosine = np.sin(np.radians(angle)), np.cos(np.radians(angle))
    mine = np.searchsorted(solid, np.sort(np.asarray(group)))
    across = middles[1] * cosine - middles[0] * sine
    foot = float(np.median(across[mine] + _height(stats[solid[mine]], sine, cosine) / 2))
    near_it = np.abs(across - (foot - cap / 2)) <= 1.15 * cap
    near_it[mine] = True
    close = np.flatnonzero(near_it)  # of thousands a few
    solid, across, mine = solid[close], across[close], np.searchsorted(close, mine)
    wide, high = (stats[solid, i].astype(np.float64) for i in (2, 3))
    along = middles[0][close] * cosine + middles[1][close] * sine
    half_long = (wide * cosine + high * abs(sine)) / 2
    tall = _height(stats[solid], sine, cosine)
    off = np.abs(across - (foot - cap / 2))
    letter = (off <= 0.45 * cap) & (tall >= 0.5 * cap) & (tall <= 1.6 * cap) & (wide <= LONG / 2)
    keep = np.zeros(len(solid), np.bool_)
    keep[mine] = True
    low, top = float((along - half_long)[mine].min()), float((along + half_long)[mine].max())
    rest = [int(i) for i in np.flatnonzero(letter & ~keep)]
    while True:
        near = [
            i
            for i in rest
            if along[i] - half_long[i] - top <= APART * cap and low - along[i] - half_long[i] <= APART * cap
        ]
        if not near or top - low > LONG:
            break
        for i in near:
            keep[i] = True
            low, top = min(low, along[i] - half_long[i]), max(top, along[i] + half_long[i])
        rest = [i for i in rest if not keep[i]]
    if not 1.5 * cap <= top - low <= LONGEST * cap:
        return None
    tone = (off <= 1.15 * cap) & (tall <= 0.6 * cap) & (half_long <= 0.7 * cap)
    tone &= (along >= low - 0.1 * cap) & (along <= top + 0.1 * cap)
    lot = solid[keep | tone]
    x0, y0 = int(stats[lot, 0].min()), int(stats[lot, 1].min())
    x1, y1 = int((stats[lot, 0] + stats[lot, 2]).max()), int((stats[lot, 1] + stats[lot, 3]).max())
    kept = np.zeros(len(stats), np.bool_)
    kept[lot] = True
    pieces = kept[labels[y0:y1, x0:x1]] * np.uint8(255)
    return Row((x0, y0, x1, y1), float(angle), cap, pieces.astype(np.uint8))


def _height(at: NDArray[np.int32], sine: float, cosine: float) -> NDArray[np.float64]:
    """Return how tall pieces are across a row that leans."""
    wide, high = at[:, 2].astype(np.float64), at[:, 3].astype(np.float64)
    return np.maximum(high * cosine - wide * abs(sine), 0.3 * np.minimum(wide, high))


def _lean(group: Sequence[int], labels: NDArray[np.int32], stats: NDArray[np.int32]) -> tuple[float, float]:
    """Return by how many degrees the row falls, along its letters' feet, and how tall its letters are."""
    at = stats[list(group)].astype(np.float64)
    if len(group) >= 3:
        middle, feet = at[:, 0] + at[:, 2] / 2, at[:, 1] + at[:, 3]
        run, rise = middle[:, None] - middle[None, :], feet[:, None] - feet[None, :]
        pairs = np.abs(run) > 0.5 * float(np.ptp(middle))
        if pairs.any():
            slope = float(np.median(rise[pairs] / run[pairs]))
            return float(np.degrees(np.arctan(slope))), float(np.median(at[:, 3]))
    x0, y0 = int(at[:, 0].min()), int(at[:, 1].min())
    x1, y1 = int((at[:, 0] + at[:, 2]).max()), int((at[:, 1] + at[:, 3]).max())
    here = np.isin(labels[y0:y1, x0:x1], list(group)).astype(np.uint8)
    (_, _), (over, down), angle = cv2.minAreaRect(cv2.findNonZero(here))
    if over < down:
        angle -= 90
    return float((angle + 90) % 180 - 90), float(min(over, down))
