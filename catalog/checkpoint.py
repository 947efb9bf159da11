"""How far the log of events had come at a moment: what two sides hold against each other years later.

As text it has the form of a checkpoint of a transparency log (C2SP tlog-checkpoint): which log, how many
events, their root in Base64, then lines of ours. A signature lies beside it, not in it, so that OpenSSL can
verify it.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from luutru.errors import InvalidInput

LONGEST = 4096
"""Bytes of a checkpoint's text; one has about 200."""


class CheckpointUnreadable(InvalidInput):
    """A text that is no checkpoint of a log of ours."""

    slug = "checkpoint-unreadable"


@dataclass(frozen=True)
class Checkpoint:
    """The log's first `size` events, under one root."""

    size: int  #: events
    root: str  #: RFC 6962, 64 hex digits
    log: str  #: which log: the first 16 hex digits of its first link; "" while it has none
    at: datetime  #: when it was taken

    @property
    def short(self) -> str:
        """As it is printed and compared by eye: the size, then 16 hex digits of the root in fours."""
        fours = " ".join(self.root[start : start + 4] for start in range(0, 16, 4))
        return f"{self.size}: {fours}"

    def to_text(self) -> str:
        """Return it as text, five lines."""
        root = base64.b64encode(bytes.fromhex(self.root)).decode("ascii")
        at = self.at.astimezone(UTC).isoformat(timespec="seconds")
        return f"luutru/{self.log or 'empty'}\n{self.size}\n{root}\ntime {at}\nshort {self.short}\n"

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """Return what `to_text` gave.

        Raises:
            CheckpointUnreadable: it gave no such text.
        """
        lines = text[:LONGEST].splitlines()
        try:
            origin, size, root, time, short = lines[:5]
            found = re.fullmatch(r"luutru/([0-9a-f]{16}|empty)", origin)
            digest = base64.b64decode(root, validate=True)
            at = datetime.fromisoformat(time.removeprefix("time "))
            if found is None or not re.fullmatch(r"0|[1-9][0-9]{0,17}", size) or len(digest) != 32:
                raise ValueError("its lines are off")
            if at.tzinfo is None:
                raise ValueError("its time has no zone")
            log = "" if found[1] == "empty" else found[1]
            read = cls(int(size), digest.hex(), log, at)
        except (ValueError, binascii.Error) as error:
            raise CheckpointUnreadable(f"this is no checkpoint of a log of events: {error}") from error
        if short != f"short {read.short}":
            raise CheckpointUnreadable("the short form of this checkpoint is not that of its root")
        return read
