"""What a transfer announces of itself: handover.json, which lies beside its parcels.

A receiver reads it before anything else, and `verify.py` on the disk does too. It is written by a machine
that may not be ours and carried by anybody: every member is looked at, every number and text has a limit,
and what is not known is refused. It proves nothing by itself; the minutes name its digest.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from catalog import schema
from catalog.dossier_change import FIELDS, DossierFieldInvalid
from catalog.harmless import harmless
from catalog.inventory import NOTHING, Counts, Inventory
from catalog.transfer import RECEIVES_AS
from catalog.transfer_draft import MOST_DOSSIERS
from handover import strict_json
from handover.fitting import beyond
from handover.sealed import Office, Sealed
from luutru.errors import InvalidInput

NAME = "handover.json"
FORMAT = "vn.luutru.handover/1"
MOST_BYTES = 40 << 20  #: 20,000 dossiers make about 10 MB, with titles of 1,000 letters about 30
MOST_ITEMS = MOST_DOSSIERS
MOST_PARCELS = 20_000
MOST_VALUES = 20 * MOST_ITEMS + 8 * MOST_PARCELS
LONGEST = 2_000  #: characters of one text

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MEDIA = ("paper", "digital", "both")
KINDS = ("SIP", "AIP")


class AnnouncementInvalid(InvalidInput):
    """A handover.json that cannot be understood, or says what cannot be."""

    slug = "announcement-invalid"


@dataclass(frozen=True)
class Unarranged:
    """Material that goes over without being arranged into dossiers."""

    ordinal: int  #: 1, 2, ...
    description: str
    years: str = ""
    amount: str = ""
    centimetres: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Item:
    """One dossier as announced."""

    ordinal: int  #: 1, 2, ... in the finding aid
    identifier: str  #: fileCode
    title: str
    medium: str = "digital"  #: paper, digital or both
    unfinished: bool = False
    documents: int = 0
    pages: int = 0
    sheets: int = 0
    parcel: int | None = None  #: number of the parcel that holds its package; None: only paper goes
    files: int = 0  #: of its package
    bytes: int = 0
    digest: str | None = None  #: of its package (`handover.package_digest`)
    retention_code: str | None = None


@dataclass(frozen=True)
class Parcel:
    """One parcel as announced."""

    number: int
    name: str
    digest: str  #: SHA-256 of its tag manifest
    files: int
    bytes: int


@dataclass(frozen=True)
class Checkpoint:
    """How far the giver's log of events went when the transfer was sealed, and its root."""

    size: int
    root: str  #: 64 hex digits


@dataclass(frozen=True)
class Announcement:
    """A sealed transfer, as it tells itself to whoever receives it."""

    transfer: str  #: its number, "BG-2026-000123"
    namespace: uuid.UUID
    title: str
    case: str
    giver: Office
    receiver: Office
    decision: str  #: its number
    decided_on: date | None
    article: str
    agreement: str  #: decision and article in the words that every package bears
    receives_as: str | None
    sealed_at: datetime
    inventory: Inventory
    items: tuple[Item, ...]
    parcels: tuple[Parcel, ...]
    unarranged: tuple[Unarranged, ...] = ()
    supplement_to: str | None = None
    minutes: str | None = None  #: SHA-256 of the minutes, where they are made
    checkpoint: Checkpoint | None = None
    withheld: tuple[str, ...] = ()  #: parcels that are written nowhere any more, by name; said after sealing
    kind: str = "SIP"  #: of the packages: SIP or AIP
    software: str = "Lưu Trữ"
    version: str = "0"
    format: str = FORMAT

    @property
    def sealed(self) -> Sealed:
        """The frame that names its packages."""
        return Sealed(
            self.transfer,
            self.namespace,
            self.sealed_at,
            self.giver,
            self.receiver,
            self.agreement,
            self.software,
            self.version,
        )

    def in_parcel(self, number: int) -> tuple[Item, ...]:
        """Return the dossiers whose packages lie in one parcel."""
        return tuple(item for item in self.items if item.parcel == number)


def to_json(announcement: Announcement) -> bytes:
    """Return handover.json, UTF-8, the same bytes for the same announcement."""
    return strict_json.written(announcement)


def from_json(data: bytes) -> Announcement:
    """Return the announcement that somebody sent.

    Raises:
        AnnouncementInvalid: it is too large, no JSON, of another format, lacks or adds a member, or says
            what cannot be: a dossier or parcel twice, a dossier in no announced parcel.
    """
    try:
        found = strict_json.read(Announcement, data, most_bytes=MOST_BYTES, most_values=MOST_VALUES)
    except strict_json.NotAsAgreed as error:
        raise AnnouncementInvalid(f"{NAME}: {error}") from error
    if found.format != FORMAT:
        raise AnnouncementInvalid(f"{NAME} is of format {found.format[:40]!r}, expected {FORMAT}")
    for wrong in _wrong(found):
        raise AnnouncementInvalid(f"{NAME}: {wrong}")
    return found


