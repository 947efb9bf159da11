"""What another Lưu Trữ must know of a dossier to take it over whole, beside what the circular asks for.

One file of the package (`documentation/luutru.json`): how pages lie in files and documents, what
was read by whom, every value with its place on the page and who gave it. Words themselves stand in the ALTO
files. A receiver without Lưu Trữ loses nothing that the circular asks for by leaving it aside.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from catalog import schema
from catalog.arrangement import APART
from catalog.dossier_change import FIELDS, DossierFieldInvalid
from handover import strict_json
from handover.fitting import beyond
from ingest.media import MediaType
from luutru.errors import InvalidInput

PATH = "documentation/luutru.json"
FORMAT = 1
MOST_BYTES = 64 << 20  #: a dossier of 5,000 pages makes about 10 MB


class RecordInvalid(InvalidInput):
    """A package's own record that cannot be understood, or contradicts itself."""

    slug = "record-invalid"


@dataclass(frozen=True)
class Unit:
    """The office whose fonds it is: often a dissolved one."""

    name: str
    code: str | None
    valid_from: date | None
    valid_until: date | None
    instrument: str | None


@dataclass(frozen=True)
class Fonds:
    """The fonds a dossier belongs to."""

    code: str
    title: str
    unit: Unit | None


@dataclass(frozen=True)
class Key:
    """A key in force."""

    name: str
    value: str
    confidence: float
    evidence: tuple[tuple[str, int, int, int, int], ...]  #: page id, box
    source: str
    actor: str
    made_at: datetime


@dataclass(frozen=True)
class Value:
    """A field's value in force."""

    name: str
    value: str | None
    confidence: float
    evidence: tuple[tuple[str, int, int, int, int], ...]
    alternatives: tuple[str, ...]
    asked: bool
    source: str
    actor: str
    made_at: datetime


@dataclass(frozen=True)
class Read:
    """One page's current reading; its words are in the ALTO file."""

    alto: str  #: SHA-256 of that file
    source: str  #: machine, person or text-layer
    actor: str
    made_at: datetime
    engines: Mapping[str, str]
    settings_hash: str
    degraded: bool
    doubted: tuple[int, ...]  #: words, counted from 0, on which the readers did not agree


@dataclass(frozen=True)
class Page:
    """One page."""

    id: str  #: the giver's
    file: str  #: the giver's id of its source file
    image_index: int
    part: int
    state: str  #: read or blank
    width: int | None
    height: int | None
    dpi: int | None
    rotation: int | None
    embedded: bool | None
    skew: float | None
    blur: float | None
    contrast: float | None
    flags: tuple[str, ...]
    set_apart: str | None
    sheet: int | None
    side: int | None
    reading: Read | None


@dataclass(frozen=True)
class SourceFile:
    """One file as it came to the giver."""

    id: str
    sha256: str  #: of the master in the package
    size: int
    media_type: str
    path: str  #: within the giver's batch, for people
    pages: int
    signed: bool


@dataclass(frozen=True)
class Signed:
    """The office's signature on a document's PDF/A, as the giver wrote it down; the proof is in the PDF."""

    source: str  #: SHA-256 of the PDF/A before it was signed
    size: int  #: its bytes: with them the signed one begins
    office: str
    certificate: str  #: SHA-256 of the signing certificate
    actor: str
    signed_at: datetime
    stamp: str  #: stamped, pending or not-asked


@dataclass(frozen=True)
class Document:
    """One document."""

    id: str
    identifier: str  #: docId, as the package names it; its PDF/A too
    name: str
    title: str | None
    type: str | None
    year: int | None
    ordinal: int | None
    file: str
    signed: Signed | None  #: the PDF/A in the package is the signed one
    pages: tuple[Page, ...]  #: in their order
    values: tuple[Value, ...]
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Dossier:
    """The dossier as the giver's register has it."""

    id: str
    identifier: str  #: fileCode
    label: str
    code: str | None
    title: str
    place: str
    box: str | None
    date_from: date | None
    date_to: date | None
    type: str | None
    type_confidence: float | None
    type_source: str | None
    retention: str | None
    retention_code: str | None
    retention_rule: str | None
    retention_source: str | None
    retention_state: str | None
    access_mode: str
    language: str
    keyword: str
    physical_state: str | None
    description: str
    state: str
    checked_by: str | None
    checked_at: datetime | None
    signed_by: str | None
    signed_at: datetime | None


@dataclass(frozen=True)
class Record:
    """Everything."""

    format: int
    fonds: Fonds
    dossier: Dossier
    files: tuple[SourceFile, ...]
    documents: tuple[Document, ...]
    keys: tuple[Key, ...]


def to_json(record: Record) -> bytes:
    """Return the record as it lies in the package, the same bytes for the same record."""
    return strict_json.written(record)


def to_plain(record: Record) -> dict[str, Any]:
    """Return the record as the register keeps it with all else that was fixed at sealing."""
    found: dict[str, Any] = json.loads(to_json(record))
    return found


def plain_bytes(plain: Mapping[str, Any]) -> bytes:
    """Return `to_plain`'s value as it lies in the package."""
    return strict_json.dumped(plain)


