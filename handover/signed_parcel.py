"""The signature on a parcel and its time stamp: where they lie, and how they come there, at once or later.

In a folder they lie in `signatures/`, which the tag manifest leaves out on purpose (they are made after it);
beside a tar, under the tar's name. The stamp is over the signature, so it proves when that was made.
"""

import os
import tarfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from handover import bag
from handover.outcome import Check, failed
from handover.sealed import Office
from handover.signature_check import LARGEST_SIGNATURE, check_signature
from handover.signing import Pending, Stamped, sign_manifest, stamp
from handover.signing_key import SigningKey
from handover.time_stamp import StampServer
from handover.trust import NOBODY, Trust
from luutru.errors import BackendError, Conflict, InvalidInput, NotFound

SIGNATURE = f"signatures/{bag.TAG_MANIFEST}.p7s"
STAMP = f"{SIGNATURE}.tsr"
"""Names within a parcel's folder."""

LARGEST_MANIFEST = 16 << 20
"""Bytes of a tag manifest; one of a parcel of ours has about 600."""

MOST_PARCELS = 10_000


class NoParcel(NotFound):
    """There is no parcel: no folder or tar with a tag manifest."""

    slug = "parcel-not-found"


class ParcelUnreadable(InvalidInput):
    """The tag manifest or the signatures of a parcel cannot be read, or are far too large."""

    slug = "parcel-unreadable"


class ParcelUnwritable(BackendError):
    """No signature can be put beside a parcel: the disk is full, locked or away."""

    slug = "parcel-unwritable"


class ParcelSignedOtherwise(Conflict):
    """The signature that lies with the parcel is not over its tag manifest."""

    slug = "parcel-signed-otherwise"


@dataclass(frozen=True)
class ParcelPlace:
    """A parcel on a disk, folder or tar, and where its signatures lie."""

    path: Path

    @property
    def name(self) -> str:
        """The parcel's name."""
        return self.path.name.removesuffix(".tar")

    @property
    def signature(self) -> Path:
        """Where its signature lies."""
        if self.path.is_dir():
            return self.path / SIGNATURE
        return self.path.with_name(f"{self.name}.p7s")

    @property
    def stamp(self) -> Path:
        """Where the time stamp of its signature lies."""
        return self.signature.with_name(f"{self.signature.name}.tsr")

    def manifest(self) -> bytes:
        """Return its tag manifest.

        Raises:
            NoParcel: there is none: the parcel was not written to its end.
            ParcelUnreadable: it is far too large, or the tar is damaged.
        """
        try:
            if self.path.is_dir():
                return _read(self.path / bag.TAG_MANIFEST, LARGEST_MANIFEST)
            with tarfile.open(self.path, "r:") as tar:
                for member in tar:
                    if member.name == f"{self.name}/{bag.TAG_MANIFEST}" and member.isreg():
                        source = tar.extractfile(member)
                        if source is None or member.size > LARGEST_MANIFEST:
                            break
                        return source.read()
        except FileNotFoundError:
            raise NoParcel(f"{self.path} has no {bag.TAG_MANIFEST}: it was not written to its end") from None
        except (OSError, tarfile.TarError) as error:
            raise ParcelUnreadable(f"{self.path} cannot be read: {error}") from error
        raise NoParcel(f"{self.path} has no {bag.TAG_MANIFEST} that can be read")

    def signatures(self) -> tuple[bytes | None, bytes | None]:
        """Return its signature and the time stamp of it; None: not there.

        Raises:
            ParcelUnreadable: one is far too large, or a link.
        """
        return _read_if_there(self.signature), _read_if_there(self.stamp)


def parcels_in(folder: Path) -> list[ParcelPlace]:
    """Return the parcels that `folder` is, holds, or holds in `parcels/`, by name.

    Raises:
        NoParcel: there is none.
    """
    if folder.is_file() and folder.suffix == ".tar":
        return [ParcelPlace(folder)]
    if (folder / bag.TAG_MANIFEST).is_file():
        return [ParcelPlace(folder)]
    found: list[ParcelPlace] = []
    for place in (folder, folder / "parcels"):
        for each in sorted(place.iterdir()) if place.is_dir() and not place.is_symlink() else ():
            if each.is_symlink():
                continue
            if (each / bag.TAG_MANIFEST).is_file() or (each.suffix == ".tar" and each.is_file()):
                found.append(ParcelPlace(each))
    if not found or len(found) > MOST_PARCELS:
        raise NoParcel(f"{folder} holds {len(found)} parcels; a parcel has a {bag.TAG_MANIFEST}")
    return found


