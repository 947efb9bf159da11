"""The contract of `storage.object_store.ObjectStore`; a back end without this suite does not exist."""

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from luutru.object_key import ObjectKey
from storage.hashing import TooLarge
from storage.in_place import as_file
from storage.object_store import (
    BadKey,
    BadRange,
    ObjectChanged,
    ObjectNotFound,
    ObjectPurged,
    ObjectReferenced,
    ObjectStore,
)
from storage.tombstone import Act

LIMIT_BYTES = 24 << 20
"""The limit that the `store` fixture sets: three parts of an upload."""

MINUTES = Act(who="Lê Thị Hoà", instrument="Biên bản tiêu huỷ 12/BB-UBND", reason="destruction")
ABSENT = ObjectKey(hashlib.sha256(b"never put").hexdigest())

Damage = Callable[[ObjectKey, bytes], None]


def key_of(data: bytes) -> ObjectKey:
    return ObjectKey(hashlib.sha256(data).hexdigest())


def read(store: ObjectStore, key: ObjectKey, *, start: int = 0, length: int | None = None) -> bytes:
    with store.get(key, start=start, length=length) as stream:
        return stream.read()


class BreaksAfter(io.RawIOBase):
    """A connection that gives `data` and then breaks."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if data := self._data.read(size):
            return data
        raise ConnectionError("the sender is gone")


class Blank(io.RawIOBase):
    """`size` zero bytes that are never all in memory."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = min(size if size >= 0 else self._left, self._left)
        self._left -= found
        return bytes(found)


def breaks_after(data: bytes) -> BinaryIO:
    stream: object = BreaksAfter(data)
    return stream  # type: ignore[return-value]  # it reads, which is all that `put` asks of a BinaryIO


def blank(size: int) -> BinaryIO:
    stream: object = Blank(size)
    return stream  # type: ignore[return-value]  # it reads, which is all that `put` asks of a BinaryIO


