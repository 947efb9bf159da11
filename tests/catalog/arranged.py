"""An office with a dossier of scanned documents to arrange, and what the register says of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from catalog import arranging, dossier, schema, work
from catalog.identifiers import DocumentId, DossierId, PageId, SourceFileId
from catalog.register import Register
from tests.catalog.archive import SYSTEM, Office, arrive, do


@dataclass(frozen=True)
class Stack:
    """A dossier with documents, all read and bound."""

    office: Office
    dossier: DossierId
    documents: tuple[DocumentId, ...]

    @property
    def register(self) -> Register:
        return self.office.register

    def pages(self, document: DocumentId) -> tuple[PageId, ...]:
        with self.register.read() as conn:
            return laid(conn)[document]

    def seen(self, *documents: DocumentId) -> dict[DocumentId, int]:
        with self.register.read() as conn:
            return seen(conn, *(documents or self.documents))


def stack(office: Office, *, pages: tuple[int, ...] = (4, 3), label: str = "HS 1") -> Stack:
    """Enter a dossier with one document for each of `pages`, and do everything there is to do with them."""
    with office.register.write() as conn:
        place = dossier.add(conn, SYSTEM, office.fonds, label)
        lot = office.batch(conn)
        files = [
            arrive(conn, lot, f"{label}/{number} công văn.pdf", dossier=place)
            for number, _count in enumerate(pages, start=1)
        ]
    counts = dict(zip(files, pages, strict=True))
    finish(office.register, counts)
    with office.register.read() as conn:
        found = conn.execute(
            select(schema.document.c.id)
            .where(schema.document.c.source_file_id.in_(files))
            .order_by(schema.document.c.source_file_id)
        ).scalars()
        return Stack(office, place, tuple(DocumentId(name) for name in found))


def finish(register: Register, counts: Mapping[SourceFileId, int] | None = None) -> None:
    """Do all work that waits, at once: nothing is put off."""
    while True:
        with register.write() as conn:
            conn.execute(schema.document.update().values(not_before=None))
            claim = work.claim(conn, SYSTEM, owner="w")
            if claim is None:
                return
            do(conn, claim, pages=(counts or {}).get(SourceFileId(claim.id), 1))


def laid(conn: Connection) -> dict[DocumentId, tuple[PageId, ...]]:
    """Return the pages of every document, in order, without what is set apart."""
    arranged, document, page = schema.arrangement.c, schema.document.c, schema.page.c
    found: dict[DocumentId, list[PageId]] = {
        DocumentId(name): [] for name in conn.execute(select(document.id)).scalars()
    }
    for row in conn.execute(
        select(document.id, page.id.label("page"))
        .join_from(schema.document, schema.arrangement, arranged.document_id == document.id)
        .join(schema.page, page.id == arranged.page_id)
        .where(arranged.revision == document.arrangement, page.set_apart.is_(None))
        .order_by(document.id, arranged.ordinal)
    ):
        found[DocumentId(row.id)].append(PageId(row.page))
    return {name: tuple(pages) for name, pages in found.items()}


def seen(conn: Connection, *documents: DocumentId) -> dict[DocumentId, int]:
    """Return the arrangement of documents, as one who looks now sees it."""
    document = schema.document.c
    rows = conn.execute(select(document.id, document.arrangement).where(document.id.in_(documents)))
    return {DocumentId(row.id): row.arrangement for row in rows}


def order(conn: Connection, place: DossierId) -> list[DocumentId]:
    """Return the documents of a dossier in order."""
    return arranging.in_order(conn, SYSTEM, place)
