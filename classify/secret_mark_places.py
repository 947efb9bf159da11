"""Where on the picture of a page a secret mark may stand: ink that is coloured, framed, or went unread.

All on small copies of the page, before anything is read again, since every page pays for this and few have
anything to show.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.reading import Box, Reading
from catalog.scan import PageImage, Pixels
from classify.secret_mark_frames import Frame, frames
from classify.secret_mark_ink import DEEP, ONE_BIT, PrintInk, darkest, palest
from classify.secret_mark_pieces import TALL as DOWN
from classify.secret_mark_pieces import WIDE as ACROSS
from classify.secret_mark_pieces import boxes, pieces
from classify.secret_mark_rows import GRAIN, ROW_DPI, Other, Row, above, deepest, grain, rows
from classify.secret_mark_rows import MM as ROW_MM
from classify.secret_mark_text import fold
from classify.secret_mark_words import in_line, stretched

Mask = NDArray[np.uint8]
"""Height x width, 255 where there is ink of the kind."""

LOOK_DPI = 100
HEAD = 0.46
"""Share of the upright page, from the top, in which a mark belongs. Below it letters in a row are looked at
alone: seals, signatures and tables are there."""
MM = LOOK_DPI / 25.4
INK = (14, 28)
"""Grey levels by which ink is darker than the paper around it: between these, by the paper's own grain."""
GRAINS = 3.5
"""Ink is so many times the paper's grain (median deviation) darker."""
COLOURED = 0.20
"""How far the darkest and the lightest of an ink's three colours lie apart, as a share of the darkest."""
CHROMA = 16
"""Grey levels by which its three colours lie apart at least."""
TALL = (2.2 * MM, 54 * MM)
"""Height of a mark: small caps; TUYỆT MẬT in a frame, 90 mm wide and turned by 20 degrees."""
LOW = 1.3 * MM
"""Height from which ink by itself may be a letter that a chain of letters goes on with."""
LONGEST = 13.0
"""Width of a place in heights: of TUYỆT MẬT, its letters set far apart."""
WIDE = (4.5 * MM, 118 * MM)
STAMP = (11 * MM, 4.5 * MM)
"""Width and height from which a place is larger than a word of print."""
_SHADES = np.arange(256)
_LEAST_APART = np.where(INK[0] < _SHADES, np.maximum(COLOURED * _SHADES, CHROMA), 255).astype(np.uint8)
"""By how much its colours lie apart at most where ink of each darkness has no colour."""
COARSE = 3
"""Pixels that are looked at as one where the scanner's bed is told from the page."""
LEVEL = 3.0
"""Degrees under which a row and the box round it are the same."""
DOTS = np.ones((3, 3), np.uint8)
"""Dots of a stamp that a one-bit scan has broken up are joined over so many pixels."""
PARTS = ("MAT", "TOI", "TUYET", "MA", "MT", "AT", "MAI", "TO", "TUYE", "UYET", "TUY")
"""What is left of a mark that was half read."""
GUESSED = 0.65
"""Confidence under which the first and the last words of a line explain no ink."""
MOST = 4
"""Places looked at on one page, the likeliest first."""


@dataclass(frozen=True, eq=False)
class Place:
    """One region of the upright page, and the ink in it that belongs together."""

    box: Box  #: pixels of the upright page at full resolution
    layer: str  #: coloured, framed, unread or letters
    known: Mask  #: at `LOOK_DPI`: ink in the box that words explain on which the readers agreed
    row: Row | None = None  #: the letters that stand in a row here
    frame: Frame | None = None  #: the frame round it
    is_stamp_sized: bool = False  #: larger than words of print


