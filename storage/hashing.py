"""Take bytes in while computing the number that will always prove them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from luutru.errors import InvalidInput

CHUNK = 1 << 20
"""Bytes moved at a time; with it, memory stays constant whatever the size of a scan."""


class TooLarge(InvalidInput):
    """More bytes came than the limit allows; none of them was kept."""

    slug = "too-large"


@dataclass(frozen=True)
class Digest:
    """What a stream turned out to be."""

    sha256: str  #: 64 lower-case hex digits
    size: int  #: bytes


def pour(data: BinaryIO, keep: Callable[[bytes], object], *, limit_bytes: int) -> Digest:
    """Hand `data` to `keep` piece by piece and return its digest; errors of either pass unchanged.

    Raises:
        TooLarge: there were more than `limit_bytes`.
    """
    sha256 = hashlib.sha256()
    size = 0
    while chunk := data.read(CHUNK):
        size += len(chunk)
        if size > limit_bytes:
            raise TooLarge(f"more than {limit_bytes} bytes were sent; that is the limit")
        sha256.update(chunk)
        keep(chunk)
    return Digest(sha256.hexdigest(), size)


def digest(data: BinaryIO) -> Digest:
    """Return what `data` is, from where it stands to its end."""
    sha256 = hashlib.sha256()
    size = 0
    while chunk := data.read(CHUNK):
        size += len(chunk)
        sha256.update(chunk)
    return Digest(sha256.hexdigest(), size)
