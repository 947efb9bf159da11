"""What offices' lists said on one page, as far as no other column of the register holds it.

Re-exported by `catalog.schema`, where everybody finds the tables.
"""

from sqlalchemy import JSON, Column, Integer, String, Table, UniqueConstraint

from catalog.columns import having as _set
from catalog.columns import identifier as _id
from catalog.columns import metadata
from catalog.columns import ref as _ref
from catalog.instants import Instant

listed = Table(
    "listed",
    metadata,
    _id(),
    _ref("fonds_id", "fonds", index=True),
    _ref("dossier_id", "dossier"),
    Column("code", String(100), nullable=False),  # of the document (docCode); "" = the dossier itself
    _ref("document_id", "document", nullable=True),  # the scanned one; none: only on paper yet
    Column("ordinal", Integer, nullable=False, default=0),  # 1, 2, ... in its list
    Column("values", JSON, nullable=False),  # by field, text
    Column("extra", JSON, nullable=False),  # by head: columns that no set knows, as they stood
    Column("actor", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("dossier_id", "code"),
    _set("ix_listed_document_id", "document_id"),
)
