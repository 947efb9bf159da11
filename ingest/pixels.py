"""From a decoded picture of any kind to the grey or RGB pixels that the archive works on."""

import contextlib
import warnings
from collections.abc import Iterator
from typing import IO, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from catalog.scan import Pixels
from ingest.limits import Limits
from ingest.refusal import Bomb, Damaged, Refused, Unsupported

TOO_BIG_ON_PAPER = 18.0
"""Inches: a long side beyond A3 ..."""
SCREEN_DPI = 96
"""... at a screen's resolution is a default that some program wrote, not a scanner's measure."""


def picture(file: IO[bytes], *, formats: tuple[str, ...]) -> Image.Image:
    """Return the opened, not yet decoded picture; size limits are for `check_size`.

    Raises:
        Damaged: the header makes no sense.
    """
    with reading():
        return Image.open(file, formats=list(formats))


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Turn whatever Pillow throws at broken bytes into `Damaged`; its warnings are not for anyone."""
    Image.MAX_IMAGE_PIXELS = None  # `check_size` decides, for every format alike
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # half a page is a lost page
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (Refused, MemoryError):
        raise
    except NotImplementedError as error:
        raise Unsupported(f"the picture is of a kind that no reader here knows ({error})") from error
    except Exception as error:  # Pillow's plug-ins raise nearly everything: struct, Syntax, Key, Zero...
        raise Damaged(f"the picture cannot be decoded ({type(error).__name__})") from error


def check_size(width: int, height: int, limits: Limits) -> None:
    """Pass if a page of `width` x `height` pixels may be decoded.

    Raises:
        Damaged: no pixels at all.
        Bomb: more pixels than the limits allow.
    """
    if width < 1 or height < 1:
        raise Damaged(f"the page is {width} x {height} pixels")
    if width * height > limits.pixels_per_page:
        raise Bomb(f"the page is {width} x {height} pixels, allowed are {limits.pixels_per_page}")


def as_pixels(image: Image.Image) -> Pixels:
    """Return grey or RGB pixels of a decoded picture: 16 bits cut to 8, see-through parts on white."""
    mode = image.mode
    if mode in ("L", "RGB"):
        return np.array(image, dtype=np.uint8)
    if mode == "1":
        return np.array(image.convert("L"), dtype=np.uint8)
    if mode.startswith("I"):
        return _eight_bits(np.asarray(image))
    if mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        return _on_white(image)
    if mode == "P":
        palette = image.convert("RGB")
        pixels = np.array(palette, dtype=np.uint8)
        return grey_if_colourless(pixels)
    if mode in ("CMYK", "YCbCr", "LAB", "HSV", "RGBX"):
        return np.array(image.convert("RGB"), dtype=np.uint8)
    raise Unsupported(f"pixels of kind {mode} are not those of a scan")


def grey_if_colourless(pixels: Pixels) -> Pixels:
    """Return `pixels` as grey if no pixel has a colour."""
    if pixels.ndim == 2:
        return pixels
    for part in (pixels[::16, ::16], pixels):
        red, green, blue = part[..., 0], part[..., 1], part[..., 2]
        if not (np.array_equal(red, green) and np.array_equal(green, blue)):
            return pixels
    return np.ascontiguousarray(pixels[..., 0])


def declared_dpi(x: float, y: float, width: int, height: int) -> tuple[int, int]:
    """Return dots per inch both ways as a file declares them, (0, 0) where that can't be meant."""
    if not (1 < x < 10_000 and 1 < y < 10_000):
        return 0, 0
    if max(x, y) <= SCREEN_DPI and max(width / x, height / y) > TOO_BIG_ON_PAPER:
        return 0, 0
    return round(x), round(y)


UNEVEN = 1.03
"""Ratio of the two resolutions from which the pixels are not square (fax: 204 x 98 or 204 x 196)."""


def squared(pixels: Pixels, x_dpi: int, y_dpi: int) -> tuple[Pixels, int, bool]:
    """Return pixels of equal size both ways, their dpi, and whether they had to be made anew."""
    if not x_dpi or not y_dpi or max(x_dpi, y_dpi) / min(x_dpi, y_dpi) < UNEVEN:
        return pixels, x_dpi, False
    dpi = max(x_dpi, y_dpi)
    height, width = pixels.shape[:2]
    size = (max(1, round(width * dpi / x_dpi)), max(1, round(height * dpi / y_dpi)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8), dpi, True


def _eight_bits(values: NDArray[Any]) -> Pixels:
    top = int(values.max(initial=0))
    shift = max(0, (4 if top < 1 << 12 else 8) if top > 255 else 0)
    return np.asarray(np.clip(values.astype(np.int64) >> shift, 0, 255), dtype=np.uint8)


def _on_white(image: Image.Image) -> Pixels:
    seen = image.convert("RGBA")
    paper = Image.new("RGBA", seen.size, (255, 255, 255, 255))
    paper.alpha_composite(seen)
    return grey_if_colourless(np.array(paper.convert("RGB"), dtype=np.uint8))
