"""The receiver's end of the line: says what it lacks, takes blocks where it stands, hashes all at the end.

How far each file has come stands in the register, written after its bytes are on the disk: after a cut, in
the middle of a file or of a block, the sender goes on from there. Nothing that is here is sent again; what
the archive keeps elsewhere counts as here only where the one who asks may read it.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, and_, delete, select

from catalog import held_bytes, schema, transfer_arrival, transfer_parcel
from catalog import transfer as transfers
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import ObjectKey, TransferId
from catalog.instants import now
from catalog.register import Register, lock_subject
from catalog.transfer import Transfer
from catalog.transfer_arrival import TransferDiffers
from catalog.transfer_parcel import ParcelNotFound, ParcelRow
from handover import announcement, bag
from handover.announcement import Announcement
from handover.announcing import arrived
from handover.receiving import Expecting
from handover.receiving_room import Room, RoomFull, within
from handover.reception import check_here, settled_here
from handover.report import ParcelReport
from luutru.errors import Conflict, InvalidInput
from storage.folder import free_bytes
from storage.object_store import ObjectStore

BLOCK = 8 << 20  #: bytes of one block at most
MOST_FILES = 20_000
MOST_BYTES = 8_000_000_000
RESERVE = 1 << 30  #: bytes of the disk that nothing which comes may use
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BlockWrong(InvalidInput):
    """A block that is too large, or whose bytes are not those of its digest: the line spoilt it."""

    slug = "block-wrong"


class OffsetWrong(Conflict):
    """The file stands elsewhere; go on from where the message says."""

    slug = "offset-wrong"

    def __init__(self, offset: int) -> None:
        super().__init__(f"the file stands at {offset}")
        self.offset = offset


class ListWrong(InvalidInput):
    """A parcel's list of files that cannot be."""

    slug = "list-wrong"


class NotListed(InvalidInput):
    """A file that the parcel's list does not name."""

    slug = "not-listed"


class FilesLack(Conflict):
    """Files of the parcel have not come whole: ask what lacks, and send it."""

    slug = "files-lack"


@dataclass(frozen=True)
class Listed:
    """One file of a parcel, as its sender lists it."""

    path: str  #: within the parcel
    size: int
    sha256: str


@dataclass(frozen=True)
class Lacking:
    """One file that has not come whole, and where to go on."""

    path: str
    offset: int


