"""Where a signature stands on a page: the corner people see at the top right, however the page is turned."""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import ResourceType
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.stamp import BaseStamp, BaseStampStyle

from luutru.errors import InvalidInput
from paper.signature_picture import SignaturePicture

MARGIN = 8 * 72 / 25.4
"""Points from the corner (8 mm): most printers reach so far."""

FOOT_LEFT, FOOT_RIGHT, FOOT_BOTTOM, FOOT_HEIGHT = 30 * 72 / 25.4, 15 * 72 / 25.4, 24.0, 30.0
"""Points: the margins of a form (NĐ 30/2020, Phụ lục I), and a strip beneath what is written on it."""

Box = tuple[int, int, int, int]
"""Points, from the lower left of the page as it is stored: left, bottom, right, top."""
Rectangle = tuple[float, float, float, float]
"""The same, as a field that is there may have it."""

_TURNS: Mapping[int, tuple[int, int, int, int]] = {
    0: (1, 0, 0, 1),
    90: (0, 1, -1, 0),
    180: (-1, 0, 0, -1),
    270: (0, -1, 1, 0),
}
"""What turns a picture so that a page that is shown turned (clockwise, degrees) shows it upright."""


class PageUnusable(InvalidInput):
    """A page without a size, or one too small to show anything."""

    slug = "page-unusable"


@dataclass(frozen=True)
class Place:
    """Where a picture goes: its field's box, how far the page is turned, how large it is drawn."""

    box: Rectangle
    rotation: int  #: degrees clockwise, 0, 90, 180 or 270
    scale: float  #: 1.0: size 10 is size 10

    @property
    def whole(self) -> Box:
        """The box in whole points, as new fields have it."""
        return _whole(*self.box)


@dataclass(frozen=True)
class _Page:
    x0: float
    y0: float
    x1: float
    y1: float
    rotation: int

    @property
    def shown(self) -> tuple[float, float]:
        """Width and height as people see it."""
        width, height = self.x1 - self.x0, self.y1 - self.y0
        return (height, width) if self.rotation in (90, 270) else (width, height)

    def box(self, left: float, bottom: float, width: float, height: float) -> Box:
        """Return a box, given as people see the page, as the page is stored."""
        match self.rotation:
            case 90:
                x, y = self.x1 - bottom - height, self.y0 + left
                return _whole(x, y, x + height, y + width)
            case 180:
                x, y = self.x1 - left - width, self.y1 - bottom - height
                return _whole(x, y, x + width, y + height)
            case 270:
                x, y = self.x0 + bottom, self.y1 - left - width
                return _whole(x, y, x + height, y + width)
            case _:
                x, y = self.x0 + left, self.y0 + bottom
                return _whole(x, y, x + width, y + height)


class Look:
    """A picture of a signature, and the ways to lay it down."""

    def __init__(self, picture: SignaturePicture) -> None:
        self.picture = picture

    def at(self, place: Place) -> "PictureStyle":
        """Return it as pyHanko draws it into a field."""
        return PictureStyle(border_width=0, picture=self.picture, place=place)


def corner(writer: IncrementalPdfFileWriter, look: Look) -> Place:
    """Return the place at the top right of the first page; smaller only where the page is.

    Raises:
        PageUnusable: it has no size.
    """
    page = _page(writer, 0)
    wide, high = page.shown
    margin = min(MARGIN, wide / 10, high / 10)
    picture = look.picture
    scale = min(1.0, (wide - 2 * margin) / picture.width, (high - 2 * margin) / picture.height)
    width, height = math.ceil(picture.width * scale), math.ceil(picture.height * scale)
    return Place(page.box(wide - margin - width, high - margin - height, width, height), page.rotation, scale)


def foot(writer: IncrementalPdfFileWriter, *, left: bool) -> Box:
    """Return the left or right half of the strip at the foot of the last page."""
    page = _page(writer, -1)
    wide, _high = page.shown
    half: float = max((wide - FOOT_LEFT - FOOT_RIGHT) / 2 - 40, 40.0)  # the number of the page stands between
    return page.box(FOOT_LEFT if left else wide - FOOT_RIGHT - half, FOOT_BOTTOM, half, FOOT_HEIGHT)


