"""The masters of a document, each opened once while its pages are taken."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from pikepdf import PasswordError, Pdf, PdfError
from PIL import Image

from catalog.reading import Reading
from paper.jp2_picture import jp2_picture
from paper.jpeg_picture import jpeg_picture
from paper.pdf_picture import image_of_page, rendered_page
from paper.picture import MIRRORED, Picture, PictureRefused
from paper.png_picture import png_picture
from paper.tiff_picture import TiffFile

_EXIF_ORIENTATION = 274


class Sources:
    """The masters of a document, one open at a time."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._master: Path | None = None
        self._tiff: TiffFile | None = None
        self._pdf: Pdf | None = None

    def close(self) -> None:
        """Close what is open; may be called twice."""
        self._stack.close()
        self._master = self._tiff = self._pdf = None

    def picture(
        self, pdf: Pdf, master: Path, media_type: str, index: int, *, reading: Reading, embedded: bool
    ) -> Picture:
        """Return page `index` of `master` as a picture of `pdf`.

        `embedded`: the picture must have the pixels of `reading`, if that has any. Else a PDF page is
        rendered, and a raster whose pixels the reading had squared or mirrored is taken as it is.

        Raises:
            PictureRefused: the master does not hold that picture.
        """
        width, height = reading.width, reading.height
        if master != self._master:
            self.close()
            self._master = master
        if media_type == "application/pdf" and embedded:
            return image_of_page(self._as_pdf(master), index, pdf, width=width, height=height)
        if media_type == "application/pdf":
            return rendered_page(master, index, pdf, width=width, height=height, dpi=reading.dpi)
        if media_type == "image/tiff":
            taken = self._as_tiff(master).picture(pdf, index)
        elif index:
            raise PictureRefused(f"a master of kind {media_type} has one page, not {index + 1}")
        else:
            taken = _single(pdf, master, media_type)
        if embedded and width and (taken.width, taken.height) != (width, height):
            raise PictureRefused(
                f"page {index + 1} of a master is {taken.width} x {taken.height} pixels,"
                f" its reading was made from {width} x {height}"
            )
        return taken

    def _as_tiff(self, master: Path) -> TiffFile:
        if self._tiff is None:
            file = self._stack.enter_context(master.open("rb"))
            self._tiff = self._stack.enter_context(TiffFile(file))
        return self._tiff

    def _as_pdf(self, master: Path) -> Pdf:
        if self._pdf is None:
            try:
                self._pdf = self._stack.enter_context(Pdf.open(master))
            except (PdfError, PasswordError) as error:
                raise PictureRefused(f"a PDF master cannot be opened: {error}") from error
        return self._pdf


def _single(pdf: Pdf, master: Path, media_type: str) -> Picture:
    """Return the one picture of a master that holds just one."""
    data = master.read_bytes()
    if media_type == "image/jpeg":
        return replace(jpeg_picture(pdf, data), mirrored=_mirrored(master))
    if media_type == "image/png":
        return replace(png_picture(pdf, data), mirrored=_mirrored(master))
    if media_type in ("image/jp2", "image/j2c"):
        return jp2_picture(pdf, data)
    raise PictureRefused(f"no way is known to put a master of kind {media_type} into a PDF")


def _mirrored(master: Path) -> bool:
    """Tell whether the file says that its pixels are mirrored."""
    try:
        with Image.open(master) as image:
            return image.getexif().get(_EXIF_ORIENTATION, 1) in MIRRORED
    except (OSError, ValueError, SyntaxError):
        return False
