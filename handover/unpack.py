"""Open what somebody sent, a tar or a ZIP, without letting it reach beyond its own folder.

The first check of a receipt (R1): before anything is believed or read, and every fault is listed. Names are
looked at, never followed: files are made under the names that passed, links and devices never.
"""

import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from handover import bag_path
from handover.apart import Lost, once
from handover.outcome import Check, Plain, bounded, failed, from_plain
from ingest.limits import Limits
from ingest.sandbox import NO_ROOM, OUR_OWN, SandboxUnavailable
from luutru.errors import InvalidInput

_CHUNK = 1 << 20
BYTES_PER_SECOND = 10 << 20
"""That a slow disk takes."""
_KINDS = {"link": "archive-link", "other": "archive-special-file", "encrypted": "archive-encrypted"}


class NotAnArchive(InvalidInput):
    """It is neither a tar nor a ZIP."""

    slug = "not-an-archive"


@dataclass(frozen=True)
class Bounds:
    """What an archive may be at most; a parcel of ours stays well within."""

    entries: int = 20_000
    bytes: int = 8_000_000_000
    ratio: int = 100  #: of a ZIP member, above `small`
    small: int = 16 << 20  #: bytes below which a high ratio is no bomb (an empty page packs 1000:1)


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    packed: int | None  #: None: it is not packed
    kind: str  #: file, folder, link, other
    open: "_Opener"


class _Opener:
    """Opens one member."""

    def __init__(self, archive: tarfile.TarFile | zipfile.ZipFile, member: tarfile.TarInfo | zipfile.ZipInfo):
        self._archive, self._member = archive, member

    def __call__(self) -> IO[bytes]:
        if isinstance(self._archive, zipfile.ZipFile):
            assert isinstance(self._member, zipfile.ZipInfo)
            return self._archive.open(self._member)
        assert isinstance(self._member, tarfile.TarInfo)
        stream = self._archive.extractfile(self._member)
        assert stream is not None  # asked of plain files only
        return stream


def unpack(archive: Path, folder: Path, bounds: Bounds | None = None) -> list[Check]:
    """Unpack `archive` into `folder`, new and empty; return every fault.

    Where there is a fault of a name, a kind or a size, nothing at all is written: half an archive is none.
    A member that cannot be read is told, and no half of it stays.

    Raises:
        OSError: the disk is full or fails.
        NotAnArchive: it is neither a tar nor a ZIP, or its directory cannot be read.
    """
    bounds = bounds or Bounds()
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                return _unpack(list(_zipped(packed, bounds)), folder, bounds)
        if tarfile.is_tarfile(archive):
            with tarfile.open(archive, "r:*") as taped:
                return _unpack(list(_taped(taped, bounds)), folder, bounds)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, NotImplementedError) as error:
        raise NotAnArchive(f"{archive.name} cannot be opened: {error}") from error
    raise NotAnArchive(f"{archive.name} is neither a tar nor a ZIP")


def unpack_apart(archive: Path, folder: Path, bounds: Bounds | None = None, *, limits: Limits) -> list[Check]:
    """Return what `unpack` does, done in a child: headers of an archive can be made to fill any memory.

    Raises:
        NotAnArchive: as it says, or the archive ended whoever opened it, or outlived its time.
        SandboxUnavailable: no child could be started, somebody killed it, or there is no room on the disk.
    """
    bounds = bounds or Bounds()
    seconds = limits.seconds_per_file + bounds.bytes / BYTES_PER_SECOND
    within = replace(limits, bytes_per_file=bounds.bytes + 1)
    found = once(unpack_here, archive, folder, bounds, limits=within, seconds=seconds)
    if isinstance(found, Lost):
        if found.slug:
            raise NotAnArchive(f"{archive.name} cannot be opened: {found.reason}")
        raise SandboxUnavailable(f"{archive.name} was not opened: {found.reason}")
    rows, why = found
    if why:
        raise NotAnArchive(why)
    return list(map(from_plain, rows))