@dataclass(frozen=True, eq=False)
class Head:
    """The page, or the upper part of it, upright (but for its skew)."""

    darkness: NDArray[np.uint8]  #: height x width x 3 or height x width, 0 = paper
    scale: float  #: pixels of the page for one of these
    width: int  #: pixels of the upright page
    height: int
    one_bit: bool  #: the scan has no greys: pale ink has fallen into dots
    dpi: int = LOOK_DPI

    @functools.cached_property
    def dark(self) -> NDArray[np.uint8]:
        """How much darker than paper, in the colour in which ink is darkest."""
        return darkest(self.darkness)


def upright(pixels: Pixels, rotation: int) -> Pixels:
    """Return `pixels` turned by `rotation` degrees clockwise."""
    return np.ascontiguousarray(np.rot90(pixels, k=-(rotation // 90) % 4))


def head_of(image: PageImage, rotation: int, dpi: int) -> Head:
    """Return the page at `ROW_DPI`, its paper taken away."""
    page = np.rot90(image.pixels, k=-(rotation // 90) % 4)
    tall, wide = page.shape[:2]
    part = np.ascontiguousarray(page)
    few = np.ascontiguousarray(part[::4, ::4]).reshape(part[::4, ::4].shape[0], -1)
    one_bit = cv2.countNonZero(cv2.inRange(few, 8, 247)) < 0.02 * few.size
    scale = max(1.0, dpi / ROW_DPI)
    size = (max(8, round(wide / scale)), max(8, round(part.shape[0] / scale)))
    how = cv2.INTER_AREA if scale > 1.6 else cv2.INTER_LINEAR  # by so little it is as good, and cheap
    small = np.asarray(cv2.resize(part, size, interpolation=how), np.uint8)
    return Head(_darkness(small, one_bit=one_bit), wide / size[0], wide, tall, one_bit, ROW_DPI)


def smaller(head: Head) -> Head:
    """Return its upper part at `LOOK_DPI`."""
    share = LOOK_DPI / head.dpi
    upper = head.darkness[: int(head.darkness.shape[0] * HEAD)]
    darkness = np.asarray(cv2.resize(upper, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8)
    if head.one_bit:
        darkness = np.asarray(cv2.medianBlur(darkness, 3), np.uint8)
    return Head(darkness, head.width / darkness.shape[1], head.width, head.height, head.one_bit, LOOK_DPI)


def _darkness(small: Pixels, *, one_bit: bool) -> NDArray[np.uint8]:
    """Return how much darker than the paper round it every pixel is; the bed of the scanner is paper too."""
    third = cv2.resize(small, None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (int(10 * ROW_MM / 3) | 1,) * 2)
    paper = cv2.blur(cv2.dilate(third, kernel), (int(12 * ROW_MM / 3) | 1,) * 2)
    paper = cv2.resize(paper, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
    darker = np.asarray(cv2.subtract(paper, small), np.uint8)
    if darker.ndim == 3 or one_bit:  # of one-bit scans it would take the dots that pale ink has fallen into
        return darker
    return np.asarray(cv2.medianBlur(darker, 3), np.uint8)


def places(image: PageImage, reading: Reading | None, *, rotation: int, dpi: int) -> list[Place]:
    """Return where a mark may stand: rows, frames, at most `MOST` others in the upper part, the likeliest.

    A row of letters off which print was taken has lost some of them to it: below that it is looked at as a
    whole too.
    """
    fine = head_of(image, rotation, dpi)
    ink, known = inks(fine, image, reading, rotation)
    framed = [
        Place(_full(one.box, fine), "framed", _part(known, one.box), frame=one, is_stamp_sized=True)
        for one in frames(ink, known)
    ]
    lined = _rows(fine, ink, known)
    others = [
        place
        for place in _others(smaller(fine), ink, known)
        if not _is_row(place, lined) and not any(_alike(place.box, one.box) for one in framed)
    ]
    taken = [
        Place(one.box, "unread", one.known)
        for one in lined
        if one.row and one.row.split and one.box[1] >= HEAD * fine.height
    ]
    return [*lined, *framed, *_distinct(others)[:MOST], *taken]


def _others(head: Head, fine: Mask, known: Mask) -> list[Place]:
    """Return ink in colour, or not explained, the likeliest first.

    `fine`, `known`: the page's ink at `ROW_DPI`, and which of it words explain.
    """
    ink = cast(Mask, cv2.bitwise_and(_dark(head), _reduced(fine, head)))
    print_ = cast(Mask, cv2.bitwise_and(ink, _reduced(known, head)))
    layers: list[tuple[str, Mask]] = []
    if head.darkness.ndim == 3:
        layers.append(("coloured", coloured(head.darkness)))
    layers.append(("unread", cast(Mask, cv2.subtract(ink, print_))))
    found: list[tuple[float, Place]] = []
    for name, mask in layers:
        if head.one_bit:
            mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, DOTS), np.uint8)
        clean = _without_specks(mask)
        close, far = _groups(clean, 1.6), _groups(clean, 5.0)
        for box in [*close, *far, *_chains(close)]:
            if _has_size(box):
                found.append((_weight(box, name, head), _place(box, name, head, print_)))
    found.sort(key=lambda each: -each[0])
    return [place for _, place in found]


def _is_row(place: Place, lined: Sequence[Place]) -> bool:
    """Return whether the place is a level row, whole, that is looked at already; in colour it is another."""
    if place.layer == "coloured":
        return False
    return any(
        one.row and not one.row.split and abs(one.row.angle) < LEVEL and _alike(one.box, place.box)
        for one in lined
    )


def _place(box: Box, layer: str, head: Head, known: Mask) -> Place:
    large = box[2] - box[0] >= STAMP[0] and box[3] - box[1] >= STAMP[1]
    return Place(_full(box, head), layer, _part(known, box), is_stamp_sized=large)


def _rows(head: Head, ink: Mask, known: Mask) -> list[Place]:
    least = palest(head.darkness)
    depth = ONE_BIT if head.one_bit else DEEP * deepest(least, ink)
    if not head.one_bit and grain(least) > GRAIN:
        least = np.asarray(cv2.medianBlur(least, 3), np.uint8)
    print_ink = PrintInk(depth, head.one_bit)
    print_ = print_ink.mask(least, head.dpi)
    other = Other(print_ink.other(ink, print_), print_, print_ink)
    if head.one_bit:
        ink = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, DOTS), np.uint8)
    found = rows(head.dark, ink, known, head=int(HEAD * ink.shape[0]), other=other)
    return [Place(_full(row.box, head), "letters", _part(known, row.box), row) for row in found]


def inks(head: Head, image: PageImage, reading: Reading | None, rotation: int) -> tuple[Mask, Mask]:
    """Return where there is ink, and which of it words explain on which the readers agreed."""
    ink = _without_bed(_dark(head))
    return ink, _read_ink(ink, reading, head, image, rotation)


def _dark(head: Head) -> Mask:
    return above(head.dark, min(max(GRAINS * grain(head.dark), INK[0]), INK[1]))


def _reduced(fine: Mask, head: Head) -> Mask:
    """Return where on the smaller copy a mask of the page has any part of a pixel."""
    tall, wide = head.dark.shape
    upper = fine[: int(fine.shape[0] * HEAD)]
    return above(np.asarray(cv2.resize(upper, (wide, tall), interpolation=cv2.INTER_AREA), np.uint8), 0)


def _has_size(box: Box) -> bool:
    across, down = box[2] - box[0], box[3] - box[1]
    fits = WIDE[0] <= across <= WIDE[1] and TALL[0] <= down <= TALL[1]
    return fits and down <= 2.2 * across and across <= LONGEST * down


def _weight(box: Box, layer: str, head: Head) -> float:
    """Return how likely a mark is here: in colour, larger than print, towards the top."""
    tall = (box[3] - box[1]) / MM
    size = 1.0 if tall >= 3.2 else 0.4 if tall >= 2.6 else 0.0
    broad = 0.5 if (box[2] - box[0]) / MM >= 8 else 0.0
    kind = 1.5 if layer == "coloured" else 0.0
    return float(kind + size + broad + 0.8 * (1 - box[1] / head.dark.shape[0]))


def _chains(boxes: Sequence[Box]) -> list[Box]:
    """Return what letters set far apart come to: boxes side by side, as tall as each other, joined."""
    joined = [box for box in boxes if box[3] - box[1] >= 1.6 * MM]
    while True:
        pair = next(
            ((i, j) for i in range(len(joined)) for j in range(i) if _side_by_side(joined[i], joined[j])),
            None,
        )
        if pair is None:
            return [box for box in joined if box not in boxes]
        one, other = joined.pop(pair[0]), joined.pop(pair[1])
        joined.append(
            (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))
        )


def _side_by_side(one: Box, other: Box) -> bool:
    left, right = (one, other) if one[0] <= other[0] else (other, one)
    gap = right[0] - left[2]
    tall = max(min(one[3] - one[1], 9 * MM), min(other[3] - other[1], 9 * MM))
    if gap > 1.9 * tall or max(one[2], other[2]) - min(one[0], other[0]) > WIDE[1]:
        return False
    lift = abs((one[1] + one[3]) - (other[1] + other[3])) / 2
    apart = max(abs((one[0] + one[2]) - (other[0] + other[2])) / 2, 1)
    return lift <= 0.45 * apart + 0.25 * tall


def _without_bed(ink: Mask) -> Mask:
    """Return the ink without what runs along the edges of the picture: the scanner's bed."""
    tall, wide = ink.shape
    if not (ink[: 3 * COARSE].any() or ink[:, : 3 * COARSE].any() or ink[:, -4 * COARSE :].any()):
        return ink
    few = np.asarray(
        cv2.resize(ink, (wide // COARSE, tall // COARSE), interpolation=cv2.INTER_AREA), np.uint8
    )
    few = above(few, 60)
    labels, stats = pieces(few)
    x, y, across, down, _area = stats.T
    at_edge = (x <= 1) | (y <= 1) | (x + across >= few.shape[1] - 1)
    bed = at_edge & ((across > 0.5 * few.shape[1]) | (down > 0.3 * few.shape[0]))
    bed[0] = False
    if not bed.any():
        return ink
    there = cv2.dilate((bed[labels] * np.uint8(255)).astype(np.uint8), np.ones((3, 3), np.uint8))
    return cast(Mask, cv2.subtract(ink, cv2.resize(there, (wide, tall), interpolation=cv2.INTER_NEAREST)))


def coloured(darkness: NDArray[np.uint8]) -> Mask:
    """Return where ink has a colour."""
    first, second, third = cv2.split(darkness)
    most = cv2.max(cv2.max(first, second), third)
    apart = cv2.subtract(most, cv2.min(cv2.min(first, second), third))
    mask = cv2.compare(apart, cv2.LUT(most, _LEAST_APART), cv2.CMP_GT)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((2, 2), np.uint8)), np.uint8)


def _read_ink(ink: Mask, reading: Reading | None, head: Head, image: PageImage, rotation: int) -> Mask:
    """Return the ink that words explain which the readers agreed on."""
    known = np.zeros_like(ink)
    if reading is None:
        return known
    for line in reading.lines:
        tall = line.box[3] - line.box[1] if rotation in (0, 180) else line.box[2] - line.box[0]
        lone = len(line.words) <= 3
        sentence = len(line.words) >= 4 and sum(word.agreed for word in line.words) >= 0.6 * len(line.words)
        said = in_line(line) | stretched(line, rotation=rotation)
        last = len(line.words) - 1
        for number, word in enumerate(line.words):
            if number in said:
                continue  # a mark beside the line or a word of it, or more than the word: a look will tell
            if len(word.text) == 1 and (word.text.isupper() or not word.agreed):
                continue  # letters set apart, read one by one
            if lone and word.text.isupper() and fold(word.text) in PARTS:
                continue  # a mark that was half read
            sure = word.agreed or word.confidence >= 0.9
            if not sure and not (sentence and _small(word.text)):
                continue
            if word.confidence < GUESSED and not 2 < number < last - 1:
                continue  # what stands beside a line and was drawn into it
            x0, y0, x1, y1 = (value / head.scale for value in turned(word.box, image, rotation))
            more = 0.2 * tall / head.scale
            known[
                max(0, int(y0 - more)) : int(y1 + more) + 1, max(0, int(x0 - more)) : int(x1 + more) + 1
            ] = 255
    return np.asarray(cv2.bitwise_and(known, ink), np.uint8)


def _small(text: str) -> bool:
    """Return whether most letters are small ones (or figures): no part of a mark, however badly read."""
    return sum(letter.isupper() for letter in text) * 2 < len(text)


def turned(box: Box, image: PageImage, rotation: int) -> Box:
    """Return where `box` of the master lies on the page turned by `rotation` degrees clockwise."""
    x0, y0, x1, y1 = box
    wide, tall = image.width, image.height
    match rotation:
        case 90:
            return tall - y1, x0, tall - y0, x1
        case 180:
            return wide - x1, tall - y1, wide - x0, tall - y0
        case 270:
            return y0, wide - x1, y1, wide - x0
        case _:
            return box


def _groups(clean: Mask, reach_mm: float) -> list[Box]:
    """Return the boxes of ink lying within `reach_mm` of each other; not what is too large or too thin."""
    reach = max(1, round(reach_mm * MM))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach | 1, reach | 1))
    labels, grown = pieces(np.asarray(cv2.dilate(clean, kernel), np.uint8))
    across, down = grown[:, ACROSS] - reach, grown[:, DOWN] - reach
    fits = (across <= WIDE[1]) & (down >= LOW) & (down <= TALL[1])
    fits[0] = False
    x, y, wide, high, area = boxes(clean, labels, len(grown))[fits].T
    inked = (area > 0) & (area >= 0.03 * wide * high)
    corners = np.stack((x, y, x + wide, y + high), axis=1)[inked]
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in corners.tolist()]


