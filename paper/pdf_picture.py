"""PDF masters: the one image of a page goes over byte for byte; a page of anything else is rendered."""

import io
from collections.abc import Iterator

import pypdfium2
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, PdfError, Stream

from catalog.scan import RENDER_DPI
from paper.jpeg_picture import jpeg_picture
from paper.picture import Picture, PictureRefused, inks

JPEG_QUALITY = 92
"""Of rendered pages; whole colour resolution, so that thin coloured print stays sharp."""

_KEPT = frozenset(
    f"/{name}"
    for name in (
        *("Type", "Subtype", "Width", "Height", "ColorSpace", "BitsPerComponent", "Decode", "Length"),
        *("Filter", "DecodeParms", "ImageMask", "Mask", "SMask", "SMaskInData", "Matte"),
    )
)
"""What an image brings along; alternates, OPI, interpolation and private data are not for a PDF/A."""
_DEEPEST = 6  # form in form in form...


def image_of_page(source: Pdf, index: int, pdf: Pdf, *, width: int, height: int) -> Picture:
    """Return the image of `width` x `height` pixels that page `index` of `source` consists of.

    `source` must stay open until `pdf` is saved: the image's bytes are read then.

    Raises:
        PictureRefused: there is no such page or no such image on it.
    """
    try:
        page = source.pages[index]
    except IndexError as error:
        raise PictureRefused(f"a PDF master has no page {index + 1}") from error
    for image in _images(page):
        if (int(image.get("/Width", 0)), int(image.get("/Height", 0))) == (width, height):
            _clean(image)
            for mask in (image.get("/Mask"), image.get("/SMask")):
                if isinstance(mask, Stream):
                    _clean(mask)
            copy = pdf.copy_foreign(image)
            if not isinstance(copy, Stream):
                raise PictureRefused(f"page {index + 1} of a PDF master holds no readable image")
            if "/ColorSpace" in copy:
                copy.ColorSpace = _allowed(pdf, copy.ColorSpace)
            return Picture(copy, width, height)
    raise PictureRefused(f"page {index + 1} of a PDF master holds no image of {width} x {height} pixels")


def rendered_page(source: pypdfium2.PdfDocument, index: int, pdf: Pdf) -> Picture:
    """Return page `index` of `source`, upright at `RENDER_DPI`, as a JPEG picture.

    Raises:
        PictureRefused: there is no such page, or it cannot be rendered.
    """
    try:
        page = source[index]
        try:
            image = page.render(scale=RENDER_DPI / 72).to_pil().convert("RGB")
        finally:
            page.close()
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise PictureRefused(f"page {index + 1} of a PDF master cannot be rendered: {error}") from error
    data = io.BytesIO()
    image.save(data, "JPEG", quality=JPEG_QUALITY, subsampling=0, dpi=(RENDER_DPI, RENDER_DPI))
    return jpeg_picture(pdf, data.getvalue())


def _images(page: Page) -> Iterator[Stream]:
    """Yield the images of `page`, those inside forms too."""
    yield from _images_of(page.obj.get("/Resources") or page.resources, _DEEPEST)


def _images_of(resources: Object, deeper: int) -> Iterator[Stream]:
    objects = resources.get("/XObject")
    if not isinstance(objects, Dictionary):
        return
    for _, item in objects.items():
        if not isinstance(item, Stream):
            continue
        if item.get("/Subtype") == Name.Image:
            yield item
        elif item.get("/Subtype") == Name.Form and deeper and "/Resources" in item:
            yield from _images_of(item.Resources, deeper - 1)


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
