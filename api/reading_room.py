"""The reading room: finding records, and looking at them, as far as the one who asks may."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from api import page_picture, upright
from api.remembered import Remembered
from api.view import Covered, PageShown
from catalog import dossier as dossiers
from catalog import event, source_file
from catalog.access import Scope
from catalog.batch import find as find_batch
from catalog.coverage import coverage
from catalog.document import Document, alto_key
from catalog.document import get as get_document
from catalog.document import of_dossier as documents_of
from catalog.dossier import Dossier
from catalog.fonds import all_fonds
from catalog.fonds import find as find_fonds
from catalog.identifiers import DocumentId, DossierId, FondsId, ObjectKey, PageId
from catalog.page import Page, PageNotFound
from catalog.page import get as get_page
from catalog.reading import Box, Reading, from_bytes
from catalog.register import Register
from catalog.transfer_history import Passage, passages
from index.highlight import mark
from index.query import parse
from ingest.limits import Limits
from ingest.picture_cache import PictureCache
from ingest.refusal import Refused
from ingest.sandbox import run_in_child
from luutru.errors import BackendError, Conflict, NotFound
from storage.in_place import as_file
from storage.object_store import ObjectStore

CHUNK = 1 << 20
COVERAGE_SECONDS = 20.0
"""Counting all pages of a large archive on every search would cost more than the search."""

VIEW_AGAIN_SECONDS = 300.0
"""One look at a page asks for it several times (page, picture, boxes); within this it is one view."""

OPEN_MODE = "01"
"""TT 05/2025/TT-BNV: 01 open, 02 conditional; every view of another than an open dossier is an event."""

MOST_DRAWN_AT_ONCE = 2


class PdfNotReady(Conflict):
    """The document's PDF/A has not been made yet."""

    slug = "pdf-not-ready"


class AltoNotReady(Conflict):
    """The page's ALTO has not been made yet, or there is nothing to put into it."""

    slug = "alto-not-ready"


@dataclass(frozen=True)
class Outgoing:
    """Bytes on their way out."""

    name: str  #: for the person who saves it
    media_type: str
    size: int
    data: BinaryIO

    def chunks(self) -> Iterator[bytes]:
        """Yield all of it and let go of the stream."""
        with self.data:
            while chunk := self.data.read(CHUNK):
                yield chunk