def _without_specks(mask: Mask) -> Mask:
    labels, stats = pieces(mask)
    big = np.maximum(stats[:, ACROSS], stats[:, DOWN]) >= 0.8 * MM
    big[0] = False
    return (big * np.uint8(255)).astype(np.uint8)[labels] if len(stats) > 1 else mask


def _part(mask: Mask, box: Box) -> Mask:
    return mask[box[1] : box[3], box[0] : box[2]]


def _full(box: Box, head: Head) -> Box:
    x0, y0, x1, y1 = (value * head.scale for value in box)
    return int(x0), int(y0), min(head.width, int(x1) + 1), min(head.height, int(y1) + 1)


def _distinct(found: Sequence[Place]) -> list[Place]:
    """Return the places without those that lie as another one of the same kind does."""
    kept: list[Place] = []
    for place in found:
        if not any(place.layer == other.layer and _alike(place.box, other.box) for other in kept):
            kept.append(place)
    return kept


def _alike(one: Box, other: Box) -> bool:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return False
    area = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return 2 * wide * high > 0.85 * area


def back(box: Box, image: PageImage, rotation: int) -> Box:
    """Return where `box` of the page turned by `rotation` degrees clockwise lies on the master."""
    x0, y0, x1, y1 = box
    wide, tall = image.width, image.height
    match rotation:
        case 90:
            return y0, tall - x1, y1, tall - x0
        case 180:
            return wide - x1, tall - y1, wide - x0, tall - y0
        case 270:
            return wide - y1, x0, wide - y0, x1
        case _:
            return box
