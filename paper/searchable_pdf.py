"""Binds the pages of a document into one searchable PDF/A-2b: the untouched scans, their words underneath."""

import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Page, Pdf, Stream, StreamDecodeLevel

from catalog.reading import Reading
from luutru.errors import InvalidInput
from paper.glyphless import Alphabet, font
from paper.pdfa import declare
from paper.picture import Picture
from paper.sources import Sources
from paper.text_layer import FONT_NAME, text_layer

GATHERING_PAGES = 32
GATHERING_BYTES = 32 * 2**20
"""Pages and bytes of masters held in memory before they go to a temporary file."""
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
    reading: Reading
    embedded: bool  #: False: the reading's pixels are not the master's own (`catalog.scan.PageImage`)


def bind(
    pages: Iterable[BoundPage], out: BinaryIO, *, title: str, made_at: datetime, language: str = "vi"
) -> None:
    """Write `pages`, in order, to `out` as one PDF/A-2b; the same input gives the same bytes.

    `pages` may be produced one by one: about `GATHERING_BYTES` are held in memory, the rest in temporary
    files. `made_at` needs a time zone. Not for two threads at once (pdfium renders).

    Raises:
        NothingToBind: there are no pages.
        PictureRefused: a master does not hold the picture its reading was made from.
        OSError: a master cannot be read, or no room is left.
    """
    alphabet = Alphabet()
    with ExitStack() as stack:
        gathered: list[Pdf] = []
        gathering = Gathering()
        for page in pages:
            gathering.add(page, alphabet)
            if gathering.full:
                gathered.append(gathering.put_down(stack))
                gathering = Gathering()
        if gathering.pages or not gathered:
            gathered.append(gathering.put_down(stack))
        document = stack.enter_context(Pdf.new())
        for part in gathered:
            document.pages.extend(part.pages)
        if not document.pages:
            raise NothingToBind("a document without pages cannot be bound")
        letters = Dictionary({f"/{FONT_NAME}": font(document, alphabet)})
        for leaf in document.pages:
            leaf.obj.Resources.Font = letters
        declare(document, title=title, language=language, made_at=made_at)
        _save(document, out)


class Gathering:
    """Pages on their way into the document."""

    def __init__(self) -> None:
        self.pages = 0
        self._bytes = 0
        self._pdf = Pdf.new()
        self._sources = Sources()

    @property
    def full(self) -> bool:
        """Whether it is time to put the pages down."""
        return self.pages >= GATHERING_PAGES or self._bytes >= GATHERING_BYTES

    def add(self, page: BoundPage, alphabet: Alphabet) -> None:
        """Take `page` in, at the end."""
        reading = page.reading
        picture = self._sources.picture(
            self._pdf,
            page.master,
            page.media_type,
            page.index,
            width=reading.width,
            height=reading.height,
            embedded=page.embedded,
        )
        self._pdf.pages.append(_leaf(self._pdf, picture, reading, alphabet))
        self.pages += 1
        self._bytes += int(picture.image.get("/Length", 0))

    def put_down(self, stack: ExitStack) -> Pdf:
        """Write the pages to a temporary file and return them as read from there."""
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `stack`, once the document is written
        stack.enter_context(file)
        with self._sources, self._pdf:
            _save(self._pdf, file)
        return stack.enter_context(Pdf.open(file))


def _leaf(pdf: Pdf, picture: Picture, reading: Reading, alphabet: Alphabet) -> Page:
    """Return the page that shows `picture` over the words of `reading`."""
    width, height = (_side(pixels, reading.dpi) for pixels in (reading.width, reading.height))
    across, left = (-width, width) if picture.mirrored else (width, 0.0)
    show = f"q 0 g {across:.4f} 0 0 {height:.4f} {left:.4f} 0 cm /Scan Do Q\n"
    leaf = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(width, 4), round(height, 4)]),
        Resources=Dictionary(XObject=Dictionary(Scan=picture.image)),
        Contents=pdf.make_indirect(Stream(pdf, text_layer(reading, alphabet) + show.encode("ascii"))),
    )
    if reading.rotation:
        leaf.Rotate = reading.rotation
    return Page(pdf.make_indirect(leaf))


def _side(pixels: int, dpi: int) -> float:
    """Return points, within what the standard allows."""
    return min(max(pixels * 72 / dpi, SMALLEST_SIDE), LARGEST_SIDE)


def _save(pdf: Pdf, out: BinaryIO) -> None:
    """Write `pdf`; pictures keep their bytes, only plain streams are compressed."""
    pdf.save(
        out,
        deterministic_id=True,
        compress_streams=True,
        recompress_flate=False,
        stream_decode_level=StreamDecodeLevel.none,
        object_stream_mode=ObjectStreamMode.generate,
        min_version="1.7",
    )
