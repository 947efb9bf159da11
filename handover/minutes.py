"""The minutes of a handover (biên bản giao nhận): what was announced, and what became of every dossier of it.

Values only; whoever decides and keeps the decisions fills them in. Minutes whose figures do not add up cannot
be built: announced = accepted + accepted with reservation + returned + refused + missing, for every count.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from catalog.inventory import NOTHING, Counts
from catalog.transfer_item import Decision
from catalog.transfer_totals import Totals, TotalsDiffer, tally
from handover.sealed import Sealed
from luutru.errors import InvalidInput

MOST_ITEMS = 100_000
"""Dossiers of one transfer; a province's worth is several transfers."""

_SHA256 = re.compile(r"[0-9a-f]{64}")

Medium = Literal["paper", "digital", "both"]

ASKS_REASON = frozenset(Decision) - {Decision.ACCEPTED}


class DecisionIncomplete(InvalidInput):
    """Whatever is not simply accepted has its reason, and a reservation its day."""

    slug = "decision-incomplete"


class MinutesInvalid(InvalidInput):
    """Minutes that nobody could hold against a parcel or a record."""

    slug = "minutes-invalid"


LISTS = ("catalogue", "unfinished", "unarranged", "check-report")
"""What is printed beside the minutes."""


@dataclass(frozen=True)
class Signatories:
    """What no register knows: who signs for either side, where, and how the material is."""

    place: str = ""
    giver: str = ""
    giver_title: str = ""
    giver_parent: str = ""
    receiver: str = ""
    receiver_title: str = ""
    receiver_parent: str = ""
    condition: str = ""


NOBODY_SAID = Signatories()


@dataclass(frozen=True)
class Party:
    """One side, as it signs."""

    name: str
    code: str = ""  #: mã định danh; "" where it has none yet
    parent: str = ""  #: the office above, for the head of the paper
    representative: str = ""  #: "" is left to the pen
    title: str = ""  #: their office: "Chủ tịch UBND xã"


@dataclass(frozen=True)
class Item:
    """One dossier of the transfer.

    Raises:
        DecisionIncomplete: it is not simply accepted and has no reason; a reservation has no deadline.
    """

    ordinal: int  #: 1, 2, ...
    identifier: str  #: fileCode
    title: str
    decision: Decision | None  #: None: not decided, and no minutes yet
    reason: str = ""
    deadline: date | None = None
    dates: str = ""  #: "1998 - 2003"
    retention: str = ""
    unfinished: bool = False
    medium: Medium = "both"
    documents: int = 0
    pages: int = 0
    sheets: int = 0
    box: str = ""
    parcel: int | None = None
    digest: str = ""  #: of its package, 64 hex digits; "" = it is on paper alone

    def __post_init__(self) -> None:
        if self.decision in ASKS_REASON and not self.reason.strip():
            raise DecisionIncomplete(f"{self.identifier} is {self.decision}, and nobody said why")
        if self.decision is Decision.RESERVED and self.deadline is None:
            raise DecisionIncomplete(f"the reservation on {self.identifier} has no day by which it is mended")

    @property
    def counts(self) -> Counts:
        """The dossier as both sides count it."""
        return Counts(1, self.documents, self.pages, self.sheets)


@dataclass(frozen=True)
class ParcelLine:
    """A parcel, by the one name of all that is in it."""

    name: str  #: "BG-2026-000123-P0001"
    digest: str  #: of its tag manifest, 64 hex digits
    files: int
    bytes: int

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.digest):
            raise MinutesInvalid(f"parcel {self.name} is named by a SHA-256; found {self.digest!r}")


@dataclass(frozen=True)
class Bundle:
    """A bundle or box of material that nobody has arranged yet: it has no dossiers to be decided."""

    label: str  #: "Bó 12"
    creator: str = ""  #: unit or person whose papers they are
    summary: str = ""
    dates: str = ""
    boxes: int | None = None
    metres: Decimal | None = None
    finished: bool | None = None  #: whether the matters in it are closed; None: not known
    condition: str = ""
    place: str = ""
    note: str = ""


