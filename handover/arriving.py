"""The receiver's end of the line: says what it lacks, takes it where it stands, hashes all at the end.

How far each file has come stands in the register, written after its bytes are on the disk: after a cut, in
the middle of a file or of a block, the sender goes on from there. Nothing that is here is sent again; what
the archive keeps elsewhere counts as here only where the one who asks may read it.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from catalog import held_bytes, transfer_arrival, transfer_parcel
from catalog import transfer as transfers
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import ObjectKey, TransferId
from catalog.register import Register, lock_subject
from catalog.transfer import Transfer
from catalog.transfer_arrival import TransferDiffers
from catalog.transfer_parcel import ParcelNotFound, ParcelRow
from handover import announcement, bundle, listed
from handover.announcement import Announcement
from handover.announcing import arrived
from handover.durable import write_all, write_at, write_whole
from handover.listed import Listed
from handover.receiving import Expecting
from handover.receiving_room import Room, within
from handover.reception import check_here, settled_here, unread_here
from handover.report import ParcelReport
from luutru.errors import Conflict, InvalidInput
from storage.folder import settle
from storage.object_store import ObjectStore

BLOCK = 8 << 20  #: bytes of one block at most
COPIED = 100  #: files brought from the store between two words to the register


class BlockWrong(InvalidInput):
    """A block that is too large, or whose bytes are not those of its digest: the line spoilt it."""

    slug = "block-wrong"


class OffsetWrong(Conflict):
    """The file stands elsewhere; go on from where the message says."""

    slug = "offset-wrong"

    def __init__(self, offset: int) -> None:
        super().__init__(f"the file stands at {offset}")
        self.offset = offset


class NotAsListed(InvalidInput):
    """A file that is not what the parcel's list says of it."""

    slug = "not-as-listed"


class FilesLack(Conflict):
    """Files of the parcel have not come whole: ask what lacks, and send it."""

    slug = "files-lack"


