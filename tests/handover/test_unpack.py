"""What was sent is unpacked only when nothing in it reaches elsewhere."""

import errno
import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from handover import unpack as unpacking
from handover.outcome import LONGEST_SUBJECT, MOST_TOLD, Outcome
from handover.unpack import Bounds, NotAnArchive, unpack, unpack_apart
from ingest.limits import MIB, Limits


def zipped(path: Path, *names: str, data: bytes = b"x") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, data)
    return path


def taped(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w") as packed:
        for info, data in members:
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("../ngoai.txt",), "archive-path-unsafe"),
        (("a/../../ngoai.txt",), "archive-path-unsafe"),
        (("/etc/ngoai.txt",), "archive-path-unsafe"),
        (("C:/ngoai.txt",), "archive-path-unsafe"),
        (("..\\ngoai.txt",), "archive-path-unsafe"),
        (("~/ngoai.txt",), "archive-path-unsafe"),
        (("a.txt", "A.TXT"), "archive-names-alike"),
        (("a", "a/b.txt"), "archive-path-unsafe"),
        (("con.txt",), "archive-name-not-portable"),
    ],
)
def test_a_name_that_reaches_elsewhere_stops_all(tmp_path: Path, names: tuple[str, ...], code: str) -> None:
    archive = zipped(tmp_path / "gói.zip", "tốt.txt", *names)

    faults = unpack(archive, tmp_path / "in")

    assert code in {fault.code for fault in faults}
    assert not (tmp_path / "in").exists()


def test_a_link_in_a_tar_is_never_made(tmp_path: Path) -> None:
    link = tarfile.TarInfo("lien-ket")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"

    faults = unpack(taped(tmp_path / "goi.tar", (link, b"")), tmp_path / "in")

    assert [fault.code for fault in faults] == ["archive-link"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "bom.zip", "to.bin", data=bytes(2_000_000))

    faults = unpack(archive, tmp_path / "in", Bounds(small=1000))

    assert [fault.code for fault in faults] == ["archive-bomb"]


def test_more_than_agreed_is_not_unpacked(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "goi.zip", *(f"{number}.txt" for number in range(5)))

    assert [fault.code for fault in unpack(archive, tmp_path / "a", Bounds(entries=4))] == [
        "archive-too-many"
    ]
    assert [fault.code for fault in unpack(archive, tmp_path / "b", Bounds(bytes=4))] == ["archive-too-large"]


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "goi.tar").write_bytes(b"not a tar")

    with pytest.raises(NotAnArchive):
        unpack(tmp_path / "goi.tar", tmp_path / "in")


def test_headers_that_fill_any_memory_end_a_child_and_nothing_else(tmp_path: Path) -> None:
    header, block = tarfile.TarInfo("x"), 64 << 20
    header.type, header.size = tarfile.XHDTYPE, 20 * block
    packed = gzip.compress(header.tobuf(tarfile.USTAR_FORMAT)) + gzip.compress(bytes(block)) * 20
    (tmp_path / "goi.tar").write_bytes(packed)  # of 1 MB

    with pytest.raises(NotAnArchive, match="memory"):
        unpack_apart(tmp_path / "goi.tar", tmp_path / "in", limits=Limits(memory_bytes=1000 * MIB))


def test_a_child_opens_what_can_be_opened_and_tells_the_same(tmp_path: Path) -> None:
    archive = taped(tmp_path / "goi.tar", (tarfile.TarInfo("a/../../b"), b""))
    (tmp_path / "no.tar").write_bytes(b"no archive")

    faults = unpack_apart(archive, tmp_path / "in", limits=Limits())

    assert [(each.code, each.subject) for each in faults] == [("archive-path-unsafe", "a/../../b")]
    with pytest.raises(NotAnArchive, match="neither"):
        unpack_apart(tmp_path / "no.tar", tmp_path / "out", limits=Limits())


def test_of_faults_without_end_the_first_are_told_and_no_name_at_any_length(tmp_path: Path) -> None:
    names = [f"../{number}{'x' * 2_000}" for number in range(MOST_TOLD + 200)]

    faults = unpack_apart(zipped(tmp_path / "gói.zip", *names), tmp_path / "in", limits=Limits())

    assert (len(faults), faults[-1].code) == (MOST_TOLD + 1, "package-more-faults")
    assert faults[-1].detail == "200 more"
    assert max(len(each.subject) for each in faults) == LONGEST_SUBJECT


def broken(path: Path) -> Path:
    """Return a ZIP of two files, of which the first is not what its sum says."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("a.pdf", b"one page")
        packed.writestr("b.pdf", b"another")
    path.write_bytes(path.read_bytes().replace(b"one page", b"one cake"))
    return path


def test_of_a_member_that_cannot_be_read_no_half_stays(tmp_path: Path) -> None:
    faults = unpack_apart(broken(tmp_path / "goi.zip"), tmp_path / "in", limits=Limits())

    assert [(each.code, each.outcome, each.subject) for each in faults] == [
        ("archive-member-unreadable", Outcome.FAILED, "a.pdf")
    ]
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["b.pdf"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_is_full_or_fails_is_not_what_was_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def fail(_member: object, _target: Path) -> int:
        raise OSError(code, "why")

    monkeypatch.setattr(unpacking, "_copy", fail)

    with pytest.raises(OSError, match="why"):
        unpack(zipped(tmp_path / "goi.zip", "a.txt"), tmp_path / "in")


def test_members_that_cannot_be_opened_leave_nothing_open_and_spoil_no_other(tmp_path: Path) -> None:
    names = [f"hong-{number}.txt" for number in range(20)]
    archive = zipped(tmp_path / "goi.zip", *names, "tot.txt")
    data = bytearray(archive.read_bytes())
    for name in names:  # in its own header each is called otherwise
        data[data.index(name.encode())] = ord("q")
    archive.write_bytes(data)
    before = len(list(Path("/proc/self/fd").iterdir()))

    faults = unpack(archive, tmp_path / "in")

    assert [fault.subject for fault in faults] == names
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert [file.name for file in (tmp_path / "in").iterdir()] == ["tot.txt"]
