"""What came, laid out so that it can be looked at: parcels as folders, archives safely unpacked.

A parcel may come as a folder, a tar or a ZIP, alone or among others, with handover.json beside it or not.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from handover import announcement
from handover.announcement import Announcement, AnnouncementInvalid
from handover.bag_path import portable_fault
from handover.outcome import AGAIN, Check, could_not_run, failed
from handover.unpack import Bounds, NotAnArchive, unpack_apart
from ingest.limits import Limits
from ingest.sandbox import SandboxUnavailable
from luutru.errors import InvalidInput

ARCHIVES = (".tar", ".zip")
MOST_PARCELS = 20_000


class NothingToReceive(InvalidInput):
    """There is no parcel in this place."""

    slug = "nothing-to-receive"


@dataclass(frozen=True)
class Landed:
    """One parcel as it came."""

    name: str  #: of its folder or archive, without its ending
    path: Path  #: as it came
    packed: bool  #: a tar or ZIP


def announced(place: Path) -> Announcement | None:
    """Return what handover.json beside the parcels says; None: there is none.

    Raises:
        AnnouncementInvalid: it cannot be understood.
    """
    for folder in (place, place.parent) if (place / "bagit.txt").exists() or place.is_file() else (place,):
        path = folder / announcement.NAME
        if path.is_file() and not path.is_symlink():
            if path.stat().st_size > announcement.MOST_BYTES:
                raise AnnouncementInvalid(
                    f"{announcement.NAME} has more than {announcement.MOST_BYTES} bytes"
                )
            return announcement.from_json(path.read_bytes())
    return None


def landed(place: Path) -> list[Landed]:
    """Return the parcels in `place`, by name: itself, those in it, or those in its folder parcels/.

    Raises:
        NothingToReceive: there is none.
    """
    found = list(_landed(place))
    if not found or len(found) > MOST_PARCELS:
        raise NothingToReceive(f"{place} holds {len(found)} parcels; 1 to {MOST_PARCELS} can be received")
    return sorted(found, key=lambda one: (one.name, one.path.name))


def _landed(place: Path) -> Iterator[Landed]:
    if place.is_file():
        yield Landed(place.stem, place, packed=True)
        return
    if not place.is_dir():
        return
    if (place / "bagit.txt").is_file():
        yield Landed(place.name, place, packed=False)
        return
    for folder in (place, place / "parcels"):
        if not folder.is_dir() or folder.is_symlink():
            continue
        for each in sorted(folder.iterdir()):
            if each.is_symlink():
                continue
            if (each.is_dir() and (each / "bagit.txt").is_file()) or (each.is_dir() and folder is not place):
                yield Landed(each.name, each, packed=False)
            elif each.is_file() and each.suffix.lower() in ARCHIVES:
                yield Landed(each.stem, each, packed=True)


def lay_out(one: Landed, room: Path, bounds: Bounds, limits: Limits) -> tuple[Path | None, list[Check]]:
    """Return the parcel's folder, and what is unsafe about how it came (R1); None: there is nothing to open.

    `room`: a new folder, for what is unpacked; by a child with `limits`. Where this machine could not open
    an archive, nothing is said against it.
    """
    if not one.packed:
        return one.path, list(_unsafe(one.path, bounds))
    try:
        faults = unpack_apart(one.path, room, bounds, limits=limits)
    except NotAnArchive as error:
        return None, [failed("archive-unreadable", one.path.name, str(error))]
    except SandboxUnavailable as error:
        return None, [could_not_run("archive-unread", one.path.name, str(error), unread=AGAIN)]
    if not room.exists():
        return None, faults
    inner = [each for each in room.iterdir() if each.is_dir()]
    if (room / "bagit.txt").is_file():
        return room, faults
    if len(inner) == 1 and len(list(room.iterdir())) == 1:
        return inner[0], faults
    said = f"one folder at its top, found {len(list(room.iterdir()))} things"
    return None, [*faults, failed("archive-top-wrong", one.path.name, said)]


def _unsafe(folder: Path, bounds: Bounds) -> Iterator[Check]:
    """Yield what may not be taken over from a folder; links and special files are `bag_check`'s to tell."""
    entries, size = 0, 0
    for root, folders, names in os.walk(folder, followlinks=False):
        entries += len(names)
        if entries > bounds.entries:
            yield failed("folder-too-many", "", f"more than {bounds.entries} files")
            return
        for name in names:
            path = Path(root, name)
            within = path.relative_to(folder).as_posix()
            size += path.lstat().st_size
            if reason := portable_fault(within):
                yield failed("name-not-portable", within, reason)
        folders[:] = [name for name in folders if not Path(root, name).is_symlink()]
    if size > bounds.bytes:
        yield failed("folder-too-large", "", f"{size} bytes, at most {bounds.bytes}")