class Arrivals:
    """Parcels that come by the line."""

    def __init__(self, register: Register, store: ObjectStore, room: Room, expecting: Expecting) -> None:
        self._register, self._store, self._room, self._expecting = register, store, room, expecting

    def announce(self, scope: Scope, data: bytes) -> Transfer:
        """Enter what a handover.json announces; the same again is the same handover.

        Raises:
            AnnouncementInvalid, ReceiverUnknown, GiverUnknown, NotAllowed: as they say.
            TransferDiffers: it came before and said something else, of whatever; that stands.
        """
        told = announcement.from_json(data)
        with self._register.write() as conn:
            transfer = transfer_arrival.arrive(conn, scope, arrived(told))
        folder = self._room.folder / transfer.id
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = folder / announcement.NAME
        if held.is_file() and self._told(transfer.id).kind != told.kind:  # the register does not say it
            raise TransferDiffers(f"{transfer.number} came before with packages of another kind")
        _write_whole(held, data)
        return transfer

    def parcels(self, scope: Scope, transfer: TransferId) -> tuple[Transfer, list[ParcelRow]]:
        """Return a handover and how far its parcels are."""
        with self._register.read() as conn:
            return self._may(conn, scope, transfer), transfer_parcel.parcels(conn, scope, transfer)

    def lacking(
        self, scope: Scope, transfer: TransferId, parcel: str, files: Sequence[Listed]
    ) -> list[Lacking]:
        """Return what lacks of a parcel by its sender's list; nothing: it is here, or was taken before.

        Raises:
            ListWrong, BadParcelPath, ParcelAtWork, RoomFull: as they say.
        """
        with self._register.read() as conn:
            found, row = self._parcel(conn, scope, transfer, parcel)
        _require_possible(files)
        with self._room.at_work(transfer, parcel):
            if settled_here(self._register, scope, self._room, found, row):
                return []
            self._require_space(sum(file.size for file in files))
            coming = self._room.coming(transfer, parcel)
            with self._alone(found, row) as conn:
                _enter(conn, transfer, row.number, files)
                known = held_bytes.readable(conn, scope, [file.sha256 for file in files])
            for file in self._open(transfer, row.number):
                if file.sha256 in known:
                    self._copy(coming, transfer, row.number, file)
            with self._register.read() as conn:
                rows = list(_rows(conn, transfer, row.number))
        return [Lacking(one.path, here) for one, here in rows if here < one.size]

    def append(
        self,
        scope: Scope,
        transfer: TransferId,
        parcel: str,
        path: str,
        *,
        offset: int,
        sha256: str,
        data: BinaryIO,
    ) -> int:
        """Take one block of a file at `offset`; return where the file stands now, durably.

        Raises:
            OffsetWrong: it stands elsewhere.
            BlockWrong: the block is not what its digest says; nothing of it was kept.
            NotListed, ParcelAtWork, RoomFull: as they say.
        """
        block = data.read(BLOCK + 1)
        if len(block) > BLOCK or hashlib.sha256(block).hexdigest() != sha256:
            raise BlockWrong(f"{len(block)} bytes that are not {sha256[:16]}…; a block has at most {BLOCK}")
        with self._register.read() as conn:
            found, row = self._parcel(conn, scope, transfer, parcel)
        target = within(self._room.coming(transfer, parcel), path)
        with self._room.at_work(transfer, parcel), self._alone(found, row) as conn:
            file, here = _row(conn, transfer, row.number, path)
            if offset != here:
                raise OffsetWrong(here)
            if here + len(block) > file.size:
                raise BlockWrong(f"{path} has {file.size} bytes, the block ends at {here + len(block)}")
            _write_at(target, here, block)
            _stands(conn, transfer, row.number, path, here + len(block))
        return here + len(block)

    def stands(self, scope: Scope, transfer: TransferId, parcel: str, path: str) -> int:
        """Return where a file of a parcel stands, durably."""
        with self._register.read() as conn:
            _found, row = self._parcel(conn, scope, transfer, parcel)
            return _row(conn, transfer, row.number, path)[1]

    def finish(
        self, scope: Scope, transfer: TransferId, parcel: str, *, scratch: Path | None = None
    ) -> ParcelReport | None:
        """Hash every file again from the disk, then check the parcel; None: what lies here stays.

        It takes as long as its checks; whoever asks again meanwhile hears that somebody is at it.

        Raises:
            FilesLack: some have not come whole, or are not what was listed; those begin anew.
            ParcelAtWork: somebody else is at it.
        """
        with self._register.read() as conn:
            self._parcel(conn, scope, transfer, parcel)  # before anything is made for a stranger
        with self._room.at_work(transfer, parcel):
            with self._register.read() as conn:
                found, row = self._parcel(conn, scope, transfer, parcel)
            if settled_here(self._register, scope, self._room, found, row):
                return None
            coming = self._room.coming(transfer, parcel)
            if coming.is_dir():
                self._require_whole(found, row, coming)
            elif self._room.digest(transfer, parcel) is None:
                raise FilesLack(f"nothing of {parcel} has come")
            report = check_here(
                register=self._register,
                scope=scope,
                room=self._room,
                transfer=found,
                told=self._told(transfer),
                row=row,
                expecting=self._expecting,
                scratch=scratch,
            )
            with self._alone(found, row) as conn:
                table = schema.transfer_received
                conn.execute(
                    delete(table).where(table.c.transfer_id == transfer, table.c.parcel == row.number)
                )
        return report

    # --- how ------------------------------------------------------------------------------------------

    def _told(self, transfer: TransferId) -> Announcement:
        return announcement.from_json((self._room.folder / transfer / announcement.NAME).read_bytes())

    def _may(self, conn: Connection, scope: Scope, transfer: TransferId) -> Transfer:
        found = transfers.find(conn, scope, transfer)
        if found.direction != "in":
            raise transfers.TransferNotFound(f"no handover {transfer!r} that came")
        if not any(scope.may(Role.ARCHIVIST, side) for side in (found.from_unit, found.to_unit)):
            raise NotAllowed(f"{scope.actor} is no archivist of either side")
        return found

    def _parcel(
        self, conn: Connection, scope: Scope, transfer: TransferId, name: str
    ) -> tuple[Transfer, ParcelRow]:
        found = self._may(conn, scope, transfer)
        for row in transfer_parcel.parcels(conn, scope, transfer):
            if row.name == name:
                return found, row
        raise ParcelNotFound(f"{found.number} has no parcel {name!r}")

    @contextmanager
    def _alone(self, transfer: Transfer, row: ParcelRow) -> Iterator[Connection]:
        """Give a transaction that nobody else has for this parcel."""
        with self._register.write() as conn:
            lock_subject(conn, f"parcel:{transfer.id}:{row.number}")
            yield conn

    def _require_whole(self, transfer: Transfer, row: ParcelRow, coming: Path) -> None:
        """Pass if every listed file lies there whole, and let go of all others."""
        with self._register.read() as conn:
            rows = list(_rows(conn, transfer.id, row.number))
        wrong = [one for one, here in rows if here < one.size or not _is(coming, one)]
        if wrong or not rows:
            with self._alone(transfer, row) as conn:
                for one, here in rows:
                    if one in wrong and here == one.size:
                        _stands(conn, transfer.id, row.number, one.path, 0)
            raise FilesLack(f"{len(wrong)} of {len(rows)} files of {row.name} have not come whole")
        self._drop_strays(coming, {one.path for one, _here in rows})

    def _open(self, transfer: TransferId, number: int) -> list[Listed]:
        with self._register.read() as conn:
            return [one for one, here in _rows(conn, transfer, number) if here < one.size]

    def _copy(self, coming: Path, transfer: TransferId, number: int, file: Listed) -> None:
        """Bring a file from the store, where it is kept already."""
        target = within(coming, file.path)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with self._store.get(ObjectKey(file.sha256)) as source, target.open("wb") as out:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() == file.sha256 and target.stat().st_size == file.size:
            with self._register.write() as conn:
                _stands(conn, transfer, number, file.path, file.size)

    def _require_space(self, size: int) -> None:
        self._room.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        free = free_bytes(self._room.folder)
        if free < size + RESERVE:
            raise RoomFull(f"{size} bytes come, {free} are free, {RESERVE} of them stay so")

    def _drop_strays(self, coming: Path, listed: set[str]) -> None:
        for path in sorted(coming.rglob("*")):
            if path.is_file() and path.relative_to(coming).as_posix() not in listed:
                path.unlink()


