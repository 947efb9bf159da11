"""The strongroom in a folder of this machine: no server, and nothing ever half written.

    luutru-folder.json                  whose folder this is, and the version of its layout
    objects/ab/cd/abcd…                 64 hex digits, read-only, written once
    tombstones/ab/cd/abcd…              what remains of purged bytes
    incoming/                           what is being written just now; cleared of broken uploads at start

A write goes: draft in `incoming` (hashed on the way), fsync, link under its key (create once), fsync of the
folder.
"""

import errno
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from luutru.object_key import ObjectKey
from storage.folder import (
    clear_drafts,
    disk_faults,
    draft,
    link_once,
    open_folder,
    open_regular,
    overwrite,
    own_folder,
    settle,
    sync_folder,
)
from storage.hashing import digest, pour
from storage.object_store import (
    KEY,
    LIMIT_BYTES,
    BadRange,
    IsReferenced,
    ObjectChanged,
    ObjectNotFound,
    ObjectPurged,
    ObjectReferenced,
    StoredObject,
    checked_key,
    checked_range,
)
from storage.ranges import Stretch
from storage.tombstone import Act, Tombstone

_OBJECTS, _TOMBSTONES, _INCOMING = "objects", "tombstones", "incoming"
_FAN = re.compile(r"[0-9a-f]{2}")
_NOT_A_FILE = {errno.ELOOP, errno.ENOTDIR, errno.EISDIR}


