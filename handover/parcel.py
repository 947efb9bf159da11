"""Parcels (gói bàn giao): whole dossiers in bags small enough to carry, check and send again.

A parcel's every byte follows from the sealed transfer, so it may be written twice, here or there, as a
folder or as a tar, and has the same digest: the one over its tag manifest, which the minutes name.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from handover import bag
from handover.package import Entry
from handover.sealed import Sealed
from luutru.errors import IntegrityError, InvalidInput

MOST_FILES = 2_000
MOST_BYTES = 3_900_000_000  # fits FAT32, whose files end at 4 GiB less one byte
LONGEST_PATH = 120  # bytes; Windows still ends at 260 characters with the folder before it
_CHUNK = 1 << 20


class DossierTooLarge(InvalidInput):
    """A dossier that no parcel can hold; it is split, or the limits are raised on both sides."""

    slug = "dossier-too-large"


class HoldingChanged(IntegrityError):
    """What the store gave is not what the transfer was sealed over."""

    slug = "holding-changed"


@dataclass(frozen=True)
class Load:
    """How much room a dossier's package takes."""

    dossier: str
    files: int
    bytes: int


@dataclass(frozen=True)
class Plan:
    """Which dossiers go into one parcel."""

    number: int  #: 1, 2, ...
    dossiers: tuple[str, ...]
    files: int
    bytes: int


def plan(
    loads: Iterable[Load], *, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES, beside: int = 0
) -> tuple[Plan, ...]:
    """Cut the dossiers, in their order, into parcels; none is cut in two.

    `beside`: files that every parcel carries beside its dossiers (finding aids, tag files).

    Raises:
        DossierTooLarge: one dossier alone is more than a parcel holds.
    """
    plans: list[Plan] = []
    names: list[str] = []
    files, size = beside, 0
    for load in loads:
        if load.files + beside > most_files or load.bytes > most_bytes:
            raise DossierTooLarge(
                f"dossier {load.dossier} has {load.files} files, {load.bytes} bytes; "
                f"a parcel holds {most_files - beside} files, {most_bytes} bytes"
            )
        if names and (files + load.files > most_files or size + load.bytes > most_bytes):
            plans.append(Plan(len(plans) + 1, tuple(names), files, size))
            names, files, size = [], beside, 0
        names.append(load.dossier)
        files, size = files + load.files, size + load.bytes
    if names:
        plans.append(Plan(len(plans) + 1, tuple(names), files, size))
    return tuple(plans)


@dataclass(frozen=True)
class Parcel:
    """One parcel, ready to be written."""

    name: str  #: "BG-2026-000123-P0001"
    tags: Mapping[str, bytes]
    payload: tuple[Entry, ...]  #: paths below data/

    @property
    def digest(self) -> str:
        """The SHA-256 of its tag manifest: the one name of all that is in it."""
        return hashlib.sha256(self.tags[bag.TAG_MANIFEST]).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(map(len, self.tags.values())) + sum(entry.size for entry in self.payload)

    @property
    def files(self) -> int:
        """How many files it has, tag files too."""
        return len(self.tags) + len(self.payload)


def name_of(sealed: Sealed, number: int) -> str:
    """Return a parcel's name, which is its folder's."""
    return f"{sealed.transfer}-P{number:04d}"


def parcel(sealed: Sealed, number: int, of: int, payload: Sequence[Entry]) -> Parcel:
    """Return the parcel of these files; nothing is read yet.

    Raises:
        InvalidInput: two files of one name, or a path longer than every system takes.
    """
    held: dict[str, tuple[str, int]] = {}
    alike: set[str] = set()
    for entry in payload:
        if len(entry.path.encode()) > LONGEST_PATH:
            raise InvalidInput(f"{entry.path}: a path of a parcel has at most {LONGEST_PATH} bytes")
        if entry.path.lower() in alike:
            raise InvalidInput(f"{entry.path} stands twice in the parcel")
        alike.add(entry.path.lower())
        held[entry.path] = entry.sha256, entry.size
    size = sum(entry.size for entry in payload)
    name = name_of(sealed, number)
    info = [
        ("Source-Organization", sealed.giver.name),
        ("External-Identifier", name),
        ("Bag-Group-Identifier", sealed.transfer),
        ("Bag-Count", f"{number} of {of}"),
        ("Bagging-Date", sealed.time[:10]),
        ("Bag-Size", _spoken(size)),
        ("X-Source-Code", sealed.giver.code),
        ("X-Successor", sealed.receiver.name),
        ("X-Successor-Code", sealed.receiver.code),
        ("X-Agreement", sealed.agreement),
        ("X-Ruleset", "CSIP 2.0.4; TT 05/2025/TT-BNV"),
        ("Bag-Software-Agent", f"{sealed.software} {sealed.version}"),
    ]
    tags = bag.tag_files(held, [(label, value) for label, value in info if value], {})
    return Parcel(name, tags, tuple(payload))


