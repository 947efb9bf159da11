"""A page's way through the house, top to bottom.

    take in     ingest.receive          onto the quay: durable, registered, hashed
    open        ingest.open_file        how many pages, in a child process with limits
    look        ingest.page_image       ONE decoded image, in a reading child:
                ingest.inspect            blank, skew, blur, resolution, cut edges
                ocr.read_page             words, boxes, confidence
    admit       storage.put_file        only now the bytes become a master; its pages may be found
    index       index.apply             findable
    bind        paper.bind              PDF/A-2b with the text under the image; ALTO

Every step takes a claim on a row of the ledger and records its result fenced by that claim
(`catalog.work`). `luutru.worker` says which step is next; nothing here waits, repeats or sleeps.
"""

import io
import logging
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from catalog import document, dossier, index_feed, page, source_file, work
from catalog.batch import find as find_batch
from catalog.fonds import find as find_fonds
from catalog.identifiers import DocumentId, DossierId, ObjectKey, PageId, SourceFileId
from catalog.page import Finding, StoredReading
from catalog.reading import Reading, from_bytes, to_bytes
from catalog.register import lock_subject
from index.entry import DossierEntry, Entry, PageEntry
from index.search_index import SearchIndex
from ingest.arrangement import Arrival
from ingest.inspect import inspect
from ingest.limits import Limits
from ingest.media import MediaType
from ingest.open_file import open_file
from ingest.page_image import page_image
from ingest.receive import QUAY, receive
from ingest.sandbox import run_in_child
from ingest.unpack import unpack
from luutru.bootstrap import Archive
from luutru.errors import IntegrityError, InvalidInput, NotFound
from ocr.engines import Engines
from ocr.read import TEXT_LAYER, read_page
from paper.alto import alto
from paper.searchable_pdf import BoundPage, bind
from storage.in_place import as_file
from storage.quay import QuayName

log = logging.getLogger("luutru.pipeline")

LANDING_SECONDS = 60.0
"""Age after which a landed file that nobody registered belongs to a receiving that was killed.

One that was only slow finds its file gone and is told so; it sends or reads it again."""


class QuayDamaged(IntegrityError):
    """A file on the quay is not the file that was received."""

    slug = "quay-damaged"


# --- open: how many pages -----------------------------------------------------------------------------


def open_source_file(archive: Archive, claim: work.Claim) -> None:
    """Find out what a received file holds, and register its pages (or, of an archive, its members)."""
    with archive.register.read() as conn:
        file = source_file.get(conn, archive.system, SourceFileId(claim.id))
    assert file.quay_name is not None  # the register frees it only after admission
    try:
        opened = run_in_child(open_file, archive.quay.path(QuayName(file.quay_name)), limits=archive.limits)
        if opened.media_type is MediaType.ZIP:
            _unpack(archive, claim, file)
            return
    except InvalidInput as refusal:
        with archive.register.write() as conn:
            source_file.refused(conn, archive.system, claim, code=refusal.slug, reason=str(refusal))
        return
    with archive.register.write() as conn:
        source_file.opened(
            conn,
            archive.system,
            claim,
            media_type=opened.media_type.value,
            pages=opened.pages,
            signed=opened.signed,
            name=Path(file.path).name,
        )


def _unpack(archive: Archive, claim: work.Claim, file: source_file.SourceFile) -> None:
    """Enter an archive's members as files of the same batch, laid out as folders are."""
    assert file.quay_name is not None
    with archive.register.read() as conn:
        batch = find_batch(conn, archive.system, file.batch)
        fonds = find_fonds(conn, archive.system, batch.fonds)
    with tempfile.TemporaryDirectory(prefix="unpack-", dir=archive.scratch) as folder:
        unpacked = run_in_child(
            unpack, archive.quay.path(QuayName(file.quay_name)), Path(folder), limits=archive.limits
        )
        with archive.register.write() as conn:
            for refused in unpacked.refused:
                source_file.turn_away(
                    conn,
                    archive.system,
                    batch,
                    origin=f"{file.origin}!/{refused.name}",
                    path=f"{file.path}/{refused.name}",
                    code=refused.slug,
                    reason=refused.reason,
                )
        for member in unpacked.members:
            receive(
                Arrival.of_member(
                    member.file,
                    origin=f"{file.origin}!/{member.name}",
                    relative=f"{file.path}/{member.name}",
                ),
                register=archive.register,
                scope=archive.system,
                quay=archive.quay,
                batch=batch,
                fonds=fonds,
                limit_bytes=archive.limits.bytes_per_file,
                dossier_of=file.dossier,
                parent=file.id,
            )
    with archive.register.write() as conn:
        source_file.unpacked(conn, archive.system, claim, media_type=MediaType.ZIP.value)
    archive.quay.release(QuayName(file.quay_name))


# --- look: one decoded image --------------------------------------------------------------------------


@dataclass(frozen=True)
class LookOrder:
    """What a reading child must know to look at one page."""

    path: Path
    index: int
    media_type: str


@dataclass(frozen=True)
class Looked:
    """What a reading child answers."""

    finding: Finding
    reading: bytes | None  #: stored form; None: blank or held
    settings_hash: str


