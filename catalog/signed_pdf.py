"""Signed documents: which wait for a signature, which have one, which still lack its time stamp.

The signed form of a document is an object of its own and is frozen: a later correction makes another PDF/A,
which is signed anew, and both signed forms stay. What waits is nowhere listed; it follows from the rest: a
bound document of a dossier that was signed off, whose PDF/A nobody signed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, select

from catalog import dossier as dossiers
from catalog import event, objects, schema, visibility
from catalog.access import Role, Scope
from catalog.identifiers import DocumentId, DossierId, ObjectKey, SignedPdfId, TransferId, new_id
from catalog.in_transfer import is_frozen
from catalog.register import lock_rows
from catalog.withheld import not_secret


@dataclass(frozen=True)
class ToSign:
    """A document that waits for its signature."""

    document: DocumentId
    dossier: DossierId
    pdf: ObjectKey
    arrangement: int


@dataclass(frozen=True)
class SignedPdf:
    """A document's signed form."""

    id: SignedPdfId
    document: DocumentId
    source: ObjectKey  #: the PDF/A that was signed
    pdf: ObjectKey  #: the same with its signature
    office: str
    certificate: str  #: SHA-256 of the signing certificate
    actor: str
    signed_at: datetime
    stamp: str  #: stamped, pending or not-asked
    in_force: bool  #: not replaced by a stamped or a corrected one

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "SignedPdf":
        """Build from a row of `signed_pdf`."""
        r = row._mapping
        return cls(
            SignedPdfId(r["id"]),
            DocumentId(r["document_id"]),
            ObjectKey(r["source_key"]),
            ObjectKey(r["object_key"]),
            r["office"],
            r["certificate"],
            r["actor"],
            r["signed_at"],
            r["stamp"],
            r["replaced_by"] is None,
        )


