"""A folder of our own on a disk: marked as ours, written durably, cleared of what broke off."""

import errno
import fcntl
import json
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from luutru.errors import Conflict
from storage.hashing import CHUNK
from storage.object_store import StorageUnavailable

MARKER = "luutru-folder.json"
FORMAT = 1
"""Raised when the layout on disk changes; an older program then refuses the folder."""

_OURS = ".luutru-"
_IGNORED = {"lost+found"}  # a disk's own folder, in the root of every ext4 volume
_FULL = {errno.ENOSPC, errno.EDQUOT}


class NotOurFolder(Conflict):
    """The folder holds something else, or another kind or version of ours."""

    slug = "not-our-folder"


class DiskFull(StorageUnavailable):
    """No room left: nothing was kept; free some space, then retry."""

    slug = "disk-full"


@contextmanager
def disk_faults(doing: str) -> Iterator[None]:
    """Turn a disk's refusal into `StorageUnavailable` or `DiskFull`; a path is never in the message."""
    try:
        yield
    except OSError as error:
        kind = DiskFull if error.errno in _FULL else StorageUnavailable
        raise kind(f"{doing}: {error.strerror or 'the disk failed'}") from error


def own_folder(folder: Path, *, kind: str) -> Path:
    """Return `folder`, resolved, after making sure that it is ours; an absent or empty one becomes ours.

    Raises:
        NotOurFolder: something else lies there.
        StorageUnavailable: the disk refused.
    """
    with disk_faults(f"opening the {kind} folder"):
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        folder = folder.resolve(strict=True)
        marker = folder / MARKER
        if not marker.exists():
            others = [n.name for n in folder.iterdir() if n.name not in _IGNORED | {MARKER}]
            if any(not name.startswith(_OURS) for name in others) and not marker.exists():
                raise NotOurFolder(f"the folder for the {kind} is neither empty nor marked as ours: {folder}")
            _mark(folder, kind)
        found = _read_marker(marker)
    if found != (kind, FORMAT):
        raise NotOurFolder(f"{folder}: expected {kind} format {FORMAT}, found {found[0]} format {found[1]}")
    return folder


def _mark(folder: Path, kind: str) -> None:
    text = json.dumps({"kind": kind, "format": FORMAT}).encode() + b"\n"
    with draft(folder, prefix=_OURS) as (path, file):
        file.write(text)
        settle(file)
        link_once(path, folder / MARKER)
    sync_folder(folder)


def _read_marker(marker: Path) -> tuple[str, int]:
    try:
        fields = json.loads(marker.read_bytes())
        return str(fields["kind"]), int(fields["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotOurFolder(f"{marker} is not a marker that we wrote") from error


@contextmanager
def draft(folder: Path, *, prefix: str = "") -> Iterator[tuple[Path, BinaryIO]]:
    """Give a fresh file in `folder` to write; afterwards only a name linked to it meanwhile remains.

    It is locked while it is written, so that `clear_drafts` of another process leaves it alone. What its user
    raises passes through.
    """
    with disk_faults("beginning to write"):
        while True:
            path = folder / f"{prefix}{uuid.uuid4().hex}"
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "r+b")
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:
                break
            file.close()  # cleared between making and locking
    try:
        yield path, file
    finally:
        with disk_faults("clearing what was begun"):
            path.unlink(missing_ok=True)
            file.close()


def clear_drafts(folder: Path) -> int:
    """Remove the files that nobody is writing any more and return how many there were."""
    cleared = 0
    for path in sorted(folder.iterdir()):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue  # gone meanwhile, or a link: not ours to remove
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
            cleared += 1
        except BlockingIOError:
            pass  # being written just now
        finally:
            os.close(handle)
    return cleared


def settle(file: BinaryIO) -> None:
    """Return when the bytes of `file` are on the disk itself."""
    file.flush()
    os.fsync(file.fileno())


def link_once(path: Path, name: str | Path, *, folder: int | None = None) -> bool:
    """Give the file at `path` a second name, in the open `folder` if given; False: the name was taken."""
    try:
        os.link(path, name, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        return False
    return True


def open_folder(name: str | Path, *, inside: int | None = None) -> int:
    """Return a handle on a folder that is no symbolic link; the caller closes it."""
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inside)


def open_regular(name: str | Path, *, inside: int | None = None) -> BinaryIO:
    """Return the file opened for reading.

    Raises:
        OSError: it cannot be opened; with errno ELOOP where it is no regular file.
    """
    # O_NONBLOCK: opening a pipe somebody left there would otherwise wait for ever
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=inside)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.ELOOP, "not a regular file")
    return os.fdopen(handle, "rb")


def sync_folder(folder: Path | int) -> None:
    """Return when the names in `folder` are on the disk itself."""
    if isinstance(folder, int):
        os.fsync(folder)
        return
    handle = open_folder(folder)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def overwrite(name: str | Path, *, inside: int | None = None) -> None:
    """Write zeros over the file: best effort, since SSDs, journals and snapshots may keep older blocks."""
    with open_regular(name, inside=inside) as file:
        os.fchmod(file.fileno(), 0o600)
    with os.fdopen(os.open(name, os.O_WRONLY | os.O_NOFOLLOW, dir_fd=inside), "wb") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(bytes(min(CHUNK, left)))
        settle(file)


def free_bytes(folder: Path) -> int:
    """Return how many bytes the disk under `folder` still takes from us."""
    figures = os.statvfs(folder)
    return figures.f_bavail * figures.f_frsize
