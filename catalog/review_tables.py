"""People's work on one page: who arranged, checked, controlled and changed what the machines made.

Re-exported by `catalog.schema`, where everybody finds the tables.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from catalog.columns import identifier as _id
from catalog.columns import metadata
from catalog.columns import ref as _ref
from catalog.instants import Instant

# --- how documents lie in their dossier, and pages in their document ---------------------------------

arranging = Table(
    "arranging",
    metadata,
    _id(),  # one act: split, merged, moved, ...; kept whole, so that it can be undone
    Column("kind", String(32), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("before", JSON, nullable=False),  # {"documents": {id: how it lay}, "dossiers": {id: how it lay}}
    Column("after", JSON, nullable=False),
    Column("undone_by", String(64)),
    Column("undone_at", Instant),
)

arranging_part = Table(
    "arranging_part",
    metadata,
    _ref("arranging_id", "arranging"),
    Column("subject", String(64), nullable=False, index=True),  # document:<id> or dossier:<id>
    UniqueConstraint("arranging_id", "subject"),
)

boundary = Table(
    "boundary",
    metadata,
    _id(),
    _ref("page_id", "page"),  # where a document may begin
    _ref("sheet_id", "page", nullable=True),  # the separator or blank sheet before it, to be set apart
    Column("reason", String(16), nullable=False),  # separator, barcode, first-page, blank, numbering
    Column("confidence", Float, nullable=False),  # 0.0 to 1.0
    Column("state", String(16), nullable=False),  # open, confirmed, rejected
    Column("made_at", Instant, nullable=False),
    Column("decided_by", String(64)),
    Column("decided_at", Instant),
    UniqueConstraint("page_id", "reason"),
    CheckConstraint("state IN ('open', 'confirmed', 'rejected')", name="state_is_known"),
)

# --- the queue for checking ---------------------------------------------------------------------------

checking = Table(
    "checking",
    metadata,
    _ref("document_id", "document", primary_key=True),  # no row: nothing is known of it, check it whole
    Column("state", String(16), nullable=False, index=True),  # waiting, returned, entered, controlled
    Column("doubt", Float, nullable=False, default=1.0),  # 0.0 to 1.0
    Column("asked", Integer, nullable=False, default=0),  # fields that a person must give
    Column("entered_by", String(64)),  # who went through it last
    Column("entered_at", Instant),
    Column("controlled_by", String(64)),  # who passed it in the first round
    Column("controlled_at", Instant),
    CheckConstraint("state IN ('waiting', 'returned', 'entered', 'controlled')", name="state_is_known"),
)

checking_lease = Table(
    "checking_lease",
    metadata,
    _ref("document_id", "document", primary_key=True),
    Column("person", String(64), nullable=False),
    Column("until", Instant, nullable=False),
)

# --- two rounds of quality control --------------------------------------------------------------------

quality_lot = Table(
    "quality_lot",
    metadata,
    _id(),
    Column("round", Integer, nullable=False),  # 1: by a second person, 2: a sample with limits
    _ref("fonds_id", "fonds"),
    _ref("dossier_id", "dossier", nullable=True, index=True),
    _ref("batch_id", "batch", nullable=True, index=True),
    Column("documents", Integer, nullable=False),  # in the lot
    Column("sample", Integer, nullable=False),  # of them drawn
    Column("acceptance", Integer, nullable=False),  # faulty documents at most
    Column("plan", Text, nullable=False),  # which table, which limit
    Column("seed", String(64), nullable=False),  # with it an auditor repeats the draw
    Column("state", String(16), nullable=False),  # open, accepted, returned, withdrawn
    Column("opened_by", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("decided_by", String(64)),
    Column("decided_at", Instant),
    CheckConstraint("round IN (1, 2)", name="round_is_known"),
    CheckConstraint("state IN ('open', 'accepted', 'returned', 'withdrawn')", name="state_is_known"),
    CheckConstraint("(dossier_id IS NULL) <> (batch_id IS NULL)", name="of_one_place"),
)

quality_item = Table(
    "quality_item",
    metadata,
    _ref("lot_id", "quality_lot"),
    _ref("document_id", "document", index=True),
    Column("drawn", Boolean, nullable=False),  # to be looked at; else in the lot only
    Column("state", String(16), nullable=False),  # waiting, passed, failed
    Column("person", String(64)),  # who looked
    Column("at", Instant),
    UniqueConstraint("lot_id", "document_id"),
    CheckConstraint("state IN ('waiting', 'passed', 'failed')", name="state_is_known"),
)

quality_error = Table(
    "quality_error",
    metadata,
    _id(),
    _ref("lot_id", "quality_lot", index=True),
    _ref("document_id", "document", index=True),
    _ref("page_id", "page", nullable=True),
    Column("kind", String(32), nullable=False),
    Column("field", String(32)),
    Column("made_by", String(64)),  # none: a machine, nobody had entered it
    Column("found_by", String(64), nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("note", Text, nullable=False, default=""),
)

# --- many at once -------------------------------------------------------------------------------------

bulk_edit = Table(
    "bulk_edit",
    metadata,
    _id(),
    Column("of", String(16), nullable=False),  # documents or dossiers
    Column("change", JSON, nullable=False),  # field: new value
    Column("state", String(16), nullable=False),  # applying, applied, undoing, undone
    Column("actor", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_by", String(64)),
    Column("undone_at", Instant),
    CheckConstraint("state IN ('applying', 'applied', 'undoing', 'undone')", name="state_is_known"),
)

bulk_item = Table(
    "bulk_item",
    metadata,
    _ref("bulk_id", "bulk_edit"),
    Column("ordinal", Integer, nullable=False),
    Column("subject", String(32), nullable=False),  # id of a document or dossier
    Column("expected", Text, nullable=False),  # its mark at the preview: another one is a conflict
    Column("left_at", Text),  # its mark after the change: another one cannot be undone
    Column("before", JSON, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, done, conflict, undone, kept
    Column("reason", Text),
    UniqueConstraint("bulk_id", "ordinal"),
    UniqueConstraint("bulk_id", "subject"),
    Index("ix_bulk_item_state", "bulk_id", "state", "ordinal"),
    CheckConstraint("state IN ('waiting', 'done', 'conflict', 'undone', 'kept')", name="state_is_known"),
)

# --- what was agreed ----------------------------------------------------------------------------------

contract_volume = Table(
    "contract_volume",
    metadata,
    _id(),
    Column("name", Text, nullable=False),  # of the contract
    _ref("fonds_id", "fonds", nullable=True, index=True),
    Column("task", String(32), nullable=False),
    Column("volume", Integer, nullable=False),  # in the task's unit
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    UniqueConstraint("name", "fonds_id", "task"),
)