def look(order: LookOrder, *, engines: Engines, limits: Limits) -> Looked:
    """Look at one page, in a reading child: decode it once, judge it, read it.

    What cannot be decoded is held for a person, with the reason; it never stops the rest of its file.

    Raises:
        BackendError: an engine broke; the page may be tried again.
    """
    try:
        image = page_image(order.path, order.index, media_type=MediaType(order.media_type), limits=limits)
    except InvalidInput as refusal:
        return Looked(Finding(state="held", code=refusal.slug, reason=str(refusal)), None, "")
    quality = inspect(image)
    finding = Finding(
        state="blank" if quality.blank else "read",
        width=image.width,
        height=image.height,
        dpi=quality.dpi,
        rotation=image.rotation,
        embedded=image.embedded,
        skew=quality.skew,
        blur=quality.blur,
        contrast=quality.contrast,
        flags=tuple(sorted(quality.flags)),
    )
    if quality.blank:
        return Looked(finding, None, "")
    reading = read_page(image, engines=engines)
    return Looked(replace(finding, rotation=reading.rotation), to_bytes(reading), engines.settings_hash)


def start_looking(archive: Archive, claim: work.Claim) -> page.ToLookAt:
    """Return where the bytes of a claimed page lie."""
    with archive.register.read() as conn:
        return page.to_look_at(conn, archive.system, claim)


@contextmanager
def bytes_of(archive: Archive, wanted: page.ToLookAt) -> Iterator[Path]:
    """Lend the file of a page: from the quay before its admission, from the store after it."""
    if wanted.object_key is not None:
        with as_file(archive.store, wanted.object_key, scratch=archive.scratch) as path:
            yield path
    else:
        assert wanted.quay_name is not None
        yield archive.quay.path(QuayName(wanted.quay_name))


def record_look(archive: Archive, claim: work.Claim, looked: Looked) -> None:
    """Keep the reading and record what was found, for the page and its twins."""
    stored: StoredReading | None = None
    if looked.reading is not None:
        reading = from_bytes(looked.reading)
        kept = archive.store.put(io.BytesIO(looked.reading))
        stored = StoredReading(
            key=kept.key,
            size=kept.size,
            source="text-layer" if TEXT_LAYER in reading.engines else "machine",
            engines=reading.engines,
            settings_hash=looked.settings_hash,
            mean_confidence=reading.mean_confidence,
            agreed_share=reading.agreed_share,
            words=len(reading.words),
            degraded=reading.degraded,
        )
    with archive.register.write() as conn:
        page.looked_at(conn, archive.system, claim, looked.finding, reading=stored)


# --- admit: from the quay into the store --------------------------------------------------------------


def admit_source_file(archive: Archive, claim: work.Claim) -> None:
    """Keep the bytes of a file whose pages were all looked at, and let its pages be found."""
    with archive.register.read() as conn:
        file = source_file.get(conn, archive.system, SourceFileId(claim.id))
    assert file.quay_name is not None
    kept = archive.store.put_file(archive.quay.path(QuayName(file.quay_name)))
    if kept.key != file.sha256:
        raise QuayDamaged(
            f"source file {file.id} changed on the quay: expected {file.sha256}, found {kept.key}"
        )
    with archive.register.write() as conn:
        source_file.admitted(conn, archive.system, claim, key=kept.key, size=kept.size)
    archive.quay.release(QuayName(file.quay_name))


# --- index: findable ----------------------------------------------------------------------------------


def index_changes(archive: Archive, index: SearchIndex, generation: str, *, limit: int = 200) -> int:
    """Bring the index up to the register by at most `limit` changes; return how many were taken in.

    What the changes say now is read, not what they said then: doing it again is harmless.
    """
    with archive.register.read() as conn:
        cursor = min(index.cursor(), index_feed.cursor(conn, archive.system, generation))
        changes = index_feed.since(conn, archive.system, cursor, limit=limit)
        if not changes:
            return 0
        wanted = dict.fromkeys(change.entry for change in changes)
        described = describe(archive, conn, list(wanted))
    entries = [entry_of(archive, item) for item in described]
    present = {entry.key for entry in entries}
    last = changes[-1].seq
    index.apply(entries, [key for key in wanted if key not in present], last)
    record_indexed(archive, entries)
    with archive.register.write() as conn:
        index_feed.taken_in(conn, archive.system, generation, last)
    return len(changes)


def record_indexed(archive: Archive, entries: Sequence[Entry]) -> None:
    """Write down which revision of each record search holds now."""
    with archive.register.write() as conn:
        index_feed.mark(
            conn,
            archive.system,
            pages={entry.page: entry.revision for entry in entries if isinstance(entry, PageEntry)},
            dossiers={entry.dossier: entry.revision for entry in entries if isinstance(entry, DossierEntry)},
        )


Described = page.Findable | dossier.Findable


def describe(archive: Archive, conn: Connection, keys: Sequence[str]) -> list[Described]:
    """Return what the register says of those entries that search should hold."""
    named = [key.split(":", 1) for key in keys]
    pages = [PageId(name) for kind, name in named if kind == "page"]
    dossiers = [DossierId(name) for kind, name in named if kind == "dossier"]
    return [
        *page.findable(conn, archive.system, pages),
        *dossier.findable(conn, archive.system, dossiers),
    ]


