"""The files of a parcel that comes by the line, as its sender lists them, and how far each has come.

The register holds it, and says no more of a file than the disk does: bytes first, then their row.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, and_, delete, select

from catalog import schema
from catalog.identifiers import TransferId
from catalog.instants import now
from handover import bag, strict_json
from handover.receiving_room import within
from luutru.errors import InvalidInput

MOST_FILES = 20_000
MOST_BYTES = 8_000_000_000
MOST_LIST_BYTES = 16 << 20  #: 20,000 files make about 5 MB
_DIGEST = re.compile(r"[0-9a-f]{64}")
_AT_ONCE = 400  #: names in one question to the register


class ListWrong(InvalidInput):
    """A parcel's list of files that cannot be."""

    slug = "list-wrong"


class NotListed(InvalidInput):
    """A file that the parcel's list does not name."""

    slug = "not-listed"


@dataclass(frozen=True)
class Listed:
    """One file of a parcel, as its sender lists it."""

    path: str  #: within the parcel
    size: int
    sha256: str


@dataclass(frozen=True)
class _List:
    files: tuple[Listed, ...]


def from_json(data: bytes) -> tuple[Listed, ...]:
    """Return the list of a parcel's files that somebody sent.

    Raises:
        ListWrong, BadParcelPath: it cannot be understood, or be a parcel's.
    """
    try:
        found = strict_json.read(_List, data, most_bytes=MOST_LIST_BYTES, most_values=5 * MOST_FILES)
    except strict_json.NotAsAgreed as error:
        raise ListWrong(f"list of files: {error}") from error
    require_possible(found.files)
    return found.files


def require_possible(files: Sequence[Listed]) -> None:
    """Pass if a list of files can be a parcel's.

    Raises:
        ListWrong, BadParcelPath: it cannot.
    """
    if len(files) > MOST_FILES or sum(file.size for file in files) > MOST_BYTES:
        raise ListWrong(f"a parcel has at most {MOST_FILES} files of {MOST_BYTES} bytes together")
    alike: set[str] = set()
    folders: set[str] = set()
    for file in files:
        within(Path(), file.path)
        if file.size < 0 or not _DIGEST.fullmatch(file.sha256):
            raise ListWrong(f"{file.path[:80]}: a size from 0 and a SHA-256 in hex")
        if file.path.casefold() in alike:
            raise ListWrong(f"{file.path[:80]} stands twice")
        alike.add(file.path.casefold())
        folders.update(each.as_posix() for each in PurePosixPath(file.path.casefold()).parents)
    if not folders.isdisjoint(alike):
        raise ListWrong("a path is a file's and a folder's")
    if bag.TAG_MANIFEST not in alike:
        raise ListWrong(f"the list lacks {bag.TAG_MANIFEST}")


def enter(conn: Connection, transfer: TransferId, number: int, files: Sequence[Listed]) -> None:
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
    for at in range(0, len(gone), _AT_ONCE):
        conn.execute(delete(table).where(mine, table.c.path.in_(gone[at : at + _AT_ONCE])))
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


def forget(conn: Connection, transfer: TransferId, number: int) -> None:
    """Let the register list no file of a parcel any more; twice is harmless."""
    table = schema.transfer_received
    conn.execute(delete(table).where(table.c.transfer_id == transfer, table.c.parcel == number))


def rows(conn: Connection, transfer: TransferId, number: int) -> Iterator[tuple[Listed, int]]:
    """Yield the files of a parcel by path, each with how many of its bytes are here."""
    table = schema.transfer_received.c
    found = conn.execute(
        select(schema.transfer_received)
        .where(table.transfer_id == transfer, table.parcel == number)
        .order_by(table.path)
    )
    for row in found:
        yield Listed(row.path, row.size, row.sha256), row.here


def named(
    conn: Connection, transfer: TransferId, number: int, paths: Collection[str]
) -> Mapping[str, tuple[Listed, int]]:
    """Return some files of a parcel by path, each with how many of its bytes are here.

    Raises:
        NotListed: one of them is not on its list.
    """
    table = schema.transfer_received.c
    mine = and_(table.transfer_id == transfer, table.parcel == number)
    wanted, found = sorted(paths), dict[str, tuple[Listed, int]]()
    for at in range(0, len(wanted), _AT_ONCE):
        some = table.path.in_(wanted[at : at + _AT_ONCE])
        for row in conn.execute(select(schema.transfer_received).where(mine, some)):
            found[row.path] = Listed(row.path, row.size, row.sha256), row.here
    for path in wanted:
        if path not in found:
            raise NotListed(f"{path[:80]!r} is not on the parcel's list")
    return found


def stand(conn: Connection, transfer: TransferId, number: int, stands: Mapping[str, tuple[int, int]]) -> int:
    """Write down of files how far they were and are; return of how many that was true.

    One that stands elsewhere by now, or is not listed any more, stays as it is.
    """
    table, at = schema.transfer_received, now()
    true = 0
    for path, (was, here) in stands.items():
        mine = and_(table.c.transfer_id == transfer, table.c.parcel == number, table.c.path == path)
        true += conn.execute(
            table.update().where(mine, table.c.here == was).values(here=here, at=at)
        ).rowcount
    return true