class LocalStore:
    """An `ObjectStore` in one folder, which may be shared by several processes of this machine.

    Raises:
        NotOurFolder: the folder holds something else.
        StorageUnavailable: the disk refused.
    """

    def __init__(self, folder: Path, *, is_referenced: IsReferenced, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = own_folder(folder, kind="object-store")
        self._is_referenced = is_referenced
        self._limit_bytes = limit_bytes
        self._synced: set[str] = set()  # fan-out folders whose own names this process has put on the disk
        with disk_faults("preparing the store"):
            for name in (_OBJECTS, _TOMBSTONES, _INCOMING):
                (self._folder / name).mkdir(mode=0o750, exist_ok=True)
                os.close(open_folder(self._folder / name))  # refuses a symbolic link in its place
            sync_folder(self._folder)
            clear_drafts(self._folder / _INCOMING)

    def __repr__(self) -> str:
        return f"LocalStore({str(self._folder)!r})"

    def put(self, data: BinaryIO) -> StoredObject:
        """Keep `data`; see `ObjectStore.put`."""
        with draft(self._folder / _INCOMING) as (path, file):
            found = pour(data, lambda chunk: _write(file, chunk), limit_bytes=self._limit_bytes)
            key = ObjectKey(found.sha256)
            if self.tombstone(key):
                raise ObjectPurged(f"a lawful act ended {key}; these bytes are not taken again")
            with disk_faults("putting an object"):
                os.fchmod(file.fileno(), 0o440)
                settle(file)
            self._enter(_OBJECTS, key, path)
        try:
            kept: int | str = self.size(key)
        except ObjectNotFound:
            kept = "no"  # a purge was faster than we looked; its tombstone says so
        if self.tombstone(key):  # purged while we wrote: the purge may have looked before our link was there
            self._remove(key)
            raise ObjectPurged(f"a lawful act ended {key} just now; these bytes are not taken again")
        if kept != found.size:
            raise ObjectChanged(f"{key}: expected {found.size} bytes, found {kept} already there")
        return StoredObject(key, found.size)

    def put_file(self, path: Path) -> StoredObject:
        """Keep the file at `path`; see `ObjectStore.put_file`."""
        with open_regular(path) as file:
            return self.put(file)

    def get(self, key: ObjectKey, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """Return a stream of the bytes; see `ObjectStore.get`. Without a range it can also seek."""
        checked_range(start, length)
        file = self._open(_OBJECTS, checked_key(key))
        if start == 0 and length is None:
            return file
        size = os.fstat(file.fileno()).st_size
        if start > size:
            file.close()
            raise BadRange(f"{key} has {size} bytes; nothing begins at {start}")
        file.seek(start)
        left = size - start if length is None else min(length, size - start)
        return io.BufferedReader(Stretch(file.read, left, release=file.close))

    def size(self, key: ObjectKey) -> int:
        """Return the number of bytes."""
        with self._open(_OBJECTS, checked_key(key)) as file:
            return os.fstat(file.fileno()).st_size

    def keys(self) -> Iterator[ObjectKey]:
        """Yield every key in rising order."""
        return self._names(_OBJECTS)

    def verify(self, key: ObjectKey) -> StoredObject:
        """Read the bytes again; see `ObjectStore.verify`."""
        with self._open(_OBJECTS, checked_key(key)) as file, disk_faults("reading an object again"):
            found = digest(file)
        if found.sha256 != key:
            raise ObjectChanged(f"{key}: found {found.size} bytes whose SHA-256 is {found.sha256}")
        return StoredObject(key, found.size)

    def purge(self, key: ObjectKey, act: Act) -> Tombstone:
        """End the keeping of these bytes; see `ObjectStore.purge`. Overwritten, best effort."""
        stone = self.tombstone(key)
        if stone is None:
            if self._is_referenced(key):
                raise ObjectReferenced(f"a record still stands on {key}")
            self.size(key)
            stone = self._bury(Tombstone(key, datetime.now(UTC), act))
        self._remove(key)
        return stone

    def erase(self, key: ObjectKey) -> None:
        """Remove these bytes without a trace; see `ObjectStore.erase`."""
        if self._is_referenced(checked_key(key)):
            raise ObjectReferenced(f"a record still stands on {key}")
        self._remove(key)

    def tombstone(self, key: ObjectKey) -> Tombstone | None:
        """Return the tombstone of these bytes; None: no act ended them."""
        try:
            with self._open(_TOMBSTONES, checked_key(key)) as file, disk_faults("reading a tombstone"):
                return Tombstone.from_bytes(file.read())
        except ObjectNotFound:
            return None

    def tombstones(self) -> Iterator[Tombstone]:
        """Yield every tombstone, in rising order of keys."""
        for key in self._names(_TOMBSTONES):
            if stone := self.tombstone(key):
                yield stone

    def local_path(self, key: ObjectKey) -> Path:
        """Return where the bytes lie, to be read in place and never written."""
        self._open(_OBJECTS, checked_key(key)).close()
        return self._folder / _OBJECTS / key[:2] / key[2:4] / key

    @contextmanager
    def _shelf(self, part: str, key: ObjectKey, *, make: bool = False) -> Iterator[int]:
        """Give a handle on the folder where `key` lies, reached through no symbolic link."""
        handles = [open_folder(self._folder / part)]
        try:
            for depth, name in enumerate((key[:2], key[2:4])):
                if make and f"{part}{key[: 2 * depth + 2]}" not in self._synced:
                    with suppress(FileExistsError):  # another writer was first, and may not have synced yet
                        os.mkdir(name, 0o750, dir_fd=handles[-1])
                    sync_folder(handles[-1])
                    self._synced.add(f"{part}{key[: 2 * depth + 2]}")
                handles.append(open_folder(name, inside=handles[-1]))
            yield handles[-1]
        finally:
            for handle in handles:
                os.close(handle)

    def _enter(self, part: str, key: ObjectKey, path: Path) -> None:
        with disk_faults("putting an object"), self._shelf(part, key, make=True) as shelf:
            link_once(path, key, folder=shelf)
            sync_folder(shelf)  # also when it was there: whoever linked it may not have synced yet

    def _open(self, part: str, key: ObjectKey) -> BinaryIO:
        with disk_faults("opening an object"):
            try:
                with self._shelf(part, key) as shelf:
                    return open_regular(key, inside=shelf)
            except FileNotFoundError:
                raise ObjectNotFound(f"{key} is not in the store") from None
            except OSError as error:
                if error.errno in _NOT_A_FILE:
                    raise ObjectChanged(f"{key}: what lies there is not a file of ours") from error
                raise

    def _bury(self, stone: Tombstone) -> Tombstone:
        with draft(self._folder / _INCOMING) as (path, file):
            with disk_faults("writing a tombstone"):
                file.write(stone.to_bytes())
                os.fchmod(file.fileno(), 0o440)
                settle(file)
            self._enter(_TOMBSTONES, stone.key, path)
        return self.tombstone(stone.key) or stone  # another purge may have been first; its act stands

    def _remove(self, key: ObjectKey) -> None:
        with disk_faults("purging an object"):
            try:
                with self._shelf(_OBJECTS, key) as shelf:
                    overwrite(key, inside=shelf)
                    os.unlink(key, dir_fd=shelf)
                    sync_folder(shelf)
            except FileNotFoundError:
                return  # already gone

    def _names(self, part: str) -> Iterator[ObjectKey]:
        top = self._folder / part
        for first in _folders(top):
            for second in _folders(first):
                with disk_faults("listing the store"):
                    names = sorted(path.name for path in second.iterdir() if KEY.fullmatch(path.name))
                yield from (ObjectKey(name) for name in names if name[:4] == first.name + second.name)


def _folders(folder: Path) -> list[Path]:
    with disk_faults("listing the store"), os.scandir(folder) as entries:
        return sorted(
            Path(entry.path)
            for entry in entries
            if _FAN.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
        )


def _write(file: BinaryIO, chunk: bytes) -> None:
    with disk_faults("putting an object"):
        file.write(chunk)
