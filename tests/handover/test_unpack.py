"""What was sent is unpacked only when nothing in it reaches elsewhere."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from handover.unpack import Bounds, NotAnArchive, unpack


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
