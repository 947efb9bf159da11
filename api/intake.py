"""The intake desk: batches, what became of every file, and files sent by a browser or a program."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from api.announced import Announced, Announcements
from api.pace import Pace
from api.problems import TooLarge
from api.upload_name import clean_path
from api.view import Progress
from catalog import batch as batches
from catalog import fonds as fonds_register
from catalog import retrying, source_file
from catalog import unit as unit_register
from catalog.access import Role, Scope
from catalog.batch import Batch
from catalog.fonds import Fonds, FondsNotFound
from catalog.identifiers import BatchId, SourceFileId, UnitId
from catalog.in_transfer import DossierInTransfer
from catalog.register import Register
from catalog.retrying import NothingToRetry
from catalog.unit import Unit
from ingest.arrangement import FolderRule
from ingest.receive import enter
from luutru.errors import InvalidInput
from storage.quay import NotOnQuay, Quay, QuayName, UploadId

ORIGIN = "upload:"
"""Before the path of what was sent: sent again under the same names into the same fonds, it is the same."""

NAME_LENGTH = 200


class BadBatch(InvalidInput):
    """A batch cannot be called that."""

    slug = "bad-batch"


@dataclass(frozen=True)
class Sent:
    """How far a file has come."""

    upload: str
    offset: int  #: bytes here; it goes on from there
    size: int
    received: bool  #: whole, durable and registered
    again: bool = False  #: the same bytes from the same place were here already


class Intake:
    """Batches and uploads."""

    def __init__(
        self,
        register: Register,
        quay: Quay,
        *,
        notes_folder: Path,
        limit_bytes: int,
        pace: Pace | None = None,
    ) -> None:
        self._register = register
        self._quay = quay
        self._notes = Announcements(notes_folder)
        self._limit_bytes = limit_bytes
        self._pace = pace or Pace()
        self._rule = FolderRule()

    def fonds(self, scope: Scope) -> list[Fonds]:
        """Return the fonds that `scope` sees, by code."""
        with self._register.read() as conn:
            return fonds_register.all_fonds(conn, scope)

    def units(self, scope: Scope) -> list[Unit]:
        """Return all units, by name."""
        with self._register.read() as conn:
            return unit_register.units(conn, scope)

    def open_batch(self, scope: Scope, fonds: str, unit: UnitId | None, name: str) -> BatchId:
        """Start a batch whose files will be sent; an unknown fonds is entered "to confirm"."""
        name = name.strip() or fonds
        if len(name) > NAME_LENGTH or any(ord(letter) < 32 for letter in name):
            raise BadBatch(
                f"a batch's name has at most {NAME_LENGTH} characters, none of them control characters"
            )
        with self._register.write() as conn:
            try:
                found = fonds_register.find(conn, scope, fonds.strip())
            except FondsNotFound:
                found = fonds_register.add(conn, scope, fonds, unit=unit, to_confirm=True)
            return batches.create(conn, scope, name, found, origin=f"{ORIGIN}{name}")

    def close_batch(self, scope: Scope, batch: BatchId) -> BatchId | None:
        """Say that everything announced was sent; None: nothing in it was new, so there is no batch."""
        with self._register.write() as conn:
            found = batches.find(conn, scope, batch)
            scope.require(Role.ARCHIVIST, found.unit)
            if not source_file.files(conn, scope, batch, limit=1):
                batches.drop_empty(conn, scope, batch)
                return None
            batches.close(conn, scope, batch)
        return batch

    def batches(self, scope: Scope, offset: int, limit: int) -> list[Progress]:
        """Return batches and how they go, the newest first."""
        with self._register.read() as conn:
            found = batches.batches(conn, scope, offset=offset, limit=limit)
            return [Progress(batch, batches.ledger(conn, scope, batch.id), None, None) for batch in found]

    def progress(self, scope: Scope, batch: BatchId) -> Progress:
        """Return how a batch goes."""
        with self._register.read() as conn:
            found = batches.find(conn, scope, batch)
            ledger = batches.ledger(conn, scope, batch)
        rate = self._pace.per_minute(batch, ledger.received - ledger.pages_to_read)
        left = None
        if rate and not ledger.files_to_open:
            left = 60 * ledger.pages_to_read / rate
        return Progress(found, ledger, rate, left)

    def retry(self, scope: Scope, file: SourceFileId) -> BatchId:
        """Put a held or refused file back in the queue; return its batch."""
        with self._register.write() as conn:
            found = source_file.get(conn, scope, file)
            retrying.retry(conn, scope, file)
        return found.batch

    def retry_all(self, scope: Scope, batch: BatchId) -> int:
        """Put everything refused in a batch back in the queue; return how many files."""
        count = 0
        with self._register.write() as conn:
            for file in dict.fromkeys(
                item.source_file for item in batches.ledger(conn, scope, batch).refused
            ):
                with suppress(NothingToRetry, DossierInTransfer):
                    retrying.retry(conn, scope, file)
                    count += 1
        return count

    def announce(
        self, scope: Scope, batch: BatchId, path: str, size: int, *, deep: bool = False, changed: int = 0
    ) -> Sent:
        """Begin a file, or go on with one that was begun: the answer says from where.

        Raises:
            TooLarge, BadPath: as they say.
            NotAllowed, BatchNotFound: files of this batch are not theirs to send.
        """
        path = clean_path(path)
        if size > self._limit_bytes:
            raise TooLarge(f"{size} bytes, allowed are {self._limit_bytes} in one file")
        self._batch(scope, batch)
        announced = Announced(scope.actor, batch, path, size, deep, changed)
        upload = self._notes.find(announced)
        if upload is not None:
            with suppress(NotOnQuay):
                return Sent(upload, self._offset(upload), size, received=False)
        upload = self._quay.begin()
        self._notes.note(upload, announced)
        return Sent(upload, 0, size, received=False)

    def stand(self, scope: Scope, upload: str) -> Sent:
        """Return how far a file has come."""
        announced = self._notes.get(upload, scope.actor)
        try:
            return Sent(upload, self._offset(UploadId(upload)), announced.size, received=False)
        except NotOnQuay:
            self._notes.forget(upload, announced)
            raise

    def append(self, scope: Scope, upload: str, offset: int, data: BinaryIO) -> Sent:
        """Add what `data` gives at `offset`; where that makes the file whole, take it in.

        When this returns `received`, the file is durable and registered. May be asked again.

        Raises:
            WrongOffset: the file stands elsewhere.
            TooLarge: more bytes than announced.
        """
        announced = self._notes.get(upload, scope.actor)
        if self._offset(UploadId(upload)) < announced.size or offset != announced.size:
            offset = self._quay.append(UploadId(upload), offset, data, limit_bytes=announced.size)
        if offset < announced.size:
            return Sent(upload, offset, announced.size, received=False)
        return self._take_in(scope, UploadId(upload), announced)

    def put(self, scope: Scope, batch: BatchId, path: str, size: int | None, data: BinaryIO) -> Sent:
        """Take a whole file in one go; `size`: as announced, None where the sender did not say."""
        path = clean_path(path)
        if size is not None and size > self._limit_bytes:
            raise TooLarge(f"{size} bytes, allowed are {self._limit_bytes} in one file")
        self._batch(scope, batch)
        upload = self._quay.begin()
        try:
            found = self._quay.append(upload, 0, data, limit_bytes=self._limit_bytes)
            return self._take_in(scope, upload, Announced(scope.actor, batch, path, found))
        except BaseException:
            self._quay.discard(upload)
            raise

    def _offset(self, upload: UploadId) -> int:
        """Return how many bytes are here; all of them where it was finished and not yet registered."""
        try:
            return self._quay.offset(upload)
        except NotOnQuay:
            return self._quay.size(QuayName(upload))

    def _batch(self, scope: Scope, batch: BatchId) -> Batch:
        with self._register.read() as conn:
            found = batches.find(conn, scope, batch)
        scope.require(Role.ARCHIVIST, found.unit)
        return found

    def _take_in(self, scope: Scope, upload: UploadId, announced: Announced) -> Sent:
        batch = self._batch(scope, announced.batch)
        with self._register.read() as conn:
            fonds = fonds_register.find(conn, scope, batch.fonds)
        folders = PurePosixPath(announced.path).parts[:-1]
        box, dossier = self._rule.place(folders, deep=announced.deep)
        received = enter(
            self._quay.finish(upload),
            origin=f"{ORIGIN}{batch.name}/{announced.path}",
            path=announced.path,
            box=box,
            dossier_label=dossier,
            register=self._register,
            scope=scope,
            quay=self._quay,
            batch=batch,
            fonds=fonds,
        )
        self._notes.forget(upload, announced)
        return Sent(upload, announced.size, announced.size, received=True, again=received.already)


def troubled(items: Sequence[batches.Unfinished], most: int = 200) -> Sequence[batches.Unfinished]:
    """Return the first `most` of what was held or refused: a page of thousands helps nobody."""
    return items[:most]
