"""What a file is, by its first bytes; its name is never asked."""

import stat
from enum import StrEnum
from pathlib import Path

from ingest.refusal import Damaged, Empty, SpecialFile, Unsupported


class MediaType(StrEnum):
    """The kinds of file the archive takes in."""

    PDF = "application/pdf"
    TIFF = "image/tiff"
    JPEG = "image/jpeg"
    PNG = "image/png"
    JP2 = "image/jp2"  #: JPEG 2000 in its box format (also JPX)
    J2K = "image/j2c"  #: a bare JPEG 2000 codestream
    ZIP = "application/zip"


HEAD = 1024
"""Bytes looked at: PDF readers accept the header anywhere in the first 1024 (ISO 32000-1, annex H)."""

_SIGNATURES = (
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"II+\x00", MediaType.TIFF),
    (b"MM\x00+", MediaType.TIFF),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", MediaType.JP2),
    (b"\xff\x4f\xff\x51", MediaType.J2K),
    (b"PK\x03\x04", MediaType.ZIP),
    (b"PK\x05\x06", MediaType.ZIP),
)


def sniff_bytes(head: bytes) -> MediaType:
    """Return what a file is that begins with `head` (up to `HEAD` bytes).

    Raises:
        Empty: there are no bytes.
        Damaged: all zero, as a broken copy leaves it.
        Unsupported: none of the kinds the archive takes.
    """
    if not head:
        raise Empty("the file has no bytes")
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if b"%PDF-" in head[:HEAD]:
        return MediaType.PDF
    if not any(head):
        raise Damaged("the file begins with nothing but zero bytes, as a broken copy leaves it")
    raise Unsupported("the content is not PDF, TIFF, JPEG, PNG, JPEG 2000 or ZIP")


def sniff(path: Path) -> MediaType:
    """Return what the file at `path` is.

    Raises:
        SpecialFile: it is no plain file.
        Empty, Damaged, Unsupported: as `sniff_bytes`.
        OSError: it cannot be read at all.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise SpecialFile("only plain files are taken in, not links, pipes or devices")
    with path.open("rb") as file:
        return sniff_bytes(file.read(HEAD))