def _waits(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a row of `document`, joined to its dossier, waits for a signature."""
    document, signed = schema.document.c, schema.signed_pdf.c
    has = exists().where(
        signed.document_id == document.id,
        signed.source_key == document.pdf_key,
        signed.replaced_by.is_(None),
    )
    return and_(
        document.state == "bound",
        document.pdf_key.is_not(None),
        not_secret(schema.document),
        schema.dossier.c.state == "signed-off",
        ~is_frozen(),
        ~has.correlate(schema.document),
        visibility.of_document(scope),
    )


def to_sign(
    conn: Connection,
    scope: Scope,
    *,
    of: Collection[DossierId] | None = None,
    after: DocumentId | None = None,
    limit: int = 100,
) -> list[ToSign]:
    """Return the next documents, by id, that wait for a signature: of dossiers `of`, or of all.

    Of dossiers that the one who asks may see and does not keep, none: signing is for who answers for them.
    """
    document = schema.document.c
    wanted = (
        select(document.id, document.dossier_id, document.pdf_key, document.arrangement)
        .join_from(schema.document, schema.dossier, schema.dossier.c.id == document.dossier_id)
        .where(_waits(scope))
        .order_by(document.id)
        .limit(limit)
    )
    if of is not None:
        wanted = wanted.where(document.dossier_id.in_(set(of)))
    if after is not None:
        wanted = wanted.where(document.id > after)
    return [
        ToSign(DocumentId(row.id), DossierId(row.dossier_id), ObjectKey(row.pdf_key), row.arrangement)
        for row in conn.execute(wanted)
    ]


def count_to_sign(conn: Connection, scope: Scope, *, transfer: TransferId | None = None) -> int:
    """Return how many documents wait for a signature: of the dossiers of a handover, or all that one sees."""
    wanted = (
        select(func.count())
        .select_from(schema.document)
        .join(schema.dossier, schema.dossier.c.id == schema.document.c.dossier_id)
        .where(_waits(scope))
    )
    if transfer is not None:
        inside = select(schema.transfer_item.c.dossier_id).where(
            schema.transfer_item.c.transfer_id == transfer
        )
        wanted = wanted.where(schema.document.c.dossier_id.in_(inside))
    return conn.execute(wanted).scalar_one()


def record(
    conn: Connection,
    scope: Scope,
    wanted: ToSign,
    *,
    pdf: tuple[ObjectKey, int],
    office: str,
    certificate: str,
    signed_at: datetime,
    stamp: str,
) -> bool:
    """Record the signed form of a document, (key, bytes), which the store keeps already.

    False: nothing was recorded, since the document does not wait for it any more (somebody else signed it,
    it was opened again, or held). What was signed before of it stays, no longer in force.

    Raises:
        NotAllowed, DossierNotFound: the one who asks does not keep the dossier.
    """
    document, table = schema.document, schema.signed_pdf
    lock_rows(conn, schema.dossier, schema.dossier.c.id == wanted.dossier)
    lock_rows(conn, document, document.c.id == wanted.document)
    dossiers.require_keeper(conn, scope, wanted.dossier)
    still = (
        select(document.c.id)
        .join_from(document, schema.dossier, schema.dossier.c.id == document.c.dossier_id)
        .where(document.c.id == wanted.document, document.c.pdf_key == wanted.pdf, _waits(scope))
    )
    if conn.execute(still).first() is None:
        return False
    identifier = new_id()
    objects.note_signed(conn, scope, *pdf)
    conn.execute(
        table.update()
        .where(table.c.document_id == wanted.document, table.c.replaced_by.is_(None))
        .values(replaced_by=identifier)
    )
    conn.execute(
        table.insert().values(
            id=identifier,
            document_id=wanted.document,
            source_key=wanted.pdf,
            object_key=pdf[0],
            arrangement=wanted.arrangement,
            office=office,
            certificate=certificate,
            actor=scope.actor,
            signed_at=signed_at,
            stamp=stamp,
        )
    )
    told = {"certificate": certificate, "pdf": pdf[0], "source": wanted.pdf, "stamp": stamp}
    event.record(conn, scope, "document-signed", f"document:{wanted.document}", told)
    return True


def in_force(
    conn: Connection, scope: Scope, documents: Collection[DocumentId]
) -> dict[DocumentId, SignedPdf]:
    """Return the signed forms of documents as they are bound now; one that was bound anew since has none."""
    document, signed = schema.document.c, schema.signed_pdf.c
    found: dict[DocumentId, SignedPdf] = {}
    names = sorted(set(documents))
    for start in range(0, len(names), 500):
        rows = conn.execute(
            select(schema.signed_pdf)
            .join(schema.document, document.id == signed.document_id)
            .where(
                document.id.in_(names[start : start + 500]),
                signed.source_key == document.pdf_key,
                signed.replaced_by.is_(None),
                not_secret(schema.document),
                visibility.of_document(scope),
            )
        )
        found |= {one.document: one for one in map(SignedPdf.from_row, rows)}
    return found


def history(conn: Connection, scope: Scope, document: DocumentId) -> list[SignedPdf]:
    """Return every signed form that a document ever had, the newest first."""
    signed = schema.signed_pdf.c
    rows = conn.execute(
        select(schema.signed_pdf)
        .join(schema.document, schema.document.c.id == signed.document_id)
        .where(signed.document_id == document, not_secret(schema.document), visibility.of_document(scope))
        .order_by(signed.id.desc())
    )
    return [SignedPdf.from_row(row) for row in rows]


def pending(
    conn: Connection, scope: Scope, *, after: SignedPdfId | None = None, limit: int = 100
) -> list[SignedPdf]:
    """Return the next signed forms in force, by id, that still lack their time stamp."""
    signed = schema.signed_pdf.c
    wanted = (
        select(schema.signed_pdf)
        .join(schema.document, schema.document.c.id == signed.document_id)
        .where(_lacks_stamp(scope))
        .order_by(signed.id)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(signed.id > after)
    return [SignedPdf.from_row(row) for row in conn.execute(wanted)]


def count_pending(conn: Connection, scope: Scope) -> int:
    """Return how many signed forms in force still lack their time stamp."""
    document, signed = schema.document.c, schema.signed_pdf.c
    wanted = (
        select(func.count())
        .select_from(schema.signed_pdf)
        .join(schema.document, document.id == signed.document_id)
        .where(_lacks_stamp(scope))
    )
    return conn.execute(wanted).scalar_one()


def _lacks_stamp(scope: Scope) -> ColumnElement[bool]:
    signed = schema.signed_pdf.c
    return and_(
        signed.stamp == "pending",
        signed.replaced_by.is_(None),
        not_secret(schema.document),
        visibility.of_document(scope),
    )


def stamped(conn: Connection, scope: Scope, before: SignedPdf, *, pdf: tuple[ObjectKey, int]) -> bool:
    """Record the time stamp that came later: the stamped form takes the place of the one without.

    A stamp adds to what was signed and changes none of it, so it may come while the dossier is handed over.
    False: nothing was recorded, since somebody else stamped it or it is no longer in force.
    """
    scope.require(Role.ARCHIVIST)
    table, document = schema.signed_pdf, schema.document
    lock_rows(conn, document, document.c.id == before.document)
    identifier = new_id()
    moved = conn.execute(
        table.update()
        .where(table.c.id == before.id, table.c.replaced_by.is_(None))
        .values(replaced_by=identifier)
    ).rowcount
    if not moved:
        return False
    objects.note_signed(conn, scope, *pdf)
    row = conn.execute(select(table).where(table.c.id == before.id)).one()._mapping
    conn.execute(
        table.insert().values(
            **{name: row[name] for name in row if name not in ("id", "object_key", "stamp", "replaced_by")},
            id=identifier,
            object_key=pdf[0],
            stamp="stamped",
        )
    )
    told = {"before": before.pdf, "pdf": pdf[0]}
    event.record(conn, scope, "document-stamped", f"document:{before.document}", told)
    return True
