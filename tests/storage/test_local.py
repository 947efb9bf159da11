"""The folder store: the contract, and what only a folder can get wrong."""

import io
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from luutru.object_key import ObjectKey
from storage.folder import MARKER, DiskFull, NotOurFolder, disk_faults
from storage.local import LocalStore
from storage.object_store import ObjectChanged, ObjectNotFound, ObjectPurged, StorageUnavailable
from storage.tombstone import TombstoneDamaged
from tests.contracts.object_store import (
    LIMIT_BYTES,
    MINUTES,
    Damage,
    ObjectStoreContract,
    blank,
    breaks_after,
    key_of,
)


def open_store(folder: Path) -> LocalStore:
    return LocalStore(folder, is_referenced=lambda key: False)


class TestLocalStore(ObjectStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path, references: set[ObjectKey]) -> LocalStore:
        return LocalStore(tmp_path / "store", is_referenced=references.__contains__, limit_bytes=LIMIT_BYTES)

    @pytest.fixture
    def damage(self, store: LocalStore) -> Damage:
        def replace(key: ObjectKey, data: bytes) -> None:
            path = store.local_path(key)
            path.chmod(0o600)
            path.write_bytes(data)

        return replace


def test_an_object_is_read_only_and_lies_two_folders_deep(tmp_path: Path) -> None:
    store = open_store(tmp_path)

    key = store.put(io.BytesIO(b"a page")).key

    path = store.local_path(key)
    assert path == tmp_path / "objects" / key[:2] / key[2:4] / key
    assert path.stat().st_mode & 0o777 == 0o440
    assert path.stat().st_nlink == 1


class PurgedAtTheLastLook(LocalStore):
    """Somebody else purges just before the writer looks at what it has put."""

    purged = False

    def size(self, key: ObjectKey) -> int:
        if not self.purged:
            self.purged = True
            self.purge(key, MINUTES)
        return super().size(key)


def test_a_purge_between_the_writing_and_the_last_look_is_told_as_one(tmp_path: Path) -> None:
    store = PurgedAtTheLastLook(tmp_path, is_referenced=lambda key: False)

    with pytest.raises(ObjectPurged):
        store.put(io.BytesIO(b"contested"))

    assert list(store.keys()) == []


def test_a_broken_upload_leaves_no_draft(tmp_path: Path) -> None:
    store = open_store(tmp_path)

    with pytest.raises(ConnectionError):
        store.put(breaks_after(b"half a scan"))

    assert list((tmp_path / "incoming").iterdir()) == []


def test_drafts_of_the_dead_are_cleared_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    dead = tmp_path / "incoming" / "0123"
    dead.write_bytes(b"half a scan")

    class Looks(io.BytesIO):
        """A sender during whose sending another process starts."""

        def read(self, size: int | None = -1) -> bytes:
            open_store(tmp_path)
            return super().read(size)

    key = store.put(Looks(b"a page")).key

    assert not dead.exists()
    assert store.verify(key).size == len(b"a page")


def test_what_was_put_is_there_for_the_next_process(tmp_path: Path) -> None:
    key = open_store(tmp_path).put(io.BytesIO(b"a page")).key

    again = open_store(tmp_path)

    assert list(again.keys()) == [key]


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()

    with pytest.raises(NotOurFolder):
        open_store(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


@pytest.mark.parametrize(
    "marker",
    [b"", b"[]", b'{"kind": "quay", "format": 1}', b'{"kind": "object-store", "format": 2}'],
)
def test_a_folder_of_another_kind_or_version_is_refused(tmp_path: Path, marker: bytes) -> None:
    (tmp_path / MARKER).write_bytes(marker)

    with pytest.raises(NotOurFolder):
        open_store(tmp_path)


def test_the_root_of_a_fresh_disk_can_be_ours(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()

    store = open_store(tmp_path)

    assert list(store.keys()) == []


def test_a_link_in_place_of_an_object_is_not_followed(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    (tmp_path / "passwords").write_bytes(b"elsewhere")
    key = store.put(io.BytesIO(b"a page")).key
    path = store.local_path(key)
    path.unlink()
    path.symlink_to(tmp_path / "passwords")

    with pytest.raises(ObjectChanged):
        store.get(key)


def test_a_link_in_place_of_a_shelf_is_not_followed(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    key = store.put(io.BytesIO(b"a page")).key
    shelf = tmp_path / "store" / "objects" / key[:2]
    shelf.rename(tmp_path / "elsewhere")
    shelf.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ObjectChanged):
        store.get(key)
    with pytest.raises(StorageUnavailable):
        store.put(io.BytesIO(b"a page"))


def test_a_pipe_in_place_of_an_object_does_not_hold_us_up(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    key = store.put(io.BytesIO(b"a page")).key
    path = store.local_path(key)
    path.unlink()
    os.mkfifo(path)

    with pytest.raises(ObjectChanged):
        store.verify(key)


def test_a_damaged_tombstone_is_said_to_be_damaged(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    key = store.put(io.BytesIO(b"a page")).key
    store.purge(key, MINUTES)
    path = tmp_path / "tombstones" / key[:2] / key[2:4] / key
    path.chmod(0o600)
    path.write_bytes(b"{")

    with pytest.raises(TombstoneDamaged):
        store.tombstone(key)


def test_an_interrupted_purge_is_finished_by_asking_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path)
    key = store.put(io.BytesIO(b"a page")).key
    with monkeypatch.context() as broken:
        broken.setattr(store, "_remove", lambda key: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            store.purge(key, MINUTES)

    store.purge(key, MINUTES)

    with pytest.raises(ObjectNotFound):
        store.get(key)


def test_a_large_object_is_never_whole_in_memory(tmp_path: Path) -> None:
    store = LocalStore(tmp_path, is_referenced=lambda key: False)
    tracemalloc.start()

    key = store.put(blank(200 << 20)).key
    store.verify(key)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 8 << 20


def test_a_full_disk_says_so_and_keeps_nothing(tmp_path: Path) -> None:
    full = Path("/dev/full")

    with pytest.raises(DiskFull, match="No space left"), disk_faults("putting an object"):
        full.write_bytes(b"a page")


PUTS = """
import io, sys, random
from pathlib import Path
from storage.local import LocalStore
store = LocalStore(Path(sys.argv[1]), is_referenced=lambda key: False)
chance = random.Random(int(sys.argv[2]))
while True:
    stored = store.put(io.BytesIO(chance.randbytes(chance.randrange(1, 3_000_000))))
    print(stored.key, flush=True)
"""


def test_a_killed_process_leaves_nothing_torn_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[str] = set()

    for seed in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", PUTS, tmp_path, str(seed)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        acknowledged.add(process.stdout.readline().strip())  # it is at work now
        time.sleep(0.013 * seed)
        process.send_signal(signal.SIGKILL)
        lines = process.stdout.read().splitlines()
        process.stdout.close()
        process.wait()
        acknowledged.update(line for line in lines if len(line) == 64)
    store = open_store(tmp_path)

    assert all(store.verify(key) for key in list(store.keys()))
    assert acknowledged <= set(store.keys())
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_purge_writes_over_the_bytes(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    key = store.put(io.BytesIO(b"secret")).key
    second_name = tmp_path / "second name"
    second_name.hardlink_to(store.local_path(key))

    store.purge(key, MINUTES)

    assert second_name.read_bytes() == bytes(6)
    assert key == key_of(b"secret")
