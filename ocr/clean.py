"""Make a scanned page ready to be read, and remember the way back to the scan.

The page is turned upright and straightened, its paper made white where that is needed, and red ink lifted
off black print. A line whose own ink is red (a name stamp, KHẨN, PHÓ GIÁM ĐỐC) is read from the untouched
grey: removing red from the whole page would delete it.
"""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.reading import Box
from catalog.scan import PageImage, Pixels
from ocr.geometry import Turn
from ocr.reader import LineImage
from ocr.skew import Lie, lie

Mask = NDArray[np.uint8]
"""Height x width, 255 where something is so."""

A4_LONG_SIDE = 11.69
"""Inches; nearly every record is A4, so a page that does not tell its dpi is taken for one."""
_PLAUSIBLE_DPI = range(72, 1201)
_RED_OVER_OTHERS = 45
_RED_AT_LEAST = 110
_TINGE_OVER_OTHERS = 15
_BLACK_PRINT, _RED_INK = 60, 150
"""Levels of the red channel: black print is darker than the first, red ink brighter than the second.

Spread from black to white between them, a seal leaves no ring, and a name under it is found as a line."""
_RED_PAGE = 2e-4
"""Share of red pixels from which a page is treated for red ink; less is colour noise."""
_RED_LINE = 0.55
"""Share of a line's dark pixels that are red from which the line itself is red print."""
_DARK = 170
_WHITE_PAPER = 235
_EVEN_PAPER = 10
_MARGIN = 0.22
_SIDE_MARGIN = 0.25


@dataclass(frozen=True, eq=False)
class CleanPage:
    """An upright page in grey, as scanned and cleaned, with the way back to the master."""

    plain: Pixels  #: upright grey, nothing removed
    cleaned: Pixels  #: the same place by place: paper white, red ink lifted off
    red: Mask | None  #: where ink is red; None: nowhere
    colours: Pixels | None  #: the scan itself, as it lies; None: nowhere red
    turn: Turn  #: the way between master and upright pixels
    dpi: int  #: dots per inch, both ways; estimated where the scan did not say

    @property
    def width(self) -> int:
        """Pixels of the upright page."""
        return int(self.plain.shape[1])

    @property
    def height(self) -> int:
        """Pixels of the upright page."""
        return int(self.plain.shape[0])

    def ink(self) -> Pixels | None:
        """Return how dense ink of any colour lies, upright, red as dark as black; None without red."""
        return None if self.colours is None else self.turn.apply(_ink(self.colours), paper=255)

    def line(self, box: Box) -> LineImage:
        """Return the line at `box` (upright pixels) with a margin, red kept where its own ink is red."""
        return self.cut(self.plain if self._is_red(box) else self.cleaned, box)

    def cut(self, source: Pixels, box: Box) -> LineImage:
        """Return the line at `box` of `source`, a picture of this page or of a part of it, with a margin."""
        x0, y0, x1, y1 = box
        above, beside = int((y1 - y0) * _MARGIN), int((y1 - y0) * _SIDE_MARGIN)
        left, top = max(0, x0 - beside), max(0, y0 - above)
        pixels = source[top : y1 + above, left : x1 + beside]
        return LineImage(pixels=pixels, core=(x0 - left, y0 - top, x1 - left, y1 - top), dpi=self.dpi)

    def _is_red(self, box: Box) -> bool:
        if self.red is None:
            return False
        x0, y0, x1, y1 = box
        red = int(np.count_nonzero(self.red[y0:y1, x0:x1] > 127))
        dark = int(np.count_nonzero(self.plain[y0:y1, x0:x1] < _DARK))
        return red > 0 and red > _RED_LINE * dark


@dataclass(frozen=True, eq=False)
class Straight:
    """A page straightened, but lying still as it was laid on the scanner."""

    image: PageImage
    grey: Pixels  #: the scan in grey
    pixels: Pixels  #: the same with its rows level, or plumb where it lies sideways
    lie: Lie  #: how rows lie on the scan
    dpi: int  #: dots per inch, both ways; estimated where the scan did not say


def straighten(image: PageImage) -> Straight:
    """Return `image` with its lean taken away."""
    grey = _grey(image.pixels)
    seen = lie(grey, about=image.lean)
    turn = Turn(image.width, image.height, 0, seen.skew)
    return Straight(
        image=image,
        grey=grey,
        pixels=turn.apply(grey, paper=_paper(grey)) if seen.skew else grey,
        lie=seen,
        dpi=resolution(image),
    )


