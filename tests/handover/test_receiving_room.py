"""The receiving room: what settles in it is on the disk, and it leaves the disk some room."""

import os
from pathlib import Path

import pytest

from handover import receiving_room
from handover.receiving_room import RESERVE, Room, RoomFull

NAME = "BG-2026-000001-P0001"


@pytest.fixture
def parcel(tmp_path: Path) -> Path:
    """A folder with two files, one of them in a folder of its own."""
    folder = tmp_path / "disk" / NAME
    (folder / "data" / "01").mkdir(parents=True)
    (folder / "bagit.txt").write_text("BagIt")
    (folder / "data" / "01" / "a.pdf").write_text("PDF")
    return folder


def test_every_file_and_folder_of_what_settles_is_asked_of_the_disk_and_nothing_else(
    tmp_path: Path, parcel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: set[str] = set()
    fsync, room = os.fsync, Room(tmp_path / "received")

    def noted(descriptor: int) -> None:
        held.add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    def whole_machine() -> None:
        raise AssertionError("the whole machine was asked to settle")

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "sync", whole_machine)
    room.bring(parcel, "t", NAME)

    coming = room.coming("t", NAME)
    inside = ("", "bagit.txt", "data", "data/01", "data/01/a.pdf")
    assert held == {str(coming / each) for each in inside} | {str(coming.parent)}
    assert (room.parcel("t", NAME) / "data/01/a.pdf").read_text() == "PDF"


def test_what_leaves_too_little_of_the_disk_is_not_brought(
    tmp_path: Path, parcel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(tmp_path / "received")
    room.bring(parcel, "t", NAME)
    before = sorted(room.folder.rglob("*"))

    monkeypatch.setattr(receiving_room, "free_bytes", lambda _folder: RESERVE + 7)  # eight bytes come
    with pytest.raises(RoomFull):
        room.bring(parcel, "t", NAME)
    after = sorted(room.folder.rglob("*"))
    monkeypatch.setattr(receiving_room, "free_bytes", lambda _folder: RESERVE + 8)
    room.bring(parcel, "t", NAME)

    assert after == before
