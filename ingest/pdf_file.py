"""A PDF file as intake sees it: how many pages, signed or locked, and each page as a picture."""

import contextlib
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2

from catalog.scan import PageImage, Pixels
from ingest.limits import Limits
from ingest.one_image import OneImage, find_one_image, user_unit
from ingest.pixels import as_pixels, check_size, reading
from ingest.refusal import Damaged, Empty, Encrypted, Refused, TooManyPages
from ingest.rendering import (
    embedded_bitmap,
    pdfium_document,
    poppler_pages,
    render,
    render_with_poppler,
)

NOTHING_DRAWN = 250
"""Grey above which a whole page was left white."""
FIELDS = 10_000
"""Form fields looked at for a signature."""


class PdfFile:
    """An open PDF: qpdf reads it, pdfium what qpdf can't, poppler what both refuse."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open the file at `path`.

        Raises:
            Encrypted: it needs a password (an empty one opens it without asking).
            Damaged: no reader can open it, or its own count of pages doesn't hold.
            TooManyPages, Empty: as they say.
        """
        self._path, self._limits = path, limits
        self._drawn: pypdfium2.PdfDocument | None = None
        self._parsed: pikepdf.Pdf | None = None
        try:
            self._parsed = pikepdf.open(path)
        except pikepdf.PasswordError as error:
            raise Encrypted("the PDF opens only with a password") from error
        except (pikepdf.PdfError, ValueError, RuntimeError):
            self._parsed = None
        #: Whether readers had to mend it; pages may have been lost on the way.
        self._mended = self._parsed is None or bool(self._parsed.get_warnings())
        try:
            self.pages = self._count()
        except BaseException:
            self.close()
            raise
        if self.pages < 1:
            self.close()
            raise Empty("the PDF has no pages")

    @property
    def encrypted(self) -> bool:
        """Whether it is encrypted, with an empty password."""
        return self._parsed is not None and self._parsed.is_encrypted

    @property
    def signed(self) -> bool:
        """Whether it carries a digital signature (not whether that is valid)."""
        if self._parsed is None:
            return False
        with contextlib.suppress(Exception):  # a form that broken has no signature that could be checked
            form = self._parsed.Root.get("/AcroForm")
            return form is not None and _has_signature(list(form.get("/Fields") or []))
        return False

    def page(self, index: int) -> PageImage:
        """Return page `index` (from 0): its one image untouched, else drawn upright.

        Raises:
            Bomb: too many pixels; nothing was decoded.
            Damaged: no reader can give it whole.
        """
        if not 0 <= index < self.pages:
            raise Damaged(f"page {index + 1} is not there, the file has {self.pages}")
        unit = 1.0
        if self._parsed is not None:
            one: OneImage | None = None
            with contextlib.suppress(
                Exception
            ):  # qpdf and broken drawing raise nearly everything: drawn below
                page = self._parsed.pages[index]
                unit = user_unit(page)
                one = find_one_image(page)
            if one is not None:
                pixels = self._decoded(one.stream, index)
                if pixels is not None:
                    return PageImage(pixels=pixels, dpi=one.dpi, rotation=one.rotation)
        try:
            drawn = render(self._pdfium(), index, unit=unit, limits=self._limits)
        except Damaged:
            drawn = render_with_poppler(self._path, index, self._limits)
        if self._mended and drawn.pixels.min() > NOTHING_DRAWN:
            raise Damaged(f"the PDF is damaged, and page {index + 1} comes out empty")
        return drawn

    def close(self) -> None:
        """Let the file go."""
        if self._drawn is not None:
            self._drawn.close()
            self._drawn = None
        if self._parsed is not None:
            self._parsed.close()
            self._parsed = None

    def _pdfium(self) -> pypdfium2.PdfDocument:
        if self._drawn is None:
            self._drawn = pdfium_document(self._path)
        return self._drawn

    def _count(self) -> int:
        pages = self._count_unchecked()
        if pages > self._limits.pages_per_file:
            raise TooManyPages(f"{pages} pages, allowed are {self._limits.pages_per_file} in one file")
        return pages

    def _count_unchecked(self) -> int:
        if self._parsed is not None:
            declared = self._declared_pages()
            if declared is not None and declared > self._limits.pages_per_file:
                return declared
            try:
                found = len(self._parsed.pages)
            except (pikepdf.PdfError, ValueError, RuntimeError, TypeError):
                found = 0
            if declared is not None and found < declared:
                raise Damaged(f"the PDF says it has {declared} pages, only {found} of them can be read")
            if found or declared == 0:
                return found
            self._parsed.close()
            self._parsed = None
        try:
            return len(self._pdfium())
        except Damaged:
            return poppler_pages(self._path, self._limits)

    def _declared_pages(self) -> int | None:
        assert self._parsed is not None
        with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError):
            return int(self._parsed.Root["/Pages"]["/Count"])
        return None

    def _decoded(self, stream: pikepdf.Stream, index: int) -> Pixels | None:
        """Return the pixels of an embedded image as a viewer shows them, None where it must be drawn.

        Raises:
            Bomb: too many pixels.
            Damaged: the image ends before its last line.
        """
        width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
        check_size(width, height, self._limits)
        pikepdf.PdfImage.MAX_IMAGE_PIXELS = self._limits.pixels_per_page
        try:
            image = pikepdf.PdfImage(stream).as_pil_image()
            check_size(*image.size, self._limits)
            with reading():
                image.load()
                return as_pixels(image)
        except Refused as error:
            if "truncated" in str(error.__cause__ or ""):
                raise Damaged(f"the image of page {index + 1} ends too early") from error
            if not isinstance(error, Damaged):
                raise
        except MemoryError:
            raise
        except Exception:  # noqa: S110  # what qpdf or Pillow can't do, pdfium may
            pass
        try:
            pixels = embedded_bitmap(self._pdfium(), index, (width, height))
        except Refused:
            return None
        return None if pixels is None else np.ascontiguousarray(pixels)


def _has_signature(fields: list[pikepdf.Object]) -> bool:
    seen = 0
    while fields and seen < FIELDS:
        seen += 1
        field = fields.pop()
        value = field.get("/V")
        if isinstance(value, pikepdf.Dictionary) and "/ByteRange" in value:
            return True
        fields.extend(field.get("/Kids") or [])
    return False
