"""A page's way through the house, top to bottom.

    take in     ingest.receive          onto the quay: durable, registered, hashed
    open        ingest.open_file        how many pages, in a child process with limits
    look        ingest.page_image       ONE decoded image, in a reading child, some pages at a time:
                ingest.inspect            blank, skew, blur, resolution, cut edges
                ingest.separator          separator sheets and labels of ours
                ocr.read_pages            words, boxes, confidence
                classify.find_mark        a secret mark? held on the quay, kept nowhere (`luutru.withholding`)
    admit       storage.put_file        only now the bytes become a master, and its pages have readings
    index       luutru.indexing         findable, a moment later (`luutru.index_holder`)
    describe    luutru.describing       number, date, type, issuer, subject, signer...; findable by them
    type        luutru.dossier_typing   of a dossier whose documents are all described; or a person is asked
    bind        luutru.binding          PDF/A-2b with the text under the image; ALTO

Every step takes a claim on a row of the ledger and records its result fenced by that claim
(`catalog.work`). `luutru.worker` says which step is next; nothing here waits, repeats or sleeps.
"""

import io
import logging
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import ColumnElement

from catalog import looking, quay_reading, schema, secret_mark, source_file, work
from catalog.batch import find as find_batch
from catalog.fonds import find as find_fonds
from catalog.identifiers import ObjectKey, PageId, SourceFileId
from catalog.page import Finding, StoredReading
from catalog.reading import from_bytes, to_bytes
from catalog.register import lock_subject
from catalog.scan import PageImage
from ingest.arrangement import Arrival
from ingest.inspect import inspect
from ingest.limits import Limits
from ingest.media import MediaType
from ingest.open_file import open_file
from ingest.page_image import page_image
from ingest.receive import QUAY, receive
from ingest.sandbox import run_in_child
from ingest.separator import Mark, is_separator
from ingest.separator import find as find_marks
from ingest.separator import flags as mark_flags
from ingest.unpack import unpack
from luutru.bootstrap import Archive
from luutru.errors import BackendError, IntegrityError, InvalidInput
from luutru.screening import SCREENED_BY, FoundMark, mark_on
from luutru.withholding import finish_withholding, hold_page, let_go_of_strays
from ocr.engines import Engines
from ocr.read import TEXT_LAYER, read_pages
from storage.hashing import digest
from storage.in_place import as_file
from storage.putting import putting
from storage.quay import QuayName
from storage.quay_aside import NotAside

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
    archive.quay.wipe(QuayName(file.quay_name))


# --- look: one decoded image --------------------------------------------------------------------------


@dataclass(frozen=True)
class LookOrder:
    """What a reading child must know to look at one page."""

    path: Path
    index: int
    media_type: str
    mark_released: bool = False  #: a person saw that there is no secret mark: it is not looked for again


@dataclass(frozen=True)
class Looked:
    """What a reading child answers."""

    finding: Finding
    reading: bytes | None  #: stored form; None: blank or held
    settings_hash: str
    mark: FoundMark | None = None  #: nothing else of the page leaves the child then


def look(orders: Sequence[LookOrder], *, engines: Engines, limits: Limits) -> list[Looked]:
    """Look at pages, in a reading child: each decoded once and judged, and all of them read together.

    What cannot be decoded is held for a person, with the reason; it never stops the rest.

    Raises:
        BackendError: an engine broke; the pages may be tried again.
    """
    looked: list[Looked] = []
    seen: list[_Seen | Looked] = []
    for order in orders:
        seen.append(_see(order, limits))
        if sum(one.image.pixels.nbytes for one in seen if isinstance(one, _Seen)) > LOOK_BYTES:
            looked += _read_seen(seen, engines)
            seen = []
    return looked + _read_seen(seen, engines)


