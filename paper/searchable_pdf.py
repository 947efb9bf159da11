"""Binds the pages of a document into one searchable PDF/A-2b: the untouched scans, their words underneath."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pikepdf import Pdf

from catalog.reading import Reading
from luutru.errors import InvalidInput
from paper.glyphless import Alphabet, write_font
from paper.pdf_writer import PdfWriter
from paper.pdfa import finish
from paper.picture import Picture
from paper.sources import Sources
from paper.text_layer import FONT_NAME, text_layer

A4_LONG_SIDE = 11.69
"""Inches; what a page is taken for of which no one knows the resolution, as when it is read."""
LARGEST_SIDE = 14_400
SMALLEST_SIDE = 3
"""Points; ISO 19005-2, 6.1.13, allows no other page sizes."""


class NothingToBind(InvalidInput):
    """A document without pages."""

    slug = "nothing-to-bind"


@dataclass(frozen=True)
class BoundPage:
    """One page to bind: where its picture is, and what was read off it."""

    master: Path
    media_type: str  #: of the master, e.g. image/tiff
    index: int  #: which page of the master, counted from 0, as ingest counts them
    reading: Reading  #: 0 pixels wide: nobody measured the page; 0 dpi: the file does not say
    embedded: bool  #: False: the reading's pixels are not the master's own (`catalog.scan.PageImage`)


def bind(
    pages: Iterable[BoundPage], out: BinaryIO, *, title: str, made_at: datetime, language: str = "vi"
) -> None:
    """Write `pages`, in order, to `out` as one PDF/A-2b; the same input gives the same bytes.

    `pages` may be produced one by one, and `out` is only written to, forwards: no more than one page and
    its master are held. `made_at` needs a time zone. Not for two threads at once (pdfium renders).

    Raises:
        NothingToBind: there are no pages.
        PictureRefused: a master does not hold the picture its reading was made from.
        OSError: a master cannot be read, or no room is left.
    """
    writer, alphabet = PdfWriter(out), Alphabet()
    tree, font = writer.reserve(), writer.reserve()
    with closing(Sources()) as sources:
        leaves = [_leaf(writer, page, sources, alphabet, tree=tree, font=font) for page in pages]
    if not leaves:
        raise NothingToBind("a document without pages cannot be bound")
    write_font(writer, alphabet, font)
    kids = b" ".join(b"%d 0 R" % leaf for leaf in leaves)
    writer.write(b"<</Type /Pages /Count %d /Kids [%s]>>" % (len(leaves), kids), tree)
    finish(writer, pages=tree, title=title, language=language, made_at=made_at)


def _leaf(
    writer: PdfWriter, page: BoundPage, sources: Sources, alphabet: Alphabet, *, tree: int, font: int
) -> int:
    """Write the page that shows the master's picture over the words of its reading."""
    with Pdf.new() as pdf:
        picture = sources.picture(
            pdf,
            page.master,
            page.media_type,
            page.index,
            reading=page.reading,
            embedded=page.embedded,
        )
        scan = writer.write_object(picture.image)
    reading = _measured(page.reading, picture)
    width, height = (_side(pixels, reading.dpi) for pixels in (reading.width, reading.height))
    across, left = (-width, width) if picture.mirrored else (width, 0.0)
    show = f"q 0 g {across:.4f} 0 0 {height:.4f} {left:.4f} 0 cm /Scan Do Q\n"
    contents = writer.write_stream(text_layer(reading, alphabet) + show.encode("ascii"))
    return writer.write(
        f"<</Type /Page /Parent {tree} 0 R /MediaBox [0 0 {width:.4f} {height:.4f}]"
        f" /Rotate {reading.rotation}"
        f" /Resources <</Font <</{FONT_NAME} {font} 0 R>> /XObject <</Scan {scan} 0 R>>>>"
        f" /Contents {contents} 0 R>>".encode("ascii")
    )


def _measured(reading: Reading, picture: Picture) -> Reading:
    """Return `reading` with the picture's size where nobody measured the page, and some resolution."""
    if not (reading.width and reading.height):
        reading = replace(reading, width=picture.width, height=picture.height)
    if reading.dpi > 0:
        return reading
    return replace(reading, dpi=max(round(max(reading.width, reading.height) / A4_LONG_SIDE), 1))


def _side(pixels: int, dpi: int) -> float:
    """Return points, within what the standard allows."""
    return min(max(pixels * 72 / dpi, SMALLEST_SIDE), LARGEST_SIDE)
