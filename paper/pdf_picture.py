"""PDF masters: the one image of a page goes over byte for byte; a page of anything else is rendered."""

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pdf2image
import pypdfium2
from pikepdf import Array, Dictionary, Name, Object, Pdf, PdfError, Stream, parse_content_stream
from PIL import Image

from catalog.scan import RENDER_DPI
from paper.jpeg_picture import jpeg_picture
from paper.picture import Picture, PictureRefused, inks

JPEG_QUALITY = 92
"""Of rendered pages; whole colour resolution, so that thin coloured print stays sharp."""

POPPLER_SECONDS = 120

_KEPT = frozenset(
    f"/{name}"
    for name in (
        *("Type", "Subtype", "Width", "Height", "ColorSpace", "BitsPerComponent", "Decode", "Length"),
        *("Filter", "DecodeParms", "ImageMask", "Mask", "SMask", "SMaskInData", "Matte"),
    )
)
"""What an image brings along; alternates, OPI, interpolation and private data are not for a PDF/A."""
_DEEPEST = 6  # form in form in form...
_TALLEST = 50  # nodes of the page tree above one another


def image_of_page(source: Pdf, index: int, pdf: Pdf, *, width: int, height: int) -> Picture:
    """Return the image of `width` x `height` pixels (0: any) that page `index` of `source` consists of.

    Raises:
        PictureRefused: there is no such page or no such image on it.
    """
    try:
        page = source.pages[index]
    except IndexError as error:
        raise PictureRefused(f"a PDF master has no page {index + 1}") from error
    try:
        drawn = list(_drawn(page.obj, _resources(page.obj), _DEEPEST))
    except PdfError as error:
        raise PictureRefused(f"page {index + 1} of a PDF master cannot be followed: {error}") from error
    # The last of that size: what an opaque scan covers is not the page's picture.
    for image in reversed(drawn):
        size = int(image.get("/Width", 0)), int(image.get("/Height", 0))
        if not width or size == (width, height):
            return _taken(image, pdf, width=size[0], height=size[1])
    raise PictureRefused(f"page {index + 1} of a PDF master holds no image of {width} x {height} pixels")


def _taken(image: Stream, pdf: Pdf, *, width: int, height: int) -> Picture:
    """Return `image` of another PDF as a picture of `pdf`."""
    _clean(image)
    for mask in (image.get("/Mask"), image.get("/SMask")):
        if isinstance(mask, Stream):
            _clean(mask)
    copy = pdf.copy_foreign(image)
    if not isinstance(copy, Stream):
        raise PictureRefused("the picture of a PDF master cannot be read")
    if "/ColorSpace" in copy:
        copy.ColorSpace = _allowed(pdf, copy.ColorSpace)
    return Picture(copy, width, height)


def rendered_page(master: Path, index: int, pdf: Pdf, *, width: int, height: int, dpi: int) -> Picture:
    """Return page `index` of `master`, upright at `dpi`, in `width` x `height` pixels, as a JPEG picture.

    Pdfium draws it, poppler what pdfium can't open: as intake does, so that words and picture agree.

    Raises:
        PictureRefused: there is no such page, or neither can draw it.
    """
    dpi = dpi or RENDER_DPI
    image = _drawn_by_pdfium(master, index, width, dpi) or _drawn_by_poppler(master, index, dpi)
    if width and max(abs(image.width - width), abs(image.height - height)) > 2:
        raise PictureRefused(
            f"page {index + 1} of a PDF master is drawn with {image.width} x {image.height} pixels,"
            f" its reading was made from {width} x {height}"
        )
    data = io.BytesIO()
    image.convert("RGB").save(data, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return jpeg_picture(pdf, data.getvalue())


def _drawn_by_pdfium(master: Path, index: int, width: int, dpi: int) -> Image.Image | None:
    try:
        with closing(pypdfium2.PdfDocument(master)) as document:
            document.init_forms()
            with closing(document[index]) as page:
                scale = dpi / 72
                if (
                    width and abs(page.get_width() * scale - width) > 2
                ):  # the page has units of its own (UserUnit)
                    scale = width / page.get_width()
                drawn: Image.Image = page.render(scale=scale).to_pil()
                return drawn
    except (pypdfium2.PdfiumError, IndexError, ZeroDivisionError):
        return None


def _drawn_by_poppler(master: Path, index: int, dpi: int) -> Image.Image:
    try:
        drawn = pdf2image.convert_from_path(
            str(master),
            dpi=dpi,
            first_page=index + 1,
            last_page=index + 1,
            use_cropbox=True,
            timeout=POPPLER_SECONDS,
        )
    except Exception as error:  # pdf2image raises nearly everything
        raise PictureRefused(f"page {index + 1} of a PDF master cannot be drawn: {error}") from error
    if not drawn:
        raise PictureRefused(f"a PDF master has no page {index + 1}")
    return drawn[0]


def _drawn(owner: Object, resources: Object | None, deeper: int) -> Iterator[Stream]:
    """Yield the images that a page or form draws, in that order, those inside forms too."""
    objects = None if resources is None else resources.get("/XObject")
    if not isinstance(objects, Dictionary):
        return
    for instruction in parse_content_stream(owner, "Do"):
        item = objects.get(str(instruction.operands[0]))
        if not isinstance(item, Stream):
            continue
        if item.get("/Subtype") == Name.Image:
            yield item
        elif item.get("/Subtype") == Name.Form and deeper:
            yield from _drawn(item, item.get("/Resources", resources), deeper - 1)


def _resources(page: Object) -> Object | None:
    """Return the resources of `page`, its own or those of the tree above it."""
    node: Object | None = page
    for _ in range(_TALLEST):
        if node is None or "/Resources" in node:
            break
        node = node.get("/Parent")
    return None if node is None else node.get("/Resources")


def _clean(image: Stream) -> None:
    """Leave of `image` only what a PDF/A may hold."""
    for key in list(image.keys()):
        if key not in _KEPT:
            del image[key]
    filters = image.get("/Filter")
    names = list(filters) if isinstance(filters, Array) else [filters]
    if Name.LZWDecode in names:  # forbidden in PDF/A (ISO 19005-2, 6.1.7.2); the pixels stay the same
        try:
            image.write(image.read_bytes())
        except PdfError as error:
            raise PictureRefused(f"an LZW image of a PDF master cannot be decoded: {error}") from error


def _allowed(pdf: Pdf, colours: Object) -> Object:
    """Return `colours` as PDF/A-2 with an sRGB output intent allows them."""
    if colours in (Name.DeviceCMYK, Name.CMYK):
        return inks(pdf)
    if isinstance(colours, Array) and len(colours) > 1:
        if colours[0] == Name.Indexed:
            colours[1] = _allowed(pdf, colours[1])
        elif colours[0] == Name.ICCBased and not _sound(colours[1]):
            return {1: Name.DeviceGray, 3: Name.DeviceRGB}.get(int(colours[1].get("/N", 0)), inks(pdf))
    return colours


def _sound(profile: Object) -> bool:
    """Tell whether an ICC profile is one that PDF/A-2 takes: of version 2 or 4, for as many colours."""
    try:
        head = profile.read_bytes()[:128]
    except PdfError:
        return False
    colours = {b"GRAY": 1, b"RGB ": 3, b"Lab ": 3, b"CMYK": 4}.get(head[16:20])
    classes = (b"scnr", b"mntr", b"prtr", b"spac")
    sound = head[36:40] == b"acsp" and head[8:9] in (b"\x02", b"\x04") and head[12:16] in classes
    return sound and colours == int(profile.get("/N", 0))
