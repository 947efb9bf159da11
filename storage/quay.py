"""The landing place: files that have arrived and that nobody has looked at yet.

It lies outside store, backup and replication, since what arrives may be a secret that must not be kept. Names
say nothing about a file. What is acknowledged is on the disk itself.

    luutru-folder.json   whose folder this is, and the version of its layout
    landed/              whole files, one opaque name each
    uploads/             resumable uploads, as far as they came
    incoming/            what is being written just now; cleared of broken arrivals at start
    readings/            what was read off pages whose file is not admitted yet (`storage.quay_aside`)
    held/                names of files that are held for a secret mark: the register has none
    putting/             keys that somebody is putting into the store, until they are recorded
    seal.key             by which held bytes are recognised again
"""

import fcntl
import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NewType

from luutru.errors import Conflict, IntegrityError, InvalidInput, NotFound
from storage.folder import (
    DiskFull,
    clear_drafts,
    disk_faults,
    draft,
    free_bytes,
    open_folder,
    open_regular,
    overwrite,
    own_folder,
    settle,
    sync_folder,
)
from storage.hashing import TooLarge, digest, pour
from storage.quay_aside import Aside, Seal

QuayName = NewType("QuayName", str)
"""32 hex digits, random: says nothing about the file, its time or its sender."""
UploadId = NewType("UploadId", str)
"""The name the upload will have on the quay once it is finished."""

RESERVE_BYTES = 1 << 30
"""Free space that arrivals never use up: the register on the same disk must still be able to write."""
STALE_SECONDS = 7 * 24 * 3600.0
"""An upload untouched for longer is cleared: a scanning team may stop over a holiday week-end, not longer."""

_NAME = re.compile(r"[0-9a-f]{32}")
_LOOK_EVERY = 64 << 20  # bytes written between two looks at the free space


class NotOnQuay(NotFound):
    """No file or upload of that name lies on the quay."""

    slug = "not-on-quay"


class WrongOffset(Conflict):
    """The upload stands elsewhere; go on at `expected`."""

    slug = "wrong-offset"

    def __init__(self, *, expected: int, found: int) -> None:
        super().__init__(f"the upload stands at byte {expected}; it cannot go on at {found}")
        self.expected = expected  #: bytes already here


class UploadBusy(Conflict):
    """Somebody is appending to this upload, or finishing it, just now."""

    slug = "upload-busy"


class ArrivedChanged(IntegrityError):
    """What arrived is not what its sender announced; send it again from the start."""

    slug = "arrived-changed"


class BadQuayName(InvalidInput):
    """That is not a name of the quay."""

    slug = "bad-quay-name"


@dataclass(frozen=True)
class Landed:
    """A whole file on the quay."""

    name: QuayName
    sha256: str  #: 64 lower-case hex digits
    size: int  #: bytes


