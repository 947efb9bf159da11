"""What a transfer announces of itself: handover.json, which lies beside its parcels.

A receiver reads it before anything else, and `verify.py` on the disk does too. It is written by a machine
that may not be ours and carried by anybody: every member is looked at, every number and text has a limit,
and what is not known is refused. It proves nothing by itself; the minutes name its digest.
"""

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from handover.sealed import Office, Sealed
from luutru.errors import InvalidInput

NAME = "handover.json"
FORMAT = "vn.luutru.handover/1"
MOST_BYTES = 128 << 20  #: 200,000 dossiers make about 80 MB
MOST_ITEMS = 200_000
MOST_PARCELS = 20_000
LONGEST = 2_000  #: characters of one text
MOST = 1 << 53  #: the largest number that every reader of JSON keeps

_PARCEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
MEDIA = ("paper", "digital", "both")


class AnnouncementInvalid(InvalidInput):
    """A handover.json that cannot be understood, or says what cannot be."""

    slug = "announcement-invalid"


@dataclass(frozen=True)
class Counts:
    """How much is announced of one kind."""

    dossiers: int = 0
    documents: int = 0
    pages: int = 0
    sheets: int = 0
    boxes: int = 0
    millimetres: int = 0  #: of shelf


@dataclass(frozen=True)
class Inventory:
    """How much is announced, completed and unfinished work apart."""

    completed: Counts = Counts()
    unfinished: Counts = Counts()


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
    digest: str | None = None  #: of its package (`handover.package_digest`)


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
    sealed_at: datetime
    inventory: Inventory
    items: tuple[Item, ...]
    parcels: tuple[Parcel, ...]
    supplement_to: str | None = None
    minutes: str | None = None  #: SHA-256 of the minutes, where they are made
    checkpoint: Checkpoint | None = None
    kind: str = "SIP"  #: of the packages: SIP or AIP
    software: str = "Lưu Trữ"
    version: str = "0"

    @property
    def sealed(self) -> Sealed:
        """The frame that names its packages."""
        return Sealed(
            self.transfer,
            self.namespace,
            self.sealed_at,
            self.giver,
            self.receiver,
            self.decision,
            self.software,
            self.version,
        )

    def in_parcel(self, number: int) -> tuple[Item, ...]:
        """Return the dossiers whose packages lie in one parcel."""
        return tuple(item for item in self.items if item.parcel == number)


def to_json(announcement: Announcement) -> bytes:
    """Return handover.json, UTF-8, the same bytes for the same announcement."""
    told = {
        "format": FORMAT,
        **asdict(announcement),
        "namespace": str(announcement.namespace),
        "decided_on": announcement.decided_on.isoformat() if announcement.decided_on else None,
        "sealed_at": announcement.sealed_at.isoformat(),
    }
    return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def from_json(data: bytes) -> Announcement:
    """Return the announcement that somebody sent.

    Raises:
        AnnouncementInvalid: it is too large, no JSON, of another format, lacks or adds a member, or two of
            its dossiers or parcels bear one name.
    """
    if len(data) > MOST_BYTES:
        raise AnnouncementInvalid(f"{NAME} has {len(data)} bytes, at most {MOST_BYTES}")
    try:
        told = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise AnnouncementInvalid(f"{NAME} is no JSON: {error}") from error
    row = _row(told, NAME, {"format", *(field.name for field in fields(Announcement))})
    if row["format"] != FORMAT:
        raise AnnouncementInvalid(f"{NAME} is of format {row['format']!r}, expected {FORMAT}")
    found = Announcement(
        transfer=_text(row, "transfer", pattern=_PARCEL),
        namespace=_uuid(row["namespace"]),
        title=_text(row, "title"),
        case=_text(row, "case"),
        giver=_office(row["giver"], "giver"),
        receiver=_office(row["receiver"], "receiver"),
        decision=_text(row, "decision"),
        decided_on=None if row["decided_on"] is None else _date(row["decided_on"]),
        article=_text(row, "article"),
        sealed_at=_moment(row["sealed_at"]),
        inventory=_inventory(row["inventory"]),
        items=tuple(_item(each) for each in _list(row, "items", MOST_ITEMS)),
        parcels=tuple(_parcel(each) for each in _list(row, "parcels", MOST_PARCELS)),
        supplement_to=_optional(row, "supplement_to", pattern=_PARCEL),
        minutes=_optional(row, "minutes", pattern=_DIGEST),
        checkpoint=None if row["checkpoint"] is None else _checkpoint(row["checkpoint"]),
        kind=_one_of(row, "kind", ("SIP", "AIP")),
        software=_text(row, "software"),
        version=_text(row, "version"),
    )
    _refuse_doubles(found)
    return found


