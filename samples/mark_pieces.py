"""Pieces of invented pages with and without a secret mark, and what a network is to say of each.

Nothing on them is a secret: the text is that of every other sample. A piece is cut at 200 dpi, spoilt, and
handed over at 100 dpi (384 x 384 pixels). What the network is judged by is kept out: faces, families and inks
of `samples.secret.FRESH` (`mark_faces`, `mark_stamp.ink`).
"""

import dataclasses
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.draw import Pixels, paint
from samples.layout import typeset
from samples.mark_clutter import strew
from samples.mark_faces import Faces
from samples.mark_ink import Cover, press_colour
from samples.mark_stamp import PLAIN_INK, Press, ink
from samples.mark_wear import Wear
from samples.mark_words import broken, harmless, line_about_a_mark
from samples.pages import invent, look_for
from samples.secret import LEVELS, about_secrecy
from samples.truth import Box

SIDE = 384
"""Pixels of a piece at 100 dpi, a square."""
CELL = 8
"""Pixels a side of what one answer of the network is about."""
NOT_ASKED = 255
"""Of a target: whatever the network says there is neither right nor wrong."""
PIECES_OF_A_PAGE = 24

_CUT, _DPI = 2 * SIDE, 200
_SCANNERS = ("seal", "seal", "clean300", "hand")
_NEAR_EDGE = 6
_APART = 8
"""Pixels between stamps."""
_MOST_PRINT = 0.28
"""Share of a stamp's place that print may cover; on more, people do not press one."""


