"""The bind step: from a document's pages and readings to its PDF/A and ALTO."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from catalog import document, schema, secret_mark, work
from catalog.identifiers import DocumentId, ObjectKey, PageId
from catalog.page import Page
from catalog.reading import Reading, from_bytes, to_bytes
from luutru.bootstrap import Archive
from paper.alto import alto
from paper.searchable_pdf import BoundPage, bind
from storage.in_place import as_file
from storage.putting import key_of, putting


@dataclass(frozen=True)
class PageToBind:
    """One page as a binding child gets it."""

    master: Path
    media_type: str
    index: int
    embedded: bool
    reading: bytes  #: stored form


@dataclass(frozen=True)
class BindOrder:
    """What a child must know to bind one document; it writes pdf and alto files into `folder`."""

    title: str
    pages: tuple[PageToBind, ...]
    folder: Path
    made_at: datetime

    def to_plain(self) -> dict[str, Any]:
        """Return the order as it crosses to the child, the readings in files beside the result."""
        pages = []
        for number, item in enumerate(self.pages, start=1):
            (self.folder / f"{number}.reading").write_bytes(item.reading)
            pages.append([str(item.master), item.media_type, item.index, item.embedded])
        return {
            "title": self.title,
            "pages": pages,
            "folder": str(self.folder),
            "made_at": self.made_at.isoformat(),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "BindOrder":
        """Return the order that `to_plain` gave."""
        folder = Path(plain["folder"])
        pages = tuple(
            PageToBind(Path(master), media_type, index, embedded, (folder / f"{number}.reading").read_bytes())
            for number, (master, media_type, index, embedded) in enumerate(plain["pages"], start=1)
        )
        return cls(plain["title"], pages, folder, datetime.fromisoformat(plain["made_at"]))


def bind_pages(order: BindOrder) -> None:
    """Write `document.pdf` and `<n>.xml` (ALTO of page n, from 1) into the order's folder, in a child.

    Raises:
        InvalidInput: a page cannot be bound; its document is held for a person.
    """
    bound = [
        BoundPage(item.master, item.media_type, item.index, from_bytes(item.reading), item.embedded)
        for item in order.pages
    ]
    with (order.folder / "document.pdf").open("wb") as target:
        bind(bound, target, title=order.title, made_at=order.made_at)
    for number, item in enumerate(bound, start=1):
        text = alto(item.reading, page_number=number, image_name=f"{number}", made_at=order.made_at)
        (order.folder / f"{number}.xml").write_bytes(text)


@contextmanager
def binding_order(archive: Archive, claim: work.Claim) -> Iterator[tuple[BindOrder, document.Document]]:
    """Lend everything a claimed document is bound from, in a folder that goes when the block ends."""
    with archive.register.read() as conn:
        found = document.get(conn, archive.system, DocumentId(claim.id))
    with ExitStack() as lent:
        folder = Path(lent.enter_context(tempfile.TemporaryDirectory(prefix="bind-", dir=archive.scratch)))
        masters = {
            key: lent.enter_context(as_file(archive.store, key, scratch=archive.scratch))
            for key in {item.object_key for item in found.pages}
        }
        pages = tuple(
            PageToBind(
                master=masters[item.object_key],
                media_type=item.media_type,
                index=item.image_index,
                embedded=item.embedded,
                reading=_reading_or_nothing(archive, item),
            )
            for item in found.pages
        )
        yield BindOrder(found.name, pages, folder, found.created_at), found


def _reading_or_nothing(archive: Archive, item: Page) -> bytes:
    """Return a page's reading as stored; for a blank or held page, one without words."""
    if item.reading_key is not None:
        with archive.store.get(item.reading_key) as stream:
            return stream.read()
    nothing = Reading((), item.width or 0, item.height or 0, item.dpi or 0, item.rotation, 0.0, {})
    return to_bytes(nothing)


def record_binding(archive: Archive, claim: work.Claim, order: BindOrder, found: document.Document) -> None:
    """Keep the PDF/A and ALTO that lie in the order's folder, and record them."""
    every = [item.id for item in found.pages]
    pieces: dict[str, list[PageId]] = {key_of(order.folder / "document.pdf"): every}
    for item in found.pages:
        if item.reading_key is not None:
            pieces.setdefault(key_of(order.folder / f"{item.number}.xml"), []).append(item.id)
    with putting(archive.quay.putting, pieces):
        _put(archive, claim, order, found)


def _put(archive: Archive, claim: work.Claim, order: BindOrder, found: document.Document) -> None:
    pdf = archive.store.put_file(order.folder / "document.pdf")
    alto_files: dict[PageId, tuple[ObjectKey, int]] = {}
    for item in found.pages:
        if item.reading_key is not None:
            kept = archive.store.put_file(order.folder / f"{item.number}.xml")
            alto_files[item.id] = kept.key, kept.size
    try:
        with archive.register.write() as conn:
            document.bound(conn, archive.system, claim, pdf=(pdf.key, pdf.size), alto=alto_files)
    except work.ClaimLost:
        page = schema.page.c
        with archive.register.write() as conn:  # a page of it may have been held meanwhile
            every = page.id.in_([item.id for item in found.pages])
            secret_mark.let_go(conn, archive.system, [pdf.key], of=every)
            for name, (key, _size) in alto_files.items():
                secret_mark.let_go(conn, archive.system, [key], of=page.id == name)
        raise
