"""The quay: what is acknowledged lies there, what broke off does not, and a wiped file is gone."""

import fcntl
import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.folder import DiskFull, NotOurFolder
from storage.hashing import TooLarge
from storage.quay import (
    ArrivedChanged,
    BadQuayName,
    NotOnQuay,
    Quay,
    QuayName,
    UploadBusy,
    UploadId,
    WrongOffset,
)
from tests.contracts.object_store import blank, breaks_after

LIMIT = 1 << 20


@pytest.fixture
def quay(tmp_path: Path) -> Quay:
    return Quay(tmp_path / "quay", reserve_bytes=0)


def read(quay: Quay, name: QuayName) -> bytes:
    with quay.open(name) as file:
        return file.read()


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.name != "luutru-folder.json")


def test_what_landed_lies_there_under_a_name_that_says_nothing(quay: Quay) -> None:
    scan = b"%PDF-1.7 a secret, perhaps"

    landed = quay.land(io.BytesIO(scan), limit_bytes=LIMIT)

    assert (landed.sha256, landed.size) == (hashlib.sha256(scan).hexdigest(), len(scan))
    assert read(quay, landed.name) == quay.path(landed.name).read_bytes() == scan
    assert quay.size(landed.name) == len(scan)
    assert list(quay.names()) == [landed.name]
    assert landed.name not in landed.sha256


def test_the_same_bytes_land_twice_as_two_files(quay: Quay) -> None:
    first, second = (quay.land(io.BytesIO(b"a page"), limit_bytes=LIMIT) for _ in range(2))

    quay.release(first.name)

    assert list(quay.names()) == [second.name]


def test_only_its_owner_can_read_what_landed(quay: Quay) -> None:
    landed = quay.land(io.BytesIO(b"a page"), limit_bytes=LIMIT)

    assert quay.path(landed.name).stat().st_mode & 0o777 == 0o600
    assert quay.path(landed.name).parent.stat().st_mode & 0o777 == 0o700


def test_a_broken_arrival_leaves_nothing(quay: Quay, tmp_path: Path) -> None:
    with pytest.raises(ConnectionError):
        quay.land(breaks_after(b"half a scan"), limit_bytes=LIMIT)

    assert list(files(tmp_path)) == []


def test_more_than_the_limit_leaves_nothing(quay: Quay, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        quay.land(blank(LIMIT + 1), limit_bytes=LIMIT)

    assert list(files(tmp_path)) == []


def test_a_disk_without_its_reserve_takes_nothing(tmp_path: Path) -> None:
    quay = Quay(tmp_path / "quay", reserve_bytes=1 << 60)

    with pytest.raises(DiskFull, match="MiB free"):
        quay.land(io.BytesIO(b"a page"), limit_bytes=LIMIT)

    assert list(files(tmp_path)) == []


def test_a_released_file_is_gone_and_releasing_twice_is_no_fault(quay: Quay, tmp_path: Path) -> None:
    landed = quay.land(io.BytesIO(b"a page"), limit_bytes=LIMIT)

    quay.release(landed.name)
    quay.release(landed.name)

    assert list(files(tmp_path)) == []
    with pytest.raises(NotOnQuay):
        quay.open(landed.name)


def test_a_wiped_file_is_overwritten_before_it_goes(quay: Quay, tmp_path: Path) -> None:
    landed = quay.land(io.BytesIO(b"top secret"), limit_bytes=LIMIT)
    second_name = tmp_path / "second name"
    second_name.hardlink_to(quay.path(landed.name))

    quay.wipe(landed.name)
    quay.wipe(landed.name)

    assert second_name.read_bytes() == bytes(len(b"top secret"))
    assert list(quay.names()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 31, "g" * 32, "A" * 32])
def test_a_name_that_is_none_goes_no_further(quay: Quay, name: str) -> None:
    for ask in (quay.open, quay.path, quay.release, quay.wipe):
        with pytest.raises(BadQuayName):
            ask(QuayName(name))
    for ask_upload in (quay.offset, quay.finish, quay.discard):
        with pytest.raises(BadQuayName):
            ask_upload(UploadId(name))


def test_a_store_is_no_quay(tmp_path: Path) -> None:
    Quay(tmp_path)
    (tmp_path / "luutru-folder.json").write_text('{"kind": "object-store", "format": 1}')

    with pytest.raises(NotOurFolder):
        Quay(tmp_path)


def test_an_upload_in_pieces_is_one_file(quay: Quay) -> None:
    upload = quay.begin()

    first = quay.append(upload, 0, io.BytesIO(b"first half, "), limit_bytes=LIMIT)
    second = quay.append(upload, first, io.BytesIO(b"second half"), limit_bytes=LIMIT)
    landed = quay.finish(upload)

    assert (first, second) == (12, 23)
    assert read(quay, landed.name) == b"first half, second half"
    assert landed.sha256 == hashlib.sha256(b"first half, second half").hexdigest()


