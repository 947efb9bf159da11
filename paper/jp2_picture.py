"""JPEG 2000 masters: as they are where PDF/A-2 allows it, else their pixels without loss."""

import struct
from collections.abc import Iterator

from pikepdf import Name, Object, Pdf

from paper.picture import Picture, picture
from paper.png_picture import decoded_picture, opened

_COLOURS = {16: Name.DeviceRGB, 17: Name.DeviceGray}
"""Enumerated colour spaces of a JP2 (ISO 15444-1, I.5.3.3) that a PDF may name itself: sRGB and grey."""


def jp2_picture(pdf: Pdf, data: bytes) -> Picture:
    """Return the JPEG 2000 `data` as a picture.

    PDF/A-2 takes a JP2 of one or three channels of one depth with one colour description
    (ISO 19005-2, 6.2.8.3).

    Raises:
        PictureRefused: it cannot be decoded.
    """
    head = _plain_head(data)
    if head is None:
        return decoded_picture(pdf, opened(data))
    width, height, colours = head
    return picture(pdf, data, width=width, height=height, bits=None, colours=colours, Filter=Name.JPXDecode)


def _plain_head(data: bytes) -> tuple[int, int, Object] | None:
    """Return width, height and colours of a JP2 that may go into a PDF/A as it is; None for any other."""
    try:
        outer = dict(_boxes(data, 0, len(data)))
        if b"jP  " not in outer or b"jp2h" not in outer:
            return None
        inner = list(_boxes(data, *outer[b"jp2h"]))
        found = dict(inner)
        height, width, channels, depth = struct.unpack_from(">IIHB", data, found[b"ihdr"][0])
        method, _, _, number = struct.unpack_from(">BBBI", data, found[b"colr"][0])
    except (struct.error, KeyError, ValueError):
        return None
    colours = _COLOURS.get(number)
    plain = [name for name, _ in inner].count(b"colr") == 1 and not {b"pclr", b"cdef", b"bpcc"} & found.keys()
    if not plain or method != 1 or colours is None or depth != 7 or channels != (3 if number == 16 else 1):
        return None
    return width, height, colours


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Yield name and place (start, end) of each box's content between `start` and `end`."""
    while start + 8 <= end:
        length, name = struct.unpack_from(">I4s", data, start)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        stop = end if length == 0 else start + length
        if stop < start + head or stop > end:
            raise ValueError("a box of a JP2 does not fit")
        yield name, (start + head, stop)
        start = stop
