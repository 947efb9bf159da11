"""The way between the page as scanned and the page as read, exact in both directions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.reading import Box
from catalog.scan import Pixels

Points = NDArray[np.float64]
"""N x 2 (x, y) in pixels, top-left origin; pixel (0, 0) covers 0..1 both ways."""

_QUARTERS = {0: (1, 0, 0, 1), 90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}
"""a b c d of x' = a x + b y, y' = c x + d y, for clockwise turns with y pointing down."""


@dataclass(frozen=True)
class Turn:
    """How a master is turned upright: a quarter turn, then the rest of the skew.

    The upright page is as large as it must be to lose no corner of the master.
    """

    width: int  #: pixels of the master
    height: int  #: pixels of the master
    rotation: int = 0  #: degrees clockwise: 0, 90, 180 or 270
    skew: float = 0.0  #: degrees clockwise still to turn after `rotation`, above -45 and below 45

    def __post_init__(self) -> None:
        if self.rotation not in _QUARTERS:
            raise ValueError(f"rotation is {self.rotation}, expected 0, 90, 180 or 270")
        if not -45 < self.skew < 45:
            raise ValueError(f"skew is {self.skew}, expected above -45 and below 45")

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height of the upright page in pixels."""
        width, height = self._quarter_size
        if not self.skew:
            return width, height
        sine, cosine = self._sine_cosine
        sine = abs(sine)
        return math.ceil(width * cosine + height * sine), math.ceil(width * sine + height * cosine)

    def to_upright(self, points: Points) -> Points:
        """Return where `points` of the master lie on the upright page."""
        linear, shift = self._affine
        return points @ linear.T + shift

    def to_master(self, points: Points) -> Points:
        """Return where `points` of the upright page lie on the master."""
        linear, shift = self._affine
        return (points - shift) @ linear  # the inverse of a rotation is its transpose

    def box_to_master(self, box: Sequence[float]) -> Box:
        """Return the smallest box on the master that holds `box` of the upright page, cut at its edges.

        A box that lies off the master comes back one pixel large, at the nearest edge.
        """
        ((xx, xy), (yx, yy)), (shift_x, shift_y) = self._plain
        # A rotation's inverse is its transpose. Four corners by hand: numpy takes thrice as long for so few.
        corners = [(x - shift_x, y - shift_y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        across = [x * xx + y * yx for x, y in corners]
        down = [x * xy + y * yy for x, y in corners]
        # Rotations by floating point leave 1e-10 of a pixel; it must not push a box outwards.
        left = min(max(math.floor(min(across) + 1e-6), 0), self.width - 1)
        top = min(max(math.floor(min(down) + 1e-6), 0), self.height - 1)
        right = min(max(math.ceil(max(across) - 1e-6), left + 1), self.width)
        bottom = min(max(math.ceil(max(down) - 1e-6), top + 1), self.height)
        return left, top, right, bottom

    def apply(self, image: Pixels, *, paper: int = 255) -> Pixels:
        """Return grey `image` of the master turned upright; what lies off the master is `paper`."""
        turned = np.ascontiguousarray(np.rot90(image, -self.rotation // 90))
        if not self.skew:
            return turned
        sine, cosine = self._sine_cosine
        width, height = self._quarter_size
        out_width, out_height = self.upright_size
        # OpenCV counts from pixel centres, we from pixel edges: both centres move by half a pixel.
        from_x, from_y = (width - 1) / 2, (height - 1) / 2
        shift_x = (out_width - 1) / 2 - cosine * from_x + sine * from_y
        shift_y = (out_height - 1) / 2 - sine * from_x - cosine * from_y
        matrix = np.array([[cosine, -sine, shift_x], [sine, cosine, shift_y]], np.float64)
        straight = cv2.warpAffine(
            turned,
            matrix,
            (out_width, out_height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(paper,),
        )
        return cast(Pixels, straight)

    @property
    def _quarter_size(self) -> tuple[int, int]:
        sideways = self.rotation in (90, 270)
        return (self.height, self.width) if sideways else (self.width, self.height)

    @property
    def _sine_cosine(self) -> tuple[float, float]:
        angle = math.radians(self.skew)
        return math.sin(angle), math.cos(angle)

    @cached_property
    def _affine(self) -> tuple[Points, Points]:
        """Turn about the centre of the master onto the centre of the upright page."""
        sine, cosine = self._sine_cosine
        quarter = np.array(_QUARTERS[self.rotation], np.float64).reshape(2, 2)
        linear = np.array([[cosine, -sine], [sine, cosine]], np.float64) @ quarter
        width, height = self.upright_size
        master_centre = np.array([self.width / 2, self.height / 2], np.float64)
        upright_centre = np.array([width / 2, height / 2], np.float64)
        return linear, upright_centre - linear @ master_centre

    @cached_property
    def _plain(self) -> tuple[list[list[float]], list[float]]:
        """`_affine` as plain numbers."""
        linear, shift = self._affine
        return linear.tolist(), shift.tolist()