def test_any_cutting_of_a_file_gives_the_same_file(quay: Quay) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(pieces=st.lists(st.binary(max_size=300), max_size=6))
    def law(pieces: list[bytes]) -> None:
        upload = quay.begin()
        offset = 0
        for piece in pieces:
            offset = quay.append(upload, offset, io.BytesIO(piece), limit_bytes=LIMIT)

        landed = quay.finish(upload)

        assert read(quay, landed.name) == b"".join(pieces)
        assert landed.size == offset

    law()


def test_a_wrong_offset_is_told_the_right_one(quay: Quay) -> None:
    upload = quay.begin()
    quay.append(upload, 0, io.BytesIO(b"0123"), limit_bytes=LIMIT)

    for wrong in (0, 3, 5):
        with pytest.raises(WrongOffset) as caught:
            quay.append(upload, wrong, io.BytesIO(b"x"), limit_bytes=LIMIT)
        assert caught.value.expected == 4
    assert quay.offset(upload) == 4


def test_what_came_before_the_break_is_kept(quay: Quay) -> None:
    upload = quay.begin()
    with pytest.raises(ConnectionError):
        quay.append(upload, 0, breaks_after(b"first half, "), limit_bytes=LIMIT)

    quay.append(upload, quay.offset(upload), io.BytesIO(b"second half"), limit_bytes=LIMIT)

    assert read(quay, quay.finish(upload).name) == b"first half, second half"


def test_an_upload_past_the_limit_goes_back(quay: Quay) -> None:
    upload = quay.begin()
    quay.append(upload, 0, io.BytesIO(b"0123"), limit_bytes=LIMIT)

    with pytest.raises(TooLarge):
        quay.append(upload, 4, blank(3 * LIMIT), limit_bytes=2 * LIMIT)

    assert quay.offset(upload) == 4


def test_finishing_twice_answers_the_same(quay: Quay) -> None:
    upload = quay.begin()
    quay.append(upload, 0, io.BytesIO(b"a page"), limit_bytes=LIMIT)

    assert quay.finish(upload) == quay.finish(upload)
    assert len(list(quay.names())) == 1


def test_what_is_not_what_was_announced_does_not_land(quay: Quay, tmp_path: Path) -> None:
    upload = quay.begin()
    quay.append(upload, 0, io.BytesIO(b"a page"), limit_bytes=LIMIT)

    with pytest.raises(ArrivedChanged):
        quay.finish(upload, sha256=hashlib.sha256(b"a pagf").hexdigest())

    assert list(files(tmp_path)) == []


def test_two_requests_do_not_write_into_one_upload(quay: Quay, tmp_path: Path) -> None:
    upload = quay.begin()

    with (tmp_path / "quay" / "uploads" / upload).open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(UploadBusy):
            quay.append(upload, 0, io.BytesIO(b"a page"), limit_bytes=LIMIT)
        with pytest.raises(UploadBusy):
            quay.finish(upload)


def test_an_upload_that_was_given_up_is_not_there(quay: Quay) -> None:
    upload = quay.begin()
    quay.discard(upload)
    quay.discard(upload)

    for ask in (quay.offset, quay.finish):
        with pytest.raises(NotOnQuay):
            ask(upload)


def test_only_uploads_that_nobody_went_on_with_are_cleared(tmp_path: Path) -> None:
    quay = Quay(tmp_path, reserve_bytes=0, stale_seconds=3600)
    stale, fresh = quay.begin(), quay.begin()
    os.utime(tmp_path / "uploads" / stale, (0, time.time() - 3601))

    cleared = quay.clear_stale()

    assert cleared == 1
    assert quay.offset(fresh) == 0
    with pytest.raises(NotOnQuay):
        quay.offset(stale)


LANDS = """
import io, sys, random
from pathlib import Path
from storage.quay import Quay
quay = Quay(Path(sys.argv[1]), reserve_bytes=0)
chance = random.Random(int(sys.argv[2]))
while True:
    landed = quay.land(io.BytesIO(chance.randbytes(chance.randrange(1, 3_000_000))), limit_bytes=1 << 30)
    print(landed.name, landed.sha256, flush=True)
"""


def test_a_killed_process_loses_nothing_acknowledged_and_leaves_no_half_file(tmp_path: Path) -> None:
    acknowledged: dict[str, str] = {}

    for seed in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", LANDS, tmp_path, str(seed)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        lines = [process.stdout.readline()]  # it is at work now
        time.sleep(0.017 * seed)
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.read().splitlines()
        process.stdout.close()
        process.wait()
        acknowledged.update(line.split() for line in lines if len(line.split()) == 2)  # type: ignore[misc]
    quay = Quay(tmp_path, reserve_bytes=0)

    found = {name: hashlib.sha256(read(quay, QuayName(name))).hexdigest() for name in acknowledged}
    assert found == acknowledged
    assert len(set(quay.names()) - set(acknowledged)) <= 6  # landed, but killed before saying so
    assert list((tmp_path / "incoming").iterdir()) == []
