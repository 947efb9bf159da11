"""Who may change what is known of a document: the archivists of the office that answers for it."""

from sqlalchemy import Connection, or_, select

from catalog import schema, visibility
from catalog.access import NotAllowed, Role, Scope
from catalog.document import DocumentNotFound
from catalog.dossier import find as find_dossier
from catalog.dossier import hold_open
from catalog.identifiers import DocumentId, DossierId, UnitId
from catalog.instants import today
from catalog.register import lock_rows


def require_sight(conn: Connection, scope: Scope, document: DocumentId) -> None:
    """Pass if `scope` may see the document, of which at least one page is published.

    Raises:
        DocumentNotFound: they may not, or there is none.
    """
    shown = select(schema.page.c.id).where(
        schema.page.c.document_id == schema.document.c.id, schema.page.c.published.is_(True)
    )
    seen = select(schema.document.c.id).where(
        schema.document.c.id == document, visibility.of_document(scope), shown.exists()
    )
    if conn.execute(seen).first() is None:
        raise DocumentNotFound("no such document")


def require_archivist(conn: Connection, scope: Scope, document: DocumentId) -> None:
    """Pass if `scope` sees the document and is an archivist of a unit that answers for it.

    That is today's authority over its dossier; of what lies in no dossier, the unit of its fonds.

    Raises:
        DocumentNotFound: they may not see it.
        NotAllowed: they see it, and may only read.
    """
    require_sight(conn, scope, document)
    if scope.may_everywhere(Role.ARCHIVIST):
        return
    if not any(scope.may(Role.ARCHIVIST, unit) for unit in _answering(conn, scope, document)):
        raise NotAllowed(f"{scope.actor} is no archivist of the office that answers for this document")


def require_change(conn: Connection, scope: Scope, document: DocumentId) -> None:
    """Pass if `scope` may change what is said of the document now, and keep its dossier as it is meanwhile.

    Whoever changes it calls this first: a dossier that was said to be checked is open again afterwards.

    Raises:
        DocumentNotFound, NotAllowed: as `require_archivist` says.
        DossierSignedOff, DossierMerged: its dossier must be reopened first.
    """
    require_archivist(conn, scope, document)
    place = conn.execute(
        select(schema.document.c.dossier_id).where(schema.document.c.id == document)
    ).scalar_one()
    if place is not None:
        hold_open(conn, scope, [DossierId(place)])


def require_archivist_of_dossier(conn: Connection, scope: Scope, dossier: DossierId) -> None:
    """Pass if `scope` sees the dossier and is an archivist of a unit with authority over it today.

    Raises:
        DossierNotFound: they may not see it.
        NotAllowed: they see it, and may only read.
    """
    find_dossier(conn, scope, dossier)
    if scope.may_everywhere(Role.ARCHIVIST):
        return
    if not any(scope.may(Role.ARCHIVIST, unit) for unit in authorities(conn, scope, dossier)):
        raise NotAllowed(f"{scope.actor} is no archivist of the office that answers for this dossier")


def _answering(conn: Connection, scope: Scope, document: DocumentId) -> set[UnitId]:
    row = conn.execute(
        select(schema.document.c.dossier_id, schema.fonds.c.unit_id)
        .join(schema.fonds, schema.fonds.c.id == schema.document.c.fonds_id)
        .where(schema.document.c.id == document)
    ).one()
    if row.dossier_id is None:
        return {UnitId(row.unit_id)} if row.unit_id else set()
    return authorities(conn, scope, DossierId(row.dossier_id))


def authorities(conn: Connection, scope: Scope, dossier: DossierId) -> set[UnitId]:
    """Return the units that answer for a dossier today; the caller has asked who may know of it."""
    del scope
    standing, day = schema.dossier_standing.c, today()
    units = conn.execute(
        select(standing.unit_id).where(
            standing.dossier_id == dossier,
            standing.kind == "authority",
            standing.valid_from <= day,
            or_(standing.valid_until.is_(None), standing.valid_until > day),
        )
    ).scalars()
    return {UnitId(unit) for unit in units if unit}


def lock_document(conn: Connection, scope: Scope, document: DocumentId) -> None:
    """Take the document with its pages and its description for this transaction, in the order of all."""
    del scope
    lock_rows(conn, schema.page, schema.page.c.document_id == document)
    lock_rows(conn, schema.document, schema.document.c.id == document)
    lock_rows(conn, schema.description, schema.description.c.id == document)
