"""Descriptions as work: which documents wait for theirs, from what it is made, and what it came to."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, bindparam, select

from catalog import authority, field_value, key_value, schema, work
from catalog.access import Role, Scope
from catalog.description import Value
from catalog.identifiers import DocumentId, DossierId, ObjectKey, PageId
from catalog.instants import now


@dataclass(frozen=True)
class PageToDescribe:
    """One page of a document that waits for its description."""

    page: PageId
    reading_key: ObjectKey | None  #: None: blank or held
    width: int  #: pixels of the master image; 0 = unknown
    height: int
    dpi: int
    rotation: int
    flags: tuple[str, ...] = ()  #: of the page, "separator:document" among them


@dataclass(frozen=True)
class ToDescribe:
    """What a description is made from."""

    document: DocumentId
    dossier: DossierId | None
    dossier_title: str  #: "" where it lies in none
    pages: tuple[PageToDescribe, ...]  #: published ones, in order
    basis: str  #: digest of arrangement and readings

    @property
    def read(self) -> int:
        """Pages with words among them."""
        return sum(page.reading_key is not None for page in self.pages)


def to_describe(conn: Connection, scope: Scope, claim: work.Claim) -> ToDescribe:
    """Return what a claimed description is made from."""
    scope.require(Role.ADMINISTRATOR)
    document = DocumentId(claim.id)
    dossier = conn.execute(_place(), {"document": document}).one()
    rows = conn.execute(_pages(), {"document": document})
    pages = tuple(
        PageToDescribe(
            PageId(row.id),
            ObjectKey(row.object_key) if row.object_key else None,
            row.width or 0,
            row.height or 0,
            row.dpi or 0,
            row.rotation or 0,
            tuple(row.flags),
        )
        for row in rows
    )
    basis = basis_of(conn, scope, document)
    return ToDescribe(document, dossier.dossier_id, dossier.title or "", pages, basis)


@cache
def _place() -> Select[Any]:
    return (
        select(schema.document.c.dossier_id, schema.dossier.c.title)
        .outerjoin(schema.dossier, schema.dossier.c.id == schema.document.c.dossier_id)
        .where(schema.document.c.id == bindparam("document"))
    )


@cache
def _pages() -> Select[Any]:
    return (
        select(
            schema.page.c.id,
            schema.reading.c.object_key,
            schema.page.c.width,
            schema.page.c.height,
            schema.page.c.dpi,
            schema.page.c.rotation,
            schema.page.c.flags,
        )
        .select_from(_arranged())
        .outerjoin(schema.reading, schema.reading.c.id == schema.page.c.reading_id)
        .where(
            schema.page.c.published.is_(True),
            schema.page.c.set_apart.is_(None),
            schema.document.c.id == bindparam("document"),
        )
        .order_by(schema.arrangement.c.ordinal)
    )


def described(
    conn: Connection,
    scope: Scope,
    claim: work.Claim,
    order: ToDescribe,
    values: Mapping[str, Value],
    *,
    keys: Mapping[str, Sequence[Value]] | None = None,
    starts: Sequence[PageId] = (),
) -> None:
    """Record what a document was found to be; what people said of it stands.

    Args:
        values: by name of `catalog.description.FIELDS`; evidence counts the pages of `order` from 1.
        keys: what else it can be found by (persons, parcels...), by name.
        starts: first pages of the documents that seem to lie in it, where there is more than one.

    Raises:
        ClaimLost: somebody else describes it, or it changed meanwhile; let the transaction fail.
    """
    authority.lock_document(conn, scope, order.document)
    work.hold(conn, scope, claim)
    pages = [page.page for page in order.pages]
    moved = key_value.record_machine(conn, scope, keys or {}, document=order.document, pages=pages)
    field_value.record_machine(conn, scope, order.document, values, pages=pages, follow=moved)
    work.finish(
        conn,
        scope,
        claim,
        state="described",
        code=None,
        reason=None,
        basis=order.basis,
        pages=order.read,
        starts=list(starts),
        described_at=now(),
    )


def basis_of(conn: Connection, scope: Scope, document: DocumentId) -> str:
    """Return the digest of what the document consists of now: its pages in order and their readings."""
    scope.require(Role.ADMINISTRATOR)
    return _bases(conn, schema.document.c.id == document)[document]


def contradictions(conn: Connection, scope: Scope) -> list[tuple[str, str]]:
    """Return what descriptions say that cannot be, as (subject, what is wrong)."""
    scope.require(Role.ADMINISTRATOR)
    description, page, document = schema.description.c, schema.page.c, schema.document.c
    found: list[tuple[str, str]] = []
    shown = select(page.id).where(page.document_id == document.id, page.published.is_(True)).exists()
    told = select(description.id).where(description.id == document.id).exists()
    for name in conn.execute(select(document.id).where(shown, ~told)).scalars():
        found.append((f"document:{name}", "may be found, and nobody is to describe it"))
    made = {
        DocumentId(row.id): row.basis
        for row in conn.execute(
            select(description.id, description.basis).where(description.state == "described")
        )
    }
    bases = _bases(conn, document.id.in_(select(description.id).where(description.state == "described")))
    for name, basis in sorted(made.items()):
        if bases[name] != basis:
            found.append((f"document:{name}", "described from other pages or readings than it has"))
    value = schema.field_value.c
    newest = select(description.id).where(
        description.id == value.document_id, description.version >= value.version
    )
    for name in conn.execute(select(value.document_id).where(~newest.exists()).distinct()).scalars():
        found.append((f"document:{name}", "a value newer than its description"))
    return found


def _arranged() -> FromClause:
    arrangement = schema.arrangement.c
    return schema.document.join(
        schema.arrangement,
        and_(
            arrangement.document_id == schema.document.c.id,
            arrangement.revision == schema.document.c.arrangement,
        ),
    ).join(schema.page, schema.page.c.id == arrangement.page_id)


def _bases(conn: Connection, documents: ColumnElement[bool]) -> dict[DocumentId, str]:
    """Return the basis of each document under the condition: a digest of its shown pages and readings."""
    parts: dict[DocumentId, list[list[str | None]]] = defaultdict(list)
    arrangement = schema.arrangement.c
    rows = conn.execute(
        select(schema.document.c.id, schema.page.c.id.label("page"), schema.page.c.reading_id)
        .select_from(_arranged())
        .where(schema.page.c.published.is_(True), schema.page.c.set_apart.is_(None), documents)
        .order_by(schema.document.c.id, arrangement.ordinal)
    )
    for row in rows:
        parts[DocumentId(row.id)].append([row.page, row.reading_id])
    bases = {name: hashlib.sha256(json.dumps(pages).encode()).hexdigest() for name, pages in parts.items()}
    return defaultdict(lambda: hashlib.sha256(b"[]").hexdigest(), bases)
