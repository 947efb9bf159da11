"""The audit: every fault is found, told apart and collected; nothing unchecked counts as sound."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from luutru.object_key import ObjectKey
from storage.fixity import Fault, FaultKind, NotRising, audit
from storage.local import LocalStore
from storage.object_store import StorageUnavailable, StoredObject
from tests.contracts.object_store import ABSENT, MINUTES


class Unread(LocalStore):
    """A store on a disk with a bad block."""

    def verify(self, key: ObjectKey) -> StoredObject:
        raise StorageUnavailable("reading an object again: Input/output error")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path, is_referenced=lambda key: False)


def put(store: LocalStore, *texts: bytes) -> list[ObjectKey]:
    return [store.put(io.BytesIO(text)).key for text in texts]


def kinds(faults: Iterator[Fault]) -> dict[ObjectKey, FaultKind]:
    return {fault.key: fault.kind for fault in faults}


def test_a_sound_store_has_no_faults(store: LocalStore) -> None:
    keys = put(store, b"1", b"2", b"3")

    assert list(audit(store, sorted(keys))) == []


def test_an_empty_store_with_nothing_expected_has_no_faults(store: LocalStore) -> None:
    assert list(audit(store, [])) == []


def test_every_fault_is_collected_and_told_apart(store: LocalStore) -> None:
    sound, changed, torn, unknown, purged, gone = put(store, b"1", b"2", b"3", b"4", b"5", b"6")
    for key, data in ((changed, b"x"), (torn, b"")):
        store.local_path(key).chmod(0o600)
        store.local_path(key).write_bytes(data)
    store.purge(purged, MINUTES)
    store.local_path(gone).unlink()

    found = kinds(audit(store, sorted([sound, changed, torn, purged, gone, ABSENT])))

    assert found == {
        changed: FaultKind.CHANGED,
        torn: FaultKind.CHANGED,
        unknown: FaultKind.UNKNOWN,
        purged: FaultKind.PURGED,
        gone: FaultKind.MISSING,
        ABSENT: FaultKind.MISSING,
    }


def test_a_link_in_place_of_an_object_counts_as_changed(store: LocalStore, tmp_path: Path) -> None:
    (key,) = put(store, b"1")
    path = store.local_path(key)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")

    assert kinds(audit(store, [key])) == {key: FaultKind.CHANGED}


def test_what_a_purge_left_behind_is_found(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    (key,) = put(store, b"1")
    monkeypatch.setattr(store, "_remove", lambda key: None)
    store.purge(key, MINUTES)

    assert kinds(audit(store, [])) == {key: FaultKind.REMAINS}
    assert [fault.kind for fault in audit(store, [key])] == [FaultKind.PURGED, FaultKind.REMAINS]


def test_what_could_not_be_read_is_not_sound(store: LocalStore, tmp_path: Path) -> None:
    expected, unknown = put(store, b"1", b"2")

    found = kinds(audit(Unread(tmp_path, is_referenced=lambda key: False), [expected]))

    assert found == {expected: FaultKind.UNCHECKED, unknown: FaultKind.UNCHECKED}


def test_keys_out_of_order_are_a_mistake_of_the_caller(store: LocalStore) -> None:
    keys = sorted(put(store, b"1", b"2"), reverse=True)

    with pytest.raises(NotRising):
        list(audit(store, keys))
