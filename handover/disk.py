"""A disk that carries a handover: every byte read back after it was written, and a note of which disk it was.

Sticks that pretend to be larger than they are take everything and give something else back; what was just
written is therefore read from the device, not from memory, as far as the system lets go of its copy.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from handover import announcement, bag
from handover.bag_check import PARCEL, check_bag
from handover.outcome import Check, failed
from luutru.errors import IntegrityError

NAME = "media.json"


class DiskLies(IntegrityError):
    """What was read back from the disk is not what was written to it: another disk is needed."""

    slug = "disk-lies"

    def __init__(self, faults: list[Check]) -> None:
        told = "; ".join(f"{each.subject}: {each.code}" for each in faults[:5])
        super().__init__(f"{len(faults)} faults in what was read back: {told}")
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Media:
    """Which disk it is, as people tell disks apart."""

    serial: str = ""  #: as printed on it
    seal: str = ""  #: number of the seal on its envelope
    by: str = ""  #: who wrote it
    at: datetime | None = None


def read_back(top: Path, media: Media, *, tell: Callable[[int, int], None] | None = None) -> Path:
    """Read every parcel below `top` back and hold it against handover.json; write media.json beside it.

    Raises:
        DiskLies: something else came back; there is no media.json then.
        AnnouncementInvalid: handover.json itself came back otherwise.
    """
    note = top / NAME
    note.unlink(missing_ok=True)
    _forget(top)
    told = announcement.from_json((top / announcement.NAME).read_bytes())
    faults: list[Check] = []
    parcels = [parcel for parcel in told.parcels if parcel.name not in told.withheld]
    for done, parcel in enumerate(parcels):
        if tell:
            tell(done, len(parcels))
        faults += _faults(top / "parcels" / parcel.name, parcel.digest)
    if faults:
        raise DiskLies(faults)
    space = os.statvfs(top)
    written = {
        "transfer": told.transfer,
        "serial": media.serial,
        "seal": media.seal,
        "by": media.by,
        "at": media.at.isoformat() if media.at else None,
        "bytes_of_device": space.f_frsize * space.f_blocks,
        "read_back": True,
        "parcels": [{"name": each.name, "digest": each.digest} for each in parcels],
    }
    note.write_text(json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    os.sync()
    return note


def _faults(folder: Path, digest: str) -> list[Check]:
    last = folder / bag.TAG_MANIFEST
    if not last.is_file():
        return [failed("parcel-lacks", folder.name)]
    same = hashlib.sha256(last.read_bytes()).hexdigest() == digest
    other = [] if same else [failed("parcel-digest-other", folder.name, "another parcel lies there")]
    return [*check_bag(folder, PARCEL).faults, *other]


def _forget(top: Path) -> None:
    """Ask the system to let go of what it remembers of those files, so that the device itself is read."""
    os.sync()
    for root, _folders, names in os.walk(top):
        for name in names:
            descriptor = os.open(Path(root, name), os.O_RDONLY | os.O_NOFOLLOW)
            try:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)
