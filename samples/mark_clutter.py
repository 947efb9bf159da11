"""What else lies on a page where a mark may stand: seals of any office, signatures, pen strokes, rules."""

import math
import random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from samples.draw import Pixels, sign
from samples.mark_faces import Faces
from samples.mark_ink import Cover, press_colour
from samples.mark_stamp import Colour, ink
from samples.mark_words import prose, seal_words

SEAL_RED: Colour = (200, 30, 40)
_MOST_OFF = 40
"""Pixels by which a seal may hang over the left and upper edge of a piece."""


def strew(pixels: Pixels, faces: Faces, rng: random.Random) -> None:
    """Put some, or nothing, of all that onto a piece (RGB, square, cut at 200 dpi)."""
    side = pixels.shape[0]
    for _ in range(rng.choice((0, 0, 0, 0, 1, 1, 2))):
        left, top = (rng.randrange(-_MOST_OFF, side - 100) for _ in range(2))
        press_colour(pixels, seal(faces, rng), left, top, ink(rng) if rng.random() < 0.6 else SEAL_RED)
    if rng.random() < 0.15:
        for _ in range(rng.randrange(1, 4)):
            _pen_stroke(pixels, rng)
    if rng.random() < 0.2:
        sign(pixels, rng.randrange(side), rng.randrange(side), rng.randrange(120, 420), rng)
    if rng.random() < 0.1:
        for _ in range(rng.randrange(1, 6)):
            _rule(pixels, rng)


def seal(faces: Faces, rng: random.Random) -> Cover:
    """Return a round stamp of 25 to 39 mm at 200 dpi, with any words and no emblem."""
    side = rng.randrange(200, 310)
    middle, thin = side / 2, max(1, rng.randrange(2, 6) // 2)
    image = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(image)
    for share, thick in ((0.48, 2 * thin), (0.45, thin), (rng.uniform(0.26, 0.33), thin)):
        if rng.random() < 0.9:
            r = side * share
            pen.ellipse((middle - r, middle - r, middle + r, middle + r), outline=255, width=thick)
    file = str(rng.choice(faces.whole))
    _ring(image, f"{prose(rng, rng.randrange(3, 8)).upper()} * ", file, side // rng.randrange(11, 15))
    for i in range(rng.randrange(1, 4)):
        face = _face(file, side // rng.randrange(8, 13))
        pen.text((middle, middle + (i - 0.7) * side * 0.15), seal_words(rng), 255, face, anchor="mm")
    turned = np.asarray(image.rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC))
    return turned.astype(np.float32) / np.float32(255) * np.float32(rng.uniform(0.6, 1))


def _ring(image: Image.Image, words: str, file: str, size: int) -> None:
    face, middle, side = _face(file, size), image.width / 2, image.width
    for i, letter in enumerate(words):
        angle = 2 * math.pi * i / len(words) - math.pi * 0.75
        tile = Image.new("L", (size * 2, size * 2), 0)
        ImageDraw.Draw(tile).text((size, size), letter, 255, face, anchor="mm")
        tile = tile.rotate(-math.degrees(angle) - 90, Image.Resampling.BICUBIC)
        x, y = (round(middle + side * 0.385 * turn(angle) - size) for turn in (math.cos, math.sin))
        image.paste(255, (x, y), tile)


def _face(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, max(8, size), layout_engine=ImageFont.Layout.BASIC)


def _pen_stroke(pixels: Pixels, rng: random.Random) -> None:
    """Draw what a pen ran over the paper: nothing anybody can read."""
    side, corners, swing = pixels.shape[0], rng.randrange(3, 14), rng.uniform(8, 60)
    x, y = float(rng.randrange(side)), float(rng.randrange(side))
    points = []
    for _ in range(corners):
        points.append((x, y))
        x += rng.uniform(-0.4, 1) * swing
        y += rng.uniform(-1, 1) * swing
    bent = np.array(points)
    at = np.linspace(0, corners - 1, corners * 8)
    line = np.stack([np.interp(at, np.arange(corners), bent[:, i]) for i in range(2)], 1)
    line = np.asarray(cv2.GaussianBlur(line, (1, 9), 2))
    sixteenths = [np.round(line * 16).astype(np.int32)]
    cv2.polylines(pixels, sixteenths, False, ink(rng), rng.randrange(1, 5), cv2.LINE_AA, 4)


def _rule(pixels: Pixels, rng: random.Random) -> None:
    side, colour = pixels.shape[0], ink(rng)
    at = rng.randrange(side)
    ends = ((0, at), (side, at + rng.randrange(-6, 7)))
    if rng.random() < 0.5:
        ends = ((at, 0), (ends[1][1], side))
    cv2.line(pixels, *ends, colour, rng.randrange(1, 5))