def _refuse_doubles(found: Announcement) -> None:
    for what, names in (
        ("dossier", [item.identifier for item in found.items]),
        ("place in the finding aid", [item.ordinal for item in found.items]),
        ("parcel", [parcel.name.casefold() for parcel in found.parcels]),
        ("parcel number", [parcel.number for parcel in found.parcels]),
    ):
        twice = _twice(names)
        if twice is not None:
            raise AnnouncementInvalid(f"{NAME} announces {what} {twice} twice")
    known = {parcel.number for parcel in found.parcels}
    for item in found.items:
        if item.parcel is not None and item.parcel not in known:
            raise AnnouncementInvalid(f"{NAME}: dossier {item.identifier} is in no announced parcel")


def _twice(names: Iterable[object]) -> object | None:
    seen: set[object] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _row(told: Any, where: str, names: Iterable[str]) -> Mapping[str, Any]:
    wanted = set(names)
    if not isinstance(told, dict):
        raise AnnouncementInvalid(f"{where} is no object")
    if told.keys() != wanted:
        lacks, adds = sorted(wanted - told.keys()), sorted(told.keys() - wanted)
        raise AnnouncementInvalid(f"{where} lacks {lacks[:5]}, adds {[name[:40] for name in adds[:5]]}")
    return told


def _list(row: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = row[name]
    if not isinstance(found, list) or len(found) > most:
        raise AnnouncementInvalid(f"{name} is a list of at most {most}")
    return found


def _text(row: Mapping[str, Any], name: str, *, pattern: re.Pattern[str] | None = None) -> str:
    found = row[name]
    if not isinstance(found, str) or len(found) > LONGEST or any(ord(sign) < 32 for sign in found):
        raise AnnouncementInvalid(f"{name} is a text of at most {LONGEST} characters on one line")
    if pattern is not None and not pattern.fullmatch(found):
        raise AnnouncementInvalid(f"{name} cannot be {found[:80]!r}")
    return found


def _optional(row: Mapping[str, Any], name: str, *, pattern: re.Pattern[str]) -> str | None:
    return None if row[name] is None else _text(row, name, pattern=pattern)


def _one_of(row: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    if row[name] not in allowed:
        raise AnnouncementInvalid(f"{name} is one of {', '.join(allowed)}")
    found: str = row[name]
    return found


def _number(row: Mapping[str, Any], name: str, *, least: int = 0) -> int:
    found = row[name]
    if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= MOST:
        raise AnnouncementInvalid(f"{name} is a whole number from {least}")
    return found


def _flag(row: Mapping[str, Any], name: str) -> bool:
    found = row[name]
    if not isinstance(found, bool):
        raise AnnouncementInvalid(f"{name} is true or false")
    return found


def _uuid(told: Any) -> uuid.UUID:
    try:
        return uuid.UUID(told)
    except (ValueError, TypeError, AttributeError) as error:
        raise AnnouncementInvalid("namespace is no UUID") from error


def _date(told: Any) -> date:
    try:
        return date.fromisoformat(told)
    except (ValueError, TypeError) as error:
        raise AnnouncementInvalid("decided_on is no date") from error


def _moment(told: Any) -> datetime:
    try:
        found = datetime.fromisoformat(told)
    except (ValueError, TypeError) as error:
        raise AnnouncementInvalid("sealed_at is no time") from error
    if found.tzinfo is None:
        raise AnnouncementInvalid("sealed_at has no zone")
    return found


def _office(told: Any, where: str) -> Office:
    row = _row(told, where, (field.name for field in fields(Office)))
    return Office(_text(row, "name"), _text(row, "code"))


def _inventory(told: Any) -> Inventory:
    row = _row(told, "inventory", (field.name for field in fields(Inventory)))
    return Inventory(_counts(row["completed"]), _counts(row["unfinished"]))


def _counts(told: Any) -> Counts:
    row = _row(told, "counts", (field.name for field in fields(Counts)))
    return Counts(**{name: _number(row, name) for name in row})


def _item(told: Any) -> Item:
    row = _row(told, "an item", (field.name for field in fields(Item)))
    return Item(
        ordinal=_number(row, "ordinal", least=1),
        identifier=_text(row, "identifier"),
        title=_text(row, "title"),
        medium=_one_of(row, "medium", MEDIA),
        unfinished=_flag(row, "unfinished"),
        documents=_number(row, "documents"),
        pages=_number(row, "pages"),
        sheets=_number(row, "sheets"),
        parcel=None if row["parcel"] is None else _number(row, "parcel", least=1),
        digest=_optional(row, "digest", pattern=_DIGEST),
    )


def _parcel(told: Any) -> Parcel:
    row = _row(told, "a parcel", (field.name for field in fields(Parcel)))
    return Parcel(
        number=_number(row, "number", least=1),
        name=_text(row, "name", pattern=_PARCEL),
        digest=_text(row, "digest", pattern=_DIGEST),
        files=_number(row, "files"),
        bytes=_number(row, "bytes"),
    )


def _checkpoint(told: Any) -> Checkpoint:
    row = _row(told, "checkpoint", (field.name for field in fields(Checkpoint)))
    return Checkpoint(_number(row, "size"), _text(row, "root", pattern=_DIGEST))