class NotAnnounced(Conflict):
    """The handover is known by disk alone: its handover.json has not come by the line yet."""

    slug = "not-announced"


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
        write_whole(held, data)
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
        listed.require_possible(files)
        with self._room.at_work(transfer, parcel):
            brings = {file.path for file in files}
            if settled_here(self._register, scope, self._room, found, row, brings=brings):
                return []
            with self._register.read() as conn:
                stands = {
                    (one.path, one.sha256): here for one, here in listed.rows(conn, transfer, row.number)
                }
            lack = (file.size - min(file.size, stands.get((file.path, file.sha256), 0)) for file in files)
            self._room.require_space(sum(lack))  # what came before a cut is on the disk already
            coming = self._room.coming(transfer, parcel)
            with self._alone(found, row) as conn:
                listed.enter(conn, transfer, row.number, files)
                known = held_bytes.readable(conn, scope, [file.sha256 for file in files])
            self._bring(coming, found, row, known)
            with self._register.read() as conn:
                rows = list(listed.rows(conn, transfer, row.number))
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
        block = _block(data, sha256)
        with self._register.read() as conn:
            found, row = self._parcel(conn, scope, transfer, parcel)
        target = within(self._room.coming(transfer, parcel), path)
        with self._room.at_work(transfer, parcel):
            with self._register.read() as conn:
                file, here = listed.named(conn, transfer, row.number, [path])[path]
            ends = offset + len(block)
            if offset != here:
                raise OffsetWrong(here)
            if ends > file.size:
                raise BlockWrong(f"{path} has {file.size} bytes, the block ends at {ends}")
            self._room.require_space(len(block))
            write_at(target, here, block)  # nobody waits for the disk with the register's lock
            with self._alone(found, row) as conn:
                if not listed.stand(conn, transfer, row.number, {path: (here, ends)}):
                    raise OffsetWrong(listed.named(conn, transfer, row.number, [path])[path][1])
        return ends

    def take(self, scope: Scope, transfer: TransferId, parcel: str, *, sha256: str, data: BinaryIO) -> int:
        """Take a bundle of whole files; return how many of them are here now, durably. Twice is harmless.

        Raises:
            BlockWrong, BundleWrong, NotAsListed: nothing of it was kept.
            OffsetWrong: one of them comes in blocks just now; nothing was kept.
            NotListed, ParcelAtWork, RoomFull: as they say.
        """
        files = bundle.opened(_block(data, sha256))
        with self._register.read() as conn:
            found, row = self._parcel(conn, scope, transfer, parcel)
        coming = self._room.coming(transfer, parcel)
        with self._room.at_work(transfer, parcel):
            with self._register.read() as conn:
                known = listed.named(conn, transfer, row.number, files)
            fresh = {path: files[path] for path, (file, here) in known.items() if here < file.size}
            for path, content in fresh.items():
                file, here = known[path]
                if here:
                    raise OffsetWrong(here)
                if len(content) != file.size or hashlib.sha256(content).hexdigest() != file.sha256:
                    raise NotAsListed(f"{path} is not what the list says of it")
            self._room.require_space(sum(map(len, fresh.values())))
            write_all([(within(coming, path), content) for path, content in fresh.items()])
            with self._alone(found, row) as conn:
                came = {path: (0, len(content)) for path, content in fresh.items()}
                listed.stand(conn, transfer, row.number, came)
        return len(files)

    def stands(self, scope: Scope, transfer: TransferId, parcel: str, path: str) -> int:
        """Return where a file of a parcel stands, durably."""
        with self._register.read() as conn:
            _found, row = self._parcel(conn, scope, transfer, parcel)
            return listed.named(conn, transfer, row.number, [path])[path][1]

    def finish(
        self, scope: Scope, transfer: TransferId, parcel: str, *, scratch: Path | None = None
    ) -> ParcelReport | None:
        """Hash every file again from the disk, then check the parcel; None: what lies here stays.

        It takes as long as its checks; whoever asks again meanwhile hears that somebody is at it.

        Raises:
            FilesLack: some have not come whole, or are not what was listed; those begin anew.
            ParcelAtWork: somebody else is at it.
            NotAnnounced: no handover.json came by the line.
        """
        with self._register.read() as conn:
            self._parcel(conn, scope, transfer, parcel)  # before anything is made for a stranger
        with self._room.at_work(transfer, parcel):
            with self._register.read() as conn:
                found, row = self._parcel(conn, scope, transfer, parcel)
                brings = {file.path for file, _here in listed.rows(conn, transfer, row.number)}
            here = self._register, scope, self._room, found, row
            coming = self._room.coming(transfer, parcel)
            if settled_here(*here, brings=brings):
                if not unread_here(*here):
                    return None
                self._room.drop_coming(transfer, parcel)  # nobody asks for the rest of it any more
            elif coming.is_dir() or not self._room.has(transfer, parcel):
                self._require_whole(found, row, coming)
            else:
                self._require_listed(found, row)
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
            if not coming.is_dir():
                with self._alone(found, row) as conn:
                    listed.forget(conn, transfer, row.number)
        return report

    # --- how ------------------------------------------------------------------------------------------

    def _told(self, transfer: TransferId) -> Announcement:
        try:
            data = (self._room.folder / transfer / announcement.NAME).read_bytes()
        except FileNotFoundError:
            raise NotAnnounced(f"send {announcement.NAME} of {transfer} first") from None
        return announcement.from_json(data)

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
            rows = list(listed.rows(conn, transfer.id, row.number))
        wrong = [one for one, here in rows if here < one.size or not _is(coming, one)]
        if wrong or not rows:
            self._begin_anew(transfer, row, wrong)
            raise FilesLack(f"{len(wrong)} of {len(rows)} files of {row.name} have not come whole")
        self._drop_strays(coming, {one.path for one, _here in rows})

    def _require_listed(self, transfer: Transfer, row: ParcelRow) -> None:
        """Pass unless another copy lies here than was listed: a disk brought it since, over what came."""
        with self._register.read() as conn:
            rows = list(listed.rows(conn, transfer.id, row.number))
        lies = self._room.parcel(transfer.id, row.name)
        wrong = [one for one, _here in rows if one.size and not _is(lies, one)]
        if wrong:
            self._begin_anew(transfer, row, [one for one, _here in rows])
            raise FilesLack(f"another copy of {row.name} came since, and is not what was listed")

    def _begin_anew(self, transfer: Transfer, row: ParcelRow, files: Sequence[Listed]) -> None:
        with self._alone(transfer, row) as conn:
            again = {one.path: (one.size, 0) for one in files}
            listed.stand(conn, transfer.id, row.number, again)

    def _bring(self, coming: Path, transfer: Transfer, row: ParcelRow, known: Collection[str]) -> None:
        """Bring those files from the store that lack and are kept there already."""
        with self._register.read() as conn:
            lack = [
                (one, here) for one, here in listed.rows(conn, transfer.id, row.number) if here < one.size
            ]
        inside = [(one, here) for one, here in lack if one.sha256 in known]
        for at in range(0, len(inside), COPIED):
            some = inside[at : at + COPIED]
            came = {one.path: (here, one.size) for one, here in some if self._copied(coming, one)}
            with self._alone(transfer, row) as conn:
                listed.stand(conn, transfer.id, row.number, came)

    def _copied(self, coming: Path, file: Listed) -> bool:
        """Bring a file from the store, durably; return whether it is as it was listed."""
        target = within(coming, file.path)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with self._store.get(ObjectKey(file.sha256)) as source, target.open("wb") as out:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
                out.write(chunk)
            settle(out)
        return digest.hexdigest() == file.sha256 and target.stat().st_size == file.size

    def _drop_strays(self, coming: Path, known: set[str]) -> None:
        for path in sorted(coming.rglob("*")):
            if path.is_file() and path.relative_to(coming).as_posix() not in known:
                path.unlink()


def _block(data: BinaryIO, sha256: str) -> bytes:
    """Return what came in one body.

    Raises:
        BlockWrong: as it says.
    """
    block = data.read(BLOCK + 1)
    if len(block) > BLOCK or hashlib.sha256(block).hexdigest() != sha256:
        raise BlockWrong(f"{len(block)} bytes that are not {sha256[:16]}…; a block has at most {BLOCK}")
    return block


def _is(folder: Path, file: Listed) -> bool:
    path = within(folder, file.path)
    if not file.size:  # no byte of it is ever sent
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(b"")
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