@dataclass(frozen=True)
class Checkpoint:
    """Where the audit log stood: whoever holds this knows if anything before it is changed or cut off."""

    size: int  #: events
    root: str  #: of the Merkle tree over them (RFC 6962), 64 hex digits

    def __post_init__(self) -> None:
        if self.size < 0 or not _SHA256.fullmatch(self.root):
            raise MinutesInvalid(f"a checkpoint is a size and a SHA-256; found {self.size}, {self.root!r}")


@dataclass(frozen=True)
class Minutes:
    """What both sides put their names under.

    Raises:
        TransferNotDecided: some dossier is undecided.
        TotalsDiffer: the dossiers do not add up to what was announced, or one is there twice.
        MinutesInvalid: there are more dossiers than minutes can hold, or no legal basis is named.
    """

    transfer: str  #: its number, "BG-2026-000123"
    title: str  #: tên khối tài liệu
    on: date
    place: str
    giver: Party
    receiver: Party
    basis: tuple[str, ...]  #: decisions and articles, one a line, without "Căn cứ"
    announced: Counts  #: as fixed at sealing
    items: tuple[Item, ...]
    boxes: int = 0
    metres: Decimal | None = None  #: of shelf; None: nobody measured
    parcels: tuple[ParcelLine, ...] = ()
    unarranged: tuple[Bundle, ...] = ()
    dates: str = ""  #: of the material
    condition: str = ""  #: tình trạng tài liệu
    supplement_to: str = ""  #: number of the transfer that this one completes
    checkpoint: Checkpoint | None = None
    form: str = "minutes"  #: which template

    def __post_init__(self) -> None:
        if not self.basis or not all(line.strip() for line in self.basis):
            raise MinutesInvalid("minutes name the decision they rest on")
        if len(self.items) > MOST_ITEMS:
            raise MinutesInvalid(f"minutes hold at most {MOST_ITEMS} dossiers; found {len(self.items)}")
        if len({item.ordinal for item in self.items}) != len(self.items):
            raise TotalsDiffer("a dossier stands in the transfer twice")
        self.totals.require()

    @property
    def totals(self) -> Totals:
        """Announced and decided, count by count."""
        return tally(self.announced, ((item.decision, item.counts) for item in self.items))

    def of(self, decision: Decision) -> Counts:
        """Return how much was decided so."""
        return self.totals.of(decision)

    def items_of(self, *decisions: Decision) -> tuple[Item, ...]:
        """Return the dossiers that were decided so, in their order."""
        return tuple(item for item in self.items if item.decision in decisions)

    def on_carrier(self, *media: Medium, unfinished: bool | None = None) -> Counts:
        """Return how much of the announced is on these carriers, of (un)finished work alone where asked."""
        return sum(
            (
                item.counts
                for item in self.items
                if item.medium in media and unfinished in (None, item.unfinished)
            ),
            NOTHING,
        )

    @property
    def digest(self) -> str:
        """The one name of all of it: `total_digest` of parcels, else of dossiers; "" = on paper alone."""
        if self.parcels:
            return total_digest((parcel.name, parcel.digest) for parcel in self.parcels)
        held = [(item.identifier, item.digest) for item in self.items if item.digest]
        return total_digest(held) if held else ""


def total_digest(named: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 over lines of "<digest>  <name>", by name.

    `sha256sum` gives the same over such a file, so that anybody can work it out with what every computer has.
    """
    lines = [f"{digest}  {name}\n" for name, digest in sorted(named)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def parties(sealed: Sealed) -> tuple[Party, Party]:
    """Return giver and receiver as the sealed transfer names them; who signs is added by hand."""
    return Party(sealed.giver.name, sealed.giver.code), Party(sealed.receiver.name, sealed.receiver.code)
