"""What the scanner and the years do to a page, with the true places of its words carried along."""

import math
import random
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.draw import Pixels, paint
from samples.layout import Sheet
from samples.truth import Box, TrueLine, TrueWord


@dataclass(frozen=True)
class Look:
    """One way pages come off a scanner."""

    dpi: int
    seal: bool = False
    colour: bool = False
    skew: float = 0.0  #: largest turn, degrees
    noise: float = 0.0  #: standard deviation of grain, grey levels
    blur: float = 0.0  #: pixels at 200 dpi
    bilevel: bool = False
    faded: bool = False
    bleed: bool = False
    border: bool = False
    upside: bool = False


CLASSES: dict[str, Look] = {
    "clean300": Look(dpi=300),
    "bilevel200": Look(dpi=200, bilevel=True, noise=10, blur=0.5, skew=0.3),
    "noisy200": Look(dpi=200, noise=22, blur=0.6, skew=0.4, seal=True, colour=True),
    "skew": Look(dpi=200, skew=3.0, noise=5, blur=0.4, border=True),
    "faded": Look(dpi=300, faded=True, colour=True, noise=5, blur=1.0, skew=0.5),
    "bleed": Look(dpi=300, bleed=True, noise=4, blur=0.6, skew=0.4),
    "seal": Look(dpi=300, seal=True, colour=True, noise=3, blur=0.4, skew=0.5),
    "border": Look(dpi=200, border=True, noise=6, blur=0.4, skew=0.8),
    "upside": Look(dpi=200, upside=True, noise=5, blur=0.4, skew=0.4),
    "low150": Look(dpi=150, noise=6, blur=0.35, skew=0.4, seal=True, colour=True),
    "table": Look(dpi=300, noise=4, blur=0.5, skew=0.4),
    "typewriter": Look(dpi=300, noise=8, blur=1.0, faded=True, skew=0.8),
    "hand": Look(dpi=300, seal=True, colour=True, noise=4, blur=0.5, skew=0.5),
}
"""Every class of page a bench can ask for; `table`, `typewriter` and `hand` (number filled
in by pen) differ in type, the others in the scanner."""


@dataclass(frozen=True, eq=False)
class Scan:
    """A scanned page: pixels, and its print where it now stands."""

    pixels: Pixels
    lines: tuple[TrueLine, ...]
    dpi: int
    rotation: int
    skew: float


def scan(sheet: Sheet, cls: str, *, rng: random.Random, back: Pixels | None = None) -> Scan:
    """Return the sheet as class `cls` of scanner gives it.

    Args:
        sheet: set at the dpi of the class.
        cls: a key of `CLASSES`.
        rng: where chance comes from.
        back: what stands on the other side (grey or RGB), for a class that bleeds through.

    Raises:
        KeyError: no such class.
    """
    look = CLASSES[cls]
    noise = np.random.default_rng(rng.randrange(2**32))
    painted = paint(sheet, rng=rng, seal=look.seal)
    pixels, matrix, angle = _scanned(painted, cls, noise, rng, back)
    lines = tuple(_moved(line, matrix, pixels.shape[1], pixels.shape[0]) for line in sheet.true_lines())
    return Scan(pixels, lines, look.dpi, 180 if look.upside else 0, -angle)


def scan_print(pixels: Pixels, cls: str, *, rng: random.Random) -> Pixels:
    """Return what is printed on a sheet (grey or RGB, at the dpi of the class) as the scanner gives it.

    Raises:
        KeyError: no such class.
    """
    noise = np.random.default_rng(rng.randrange(2**32))
    colour = pixels if pixels.ndim == 3 else cast(Pixels, cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB))
    return _scanned(colour, cls, noise, rng, None)[0]


def _scanned(
    pixels: Pixels, cls: str, noise: np.random.Generator, rng: random.Random, back: Pixels | None
) -> tuple[Pixels, NDArray[np.float64], float]:
    """Return the pixels off the scanner, where they went, and by which angle they were turned."""
    look = CLASSES[cls]
    if not look.colour:
        pixels = cast(Pixels, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    angle = rng.choice((-1, 1)) * rng.uniform(0.4, 1.0) * look.skew
    if look.bleed and back is not None:
        pixels = _bleed(pixels, back)
    pixels, matrix = _turn(pixels, angle, look, rng)
    if look.blur:
        sigma = look.blur * look.dpi / 200
        pixels = cast(Pixels, cv2.GaussianBlur(pixels, (0, 0), sigma))
    if look.faded:
        pixels = _fade(pixels, noise, strong=cls == "faded")
    if look.noise:
        pixels = _grain(pixels, noise, look.noise)
    if look.bilevel:
        pixels = _bilevel(pixels, noise)
    if look.upside:
        pixels = np.ascontiguousarray(pixels[::-1, ::-1])
        height, width = pixels.shape[:2]
        matrix = np.array([[-1, 0, width], [0, -1, height]]) @ np.vstack([matrix, [0, 0, 1]])
    return pixels, matrix, angle


def blank(*, dpi: int, rng: random.Random, colour: bool = False) -> Pixels:
    """Return the back of a sheet: paper, a little dust, two punch holes' shadows."""
    noise = np.random.default_rng(rng.randrange(2**32))
    height, width = round(297 * dpi / 25.4), round(210 * dpi / 25.4)
    pixels: Pixels = np.full((height, width), 246, np.uint8)
    for _ in range(rng.randrange(4, 12)):
        at = (rng.randrange(width), rng.randrange(height))
        cv2.circle(pixels, at, rng.randrange(1, 3), (rng.randrange(150, 215),), -1)
    pixels = _grain(pixels, noise, 3)
    return cast(Pixels, cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)) if colour else pixels


