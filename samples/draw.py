"""From type to ink: one sheet as a clean picture, with its pen strokes and its made-up seal."""

import functools
import math
import random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from samples.fonts import font
from samples.layout import Sheet

Pixels = NDArray[np.uint8]
"""Height x width x 3 (RGB) or height x width (grey), 0 = black."""

INKS = {"black": (18, 18, 20), "red": (196, 32, 42), "blue": (28, 44, 128)}

DIGITS: dict[str, tuple[tuple[float, float], ...]] = {
    "0": ((0.5, 0.0), (0.12, 0.25), (0.1, 0.7), (0.45, 1.0), (0.82, 0.75), (0.8, 0.25), (0.45, 0.02)),
    "1": ((0.25, 0.25), (0.55, 0.0), (0.5, 1.0)),
    "2": ((0.12, 0.2), (0.45, 0.0), (0.8, 0.22), (0.45, 0.65), (0.08, 0.98), (0.5, 0.93), (0.9, 0.98)),
    "3": ((0.15, 0.1), (0.6, 0.0), (0.75, 0.25), (0.35, 0.47), (0.8, 0.7), (0.5, 1.0), (0.08, 0.88)),
    "4": ((0.55, 0.0), (0.08, 0.62), (0.88, 0.6), (0.62, 0.35), (0.58, 1.0)),
    "5": ((0.8, 0.02), (0.25, 0.03), (0.2, 0.42), (0.7, 0.48), (0.75, 0.85), (0.35, 1.0), (0.08, 0.9)),
    "6": ((0.7, 0.02), (0.2, 0.45), (0.15, 0.85), (0.5, 1.0), (0.78, 0.75), (0.5, 0.52), (0.2, 0.75)),
    "7": ((0.1, 0.06), (0.85, 0.04), (0.5, 0.5), (0.35, 1.0)),
    "8": (
        (0.7, 0.15),
        (0.4, 0.0),
        (0.18, 0.22),
        (0.75, 0.7),
        (0.45, 1.0),
        (0.15, 0.75),
        (0.7, 0.3),
        (0.72, 0.12),
    ),
    "9": ((0.75, 0.2), (0.4, 0.02), (0.15, 0.3), (0.45, 0.5), (0.76, 0.2), (0.7, 0.6), (0.4, 1.0)),
}
"""Pen strokes of handwritten figures in a unit square, y down."""


