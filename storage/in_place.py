"""Lend kept bytes as a file, for readers that must jump about in them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from luutru.object_key import ObjectKey
from storage.folder import disk_faults
from storage.hashing import pour
from storage.object_store import ObjectChanged, ObjectStore


@contextmanager
def as_file(store: ObjectStore, key: ObjectKey, *, scratch: Path) -> Iterator[Path]:
    """Give a path to the bytes, to be read only: in the store itself, or a checked passing copy in `scratch`.

    Raises:
        ObjectNotFound: it is not here.
        ObjectChanged: the copy is not what the key says.
    """
    if here := store.local_path(key):
        yield here
        return
    with tempfile.NamedTemporaryFile(dir=scratch, prefix="lent-") as copy:

        def keep(chunk: bytes) -> None:
            with disk_faults("copying an object to read it"):
                copy.write(chunk)

        with store.get(key) as stream:
            found = pour(stream, keep, limit_bytes=store.size(key))
        if found.sha256 != key:
            raise ObjectChanged(f"{key}: found {found.size} bytes whose SHA-256 is {found.sha256}")
        copy.flush()
        yield Path(copy.name)
