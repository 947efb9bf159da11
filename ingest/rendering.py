"""A PDF page drawn upright, for pages that are more, or less, than one scanned image."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pdf2image
import pdf2image.exceptions
import pypdfium2
import pypdfium2.raw

from catalog.scan import RENDER_DPI, PageImage, Pixels
from ingest.limits import Limits
from ingest.pixels import as_pixels, check_size, grey_if_colourless, reading
from ingest.refusal import Bomb, Damaged, Encrypted, TimedOut
from ingest.text_layer import trusted_text

POINTS = 72
"""Points an inch."""
LEAST_DPI = 150
"""A drawing too big for `RENDER_DPI` is drawn coarser down to this; then it is refused."""


def pdfium_document(path: Path) -> pypdfium2.PdfDocument:
    """Return the file opened by pdfium.

    Raises:
        Encrypted: it needs a password.
        Damaged: pdfium can't open it.
    """
    try:
        document = pypdfium2.PdfDocument(path)
        document.init_forms()
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD or "assword" in str(error):
            raise Encrypted("the PDF opens only with a password") from error
        raise Damaged("the PDF cannot be opened") from error
    return document


def render(document: pypdfium2.PdfDocument, index: int, *, unit: float, limits: Limits) -> PageImage:
    """Return page `index` drawn by pdfium at `RENDER_DPI`, with its words where they can be trusted.

    `unit` is the page's UserUnit, which pdfium leaves to its caller.

    Raises:
        Bomb: the page is too large to be drawn even at `LEAST_DPI`.
        Damaged: pdfium can't draw it.
    """
    try:
        page = document[index]
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise Damaged(f"page {index + 1} cannot be read") from error
    try:
        wide, high = page.get_size()
        dpi = drawing_dpi(wide * unit, high * unit, limits)
        bitmap = page.render(scale=dpi * unit / POINTS, rev_byteorder=True, prefer_bgrx=False)
        pixels = grey_if_colourless(np.array(bitmap.to_numpy()[..., :3], dtype=np.uint8))
        bitmap.close()
        text = trusted_text(page, pixels)
    except pypdfium2.PdfiumError as error:
        raise Damaged(f"page {index + 1} cannot be drawn") from error
    finally:
        page.close()
    return PageImage(pixels=pixels, dpi=dpi, embedded=False, text=text)


def embedded_bitmap(document: pypdfium2.PdfDocument, index: int, size: tuple[int, int]) -> Pixels | None:
    """Return the image of `size` on page `index` in its own pixels, None if pdfium can't give it."""
    try:
        page = document[index]
        try:
            for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
                if isinstance(item, pypdfium2.PdfImage) and item.get_px_size() == size:
                    image = item.get_bitmap().to_pil()
                    return grey_if_colourless(as_pixels(image)) if image.size == size else None
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return None
    return None


def drawing_dpi(wide: float, high: float, limits: Limits) -> int:
    """Return the dpi at which a page of `wide` x `high` points is drawn.

    Raises:
        Damaged: the page has no size.
        Bomb: it is too large.
    """
    if not (wide > 0 and high > 0):
        raise Damaged(f"the page is {wide:g} x {high:g} points")
    inches = wide * high / POINTS**2
    dpi = min(RENDER_DPI, int((limits.pixels_per_page / inches) ** 0.5))
    if dpi < LEAST_DPI:
        raise Bomb(f"the page is {wide / POINTS:.0f} x {high / POINTS:.0f} inches, too large to be drawn")
    check_size(int(wide * dpi / POINTS), int(high * dpi / POINTS), limits)
    return dpi


def poppler_pages(path: Path, limits: Limits) -> int:
    """Return how many pages poppler finds.

    Raises:
        Encrypted, Damaged, TimedOut: it finds none.
    """
    with _poppler():
        found = pdf2image.pdfinfo_from_path(str(path), timeout=int(limits.seconds_per_file) or 1)
    pages = found.get("Pages", 0)
    if not isinstance(pages, int) or pages < 1:
        raise Damaged("the PDF has no page that can be read")
    return pages


def render_with_poppler(path: Path, index: int, limits: Limits) -> PageImage:
    """Return page `index` drawn by poppler through pdf2image, in a process and time of its own.

    Raises:
        Bomb, Damaged, Encrypted, TimedOut: why not.
    """
    number, timeout = index + 1, max(1, int(limits.seconds_per_page))
    with _poppler():
        facts = pdf2image.pdfinfo_from_path(str(path), first_page=number, last_page=number, timeout=timeout)
    sizes = [value for key, value in facts.items() if re.fullmatch(r"Page\s+\d+ size", key)]
    sizes += [facts.get("Page size", "")]
    match = re.match(r"\s*([\d.]+) x ([\d.]+)", str(sizes[0]))
    if not match:
        raise Damaged(f"page {number} cannot be read")
    dpi = drawing_dpi(float(match[1]), float(match[2]), limits)
    with _poppler(), reading():
        images = pdf2image.convert_from_path(
            str(path), dpi=dpi, first_page=number, last_page=number, use_cropbox=True, timeout=timeout
        )
        if not images:
            raise Damaged(f"page {number} cannot be drawn")
        pixels = grey_if_colourless(as_pixels(images[0]))
    return PageImage(pixels=pixels, dpi=dpi, embedded=False)


class _poppler:  # noqa: N801  # reads as a statement: with _poppler()
    """Turns what pdf2image raises into refusals."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, pdf2image.exceptions.PDFPopplerTimeoutError | subprocess.TimeoutExpired):
            raise TimedOut("poppler was not done in time") from error
        if isinstance(error, pdf2image.exceptions.PDFInfoNotInstalledError):
            raise Damaged("neither qpdf nor pdfium can read it, and poppler is not installed") from error
        if isinstance(error, Exception) and type(error).__module__.startswith("pdf2image"):
            if "assword" in str(error):
                raise Encrypted("the PDF opens only with a password") from error
            raise Damaged("no reader here can read the PDF") from error