def _wrong(told: Announcement) -> Iterator[str]:
    """Yield what cannot be."""
    names = [told.transfer, *(parcel.name for parcel in told.parcels), told.supplement_to or "x"]
    digests = [
        *(parcel.digest for parcel in told.parcels),
        told.minutes,
        *(item.digest for item in told.items),
    ]
    if told.checkpoint is not None:
        digests.append(told.checkpoint.root)
    yield from (f"{name[:40]!r} is no name" for name in names if not _NAME.fullmatch(name))
    yield from (
        "a digest is 64 hex digits" for each in digests if each is not None and not _DIGEST.fullmatch(each)
    )
    if len(told.items) > MOST_ITEMS or len(told.parcels) > MOST_PARCELS:
        yield f"at most {MOST_ITEMS} dossiers in {MOST_PARCELS} parcels"
    if told.kind not in KINDS or any(item.medium not in MEDIA for item in told.items):
        yield "a word for the kind of packages or the medium of a dossier that is none"
    for what, known in (
        ("dossier", [item.identifier for item in told.items]),
        ("place in the finding aid", [item.ordinal for item in told.items]),
        ("parcel", [parcel.name.casefold() for parcel in told.parcels]),
        ("parcel number", [parcel.number for parcel in told.parcels]),
        ("place of unarranged material", [each.ordinal for each in told.unarranged]),
    ):
        if len(set(known)) != len(known):
            yield f"a {what} twice"
    if not set(told.withheld) <= {parcel.name for parcel in told.parcels}:
        yield "a withheld parcel that is none of the handover"
    numbers = {parcel.number for parcel in told.parcels}
    yield from (
        f"dossier {item.identifier[:100]} is in no announced parcel"
        for item in told.items
        if item.parcel is not None and item.parcel not in numbers
    )
    if any((item.parcel is None) != (item.digest is None) for item in told.items):
        yield "a dossier in a parcel whose package has no digest, or a digest of what is in none"
    if any(item.parcel is None and item.medium != "paper" for item in told.items):
        yield "a dossier that is not on paper alone, in no parcel"
    if any(len(text) > LONGEST or _CONTROL.search(text) for text in _texts(told)):
        yield f"a name or text of more than {LONGEST} characters, or with a control character"
    yield from (
        f"a dossier whose code has a control character, or one that turns a line around: {shown[:100]}"
        for item in told.items
        if (shown := harmless(item.identifier)) != item.identifier
    )
    yield from _beyond(told)
    counts = [(item.ordinal - 1, item.documents, item.pages, item.sheets) for item in told.items]
    counts += [(parcel.number - 1, parcel.files, parcel.bytes, 0) for parcel in told.parcels]
    counts += [(item.files, item.bytes, 0, 0) for item in told.items]
    counts += [(each.ordinal - 1, each.centimetres or 0, 0, 0) for each in told.unarranged]
    counts.append((told.inventory.boxes, told.inventory.centimetres or 0, 0, 0))
    if any(number < 0 for row in counts for number in row):
        yield "a number below nothing"
        return
    yield from _not_added_up(told)


def _texts(told: Announcement) -> Iterator[str]:
    """Yield every text that goes to screens and papers; where people write several lines, as one."""
    yield from (told.transfer, told.title, told.case, told.decision, told.software, told.version)
    yield from (told.giver.name, told.giver.code, told.receiver.name, told.receiver.code)
    yield from (text.replace("\n", " ") for text in (told.article, told.agreement))
    for item in told.items:
        yield from (item.identifier, item.title)
    for each in told.unarranged:
        yield from (each.description, each.years, each.amount, each.note.replace("\n", " "))


def _beyond(told: Announcement) -> Iterator[str]:
    """Yield what the register has no place for, or no word."""
    yield from beyond(
        schema.transfer,
        {
            "number": told.transfer,
            "occasion": told.case,
            "receives_as": told.receives_as,
            "decision_number": told.decision,
            "boxes": told.inventory.boxes,
            "centimetres": told.inventory.centimetres,
        },
    )
    yield from beyond(schema.transfer, {"number": told.supplement_to})
    yield from beyond(schema.unit, {"code": told.giver.code})
    yield from beyond(schema.unit, {"code": told.receiver.code})
    if told.receives_as not in (None, *RECEIVES_AS):
        yield "a receiver that receives as nobody does"
    for item in told.items:
        yield from beyond(schema.transfer_item, vars(item))
    for parcel in told.parcels:
        yield from beyond(schema.transfer_parcel, vars(parcel))
    for each in told.unarranged:
        yield from beyond(schema.transfer_unarranged, vars(each))
    try:
        for code in {item.retention_code for item in told.items}:
            FIELDS["retention_code"]("retention_code", code)
    except DossierFieldInvalid as error:
        yield str(error)


def _not_added_up(told: Announcement) -> Iterator[str]:
    """Yield where the dossiers do not come to what is announced of the whole: it could never be concluded."""
    parts: dict[tuple[bool, str], Counts] = {}
    for item in told.items:
        part = item.unfinished, item.medium
        counts = Counts(1, item.documents, item.pages, item.sheets)
        parts[part] = parts.get(part, NOTHING) + counts
    found = told.inventory
    for what, announced, inside in (
        ("completed work", found.completed, [each for (open_, _), each in parts.items() if not open_]),
        ("unfinished work", found.unfinished, [each for (open_, _), each in parts.items() if open_]),
        *(
            (
                medium,
                found.by_medium.get(medium, NOTHING),
                [each for (_, of), each in parts.items() if of == medium],
            )
            for medium in MEDIA
        ),
    ):
        if sum(inside, NOTHING) != announced:
            yield f"dossiers that do not come to what is announced ({what})"
    if set(found.by_medium) - set(MEDIA):
        yield "counts of a medium that is none"
