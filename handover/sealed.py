"""What was fixed when a transfer was sealed: the same sealed transfer gives the same bytes, always."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from handover.profile import CSIP

VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class Office:
    """One side of a handover, as packages name it."""

    name: str
    code: str  #: mã định danh, or "" where it has none yet


@dataclass(frozen=True)
class Sealed:
    """The frame of every package and parcel of one transfer."""

    transfer: str  #: its number, "BG-2026-000123"
    namespace: uuid.UUID  #: drawn once, at sealing
    at: datetime  #: when it was sealed
    giver: Office
    receiver: Office
    agreement: str  #: the decision or minutes behind it
    software: str = "Lưu Trữ"
    version: str = "0"
    profile: str = CSIP.name  #: that its packages follow

    @property
    def time(self) -> str:
        """When it was sealed, as packages write it: Vietnam's time with its zone (TT 05/2025)."""
        return self.at.astimezone(VIETNAM).isoformat(timespec="seconds")

    def uuid(self, what: str) -> uuid.UUID:
        """Return the id of something in this transfer; the same for the same thing."""
        return uuid.uuid5(self.namespace, what)

    def identifier(self, what: str) -> str:
        """Return the same as an XML ID."""
        return f"uuid-{self.uuid(what)}"
