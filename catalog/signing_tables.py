"""The signed forms of documents, on one page.

Re-exported by `catalog.schema`, where everybody finds the tables.
"""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text, text

from catalog.columns import identifier as _id
from catalog.columns import metadata
from catalog.columns import ref as _ref
from catalog.instants import Instant

_IN_FORCE = text("replaced_by IS NULL")
_PENDING = text("stamp = 'pending' AND replaced_by IS NULL")

signed_pdf = Table(
    "signed_pdf",
    metadata,
    _id(),
    _ref("document_id", "document", index=True),
    Column("source_key", String(64), nullable=False),  # the PDF/A that was signed
    Column("object_key", String(64), nullable=False, index=True),  # the same with its signature
    Column("arrangement", Integer, nullable=False),  # the revision of the document's pages in it
    Column("office", Text, nullable=False),  # who signed, as the paper shows it
    Column("certificate", String(64), nullable=False),  # SHA-256 of the signing certificate
    Column("actor", String(64), nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("stamp", String(16), nullable=False),  # stamped, pending, not-asked
    Column("replaced_by", String(32)),  # the row of the stamped or corrected one; none: in force
    Index(
        "uq_signed_pdf_in_force",
        "document_id",
        unique=True,
        sqlite_where=_IN_FORCE,
        postgresql_where=_IN_FORCE,
    ),
    Index("ix_signed_pdf_pending", "id", sqlite_where=_PENDING, postgresql_where=_PENDING),
    CheckConstraint("stamp IN ('stamped', 'pending', 'not-asked')", name="stamp_is_known"),
)
