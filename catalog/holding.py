"""All that the register knows of a dossier, put together for handing it over.

Only what may leave is here: published pages, documents and files that are not held for a mark. A file goes
as a whole only where every page of it lies in this dossier; else it would carry pages of another one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, or_, select

from catalog import document as documents
from catalog import dossier as dossiers
from catalog import key_value, listed, page, paper_count, schema, signed_pdf
from catalog import unit as units
from catalog.access import Role, Scope
from catalog.document import Document
from catalog.dossier import Dossier
from catalog.event import Event
from catalog.field_value import FieldValue
from catalog.identifiers import (
    DocumentId,
    DossierId,
    EventId,
    ObjectKey,
    PageId,
    SourceFileId,
    UnitId,
)
from catalog.key_value import KeyValue
from catalog.listed import Listed
from catalog.page import Page
from catalog.signed_pdf import SignedPdf
from catalog.unit import Unit
from catalog.withheld import not_secret


@dataclass(frozen=True)
class KeptFile:
    """A file as it came, in the store."""

    id: SourceFileId
    name: str  #: last part of the path it came with, NFC
    media_type: str
    key: ObjectKey
    size: int  #: bytes
    whole: bool  #: every page of it lies in the dossier: it may go


@dataclass(frozen=True)
class KeptDocument:
    """A document with its pages, what is known of it, and what was made of it."""

    document: Document
    pages: tuple[Page, ...]
    fields: Mapping[str, FieldValue]  #: in force, by name
    keys: tuple[KeyValue, ...]
    alto: Mapping[PageId, ObjectKey]  #: of pages with words
    signed: SignedPdf | None  #: its signed form as it is bound now

    @property
    def access(self) -> ObjectKey | None:
        """The PDF/A that goes: the signed one where there is one; None: it is not bound."""
        return self.signed.pdf if self.signed is not None else self.document.pdf_key


@dataclass(frozen=True)
class Holding:
    """One dossier, whole."""

    dossier: Dossier
    fonds_unit: Unit | None
    documents: tuple[KeptDocument, ...]
    files: Mapping[SourceFileId, KeptFile]
    sizes: Mapping[ObjectKey, int]  #: bytes of every object that the documents name
    keys: tuple[KeyValue, ...]
    listed: Listed | None  #: what a list said of the dossier
    listed_documents: tuple[Listed, ...]  #: documents that only a list names
    counted: paper_count.Held | None
    events: tuple[Event, ...]  #: of the dossier and its documents, oldest first


def holding(conn: Connection, scope: Scope, dossier: DossierId) -> Holding:
    """Return all that is known of a dossier; for the service, once an archivist of the giver has asked.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
    """
    scope.require(Role.ADMINISTRATOR)
    found = dossiers.find(conn, scope, dossier)
    papers = documents.of_dossier(conn, scope, dossier)
    names = [each.id for each in papers]
    fields = _fields(conn, names)
    keys = key_value.among(conn, scope, documents=names)
    alto = _alto(conn, names)
    signed = signed_pdf.in_force(conn, scope, names)
    pages = page.of_dossier(conn, scope, dossier)
    kept = tuple(
        KeptDocument(
            each,
            tuple(pages[each.id]),
            fields.get(each.id, {}),
            tuple(keys.get(each.id, ())),
            alto,
            signed.get(each.id),
        )
        for each in papers
        if each.id in pages
    )
    said = listed.of_fonds(conn, scope, found.fonds, dossier=dossier)
    return Holding(
        found,
        _unit(conn, scope, found),
        kept,
        _files(conn, dossier, {one.source_file for each in kept for one in each.pages}),
        _sizes(conn, kept),
        tuple(key_value.among(conn, scope, dossiers=[dossier]).get(dossier, ())),
        said.get((dossier, "")),
        tuple(one for (_, code), one in said.items() if code and one.document is None),
        paper_count.of_fonds(conn, scope, found.fonds, dossier=dossier).get(dossier),
        _events(conn, dossier, names),
    )


def unbound(conn: Connection, scope: Scope, dossier: DossierId) -> int:
    """Return how many documents of a dossier have no PDF/A yet, or one of how they lay before."""
    dossiers.find(conn, scope, dossier)
    document = schema.document.c
    waiting = and_(
        document.dossier_id == dossier,
        document.state.not_in(("empty",)),
        not_secret(schema.document),
        or_(document.state != "bound", document.pdf_key.is_(None)),
    )
    return conn.execute(select(func.count()).select_from(schema.document).where(waiting)).scalar_one()


def _unit(conn: Connection, scope: Scope, dossier: Dossier) -> Unit | None:
    named = select(schema.fonds.c.unit_id).where(schema.fonds.c.id == dossier.fonds)
    unit = conn.execute(named).scalar()
    return units.find(conn, scope, UnitId(unit)) if unit else None


def _fields(conn: Connection, names: Collection[DocumentId]) -> dict[DocumentId, dict[str, FieldValue]]:
    value = schema.field_value
    found: dict[DocumentId, dict[str, FieldValue]] = {}
    rows = conn.execute(select(value).where(value.c.document_id.in_(names), value.c.superseded_at.is_(None)))
    for row in rows:
        found.setdefault(DocumentId(row.document_id), {})[row.name] = FieldValue.from_row(row)
    return found


def _alto(conn: Connection, names: Collection[DocumentId]) -> dict[PageId, ObjectKey]:
    """Return the newest ALTO of each page; a corrected reading made a newer one."""
    made = schema.derivative.c
    rows = conn.execute(
        select(made.page_id, made.object_key)
        .where(made.document_id.in_(names), made.kind == "alto", made.page_id.is_not(None))
        .order_by(made.id)
    )
    return {PageId(row.page_id): ObjectKey(row.object_key) for row in rows}


def _files(
    conn: Connection, dossier: DossierId, names: Collection[SourceFileId]
) -> dict[SourceFileId, KeptFile]:
    file, leaf, document = schema.source_file.c, schema.page.c, schema.document.c
    elsewhere = (
        select(leaf.id)
        .join(schema.document, document.id == leaf.document_id)
        .where(
            leaf.source_file_id == file.id,
            or_(
                document.dossier_id.is_(None),
                document.dossier_id != dossier,
                leaf.published.is_(False),
                ~not_secret(schema.page),
            ),
        )
        .correlate(schema.source_file)
        .exists()
    )
    rows = conn.execute(
        select(
            file.id, file.path, file.media_type, file.object_key, file.size, elsewhere.label("elsewhere")
        ).where(file.id.in_(names), file.object_key.is_not(None), not_secret(schema.source_file))
    )
    return {
        SourceFileId(row.id): KeptFile(
            SourceFileId(row.id),
            row.path.rsplit("/", 1)[-1],
            row.media_type or "application/octet-stream",
            ObjectKey(row.object_key),
            row.size,
            not row.elsewhere,
        )
        for row in rows
    }


def _sizes(conn: Connection, kept: Sequence[KeptDocument]) -> dict[ObjectKey, int]:
    wanted: set[ObjectKey] = set()
    for each in kept:
        wanted |= {key for key in (each.document.pdf_key, each.access) if key}
        wanted |= {each.alto[one.id] for one in each.pages if one.id in each.alto}
    table, found = schema.kept_object.c, {}
    names = sorted(wanted)
    for at in range(0, len(names), 500):
        rows = conn.execute(select(table.key, table.size).where(table.key.in_(names[at : at + 500])))
        found.update({ObjectKey(row.key): row.size for row in rows})
    return found


def _events(conn: Connection, dossier: DossierId, names: Collection[DocumentId]) -> tuple[Event, ...]:
    subjects = [f"dossier:{dossier}", *(f"document:{name}" for name in names)]
    event = schema.event
    rows = conn.execute(select(event).where(event.c.subject.in_(subjects)).order_by(event.c.id))
    return tuple(
        Event(EventId(row.id), row.at, row.actor, row.kind, row.subject, row.instrument, row.payload)
        for row in rows
    )
