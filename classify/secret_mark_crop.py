"""A place where a mark may stand, cut out and laid as a reader likes it: level, alone, dark on white."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.reading import Box
from catalog.scan import PageImage, Pixels
from classify.secret_mark_frames import Frame
from classify.secret_mark_hollow import filled, is_outlined, thickened
from classify.secret_mark_ink import darkest, palest
from classify.secret_mark_part import cut
from classify.secret_mark_pieces import TALL, WIDE, pieces
from classify.secret_mark_places import LOOK_DPI, Place
from classify.secret_mark_rows import ROW_DPI, Row, above, shade

CROP_DPI = 200
MM = CROP_DPI / 25.4
MARGIN = 1.5  # mm round the place
LETTER = 48
"""Pixels of height to which a line is laid; the readers' own height."""
BORDER = (8, 6)
"""Pixels of paper beside, and above and under, a line that is handed to the readers."""
SAME_ANGLE = 2.5
"""Degrees under which two turns read the same."""
MOST_LEAN = 28.0

BROKEN = 0.6
"""Share of ink in pieces of a millimetre or more, below which letters have fallen into dots."""
DOT = 2.0
"""Pixels over which such dots are joined."""
WORDS = 0.05
"""Share of the ink in a place from which words on which the readers agreed are taken off it."""
ACROSS = 5
"""Pixels round a gap from which pale ink is drawn on across it."""
TORN = 15
"""Pixels between parts of a letter that print goes through."""
GRAIN = 8.0
"""Mean darkness of bare paper, in grey levels, from which it disturbs a reader."""

Grey = NDArray[np.uint8]


class Looks:
    """A place as pictures of one line, grey, dark on white."""

    def __init__(self, image: PageImage, place: Place, *, rotation: int, dpi: int, lean: float) -> None:
        """Cut the place out of the page; `lean`: degrees clockwise that level the page's own lines."""
        self._image, self._place, self._rotation, self._dpi = image, place, rotation, dpi
        self._lean = lean
        darkness = _darkness(_cut(image, place.box, rotation, dpi))
        self._inks: Iterator[Grey] = _inks(darkness, place)
        if place.row is not None:
            self._inks = iter(_alone(darkness, place.row))
        elif place.frame is not None:
            within = _framed(darkest(darkness), place.frame)
            self._inks = chain(within, self._inks, _paler(within[-1]))
        self._first: list[Grey] = [
            line
            for dark in islice(self._inks, 2 if place.frame or place.row else 1)
            for line in self._leveled(dark)
        ]
        self._full = [(at, full) for at, line in enumerate(self._first) if (full := _full(line)) is not None]

    def plain(self) -> list[Pixels]:
        """Return the plainest looks: level, without a frame; of letters that are outlined, filled too."""
        return [*map(_laid, self._first), *(_laid(full) for _, full in self._full)]

    def more(self, told: Sequence[str] = ()) -> Iterator[Pixels]:
        """Yield what else may bring a reader to read it, where the plain looks (`told`) are vague."""
        beside = () if self._place.frame else told  # in a frame a mark has no neighbours
        for line, text in zip(self._first, beside, strict=False):
            alone = (_to_ink(*_both(part)) for part in cut(line, text))
            yield from (_laid(part) for part in alone if part is not None)
        outlined = [at for at, _ in self._full]
        for at, line in enumerate(self._first):
            yield from _bolder(line, tried=at in outlined)
        others: Iterator[Grey] = (line for dark in self._inks for line in self._leveled(dark))
        if self._place.row is not None:
            others = iter(self._beside(self._place.row))
        for line in others:
            yield _laid(line)
            yield from _bolder(line)

    def _leveled(self, dark: Grey) -> Iterator[Grey]:
        ink = _ink(dark)
        if np.count_nonzero(ink) < 30:
            return
        row = self._place.row
        if row is not None:
            line = _to_ink(*_both(_turn(dark, -row.angle)))
            if line is not None:
                yield line
                close = _closed_up(line)
                if close is not None:
                    yield close
            return
        if self._place.frame is not None:
            yield from _lines(_turn(dark, -self._place.frame.angle))
            return
        frame = _frame(ink)
        inside = dark if frame is None else _inside(dark, frame.ink)
        for angle in _leans(_ink(inside), None if frame is None else frame.lean, self._lean):
            yield from _lines(_without_rules(_turn(inside, angle)))

    def _beside(self, row: Row) -> list[Grey]:
        """Return the row's line, cut from the page as it is, as far again as two letters to both sides."""
        side = round(1.6 * row.cap * self._dpi / ROW_DPI)
        x0, y0, x1, y1 = self._place.box
        piece = _cut(self._image, (x0 - side, y0, x1 + side, y1), self._rotation, self._dpi)
        level = _turn(darkest(_darkness(piece)), -row.angle)
        middle, half = level.shape[0] / 2, 1.15 * row.cap * CROP_DPI / ROW_DPI
        band = np.ascontiguousarray(level[max(0, int(middle - half)) : int(middle + half)])
        line = _to_ink(*_both(_without_rules(band)))
        return [] if line is None else [line]