def paint(sheet: Sheet, *, rng: random.Random, seal: bool, signature: bool = True) -> Pixels:
    """Return the sheet as RGB on white; the lines of `sheet.true_lines` are where they say."""
    image = Image.new("RGB", (sheet.width, sheet.height), "white")
    pen = ImageDraw.Draw(image)
    for x0, y0, x1, y1 in sheet.rules:
        pen.rectangle((x0, y0, x1 - 1, y1 - 1), fill=INKS["black"])
    for _, words in sheet.lines:
        for glyphs in words:
            if not glyphs.hand:
                face = font(glyphs.family, glyphs.style, glyphs.size)
                pen.text((glyphs.x, glyphs.y), glyphs.text, INKS[glyphs.ink], face, anchor="ls")
    for frame in sheet.frames:
        pen.rectangle(frame, outline=INKS["red"], width=max(2, sheet.dpi // 80))
    pixels: Pixels = np.array(image)
    for _, words in sheet.lines:
        for glyphs in words:
            if glyphs.hand:
                _figures(pixels, glyphs.text, glyphs.box, rng)
    if signature:
        for x, y, width in sheet.signatures:
            sign(pixels, x, y, width, rng)
    if seal:
        for x, y, agency in sheet.seals[-1:]:
            _press(pixels, x, y, agency, sheet.dpi, rng)
    return pixels


def _smooth(points: list[tuple[float, float]]) -> NDArray[np.int32]:
    """Catmull-Rom through the points, in sixteenths of a pixel."""
    array = np.array([points[0], *points, points[-1]], dtype=np.float64)
    steps = np.linspace(0, 1, 12, endpoint=False)[:, None]
    parts = []
    for p0, p1, p2, p3 in zip(array, array[1:], array[2:], array[3:], strict=False):
        parts.append(
            0.5 * (2 * p1 + (p2 - p0) * steps + (2 * p0 - 5 * p1 + 4 * p2 - p3) * steps**2
                   + (3 * p1 - p0 - 3 * p2 + p3) * steps**3)
        )  # fmt: skip
    return np.round(np.concatenate([*parts, array[-1:]]) * 16).astype(np.int32)


def _stroke(pixels: Pixels, points: list[tuple[float, float]], ink: str, thick: int) -> None:
    cv2.polylines(pixels, [_smooth(points)], False, INKS[ink], thick, cv2.LINE_AA, 4)


def _figures(pixels: Pixels, text: str, box: tuple[int, int, int, int], rng: random.Random) -> None:
    x0, y0, x1, y1 = box
    cell = (x1 - x0) / len(text)
    for i, digit in enumerate(text):
        points = [
            (
                x0 + i * cell + cell * (0.08 + 0.78 * px) + rng.uniform(-0.04, 0.04) * cell,
                y0 + (y1 - y0) * (0.04 + 0.9 * py) + rng.uniform(-0.03, 0.03) * (y1 - y0),
            )
            for px, py in DIGITS[digit]
        ]
        _stroke(pixels, points, "blue", max(2, (y1 - y0) // 12))


def sign(pixels: Pixels, x: int, y: int, width: int, rng: random.Random) -> None:
    """A few loops with a long tail: nobody's."""
    ink = rng.choice(("blue", "blue", "black"))
    count = rng.randrange(7, 12)
    points = []
    for i in range(count):
        share = i / (count - 1)
        swing = width * 0.2 * (1 if i % 2 else -1) * rng.uniform(0.3, 1.1) * (1.15 - share)
        points.append((x + width * (share - 0.55) + rng.uniform(-0.08, 0.03) * width, y + swing))
    points.append((x + width * rng.uniform(0.5, 0.75), y + width * rng.uniform(-0.2, 0.1)))
    _stroke(pixels, points, ink, max(2, width // 90))
    start = (x - width * 0.25, y + width * rng.uniform(0.05, 0.16))
    _stroke(
        pixels, [start, (x, y + width * 0.1), (x + width * 0.5, y + width * 0.02)], ink, max(2, width // 110)
    )


@functools.lru_cache(maxsize=8)
def _seal(agency: str, dpi: int) -> Pixels:
    """A round red stamp 36 mm wide that says it is a sample; no emblem of any kind."""
    side = round(37 * dpi / 25.4)
    image = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(image)
    middle, thick = side / 2, max(2, dpi // 75)
    for share, times in ((0.48, 2), (0.45, 1), (0.3, 1)):
        r = side * share
        pen.ellipse((middle - r, middle - r, middle + r, middle + r), outline=0, width=thick * times)
    size = side // 12
    face = font("serif", "bold", size)
    ring = f"{agency} ★ MẪU THỬ ".replace("★", "*")
    for i, letter in enumerate(ring):
        angle = 2 * math.pi * i / len(ring) - math.pi * 0.75
        tile = Image.new("L", (size * 2, size * 2), 255)
        ImageDraw.Draw(tile).text((size, size), letter, 0, face, anchor="mm")
        tile = tile.rotate(-math.degrees(angle) - 90, Image.Resampling.BICUBIC, fillcolor=255)
        at = (
            round(middle + side * 0.375 * math.cos(angle) - size),
            round(middle + side * 0.375 * math.sin(angle) - size),
        )
        image.paste(0, at, Image.eval(tile, lambda v: 255 - v))
    for i, text in enumerate(("MẪU", "THỬ")):
        pen.text(
            (middle, middle + (i - 0.5) * side * 0.16), text, 0, font("sans", "bold", side // 8), anchor="mm"
        )
    return np.array(image)


def _press(pixels: Pixels, x: int, y: int, agency: str, dpi: int, rng: random.Random) -> None:
    """Press the seal: turned a little, unevenly inked, darkening what it covers."""
    stamp = _seal(agency, dpi)
    side = stamp.shape[0]
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(-25, 25), 1.0)
    stamp = cv2.warpAffine(stamp, turn, (side, side), borderValue=(255,)).astype(np.uint8)
    noise = np.random.default_rng(rng.randrange(2**32))
    worn = cv2.resize(
        noise.uniform(0.45, 1.0, (9, 9)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC
    )
    cover = (255 - stamp).astype(np.float32) / 255 * np.clip(worn, 0.2, 1) * rng.uniform(0.75, 0.95)
    x0, y0 = max(0, x - side // 2), max(0, y - side // 2)
    part = pixels[y0 : y0 + side, x0 : x0 + side]
    cover = cover[: part.shape[0], : part.shape[1], None]
    red = np.array(INKS["red"], dtype=np.float32) / 255
    part[:] = np.round(part * (1 - cover * (1 - red))).astype(np.uint8)