def _require_possible(files: Sequence[Listed]) -> None:
    """Raise ListWrong where a list of files cannot be a parcel's."""
    if len(files) > MOST_FILES or sum(file.size for file in files) > MOST_BYTES:
        raise ListWrong(f"a parcel has at most {MOST_FILES} files of {MOST_BYTES} bytes together")
    alike: set[str] = set()
    for file in files:
        within(Path(), file.path)
        if file.size < 0 or not _DIGEST.fullmatch(file.sha256):
            raise ListWrong(f"{file.path[:80]}: a size from 0 and a SHA-256 in hex")
        if file.path.casefold() in alike:
            raise ListWrong(f"{file.path[:80]} stands twice")
        alike.add(file.path.casefold())
    if bag.TAG_MANIFEST not in alike:
        raise ListWrong(f"the list lacks {bag.TAG_MANIFEST}")


def _enter(conn: Connection, transfer: TransferId, number: int, files: Sequence[Listed]) -> None:
    """Let the register list those files; one that was listed otherwise before begins anew."""
    table = schema.transfer_received
    mine = and_(table.c.transfer_id == transfer, table.c.parcel == number)
    before = {row.path: row for row in conn.execute(select(table).where(mine))}
    same = {
        file.path
        for file in files
        if file.path in before
        and (before[file.path].sha256, before[file.path].size) == (file.sha256, file.size)
    }
    gone = sorted(before.keys() - same)
    for at in range(0, len(gone), 400):
        conn.execute(delete(table).where(mine, table.c.path.in_(gone[at : at + 400])))
    fresh = [
        {
            "transfer_id": transfer,
            "parcel": number,
            "path": file.path,
            "size": file.size,
            "sha256": file.sha256,
            "here": 0,
            "at": now(),
        }
        for file in files
        if file.path not in same
    ]
    if fresh:
        conn.execute(table.insert(), fresh)


def _rows(conn: Connection, transfer: TransferId, number: int) -> Iterator[tuple[Listed, int]]:
    table = schema.transfer_received.c
    rows = conn.execute(
        select(schema.transfer_received)
        .where(table.transfer_id == transfer, table.parcel == number)
        .order_by(table.path)
    )
    for row in rows:
        yield Listed(row.path, row.size, row.sha256), row.here


def _row(conn: Connection, transfer: TransferId, number: int, path: str) -> tuple[Listed, int]:
    table = schema.transfer_received.c
    row = conn.execute(
        select(schema.transfer_received).where(
            table.transfer_id == transfer, table.parcel == number, table.path == path
        )
    ).first()
    if row is None:
        raise NotListed(f"{path[:80]!r} is not on the parcel's list")
    return Listed(row.path, row.size, row.sha256), row.here


def _stands(conn: Connection, transfer: TransferId, number: int, path: str, here: int) -> None:
    table = schema.transfer_received
    conn.execute(
        table.update()
        .where(table.c.transfer_id == transfer, table.c.parcel == number, table.c.path == path)
        .values(here=here, at=now())
    )


def _write_at(target: Path, offset: int, block: bytes) -> None:
    """Write a block durably at `offset`; what lay behind it, of a block that was cut, goes."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW
    descriptor = os.open(target, flags, 0o600)
    with os.fdopen(descriptor, "r+b") as out:
        out.truncate(offset)
        out.seek(offset)
        out.write(block)
        out.flush()
        os.fsync(out.fileno())


def _write_whole(target: Path, data: bytes) -> None:
    part = target.with_name(target.name + ".part")
    with part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)


def _is(folder: Path, file: Listed) -> bool:
    path = within(folder, file.path)
    if not path.is_file():
        if file.size:
            return False
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
