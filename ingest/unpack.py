"""Files out of a ZIP archive, none of them anywhere but where they belong."""

import shutil
import stat
import unicodedata
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ingest.limits import RATIO_FLOOR, Limits
from ingest.media import HEAD, MediaType, sniff_bytes
from ingest.refusal import (
    Bomb,
    Damaged,
    Empty,
    Encrypted,
    Refused,
    SpecialFile,
    TooDeep,
    TooLarge,
    TooManyMembers,
    UnsafeName,
    Unsupported,
)

CHUNK = 1 << 20
LONGEST_NAME = 255
"""Bytes of one part of a path that Linux file systems take."""
DEEPEST = 32
"""Folders in folders."""

_ENCRYPTED = 0x1
_UTF8 = 0x800
_KNOWN_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}


@dataclass(frozen=True)
class Member:
    """One file in an archive; `slug` and `reason` are filled where it can't be taken out."""

    name: str  #: path inside the archive, parts joined by "/", NFC; a refused one as safe text
    size: int  #: bytes, as declared
    slug: str = ""  #: of the refusal, "" for none
    reason: str = ""


@dataclass(frozen=True)
class Taken:
    """One file that came out of an archive."""

    name: str  #: path inside the archive, parts joined by "/", NFC
    size: int  #: bytes
    file: Path  #: where it lies now


@dataclass(frozen=True)
class Unpacked:
    """What came out of an archive, and what did not."""

    members: tuple[Taken, ...]
    refused: tuple[Member, ...]


def list_members(path: Path, *, limits: Limits) -> tuple[Member, ...]:
    """Return the files in the archive at `path`, refused ones among them, in the archive's order.

    Raises:
        Damaged: it is no readable archive.
        Unsupported: an office document, an e-book or a program, which are archives too.
        TooManyMembers, Bomb: as a whole beyond the limits.
    """
    with _opened(path) as archive:
        return tuple(member for _, member in _checked(archive, path, limits))


def unpack(path: Path, into: Path, *, limits: Limits, depth: int = 0) -> Unpacked:
    """Write the files of the archive at `path` under the empty folder `into`, streaming.

    A member that can't be taken is told in `refused`; the rest goes on. An archive within is unpacked
    into a folder with its name, `limits.nesting` deep; what comes out of all of them counts together.

    Raises:
        As `list_members`; Bomb: more bytes came out than were declared.
    """
    taken: list[Taken] = []
    refused: list[Member] = []
    left, room = limits.zip_bytes, limits.zip_members
    with _opened(path) as archive:
        for info, member in _checked(archive, path, limits):
            if member.slug:
                refused.append(member)
                continue
            target = into.joinpath(*PurePosixPath(member.name).parts)
            try:
                left -= _write(archive, info, target, min(member.size, left))
                within = replace(limits, zip_bytes=max(left, 1), zip_members=max(room, 1))
                inner = _unpack_inner(target, member, within, depth)
            except Refused as error:
                refused.append(replace(member, slug=error.slug, reason=str(error)))
                continue
            if inner is None:
                taken.append(Taken(member.name, target.stat().st_size, target))
            else:
                left -= sum(each.size for each in inner.members)
                room -= len(inner.members) + len(inner.refused)
                taken.extend(inner.members)
                refused.extend(inner.refused)
    return Unpacked(members=tuple(taken), refused=tuple(refused))


def safe_name(raw: str) -> str:
    """Return the path of a member as it may be written under a folder: NFC, parts joined by "/".

    Raises:
        UnsafeName: absolute, with a drive, "..", a control character, or too long to be written.
    """
    name = unicodedata.normalize("NFC", raw.replace("\\", "/"))
    if not name.strip("/"):
        raise UnsafeName("a member without a name")
    if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        raise UnsafeName("a member's name is absolute")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in name):
        raise UnsafeName("a member's name has characters that cannot be written")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise UnsafeName("a member's name leads out of the archive")
    if not parts:
        raise UnsafeName("a member without a name")
    if len(parts) > DEEPEST or any(len(part.encode()) > LONGEST_NAME for part in parts):
        raise UnsafeName("a member's name is too long or too deep")
    return "/".join(parts)


