"""What lies on the quay beside its files: readings not yet admitted, notes of what is held, the seal's key.

As the files themselves it lies outside store, backup and replication, and it goes with zeros written over it.
"""

import hashlib
import hmac
import os
import re
import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path

from luutru.errors import NotFound
from storage.folder import (
    disk_faults,
    draft,
    link_once,
    open_folder,
    open_regular,
    overwrite,
    settle,
    sync_folder,
)

_NAME = re.compile(r"[0-9a-f]{32}")
_KEY_BYTES = 32


class NotAside(NotFound):
    """Nothing of that name lies beside the quay's files; it was admitted or wiped meanwhile."""

    slug = "not-aside"


class Aside:
    """Small pieces under names that say nothing, each whole and on the disk, or not there.

    Every method may raise `StorageUnavailable`.
    """

    def __init__(self, folder: Path, *, drafts: Path) -> None:
        """Lie in `folder`; what is being written lies in `drafts`, which the quay clears."""
        self._folder, self._drafts = folder, drafts
        with disk_faults("preparing the quay"):
            folder.mkdir(mode=0o700, exist_ok=True)
            os.close(open_folder(folder))

    def keep(self, data: bytes, name: str | None = None) -> str:
        """Keep `data` and return its name: 32 hex digits, a fresh one where none is given.

        A name that is there already is written anew.
        """
        name = _checked(name or uuid.uuid4().hex)
        with draft(self._drafts) as (path, file), disk_faults("keeping a piece on the quay"):
            file.write(data)
            settle(file)
            path.replace(self._folder / name)
            sync_folder(self._folder)
        return name

    def get(self, name: str) -> bytes:
        """Return a piece.

        Raises:
            NotAside: it is not here.
        """
        try:
            with open_regular(self._folder / _checked(name)) as file, disk_faults("reading from the quay"):
                return file.read()
        except FileNotFoundError:
            raise NotAside("it no longer lies on the quay") from None

    def names(self) -> Iterator[str]:
        """Yield the names of all pieces, in no order that means anything."""
        with disk_faults("listing the quay"):
            found = sorted(path.name for path in self._folder.iterdir())
        return (name for name in found if _NAME.fullmatch(name))

    def age(self, name: str, now: float) -> float:
        """Return for how many seconds a piece has lain here; 0 where it has gone meanwhile."""
        try:
            return now - (self._folder / _checked(name)).stat().st_ctime
        except FileNotFoundError:
            return 0.0

    def wipe(self, name: str) -> None:
        """Write zeros over a piece and let it go; twice is a no-op."""
        with disk_faults("wiping a piece on the quay"):
            try:
                overwrite(self._folder / _checked(name))
                (self._folder / name).unlink()
            except FileNotFoundError:
                return
            sync_folder(self._folder)


class Seal:
    """Recognises bytes again without their hash being written down: HMAC-SHA256, keyed by the quay."""

    def __init__(self, file: Path, *, drafts: Path) -> None:
        self._file, self._drafts = file, drafts

    def __call__(self, text: str) -> str:
        """Return the seal of `text` (a SHA-256, an origin): 64 hex digits, meaningless without the key."""
        return hmac.new(self._key(), text.encode(), hashlib.sha256).hexdigest()

    def _key(self) -> bytes:
        try:
            return self._file.read_bytes()
        except FileNotFoundError:
            with draft(self._drafts) as (path, file), disk_faults("making the quay's key"):
                file.write(secrets.token_bytes(_KEY_BYTES))
                settle(file)
                link_once(path, self._file)  # another process may have been first: its key stands
                sync_folder(self._file.parent)
            return self._file.read_bytes()


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise NotAside(f"expected 32 hex digits, found {len(name)} letters")
    return name
