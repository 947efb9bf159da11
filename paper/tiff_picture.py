"""TIFF masters: one Group 4 or JPEG strip goes into the PDF as it is, anything else without loss."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, BinaryIO, Self

from pikepdf import Name, Pdf
from PIL import Image

from paper.jpeg_picture import jpeg_picture
from paper.picture import MIRRORED, Picture, PictureRefused, ccitt, picture
from paper.png_picture import decoded_picture

_WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _ORIENTATION = 256, 257, 259, 262, 266, 274
_STRIP_STARTS, _STRIP_LENGTHS, _SAMPLES, _G4_OPTIONS, _JPEG_TABLES = 273, 279, 277, 293, 347
_GROUP_4, _JPEG = 4, 7
_SUBFILE, _NOT_A_PAGE = 254, 0b101  # bit 0 = a smaller copy, bit 2 = a mask (TIFF 6.0, NewSubfileType)
_TURNED_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
_BITS_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class TiffFile:
    """An open TIFF; its pages are taken in any order, fastest in their own."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        try:
            with warnings.catch_warnings(action="ignore"):  # what is wrong shows below, or does no harm
                self._image: Any = Image.open(file, formats=["TIFF"])
            self._frames = list(self._page_frames())
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise PictureRefused(f"a TIFF master cannot be opened: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._image.close()

    def picture(self, pdf: Pdf, index: int) -> Picture:
        """Return the page `index`, counted from 0, as a picture.

        Raises:
            PictureRefused: no such page, or it cannot be decoded.
        """
        try:
            self._image.seek(self._frames[index])
            orientation = self._image.tag_v2.get(_ORIENTATION, 1)
            taken = self._one_strip(pdf) or decoded_picture(pdf, self._stored(orientation))
            return replace(taken, mirrored=orientation in MIRRORED)
        except (
            IndexError,
            OSError,
            ValueError,
            SyntaxError,
            EOFError,
            Image.DecompressionBombError,
        ) as error:
            raise PictureRefused(f"page {index} of a TIFF master cannot be decoded: {error}") from error

    def _one_strip(self, pdf: Pdf) -> Picture | None:
        """Return the page's one strip as it is; None where it has several or another compression."""
        tags = self._image.tag_v2
        starts, lengths = tags.get(_STRIP_STARTS, ()), tags.get(_STRIP_LENGTHS, ())
        if len(starts) != 1 or len(lengths) != 1:
            return None
        kind, photometric = tags.get(_COMPRESSION), tags.get(_PHOTOMETRIC)
        if kind == _GROUP_4 and photometric in (0, 1) and not tags.get(_G4_OPTIONS, 0):
            data = self._bytes(starts[0], lengths[0])
            if tags.get(_FILL_ORDER, 1) == 2:
                data = data.translate(_BITS_TURNED)
            return picture(
                pdf,
                data,
                width=tags[_WIDTH],
                height=tags[_HEIGHT],
                bits=1,
                colours=Name.DeviceGray,
                Filter=Name.CCITTFaxDecode,
                DecodeParms=ccitt(tags[_WIDTH], tags[_HEIGHT], black_is_1=photometric == 1),
            )
        if kind == _JPEG and photometric in (1, 2, 6) and tags.get(_SAMPLES, 1) in (1, 3):
            data = self._bytes(starts[0], lengths[0])
            tables = tags.get(_JPEG_TABLES, b"")
            if tables:  # both end and begin with a mark of their own: SOI tables EOI, SOI picture EOI
                data = tables[:-2] + data[2:]
            return jpeg_picture(pdf, data, rgb=photometric == 2)
        return None

    def _stored(self, orientation: int) -> Image.Image:
        """Return the page's pixels as stored: Pillow turns those of a TIFF upright by itself."""
        self._image.load()
        turn = _TURNED_BACK.get(orientation)
        image: Image.Image = self._image if turn is None else self._image.transpose(turn)
        return image

    def _page_frames(self) -> Iterator[int]:
        """Yield the places of what a person would call a page: no smaller copies, no masks."""
        pages = 0
        for frame in range(self._image.n_frames):
            self._image.seek(frame)
            if not self._image.tag_v2.get(_SUBFILE, 0) & _NOT_A_PAGE:
                pages += 1
                yield frame
        if not pages:
            yield 0

    def _bytes(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        data = self._file.read(length)
        if len(data) != length:
            raise PictureRefused(f"a TIFF master ends {length - len(data)} bytes early")
        return data
