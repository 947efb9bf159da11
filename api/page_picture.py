"""The picture of a page for the screen: upright, no larger than asked, as JPEG.

`draw` runs in a child (`ingest.sandbox.run_in_child`), since masters are foreign bytes.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.limits import Limits
from ingest.media import MediaType
from ingest.page_image import page_image
from ingest.refusal import Refused

WIDTHS = (160, 800, 1200)
"""Widths that may be asked for, beside the page as scanned: so the cache holds few pictures of a page."""

LONGEST_SIDE = 6_000
"""Pixels; an A3 sheet at 300 dpi has 4,961. Larger plans are shown smaller, the master keeps all."""

QUALITY = 82
"""JPEG quality: no visible loss on print, a third of the bytes of 95."""


def ready(*, limits: Limits) -> None:
    """Draw nothing: run in a child, it loads what drawing needs, and the first page shown waits for less."""


def draw(
    path: Path, index: int, media_type: str, rotation: int, width: int | None, *, limits: Limits
) -> bytes:
    """Return page `index` (from 0) of the file at `path` as JPEG, turned by `rotation` degrees clockwise.

    Raises:
        Refused: the page cannot be decoded within `limits`.
    """
    image = page_image(path, index, media_type=MediaType(media_type), limits=limits)
    pixels: NDArray[Any] = np.rot90(image.pixels, k=-(rotation // 90) % 4)
    tall, wide = pixels.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(tall, wide), (width or wide) / wide)
    if scale < 1:
        size = (max(1, round(wide * scale)), max(1, round(tall * scale)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise Refused("the page could not be drawn")
    return encoded.tobytes()
