"""What scanners and years do to a piece of a page, each time otherwise; `samples.scan` has fewer kinds."""

import random
from dataclasses import dataclass
from typing import Self, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.draw import Pixels

_GRAINS, _GRAIN_SIDE = 6, 900


@dataclass(frozen=True, eq=False)
class Wear:
    """Chance, and the grains of paper and sensor it picks from: made once, since they take long."""

    rng: random.Random
    noise: np.random.Generator
    grains: tuple[NDArray[np.float32], ...]  #: mean 0, standard deviation 1

    @classmethod
    def drawn(cls, rng: random.Random, noise: np.random.Generator) -> Self:
        """Return it with grains of six kinds, fine to coarse."""
        return cls(rng, noise, tuple(_grain(noise) for _ in range(_GRAINS)))

    def worn(self, pixels: Pixels) -> Pixels:
        """Return a piece (RGB, at most 900 pixels a side) as some scanner gives it: RGB or grey."""
        rng = self.rng
        if rng.random() < 0.6:
            pixels = cast(Pixels, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
        if rng.random() < 0.3:
            pixels = _coarsened(pixels, rng.uniform(0.5, 0.95))
        if rng.random() < 0.8:
            pixels = cast(Pixels, cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.25, 1.5)))
        pixels = self._faded(pixels)
        if rng.random() < 0.26:
            pixels = self._bilevel(pixels)
        if rng.random() < 0.25:
            pixels = _as_jpeg(pixels, quality=rng.randrange(15, 85))
        return pixels

    def _faded(self, pixels: Pixels) -> Pixels:
        """Pale the ink, darken or yellow the paper, add grain: each of them or none."""
        rng, shape = self.rng, pixels.shape
        pale, dim, grainy = rng.random() < 0.35, rng.random() < 0.4, rng.random() < 0.75
        if not (pale or dim or grainy):
            return pixels
        light = pixels.astype(np.float32)
        if pale:
            kept = rng.uniform(0.35, 1) - rng.uniform(0, 0.25) * self._cloud(shape)
            light = 255 - (255 - light) * kept
        if dim:
            light = light * (rng.uniform(0.72, 1) - rng.uniform(0, 0.12) * self._cloud(shape))
            if len(shape) == 3 and rng.random() < 0.5:
                light = light * np.array([1, rng.uniform(0.9, 1), rng.uniform(0.75, 1)], np.float32)
        if grainy:
            levels = rng.choice((rng.uniform(1, 8), rng.uniform(4, 24)))  # standard deviation
            light = light + self._some_grain(shape) * levels
        return np.asarray(light.clip(0, 255), np.uint8)

    def _cloud(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return slow changes from 0.0 to 1.0 over a piece."""
        cells = (self.rng.randrange(3, 8), self.rng.randrange(3, 8))
        coarse = self.noise.uniform(0, 1, cells).astype(np.float32)
        cloud = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC).clip(0, 1)
        return _beside_colours(np.asarray(cloud, np.float32), shape)

    def _some_grain(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        height, width = shape[:2]
        grain = self.grains[self.rng.randrange(_GRAINS)]
        y, x = self.rng.randrange(_GRAIN_SIDE - height + 1), self.rng.randrange(_GRAIN_SIDE - width + 1)
        part = grain[y : y + height, x : x + width]
        return _beside_colours(part[::-1] if self.rng.random() < 0.5 else part[:, ::-1], shape)

    def _bilevel(self, pixels: Pixels) -> Pixels:
        """Return black and white, by a threshold for all or one for each place, with specks."""
        rng = self.rng
        grey = pixels if pixels.ndim == 2 else cast(Pixels, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
        if rng.random() < 0.6:
            paper = float(np.percentile(grey[::4, ::4], 90))
            hard = np.where(grey < rng.uniform(110, 190) * min(1.0, paper / 235), 0, 255).astype(np.uint8)
        else:
            mean, window, below = cv2.ADAPTIVE_THRESH_MEAN_C, rng.choice((31, 51, 75)), rng.randrange(8, 28)
            hard = np.asarray(
                cv2.adaptiveThreshold(grey, 255, mean, cv2.THRESH_BINARY, window, below), np.uint8
            )
        height, width = hard.shape
        for _ in range(rng.randrange(0, 40)):
            x, y = rng.randrange(width - 3), rng.randrange(height - 3)
            hard[y : y + rng.randrange(1, 3), x : x + rng.randrange(1, 4)] = 0
        if rng.random() < 0.25:
            self._spatter(hard)
        return hard

    def _spatter(self, hard: Pixels) -> None:
        """Strew a patch of dirt."""
        rng, (height, width) = self.rng, hard.shape
        middle, spread = (rng.randrange(width), rng.randrange(height)), rng.uniform(10, 160)
        for _ in range(rng.randrange(10, 300)):
            x, y = int(rng.gauss(middle[0], spread)), int(rng.gauss(middle[1], spread / 2))
            side = rng.randrange(1, 5)
            if 0 < x < width - side and 0 < y < height - side:
                hard[y : y + side, x : x + side] = 0


def _coarsened(pixels: Pixels, share: float) -> Pixels:
    """Return the piece as from fewer dots per inch, at its size."""
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (round(width * share), round(height * share)), interpolation=cv2.INTER_AREA)
    return cast(Pixels, cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))


def _as_jpeg(pixels: Pixels, *, quality: int) -> Pixels:
    _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    how = cv2.IMREAD_GRAYSCALE if pixels.ndim == 2 else cv2.IMREAD_COLOR
    return cast(Pixels, cv2.imdecode(packed, how))


def _grain(noise: np.random.Generator) -> NDArray[np.float32]:
    fine = noise.standard_normal((_GRAIN_SIDE, _GRAIN_SIDE)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(fine, (0, 0), noise.uniform(0.6, 2.0)), np.float32)
    grain = fine + noise.uniform(0, 2.4) * soft
    return np.asarray(grain / grain.std(), np.float32)


def _beside_colours(plane: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return one plane so that it may be reckoned with a piece of that shape."""
    return plane[:, :, None] if len(shape) == 3 else plane