def box_of_field(writer: IncrementalPdfFileWriter, name: str, look: Look) -> Place:
    """Return the place of a field that is there.

    Raises:
        PageUnusable: the field has no box.
    """
    for found, _value, ref in enumerate_sig_fields(writer):
        if found == name:
            field = ref.get_object()
            x0, y0, x1, y1 = sorted_box(field["/Rect"])
            rotation = int(_inherited(field["/P"], "/Rotate", 0)) % 360 if "/P" in field else 0
            rotation = rotation if rotation in _TURNS else 0
            wide, high = (y1 - y0, x1 - x0) if rotation in (90, 270) else (x1 - x0, y1 - y0)
            picture = look.picture
            if wide <= 0 or high <= 0:
                break
            scale = min(1.0, wide / picture.width, high / picture.height)
            return Place((x0, y0, x1, y1), rotation, scale)
    raise PageUnusable(f"there is no place for the signature {name}")


def sorted_box(box: Any) -> Rectangle:
    """Return a rectangle with its corners in order."""
    x0, y0, x1, y1 = (float(side) for side in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _page(writer: IncrementalPdfFileWriter, number: int) -> _Page:
    page = writer.find_page_for_modification(number)[0].get_object()
    box = _inherited(page, "/CropBox", None) or _inherited(page, "/MediaBox", None)
    if box is None or len(box) != 4:
        raise PageUnusable("the page to be signed has no size")
    x0, y0, x1, y1 = sorted_box(box)
    if x1 - x0 < 1 or y1 - y0 < 1:
        raise PageUnusable("the page to be signed has no size")
    rotation = int(_inherited(page, "/Rotate", 0)) % 360
    return _Page(x0, y0, x1, y1, rotation if rotation in _TURNS else 0)


def _whole(x0: float, y0: float, x1: float, y1: float) -> Box:
    left, bottom = round(x0), round(y0)
    return left, bottom, left + math.ceil(x1 - x0), bottom + math.ceil(y1 - y0)


def _inherited(page: Any, name: str, default: Any) -> Any:
    for _level in range(64):  # a tree of pages that is deeper is none
        if name in page:
            return page[name]
        if "/Parent" not in page:
            break
        page = page["/Parent"]
    return default


@dataclass(frozen=True)
class PictureStyle(BaseStampStyle):
    """Draws one picture, and neither border nor background."""

    picture: SignaturePicture | None = None
    place: Place | None = None

    def create_stamp(
        self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, Any]
    ) -> BaseStamp:
        """Return the picture as the appearance of a field."""
        del box, text_params
        assert self.picture is not None
        assert self.place is not None
        return _Drawn(writer, self, self.picture, self.place)


class _Drawn(BaseStamp):
    def __init__(
        self, writer: BasePdfFileWriter, style: PictureStyle, picture: SignaturePicture, place: Place
    ) -> None:
        x0, y0, x1, y1 = place.box
        wide, high = (y1 - y0, x1 - x0) if place.rotation in (90, 270) else (x1 - x0, y1 - y0)
        super().__init__(writer, style, BoxConstraints(width=wide, height=high))
        self._picture, self._place = picture, place
        self._wide, self._high = wide, high

    def render(self) -> bytes:
        """Draw the picture into the upper right of the field."""
        reader = PdfFileReader(io.BytesIO(self._picture.pdf))
        drawn = self._ensure_writer.import_page_as_xobject(reader)
        self.set_resource(ResourceType.XOBJECT, generic.pdf_name("/Look"), drawn)
        scale = self._place.scale
        left = self._wide - self._picture.width * scale
        bottom = self._high - self._picture.height * scale
        return f"q {scale:.4f} 0 0 {scale:.4f} {left:.3f} {bottom:.3f} cm /Look Do Q".encode("ascii")

    def as_form_xobject(self) -> generic.StreamObject:
        """Return the field's appearance, turned as the page asks."""
        form = super().as_form_xobject()
        a, b, c, d = _TURNS[self._place.rotation]
        x = self._high if self._place.rotation == 90 else self._wide if self._place.rotation == 180 else 0
        y = self._high if self._place.rotation == 180 else self._wide if self._place.rotation == 270 else 0
        form["/Matrix"] = generic.ArrayObject(generic.FloatObject(side) for side in (a, b, c, d, x, y))
        return form