class ReadingRoom:
    """Documents, pages, pictures and dossiers."""

    def __init__(
        self,
        register: Register,
        store: ObjectStore,
        *,
        limits: Limits,
        scratch: Path,
        pictures: PictureCache,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._register = register
        self._store = store
        self._limits = limits
        self._scratch = scratch
        self._pictures = pictures
        self._clock = clock
        self._drawing = threading.BoundedSemaphore(MOST_DRAWN_AT_ONCE)
        self._covered: Remembered[Covered] = Remembered(COVERAGE_SECONDS, clock)
        self._viewed: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def covered(self, scope: Scope, fonds: str = "") -> Covered:
        """Return how much of the fonds with this code ("": of everything `scope` sees) has been read."""
        return self._covered.get((scope, fonds), lambda: self._count(scope, fonds))

    def _count(self, scope: Scope, fonds: str) -> Covered:
        with self._register.read() as conn:
            wanted: FondsId | None = find_fonds(conn, scope, fonds).id if fonds else None
            found = coverage(conn, scope, fonds=wanted)
        return Covered(fonds, found.pages, found.pages_read, found.dossiers - found.dossiers_scanned)

    def covered_each(self, scope: Scope, most: int = 50) -> list[Covered]:
        """Return how much has been read, for each fonds that `scope` sees, at most so many."""
        with self._register.read() as conn:
            found = all_fonds(conn, scope)[:most]
        return [replace(self.covered(scope, fonds.code), title=fonds.title) for fonds in found]

    def document(self, scope: Scope, identifier: DocumentId) -> Document:
        """Return a document with its pages; a look at it."""
        with self._register.read() as conn:
            found = get_document(conn, scope, identifier)
        self._note_view(scope, found.dossier, f"document:{found.id}")
        return found

    def page(self, scope: Scope, identifier: PageId) -> PageShown:
        """Return a page with its document; a look at it."""
        with self._register.read() as conn:
            page = get_page(conn, scope, identifier)
            document = get_document(conn, scope, page.document)
            fonds = find_fonds(conn, scope, document.fonds_code)
            box = dossiers.find(conn, scope, document.dossier).box_label if document.dossier else None
            name, batch_name = document.name, ""
            with suppress(NotFound):  # batches and their paths are the archivists' concern
                batch_name = find_batch(conn, scope, page.batch).name
                name = source_file.get(conn, scope, page.source_file).path
        self._note_view(scope, document.dossier, f"page:{page.id}")
        return PageShown(page, document, fonds, box or "", name, batch_name)

    def bare_page(self, scope: Scope, identifier: PageId) -> Page:
        """Return a page alone; a look at it."""
        with self._register.read() as conn:
            page = get_page(conn, scope, identifier)
            dossier = get_document(conn, scope, page.document).dossier
        self._note_view(scope, dossier, f"page:{page.id}")
        return page

    def passages(self, scope: Scope, identifier: DossierId) -> list[Passage]:
        """Return the handovers of a dossier, oldest first."""
        with self._register.read() as conn:
            return passages(conn, scope, identifier)

    def dossier(self, scope: Scope, identifier: DossierId) -> tuple[Dossier, list[Document]]:
        """Return a dossier and its documents, without their pages."""
        with self._register.read() as conn:
            found = dossiers.find(conn, scope, identifier)
            inside = documents_of(conn, scope, identifier)
        self._note_view(scope, found.id, f"dossier:{found.id}")
        return found, inside

    def reading(self, page: Page) -> Reading | None:
        """Return the current reading of a page that was asked for; None: there is none."""
        if page.reading_key is None:
            return None
        with self._store.get(page.reading_key) as stream:
            return from_bytes(stream.read())

    def boxes(self, reading: Reading, query: str) -> Sequence[Box]:
        """Return where the words stand that `query` asks for, in pixels of the master."""
        return mark(reading, parse(query)) if query.strip() else []

    def picture(self, scope: Scope, identifier: PageId, width: int | None) -> Path:
        """Return a JPEG of the upright page, at most `width` pixels wide (None: as scanned).

        Raises:
            PageNotFound: no such page, or it is held.
            Refused: it cannot be drawn.
        """
        if width is not None and width <= min(page_picture.WIDTHS):  # a thumbnail is no view
            with self._register.read() as conn:
                page = get_page(conn, scope, identifier)
        else:
            page = self.bare_page(scope, identifier)
        if page.state == "held":
            raise PageNotFound("no such page")
        name = f"{page.rotation}-{width or 'full'}"

        def check() -> None:
            with self._register.read() as conn:
                get_page(conn, scope, identifier)

        return self._pictures.get(page.id, name, lambda: self._draw(page, width), check=check)

    def warm(self) -> None:
        """Start what draws pages; on a busy machine it takes seconds, which the first reader would wait."""
        with suppress(BackendError, Refused):  # then the first page shown tells
            run_in_child(page_picture.ready, limits=self._limits)

    def master(self, scope: Scope, identifier: PageId) -> Outgoing:
        """Return the file as it was received, byte for byte."""
        shown = self.page(scope, identifier)
        if shown.page.state == "held":
            raise PageNotFound("no such page")
        name = shown.file_name.rsplit("/", 1)[-1]
        return self._outgoing(shown.page.object_key, name, shown.page.media_type)

    def pdf(self, scope: Scope, identifier: DocumentId) -> Outgoing:
        """Return the document's PDF/A.

        Raises:
            PdfNotReady: it has not been made yet.
        """
        document = self.document(scope, identifier)
        if document.pdf_key is None:
            raise PdfNotReady("the PDF/A of this document is still being made")
        stem = document.name.rsplit(".", 1)[0]
        return self._outgoing(document.pdf_key, f"{stem}.pdf", "application/pdf")

    def alto(self, scope: Scope, identifier: PageId) -> Outgoing:
        """Return the page's ALTO: its words and their places, for other programs.

        Raises:
            AltoNotReady: it has not been made yet, or nothing was read off the page.
        """
        page = self.bare_page(scope, identifier)
        with self._register.read() as conn:
            key = alto_key(conn, scope, page)
        if key is None:
            raise AltoNotReady("the ALTO of this page is still being made, or the page has no words")
        return self._outgoing(key, f"{page.id}.xml", "application/xml")

    def _outgoing(self, key: ObjectKey, name: str, media_type: str) -> Outgoing:
        return Outgoing(name, media_type, self._store.size(key), self._store.get(key))

    def _draw(self, page: Page, width: int | None) -> bytes:
        with self._drawing, as_file(self._store, page.object_key, scratch=self._scratch) as path:
            return run_in_child(
                page_picture.draw,
                path,
                page.image_index,
                page.media_type,
                page.rotation,
                width,
                limits=self._limits,
                seconds=self._limits.seconds_per_page,
            )

    def _note_view(self, scope: Scope, dossier: DossierId | None, subject: str) -> None:
        """Record a view of a dossier that is not open to all (design, promise 6)."""
        if dossier is None:
            return
        with self._register.read() as conn:
            if dossiers.find(conn, scope, dossier).access_mode == OPEN_MODE:
                return
        now = self._clock()
        with self._lock:
            if now - self._viewed.get((scope.actor, subject), -VIEW_AGAIN_SECONDS) < VIEW_AGAIN_SECONDS:
                return
            if len(self._viewed) > 10_000:
                self._viewed.clear()
            self._viewed[(scope.actor, subject)] = now
        with self._register.write() as conn:
            event.record(conn, scope, "viewed", subject, {"dossier": dossier})


def upright_boxes(reading: Reading, boxes: Sequence[Box]) -> list[Box]:
    """Return `boxes`, in pixels of the master, as they lie on the upright page."""
    return [upright.box(box, reading.width, reading.height, reading.rotation) for box in boxes]