def _both(dark: Grey) -> tuple[Grey, Grey]:
    return dark, _ink(dark)


def _alone(darkness: NDArray[np.uint8], row: Row) -> list[Grey]:
    """Return the letters of a row by themselves; split off print, those drawn on across it first."""
    dark = darkest(darkness)
    mask = cv2.dilate(_to_piece(row.pieces, dark.shape), np.ones((5, 5), np.uint8))
    alone = np.where(mask > 0, dark, 0).astype(np.uint8)
    if not row.split:
        return [alone]
    whole = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((TORN, TORN), np.uint8))
    if row.print_ink is not None:
        print_ = cv2.bitwise_and(whole, row.print_ink.mask(palest(darkness), CROP_DPI))
        return [np.where(whole > 0, _across(dark, print_), 0).astype(np.uint8)]
    return [*(np.where(whole > 0, each, 0).astype(np.uint8) for each in _paler(dark)), alone]


def _framed(dark: Grey, frame: Frame) -> list[Grey]:
    """Return what stands by itself on the paper in a frame, then all that lies within its sides."""
    inside = _to_piece(frame.inside, dark.shape)
    found = [np.where(cv2.erode(inside, np.ones((5, 5), np.uint8)) > 0, dark, 0).astype(np.uint8)]
    sides = np.zeros_like(inside)
    cv2.fillConvexPoly(sides, cv2.convexHull(cast(Grey, _outline(inside))), (255,))
    if np.count_nonzero(sides) > 1.05 * np.count_nonzero(inside):
        found.append(np.where(cv2.erode(sides, np.ones((9, 9), np.uint8)) > 0, dark, 0).astype(np.uint8))
    return found


def _full(line: Grey) -> Grey | None:
    """Return the line filled, where it is outlined to be seen at a glance."""
    ink = _ink(line)
    return filled(_without_specks(ink)) if is_outlined(ink) else None


def _bolder(line: Grey, *, tried: bool = False) -> Iterator[Pixels]:
    """Yield the line without its grain, filled and thicker; `tried`: it was looked at filled already."""
    ink = _ink(line)
    quiet = _quiet(line, ink)
    if quiet is not None:
        yield _laid(quiet)
    letters = _without_specks(ink)
    for other in (
        None if tried else filled(letters),
        filled(letters, 3),
        filled(letters, 7),
        thickened(line, ink),
    ):
        if other is not None:
            yield _laid(other)


