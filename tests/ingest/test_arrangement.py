"""How folders become boxes and dossiers."""

import os
import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.arrangement import Arrival, FolderRule, NoSuchPath, list_key, plan


def lay(root: Path, *names: str) -> Path:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"scan")
    return root


def places(root: Path, rule: FolderRule | None = None) -> list[tuple[str, str | None, str | None]]:
    return [(each.relative, each.box, each.dossier) for each in plan([root], rule=rule)]


def test_the_first_folder_is_the_box_the_second_the_dossier(tmp_path: Path) -> None:
    lay(tmp_path, "Hộp 1/HS 01/a.tif", "Hộp 1/HS 02/Phụ lục/b.tif", "Hộp 1/bìa.tif", "lời nói đầu.pdf")

    assert places(tmp_path) == [
        ("lời nói đầu.pdf", None, None),
        ("Hộp 1/bìa.tif", "Hộp 1", None),
        ("Hộp 1/HS 01/a.tif", "Hộp 1", "HS 01"),
        ("Hộp 1/HS 02/Phụ lục/b.tif", "Hộp 1", "HS 02 / Phụ lục"),
    ]


def test_a_single_level_of_folders_is_dossiers(tmp_path: Path) -> None:
    lay(tmp_path, "HS 1/a.tif", "HS 2/b.tif")

    assert places(tmp_path) == [("HS 1/a.tif", None, "HS 1"), ("HS 2/b.tif", None, "HS 2")]


def test_without_boxes_every_level_is_the_dossier(tmp_path: Path) -> None:
    lay(tmp_path, "2019/HS 1/a.tif")

    assert places(tmp_path, FolderRule(boxes=False, joiner=" - ")) == [
        ("2019/HS 1/a.tif", None, "2019 - HS 1")
    ]


def test_names_stand_in_the_order_of_a_persons_list() -> None:
    names = ["trang 10", "đ", "Trang 2", "b", "ă", "ạ", "à", "d", "a", "â", "ơ", "o", "ô"]

    ordered = sorted(names, key=list_key)

    assert ordered == ["a", "à", "ạ", "ă", "â", "b", "d", "đ", "o", "ô", "ơ", "Trang 2", "trang 10"]


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_names_can_be_ordered(names: list[str]) -> None:
    backwards = names[::-1]

    assert sorted(names, key=list_key) == sorted(backwards, key=list_key)


def test_what_systems_leave_between_scans_is_counted_not_taken(tmp_path: Path) -> None:
    lay(
        tmp_path, "HS/a.tif", "HS/Thumbs.db", "HS/.DS_Store", "HS/~$bìa.docx", "__MACOSX/HS/._a.tif", ".git/x"
    )

    found = plan([tmp_path])

    assert [each.relative for each in found] == ["HS/a.tif"]
    assert found.ignored == 5


def test_links_are_not_followed_and_pipes_not_opened(tmp_path: Path) -> None:
    lay(tmp_path, "HS/a.tif")
    (tmp_path / "HS" / "loop").symlink_to(tmp_path)
    (tmp_path / "HS" / "b.tif").symlink_to(tmp_path / "HS" / "a.tif")
    os.mkfifo(tmp_path / "HS" / "pipe")

    found = plan([tmp_path])

    assert len(found) == 1
    assert [(each.relative, each.slug) for each in found.refused] == [
        ("HS/b.tif", "special-file"),
        ("HS/loop", "special-file"),
        ("HS/pipe", "special-file"),
    ]


def test_names_come_in_nfc_and_still_open(tmp_path: Path) -> None:
    lay(tmp_path, unicodedata.normalize("NFD", "Hồ sơ/Tờ trình.tif"))

    (found,) = plan([tmp_path])

    assert (found.relative, found.dossier) == ("Hồ sơ/Tờ trình.tif", "Hồ sơ")
    assert found.origin.endswith("/Hồ sơ/Tờ trình.tif")
    assert found.path.read_bytes() == b"scan"


def test_a_name_that_is_no_utf_8_can_be_written_down(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/H\xe5p.tif")).write_bytes(b"scan")

    (found,) = plan([tmp_path])

    assert found.relative == "H\\xe5p.tif"
    assert found.path.read_bytes() == b"scan"


def test_a_file_may_be_named_by_itself(tmp_path: Path) -> None:
    lay(tmp_path, "HS 1/a.tif")

    (found,) = plan([tmp_path / "HS 1" / "a.tif"])

    assert (found.relative, found.box, found.dossier) == ("a.tif", None, None)


@pytest.mark.parametrize(("on_disk", "typed"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_path_is_found_however_its_letters_are_composed(
    tmp_path: Path, on_disk: Literal["NFC", "NFD"], typed: Literal["NFC", "NFD"]
) -> None:
    lay(tmp_path, unicodedata.normalize(on_disk, "Hồ sơ/Tờ trình.tif"))

    (found,) = plan([tmp_path / unicodedata.normalize(typed, "Hồ sơ/Tờ trình.tif")])

    assert found.path.read_bytes() == b"scan"


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPath):
        plan([tmp_path / "nowhere"])


def test_an_archive_counts_as_a_folder(tmp_path: Path) -> None:
    arrival = Arrival.of_member(
        tmp_path / "x", origin="/in/Hộp 3.ZIP!/HS 1/a.tif", relative="Hộp 3.ZIP/HS 1/a.tif"
    )

    assert (arrival.box, arrival.dossier) == ("Hộp 3", "HS 1")