def unpack_here(archive: Path, folder: Path, bounds: Bounds, *, limits: Limits) -> tuple[list[Plain], str]:
    """Return every fault, and why it is no archive; runs in a child, whose bounds are set by then."""
    del limits
    try:
        return bounded(unpack(archive, folder, bounds), archive.name), ""
    except NotAnArchive as error:
        return [], str(error)


def _zipped(archive: zipfile.ZipFile, bounds: Bounds) -> Iterator[_Member]:
    for info in archive.infolist()[: bounds.entries + 1]:
        mode = info.external_attr >> 16
        kind = "folder" if info.is_dir() else "file"
        if stat.S_IFMT(mode) and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            kind = "link" if stat.S_ISLNK(mode) else "other"
        if info.flag_bits & 0x1:
            kind = "encrypted"
        # zipfile has put "/" for "\\" and cut at a null already; what was really written counts
        yield _Member(info.orig_filename, info.file_size, info.compress_size, kind, _Opener(archive, info))


def _taped(archive: tarfile.TarFile, bounds: Bounds) -> Iterator[_Member]:
    total = 0
    for count, info in enumerate(archive):
        total += info.size
        if count > bounds.entries or total - info.size > bounds.bytes:
            return  # too many or too much already: the rest need not even be skimmed
        kind = "file" if info.isfile() else "folder" if info.isdir() else "link"
        if not (info.isfile() or info.isdir() or info.issym() or info.islnk()):
            kind = "other"
        yield _Member(info.name, info.size, None, kind, _Opener(archive, info))


def _unpack(members: list[_Member], folder: Path, bounds: Bounds) -> list[Check]:
    faults = list(_faults(members, bounds))
    if faults:
        return faults
    folder.mkdir(parents=True, exist_ok=True)
    for member in members:
        if member.kind != "file":
            continue
        target = folder.joinpath(*bag_path.plain(member.name).split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            written = _copy(member, target)
        except (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM | OUR_OWN:
                raise  # of this machine: it says nothing about what was sent
            with suppress(OSError):  # a name that this disk does not take was never made
                target.unlink()
            faults.append(failed("archive-member-unreadable", member.name, str(error)))
            continue
        if written != member.size:
            said = f"said {member.size} bytes, holds {written}"
            faults.append(failed("archive-size-wrong", member.name, said))
    return faults


def _copy(member: _Member, target: Path) -> int:
    written = 0
    with member.open() as source, open(target, "xb", opener=_only_ours) as out:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > member.size:
                break
            out.write(chunk)
    return written


def _only_ours(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _faults(members: list[_Member], bounds: Bounds) -> Iterator[Check]:
    if len(members) > bounds.entries:
        yield failed("archive-too-many", "", f"more than {bounds.entries} entries")
        return
    total = sum(member.size for member in members)
    if total > bounds.bytes:
        yield failed("archive-too-large", "", f"{total} bytes, at most {bounds.bytes}")
    seen: dict[str, str] = {}
    files: set[str] = set()
    for member in members:
        name = member.name.removesuffix("/") if member.kind == "folder" else member.name
        if reason := bag_path.fault(name):
            yield failed("archive-path-unsafe", member.name, reason)
            continue
        if "\\" in name:
            yield failed("archive-path-unsafe", member.name, "a backslash, which Windows takes for a folder")
            continue
        if member.kind in ("link", "other", "encrypted"):
            yield failed(_KINDS[member.kind], member.name, "only plain files are taken")
            continue
        if member.kind == "folder":
            continue
        path = bag_path.plain(name)
        files.add(path)
        same = bag_path.alike(path)
        if same in seen:
            yield failed("archive-names-alike", member.name, f"some systems take it for {seen[same]}")
        seen[same] = path
        if reason := bag_path.portable_fault(path):
            yield failed("archive-name-not-portable", member.name, reason)
        if member.size > bounds.small and member.size > bounds.ratio * max(member.packed or member.size, 1):
            yield failed("archive-bomb", member.name, f"{member.size} bytes from {member.packed}")
    for path in sorted(files):
        parents = path.split("/")[:-1]
        for depth in range(1, len(parents) + 1):
            if "/".join(parents[:depth]) in files:
                yield failed("archive-path-unsafe", path, "a file where another needs a folder")
                break