class Sink(Protocol):
    """Where a parcel is written to."""

    def put(self, path: str, size: int, chunks: Iterator[bytes]) -> None:
        """Take one file, whole."""
        ...

    def settle(self) -> None:
        """Return only when all that was put will survive the power going."""
        ...


@dataclass
class TarSink:
    """A tar that goes out as it is made; the same parcel gives the same tar."""

    stream: BinaryIO
    mtime: int  #: seconds since 1970: when the transfer was sealed
    _tar: tarfile.TarFile = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._tar = tarfile.open(  # noqa: SIM115 - open over many calls; `close` ends it
            fileobj=self.stream, mode="w|", format=tarfile.PAX_FORMAT
        )

    def put(self, path: str, size: int, chunks: Iterator[bytes]) -> None:
        """Take one file, whole."""
        info = tarfile.TarInfo(path)
        info.size, info.mtime, info.mode = size, self.mtime, 0o644
        self._tar.addfile(info, _Reader(chunks))
        for _rest in chunks:  # tarfile stops at the size; the digest is compared only after it
            pass

    def settle(self) -> None:
        """Leave it to whoever takes the stream."""

    def close(self) -> None:
        """End the tar; the stream stays open."""
        self._tar.close()


@dataclass
class FolderSink:
    """A folder on a disk. One `settle` for many files: one each takes 7 ms, 12 minutes for 100,000."""

    folder: Path

    def put(self, path: str, size: int, chunks: Iterator[bytes]) -> None:
        """Take one file, whole."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        with part.open("wb") as out:
            for chunk in chunks:
                out.write(chunk)
        part.replace(target)

    def settle(self) -> None:
        """Return only when all that was put will survive the power going."""
        os.sync()


def write(parcel: Parcel, sink: Sink) -> str:
    """Write the parcel; return its digest. Every byte is hashed on its way and compared.

    Raises:
        HoldingChanged: the store gave something else than was sealed; what was written is worthless.
    """
    for name, data in parcel.tags.items():
        if name != bag.TAG_MANIFEST:
            sink.put(f"{parcel.name}/{name}", len(data), iter([data]))
    for entry in parcel.payload:
        sink.put(f"{parcel.name}/data/{entry.path}", entry.size, _checked(entry))
    sink.settle()
    last = parcel.tags[bag.TAG_MANIFEST]  # last: what lacks it was not finished
    sink.put(f"{parcel.name}/{bag.TAG_MANIFEST}", len(last), iter([last]))
    sink.settle()
    return parcel.digest


def _checked(entry: Entry) -> Iterator[bytes]:
    digest, size = hashlib.sha256(), 0
    with entry.open() as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if size > entry.size:
                break
            yield chunk
    if size != entry.size or digest.hexdigest() != entry.sha256:
        raise HoldingChanged(
            f"{entry.path}: sealed as {entry.size} bytes, {entry.sha256[:16]}…; "
            f"found {size} bytes, {digest.hexdigest()[:16]}…"
        )


class _Reader(io.RawIOBase):
    """Chunks as a file that tarfile can read from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def read(self, size: int = -1, /) -> bytes:
        """Return exactly `size` bytes, fewer only at the end; at the end the digest is compared."""
        pieces, need = [], size
        while need > 0:
            if not self._left:
                self._left = next(self._chunks, b"")
                if not self._left:
                    break
            pieces.append(self._left[:need])
            self._left = self._left[need:]
            need -= len(pieces[-1])
        return b"".join(pieces)


def _spoken(size: int) -> str:
    for unit, step in (("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} B"
