"""JPEG masters: their bytes go into the PDF as they are."""

import struct
from dataclasses import dataclass

from pikepdf import Array, Dictionary, Name, Pdf

from paper.picture import Picture, PictureRefused, inks, picture

_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive: what a PDF reader must know
_OTHER_FRAMES = set(range(0xC0, 0xD0)) - _FRAMES - {0xC4, 0xC8, 0xCC}
_BARE = {0x01, *range(0xD0, 0xD9)}  # markers without a length


@dataclass(frozen=True)
class JpegHead:
    """What the markers of a JPEG say."""

    width: int
    height: int
    bits: int
    components: int
    adobe_transform: int | None  #: of the Adobe marker: 0 = RGB or CMYK, 1 = YCC, 2 = YCCK


def read_head(data: bytes) -> JpegHead:
    """Return what the markers of `data` say.

    Raises:
        PictureRefused: not a JPEG of the kinds a PDF may carry.
    """
    if data[:2] != b"\xff\xd8":
        raise PictureRefused("a JPEG master does not begin with the JPEG mark")
    at, transform = 2, None
    try:
        while True:
            if data[at] != 0xFF:
                raise PictureRefused(f"a JPEG master is broken at byte {at}: no marker")
            marker = data[at + 1]
            if marker == 0xFF:
                at += 1
                continue
            if marker in _BARE:
                at += 2
                continue
            (length,) = struct.unpack_from(">H", data, at + 2)
            if marker == 0xEE and data[at + 4 : at + 9] == b"Adobe" and length >= 14:
                transform = data[at + 15]
            if marker in _FRAMES:
                bits, height, width, components = struct.unpack_from(">BHHB", data, at + 4)
                if bits != 8 or components not in (1, 3, 4) or not width or not height:
                    raise PictureRefused(f"a JPEG of {components} components, {bits} bits cannot go in a PDF")
                return JpegHead(width, height, bits, components, transform)
            if marker in _OTHER_FRAMES or marker in (0xD9, 0xDA):
                raise PictureRefused(f"a JPEG of kind {marker:02x} cannot go in a PDF")
            at += 2 + length
    except (IndexError, struct.error) as error:
        raise PictureRefused("a JPEG master ends within its head") from error


def jpeg_picture(pdf: Pdf, data: bytes, *, head: JpegHead | None = None, rgb: bool = False) -> Picture:
    """Return the JPEG `data` as a picture, its bytes untouched.

    `rgb`: three components without an Adobe marker are RGB, not YCC (some TIFF files).
    """
    head = head or read_head(data)
    more: dict[str, object] = {}
    if head.components == 4:
        colours = inks(pdf)
        if head.adobe_transform is not None:  # Adobe programs write inks inverted
            more["Decode"] = Array([1, 0] * 4)
    else:
        colours = Name.DeviceGray if head.components == 1 else Name.DeviceRGB
    if rgb and head.components == 3 and head.adobe_transform is None:
        more["DecodeParms"] = Dictionary(ColorTransform=0)
    return picture(
        pdf,
        data,
        width=head.width,
        height=head.height,
        bits=8,
        colours=colours,
        Filter=Name.DCTDecode,
        **more,
    )
