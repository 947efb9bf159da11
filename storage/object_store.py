"""The strongroom: bytes under their own SHA-256, kept until a recorded lawful act ends it.

A key says what the bytes are and nothing about a record. `storage.local` and `storage.s3` are the back ends;
`tests/contracts/object_store.py` is the contract that both pass.

    InvalidInput    BadKey, BadRange, TooLarge (storage.hashing), IncompleteAct (storage.tombstone)
    NotFound        ObjectNotFound
    Conflict        ObjectReferenced, ObjectPurged, NotOurFolder (storage.folder)
    IntegrityError  ObjectChanged, TombstoneDamaged (storage.tombstone)
    BackendError    StorageUnavailable ── DiskFull (storage.folder), StorageRefused (storage.s3)
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from luutru.errors import BackendError, Conflict, IntegrityError, InvalidInput, NotFound
from luutru.object_key import ObjectKey
from storage.tombstone import Act, Tombstone

KEY = re.compile(r"[0-9a-f]{64}")

LIMIT_BYTES = 8 << 30
"""The largest object taken unless the store is told otherwise: a dossier of 1,000 uncompressed A3 sheets."""

IsReferenced = Callable[[ObjectKey], bool]
"""Answers, from the register, whether a record still stands on these bytes."""


class BadKey(InvalidInput):
    """That is not 64 lower-case hex digits."""

    slug = "bad-key"


class BadRange(InvalidInput):
    """The range begins before the object or after its end, or its length is negative."""

    slug = "bad-range"


class ObjectNotFound(NotFound):
    """The store does not have these bytes."""

    slug = "object-not-found"


class ObjectReferenced(Conflict):
    """A record still stands on these bytes, so they cannot be purged."""

    slug = "referenced"


class ObjectPurged(Conflict):
    """A lawful act ended these bytes, so they are not taken again."""

    slug = "purged"


class ObjectChanged(IntegrityError):
    """The bytes under a key are not the bytes that were put there."""

    slug = "object-changed"


class StorageUnavailable(BackendError):
    """The store could not do it: nothing was kept, and the caller may retry."""

    slug = "storage-unavailable"


@dataclass(frozen=True)
class StoredObject:
    """What `put` kept."""

    key: ObjectKey
    size: int  #: bytes


class ObjectStore(Protocol):
    """Bytes under their own SHA-256; `tests/contracts/object_store.py` is the contract.

    Every method may raise `BadKey` and `StorageUnavailable`, and may be called from several threads and
    processes at once. A store is made with `is_referenced`, which `purge` asks first.
    """

    def put(self, data: BinaryIO) -> StoredObject:
        """Keep `data` durably, in constant memory, and return its key and size; twice is a no-op.

        What `data` itself raises passes through, and nothing is kept.

        Raises:
            TooLarge: more bytes than the store takes.
            ObjectPurged: a lawful act ended these very bytes.
            ObjectChanged: something else already lies under this key.
            StorageUnavailable: nothing was kept; the caller may retry.
        """
        ...

    def put_file(self, path: Path) -> StoredObject:
        """Keep the bytes of the file at `path`, which may not be a symbolic link; otherwise as `put`."""
        ...

    def get(self, key: ObjectKey, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """Return a stream of the bytes from `start`, at most `length`, to be closed by the caller.

        It reads forward only; a reader that must jump about uses `storage.in_place.as_file`.

        Raises:
            ObjectNotFound: it is not here.
            BadRange: `start` lies after the end, or a number is negative.
        """
        ...

    def size(self, key: ObjectKey) -> int:
        """Return the number of bytes.

        Raises:
            ObjectNotFound: it is not here.
        """
        ...

    def keys(self) -> Iterator[ObjectKey]:
        """Yield every key in rising order; one put or purged meanwhile may or may not be among them."""
        ...

    def verify(self, key: ObjectKey) -> StoredObject:
        """Read the bytes again and pass if they still are what their key says.

        Raises:
            ObjectNotFound: it is not here.
            ObjectChanged: the bytes have changed.
        """
        ...

    def purge(self, key: ObjectKey, act: Act) -> Tombstone:
        """End the keeping of these bytes in all their versions and leave a tombstone.

        The tombstone is durable before the first byte goes: an interrupted purge is finished by asking again.
        Asked again after it is done, it returns the first tombstone. The register must stop new references
        before it asks.

        Raises:
            ObjectReferenced: a record still stands on them.
            ObjectNotFound: they never were here.
        """
        ...

    def erase(self, key: ObjectKey) -> None:
        """End the keeping of bytes that never should have been kept, without a tombstone; twice is a no-op.

        Only for a document with a secret mark, whose very hash must not stay; every other end is a `purge`.

        Raises:
            ObjectReferenced: a record still stands on them.
        """
        ...

    def tombstone(self, key: ObjectKey) -> Tombstone | None:
        """Return the tombstone of these bytes; None: no act ended them."""
        ...

    def tombstones(self) -> Iterator[Tombstone]:
        """Yield every tombstone, in rising order of keys."""
        ...

    def local_path(self, key: ObjectKey) -> Path | None:
        """Return where the bytes lie on this machine, to be read in place; None: this store is elsewhere.

        Raises:
            ObjectNotFound: it is not here.
        """
        ...


def checked_key(key: str) -> ObjectKey:
    """Return `key` if it can be one; a key that reaches a path or a URL went through here.

    Raises:
        BadKey: it is not 64 lower-case hex digits.
    """
    if not KEY.fullmatch(key):
        raise BadKey(f"expected 64 lower-case hex digits, found {len(key)} letters")
    return ObjectKey(key)


def checked_range(start: int, length: int | None) -> None:
    """Pass if the numbers can be a range.

    Raises:
        BadRange: one is negative.
    """
    if start < 0 or (length is not None and length < 0):
        raise BadRange(f"expected start and length of 0 or more, found {start} and {length}")