LOOK_BYTES = 80_000_000
"""Decoded pixels that are held at a time: three A4 pages in colour at 300 dpi, or one page of any size."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """One decoded image, judged."""

    image: PageImage
    finding: Finding
    mark_released: bool
    codes: tuple[Mark, ...]


def _see(order: LookOrder, limits: Limits) -> _Seen | Looked:
    try:
        image = page_image(order.path, order.index, media_type=MediaType(order.media_type), limits=limits)
    except InvalidInput as refusal:
        return Looked(Finding(state="held", code=refusal.slug, reason=str(refusal)), None, "")
    quality, marks = inspect(image), find_marks(image)
    finding = Finding(
        state="blank" if quality.blank or is_separator(marks) else "read",
        width=image.width,
        height=image.height,
        dpi=quality.dpi,
        rotation=image.rotation,
        embedded=image.embedded,
        skew=quality.skew,
        blur=quality.blur,
        contrast=quality.contrast,
        flags=tuple(sorted(quality.flags | mark_flags(marks))),
    )
    return _Seen(replace(image, lean=quality.lean), finding, order.mark_released, marks)


def _read_seen(seen: Sequence[_Seen | Looked], engines: Engines) -> list[Looked]:
    printed = [one for one in seen if isinstance(one, _Seen) and one.finding.state == "read"]
    readings = dict(zip(printed, read_pages([one.image for one in printed], engines=engines), strict=True))
    searched = [one for one in seen if isinstance(one, _Seen) and not one.mark_released]
    marks = {one: mark_on(one.image, readings.get(one), codes=one.codes) for one in searched}

    def judged(one: _Seen) -> Looked:
        reading, mark = readings.get(one), marks.get(one)
        if mark is not None or reading is None:
            return Looked(one.finding if mark is None else Finding(state="held"), None, "", mark)
        found = replace(one.finding, rotation=reading.rotation)
        return Looked(found, to_bytes(reading), engines.settings_hash)

    return [one if isinstance(one, Looked) else judged(one) for one in seen]


def start_looking(archive: Archive, claim: work.Claim) -> looking.ToLookAt:
    """Return where the bytes of a claimed page lie."""
    with archive.register.read() as conn:
        return looking.to_look_at(conn, archive.system, claim)


@contextmanager
def bytes_of(archive: Archive, wanted: looking.ToLookAt) -> Iterator[Path]:
    """Lend the file of a page: from the quay before its admission, from the store after it."""
    if wanted.object_key is not None:
        with as_file(archive.store, wanted.object_key, scratch=archive.scratch) as path:
            yield path
    else:
        assert wanted.quay_name is not None
        yield archive.quay.path(QuayName(wanted.quay_name))


def record_look(archive: Archive, claim: work.Claim, looked: Looked) -> None:
    """Record what was found, for the page and its twins; its reading waits on the quay with its file.

    Only where the bytes were admitted before (a page that was held, and tried again) is the reading kept at
    once.
    """
    if looked.mark is not None:
        hold_page(archive, claim, looked.mark)
        return
    if looked.reading is None:
        with archive.register.write() as conn:
            looking.looked_at(conn, archive.system, claim, looked.finding, screened=SCREENED_BY)
        return
    with archive.register.read() as conn:
        admitted = quay_reading.kept_already(conn, archive.system, PageId(claim.id))
    if admitted:
        with putting(archive.quay.putting, {_key_of(looked.reading): [claim.id]}):
            stored = _keep_reading(archive, looked.reading, looked.settings_hash)
            try:
                with archive.register.write() as conn:
                    looking.looked_at(
                        conn, archive.system, claim, looked.finding, reading=stored, screened=SCREENED_BY
                    )
            except work.ClaimLost:
                _let_go(archive, [stored.key], of=schema.page.c.id == claim.id)
                raise
        return
    name = archive.quay.readings.keep(looked.settings_hash.encode() + b"\n" + looked.reading)
    try:
        with archive.register.write() as conn:
            looking.looked_at(conn, archive.system, claim, looked.finding, on_quay=name, screened=SCREENED_BY)
    except BaseException:
        archive.quay.readings.wipe(name)
        raise


def _let_go(archive: Archive, keys: list[ObjectKey], *, of: ColumnElement[bool]) -> None:
    """Have what was put in vain erased where its pages were held for a mark meanwhile."""
    with archive.register.write() as conn:
        secret_mark.let_go(conn, archive.system, keys, of=of)


def _key_of(data: bytes) -> str:
    return digest(io.BytesIO(data)).sha256


def _keep_reading(archive: Archive, data: bytes, settings_hash: str) -> StoredReading:
    reading = from_bytes(data)
    kept = archive.store.put(io.BytesIO(data))
    return StoredReading(
        key=kept.key,
        size=kept.size,
        source="text-layer" if TEXT_LAYER in reading.engines else "machine",
        engines=reading.engines,
        settings_hash=settings_hash,
        mean_confidence=reading.mean_confidence,
        agreed_share=reading.agreed_share,
        words=len(reading.words),
        degraded=reading.degraded,
    )


# --- admit: from the quay into the store --------------------------------------------------------------


def admit_source_file(archive: Archive, claim: work.Claim) -> None:
    """Keep the bytes of a file whose pages were all looked at, and let its pages be found.

    What was read off them comes from the quay into the store now, and not before: no page has a mark.
    """
    with archive.register.read() as conn:
        file = source_file.get(conn, archive.system, SourceFileId(claim.id))
        waiting = quay_reading.waiting(conn, archive.system, file.id)
    assert file.quay_name is not None
    waited = _readings_of(archive, claim, waiting)
    if waited is None:
        return
    pieces = {file.sha256: [file.id]} | {_key_of(data): [file.id] for _, data in waited.values()}
    with putting(archive.quay.putting, pieces):
        readings = {name: _keep_reading(archive, data, made_by) for name, (made_by, data) in waited.items()}
        kept = archive.store.put_file(archive.quay.path(QuayName(file.quay_name)))
        if kept.key != file.sha256:
            raise QuayDamaged(
                f"source file {file.id} changed on the quay: expected {file.sha256}, found {kept.key}"
            )
        try:
            with archive.register.write() as conn:
                source_file.lock_bytes(conn, schema.source_file.c.id == claim.id)
                quay_reading.taken_over(conn, archive.system, readings)
                source_file.admitted(conn, archive.system, claim, key=kept.key, size=kept.size)
        except work.ClaimLost:
            made = [kept.key, *(reading.key for reading in readings.values())]
            _let_go(archive, made, of=schema.page.c.source_file_id == file.id)
            raise
    archive.quay.release(QuayName(file.quay_name))
    for name in readings:
        archive.quay.readings.wipe(name)


def _readings_of(
    archive: Archive, claim: work.Claim, names: list[str]
) -> dict[str, tuple[str, bytes]] | None:
    """Return the readings that wait on the quay, each with the settings it was made with.

    None: some are lost, and their pages are read again.
    """
    found: dict[str, tuple[str, bytes]] = {}
    gone = []
    for name in names:
        try:
            settings_hash, _, data = archive.quay.readings.get(name).partition(b"\n")
        except NotAside:
            gone.append(name)
            continue
        found[name] = settings_hash.decode(), data
    if not gone:
        return found
    with archive.register.write() as conn:  # a file of the same bytes may have been quicker, and taken them
        quay_reading.lost(conn, archive.system, claim, gone)
    return None


def sweep_quay(archive: Archive, *, older_seconds: float = LANDING_SECONDS) -> int:
    """Let go of files that lie on the quay and that no record needs; return how many.

    A crash between landing and registering leaves them, or one between admitting and releasing. Seen and
    released while no other transaction names the quay, so that none is registered meanwhile; `ingest.receive`
    looks, in its own, whether the file it registers is still there.
    """
    with suppress(BackendError):  # what cannot be wiped now must not keep the quay from being swept
        let_go_of_strays(archive, older_seconds=older_seconds)
        finish_withholding(archive)
    before = time.time() - older_seconds
    old = [name for name in archive.quay.names() if _landed_at(archive.quay.path(name)) < before]
    aside = [
        (part, name)
        for part in (archive.quay.readings, archive.quay.held)
        for name in part.names()
        if part.age(name, time.time()) > older_seconds
    ]
    if not old and not aside:
        return 0
    with archive.register.write() as conn:
        lock_subject(conn, QUAY)
        needed = source_file.on_quay(conn, archive.system)
        swept = [name for name in old if name not in needed]
        for name in swept:
            archive.quay.release(name)
        used = quay_reading.needed(conn, archive.system) | secret_mark.held(conn, archive.system)
        for part, piece in aside:
            if piece not in used:
                part.wipe(piece)
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
        if claim.stage is work.Stage.LOOK:
            looking.looked_at(conn, archive.system, claim, Finding(state="held", code=code, reason=reason))
        else:
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
