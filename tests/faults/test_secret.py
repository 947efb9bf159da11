"""What has a secret mark is held before anything is kept: no bytes, word, name or hash of it elsewhere."""

import hashlib
import random
import shutil
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog import people, schema, secret_mark, secret_report
from catalog.access import NotAllowed, Role, Scope
from catalog.batch import Ledger
from catalog.identifiers import BatchId, SourceFileId
from luutru import withholding
from luutru.audit import check
from luutru.bootstrap import Archive
from luutru.index_holder import current, keep_up
from luutru.pipeline import sweep_quay
from luutru.rescreening import screen_archive
from tests.faults.installation import Installation
from tests.faults.processes import kill
from tests.faults.stocked import DECISION, LETTER, MINUTES, png, tiff
from tests.faults.workplace import at_work, ledger, new_archive, read_through, received

pytestmark = pytest.mark.usefixtures("impatient")

MARKED = ("TUYỆT MẬT", "Phương án sơ tán Quýnhxướng", "Bảng kê tọa độ 4417")
NAME = "kehoach-quynhxuong"
WORDS = ("Quýnhxướng", "quýnhxướng", NAME)


@dataclass(frozen=True)
class Box:
    """A folder: a letter, a marked file of two pages, its copy, an archive with a marked page."""

    folder: Path

    @property
    def marked(self) -> list[bytes]:
        return [self._tiff, self._png]

    @property
    def _tiff(self) -> bytes:
        return (self.folder / "Hồ sơ 01" / f"{NAME}.tif").read_bytes()

    @property
    def _png(self) -> bytes:
        with zipfile.ZipFile(self.folder / "gói.zip") as packed:
            return packed.read(f"{NAME}-2.png")


def box(place: Path) -> Box:
    folder = place / "quét"
    for name in ("Hồ sơ 01", "Hồ sơ 02"):
        (folder / name).mkdir(parents=True)
    (folder / "Hồ sơ 01" / "1.png").write_bytes(png(*LETTER))
    (folder / "Hồ sơ 01" / f"{NAME}.tif").write_bytes(tiff(MINUTES, MARKED))
    (folder / "Hồ sơ 02" / f"{NAME} (bản sao).tif").write_bytes(tiff(MINUTES, MARKED))
    with zipfile.ZipFile(folder / "gói.zip", "w") as packed:
        packed.writestr(f"{NAME}-2.png", png("MẬT", *DECISION))
    return Box(folder)