def _checked(
    archive: zipfile.ZipFile, path: Path, limits: Limits
) -> Iterator[tuple[zipfile.ZipInfo, Member]]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    names = {info.filename for info in infos}
    if "[Content_Types].xml" in names or "mimetype" in names or "META-INF/MANIFEST.MF" in names:
        raise Unsupported("an office document, e-book or program is packed as an archive, but is none")
    if not infos:
        raise Empty("the archive has no files")
    if len(infos) > limits.zip_members:
        raise TooManyMembers(f"{len(infos)} files, allowed are {limits.zip_members} in one archive")
    outside, inside = path.stat().st_size, sum(info.file_size for info in infos)
    if sum(info.compress_size for info in infos) > outside:
        raise Bomb("the members of the archive lie over each other")
    if inside > limits.zip_bytes:
        raise Bomb(f"unpacked it would be {inside} bytes, allowed are {limits.zip_bytes}")
    if inside > RATIO_FLOOR and inside > limits.zip_ratio * outside:
        raise Bomb(f"unpacked it would be {inside / outside:.0f} times its size")
    seen: set[str] = set()
    for info in infos:
        member = _check(info, limits, seen)
        seen.add(member.name.casefold())
        yield info, member


def _check(info: zipfile.ZipInfo, limits: Limits, seen: set[str]) -> Member:
    raw = _name_of(info)
    try:
        name = safe_name(raw)
    except UnsafeName as error:
        return Member(_showable(raw), info.file_size, error.slug, str(error))
    refusal: Refused | None = None
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        refusal = SpecialFile("a link or a device in an archive")
    elif info.flag_bits & _ENCRYPTED:
        refusal = Encrypted("the member opens only with a password")
    elif info.compress_type not in _KNOWN_METHODS:
        refusal = Unsupported(f"packed by method {info.compress_type}, which no reader here knows")
    elif info.file_size > limits.bytes_per_file:
        refusal = TooLarge(f"{info.file_size} bytes, allowed are {limits.bytes_per_file} in one file")
    elif name.casefold() in seen:
        refusal = UnsafeName("two members of the archive have the same name")
    if refusal:
        return Member(name, info.file_size, refusal.slug, str(refusal))
    return Member(name, info.file_size)


def _name_of(info: zipfile.ZipInfo) -> str:
    """Return the name as its packer meant it: many Windows packers write UTF-8 without saying so."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _showable(raw: str) -> str:
    kept = "".join(char if char.isprintable() else "\ufffd" for char in raw)
    return unicodedata.normalize("NFC", kept)[:LONGEST_NAME]


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Write one member and return how many bytes it had; on a refusal nothing of it is left."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sink = target.open("xb")
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise UnsafeName("a member stands in another one's place") from error
    written = 0
    try:
        with sink, archive.open(info) as source:
            while chunk := source.read(CHUNK):
                written += len(chunk)
                if written > most:
                    raise Bomb("more bytes come out of the archive than it declares")
                sink.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        target.unlink()
        raise Damaged(f"the member cannot be unpacked ({type(error).__name__})") from error
    except Bomb:
        target.unlink()
        raise
    return written


def _unpack_inner(target: Path, member: Member, limits: Limits, depth: int) -> Unpacked | None:
    """Unpack an archive that came out of an archive; None where it is none."""
    try:
        with target.open("rb") as file:
            if sniff_bytes(file.read(HEAD)) is not MediaType.ZIP:
                return None
    except Refused:
        return None  # whoever opens the file says why it can't be taken
    if depth >= limits.nesting:
        target.unlink()
        raise TooDeep(f"an archive in an archive more than {limits.nesting} deep")
    packed = target.with_name(f"{uuid.uuid4().hex}~")  # no member's name
    target.rename(packed)
    try:
        inner = unpack(packed, target, limits=limits, depth=depth + 1)
    except Refused:
        shutil.rmtree(target, ignore_errors=True)
        raise
    finally:
        packed.unlink()
    within = member.name + "/"
    return Unpacked(
        members=tuple(replace(each, name=within + each.name) for each in inner.members),
        refused=tuple(replace(each, name=within + each.name) for each in inner.refused),
    )


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Damaged(f"the archive cannot be read ({type(error).__name__})") from error
    with archive:
        yield archive