class ObjectStoreContract:
    """Subclass, give it these fixtures, and it is tested.

    store: empty, takes at most LIMIT_BYTES, made with `is_referenced=references.__contains__`.
    damage: replaces the bytes under a key behind the store's back.
    """

    @pytest.fixture
    def references(self) -> set[ObjectKey]:
        return set()

    def test_what_was_put_comes_back_under_its_sha256(self, store: ObjectStore) -> None:
        scan = "Giấy chứng nhận quyền sử dụng đất".encode() * 1000

        stored = store.put(io.BytesIO(scan))

        assert stored.key == hashlib.sha256(scan).hexdigest()
        assert stored.size == len(scan) == store.size(stored.key)
        assert read(store, stored.key) == scan

    def test_nothing_at_all_is_an_object_too(self, store: ObjectStore) -> None:
        stored = store.put(io.BytesIO(b""))

        assert stored.size == 0 == store.size(stored.key)
        assert read(store, stored.key) == b""
        assert store.verify(stored.key) == stored

    def test_whatever_is_put_is_got(self, store: ObjectStore) -> None:
        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
        @given(data=st.binary(max_size=5000))
        def law(data: bytes) -> None:
            stored = store.put(io.BytesIO(data))

            assert read(store, stored.key) == data
            assert stored.key == key_of(data)

        law()

    def test_putting_twice_keeps_one(self, store: ObjectStore) -> None:
        first = store.put(io.BytesIO(b"the same page"))

        second = store.put(io.BytesIO(b"the same page"))

        assert first == second
        assert list(store.keys()) == [first.key]

    def test_sixteen_writers_of_the_same_bytes_keep_one(self, store: ObjectStore) -> None:
        scan = b"\xff\xd8 one page, scanned once, sent by everybody" * 5000

        with ThreadPoolExecutor(16) as writers:
            kept = list(writers.map(lambda _: store.put(io.BytesIO(scan)), range(32)))

        assert {stored.key for stored in kept} == {key_of(scan)}
        assert list(store.keys()) == [key_of(scan)]
        assert read(store, key_of(scan)) == scan

    def test_sixteen_writers_of_different_bytes_keep_all(self, store: ObjectStore) -> None:
        scans = [b"page %d" % number for number in range(48)]

        with ThreadPoolExecutor(16) as writers:
            list(writers.map(lambda scan: store.put(io.BytesIO(scan)), scans))

        assert list(store.keys()) == sorted(key_of(scan) for scan in scans)

    def test_a_file_larger_than_an_upload_part_is_kept_whole(self, store: ObjectStore) -> None:
        stored = store.put(blank(20 << 20))

        assert stored.size == 20 << 20
        assert store.verify(stored.key) == stored

    def test_a_broken_upload_leaves_nothing(self, store: ObjectStore) -> None:
        with pytest.raises(ConnectionError):
            store.put(breaks_after(b"half a scan" * 300_000))

        assert list(store.keys()) == []

    def test_more_than_the_limit_is_refused_and_leaves_nothing(self, store: ObjectStore) -> None:
        with pytest.raises(TooLarge, match=str(LIMIT_BYTES)):
            store.put(blank(LIMIT_BYTES + 1))

        assert list(store.keys()) == []

    def test_a_file_is_put_from_its_path_but_never_through_a_link(
        self, store: ObjectStore, tmp_path: Path
    ) -> None:
        (tmp_path / "trang 1.jpg").write_bytes(b"a page")
        (tmp_path / "link").symlink_to(tmp_path / "trang 1.jpg")

        stored = store.put_file(tmp_path / "trang 1.jpg")

        assert read(store, stored.key) == b"a page"
        with pytest.raises(OSError, match=r"[Ss]ymbolic"):
            store.put_file(tmp_path / "link")

    @pytest.mark.parametrize(
        ("start", "length", "expected"),
        [
            (0, None, b"0123456789"),
            (0, 4, b"0123"),
            (3, 4, b"3456"),
            (3, None, b"3456789"),
            (8, 100, b"89"),
            (10, None, b""),
            (10, 5, b""),
            (4, 0, b""),
            (0, 0, b""),
        ],
    )
    def test_a_range_gives_just_those_bytes(
        self, store: ObjectStore, start: int, length: int | None, expected: bytes
    ) -> None:
        stored = store.put(io.BytesIO(b"0123456789"))

        found = read(store, stored.key, start=start, length=length)

        assert found == expected

    @pytest.mark.parametrize(("start", "length"), [(11, None), (-1, None), (0, -1)])
    def test_a_range_outside_the_object_is_refused(
        self, store: ObjectStore, start: int, length: int | None
    ) -> None:
        stored = store.put(io.BytesIO(b"0123456789"))

        with pytest.raises(BadRange):
            store.get(stored.key, start=start, length=length)

    def test_a_stream_may_be_closed_half_read(self, store: ObjectStore) -> None:
        stored = store.put(blank(5 << 20))

        for _ in range(40):  # more often than there are connections in the pool
            with store.get(stored.key, start=1) as stream:
                assert stream.read(10) == bytes(10)

        assert store.size(stored.key) == 5 << 20

    def test_what_was_never_put_is_not_found(self, store: ObjectStore) -> None:
        for ask in (store.get, store.size, store.verify, store.local_path):
            with pytest.raises(ObjectNotFound):
                ask(ABSENT)
        assert store.tombstone(ABSENT) is None

    @pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 64, "g" * 64, "0" * 63, "0" * 64 + "\n"])
    def test_a_key_that_is_none_goes_no_further(self, store: ObjectStore, key: str) -> None:
        for ask in (store.get, store.size, store.verify, store.local_path, store.tombstone):
            with pytest.raises(BadKey):
                ask(ObjectKey(key))
        with pytest.raises(BadKey):
            store.purge(ObjectKey(key), MINUTES)

    def test_keys_come_in_rising_order(self, store: ObjectStore) -> None:
        put = [store.put(io.BytesIO(bytes([number]))).key for number in range(20)]

        found = list(store.keys())

        assert found == sorted(put)

    def test_bytes_are_lent_as_a_file(self, store: ObjectStore, tmp_path: Path) -> None:
        stored = store.put(io.BytesIO(b"%PDF-1.7"))

        with as_file(store, stored.key, scratch=tmp_path) as path:
            found = path.read_bytes()

        assert found == b"%PDF-1.7"
        assert list(tmp_path.glob("lent-*")) == []

    def test_changed_bytes_are_noticed(self, store: ObjectStore, damage: Damage) -> None:
        stored = store.put(io.BytesIO(b"a page as it was"))
        assert store.verify(stored.key) == stored

        damage(stored.key, b"a page as it is!")

        with pytest.raises(ObjectChanged, match=stored.key):
            store.verify(stored.key)

    def test_putting_over_a_torn_object_is_no_silent_success(
        self, store: ObjectStore, damage: Damage
    ) -> None:
        stored = store.put(io.BytesIO(b"a page as it was"))
        damage(stored.key, b"a pa")

        with pytest.raises(ObjectChanged):
            store.put(io.BytesIO(b"a page as it was"))

    def test_a_purge_leaves_a_tombstone_without_content(self, store: ObjectStore) -> None:
        stored = store.put(io.BytesIO(b"to be destroyed"))
        before = datetime.now(UTC)

        stone = store.purge(stored.key, MINUTES)

        assert (stone.key, stone.act) == (stored.key, MINUTES)
        assert timedelta() <= stone.when - before < timedelta(minutes=1)
        assert list(store.tombstones()) == [stone] == [store.tombstone(stored.key)]
        assert b"destroyed" not in stone.to_bytes()
        assert list(store.keys()) == []
        with pytest.raises(ObjectNotFound):
            store.get(stored.key)

    def test_erased_bytes_leave_nothing_and_may_come_again(self, store: ObjectStore) -> None:
        stored = store.put(io.BytesIO(b"should never have been kept"))

        store.erase(stored.key)
        store.erase(stored.key)

        assert (list(store.keys()), list(store.tombstones())) == ([], [])
        assert store.put(io.BytesIO(b"should never have been kept")) == stored

    def test_purged_bytes_are_not_taken_again(self, store: ObjectStore) -> None:
        stored = store.put(io.BytesIO(b"to be destroyed"))
        store.purge(stored.key, MINUTES)

        with pytest.raises(ObjectPurged):
            store.put(io.BytesIO(b"to be destroyed"))

        assert list(store.keys()) == []

    def test_what_a_record_stands_on_is_not_purged(
        self, store: ObjectStore, references: set[ObjectKey]
    ) -> None:
        stored = store.put(io.BytesIO(b"still needed"))
        references.add(stored.key)

        with pytest.raises(ObjectReferenced):
            store.purge(stored.key, MINUTES)

        assert read(store, stored.key) == b"still needed"
        assert list(store.tombstones()) == []

    def test_purging_again_returns_the_first_act(self, store: ObjectStore) -> None:
        stored = store.put(io.BytesIO(b"to be destroyed"))
        first = store.purge(stored.key, MINUTES)

        second = store.purge(stored.key, Act(who="another", instrument="another", reason="another"))

        assert second == first

    def test_what_never_was_here_leaves_no_tombstone(self, store: ObjectStore) -> None:
        with pytest.raises(ObjectNotFound):
            store.purge(ABSENT, MINUTES)

        assert list(store.tombstones()) == []

    def test_one_purge_leaves_the_others_alone(self, store: ObjectStore) -> None:
        gone, kept = (store.put(io.BytesIO(data)).key for data in (b"gone", b"kept"))

        store.purge(gone, MINUTES)

        assert list(store.keys()) == [kept]
        assert read(store, kept) == b"kept"

    def test_writers_racing_a_purge_leave_nothing_behind(self, store: ObjectStore) -> None:
        key = store.put(io.BytesIO(b"contested")).key

        def write(_: int) -> None:
            with pytest.raises(ObjectPurged):
                while True:
                    store.put(io.BytesIO(b"contested"))

        with ThreadPoolExecutor(5) as people:
            writers = [people.submit(write, number) for number in range(4)]
            store.purge(key, MINUTES)
            for writer in writers:
                writer.result(timeout=60)

        assert list(store.keys()) == []

    def test_no_text_of_the_store_shows_a_secret(self, store: ObjectStore) -> None:
        assert "secret" not in repr(store)
        assert "Minio" not in repr(store)

    def test_any_order_of_acts_keeps_the_promises(self, store: ObjectStore) -> None:
        lives = count()

        class Custody(RuleBasedStateMachine):
            """Puts, purges and looks in any order, beside a model in two sets."""

            def __init__(self) -> None:
                super().__init__()
                self.salt = b"life %d: " % next(lives)
                self.kept: dict[ObjectKey, bytes] = {}
                self.purged: set[ObjectKey] = set()
                self.before = set(store.keys())

            @rule(number=st.integers(0, 4))
            def put(self, number: int) -> None:
                data = self.salt + bytes([number])
                if key_of(data) in self.purged:
                    with pytest.raises(ObjectPurged):
                        store.put(io.BytesIO(data))
                else:
                    self.kept[store.put(io.BytesIO(data)).key] = data

            @rule(number=st.integers(0, 4))
            def purge(self, number: int) -> None:
                key = key_of(self.salt + bytes([number]))
                if key in self.kept or key in self.purged:
                    assert store.purge(key, MINUTES).key == key
                    self.kept.pop(key, None)
                    self.purged.add(key)
                else:
                    with pytest.raises(ObjectNotFound):
                        store.purge(key, MINUTES)

            @invariant()
            def what_is_kept_is_all_there(self) -> None:
                assert set(store.keys()) - self.before == set(self.kept)
                assert all(read(store, key) == data for key, data in self.kept.items())

        run_state_machine_as_test(
            Custody,
            settings=settings(
                max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
