"""Readers that come to grief, in a module that a child loads at once."""

import errno
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from handover import bag_check, bag_reading
from handover.receiving_room import Room
from ingest.limits import Limits


def be_killed(*_asked: object, limits: Limits) -> list[object]:
    """End as a machine that is short of memory ends a reader."""
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def be_killed_opening(_archive: Path, folder: Path, *_about: object, limits: Limits) -> list[object]:
    """End so in the middle of unpacking."""
    folder.mkdir()
    (folder / "half").write_bytes(b"of it")
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def die(*_asked: object, limits: Limits) -> list[object]:
    """End as a reader does whom something made for it breaks."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return []


def sleep(*_asked: object, limits: Limits) -> list[object]:
    """Outlive the time that is given."""
    time.sleep(limits.seconds_per_file + 30)
    return []


def find_a_bad_disk(
    folders: Sequence[Path], name: str, profile: bag_check.Profile, *, limits: Limits
) -> list[object]:
    """Read bags from a disk that gives no document back; it is a child's own."""
    read = bag_check._hashed

    def hashed(path: Path, algorithms: set[str]) -> dict[str, str]:
        if path.suffix == ".pdf":
            raise OSError(errno.EIO, "Input/output error")
        return read(path, algorithms)

    bag_check._hashed = hashed
    return list(bag_reading.look_into(folders, name, profile, limits=limits))


def be_killed_settling(room: Room, parcel: Path, transfer: str, name: str) -> None:
    """Bring a parcel, and end where what lay there has gone aside and the other one is not in its place."""
    rename = Path.rename

    def killed(self: Path, target: str | os.PathLike[str]) -> Path:
        if self == room.coming(transfer, name):
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(self, target)

    setattr(Path, "rename", killed)  # noqa: B010 - of a process that ends with it
    room.bring(parcel, transfer, name)
