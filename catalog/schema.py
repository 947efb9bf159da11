"""The data model on one page: what the register keeps of every record, and of the work on it.

Reading order: who (units), what (fonds to page), how it came (batches, source files), what was made of it
(readings, derivatives, objects), what is known of it (descriptions, values, keys). Pages of their own have
people and sessions (`catalog.people_tables`), their work on the records (`catalog.review_tables`), offices'
lists (`catalog.list_tables`), handovers (`catalog.handover_tables`), what happened (`catalog.event_tables`).

The ledger has no table of its own: a source file, page, document or description that lacks its result *is*
the work.
Its claim columns say who is at it (`catalog.work`).
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from catalog.columns import claim as _claim
from catalog.columns import having as _set
from catalog.columns import identifier as _id
from catalog.columns import metadata as metadata
from catalog.columns import ref as _ref
from catalog.columns import work as _work
from catalog.event_tables import event as event
from catalog.event_tables import heartbeat as heartbeat
from catalog.event_tables import index_change as index_change
from catalog.event_tables import index_clock as index_clock
from catalog.event_tables import index_state as index_state
from catalog.handover_tables import transfer as transfer
from catalog.handover_tables import transfer_fonds as transfer_fonds
from catalog.handover_tables import transfer_item as transfer_item
from catalog.handover_tables import transfer_object as transfer_object
from catalog.handover_tables import transfer_paper as transfer_paper
from catalog.handover_tables import transfer_parcel as transfer_parcel
from catalog.handover_tables import transfer_received as transfer_received
from catalog.handover_tables import transfer_sample as transfer_sample
from catalog.handover_tables import transfer_unarranged as transfer_unarranged
from catalog.holding_tables import unit_holding as unit_holding
from catalog.instants import Instant
from catalog.list_tables import listed as listed
from catalog.people_tables import person as person
from catalog.people_tables import role_grant as role_grant
from catalog.people_tables import session as session
from catalog.people_tables import token as token
from catalog.review_tables import arranging as arranging
from catalog.review_tables import arranging_part as arranging_part
from catalog.review_tables import boundary as boundary
from catalog.review_tables import bulk_edit as bulk_edit
from catalog.review_tables import bulk_item as bulk_item
from catalog.review_tables import checking as checking
from catalog.review_tables import checking_lease as checking_lease
from catalog.review_tables import contract_volume as contract_volume
from catalog.review_tables import quality_error as quality_error
from catalog.review_tables import quality_item as quality_item
from catalog.review_tables import quality_lot as quality_lot
from catalog.secret_tables import secret_mark as secret_mark
from catalog.secret_tables import to_erase as to_erase
from catalog.signing_tables import signed_pdf as signed_pdf
from catalog.type_tables import type_label as type_label
from catalog.type_tables import type_model as type_model

# --- who -------------------------------------------------------------------------------------------

unit = Table(
    "unit",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("code", String(35), index=True),  # QĐ 20/2020/QĐ-TTg: at most 35 characters; re-used, so no key
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("instrument", Text),
    Column("to_confirm", Boolean, nullable=False, default=False),
    Column("created_at", Instant, nullable=False),
)

unit_succession = Table(
    "unit_succession",
    metadata,
    _ref("predecessor", "unit"),
    _ref("successor", "unit", index=True),
    Column("kind", String(16), nullable=False),  # merged, split, detached, dissolved
    Column("instrument", Text, nullable=False),
    Column("on_date", Date, nullable=False),
    UniqueConstraint("predecessor", "successor", "on_date"),
)

# --- what ------------------------------------------------------------------------------------------

fonds = Table(
    "fonds",
    metadata,
    _id(),
    Column("code", String(64), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    _ref("unit_id", "unit", nullable=True, index=True),
    Column("to_confirm", Boolean, nullable=False, default=False),
    Column("created_at", Instant, nullable=False),
)

box = Table(
    "box",
    metadata,
    _id(),
    _ref("fonds_id", "fonds"),
    Column("label", Text, nullable=False),
    Column("place", Text, nullable=False, default=""),
    Column("sort_key", Text, nullable=False, default=""),  # of the label: catalog.natural_order
    UniqueConstraint("fonds_id", "label"),
)

dossier = Table(
    "dossier",
    metadata,
    _id(),
    _ref("fonds_id", "fonds", index=True),
    _ref("box_id", "box", nullable=True, index=True),
    Column("label", Text, nullable=False),  # as on the folder or the cover
    Column("code", String(100)),
    Column("title", Text, nullable=False),
    Column("place", Text, nullable=False, default=""),
    Column("date_from", Date),
    Column("date_to", Date),
    Column("sort_key", Text, nullable=False, default=""),  # of the label: catalog.natural_order
    Column("type", String(16)),
    Column("type_confidence", Float),  # 0.0 to 1.0
    Column("type_source", String(16)),  # machine, person
    Column("paper_only", Boolean, nullable=False, default=False),
    Column("retention", Text),  # the true value, as the rule has it: "Vĩnh viễn", "15 năm"
    Column("retention_code", String(2)),  # 01-07 (TT 05/2025)
    Column("retention_rule", Text),  # which line of which table
    Column("retention_source", Text),  # the circular or decision
    Column("retention_state", String(16)),  # proposed, decided
    Column("access_mode", String(2), nullable=False, default="01"),  # TT 05/2025: 01, 02, 03
    Column("language", String(100), nullable=False, default="01"),  # TT 05/2025: 01-11, with commas
    Column("keyword", String(100), nullable=False, default=""),
    Column("physical_state", String(2)),  # TT 05/2025: 01 good, 02 fair, 03 damaged
    Column("description", Text, nullable=False, default=""),
    Column("state", String(16), nullable=False, default="open"),  # open, checked, signed-off, merged
    Column("merged_into", String(32)),  # the dossier that holds its documents now
    Column("checked_by", String(64)),
    Column("checked_at", Instant),
    Column("signed_by", String(64)),
    Column("signed_at", Instant),
    Column("revision", Integer, nullable=False, default=1),
    Column("indexed_revision", Integer),  # what search holds
    Column("created_at", Instant, nullable=False),
    Index("ix_dossier_place", "fonds_id", "box_id", "label"),
    CheckConstraint("access_mode IN ('01', '02', '03')", name="access_mode_is_known"),
    CheckConstraint("state IN ('open', 'checked', 'signed-off', 'merged')", name="state_is_known"),
    CheckConstraint("retention_state IN ('proposed', 'decided')", name="retention_state_is_known"),
)

dossier_standing = Table(
    "dossier_standing",
    metadata,
    _id(),
    _ref("dossier_id", "dossier"),
    Column("kind", String(16), nullable=False),  # owner, authority, keeper, reader
    _ref("unit_id", "unit", nullable=True, index=True),  # authority, keeper, reader
    _ref("fonds_id", "fonds", nullable=True),  # owner
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("instrument", Text),
    Index("ix_dossier_standing_seeing", "dossier_id", "kind", "unit_id"),
    CheckConstraint("kind IN ('owner', 'authority', 'keeper', 'reader')", name="kind_is_known"),
    CheckConstraint("(kind = 'owner') = (fonds_id IS NOT NULL)", name="owner_is_a_fonds"),
    CheckConstraint("(kind = 'owner') = (unit_id IS NULL)", name="others_are_units"),
)

document = Table(
    "document",
    metadata,
    _id(),
    _ref("fonds_id", "fonds"),
    _ref("dossier_id", "dossier", nullable=True, index=True),
    _ref("batch_id", "batch", index=True),
    _ref("source_file_id", "source_file", index=True),
    Column("name", Text, nullable=False),  # of the file it came in
    Column("title", Text),  # what people call it, as far as it is described
    Column("type", String(64)),
    Column("year", Integer),
    Column("ordinal", Integer),  # 1, 2, ... within its dossier; none: after those, by name
    Column("arrangement", Integer, nullable=False, default=1),  # the revision in force
    Column("pages", Integer, nullable=False),
    Column("pages_read", Integer, nullable=False),  # read or found blank
    Column("state", String(16), nullable=False),  # looking, waiting (to bind), bound, held, refused, empty
    Column("code", String(64)),
    Column("reason", Text),
    Column("pdf_key", String(64), index=True),
    Column("priority", Integer, nullable=False, default=0),
    Column("created_at", Instant, nullable=False),
    *_claim(),
    _work("ix_document_to_bind", "state = 'waiting'"),
    _set("ix_document_owner", "owner"),
    Index("ix_document_coverage", "fonds_id", "dossier_id", "pages", "pages_read"),
)

arrangement = Table(
    "arrangement",
    metadata,
    _ref("document_id", "document"),
    Column("revision", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),  # 1, 2, ...
    _ref("page_id", "page", index=True),
    UniqueConstraint("document_id", "revision", "ordinal"),
    UniqueConstraint("document_id", "revision", "page_id"),
)

page = Table(
    "page",
    metadata,
    _id(),
    _ref("source_file_id", "source_file"),
    Column("image_index", Integer, nullable=False),  # 0, 1, ... in the source file
    Column("part", Integer, nullable=False, default=0),
    _ref("document_id", "document", index=True),
    _ref("batch_id", "batch"),
    _ref("twin_of", "page", nullable=True),  # the page of the same bytes that is read for both
    Column("state", String(16), nullable=False),  # waiting, read, blank, held, refused
    Column("code", String(64)),
    Column("reason", Text),
    Column("reading_id", String(32), index=True),  # the current one; a person's beats a machine's
    Column("set_apart", String(16)),  # separator, blank: kept, but no page of the document
    Column("sheet", Integer),  # number of its sheet (tờ số) within the dossier
    Column("side", Integer),  # 1 or 2 of that sheet
    Column("quay_reading", String(32)),  # of a page whose file is not admitted yet: in no store
    Column("screened", Integer),  # by which rules for secret marks it was looked through; none = never
    Column("mark_released", Boolean, nullable=False, server_default=false()),  # a person saw that it has none
    Column("published", Boolean, nullable=False, default=False),  # its file is admitted: may be searched
    Column("revision", Integer, nullable=False, default=1),  # of what search should hold
    Column("indexed_revision", Integer),  # what search holds
    Column("width", Integer),  # pixels of the master image
    Column("height", Integer),
    Column("dpi", Integer),
    Column("rotation", Integer),  # degrees clockwise
    Column("embedded", Boolean),
    Column("skew", Float),  # degrees
    Column("blur", Float),
    Column("contrast", Float),
    Column("flags", JSON, nullable=False, default=list),  # below-200-dpi, blurred, ...
    Column("priority", Integer, nullable=False, default=0),
    *_claim(),
    UniqueConstraint("source_file_id", "image_index", "part"),
    _work("ix_page_to_look_at", "state = 'waiting' AND twin_of IS NULL"),
    _set("ix_page_owner", "owner"),
    _set("ix_page_quay_reading", "quay_reading"),
    _set("ix_page_twin_of", "twin_of"),  # almost always none: a full index would mislead SQLite
    Index("ix_page_ledger", "batch_id", "state", "indexed_revision", "published", "revision"),
)

# --- how it came -----------------------------------------------------------------------------------

batch = Table(
    "batch",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    _ref("fonds_id", "fonds", index=True),
    _ref("unit_id", "unit", nullable=True, index=True),
    Column("origin", Text, nullable=False, index=True),
    Column("priority", Integer, nullable=False, default=0),
    Column("duplex", Boolean, nullable=False, default=False),  # two images in a row are one sheet's sides
    Column("created_by", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant),  # everything announced has been received
)

source_file = Table(
    "source_file",
    metadata,
    _id(),
    _ref("batch_id", "batch", index=True),
    _ref("fonds_id", "fonds"),
    _ref("dossier_id", "dossier", nullable=True),
    _ref("parent_id", "source_file", nullable=True, index=True),  # the archive it came out of
    _ref("duplicate_of", "source_file", nullable=True, index=True),
    Column("origin", Text, nullable=False),  # where exactly it came from; same origin + bytes = same record
    Column("path", Text, nullable=False),  # within the batch, for people
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(64)),
    Column("signed", Boolean, nullable=False, default=False),
    Column("pages", Integer),
    Column("waiting_pages", Integer, nullable=False, default=0),
    Column("state", String(16), nullable=False),  # received, opened, done, held, refused
    Column("code", String(64)),
    Column("reason", Text),
    Column("quay_name", String(64), unique=True),
    Column("object_key", String(64), index=True),
    Column("priority", Integer, nullable=False, default=0),
    Column("received_at", Instant, nullable=False),
    Column("done_at", Instant),
    *_claim(),
    UniqueConstraint("fonds_id", "origin", "sha256"),
    Index("ix_source_file_sha256", "sha256"),
    _work("ix_source_file_to_open", "state = 'received'"),
    _work("ix_source_file_to_admit", "state = 'opened' AND waiting_pages = 0"),
    _set("ix_source_file_owner", "owner"),
)

# --- what was made of it ---------------------------------------------------------------------------

reading = Table(
    "reading",
    metadata,
    _id(),
    _ref("page_id", "page", index=True),
    Column("source", String(16), nullable=False),  # machine, person, text-layer
    Column("actor", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("engines", JSON, nullable=False),
    Column("settings_hash", String(64), nullable=False),
    Column("mean_confidence", Float, nullable=False),
    Column("agreed_share", Float, nullable=False),
    Column("words", Integer, nullable=False),
    Column("degraded", Boolean, nullable=False, default=False),
    Column("corrects", String(32)),  # the one that a person changed into this
    Column("object_key", String(64), nullable=False, index=True),
)

derivative = Table(
    "derivative",
    metadata,
    _id(),
    _ref("document_id", "document", index=True),
    _ref("page_id", "page", nullable=True, index=True),
    Column("kind", String(16), nullable=False),  # pdfa, alto
    Column("arrangement", Integer, nullable=False),
    Column("object_key", String(64), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
)

kept_object = Table(
    "kept_object",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),  # master, reading, pdfa, alto, model, paper, signed
    Column("kept_at", Instant, nullable=False),
    Column("checked_at", Instant),
    Column("purged_at", Instant),
)

# --- what is known of it ---------------------------------------------------------------------------

description = Table(
    "description",
    metadata,
    Column("id", String(32), ForeignKey("document.id"), primary_key=True),  # one of each document
    Column("state", String(16), nullable=False),  # waiting, described, held
    Column("code", String(64)),
    Column("reason", Text),
    Column("basis", String(64)),  # digest of the arrangement and readings it was made from
    Column("pages", Integer, nullable=False, default=0),  # read ones among them
    Column("starts", JSON, nullable=False, default=list),  # first pages of what seem documents in it
    Column("version", Integer, nullable=False, default=0),  # of the newest value
    Column("described_at", Instant),
    Column("priority", Integer, nullable=False, default=0),
    *_claim(),
    _work("ix_description_to_make", "state = 'waiting'"),
    _set("ix_description_owner", "owner"),
)

field_value = Table(
    "field_value",
    metadata,
    _id(),
    _ref("document_id", "document"),
    Column("name", String(32), nullable=False),  # of catalog.description.FIELDS
    Column("version", Integer, nullable=False),  # of the description, when it was given
    Column("value", Text),  # none: there is none, or a person must give it
    Column("confidence", Float, nullable=False),
    Column("evidence", JSON, nullable=False, default=list),  # [page id, x0, y0, x1, y1], pixels of the master
    Column("alternatives", JSON, nullable=False, default=list),
    Column("asked", Boolean, nullable=False, default=False),
    Column("source", String(8), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("superseded_at", Instant),  # none: in force
    Column("withdrawn_at", Instant),  # taken back by a person; counts no longer
    Column("withdrawn_by", String(64)),
    UniqueConstraint("document_id", "name", "version"),
    Index(
        "ix_field_value_in_force",
        "document_id",
        "name",
        unique=True,
        sqlite_where=text("superseded_at IS NULL"),
        postgresql_where=text("superseded_at IS NULL"),
    ),
    CheckConstraint("source IN ('machine', 'list', 'person')", name="source_is_known"),
)

key_value = Table(
    "key_value",
    metadata,
    _id(),
    _ref("dossier_id", "dossier", nullable=True),  # of one of the two
    _ref("document_id", "document", nullable=True),
    Column("name", String(32), nullable=False),  # person, parcel, certificate...
    Column("version", Integer, nullable=False, server_default="0"),  # of the record; 0: the machine's
    Column("value", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("evidence", JSON, nullable=False, default=list),
    Column("source", String(8), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("superseded_at", Instant),  # none: in force
    _set("ix_key_value_dossier_id", "dossier_id"),
    _set("ix_key_value_document_id", "document_id"),
    CheckConstraint("source IN ('machine', 'list', 'person')", name="source_is_known"),
    CheckConstraint("(dossier_id IS NULL) <> (document_id IS NULL)", name="of_one_record"),
)

at_desk = Table(
    "at_desk",
    metadata,
    _ref("document_id", "document"),
    Column("actor", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    UniqueConstraint("document_id", "actor"),
)
