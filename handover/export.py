"""Writing a sealed handover into a folder, parcel by parcel: what was broken off goes on where it was."""

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog import transfer as transfers
from catalog import transfer_paper, transfer_parcel
from catalog.access import Scope
from catalog.identifiers import TransferId
from catalog.register import Register
from catalog.transfer import Transfer
from catalog.transfer_item import items
from catalog.transfer_parcel import ParcelRow
from catalog.transfer_state import BEFORE_RECEIVER, TransferStateWrong
from handover import bag, parcels
from handover.announcement import NAME, to_json
from handover.announcing import announcement
from handover.parcel import FolderSink, write
from handover.parcels import ParcelWithheld
from luutru.errors import BackendError, InvalidInput
from storage.object_store import ObjectStore

DISK = Path(__file__).parent / "data" / "disk"
VERIFIERS = ("verify.py", "verify.html", "DOC-TRUOC.txt")
"""What lies beside the parcels, so that they are checked with nothing installed."""

Tell = Callable[[int, int], None]
"""Hears how many parcels of how many lie there."""


class FolderNotUsable(InvalidInput):
    """The folder to write to is none, or holds something else under the handover's name."""

    slug = "folder-not-usable"


class DiskRefused(BackendError):
    """The disk did not take what was written; what was finished before is."""

    slug = "disk-refused"


@dataclass(frozen=True)
class Exported:
    """What lies in the folder now."""

    folder: Path
    parcels: tuple[ParcelRow, ...]
    written: int  #: parcels that were written just now; the others lay there
    withheld: tuple[str, ...]  #: names of those that are written nowhere any more, for a dossier in them


def export(
    register: Register,
    store: ObjectStore,
    scope: Scope,
    transfer: TransferId,
    folder: Path,
    *,
    beside: Mapping[str, bytes] | None = None,
    tell: Tell = lambda _done, _of: None,
) -> Exported:
    """Write every parcel of a sealed handover below `folder`, and what lies beside them.

    A parcel that lies there whole (its tag manifest comes last) is not written again. `handover.json` tells
    what is announced; `beside`: other files by name, as minutes and signatures. A parcel with a dossier
    that was withheld is left out, and named in both; one that lay there before is left to the custodian.

    Raises:
        FolderNotUsable, DiskRefused: as they say.
        ParcelChanged, HoldingChanged: the parcel that they name was not written.
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    with register.read() as conn:
        found = transfers.find(conn, scope, transfer)
        transfers.require_giver(scope, found)
        rows = transfer_parcel.parcels(conn, scope, transfer)
        out = {item.parcel for item in items(conn, scope, transfer) if item.withheld}
    if found.state in BEFORE_RECEIVER or found.direction == "in":
        raise TransferStateWrong(f"{found.number} is {found.state.value}: only what we sealed is written")
    top = folder / found.number
    if not folder.is_dir() or top.is_symlink() or (top.exists() and not top.is_dir()):
        raise FolderNotUsable(f"{folder} is no folder, or holds something else called {found.number}")
    written, withheld = 0, []
    try:
        (top / "parcels").mkdir(parents=True, exist_ok=True)
        for done, row in enumerate(rows, start=1):
            try:
                if row.number in out:
                    raise ParcelWithheld(row.name)
                if not _lies_whole(top / "parcels", row):
                    _write(register, store, scope, found, row, len(rows), top / "parcels")
                    written += 1
            except ParcelWithheld:  # the others go
                withheld.append(row.name)
                continue
            if row.state == "planned":
                with register.write() as conn:
                    transfer_parcel.mark(conn, scope, transfer, row.number, "written")
            tell(done, len(rows))
        for name in VERIFIERS:
            shutil.copyfile(DISK / name, top / name)
        for name, data in {NAME: _announced(register, scope, transfer), **(beside or {})}.items():
            _put(top / name, data)
        os.sync()
    except OSError as error:
        raise DiskRefused(f"writing {found.number} to the folder: {error.strerror or error}") from error
    with register.read() as conn:
        return Exported(top, tuple(transfer_parcel.parcels(conn, scope, transfer)), written, tuple(withheld))


def _announced(register: Register, scope: Scope, transfer: TransferId) -> bytes:
    with register.read() as conn:
        minutes = transfer_paper.papers(conn, scope, transfer, kind="minutes")
        named = minutes[0].sha256 if minutes else None
        return to_json(announcement(conn, scope, transfer, minutes=named))


def _lies_whole(folder: Path, row: ParcelRow) -> bool:
    last = folder / row.name / bag.TAG_MANIFEST
    if last.is_symlink() or not last.is_file():
        return False
    return hashlib.sha256(last.read_bytes()).hexdigest() == row.digest


def _write(
    register: Register,
    store: ObjectStore,
    scope: Scope,
    transfer: Transfer,
    row: ParcelRow,
    of: int,
    folder: Path,
) -> None:
    with register.read() as conn:
        made = parcels.again(conn, scope, transfer, row, of, store)
    place = folder / row.name
    if place.is_symlink():
        raise FolderNotUsable(f"{row.name} is a symbolic link")
    if place.exists():  # broken off: what lies there half would not be of the bag
        shutil.rmtree(place)
    write(made, FolderSink(folder))


def _put(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