class Quay:
    """The quay in one folder, which several processes of this machine may use at once.

    Every method may raise `StorageUnavailable`; those that write, `DiskFull`; those that take a name,
    `BadQuayName` and `NotOnQuay`.

    Raises:
        NotOurFolder: the folder holds something else.
    """

    def __init__(
        self, folder: Path, *, reserve_bytes: int = RESERVE_BYTES, stale_seconds: float = STALE_SECONDS
    ) -> None:
        self._folder = own_folder(folder, kind="quay")
        self._reserve_bytes = reserve_bytes
        self._stale_seconds = stale_seconds
        self._landed, self._uploads, self._incoming = (
            self._folder / name for name in ("landed", "uploads", "incoming")
        )
        with disk_faults("preparing the quay"):
            for part in (self._landed, self._uploads, self._incoming):
                part.mkdir(mode=0o700, exist_ok=True)
                os.close(open_folder(part))  # refuses a symbolic link in its place
            sync_folder(self._folder)
            clear_drafts(self._incoming)
        self.readings = Aside(self._folder / "readings", drafts=self._incoming)
        self.held = Aside(self._folder / "held", drafts=self._incoming)
        self.putting = Aside(self._folder / "putting", drafts=self._incoming)
        self.seal = Seal(self._folder / "seal.key", drafts=self._incoming)
        self.clear_stale()

    def __repr__(self) -> str:
        return f"Quay({str(self._folder)!r})"

    def land(self, data: BinaryIO, *, limit_bytes: int) -> Landed:
        """Take `data` in whole; when this returns, it is on the disk itself. What `data` raises passes.

        Raises:
            TooLarge: more than `limit_bytes`; nothing was kept.
            DiskFull: no room; nothing was kept.
        """
        name = QuayName(uuid.uuid4().hex)
        with draft(self._incoming) as (path, file):
            found = pour(data, self._hand(file), limit_bytes=limit_bytes)
            with disk_faults("landing a file"):
                settle(file)
                path.rename(self._landed / name)
                sync_folder(self._landed)
        return Landed(name, found.sha256, found.size)

    def names(self) -> Iterator[QuayName]:
        """Yield the names of all whole files, in no order that means anything."""
        with disk_faults("listing the quay"):
            found = sorted(path.name for path in self._landed.iterdir())
        return (QuayName(name) for name in found if _NAME.fullmatch(name))

    def open(self, name: QuayName) -> BinaryIO:
        """Return the file, opened for reading; the caller closes it."""
        with _here(), disk_faults("opening a landed file"):
            return open_regular(self.path(name))

    def path(self, name: QuayName) -> Path:
        """Return where the file lies, whether or not it is there; it may be read and never written."""
        return self._landed / _checked(name)

    def size(self, name: QuayName) -> int:
        """Return the number of bytes."""
        with self.open(name) as file:
            return os.fstat(file.fileno()).st_size

    def release(self, name: QuayName) -> None:
        """Let the file go, after it was admitted or refused; twice is a no-op."""
        with disk_faults("releasing a landed file"):
            self.path(name).unlink(missing_ok=True)
            sync_folder(self._landed)

    def wipe(self, name: QuayName) -> None:
        """Write zeros over the file, then let it go; twice is a no-op.

        Best effort: an SSD, a journal or a snapshot may keep older blocks, so the disk must be encrypted too.
        """
        with disk_faults("wiping a landed file"):
            try:
                overwrite(self.path(name))
            except FileNotFoundError:
                return
        self.release(name)

    def begin(self) -> UploadId:
        """Open a resumable upload of 0 bytes."""
        upload = UploadId(uuid.uuid4().hex)
        with disk_faults("beginning an upload"):
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
            os.close(os.open(self._uploads / upload, flags, 0o600))
            sync_folder(self._uploads)
        return upload

    def offset(self, upload: UploadId) -> int:
        """Return how many bytes of the upload are here, which is where it goes on."""
        with _here(), disk_faults("asking for an upload"):
            return (self._uploads / _checked(upload)).lstat().st_size

    def append(self, upload: UploadId, offset: int, data: BinaryIO, *, limit_bytes: int) -> int:
        """Add `data` at `offset` and return the new offset; what came before a break is kept.

        Raises:
            WrongOffset: the upload stands elsewhere; nothing was added.
            UploadBusy: another request is at it.
            TooLarge: the upload would pass `limit_bytes`; it goes back to `offset`.
        """
        with self._locked(upload) as file:
            with disk_faults("going on with an upload"):
                here = os.fstat(file.fileno()).st_size
                if offset != here:
                    raise WrongOffset(expected=here, found=offset)
                file.seek(here)
            try:
                added = pour(data, self._hand(file), limit_bytes=limit_bytes - here)
            except TooLarge:
                with disk_faults("going on with an upload"):
                    file.truncate(here)
                raise
            finally:
                with disk_faults("going on with an upload"):
                    settle(file)
            return here + added.size

    def finish(self, upload: UploadId, *, sha256: str | None = None) -> Landed:
        """Make the upload a whole file on the quay; asked again, it answers the same.

        Raises:
            ArrivedChanged: `sha256` was announced and something else arrived; the upload is given up.
            UploadBusy: another request is at it.
        """
        name = QuayName(upload)
        try:
            with self._locked(upload) as file, disk_faults("finishing an upload"):
                found = digest(file)
                settle(file)
                sound = sha256 in (None, found.sha256)
                if sound:
                    (self._uploads / upload).rename(self._landed / name)
                    sync_folder(self._landed)
                else:
                    (self._uploads / upload).unlink()
                sync_folder(self._uploads)
        except NotOnQuay:
            with self.open(name) as file, disk_faults("finishing an upload"):  # finished before: answer again
                found = digest(file)
                sound = sha256 in (None, found.sha256)
        if not sound:
            raise ArrivedChanged(f"announced SHA-256 {sha256}, found {found.sha256} in {found.size} bytes")
        return Landed(name, found.sha256, found.size)

    def discard(self, upload: UploadId) -> None:
        """Give the upload up; twice is a no-op."""
        with disk_faults("discarding an upload"):
            (self._uploads / _checked(upload)).unlink(missing_ok=True)
            sync_folder(self._uploads)

    def clear_stale(self) -> int:
        """Discard the uploads that nobody went on with for too long and return how many there were."""
        before = time.time() - self._stale_seconds
        cleared = 0
        with disk_faults("clearing stale uploads"):
            names = [path.name for path in self._uploads.iterdir() if _NAME.fullmatch(path.name)]
        for name in names:
            try:
                with self._locked(UploadId(name)) as file, disk_faults("clearing stale uploads"):
                    if os.fstat(file.fileno()).st_mtime < before:
                        (self._uploads / name).unlink(missing_ok=True)
                        cleared += 1
            except (UploadBusy, NotOnQuay):
                continue  # somebody is at it, or it was finished meanwhile
        return cleared

    def _hand(self, file: BinaryIO) -> "_Hand":
        return _Hand(file, self._reserve_bytes, self._folder)

    @contextmanager
    def _locked(self, upload: UploadId) -> Iterator[BinaryIO]:
        path = self._uploads / _checked(upload)
        with _here(), disk_faults("opening an upload"):
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW), "r+b")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UploadBusy("another request is at this upload just now") from None
            if not os.fstat(file.fileno()).st_nlink:
                raise NotOnQuay("no such upload; it was finished or given up")
            yield file


class _Hand:
    """Writes pieces to a file while the disk keeps its reserve."""

    def __init__(self, file: BinaryIO, reserve_bytes: int, folder: Path) -> None:
        self._file = file
        self._reserve_bytes = reserve_bytes
        self._folder = folder
        self._unwatched = 0
        self._look()

    def __call__(self, chunk: bytes) -> None:
        self._unwatched += len(chunk)
        if self._unwatched >= _LOOK_EVERY:
            self._look()
        with disk_faults("writing to the quay"):
            self._file.write(chunk)

    def _look(self) -> None:
        self._unwatched = 0
        with disk_faults("looking at the free space"):
            free = free_bytes(self._folder)
        if free < self._reserve_bytes:
            raise DiskFull(
                f"the quay's disk has {free >> 20} MiB free; {self._reserve_bytes >> 20} MiB stay in reserve"
            )


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadQuayName(f"expected 32 hex digits, found {len(name)} letters")
    return name


@contextmanager
def _here() -> Iterator[None]:
    """Tell a name that is not there from a disk that fails."""
    try:
        yield
    except Exception as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise NotOnQuay("no file or upload of that name lies on the quay") from None
        raise
