"""The pages of TIFF, JPEG, PNG and JPEG 2000 files, in the pixels they were scanned in."""

import math
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from PIL import Image

from catalog.scan import PageImage
from ingest.limits import Limits
from ingest.media import MediaType
from ingest.pixels import as_pixels, check_size, declared_dpi, picture, reading, squared
from ingest.refusal import Damaged, TooManyPages

_FORMATS = {
    MediaType.TIFF: ("TIFF",),
    MediaType.JPEG: ("JPEG", "MPO"),
    MediaType.PNG: ("PNG",),
    MediaType.JP2: ("JPEG2000",),
    MediaType.J2K: ("JPEG2000",),
}

_WIDTH, _HEIGHT, _ORIENTATION, _X_RESOLUTION, _Y_RESOLUTION = 256, 257, 274, 282, 283
_UNIT, _SUBFILE = 296, 254
_CENTIMETRE = 3
_NOT_A_PAGE = 0b101  #: TIFF 6.0, NewSubfileType: bit 0 = a smaller copy, bit 2 = a mask
_ROTATION = {1: 0, 2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}
_MIRRORED = {2, 4, 5, 7}


class RasterFile:
    """An open picture file; `pages` are those a person would count (no thumbnails, no masks)."""

    def __init__(self, path: Path, media_type: MediaType, limits: Limits) -> None:
        self._limits = limits
        self._tiff = media_type is MediaType.TIFF
        self._file = path.open("rb")  # by its path Pillow 13 maps it and garbles turned, raw TIFF pages
        try:
            self._picture = picture(self._file, formats=_FORMATS[media_type])
            self._sizes = [] if self._tiff else [self._picture.size]
            self._frames = self._list_pages() if self._tiff else [0]
        except BaseException:
            self.close()
            raise

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return len(self._frames)

    def sizes(self) -> list[tuple[int, int]]:
        """Return width and height of every page, none of them decoded."""
        return list(self._sizes)

    def page(self, index: int) -> PageImage:
        """Return page `index` (from 0).

        Raises:
            Bomb: too many pixels; nothing was decoded.
            Damaged: it cannot be decoded to its end.
        """
        image = self._picture
        if not 0 <= index < self.pages:
            raise Damaged(f"page {index + 1} is not there, the file has {self.pages}")
        with reading():
            if self._tiff:
                image.seek(self._frames[index])
        check_size(*image.size, self._limits)
        with reading():
            x, y = self._resolution(image)
            orientation = self._orientation(image)
            pixels = as_pixels(_as_stored(image) if self._tiff else image)
        rotation, mirrored = _ROTATION[orientation], orientation in _MIRRORED
        if mirrored:
            pixels = np.ascontiguousarray(pixels[:, ::-1])
        height, width = pixels.shape[:2]
        pixels, dpi, resampled = squared(pixels, *declared_dpi(x, y, width, height))
        return PageImage(pixels=pixels, dpi=dpi, rotation=rotation, embedded=not (resampled or mirrored))

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _list_pages(self) -> list[int]:
        pages: list[int] = []
        frame = 0
        while True:
            with reading():
                try:
                    self._picture.seek(frame)
                except EOFError:
                    break
            kind = self._picture.tag_v2.get(_SUBFILE, 0)  # type: ignore[attr-defined]  # TIFF only
            if not (isinstance(kind, int) and kind & _NOT_A_PAGE):
                pages.append(frame)
                self._sizes.append(self._picture.size)
            frame += 1
            if frame > self._limits.pages_per_file:
                raise TooManyPages(f"more than the {self._limits.pages_per_file} pages allowed in one file")
        if not pages:
            raise Damaged("the TIFF holds thumbnails or masks only")
        return pages

    def _orientation(self, image: Image.Image) -> int:
        if self._tiff:
            value = image.tag_v2.get(_ORIENTATION, 1)  # type: ignore[attr-defined]  # TIFF only
        elif image.format in ("JPEG", "MPO") or "exif" in image.info:
            value = image.getexif().get(_ORIENTATION, 1)
        else:
            value = 1
        return value if isinstance(value, int) and 1 <= value <= 8 else 1

    def _resolution(self, image: Image.Image) -> tuple[float, float]:
        if self._tiff:
            return _from_tags(image.tag_v2)  # type: ignore[attr-defined]  # TIFF only
        if image.format in ("JPEG", "MPO"):
            density, unit = image.info.get("jfif_density"), image.info.get("jfif_unit", 0)
            if density and unit in (1, 2):
                scale = 2.54 if unit == 2 else 1.0
                return density[0] * scale, density[1] * scale
            return _from_tags(image.getexif())
        x, y = image.info.get("dpi", (0.0, 0.0))
        return _number(x), _number(y)


def _as_stored(image: Image.Image) -> Image.Image:
    """Return the picture of a TIFF page as it is stored: Pillow turns some pages by itself, some not."""
    tags = image.tag_v2  # type: ignore[attr-defined]  # TIFF only
    image.getexif().pop(_ORIENTATION, None)
    stored = (tags.get(_WIDTH), tags.get(_HEIGHT))
    image.load()
    found: Image.Image = image._new(image.im)  # no public way past the turn
    if found.size != stored:
        raise Damaged(f"the page is {found.size[0]} x {found.size[1]} pixels, its tags say otherwise")
    return found


def _from_tags(tags: "Image.Exif") -> tuple[float, float]:
    unit = tags.get(_UNIT, 2)
    if unit not in (2, _CENTIMETRE):
        return 0.0, 0.0
    scale = 2.54 if unit == _CENTIMETRE else 1.0
    return _number(tags.get(_X_RESOLUTION)) * scale, _number(tags.get(_Y_RESOLUTION)) * scale


def _number(value: object) -> float:
    """Return a declared number as such; 0.0 for none, n/0 and nonsense."""
    try:
        number = float(value)  # type: ignore[arg-type]  # Pillow gives rationals, floats, tuples, None
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return 0.0
    return number if math.isfinite(number) else 0.0
