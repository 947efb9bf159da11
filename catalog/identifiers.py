"""The names by which the register knows its records."""

import os
import threading
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
SignedPdfId = NewType("SignedPdfId", str)
TypeModelId = NewType("TypeModelId", str)
TransferId = NewType("TransferId", str)
TransferItemId = NewType("TransferItemId", str)


def new_id() -> str:
    """Return a fresh id: 32 hex digits, sorting by time of making (UUID version 7, RFC 9562).

    Within one process they only ever rise, so pages made in one go keep their order.
    """
    return f"{_rising():032x}"


_last_tick = 0
_one_at_a_time = threading.Lock()


def _rising() -> int:
    global _last_tick
    with _one_at_a_time:
        # Milliseconds and their 4,096ths (RFC 9562, section 6.2, method 3), never the same twice.
        _last_tick = max(time.time_ns() * 4096 // 1_000_000, _last_tick + 1)
        tick = _last_tick
    random = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    return tick >> 12 << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0x2 << 62 | random
