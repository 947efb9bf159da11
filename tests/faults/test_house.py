"""A disk or a database that fails for a while blames no page, loses nothing, and is told to somebody."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from catalog import register as registers
from catalog import schema, work
from luutru import worker
from luutru.audit import check_objects
from luutru.bootstrap import Archive
from luutru.errors import BackendError
from luutru.worker import Worker
from storage.folder import DiskFull
from storage.local import LocalStore
from storage.object_store import StoredObject
from storage.quay import Quay, QuayName
from tests.faults.stocked import DECISION, LETTER, png
from tests.faults.workplace import at_work, ledger, new_archive, read_through, received, wait_until

pytestmark = pytest.mark.usefixtures("impatient")


def small_folder(place: Path) -> Path:
    folder = place / "quét"
    folder.mkdir()
    (folder / "1.png").write_bytes(png(*LETTER))
    (folder / "2.png").write_bytes(png(*DECISION))
    return folder


class FullStore(LocalStore):
    """A folder store on a disk that is full while `full` says so."""

    full: Callable[[], bool] = staticmethod(lambda: True)

    def put(self, data: BinaryIO) -> StoredObject:
        if self.full():
            raise DiskFull("putting an object: No space left on device")
        return super().put(data)


def with_full_store(archive: Archive, full: Callable[[], bool]) -> Archive:
    store = FullStore(archive.home / "objects", is_referenced=lambda _key: True)
    store.full = full
    return replace(archive, store=store)


def test_a_full_store_holds_no_page_and_the_batch_ends_when_there_is_room(tmp_path: Path) -> None:
    room = threading.Event()
    refusals: list[float] = []

    def full() -> bool:
        if not room.is_set():
            refusals.append(time.monotonic())
        return not room.is_set()

    archive = with_full_store(new_archive(tmp_path / "home"), full)
    batch = received(archive, small_folder(tmp_path))

    with at_work(archive):
        wait_until(lambda: len(refusals) >= 10)  # more than two pages could take before they are held
        meanwhile = ledger(archive, batch)
        room.set()
        found = read_through(archive, batch)

    assert (meanwhile.held, meanwhile.indexed) == ((), 0)
    assert (found.held, found.read) == ((), 2)


def test_a_store_that_stays_full_ends_the_worker_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "TROUBLE_SECONDS", 1.0)
    archive = with_full_store(new_archive(tmp_path / "home"), lambda: True)
    batch = received(archive, small_folder(tmp_path))

    with pytest.raises(DiskFull, match="No space left"):
        Worker(archive).run()

    assert ledger(archive, batch).held == ()


def test_a_full_quay_takes_nothing_in_and_the_next_try_goes_on(tmp_path: Path) -> None:
    archive = new_archive(tmp_path / "home")
    full = replace(archive, quay=Quay(archive.home / "quay", reserve_bytes=1 << 60))
    folder = small_folder(tmp_path)

    with pytest.raises(BackendError, match="free"):
        received(full, folder)
    batch = received(archive, folder)

    assert ledger(archive, batch).files == 2
    assert len(list(archive.quay.names())) == 2


def test_a_register_locked_by_somebody_else_costs_time_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registers, "BUSY_SECONDS", 1)
    monkeypatch.setattr(work, "LEASE", timedelta(seconds=2))
    archive = new_archive(tmp_path / "home")
    batch = received(archive, small_folder(tmp_path))

    with at_work(archive):
        time.sleep(1.0)
        other = sqlite3.connect(archive.home / "register.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(4.0)
        other.execute("ROLLBACK")
        other.close()
        found = read_through(archive, batch)

    assert (found.held, found.read) == ((), 2)


def test_claims_are_held_on_to_whatever_fails_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    working = Worker(new_archive(tmp_path / "home"))
    working._in_hand.add("owner")
    asked: list[str] = []

    def renew(_conn: object, _scope: object, owner: str) -> int:
        asked.append(owner)
        if len(asked) == 1:
            raise RuntimeError("a fault of ours")
        working.stop()
        return 1

    monkeypatch.setattr(work, "LEASE", timedelta(seconds=0.04))
    monkeypatch.setattr(work, "renew", renew)

    working._renew()

    assert asked == ["owner", "owner"]


def test_a_file_admitted_while_the_archive_is_checked_is_not_missed_on_the_quay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = new_archive(tmp_path / "home")
    received(archive, small_folder(tmp_path))
    first, second = archive.quay.names()
    for name in (first, second):
        archive.quay.release(name)

    def names_after_an_admission(_quay: Quay) -> Iterator[QuayName]:
        with archive.register.write() as conn:
            admitted = schema.source_file.c.quay_name == first
            conn.execute(schema.source_file.update().where(admitted).values(quay_name=None))
        return iter(())

    monkeypatch.setattr(Quay, "names", names_after_an_admission)

    missed = [fault.subject for fault in check_objects(archive) if fault.code == "quay-missing"]

    assert missed == [second]


def test_what_landed_and_was_never_registered_is_swept_and_what_is_needed_stays(tmp_path: Path) -> None:
    import io

    from luutru.pipeline import sweep_quay

    archive = new_archive(tmp_path / "home")
    batch = received(archive, small_folder(tmp_path))
    orphan = archive.quay.land(io.BytesIO(b"never registered"), limit_bytes=100)

    young = sweep_quay(archive)
    old = sweep_quay(archive, older_seconds=0.0)

    assert (young, old) == (0, 1)
    assert orphan.name not in set(archive.quay.names())
    assert ledger(archive, batch).files == len(list(archive.quay.names())) == 2


def test_a_landed_file_that_was_swept_before_it_was_registered_is_not_acknowledged(tmp_path: Path) -> None:
    import io

    from catalog import batch as batches
    from catalog import fonds
    from ingest.receive import LandingLost, enter

    archive = new_archive(tmp_path / "home")
    batch = received(archive, small_folder(tmp_path))
    landed = archive.quay.land(io.BytesIO(b"slow"), limit_bytes=100)
    archive.quay.release(landed.name)
    with archive.register.read() as conn:
        found = batches.find(conn, archive.system, batch)
        whose = fonds.find(conn, archive.system, "SYT")

    with pytest.raises(LandingLost):
        enter(
            landed,
            origin="/x",
            path="x",
            box=None,
            dossier_label=None,
            register=archive.register,
            scope=archive.system,
            quay=archive.quay,
            batch=found,
            fonds=whose,
        )

    assert ledger(archive, batch).files == 2
