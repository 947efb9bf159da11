"""Archives, honest and not."""

import io
import stat
import struct
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.limits import MIB, Limits
from ingest.refusal import (
    Bomb,
    Damaged,
    Empty,
    Refused,
    TooManyMembers,
    UnsafeName,
    Unsupported,
)
from ingest.unpack import list_members, safe_name, unpack
from tests.ingest.makers import zip_of

LIMITS = Limits()


def test_members_come_out_under_their_own_names_in_nfc(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Hộp 1/Hồ sơ đất/trang 01.tif")
    archive = zip_of(tmp_path / "a.zip", [(name, b"scan")])

    unpacked = unpack(archive, tmp_path / "out", limits=LIMITS)

    (member,) = unpacked.members
    assert member.name == "Hộp 1/Hồ sơ đất/trang 01.tif"
    assert member.file.read_bytes() == b"scan"
    assert member.file.relative_to(tmp_path / "out") == Path(member.name)


def test_a_name_packed_as_utf_8_without_saying_so_is_understood(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("Quyet dinh 0123456789.pdf")
    archive = zip_of(tmp_path / "a.zip", [(info, b"scan")])
    wanted = "Quyết định 01.pdf".encode()
    plain = info.filename.encode()[: len(wanted)]
    data = archive.read_bytes()
    short = zip_of(tmp_path / "b.zip", [(plain.decode(), b"scan")])
    data = short.read_bytes().replace(plain, wanted)
    short.write_bytes(data)

    (member,) = list_members(short, limits=LIMITS)

    assert member.name == "Quyết định 01.pdf"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\windows\\a.tif",
        "a/../../b.tif",
        "..\\b.tif",
        "x" * 300,
        "a\x07.tif",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_and_the_rest_goes_on(tmp_path: Path, name: str) -> None:
    archive = zip_of(tmp_path / "a.zip", [(name, b"evil"), ("good.tif", b"scan")])

    unpacked = unpack(archive, tmp_path / "in" / "out", limits=LIMITS)

    assert [member.slug for member in unpacked.refused] == ["unsafe-name"]
    assert [member.name for member in unpacked.members] == ["good.tif"]
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a.zip", "good.tif"]


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = zip_of(tmp_path / "a.zip", [(info, b"/etc/passwd")])

    unpacked = unpack(archive, tmp_path / "out", limits=LIMITS)

    assert [(member.name, member.slug) for member in unpacked.refused] == [("link", "special-file")]


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", [("a.tif", b"scan")])
    data = bytearray(archive.read_bytes())
    central = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[central + 8] |= 1
    archive.write_bytes(bytes(data))

    (member,) = list_members(archive, limits=LIMITS)

    assert member.slug == "encrypted"


def test_two_members_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    names = [unicodedata.normalize(form, "Hồ sơ.tif") for form in ("NFC", "NFD")]
    archive = zip_of(tmp_path / "a.zip", [(names[0], b"first"), (names[1], b"second")])

    unpacked = unpack(archive, tmp_path / "out", limits=LIMITS)

    assert [member.file.read_bytes() for member in unpacked.members] == [b"first"]
    assert [member.slug for member in unpacked.refused] == ["unsafe-name"]


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", [("a", b"file"), ("a/b.tif", b"scan")])

    unpacked = unpack(archive, tmp_path / "out", limits=LIMITS)

    assert [member.name for member in unpacked.members] == ["a"]
    assert [member.slug for member in unpacked.refused] == ["unsafe-name"]


def test_an_archive_in_an_archive_is_a_folder(tmp_path: Path) -> None:
    inner = zip_of(tmp_path / "i.zip", [("t1.tif", b"one"), ("../x", b"evil")]).read_bytes()
    archive = zip_of(tmp_path / "a.zip", [("Hộp 2.zip", inner)])

    unpacked = unpack(archive, tmp_path / "out", limits=LIMITS)

    assert [member.name for member in unpacked.members] == ["Hộp 2.zip/t1.tif"]
    assert [(member.name, member.slug) for member in unpacked.refused] == [("Hộp 2.zip/../x", "unsafe-name")]


def test_a_member_named_like_a_passing_file_is_not_overwritten(tmp_path: Path) -> None:
    inner = zip_of(tmp_path / "b.zip", [("1.tif", b"scan")]).read_bytes()
    archive = zip_of(tmp_path / "a.zip", [("b.zip.packed~", b"a record"), ("b.zip", inner)])

    unpacked = unpack(archive, tmp_path / "out", limits=LIMITS)

    assert [member.file.read_bytes() for member in unpacked.members] == [b"a record", b"scan"]


@pytest.mark.parametrize("limits", [Limits(zip_members=4), Limits(zip_bytes=4000)])
def test_archives_in_an_archive_count_together(tmp_path: Path, limits: Limits) -> None:
    inner = zip_of(tmp_path / "b.zip", [(f"{n}.tif", bytes(400)) for n in range(3)]).read_bytes()
    archive = zip_of(tmp_path / "a.zip", [(f"{name}.zip", inner) for name in "bcd"])

    unpacked = unpack(archive, tmp_path / "out", limits=limits)

    assert {member.name.split("/")[0] for member in unpacked.members} < {"b.zip", "c.zip", "d.zip"}
    assert {member.slug for member in unpacked.refused} <= {"bomb", "too-many-members"}
    assert unpacked.refused


def test_an_archive_two_deep_is_refused(tmp_path: Path) -> None:
    data = zip_of(tmp_path / "0.zip", [("a.tif", b"scan")]).read_bytes()
    for depth in (1, 2):
        data = zip_of(tmp_path / f"{depth}.zip", [("in.zip", data), (f"{depth}.tif", b"scan")]).read_bytes()

    unpacked = unpack(tmp_path / "2.zip", tmp_path / "out", limits=LIMITS)

    assert [member.name for member in unpacked.members] == ["in.zip/1.tif", "2.tif"]
    assert [(member.name, member.slug) for member in unpacked.refused] == [("in.zip/in.zip", "too-deep")]


def test_an_archive_that_swells_is_a_bomb(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", [("a.tif", bytes(70 * MIB))])

    with pytest.raises(Bomb):
        unpack(archive, tmp_path / "out", limits=LIMITS)

    assert not (tmp_path / "out").exists()


def test_a_member_that_lies_about_its_size_stops_there(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", [("a.tif", bytes(MIB)), ("b.tif", b"scan")])
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(signature) + offset
        data[start : start + 4] = struct.pack("<I", 10)
    archive.write_bytes(bytes(data))

    unpacked = unpack(archive, tmp_path / "out", limits=LIMITS)

    assert [member.slug for member in unpacked.refused] == ["damaged"]
    assert [member.name for member in unpacked.members] == ["b.tif"]


def test_members_that_lie_over_each_other_are_a_bomb(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", [(f"{n}.tif", bytes(range(256)) * 40) for n in range(20)])
    data = bytearray(archive.read_bytes())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 20 : at + 24] = struct.pack("<I", 60_000)
        at += 4
    archive.write_bytes(bytes(data))

    with pytest.raises(Bomb, match="over each other"):
        list_members(archive, limits=LIMITS)


@pytest.mark.parametrize(
    ("names", "limits", "refusal"),
    [
        (["a", "b", "c"], Limits(zip_members=2), TooManyMembers),
        (["[Content_Types].xml", "word/document.xml"], LIMITS, Unsupported),
        ([], LIMITS, Empty),
        (["folder/"], LIMITS, Empty),
    ],
)
def test_an_archive_is_refused_whole_with_its_reason(
    tmp_path: Path, names: list[str], limits: Limits, refusal: type[Refused]
) -> None:
    archive = zip_of(tmp_path / "a.zip", [(name, b"") for name in names])

    with pytest.raises(refusal):
        list_members(archive, limits=limits)


def test_a_member_beyond_the_size_of_a_file_is_refused(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", [("big.tif", bytes(2000)), ("small.tif", b"scan")])

    members = list_members(archive, limits=Limits(bytes_per_file=1000))

    assert [member.slug for member in members] == ["too-large", ""]


def test_half_an_archive_is_damaged(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", [("a.tif", b"scan" * 1000)])
    archive.write_bytes(archive.read_bytes()[:40])

    with pytest.raises(Damaged):
        list_members(archive, limits=LIMITS)


@given(st.text(max_size=60))
def test_any_name_is_safe_or_refused(raw: str) -> None:
    try:
        name = safe_name(raw)
    except UnsafeName:
        return
    parts = PurePosixPath(name).parts
    assert not PurePosixPath(name).is_absolute()
    assert ".." not in parts
    assert name == unicodedata.normalize("NFC", name)
    assert safe_name(name) == name


@given(st.binary(max_size=400))
def test_any_bytes_are_an_archive_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.tif", b"scan")
    path = tmp_path_factory.getbasetemp() / "fuzz.zip"
    whole = bytearray(out.getvalue())
    for position, value in enumerate(tail[: len(whole)]):
        whole[position] ^= value
    path.write_bytes(bytes(whole))

    try:
        members = list_members(path, limits=LIMITS)
    except Refused:
        return
    assert all(member.name for member in members)
