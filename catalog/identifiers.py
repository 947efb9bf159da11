"""The names by which the register knows its records."""

import os
import time
from typing import NewType

from luutru.object_key import ObjectKey as ObjectKey

UnitId = NewType("UnitId", str)
FondsId = NewType("FondsId", str)
BoxId = NewType("BoxId", str)
DossierId = NewType("DossierId", str)
DocumentId = NewType("DocumentId", str)
PageId = NewType("PageId", str)
BatchId = NewType("BatchId", str)
SourceFileId = NewType("SourceFileId", str)
ReadingId = NewType("ReadingId", str)
UserId = NewType("UserId", str)
EventId = NewType("EventId", str)


def new_id() -> str:
    """Return a fresh id: 32 hex digits, sorting by time of making (UUID version 7, RFC 9562)."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"
