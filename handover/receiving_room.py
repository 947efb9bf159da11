"""The receiver's room: where parcels lie from their coming until all that was accepted of them is taken in.

One folder for each handover, one in it for each parcel. What lies there under a parcel's own name is whole
as far as it came; what is still coming has another name. Nothing in it is part of the archive yet.
"""

import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from handover import bag
from handover.bag_path import fault
from handover.durable import hold
from ingest.sandbox import NO_ROOM
from luutru.errors import BackendError, Conflict, InvalidInput
from storage.folder import free_bytes, sync_folder

RESERVE = 1 << 30
"""Bytes of the disk that nothing which comes may use: register and store may lie on it too."""
_CHUNK = 1 << 20
_COMING = ".coming"
"""Ending of the folder of a parcel that is not whole yet."""
_ASIDE = ".aside"
"""Ending of the folder of a parcel whose place another one takes just now."""
_LOCKS = ".at-work"
"""Folder of one empty file for each parcel: whoever holds its lock works on the parcel, alone."""


RECEIVED = "received"
"""Folder of the home in which parcels lie until they are decided on."""


class ParcelAtWork(Conflict):
    """Somebody brings, checks or takes in this parcel just now: ask again later."""

    slug = "parcel-at-work"


class RoomFull(BackendError):
    """There is no room on the disk for what comes."""

    slug = "receiving-room-full"


class ParcelNotCopied(BackendError):
    """A file of a parcel that was read a moment ago does not come off its disk."""

    slug = "parcel-not-copied"


class BadParcelPath(InvalidInput):
    """A path that cannot be one within a parcel."""

    slug = "bad-parcel-path"


def room_in(home: Path) -> "Room":
    """Return where parcels lie that came, in the home of an archive."""
    return Room(home / RECEIVED)