def sign_parcel(place: ParcelPlace, key: SigningKey, server: StampServer | None) -> Stamped:
    """Sign a parcel and stamp the signature; what is there already is kept. Return how the stamp stands.

    Raises:
        NoParcel, ParcelUnreadable, ParcelUnwritable: as they say.
        ParcelSignedOtherwise: a signature of something else lies there; take it away first.
    """
    manifest = place.manifest()
    p7s, tsr = place.signatures()
    if p7s is None:
        p7s = sign_manifest(manifest, key)
        place.stamp.unlink(missing_ok=True)  # of a signature that is no more
        _write(place.signature, p7s)
        tsr = None
    elif not _is_over(p7s, manifest):
        raise ParcelSignedOtherwise(f"{place.signature} is no signature over this tag manifest")
    if tsr is not None:
        return Stamped.STAMPED
    return stamp_parcel(place, server) if server is not None else Stamped.NOT_ASKED


def lay_within(came: Path, folder: Path) -> None:
    """Lay signature and stamp that came beside an archive into the folder that it was unpacked to.

    So they stay with the parcel wherever it is kept. What lies within counts; what cannot be read or laid is
    left where it is, for the check of its origin to tell.
    """
    within = ParcelPlace(folder)
    with suppress(ParcelUnreadable, ParcelUnwritable, OSError):
        p7s, tsr = ParcelPlace(came).signatures()
        if p7s is None or within.signatures()[0] is not None:
            return
        within.stamp.unlink(missing_ok=True)  # of a signature that is not there
        if tsr is not None:
            _write(within.stamp, tsr)
        _write(within.signature, p7s)


def signatures_over(manifest: bytes, key: SigningKey, server: StampServer | None) -> dict[str, bytes]:
    """Return what lies in `signatures/` of a parcel that goes over a line, by path within the parcel.

    Where no stamp server answers there is no stamp: the receiver is told that it is pending.
    """
    p7s = sign_manifest(manifest, key)
    made = stamp(p7s, server) if server is not None else Pending("")
    return {SIGNATURE: p7s} | ({} if isinstance(made, Pending) else {STAMP: made})


def stamp_parcel(place: ParcelPlace, server: StampServer) -> Stamped:
    """Add the time stamp that a parcel's signature lacks; one that is there is kept.

    Raises:
        ParcelUnreadable, ParcelUnwritable: as they say.
        NoParcel: it is not signed.
    """
    p7s, tsr = place.signatures()
    if p7s is None:
        raise NoParcel(f"{place.path} is not signed")
    if tsr is not None:
        return Stamped.STAMPED
    made = stamp(p7s, server)
    if isinstance(made, Pending):
        return Stamped.PENDING
    _write(place.stamp, made)
    return Stamped.STAMPED


def check_parcel(
    place: ParcelPlace, trust: Trust, expected_office: Office | None = None
) -> tuple[Check, ...]:
    """Check the signature of a parcel over its tag manifest; that the files fit this is the bag's check."""
    manifest = place.manifest()
    p7s, tsr = place.signatures()
    if p7s is None:
        return (failed("signature-unreadable", place.name, "the parcel is not signed"),)
    return check_signature(manifest, p7s, trust, expected_office=expected_office, tsr=tsr, subject=place.name)


def _is_over(p7s: bytes, manifest: bytes) -> bool:
    return any(check.code == "signature-bytes" for check in check_signature(manifest, p7s, NOBODY))


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as source:
        data = source.read(most + 1)
    if len(data) > most:
        raise ParcelUnreadable(f"{path} has more than {most} bytes")
    return data


def _read_if_there(path: Path) -> bytes | None:
    if path.is_symlink() or path.parent.is_symlink():
        raise ParcelUnreadable(f"{path} is a link")
    try:
        return _read(path, LARGEST_SIGNATURE) if path.is_file() else None
    except OSError as error:
        raise ParcelUnreadable(f"{path} cannot be read: {error.strerror}") from error


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, also when the power goes."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(exist_ok=True)
        with part.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise ParcelUnwritable(f"{path} cannot be written: {error.strerror}") from error
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