@dataclass(frozen=True)
class Mark:
    """One mark on a piece."""

    level: int | None  #: place in `LEVELS`; None: nobody could read it
    box: tuple[float, float, float, float]  #: x0, y0, x1, y1 in pixels of the piece

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of its box, x and y."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True, eq=False)
class Piece:
    """One piece and its marks."""

    pixels: Pixels  #: `SIDE` x `SIDE` x 3, RGB
    marks: tuple[Mark, ...]

    def target(self) -> NDArray[np.uint8]:
        """Return for each `CELL` 0 for no mark, 1 to 3 for `LEVELS` in the middle of one, or `NOT_ASKED`.

        The middle is a third of a mark's width and two fifths of its height: what the network says at its
        edges does not matter.
        """
        cells = np.zeros((SIDE // CELL, SIDE // CELL), np.uint8)
        for mark in self.marks:
            cells[_cells(mark.box)] = NOT_ASKED
        for mark in self.marks:
            if mark.level is not None:
                (x, y), (x0, y0, x1, y1) = mark.middle, mark.box
                wide, tall = max(6, (x1 - x0) * 0.16), max(6, (y1 - y0) * 0.2)
                cells[_cells((x - wide, y - tall, x + wide, y + tall))] = mark.level + 1
        return cells


@dataclass(frozen=True, eq=False)
class _Pressed:
    """A mark as it was pressed, in pixels of the piece at 200 dpi."""

    level: int
    box: tuple[float, float, float, float]
    letters: Pixels  #: as large as the piece, 0 to 255


def pieces(seed: str, faces: Faces) -> Iterator[Piece]:
    """Yield pieces without end; the i-th depends on `seed`, i and `faces` alone."""
    rng = random.Random(f"pieces {seed}")
    noise = np.random.default_rng(rng.randrange(2**32))
    press, wear = Press(faces, rng, noise, _DPI), Wear.drawn(rng, noise)
    while True:
        page = _page(rng)
        for _ in range(PIECES_OF_A_PAGE):
            yield _piece(page, press, wear)


def _page(rng: random.Random) -> Pixels:
    """Return the first page of an invented record, clean; two in five are about keeping secrets."""
    scanner = rng.choice(_SCANNERS)
    if rng.random() < 0.85:
        document = invent(rng, paragraphs=rng.randrange(1, 7))
    else:
        document = invent(rng, paragraphs=2, table=rng.randrange(4, 10))
    if rng.random() < 0.4:
        document = about_secrecy(document, rng)
    look = look_for(scanner, rng)
    if rng.random() < 0.15:
        look = dataclasses.replace(look, family=rng.choice(("typewriter", "sans")))
    return paint(typeset(document, dpi=_DPI, look=look)[0], rng=rng, seal=rng.random() < 0.6)


def _piece(page: Pixels, press: Press, wear: Wear) -> Piece:
    rng = press.rng
    bed = rng.choice((255, 255, 255, 10))
    pixels = _cut_out(page, bed, rng)
    strew(pixels, press.faces, rng)
    pressed = _press_stamps(pixels, press)
    if rng.random() < 0.4:
        pixels, pressed = _tilted(pixels, pressed, rng.uniform(-3.5, 3.5), bed)
    small = cast(Pixels, cv2.resize(wear.worn(pixels), (SIDE, SIDE), interpolation=cv2.INTER_AREA))
    if small.ndim == 2:
        grey, colour = small, cast(Pixels, cv2.cvtColor(small, cv2.COLOR_GRAY2RGB))
    else:
        grey, colour = cast(Pixels, cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)), small
    return Piece(colour, tuple(_told(mark, grey) for mark in pressed))


def _cut_out(page: Pixels, bed: int, rng: random.Random) -> Pixels:
    """Cut a square out of a page, now and then over its edge, the wrong way up, or lying on its side."""
    height, width = page.shape[:2]
    over = 80
    x, y = rng.randrange(-over, width - _CUT + over), rng.randrange(-over, height - _CUT + over)
    if rng.random() < 0.5:
        y = rng.randrange(-over, height // 2 - _CUT // 2)  # heads, where most marks are, come more often
    pixels = np.full((_CUT, _CUT, 3), bed, np.uint8)
    x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + _CUT), min(height, y + _CUT)
    pixels[y0 - y : y1 - y, x0 - x : x1 - x] = page[y0:y1, x0:x1]
    turns = 2 * (rng.random() < 0.1) + (rng.random() < 0.05)
    return np.ascontiguousarray(np.rot90(pixels, turns))


def _press_stamps(pixels: Pixels, press: Press) -> list[_Pressed]:
    """Press marks and other stamps onto the piece, each on a place of its own; return the marks."""
    rng, pressed = press.rng, []
    chance = rng.random()
    others = 0 if chance < 0.45 else 1 if chance < 0.8 else rng.randrange(2, 5)
    order = [True] * rng.choice((0, 1, 1, 2)) + [False] * others
    rng.shuffle(order)
    dark = (cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) < 140).astype(np.uint8)
    print_ = np.asarray(cv2.integral(cv2.dilate(dark, np.ones((4, 4), np.uint8))))
    taken: list[Box] = []
    for is_mark in order:
        plain, level = rng.random() < 0.12, rng.randrange(len(LEVELS))
        stamp = press.stamp(_words(LEVELS[level] if is_mark else None, rng), plain=plain)
        spot = stamp and _spot(print_, stamp.cover.shape, taken, rng)
        if not stamp or not spot:
            continue
        press_colour(pixels, stamp.cover, *spot, PLAIN_INK if plain else ink(rng))
        (left, top), (tall, wide) = spot, stamp.cover.shape
        taken.append((left, top, left + wide, top + tall))
        if is_mark:
            letters = np.zeros((_CUT, _CUT), np.uint8)
            letters[top : top + tall, left : left + wide] = stamp.letters * 255
            pressed.append(_Pressed(level, taken[-1], letters))
    return pressed


def _words(mark: str | None, rng: random.Random) -> str:
    """Return what a stamp says: the mark, or something that is none; diacritics may be lost."""
    if mark is not None:
        return broken(mark, rng) if rng.random() < 0.22 else mark
    text = line_about_a_mark(rng) if rng.random() < 0.25 else harmless(rng)
    return broken(text, rng) if rng.random() < 0.15 else text


