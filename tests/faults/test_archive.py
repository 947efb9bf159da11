"""What is broken in the archive itself is told by `check`, and what can be mended is mended."""

import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog import schema
from index.query import parse
from luutru.audit import check
from luutru.bootstrap import Archive
from luutru.index_holder import current, rebuild
from tests.faults.installation import Installation
from tests.faults.stocked import Stocked
from tests.faults.workplace import wait_until


@pytest.fixture
def broken(stocked: Stocked, tmp_path: Path) -> Installation:
    """A copy of the archive that a test may break."""
    return stocked.copy(tmp_path / "home")


def one_of(archive: Archive, kind: str) -> Path:
    """Return where an object of that kind lies."""
    with archive.register.read() as conn:
        key = conn.execute(
            select(schema.kept_object.c.key).where(schema.kept_object.c.kind == kind).limit(1)
        ).scalar_one()
    return next(path for path in (archive.home / "objects").rglob("*") if path.name.startswith(key))


def hits(archive: Archive, words: str) -> int:
    return archive.generations.reader().search(parse(words), scope=archive.system).total


def test_a_changed_master_is_named_and_check_ends_with_one(broken: Installation) -> None:
    path = one_of(broken.open(), "master")
    path.chmod(0o600)
    path.write_bytes(b"X" + path.read_bytes()[1:])

    answer = broken.do("check", "--json")

    assert answer.code == 1
    assert answer.json["clean"] is False
    assert [(fault["code"], fault["subject"]) for fault in answer.json["faults"]] == [
        ("object-changed", path.name)
    ]


def test_a_lost_object_is_named(broken: Installation) -> None:
    archive = broken.open()
    path = one_of(archive, "master")
    path.unlink()

    outcome = check(archive)

    assert [(fault.code, fault.subject) for fault in outcome.faults] == [("object-missing", path.name)]


def test_a_damaged_reading_keeps_no_other_page_from_being_found(broken: Installation) -> None:
    archive = broken.open()
    path = one_of(archive, "reading")
    path.chmod(0o600)
    path.write_bytes(b"not a reading")

    entries = rebuild(archive)

    outcome = check(archive)
    assert {(fault.code, fault.subject) for fault in outcome.faults} == {("object-changed", path.name)}
    assert entries > 3


def test_a_file_gone_from_the_quay_is_named(broken: Installation) -> None:
    archive = broken.open()
    name = next(iter(archive.quay.names()))
    archive.quay.release(name)

    outcome = check(archive)

    assert [(fault.code, fault.subject) for fault in outcome.faults] == [("quay-missing", name)]


def test_without_its_index_an_archive_is_not_called_clean_and_reindex_mends_it(broken: Installation) -> None:
    shutil.rmtree(broken.home / "index")

    without = broken.do("check", "--json")
    mended = broken.do("reindex", "--json")
    after = broken.do("check", "--json")

    assert (without.code, without.json["clean"]) == (1, False)
    assert "reindex" in without.json["unchecked"][0]
    assert (mended.code, after.code) == (0, 0)
    assert hits(broken.open(), "quyết định") > 0


def test_a_damaged_index_is_told_and_the_holder_builds_another(broken: Installation) -> None:
    archive = broken.open()
    generation = archive.generations.current()
    assert generation is not None
    for name in ("meta.json", "format.json"):
        (broken.home / "index" / generation / name).write_text("{")

    before = check(archive)
    name_now, index = current(archive)
    index.close()

    assert not before.clean
    assert before.unchecked
    assert name_now != generation
    assert check(archive).clean


def test_damaged_index_data_does_not_pass_for_a_clean_archive(broken: Installation) -> None:
    archive = broken.open()
    generation = archive.generations.current()
    assert generation is not None
    for path in (broken.home / "index" / generation).glob("*.store"):
        path.write_bytes(b"\0" * 16)

    assert not check(archive).clean


def test_a_holder_at_work_mends_an_index_that_is_taken_from_under_it(broken: Installation) -> None:
    holder = broken.start("hold-index")
    archive = broken.open()
    seen = threading.Event()

    def answers() -> bool:
        try:
            return hits(archive, "quyết định") > 0
        except Exception:
            seen.set()
            return False

    wait_until(answers)
    for generation in (broken.home / "index").glob("g-*"):
        shutil.rmtree(generation)
    (broken.home / "index" / "current").unlink()

    wait_until(answers)
    holder.terminate()

    assert holder.wait(30) == 0
    assert check(archive).clean


def test_two_reindexings_at_once_do_no_harm(broken: Installation) -> None:
    both = [broken.start("reindex", "--json") for _ in range(2)]

    codes = sorted(one.wait(60) for one in both)

    assert codes in ([0, 0], [0, 5])
    assert check(broken.open()).clean