def from_json(data: bytes) -> Record:
    """Return the record that a package carries.

    Raises:
        RecordInvalid: it is of another format or shape, or says what cannot be.
    """
    try:
        found = strict_json.read(Record, data, most_bytes=MOST_BYTES)
    except strict_json.NotAsAgreed as error:
        raise RecordInvalid(f"{PATH}: {error}") from error
    if found.format != FORMAT:
        raise RecordInvalid(f"{PATH} is of format {found.format}, expected {FORMAT}")
    _consistent(found)
    for wrong in _beyond(found):
        raise RecordInvalid(f"{PATH}: {wrong}")
    return found


def _possible(document: str, signed: Signed) -> None:
    """Raise RecordInvalid where no signature can be as it is told."""
    digests = (signed.source, signed.certificate)
    if signed.stamp not in _STAMPS or not all(_DIGEST.fullmatch(one) for one in digests) or signed.size < 1:
        raise RecordInvalid(f"document {document} has a signature that cannot be")


_DIGEST = re.compile(r"[0-9a-f]{64}")
_STAMPS = ("stamped", "pending", "not-asked")
_STATES = ("open", "checked", "signed-off")
_SOURCES = ("machine", "list", "person")
_READERS = ("machine", "person", "text-layer")
_MASTERS = frozenset(MediaType) - {MediaType.ZIP}
_CODED = ("retention_code", "access_mode", "language", "physical_state")
_LONGEST_BOX = 500


def _consistent(record: Record) -> None:
    """Raise RecordInvalid where two parts contradict each other or a word is none that the register has."""
    files = {file.id: file for file in record.files}
    if len(files) != len(record.files):
        raise RecordInvalid(f"{PATH} names a file twice")
    seen: set[tuple[str, int, int]] = set()
    pages = [page for document in record.documents for page in document.pages]
    known = {page.id for page in pages}
    if len(known) != len(pages) or len({each.id for each in record.documents}) != len(record.documents):
        raise RecordInvalid(f"{PATH} names a page or a document twice")
    for page in pages:
        place = page.file, page.image_index, page.part
        if page.file not in files or not 0 <= page.image_index < files[page.file].pages or place in seen:
            raise RecordInvalid(f"page {page.id} is no page of its file, or a second one")
        seen.add(place)
        if page.state not in ("read", "blank") or (page.state == "read") != (page.reading is not None):
            raise RecordInvalid(f"page {page.id} is {page.state}, which does not go with its reading")
    counted: dict[str, int] = {}
    for page in pages:
        counted[page.file] = counted.get(page.file, 0) + 1
    for document in record.documents:
        if document.file not in files or not document.pages:
            raise RecordInvalid(f"document {document.id} has no file or no page")
        if document.signed is not None:
            _possible(document.id, document.signed)
    for name, file in files.items():
        if counted.get(name, 0) > file.pages:
            raise RecordInvalid(f"file {name} has {file.pages} pages, {counted[name]} are told")
    answers: list[Key | Value] = [*record.keys]
    for document in record.documents:
        answers += [*document.keys, *document.values]
    for one in answers:
        if one.source not in _SOURCES or not 0.0 <= one.confidence <= 1.0:
            raise RecordInvalid(f"{one.name} has a source or a confidence that cannot be")
        if any(place[0] not in known for place in one.evidence):
            raise RecordInvalid(f"{one.name} stands on a page that is not here")
    dossier = record.dossier
    if dossier.state not in _STATES or dossier.access_mode not in ("01", "02"):
        raise RecordInvalid(f"a dossier that is {dossier.state}, of access mode {dossier.access_mode}")
    if dossier.retention_state not in (None, "proposed", "decided"):
        raise RecordInvalid(f"a retention that is {dossier.retention_state}")


def _beyond(record: Record) -> Iterator[str]:
    """Yield what the register has no place for, or no word."""
    yield from beyond(schema.fonds, vars(record.fonds))
    if record.fonds.unit is not None:
        yield from beyond(schema.unit, vars(record.fonds.unit))
    dossier = record.dossier
    yield from beyond(schema.dossier, vars(dossier))
    if len(dossier.box or "") > _LONGEST_BOX:
        yield f"a box label of more than {_LONGEST_BOX} characters"
    try:
        for name in _CODED:
            FIELDS[name](name, getattr(dossier, name))
    except DossierFieldInvalid as error:
        yield str(error)
    if dossier.type_confidence is not None and not 0.0 <= dossier.type_confidence <= 1.0:
        yield "a type whose confidence cannot be"
    for file in record.files:
        yield from beyond(schema.source_file, vars(file))
        if file.media_type not in _MASTERS:
            yield f"a file that is {file.media_type[:40]!r}, which is no scan"
    for key in record.keys:
        yield from beyond(schema.key_value, vars(key))
    for document in record.documents:
        yield from _beyond_document(document)


def _beyond_document(document: Document) -> Iterator[str]:
    yield from beyond(schema.document, vars(document))
    for page in document.pages:
        yield from beyond(schema.page, vars(page))
        if page.set_apart not in (None, *APART):
            yield f"a page set apart as {page.set_apart}"
        if page.reading is not None:
            yield from beyond(schema.reading, vars(page.reading))
            if page.reading.source not in _READERS:
                yield f"a page read by {page.reading.source[:40]!r}"
    names = [value.name for value in document.values]
    if len(set(names)) != len(names):
        yield f"two values of one name for document {document.id[:40]}"
    for value in document.values:
        yield from beyond(schema.field_value, vars(value))
    for key in document.keys:
        yield from beyond(schema.key_value, vars(key))
