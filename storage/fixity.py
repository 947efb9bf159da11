"""Is everything that was admitted still here, byte for byte? Every fault is collected, none is raised."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from luutru.errors import BackendError, IntegrityError
from luutru.object_key import ObjectKey
from storage.object_store import ObjectNotFound, ObjectStore


class FaultKind(StrEnum):
    """What is wrong with an object."""

    MISSING = "missing"  #: expected, and not in the store
    CHANGED = "changed"  #: there, and no longer what its key says
    UNKNOWN = "unknown"  #: in the store, and nobody expects it (or registered since the audit began)
    PURGED = "purged"  #: expected, and a lawful act ended it
    REMAINS = "remains"  #: a lawful act ended it, and it is still there: the purge was interrupted
    UNCHECKED = "unchecked"  #: could not be read this time; never to be counted as sound


@dataclass(frozen=True)
class Fault:
    """One object that an archivist must look at."""

    key: ObjectKey
    kind: FaultKind
    detail: str  #: for the one who must act; no path, no text of a record


class NotRising(ValueError):
    """The keys expected were not in rising order: a mistake in the program, not in the store."""


def audit(store: ObjectStore, keys: Iterable[ObjectKey]) -> Iterator[Fault]:
    """Read every object again and yield what is wrong, in constant memory.

    Args:
        store: what is checked.
        keys: what the register expects, in rising order without doubles (SELECT DISTINCT ... ORDER BY).

    Raises:
        NotRising: `keys` is not in rising order.
        StorageUnavailable: the store cannot even be listed.
    """
    here = store.keys()
    next_here = next(here, None)
    before: ObjectKey | None = None
    for key in keys:
        if before is not None and key <= before:
            raise NotRising(f"{key} came after {before}")
        before = key
        while next_here is not None and next_here < key:
            yield from _unknown(store, next_here)
            next_here = next(here, None)
        if next_here == key:
            next_here = next(here, None)
        yield from _expected(store, key)
    while next_here is not None:
        yield from _unknown(store, next_here)
        next_here = next(here, None)


def _expected(store: ObjectStore, key: ObjectKey) -> Iterator[Fault]:
    try:
        stone = store.tombstone(key)
        if stone is not None:
            yield Fault(key, FaultKind.PURGED, f"ended on {stone.when:%Y-%m-%d}: {stone.act.instrument}")
        yield from _unsound(store, key, ended=stone is not None)
    except BackendError as error:
        yield Fault(key, FaultKind.UNCHECKED, str(error))
    except IntegrityError as error:
        yield Fault(key, FaultKind.CHANGED, str(error))


def _unsound(store: ObjectStore, key: ObjectKey, *, ended: bool) -> Iterator[Fault]:
    try:
        found = store.verify(key)
    except ObjectNotFound:
        if not ended:
            yield Fault(key, FaultKind.MISSING, "not in the store")
    else:
        if ended:
            yield Fault(key, FaultKind.REMAINS, f"{found.size} bytes are left: ask for the purge again")


def _unknown(store: ObjectStore, key: ObjectKey) -> Iterator[Fault]:
    try:
        if store.tombstone(key) is not None:
            yield Fault(key, FaultKind.REMAINS, "a purge was interrupted: ask for it again")
            return
        found = store.verify(key)
    except ObjectNotFound:
        return  # purged since it was listed
    except BackendError as error:
        yield Fault(key, FaultKind.UNCHECKED, str(error))
    except IntegrityError as error:
        yield Fault(key, FaultKind.CHANGED, f"and nobody expects it: {error}")
    else:
        yield Fault(key, FaultKind.UNKNOWN, f"{found.size} bytes that nobody expects")
