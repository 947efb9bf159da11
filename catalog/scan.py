"""The picture of one page, decoded once and handed from stage to stage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Height x width (grey) or height x width x 3 (RGB), top-left origin, 0 = black."""

RENDER_DPI = 300
"""Dots per inch of a page that is not one image and so must be rendered (issue A, `read --json`)."""


@dataclass(frozen=True, eq=False)
class PageImage:
    """One page as the scanner left it: nothing turned, nothing cleaned.

    A page that is one embedded image comes in that image's own pixels; any other page is rendered
    upright at `RENDER_DPI`.
    """

    pixels: Pixels
    dpi: int  #: dots per inch, both ways; 0 = the file does not say
    rotation: int = 0  #: degrees clockwise the file asks a viewer to turn it by: 0, 90, 180 or 270
    embedded: bool = True  #: True: `pixels` are those of the one image the page consists of
    text: "TextLayer | None" = None  #: words the file itself carries, where they can be trusted
    lean: float | None = None  #: about the degrees clockwise that make its rows level; None: not known

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.pixels.shape[1])


@dataclass(frozen=True)
class TextLayer:
    """The words of a born-digital page: lines of (text, box in pixels of the page image)."""

    lines: tuple[tuple[tuple[str, tuple[int, int, int, int]], ...], ...]