def entry_of(archive: Archive, found: Described) -> Entry:
    """Return the index's entry of a page or dossier; a page's words come from its stored reading."""
    if isinstance(found, dossier.Findable):
        return DossierEntry(
            dossier=found.dossier,
            fonds=found.fonds,
            unit=found.unit,
            title=found.title,
            code=found.code,
            place=found.place,
            date_from=found.date_from,
            date_to=found.date_to,
            type=found.type,
            year=found.date_from.year if found.date_from else None,
            paper_only=found.paper_only,
            readers=found.readers,
            revision=found.revision,
        )
    return PageEntry(
        page=found.page,
        document=found.document,
        dossier=found.dossier,
        fonds=found.fonds,
        unit=found.unit,
        batch=found.batch,
        name=found.name,
        number=found.number,
        text=_words(archive, found),
        type=found.type,
        year=found.year,
        readers=found.readers,
        revision=found.revision,
    )


def _words(archive: Archive, found: page.Findable) -> str:
    """Return what was read off a page; "" where its reading is gone or damaged.

    `check` names such an object. Search must not stand still for all other pages meanwhile.
    """
    try:
        return stored_reading(archive, found.reading_key).text
    except (NotFound, IntegrityError) as error:
        log.error("index.no_reading page=%s slug=%s", found.page, error.slug)
        return ""


def stored_reading(archive: Archive, key: ObjectKey) -> Reading:
    """Return a reading from the store."""
    with archive.store.get(key) as stream:
        return from_bytes(stream.read())


# --- bind: the PDF/A and the ALTO ---------------------------------------------------------------------


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


def _reading_or_nothing(archive: Archive, item: page.Page) -> bytes:
    """Return a page's reading as stored; for a blank or held page, one without words."""
    if item.reading_key is not None:
        with archive.store.get(item.reading_key) as stream:
            return stream.read()
    nothing = Reading((), item.width or 0, item.height or 0, item.dpi or 0, item.rotation, 0.0, {})
    return to_bytes(nothing)


def record_binding(archive: Archive, claim: work.Claim, order: BindOrder, found: document.Document) -> None:
    """Keep the PDF/A and ALTO that lie in the order's folder, and record them."""
    pdf = archive.store.put_file(order.folder / "document.pdf")
    alto_files: dict[PageId, tuple[ObjectKey, int]] = {}
    for item in found.pages:
        if item.reading_key is not None:
            kept = archive.store.put_file(order.folder / f"{item.number}.xml")
            alto_files[item.id] = kept.key, kept.size
    with archive.register.write() as conn:
        document.bound(conn, archive.system, claim, pdf=(pdf.key, pdf.size), alto=alto_files)


def sweep_quay(archive: Archive, *, older_seconds: float = LANDING_SECONDS) -> int:
    """Let go of files that lie on the quay and that no record needs; return how many.

    A crash between landing and registering leaves them, or one between admitting and releasing. Seen and
    released while no other transaction names the quay, so that none is registered meanwhile; `ingest.receive`
    looks, in its own, whether the file it registers is still there.
    """
    before = time.time() - older_seconds
    old = [name for name in archive.quay.names() if _landed_at(archive.quay.path(name)) < before]
    if not old:
        return 0
    with archive.register.write() as conn:
        lock_subject(conn, QUAY)
        needed = source_file.on_quay(conn, archive.system)
        swept = [name for name in old if name not in needed]
        for name in swept:
            archive.quay.release(name)
    return len(swept)


def _landed_at(path: Path) -> float:
    """Return when the file came to lie here (its last renaming); now, where it has gone meanwhile."""
    try:
        return path.stat().st_ctime
    except FileNotFoundError:
        return time.time()


# --- when a step cannot be done -----------------------------------------------------------------------


def give_up(archive: Archive, claim: work.Claim, *, code: str, reason: str) -> None:
    """Leave the row to a person, with the reason; its other pages and files go on."""
    with archive.register.write() as conn:
        match claim.stage:
            case work.Stage.OPEN:
                work.finish(conn, archive.system, claim, state="held", code=code, reason=reason)
            case work.Stage.LOOK:
                page.looked_at(conn, archive.system, claim, Finding(state="held", code=code, reason=reason))
            case work.Stage.ADMIT:
                work.finish(conn, archive.system, claim, state="held", code=code, reason=reason)
            case work.Stage.BIND:
                work.finish(conn, archive.system, claim, state="held", code=code, reason=reason)


def put_back(archive: Archive, claim: work.Claim, *, code: str, reason: str, may_hold: bool = True) -> None:
    """Give a task back after a failure that may pass; after too many of them, leave it to a person.

    Not `may_hold`: only give it back, since the task is not to blame.
    """
    with archive.register.write() as conn:
        again = work.fail(conn, archive.system, claim)
    if not again and may_hold:
        with archive.register.write() as conn:
            taken = work.retake(conn, archive.system, claim)
        give_up(archive, taken, code=code, reason=reason)
