"""The receiving room: what settles in it is on the disk, and it leaves the disk some room."""

import errno
import os
import tracemalloc
from pathlib import Path
from typing import BinaryIO

import pytest

from handover import bag, durable, receiving_room
from handover.receiving_room import RESERVE, Room, RoomFull
from storage.folder import settle

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


def test_what_waits_stays_where_there_is_no_room_for_another(
    tmp_path: Path, parcel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(tmp_path / "received")
    room.coming("t", NAME).mkdir(parents=True)
    monkeypatch.setattr(receiving_room, "free_bytes", lambda _folder: 0)

    with pytest.raises(RoomFull):
        room.bring(parcel, "t", NAME)

    assert room.coming("t", NAME).is_dir()


def test_a_list_of_any_length_takes_no_memory_to_be_hashed(tmp_path: Path) -> None:
    room = Room(tmp_path / "received")
    room.parcel("t", NAME).mkdir(parents=True)
    with (room.parcel("t", NAME) / bag.TAG_MANIFEST).open("wb") as tags:
        tags.truncate(64 << 20)

    tracemalloc.start()
    digest = room.digest("t", NAME)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert digest is not None
    assert most < 8 << 20


def test_nobody_says_that_what_cannot_be_read_is_the_same(
    tmp_path: Path, parcel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(tmp_path / "received")
    room.bring(parcel, "t", NAME)
    good = room.holds(parcel, "t", NAME)

    def fail(_one: Path, _other: Path) -> bool:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(receiving_room, "_alike", fail)

    assert (good, room.holds(parcel, "t", NAME)) == (True, False)


def test_what_came_with_a_link_is_not_the_same_as_what_lies_here_without(
    tmp_path: Path, parcel: Path
) -> None:
    room = Room(tmp_path / "received")
    room.bring(parcel, "t", NAME)
    same = room.holds(parcel, "t", NAME)

    (parcel / "data" / "b.pdf").symlink_to("01/a.pdf")

    assert (same, room.holds(parcel, "t", NAME)) == (True, False)


def test_two_who_put_one_file_in_its_place_at_once_are_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "handover.json"

    def meanwhile(out: BinaryIO) -> None:
        monkeypatch.setattr(durable, "settle", settle)
        durable.write_whole(target, b"theirs")
        settle(out)

    monkeypatch.setattr(durable, "settle", meanwhile)
    durable.write_whole(target, b"ours")

    assert target.read_bytes() == b"ours"
    assert list(tmp_path.iterdir()) == [target]