@dataclass(frozen=True)
class Room:
    """The folder in which everything lies that came by handover."""

    folder: Path

    def parcel(self, transfer: str, name: str) -> Path:
        """Return where a parcel lies that came whole."""
        return self.folder / transfer / _safe(name)

    def coming(self, transfer: str, name: str) -> Path:
        """Return where a parcel lies that is still coming."""
        return self.folder / transfer / (_safe(name) + _COMING)

    @contextmanager
    def at_work(self, transfer: str, name: str) -> Iterator[None]:
        """Have a parcel alone, among all threads and processes; whoever is killed lets go of it.

        Raises:
            ParcelAtWork: somebody else has it.
        """
        folder = self.folder / _LOCKS
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / f"{_safe(transfer)}.{_safe(name)}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ParcelAtWork(f"somebody is at parcel {name} just now; ask again") from error
            if os.fstat(descriptor).st_nlink == 0:  # it was let go of for good between the two
                raise ParcelAtWork(f"somebody was at parcel {name} just now; ask again")
            self._put_back(transfer, name)
            yield
        finally:
            os.close(descriptor)

    def require_space(self, size: int) -> None:
        """Pass if so many bytes may come.

        Raises:
            RoomFull: too few would be left for everything else.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        free = free_bytes(self.folder)
        if free < size + RESERVE:
            raise RoomFull(f"{size} bytes come, {free} are free, {RESERVE} of them stay so")

    def has(self, transfer: str, name: str) -> bool:
        """Return whether a parcel lies here, whatever is in it."""
        return self.parcel(transfer, name).is_dir()

    def digest(self, transfer: str, name: str) -> str | None:
        """Return the digest that the parcel which lies here bears; None: it has not come, or bears none."""
        tags = self.parcel(transfer, name) / bag.TAG_MANIFEST
        if not tags.is_file():
            return None
        with tags.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def holds(self, parcel: Path, transfer: str, name: str) -> bool:
        """Return whether what lies here of a parcel is what lies in the folder `parcel`, byte for byte.

        Where one of them cannot be read, or a link or special file came, nobody says so.
        """
        here = self.parcel(transfer, name)
        ours, theirs = ({file.relative_to(top) for file in _files(top)} for top in (here, parcel))
        try:
            return (
                _plain(parcel) and ours == theirs and all(_alike(here / file, parcel / file) for file in ours)
            )
        except OSError:
            return False

    def bring(self, parcel: Path, transfer: str, name: str, *, unread: Collection[str] = ()) -> Path:
        """Copy a parcel's folder into the room; what lay there under its name goes. Be `at_work` on it.

        Links and special files stay behind: they were told by the checks. So do those of the files `unread`
        (paths within it, told by the checks too) that the disk they came on does not give back.

        Raises:
            RoomFull: nothing was copied.
            ParcelNotCopied: one of its other files does not come off its disk; nothing was copied.
        """
        coming, target = self.coming(transfer, name), self.parcel(transfer, name)
        files = list(_files(parcel))
        self.require_space(sum(file.lstat().st_size for file in files))
        shutil.rmtree(coming, ignore_errors=True)
        coming.mkdir(mode=0o700, parents=True)
        try:
            for source in files:
                within_it = source.relative_to(parcel)
                copy = coming / within_it
                copy.parent.mkdir(parents=True, exist_ok=True)
                try:
                    shutil.copyfile(source, copy)
                except OSError as error:
                    if error.errno in NO_ROOM or within_it.as_posix() not in unread:
                        raise
                    copy.unlink(missing_ok=True)
        except OSError as error:
            shutil.rmtree(coming, ignore_errors=True)
            kind = RoomFull if error.errno in NO_ROOM else ParcelNotCopied
            raise kind(f"parcel {name} cannot be copied here: {error.strerror}") from error
        self.settle(transfer, name)
        return target

    def settle(self, transfer: str, name: str) -> Path:
        """Let a parcel that came whole lie under its own name, durably; return where. Be `at_work` on it.

        What lay there goes only once the other one is in its place.
        """
        coming, target = self.coming(transfer, name), self.parcel(transfer, name)
        aside = target.with_name(target.name + _ASIDE)
        if coming.is_dir():
            hold(coming)
        if target.exists() and coming.is_dir():
            shutil.rmtree(aside, ignore_errors=True)
            target.rename(aside)
        coming.rename(target)
        sync_folder(target.parent)
        shutil.rmtree(aside, ignore_errors=True)
        return target

    def put_back(self, transfer: str, name: str) -> None:
        """Put back a parcel that lies aside, unless somebody is at it just now; twice is harmless."""
        with suppress(ParcelAtWork), self.at_work(transfer, name):
            pass  # whoever begins to work on it puts it back

    def _put_back(self, transfer: str, name: str) -> None:
        """Put back what lay here of a parcel, where whoever put another one in its place was killed between.

        The register still tells of this one; the other one is weighed against it when it comes again.
        """
        target = self.parcel(transfer, name)
        aside = target.with_name(target.name + _ASIDE)
        if aside.is_dir() and not target.exists():
            aside.rename(target)
            sync_folder(target.parent)

    def drop_coming(self, transfer: str, name: str) -> None:
        """Let go of what came of a parcel and is not needed; twice is harmless."""
        shutil.rmtree(self.coming(transfer, name), ignore_errors=True)

    def clear(self, transfer: str, name: str) -> None:
        """Let go of a parcel of which everything that was accepted is taken in; twice is harmless.

        Be `at_work` on it.
        """
        target = self.parcel(transfer, name)
        for folder in (target, self.coming(transfer, name), target.with_name(target.name + _ASIDE)):
            shutil.rmtree(folder, ignore_errors=True)
        (self.folder / _LOCKS / f"{transfer}.{name}").unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, no link and nothing behind one."""
    for root, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [each for each in folders if not Path(root, each).is_symlink()]
        for each in names:
            path = Path(root, each)
            if not path.is_symlink() and path.is_file():
                yield path


def _plain(folder: Path) -> bool:
    """Return whether there are only files and folders below a folder."""
    for root, folders, names in os.walk(folder, followlinks=False):
        modes = [Path(root, each).lstat().st_mode for each in (*folders, *names)]
        if not all(stat.S_ISDIR(mode) or stat.S_ISREG(mode) for mode in modes):
            return False
    return True


def _alike(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while chunk := first.read(_CHUNK):
            if chunk != second.read(_CHUNK):
                return False
    return True


def within(folder: Path, path: str) -> Path:
    """Return where a file of a parcel lies, by its path within it.

    Raises:
        BadParcelPath: the path leaves the parcel, or cannot be kept on every system.
    """
    if fault(path) or "\\" in path or path.startswith("./") or len(path) > 255:
        raise BadParcelPath(f"{path[:80]!r} is no path within a parcel")
    if any(part in ("", ".") for part in path.split("/")):
        raise BadParcelPath(f"{path[:80]!r} is no path within a parcel")
    return folder / path


def _safe(name: str) -> str:
    if fault(name) or "/" in name or name.startswith("."):
        raise BadParcelPath(f"{name[:80]!r} is no name of a parcel")
    return name
