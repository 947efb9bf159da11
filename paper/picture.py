"""The picture of a page as a PDF carries it."""

from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from luutru.errors import InvalidInput


class PictureRefused(InvalidInput):
    """A master holds no picture that can be put into a PDF/A."""

    slug = "picture-refused"


@dataclass(frozen=True)
class Picture:
    """One image object of a PDF under construction; drawn into the unit square."""

    image: Stream
    width: int  #: pixels
    height: int  #: pixels
    mirrored: bool = False  #: left and right are to be exchanged when it is drawn


def picture(
    pdf: Pdf, data: bytes, *, width: int, height: int, bits: int | None, colours: Object | None, **more: Any
) -> Picture:
    """Return `data`, already in the form that `more` (Filter, DecodeParms, Decode...) names, as a picture."""
    image = Stream(pdf, data)
    image.Type, image.Subtype = Name.XObject, Name.Image
    image.Width, image.Height = width, height
    if bits is not None:
        image.BitsPerComponent = bits
    if colours is not None:
        image.ColorSpace = colours
    for key, value in more.items():
        image[f"/{key}"] = value
    return Picture(pdf.make_indirect(image), width, height)


def inks(pdf: Pdf) -> Object:
    """Return a colour space for CMYK pictures that needs no printing profile.

    PDF/A-2 with an sRGB output intent forbids DeviceCMYK (ISO 19005-2, 6.2.4.3); the four inks as DeviceN,
    mixed by the plain formula R = (1 - C)(1 - K), leave the picture's bytes as they are.
    """
    mix = Stream(
        pdf,
        b"{ 1 exch sub 4 1 roll 1 exch sub 3 index mul 4 1 roll"
        b" 1 exch sub 2 index mul 4 1 roll 1 exch sub mul 3 1 roll }",
    )
    mix.FunctionType = 4
    mix.Domain, mix.Range = Array([0, 1] * 4), Array([0, 1] * 3)
    names = Array([Name.Cyan, Name.Magenta, Name.Yellow, Name.Black])
    return pdf.make_indirect(Array([Name.DeviceN, names, Name.DeviceRGB, pdf.make_indirect(mix)]))


def ccitt(columns: int, rows: int, *, black_is_1: bool) -> Dictionary:
    """Return the parameters of a CCITT Group 4 picture."""
    return Dictionary(K=-1, Columns=columns, Rows=rows, BlackIs1=black_is_1)


MIRRORED = frozenset((2, 4, 5, 7))
"""TIFF and Exif orientations whose stored pixels are mirrored (TIFF 6.0, tag 274)."""