def clean(page: Straight, *, rotation: int) -> CleanPage:
    """Return `page`, turned by `rotation` degrees clockwise, ready to be read; its image is left as it is."""
    image, grey = page.image, page.grey
    turn = Turn(image.width, image.height, rotation, page.lie.skew)
    red = _red(image.pixels)
    unred = grey if red is None else _lift_red(grey, image.pixels)
    cleaned = _whiten(unred, page.dpi) if _needs_whitening(unred) else unred
    plain = page.pixels if rotation == 0 else turn.apply(grey, paper=_paper(grey))
    return CleanPage(
        plain=plain,
        cleaned=plain if cleaned is grey else turn.apply(cleaned, paper=_paper(cleaned)),
        red=None if red is None else turn.apply(red, paper=0),
        colours=None if red is None else image.pixels,
        turn=turn,
        dpi=page.dpi,
    )


def resolution(image: PageImage) -> int:
    """Return the dots per inch of `image`, taken for an A4 page where the file does not plausibly say."""
    if image.dpi in _PLAUSIBLE_DPI:
        return image.dpi
    estimate = round(max(image.width, image.height) / A4_LONG_SIDE)
    return min(max(estimate, _PLAUSIBLE_DPI[0]), _PLAUSIBLE_DPI[-1])


def _grey(pixels: Pixels) -> Pixels:
    return pixels if pixels.ndim == 2 else cast(Pixels, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def _paper(grey: Pixels) -> int:
    return int(np.median(grey[::8, ::8]))


def _red(pixels: Pixels) -> Mask | None:
    """Return where ink is clearly red, or None where the page has none worth the name."""
    if pixels.ndim == 2 or float(_redness(pixels[::2, ::2]).mean()) / 255 <= _RED_PAGE:
        return None
    return _redness(pixels)


def _redness(pixels: Pixels) -> Mask:
    red, green, blue = cv2.split(pixels)
    over = cv2.subtract(red, cv2.max(green, blue))
    strong = cv2.threshold(over, _RED_OVER_OTHERS, 255, cv2.THRESH_BINARY)[1]
    bright = cv2.threshold(red, _RED_AT_LEAST, 255, cv2.THRESH_BINARY)[1]
    return cast(Mask, cv2.bitwise_and(strong, bright))


def _ink(pixels: Pixels) -> Pixels:
    """Return green or blue, whichever is brighter: what red ink takes away, and black takes away too."""
    _, green, blue = cv2.split(pixels)
    return cast(Pixels, cv2.max(green, blue))


def _lift_red(grey: Pixels, pixels: Pixels) -> Pixels:
    """Return `grey` with red ink, its edges too, turned into paper; black print stays."""
    red, green, blue = cv2.split(pixels)
    over = cv2.subtract(red, cv2.max(green, blue))
    tinge = cv2.threshold(over, _TINGE_OVER_OTHERS, 255, cv2.THRESH_BINARY)[1]
    near = cv2.dilate(tinge, np.ones((5, 5), np.uint8)) > 0
    levels = (np.arange(256, dtype=np.float32) - _BLACK_PRINT) * 255 / (_RED_INK - _BLACK_PRINT)
    spread = cv2.LUT(red, np.clip(levels, 0, 255).astype(np.uint8))
    lifted = grey.copy()
    lifted[near] = np.maximum(grey[near], spread[near])
    return lifted


def _needs_whitening(grey: Pixels) -> bool:
    """Whether the paper is dark or uneven. Clean and bilevel pages only lose by being touched."""
    small = cv2.resize(grey, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    low, middle, high = np.percentile(small, (30, 50, 80))
    return bool(middle < _WHITE_PAPER or high - low > _EVEN_PAPER)


def _whiten(grey: Pixels, dpi: int) -> Pixels:
    """Divide by the paper's own shade, then spread the contrast."""
    quarter = cv2.resize(grey, None, fx=1 / 4, fy=1 / 4, interpolation=cv2.INTER_AREA)
    size = int(dpi / 16) | 1  # a quarter inch of a quarter-size page: wider than any stroke
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    shade = cv2.GaussianBlur(cv2.morphologyEx(quarter, cv2.MORPH_CLOSE, kernel), (0, 0), size / 2)
    height, width = grey.shape
    shade = cv2.resize(shade, (width, height), interpolation=cv2.INTER_LINEAR)
    even = cast(Pixels, cv2.divide(grey, shade, scale=250))
    low, high = (float(value) for value in np.percentile(even[::4, ::4], (0.5, 60)))
    if high - low < 20:  # nothing but paper
        return even
    levels = np.clip((np.arange(256, dtype=np.float32) - low) * 255 / (high - low), 0, 255)
    return cast(Pixels, cv2.LUT(even, levels.astype(np.uint8)))
