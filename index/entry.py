"""What the index holds: one entry for every page that was read and one for every dossier, scanned or not."""

import json
import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate
from typing import Any, ClassVar

from catalog.identifiers import BatchId, DocumentId, DossierId, FondsId, PageId, UnitId
from index.analysis import Token, clean
from luutru.errors import InvalidInput

MAX_TEXT = 1_000_000
"""Characters of one entry; a dense A3 page has about 15,000."""

_STEP_SIZES = "BHI"  # one, two, four bytes: print has no word or gap of 256 letters, broken readings do


class EntryTooLarge(InvalidInput):
    """The text of an entry is longer than any page."""

    slug = "entry-too-large"


class Kind(StrEnum):
    """What an entry stands for."""

    PAGE = "page"
    DOSSIER = "dossier"


def page_key(page: PageId) -> str:
    """Return the key of a page's entry."""
    return f"{Kind.PAGE}:{page}"


def dossier_key(dossier: DossierId) -> str:
    """Return the key of a dossier's entry."""
    return f"{Kind.DOSSIER}:{dossier}"


@dataclass(frozen=True)
class PageEntry:
    """A page as search sees it.

    Raises:
        EntryTooLarge: `text` is longer than `MAX_TEXT` characters.
    """

    kind: ClassVar[Kind] = Kind.PAGE
    paper_only: ClassVar[bool] = False

    page: PageId
    document: DocumentId
    dossier: DossierId | None
    fonds: FondsId
    unit: UnitId | None
    batch: BatchId
    name: str  #: what people call the document or its file
    number: int  #: of the page in its document, from 1
    text: str  #: the page as read, one line of print a line
    type: str | None  #: kind of document, as the register writes it
    year: int | None
    readers: frozenset[UnitId]  #: units that may find it; none = only those who see everything
    revision: int  #: of the register's row; an older one never replaces a newer one
    title: str | None = None  #: type, number and subject of the document, as far as they are known
    code: str | None = None  #: its own number
    signer: str | None = None
    people: tuple[str, ...] = ()  #: whom it is about, the signer not among them
    parcels: tuple[tuple[str | None, str | None], ...] = ()  #: number and map sheet
    keys: tuple[str, ...] = ()  #: other values it is looked for by: certificate, book...

    def __post_init__(self) -> None:
        _check(self.key, self.text)

    @property
    def key(self) -> str:
        """The key of the entry in the index."""
        return page_key(self.page)

    @property
    def body(self) -> str:
        """What a snippet is cut from, NFC; a document's first page says what the document is."""
        if self.number != 1:
            return clean(self.text)
        parcels = (f"thửa {parcel or ''} tờ {sheet or ''}" for parcel, sheet in self.parcels)
        known = (self.title, self.code, self.signer, *self.people, *parcels, *self.keys)
        return clean("\n".join(filter(None, (self.text, *dict.fromkeys(known)))))

    @property
    def heading(self) -> str:
        """What is searched beside the body, NFC."""
        return clean(self.name)


@dataclass(frozen=True)
class DossierEntry:
    """A dossier as search sees it; it may exist on paper only.

    Raises:
        EntryTooLarge: `title` is longer than `MAX_TEXT` characters.
    """

    kind: ClassVar[Kind] = Kind.DOSSIER
    page: ClassVar[None] = None
    document: ClassVar[None] = None
    batch: ClassVar[None] = None
    number: ClassVar[None] = None
    signer: ClassVar[None] = None

    dossier: DossierId
    fonds: FondsId
    unit: UnitId | None
    title: str
    code: str | None
    place: str | None  #: where the paper is kept
    date_from: date | None
    date_to: date | None
    type: str | None
    year: int | None
    paper_only: bool
    readers: frozenset[UnitId]
    revision: int
    retention: str | None = None  #: how long it is kept, as the rule says it
    people: tuple[str, ...] = ()
    parcels: tuple[tuple[str | None, str | None], ...] = ()  #: number and map sheet
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check(self.key, self.title)

    @property
    def key(self) -> str:
        """The key of the entry in the index."""
        return dossier_key(self.dossier)

    @property
    def name(self) -> str:
        """What people call the dossier."""
        return self.title

    @property
    def body(self) -> str:
        """Title, code, place, dates (dd/mm/yyyy) and keys, NFC: what a snippet is cut from."""
        dates = [day.strftime("%d/%m/%Y") for day in (self.date_from, self.date_to) if day is not None]
        parcels = (f"thửa {parcel or ''} tờ {sheet or ''}" for parcel, sheet in self.parcels)
        shelf = (self.title, self.code, self.place, " - ".join(dates), self.retention)
        known = (*shelf, *self.people, *parcels, *self.keys)
        return clean("\n".join(filter(None, known)))

    @property
    def heading(self) -> str:
        """Nothing: the body has it all."""
        return ""


Entry = PageEntry | DossierEntry


def to_stored(entry: Entry, words: Sequence[Token]) -> str:
    """Return what a hit is made of, as the index keeps it beside the words.

    `words`: those of the body, none whole. Their folded form and their places are kept too: to look for them
    in the body again would take most of the time of a search.
    """
    return json.dumps(
        {
            "key": entry.key,
            "kind": entry.kind,
            "page": entry.page,
            "document": entry.document,
            "dossier": entry.dossier,
            "fonds": entry.fonds,
            "unit": entry.unit,
            "name": entry.name,
            "title": entry.title,
            "number": entry.number,
            "type": entry.type,
            "year": entry.year,
            "paper_only": entry.paper_only,
            "body": entry.body,
            "folded": " ".join([word.folded for word in words]),
            "places": _packed(words),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def from_stored(stored: str) -> dict[str, Any]:
    """Return the fields that `to_stored` kept.

    `starts` and `ends`: first character and one past the last, in `body`, of every word of `folded`.
    """
    fields: dict[str, Any] = json.loads(stored)
    places = _unpacked(fields.pop("places"))
    fields["starts"], fields["ends"] = places[::2], places[1::2]
    return fields


def newest(puts: Sequence[Entry]) -> Iterator[Entry]:
    """Yield one entry for each key: the newest revision, the later one of equals."""
    chosen: dict[str, Entry] = {}
    for entry in puts:
        held = chosen.get(entry.key)
        if held is None or entry.revision >= held.revision:
            chosen[entry.key] = entry
    yield from chosen.values()


def _packed(words: Sequence[Token]) -> str:
    """Return where the words begin and end, each place as the step from the one before."""
    steps: list[int] = []
    at = 0
    for word in words:
        steps += (word.start - at, word.end - word.start)
        at = word.end
    size = next(size for size in _STEP_SIZES if max(steps, default=0) < 256 ** array(size).itemsize)
    return size + b64encode(_little_endian(array(size, steps)).tobytes()).decode("ascii")


def _unpacked(packed: str) -> list[int]:
    return list(accumulate(_little_endian(array(packed[0], b64decode(packed[1:])))))


def _little_endian(steps: "array[int]") -> "array[int]":
    if sys.byteorder == "big":  # an index may be moved to another machine
        steps.byteswap()
    return steps


def _check(key: str, text: str) -> None:
    if len(text) > MAX_TEXT:
        raise EntryTooLarge(f"{key} has {len(text):,} characters; an entry takes {MAX_TEXT:,}")