def traces(home: Path, boxed: Box, *, but: tuple[Path, ...] = ()) -> list[str]:
    """Return every file under `home` in which bytes, words, names or hashes of what is marked are found."""
    needles = [word.encode() for word in WORDS]
    for data in boxed.marked:
        needles += [hashlib.sha256(data).hexdigest().encode(), data[len(data) // 2 :][:48]]
    found = []
    for path in home.rglob("*"):
        if not path.is_file() or any(path.is_relative_to(place) for place in but):
            continue
        there = path.read_bytes() + str(path.relative_to(home)).encode()
        found += [f"{path.relative_to(home)}: {needle!r}" for needle in needles if needle in there]
    return found


def custodian(archive: Archive) -> Scope:
    with archive.register.write() as conn:
        person, _once = people.add(conn, archive.system, "mat", full_name="")
        people.grant(conn, archive.system, person, Role.CUSTODIAN)
        return people.find(conn, archive.system, "mat").scope


def held_file(archive: Archive, scope: Scope) -> SourceFileId:
    with archive.register.read() as conn:
        return next(one.file for one in secret_report.reports(conn, scope) if one.page_number == 2)


def digitised(archive: Archive, folder: Path) -> tuple[BatchId, Ledger]:
    batch = received(archive, folder)
    with at_work(archive):
        found = read_through(archive, batch)
    return batch, found


def indexed(archive: Archive) -> None:
    stop = threading.Event()
    with archive.generations.holding():
        name, index = current(archive)
        thread = threading.Thread(target=keep_up, args=(archive, index, name, stop))
        thread.start()
        time.sleep(1.0)
        stop.set()
        thread.join(30)


def test_nothing_of_a_marked_page_is_anywhere_but_on_the_quay(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    archive = new_archive(tmp_path / "home")
    boxed = box(tmp_path)

    _batch, found = digitised(archive, boxed.folder)
    indexed(archive)

    assert (found.read, found.secret_files, found.held) == (1, 3, ())
    assert 3 <= found.secret_pages <= 5  # a copy is held with its file, opened by then or not
    assert found.adds_up
    assert traces(archive.home, boxed, but=(archive.home / "quay",)) == []
    assert not any(word in caplog.text for word in WORDS)
    assert list(archive.quay.readings.names()) == []
    assert check(archive).clean


def test_the_custodian_learns_where_the_paper_lies_and_nobody_else_learns_anything(tmp_path: Path) -> None:
    archive = new_archive(tmp_path / "home")
    digitised(archive, box(tmp_path).folder)
    scope = custodian(archive)

    with archive.register.read() as conn:
        found = secret_report.reports(conn, scope)

    told = {(one.dossier, one.position, one.page_number, one.level) for one in found}
    assert {("Hồ sơ 01", 2, 2, "TUYỆT MẬT"), ("Hồ sơ 02", 1, 2, "TUYỆT MẬT")} < told
    assert sorted((one.page_number, one.level) for one in found)[0] == (1, "MẬT")
    with archive.register.read() as conn, pytest.raises(NotAllowed):
        secret_report.reports(conn, archive.system)


def test_what_is_released_goes_on_and_its_copies_with_it(tmp_path: Path) -> None:
    archive = new_archive(tmp_path / "home")
    batch, _ = digitised(archive, box(tmp_path).folder)
    scope = custodian(archive)

    withholding.release(archive, scope, held_file(archive, scope), reason="chữ trong bảng, không phải dấu")
    with at_work(archive):
        found = read_through(archive, batch)
    indexed(archive)

    assert (found.read, found.secret_files, found.adds_up) == (5, 1, True)
    with archive.register.read() as conn:
        names = set(conn.execute(select(schema.document.c.name)).scalars())
    assert f"{NAME}.tif" in names
    assert check(archive).clean


def test_what_is_wiped_is_nowhere_and_is_known_when_it_comes_again(tmp_path: Path) -> None:
    archive = new_archive(tmp_path / "home")
    boxed = box(tmp_path)
    batch, _ = digitised(archive, boxed.folder)
    scope = custodian(archive)
    with archive.register.read() as conn:
        files = {one.file for one in secret_report.reports(conn, scope)}

    done: set[SourceFileId] = set()
    for file in sorted(files):
        if file not in done:
            done |= set(withholding.wipe(archive, scope, file, reason="bí mật", instrument="BB 01/BB"))

    assert done == files
    assert traces(archive.home, boxed) == []
    assert (ledger(archive, batch).secret_files, ledger(archive, batch).adds_up) == (0, True)
    indexed(archive)
    assert check(archive).clean
    shutil.rmtree(boxed.folder / "Hồ sơ 02")
    again = tmp_path / "lại"
    again.mkdir()
    (again / "khác.tif").write_bytes(boxed.marked[0])
    _, second = digitised(archive, again)
    assert (second.received, second.secret_files) == (0, 1)


def test_what_was_kept_before_is_found_by_screening_and_taken_out_of_store_and_index(tmp_path: Path) -> None:
    archive = new_archive(tmp_path / "home")
    boxed = box(tmp_path)
    batch, _ = digitised(archive, boxed.folder)
    scope = custodian(archive)
    withholding.release(archive, scope, held_file(archive, scope), reason="thử")
    with at_work(archive):
        read_through(archive, batch)
    indexed(archive)
    with archive.register.write() as conn:  # as an archive of the version before would be
        conn.execute(schema.page.update().values(mark_released=False, screened=None))

    found = screen_archive(archive)

    assert (found.held, found.unseen) == (1, 0)
    assert ledger(archive, batch).secret_files == 3
    assert traces(archive.home, boxed, but=(archive.home / "quay",)) == []
    assert screen_archive(archive).looked == 0
    assert check(archive).clean


def test_a_worker_killed_at_any_moment_leaves_the_file_held_and_no_trace(tmp_path: Path) -> None:
    boxed = box(tmp_path)
    installation = Installation(tmp_path / "home", {"LUUTRU_TRUEOCR": "no", "LUUTRU_HANDS": "1"})
    archive = new_archive(installation.home)
    batch = received(archive, boxed.folder)
    chance = random.Random(7)

    for _ in range(4):
        worker = installation.start("worker")
        time.sleep(chance.uniform(2.0, 5.0))
        kill(worker.pid)
        worker.wait()
    with at_work(archive):
        found = read_through(archive, batch)
    sweep_quay(archive, older_seconds=0.0)

    assert (found.read, found.secret_files, found.adds_up) == (1, 3, True)
    assert traces(archive.home, boxed, but=(archive.home / "quay",)) == []
    assert sum(1 for _ in archive.quay.held.names()) == 3
    indexed(archive)
    assert check(archive).clean


def test_a_hold_that_breaks_off_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = new_archive(tmp_path / "home")
    boxed = box(tmp_path)
    broken = iter([True, True])
    real = secret_mark.hold

    def breaks(*words: Any, **more: Any) -> Any:
        if next(broken, False):
            raise OSError(5, "the disk failed")
        return real(*words, **more)

    monkeypatch.setattr(secret_mark, "hold", breaks)

    _, found = digitised(archive, boxed.folder)

    assert found.secret_files == 3
    assert traces(archive.home, boxed, but=(archive.home / "quay",)) == []