def _closed_up(line: Grey) -> Grey | None:
    """Return letters set far apart moved together; None: they are not."""
    columns = _ink(line).any(0)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], columns.astype(np.int8), [0]))))
    tall = line.shape[0]
    keep = np.ones(line.shape[1], np.bool_)
    moved = 0
    for end, start in zip(edges[1:-1:2], edges[2::2], strict=True):
        most = int((0.12 if start - end < 0.75 * tall else 0.35) * tall)
        if start - end > max(most, 0.22 * tall):
            keep[end + most // 2 : start - (most - most // 2)] = False
            moved += 1
    return np.ascontiguousarray(line[:, keep]) if moved >= 2 else None


def _inks(darkness: NDArray[np.uint8], place: Place) -> Iterator[Grey]:
    """Yield how dark the ink in the place is: all of it, without words that are read, the paler of two."""
    dark = darkest(darkness)
    if place.layer == "coloured" and darkness.ndim == 3:
        apart = cv2.subtract(dark, np.asarray(darkness.min(2), np.uint8))
        yield np.asarray(cv2.medianBlur(apart, 3), np.uint8)
        return
    yield dark
    ink = _ink(dark)
    inked = cv2.countNonZero(ink)
    if cv2.countNonZero(_without_specks(ink)) < BROKEN * inked:
        soft = cv2.GaussianBlur(dark, (0, 0), DOT)
        yield np.asarray(cv2.convertScaleAbs(soft, alpha=255 / max(1, int(soft.max()))), np.uint8)
    if inked < 200:
        return
    if cv2.countNonZero(place.known) > WORDS * inked * (LOOK_DPI / CROP_DPI) ** 2:
        yield _without_words(dark, place.known)
    yield from _paler(dark)


def _paler(dark: Grey) -> Iterator[Grey]:
    """Yield the paler of two inks, drawn on across the deeper one from all sides, where there are two."""
    inked = dark[_ink(dark) > 0]
    if inked.size < 200:
        return
    deep = cv2.dilate(above(dark, 0.72 * float(np.percentile(inked, 97))), np.ones((5, 5), np.uint8))
    bare = np.where(deep > 0, 0, dark).astype(np.uint8)
    if np.count_nonzero(_ink(bare)) > 0.25 * inked.size:
        yield _across(dark, deep)


def _across(dark: Grey, deep: NDArray[Any]) -> Grey:
    return np.asarray(cv2.inpaint(dark, deep, ACROSS, cv2.INPAINT_TELEA), np.uint8)


def _without_words(dark: Grey, known: Grey) -> Grey:
    """Return the piece without the words that are read already, where a stamp lies across them."""
    words = _to_piece(known, dark.shape)
    return np.where(cv2.dilate(words, np.ones((7, 7), np.uint8)) > 0, 0, dark).astype(np.uint8)


def _to_piece(mask: Grey, shape: tuple[int, ...]) -> Grey:
    """Return a mask of a place as large as the piece cut out for it, margin and all."""
    tall, wide = shape[:2]
    more = min(round(MARGIN * MM), (tall - 2) // 2, (wide - 2) // 2)
    inner = cv2.resize(mask, (wide - 2 * more, tall - 2 * more), interpolation=cv2.INTER_NEAREST)
    return cast(Grey, cv2.copyMakeBorder(inner, more, more, more, more, cv2.BORDER_CONSTANT, value=(0,)))


def _cut(image: PageImage, box: Box, rotation: int, dpi: int) -> Pixels:
    page = np.rot90(image.pixels, k=-(rotation // 90) % 4)
    more = round(MARGIN * dpi / 25.4)
    x0, y0, x1, y1 = box
    piece = np.ascontiguousarray(page[max(0, y0 - more) : y1 + more, max(0, x0 - more) : x1 + more])
    scale = CROP_DPI / dpi
    if abs(scale - 1) > 0.05:
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        piece = np.asarray(cv2.resize(piece, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    return piece


def _darkness(piece: Pixels) -> NDArray[np.uint8]:
    planes = [piece] if piece.ndim == 2 else [np.asarray(plane, np.uint8) for plane in cv2.split(piece)]
    papers = [int(shade(plane, 0.8)) for plane in planes]
    darker = [
        cv2.subtract(np.full_like(plane, paper), plane) for plane, paper in zip(planes, papers, strict=True)
    ]
    return np.asarray(darker[0] if len(darker) == 1 else cv2.merge(darker), np.uint8)


def _ink(dark: Grey) -> Grey:
    """Return where there is ink, 255: under Otsu's limit, so that a strong frame leaves its pale letters."""
    smooth = np.asarray(cv2.GaussianBlur(dark, (3, 3), 0), np.uint8)
    limit, _ = cv2.threshold(smooth, 0, 255, cv2.THRESH_OTSU)
    grain = 5.0 * shade(smooth, 0.5, bare=False)
    return above(smooth, max(16.0, min(0.8 * limit, grain)))


@dataclass(frozen=True, eq=False)
class _Frame:
    ink: Grey
    lean: float  #: degrees clockwise that level it


def _frame(ink: Grey) -> _Frame | None:
    """Return the largest frame: ink as long as the piece and nearly empty inside."""
    joined = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
    labels, stats = pieces(joined)
    tall, wide = ink.shape
    found: _Frame | None = None
    largest = 0.0
    for number in range(1, len(stats)):
        _x, _y, across, down, area = stats[number]
        if across < 0.5 * wide or down < 0.45 * tall:
            continue
        here = ((labels == number) * np.uint8(255)).astype(np.uint8)
        points = cv2.findNonZero(here)
        (_, _), (one, other), _ = cv2.minAreaRect(points)
        if area < 0.5 * one * other and one * other > largest and _hollow(here, points):
            largest, found = one * other, _Frame(here, _lean_of(points))
    return found


def _hollow(here: Grey, points: NDArray[Any]) -> bool:
    """Return whether the middle of what is framed holds next to none of the frame's own ink."""
    (x, y), (one, other), angle = cv2.minAreaRect(points)
    middle = np.zeros_like(here)
    corners = cv2.boxPoints(((x, y), (one * 0.72, other * 0.6), angle)).astype(np.int32)
    cv2.fillConvexPoly(middle, corners, (255,))
    return bool(np.count_nonzero(cv2.bitwise_and(middle, here)) < 0.12 * np.count_nonzero(here))


def _inside(dark: Grey, frame: Grey) -> Grey:
    """Return what lies in the frame, without its lines; where that is little, what lies round it too."""
    lines = cv2.dilate(frame, np.ones((3, 3), np.uint8)) > 0
    without = np.where(lines, 0, dark).astype(np.uint8)
    points = cv2.findNonZero(frame)
    area = np.zeros_like(dark)
    corners = cv2.boxPoints(cv2.minAreaRect(points)).astype(np.int32)
    cv2.fillConvexPoly(area, corners, (255,))
    within = np.asarray(cv2.bitwise_and(without, area), np.uint8)
    for piece in (within, without):
        if np.count_nonzero(_ink(piece)) >= 0.15 * np.count_nonzero(_ink(dark)):
            return piece
    return dark


def _lean_of(points: NDArray[Any]) -> float:
    """Return the degrees clockwise that level the longer side of the smallest box round `points`."""
    (_, _), (across, down), angle = cv2.minAreaRect(np.asarray(points, np.float32))
    if across < down:
        angle -= 90
    return float(-((angle + 90) % 180 - 90))


def _outline(mask: Grey) -> NDArray[np.int32] | None:
    """Return the first and the last pixel of each row of a mask: the hull of these is the hull of all."""
    rows = np.flatnonzero(mask.any(1))
    if not rows.size:
        return None
    there = mask[rows] > 0
    first, last = there.argmax(1), mask.shape[1] - 1 - there[:, ::-1].argmax(1)
    points = np.concatenate((np.stack((first, rows), 1), np.stack((last, rows), 1)))
    return np.ascontiguousarray(points[:, None, :], np.int32)


def _leans(ink: Grey, frame: float | None, page: float) -> list[float]:
    points = _outline(_without_specks(ink))
    wanted = [] if frame is None else [frame]
    if points is not None:
        wanted.append(_lean_of(points))
    wanted += [page, _spread(ink)]
    kept: list[float] = []
    for angle in wanted:
        if abs(angle) <= MOST_LEAN and all(abs(angle - other) > SAME_ANGLE for other in kept):
            kept.append(angle)
    return kept[:3]


def _spread(ink: Grey) -> float:
    """Return the degrees clockwise at which the rows of ink stand out most."""
    best, found = -1.0, 0.0
    small = np.asarray(cv2.resize(ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    for angle in range(-24, 25, 4):
        turned = _turn(small, float(angle))
        rows = cv2.reduce(turned, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F).ravel()
        score = float((np.diff(rows) ** 2).sum())
        if score > best:
            best, found = score, float(angle)
    return found


def _without_specks(ink: Grey) -> Grey:
    labels, boxes = pieces(ink)
    big = np.maximum(boxes[:, WIDE], boxes[:, TALL]) >= 1.0 * MM
    big[0] = False
    return np.asarray((big * np.uint8(255)).astype(np.uint8)[labels], np.uint8)


def _turn(dark: Grey, angle: float) -> Grey:
    """Return the piece turned by `angle` degrees clockwise, as large as it must be."""
    if abs(angle) < 0.3:
        return dark
    tall, wide = dark.shape
    matrix = cv2.getRotationMatrix2D((wide / 2, tall / 2), -angle, 1.0)
    sine, cosine = abs(matrix[0, 1]), abs(matrix[0, 0])
    size = (round(wide * cosine + tall * sine) + 2, round(wide * sine + tall * cosine) + 2)
    matrix[:, 2] += ((size[0] - wide) / 2, (size[1] - tall) / 2)
    return np.asarray(cv2.warpAffine(dark, matrix, size), np.uint8)


def _without_rules(dark: Grey) -> Grey:
    """Return the piece without straight lines along its length and across its height."""
    ink = cv2.morphologyEx(_ink(dark), cv2.MORPH_CLOSE, np.ones((3, 5), np.uint8))
    tall, wide = ink.shape
    along = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, max(12, int(wide * 0.4))), np.uint8))
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((max(10, int(tall * 0.75)), 1), np.uint8))
    rules = cv2.dilate(cv2.bitwise_or(along, across), np.ones((3, 3), np.uint8))
    return np.where(rules > 0, 0, dark).astype(np.uint8)


def _lines(dark: Grey) -> list[Grey]:
    """Return the piece cut to its ink; where two lines stand under each other, each for itself too."""
    ink = _without_specks(_ink(dark))
    whole = _to_ink(dark, ink)
    if whole is None:
        return []
    rows = (ink > 0).sum(axis=1) > 0
    runs = _runs(rows)
    if len(runs) < 2:
        return [whole]
    heights = [end - start for start, end in runs]
    tall = [run for run, height in zip(runs, heights, strict=True) if height > 0.45 * max(heights)]
    if len(tall) < 2:
        return [whole]
    parts = []
    for start, end in tall[:3]:
        more = int(0.35 * (end - start))
        top, bottom = max(0, start - more), end + more // 2
        part = _to_ink(dark[top:bottom], ink[top:bottom])
        if part is not None:
            parts.append(part)
    return [whole, *parts]


def _runs(rows: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= 1.2 * MM]


def _to_ink(dark: Grey, ink: Grey) -> Grey | None:
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if rows.size < 1.2 * MM or columns.size < 2 * MM:
        return None
    high, wide = slice(max(0, rows[0] - 3), rows[-1] + 4), slice(max(0, columns[0] - 3), columns[-1] + 4)
    return np.ascontiguousarray(dark[high, wide])


def _quiet(dark: Grey, ink: Grey) -> Grey | None:
    """Return the line without the grain of its paper; None: there is hardly any."""
    near = cv2.dilate(_without_specks(ink), np.ones((5, 5), np.uint8)) > 0
    if near.all() or float(dark[~near].mean()) < GRAIN:
        return None
    return np.where(near, dark, 0).astype(np.uint8)


def _laid(dark: Grey) -> Pixels:
    """Return the line at the readers' height, its contrast spread, with paper all round."""
    strong = shade(dark, 0.98) or 255.0
    spread = np.minimum(cv2.convertScaleAbs(dark, alpha=235 / max(strong, 30.0)), 240).astype(np.uint8)
    scale = LETTER / dark.shape[0]
    beside, down = BORDER
    size = (max(8, min(1600, round(dark.shape[1] * scale))), LETTER)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    sized = cv2.resize(spread, size, interpolation=how)
    return cast(
        Pixels,
        cv2.copyMakeBorder(
            cv2.bitwise_not(sized), down, down, beside, beside, cv2.BORDER_CONSTANT, value=(255,)
        ),
    )
