"""The describe step: from the readings of a document to what it is, worked out in a child process.

The words come off foreign paper, so the patterns that read them run where they can be ended: a page on which
one of them hangs costs its own document a description, and nothing else.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from typing import Any

from catalog import boundary, describing, work
from catalog.description import Description, Evidence, Value
from catalog.identifiers import ObjectKey, PageId
from catalog.reading import Reading, from_bytes, to_bytes
from classify.describe import describe
from classify.dossier_type import of_pages
from classify.keys import extract
from luutru.bootstrap import Archive
from luutru.errors import NotFound
from review import queue
from review.boundaries import Found, look_for, suggestions


@dataclass(frozen=True)
class DescribeOrder:
    """What a child must know to describe one document."""

    readings: tuple[bytes, ...]  #: stored form, one for each page in order; without words where it is blank
    dossier_title: str = ""  #: says with the words what kind of matter it is, and so what to look for
    flags: tuple[tuple[str, ...], ...] = ()  #: of the same pages

    def to_plain(self) -> dict[str, Any]:
        """Return the order as it crosses to the child."""
        return {
            "readings": [b64encode(reading).decode() for reading in self.readings],
            "dossier_title": self.dossier_title,
            "flags": [list(said) for said in self.flags],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "DescribeOrder":
        """Return the order that `to_plain` gave."""
        return cls(
            tuple(b64decode(reading) for reading in plain["readings"]),
            plain["dossier_title"],
            tuple(tuple(said) for said in plain["flags"]),
        )


@dataclass(frozen=True)
class Described:
    """What a child answers."""

    documents: tuple[Description, ...]  #: at least one where there are pages; several: boundaries suggested
    keys: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)  #: persons, parcels..., by name
    boundaries: tuple[Found, ...] = ()  #: separator sheets, heads, page numbers within the document

    def to_plain(self) -> dict[str, Any]:
        """Return the answer as it crosses from the child."""
        return {
            "documents": [
                {
                    "pages": list(document.pages),
                    "fields": {name: _plain(value) for name, value in document.fields.items()},
                }
                for document in self.documents
            ],
            "keys": {name: [_plain(value) for value in values] for name, values in self.keys.items()},
            "boundaries": [astuple(each) for each in self.boundaries],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Described":
        """Return the answer that `to_plain` gave."""
        return cls(
            tuple(
                Description(
                    tuple(document["pages"]),
                    {name: _value(value) for name, value in document["fields"].items()},
                )
                for document in plain["documents"]
            ),
            {name: tuple(_value(value) for value in values) for name, values in plain["keys"].items()},
            tuple(Found(*each) for each in plain["boundaries"]),
        )


def describe_pages(order: DescribeOrder) -> Described:
    """Describe one document, in a child; no file is touched and nothing is remembered."""
    readings = [from_bytes(reading) for reading in order.readings]
    documents = describe(readings, told=(order.dossier_title,))
    matter = of_pages(readings, descriptions=documents, title=order.dossier_title)
    # Also where a person must say the type: it only decides which keys are looked for.
    keys = extract(matter.likeliest, readings)
    return Described(tuple(documents), keys, boundaries=tuple(look_for(readings, order.flags)))


def start_describing(archive: Archive, claim: work.Claim) -> tuple[DescribeOrder, describing.ToDescribe]:
    """Return what a claimed document is described from: its readings, read with no transaction open.

    Raises:
        IntegrityError: a reading is damaged.
        BackendError: the store does not answer.
    """
    with archive.register.read() as conn:
        wanted = describing.to_describe(conn, archive.system, claim)
    readings = tuple(_reading(archive, page) for page in wanted.pages)
    return DescribeOrder(readings, wanted.dossier_title, tuple(page.flags for page in wanted.pages)), wanted


def _reading(archive: Archive, page: describing.PageToDescribe) -> bytes:
    if page.reading_key is not None:
        with suppress(NotFound):  # `check` names it; the other pages are described meanwhile
            return _stored(archive, page.reading_key)
    return to_bytes(Reading((), page.width, page.height, page.dpi, page.rotation, 0.0, {}))


def _stored(archive: Archive, key: ObjectKey) -> bytes:
    with archive.store.get(key) as stream:
        return stream.read()


def record_description(
    archive: Archive, claim: work.Claim, wanted: describing.ToDescribe, made: Described
) -> None:
    """Record what a document was found to be; where it seems to be several, its values are the first one's.

    Raises:
        ClaimLost: its pages or readings changed meanwhile; it is described from those.
    """
    first, *others = made.documents or (Description(()),)
    pages = [page.page for page in wanted.pages]
    starts: Sequence[Description] = (first, *others) if others else ()
    with archive.register.write() as conn:
        describing.described(
            conn,
            archive.system,
            claim,
            wanted,
            first.fields,
            keys=made.keys,
            starts=[pages[min(part.pages) - 1] for part in starts if part.pages],
        )
        said = {
            (each.page, each.reason): each
            for each in (
                *(each for part in others for each in _beginning(part, pages)),
                *suggestions(made.boundaries, pages),
            )
        }
        boundary.suggest(conn, archive.system, list(said.values()))
        if pages:
            queue.weigh(conn, archive.system, wanted.document)


def _beginning(part: Description, pages: Sequence[PageId]) -> list[boundary.Suggestion]:
    """Return where a part of a stack seems to begin, as sure as the surest thing that its first page says."""
    if not part.pages:
        return []
    sure = max((value.confidence for value in part.fields.values() if value.value is not None), default=0.5)
    return [boundary.Suggestion(pages[min(part.pages) - 1], None, "first-page", sure)]


def _plain(value: Value) -> dict[str, Any]:
    return {
        "value": value.value,
        "confidence": value.confidence,
        "evidence": [[place.page, *place.box] for place in value.evidence],
        "alternatives": list(value.alternatives),
        "asked": value.asked,
    }


def _value(plain: Mapping[str, Any]) -> Value:
    return Value(
        plain["value"],
        plain["confidence"],
        tuple(Evidence(page, (x0, y0, x1, y1)) for page, x0, y0, x1, y1 in plain["evidence"]),
        tuple(plain["alternatives"]),
        plain["asked"],
    )