def _spot(
    print_: NDArray[np.generic], size: tuple[int, ...], taken: list[Box], rng: random.Random
) -> tuple[int, int] | None:
    """Return left and top for a stamp, on free paper or with about as much print under it as chance wants.

    None where it does not fit, or only print is left.
    """
    tall, wide = size
    if max(tall, wide) > _CUT - 16:
        return None
    wanted = rng.choice((0, 0, 0, rng.uniform(0.01, 0.06), rng.uniform(0.03, 0.2)))
    found: list[tuple[float, float, int, int]] = []
    for _ in range(40):
        left, top = (rng.randrange(_NEAR_EDGE, _CUT - length - _NEAR_EDGE) for length in (wide, tall))
        right, bottom = left + wide, top + tall
        if any(
            left < x1 + _APART and x0 < right + _APART and top < y1 + _APART and y0 < bottom + _APART
            for x0, y0, x1, y1 in taken
        ):
            continue
        inside = print_[bottom, right] - print_[top, right] - print_[bottom, left] + print_[top, left]
        under = float(inside) / (wide * tall)
        found.append((abs(under - wanted), under, left, top))
        if found[-1][0] < 0.004:
            break
    if not found or min(found)[1] > _MOST_PRINT:
        return None
    return min(found)[2:]


def _tilted(pixels: Pixels, pressed: list[_Pressed], angle: float, bed: int) -> tuple[Pixels, list[_Pressed]]:
    """Turn the piece about its middle, as a sheet that lay askew."""
    matrix = cv2.getRotationMatrix2D((_CUT / 2, _CUT / 2), angle, 1.0)
    turned = cast(Pixels, cv2.warpAffine(pixels, matrix, (_CUT, _CUT), borderValue=(bed,) * 3))
    moved = []
    for mark in pressed:
        x0, y0, x1, y1 = mark.box
        x, y = matrix @ np.array([(x0 + x1) / 2, (y0 + y1) / 2, 1])
        wide, tall = (x1 - x0) / 2, (y1 - y0) / 2
        letters = cast(Pixels, cv2.warpAffine(mark.letters, matrix, (_CUT, _CUT)))
        moved.append(_Pressed(mark.level, (x - wide, y - tall, x + wide, y + tall), letters))
    return turned, moved


def _told(mark: _Pressed, grey: Pixels) -> Mark:
    """Return the mark in pixels of the piece, with its level if it is still there and can be read."""
    x0, y0, x1, y1 = (value * SIDE / _CUT for value in mark.box)
    told = Mark(mark.level, (x0, y0, x1, y1))
    letters = cv2.resize(mark.letters, (SIDE, SIDE), interpolation=cv2.INTER_AREA) / np.float32(255)
    part = np.s_[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1]
    inside = all(0 <= at < SIDE for at in told.middle)
    if inside and legible(grey[part], np.asarray(letters[part], np.float32)):
        return told
    return dataclasses.replace(told, level=None)


def legible(grey: Pixels, letters: Cover) -> bool:
    """Say whether `letters` (their share of each pixel) stand out in the `grey` of the scan at 100 dpi.

    Thin letters at 100 dpi spread into the paper round them: 11 grey levels of difference can be read still,
    but not if the paper itself differs by more than twice as much.
    """
    if letters.sum() < 4:
        return False
    around = np.asarray(cv2.dilate(letters, np.ones((5, 5))), np.float32) - letters
    around = around.clip(0, 1) * (letters < 0.2)
    area = max(1e-3, float(around.sum()))
    paper = float((grey * around).sum()) / area
    spread = float(np.sqrt((around * (grey - paper) ** 2).sum() / area))
    difference = abs(float((grey * letters).sum()) / float(letters.sum()) - paper)
    return difference > max(11, 0.45 * spread)


def _cells(box: tuple[float, float, float, float]) -> tuple[slice, slice]:
    """Return the cells a box lies in, what is off the piece left out."""
    x0, y0, x1, y1 = (max(0, int(value // CELL)) for value in box)
    return np.s_[y0 : y1 + 1 if box[3] >= 0 else 0, x0 : x1 + 1 if box[2] >= 0 else 0]
