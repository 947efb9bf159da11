"""A page that kills, hangs or swells its reader is held with its reason; all others go on."""

import io
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from catalog import retrying, schema, work
from ingest.limits import Limits
from luutru import hands, worker
from luutru.pipeline import Looked, LookOrder
from tests.faults.stocked import DECISION, LETTER, MINUTES, png, tiff
from tests.faults.workplace import at_work, ledger, new_archive, read_through, received, wait_until

pytestmark = pytest.mark.usefixtures("impatient")

POISONED = 1
"""Index of the page, within the one file that has several, over which a hand comes to grief."""


def folder_with_poison(place: Path) -> Path:
    folder = place / "quét"
    folder.mkdir()
    (folder / "1.png").write_bytes(png(*LETTER))
    (folder / "2.tif").write_bytes(tiff(DECISION, MINUTES))
    return folder


def grieve(
    monkeypatch: pytest.MonkeyPatch, do: Callable[[int], None], *, while_set: threading.Event | None = None
) -> None:
    """Have something done to every hand that is given the poisoned page."""

    class Grieved(hands.Hand):
        def look(self, orders: Sequence[LookOrder]) -> list[Looked]:
            poisoned = any(order.index == POISONED for order in orders)
            if poisoned and (while_set is None or while_set.is_set()):
                if self.pid is None:
                    self._start()
                assert self.pid is not None
                do(self.pid)
            return super().look(orders)

    monkeypatch.setattr(worker, "Hand", Grieved)


def test_a_page_over_which_hands_die_is_held_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def soon(pid: int) -> None:
        threading.Timer(0.05, os.kill, (pid, signal.SIGKILL)).start()

    archive = new_archive(tmp_path / "home")
    grieve(monkeypatch, soon)
    batch = received(archive, folder_with_poison(tmp_path))

    with at_work(archive):
        found = read_through(archive, batch)

    assert (found.received, found.read, found.adds_up) == (3, 2, True)
    assert [(item.name, item.page, item.code) for item in found.held] == [("2.tif", 2, "hand-died")]
    assert "died" in found.held[0].reason


def test_a_page_over_which_hands_hang_is_held_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = replace(new_archive(tmp_path / "home"), limits=Limits(seconds_per_page=1.0))
    monkeypatch.setattr(hands, "READING_SECONDS", 4.0)
    monkeypatch.setattr(hands, "SECONDS_FOR_ANOTHER", 0.0)
    monkeypatch.setattr(work, "MOST_FAILURES", 2)
    grieve(monkeypatch, lambda pid: os.kill(pid, signal.SIGSTOP))
    batch = received(archive, folder_with_poison(tmp_path))

    with at_work(archive):
        found = read_through(archive, batch)

    assert [(item.page, item.code, item.reason) for item in found.held] == [
        (2, "hand-died", "no answer within 5 s")
    ]
    assert found.read == 2


def test_a_worker_that_is_told_to_end_lets_every_hand_finish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = threading.Event()

    class Watched(hands.Hand):
        starter = 0

        def look(self, orders: Sequence[LookOrder]) -> list[Looked]:
            me = threading.get_ident()
            self.starter = self.starter or me
            if me != self.starter and not told.is_set():  # not by the one who started the process
                told.set()
                working[0].stop()  # all others come to their end while the page is read
                looked = super().look(orders)
                finished.extend(looked)
                return looked
            return super().look(orders)

    working: list[worker.Worker] = []
    finished: list[Looked] = []
    monkeypatch.setattr(worker, "Hand", Watched)
    monkeypatch.setattr(worker, "PAGES_TOGETHER", 1)
    archive = replace(new_archive(tmp_path / "home"), hands=1)
    folder = tmp_path / "quét"
    folder.mkdir()
    (folder / "1.tif").write_bytes(tiff(DECISION, MINUTES))
    received(archive, folder)

    with at_work(archive) as one:
        working.append(one)
        assert told.wait(60)

    with archive.register.read() as conn:
        failures = conn.execute(schema.page.select().where(schema.page.c.failures > 0)).all()
    assert len(finished) == 1
    assert failures == []


def test_a_held_page_is_read_when_it_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    poison = threading.Event()
    poison.set()
    archive = new_archive(tmp_path / "home")
    grieve(monkeypatch, lambda pid: os.kill(pid, signal.SIGKILL), while_set=poison)
    batch = received(archive, folder_with_poison(tmp_path))

    with at_work(archive):
        held = read_through(archive, batch).held
        poison.clear()
        with archive.register.write() as conn:
            retrying.retry(conn, archive.system, held[0].source_file)
        found = read_through(archive, batch)

    assert (found.read, found.held, found.adds_up) == (3, (), True)


def test_a_page_too_large_for_the_memory_allowed_is_held_with_that_reason(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    Image.new("RGB", (14_000, 14_000), "white").save(bomb, "PNG")
    folder = tmp_path / "quét"
    folder.mkdir()
    (folder / "1.png").write_bytes(png(*LETTER))
    (folder / "2.png").write_bytes(bomb.getvalue())
    archive = replace(
        new_archive(tmp_path / "home"), limits=Limits(memory_bytes=1200 << 20, pixels_per_page=10**9)
    )
    batch = received(archive, folder)

    with at_work(archive):
        found = read_through(archive, batch)

    assert {(item.name, item.code) for item in (*found.held, *found.refused)} == {("2.png", "bomb")}
    assert (found.read, found.held_pages) == (1, 1)


def test_a_fault_in_our_own_program_costs_one_page_and_no_leader_of_hands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_pid: int) -> None:
        raise ZeroDivisionError

    archive = new_archive(tmp_path / "home")
    grieve(monkeypatch, broken)
    batch = received(archive, folder_with_poison(tmp_path))

    with at_work(archive):
        found = read_through(archive, batch)

    assert [(item.page, item.code) for item in found.held] == [(2, "internal")]
    assert "ZeroDivisionError" in found.held[0].reason
    assert found.read == 2


def test_passing_files_of_a_killed_worker_are_swept_and_those_of_a_living_reader_are_not(
    tmp_path: Path,
) -> None:
    archive = new_archive(tmp_path / "home")
    scratch = archive.scratch / "worker"
    memory = hands.memory_folder(scratch) or scratch
    memory.mkdir(mode=0o700, parents=True, exist_ok=True)  # as `hands` makes it, whatever the umask
    orphan = memory / "hand-orphan"
    orphan.mkdir()
    (orphan / "strip.pgm").write_bytes(b"P5")
    alive = hands.PassingFolder(scratch)

    with at_work(archive):
        wait_until(lambda: not orphan.exists())
        swept, kept = not orphan.exists(), alive.path.exists()
    alive.close()

    assert (swept, kept) == (True, True)
    assert hands.memory_folder(scratch) is None or not memory.exists()


def test_nothing_waits_in_an_empty_archive(tmp_path: Path) -> None:
    archive = new_archive(tmp_path / "home")
    folder = tmp_path / "rỗng"
    folder.mkdir()
    batch = received(archive, folder)

    assert ledger(archive, batch).finished