def _turn(pixels: Pixels, angle: float, look: Look, rng: random.Random) -> tuple[Pixels, NDArray[np.float64]]:
    """Turn about the middle (anticlockwise for a positive angle), with the bed of the scanner around it."""
    if not angle and not look.border:
        return pixels, np.array([[1.0, 0, 0], [0, 1.0, 0]])
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    fill = (12, 12, 12) if look.border else (255, 255, 255)
    if look.border:
        pad = round(rng.uniform(4, 9) * look.dpi / 25.4)
        matrix[:, 2] += (pad, round(pad * 0.6))
        width, height = width + pad + round(pad * 0.4), height + round(pad * 1.2)
    turned = cv2.warpAffine(
        pixels,
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=fill,
    )
    return cast(Pixels, turned), cast("NDArray[np.float64]", matrix)


def _bleed(pixels: Pixels, back: Pixels) -> Pixels:
    """Let the other side shine through, mirrored, soft and pale."""
    other = back if back.ndim == 2 else cv2.cvtColor(back, cv2.COLOR_RGB2GRAY)
    height, width = pixels.shape[:2]
    mirrored = cv2.resize(other[:, ::-1], (width, height), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(mirrored, (0, 0), 2.2)
    pale = 255 - (255 - soft.astype(np.uint16)) * 72 // 255
    if pixels.ndim == 3:
        pale = pale[:, :, None]
    return cast(Pixels, (pixels.astype(np.uint16) * pale // 255).astype(np.uint8))


def _fade(pixels: Pixels, noise: np.random.Generator, *, strong: bool) -> Pixels:
    """Pale, uneven ink on yellowed, uneven paper."""
    height, width = pixels.shape[:2]
    coarse = noise.uniform(0.0, 1.0, (7, 5)).astype(np.float32)
    cloud = np.clip(cv2.resize(coarse, (width // 8, height // 8), interpolation=cv2.INTER_CUBIC), 0, 1)
    kept = (0.48 - 0.22 * cloud if strong else 0.82 - 0.22 * cloud) * 255  # share of the ink that is left
    paper = 236 - 34 * cloud[::-1]
    tones = (1.0, 0.965, 0.86) if pixels.ndim == 3 else (1.0,)
    planes = [pixels] if pixels.ndim == 2 else list(cv2.split(pixels))
    share = cv2.resize(kept.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    faded = []
    for plane, tone in zip(planes, tones, strict=True):
        sheet = cv2.resize((paper * tone).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
        ink = cv2.multiply(cv2.bitwise_not(plane), share, scale=1 / 255)
        faded.append(cv2.multiply(cv2.bitwise_not(ink), sheet, scale=1 / 255))
    return cast(Pixels, faded[0] if len(faded) == 1 else cv2.merge(faded))


def _grain(pixels: Pixels, noise: np.random.Generator, sigma: float) -> Pixels:
    """Add the grain of paper and sensor, alike in all colours."""
    height, width = pixels.shape[:2]
    fine = noise.standard_normal((640, 832), dtype=np.float32)
    tile = (fine + 2.4 * cv2.GaussianBlur(fine, (0, 0), 1.2)) * (sigma / 1.9)
    tall, wide = -(-height // 640), -(-width // 832)
    grain = np.tile(np.round(tile).astype(np.int16), (tall, wide))[:height, :width]
    if pixels.ndim == 3:
        grain = grain[:, :, None]
    grained = np.clip(pixels.astype(np.int16) + grain - int(sigma // 2), 0, 255)
    return cast(Pixels, grained.astype(np.uint8))


def _bilevel(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    """Black or white, with the specks a cheap threshold leaves."""
    _, hard = cv2.threshold(pixels, 158, 255, cv2.THRESH_BINARY)
    height, width = hard.shape[:2]
    for x, y in zip(noise.integers(0, width, 120), noise.integers(0, height, 120), strict=True):
        hard[y : y + 2, x : x + 1 + int(noise.integers(0, 2))] = 0
    return cast(Pixels, hard)


def _moved(line: TrueLine, matrix: NDArray[np.float64], width: int, height: int) -> TrueLine:
    def place(box: Box) -> Box:
        x0, y0, x1, y1 = box
        corners = matrix @ np.array([[x0, x1, x0, x1], [y0, y0, y1, y1], [1, 1, 1, 1]], dtype=np.float64)
        low, high = corners.min(axis=1), corners.max(axis=1)
        return (
            max(0, math.floor(low[0] + 0.01)), max(0, math.floor(low[1] + 0.01)),
            min(width, math.ceil(high[0] - 0.01)), min(height, math.ceil(high[1] - 0.01)),
        )  # fmt: skip

    return TrueLine(tuple(TrueWord(word.text, place(word.box), word.hand) for word in line.words), line.part)
