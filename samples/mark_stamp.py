"""The ink of one stamp to learn from: any face, build, frame, lean, wear and colour."""

import colorsys
import random
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from samples import mark_ink
from samples.mark_faces import Faces
from samples.mark_ink import Cover
from samples.secret import FRESH

Colour = tuple[int, int, int]
"""RGB."""

PLAIN_INK: Colour = (20, 20, 22)
"""Of marks that are typed or printed with the page."""

SHAPES = (
    *("plain",) * 3, *("spaced",) * 2, *("outline",) * 2, *("heavy",) * 2,
    "condensed", "wide", "thin", "hand", "cut",
)  # fmt: skip
FRAMES = (*("none",) * 3, *("box",) * 2, "double", "round", "lines", "thick", "corners")
_LEAST = 3
"""Pixels; a stamp that is less high or wide has no letters."""
_FAR = 18
"""Least distance (RGB) of an ink from each that the network is judged by."""

_Layers = NDArray[np.float32]
"""Height x width x 2: all ink of a stamp, and of its letters alone."""


@dataclass(frozen=True, eq=False)
class StampInk:
    """Ink of one stamp, and where its letters stand in it."""

    cover: Cover
    letters: Cover  #: as large as `cover`, without its frame and wear


@dataclass(frozen=True)
class Press:
    """Where stamps come from: faces, chance, and the dots per inch they are drawn at."""

    faces: Faces
    rng: random.Random
    noise: np.random.Generator = field(compare=False)
    dpi: int

    def stamp(self, text: str, *, plain: bool = False) -> StampInk | None:
        """Return a stamp that says `text`, `plain` as print is; None where nothing of it came out."""
        rng = self.rng
        millimetres = rng.uniform(2.9, 8.0) if rng.random() < 0.85 else rng.uniform(2.4, 11)
        cap = max(8, round(millimetres * self.dpi / 25.4))
        letters = self._letters(text, cap, "plain" if plain else rng.choice(SHAPES))
        if min(letters.shape) < _LEAST:
            return None
        if rng.random() < 0.08:
            letters = letters * _hatching(letters.shape, rng)
        layers = np.dstack([letters, letters]) if plain else self._framed(letters, cap)
        return self._worn(layers)

    def _letters(self, text: str, cap: int, shape: str) -> Cover:
        rng = self.rng
        if shape == "thin" and cap < 28:
            shape = "plain"  # nothing would be left of them
        gap = rng.uniform(0.1, 1.1) if shape == "spaced" else None
        face = self.faces.choose(text, rng)
        words = text.split(" ")
        if len(words) > 1 and rng.random() < 0.07:
            lines = (" ".join(words[:-1]), words[-1])
            letters = _stacked(
                [self._line(line, face, cap, shape, gap) for line in lines],
                round(cap * rng.uniform(0.2, 0.6)),
            )
        else:
            letters = self._line(text, face, cap, shape, gap)
        return letters if min(letters.shape) < _LEAST else self._deformed(letters, shape, cap)

    def _line(self, text: str, file: Path, cap: int, shape: str, gap: float | None) -> Cover:
        face = ImageFont.truetype(str(file), max(8, round(cap / 0.7)), layout_engine=ImageFont.Layout.BASIC)
        hand = shape in ("hand", "cut")
        if gap is None and not hand:
            return mark_ink.in_one(text, face, cap)
        blank = self.rng.uniform(0.4, 1.1) + (gap or 0)
        step = self.rng.uniform(0.02, 0.12) if gap is None else gap
        return mark_ink.one_by_one(text, face, cap, self.rng, gap=step, blank=blank, hand=hand)

    def _deformed(self, letters: Cover, shape: str, cap: int) -> Cover:
        """Do what `mark_ink.deformed` does, more or less of it."""
        rng = self.rng
        match shape:
            case "condensed" | "wide":
                share = rng.uniform(0.6, 0.8) if shape == "condensed" else rng.uniform(1.2, 1.6)
                size = (max(8, round(letters.shape[1] * share)), letters.shape[0])
                return np.asarray(cv2.resize(letters, size, interpolation=cv2.INTER_AREA), np.float32)
            case "outline":
                thick = max(2, cap // rng.choice((10, 14, 20)))
                padded, pen = np.pad(letters, 2 * thick), _round_pen(thick)
                if rng.random() < 0.5:
                    line = cv2.dilate(padded, np.ones((2, 2))) - cv2.erode(padded, pen)
                else:
                    line = cv2.dilate(padded, pen) - padded
                return mark_ink.cut(np.asarray(line, np.float32).clip(0, 1))
            case "heavy":
                thick = max(2, cap // rng.choice((9, 14)))
                heavy = cv2.dilate(np.pad(letters, 2 * thick), _round_pen(thick))
                return mark_ink.cut(np.asarray(heavy, np.float32))
            case "thin" | "hand" | "cut":
                return mark_ink.deformed(letters, shape, cap, self.noise)
            case _:
                return letters

    def _framed(self, letters: Cover, cap: int) -> _Layers:
        """Put a frame round, turn black and white about, draw a line under, lean: each now and then."""
        rng = self.rng
        frame = rng.choice(FRAMES)
        cover = mark_ink.framed(letters, frame, cap)
        letters = np.pad(letters, (cover.shape[0] - letters.shape[0]) // 2)
        if frame == "none" and rng.random() < 0.06:
            room = round(cap * 0.4)
            cover, letters = 1 - np.pad(cover, room), np.pad(letters, room)
        if rng.random() < 0.06:
            top, below = cover.shape[0] + max(2, cap // 6), ((0, max(4, cap // 3)), (0, 0))
            cover, letters = np.pad(cover, below), np.pad(letters, below)
            cover[top : top + max(2, cap // 12)] = 1
        layers: _Layers = np.dstack([cover, letters]).astype(np.float32)
        lean = rng.choice((0.0, rng.uniform(-4, 4), rng.uniform(-4, 4), rng.uniform(-23, 23)))
        return _leaning(layers, lean) if lean else layers

    def _worn(self, layers: _Layers) -> StampInk:
        """Ink unevenly, with specks the rubber left out, more or less of all of it."""
        rng, noise = self.rng, self.noise
        height, width = layers.shape[:2]
        strength, wear = rng.choice((0.95, 0.95, 1.0, rng.uniform(0.4, 0.9))), rng.uniform(0, 0.5)
        coarse = noise.uniform(1 - wear, 1, (5, 9)).astype(np.float32)
        even = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).clip(0.2, 1)
        fine = noise.standard_normal((height, width)).astype(np.float32)
        fine = np.asarray(cv2.GaussianBlur(fine, (0, 0), rng.uniform(0.8, 2.2)), np.float32)
        fine /= max(1e-6, float(fine.std()))
        gone = np.where(fine > 1.9 - wear, 1 - wear * rng.uniform(0.6, 1.6), 1.0).clip(0, 1)
        cover = np.asarray(layers[:, :, 0] * even * gone * strength, np.float32)
        return StampInk(cover, np.ascontiguousarray(layers[:, :, 1]))


def ink(rng: random.Random) -> Colour:
    """Return a colour of ink: black, red, blue or any, but none that the network is judged by."""
    while True:
        chance = rng.random()
        if chance < 0.3:
            grey = rng.randrange(5, 110)
            found = (grey, grey + rng.randrange(-4, 5), grey + rng.randrange(-4, 9))
        else:
            usual = rng.choice((rng.uniform(0.93, 1.03) % 1, rng.uniform(0.55, 0.8)))  # red, blue to violet
            hue = rng.random() if chance > 0.65 else usual
            red, green, blue = colorsys.hsv_to_rgb(hue, rng.uniform(0.4, 1), rng.uniform(0.3, 0.92))
            found = (int(255 * red), int(255 * green), int(255 * blue))
        if all(_distance(found, mark_ink.INKS[name]) > _FAR for name in FRESH.inks):
            return found


def _distance(one: Colour, other: Colour) -> float:
    return float(np.hypot.reduce(np.subtract(one, other)))


def _hatching(shape: tuple[int, ...], rng: random.Random) -> Cover:
    """Return lines from side to side, or leaning one way, with as much paper between them."""
    step = rng.randrange(3, 7)
    slope = rng.choice((-1, 0, 1)) * np.arange(shape[1])
    lines = np.add.outer(np.arange(shape[0]), slope) % step < step // 2
    return lines.astype(np.float32)


def _round_pen(thick: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thick | 1, thick | 1)), np.uint8)


def _stacked(lines: list[Cover], gap: int) -> Cover:
    """Return two lines one under the other, centred."""
    upper, lower = lines
    width = max(upper.shape[1], lower.shape[1])
    whole = np.zeros((upper.shape[0] + gap + lower.shape[0], width), np.float32)
    for line, top in ((upper, 0), (lower, upper.shape[0] + gap)):
        left = (width - line.shape[1]) // 2
        whole[top : top + line.shape[0], left : left + line.shape[1]] = line
    return whole


def _leaning(layers: _Layers, angle: float) -> _Layers:
    """Turn a stamp anticlockwise by degrees; its letters stay where they are in it."""
    height, width = layers.shape[:2]
    side = round(np.hypot(height, width)) + 4
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[:, 2] += ((side - width) / 2, (side - height) / 2)
    turned = np.asarray(cv2.warpAffine(layers, matrix, (side, side)), np.float32)
    inked = turned[:, :, 0] > 0.02
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    if not rows.size:
        return turned
    return turned[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
