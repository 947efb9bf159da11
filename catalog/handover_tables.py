"""Handovers on one page: what one office gives to another, dossier by dossier, and what became of it.

Re-exported by `catalog.schema`, where everybody finds the tables.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from catalog.columns import identifier as _id
from catalog.columns import metadata
from catalog.columns import ref as _ref
from catalog.instants import Instant

transfer = Table(
    "transfer",
    metadata,
    _id(),
    Column("number", String(32), nullable=False, index=True),  # BG-2026-000123, of the giver's register
    Column("direction", String(8), nullable=False),  # out: ours; in: sealed elsewhere, and came to us
    Column("route", String(8), nullable=False),  # inside: one register for both sides; parcels
    Column("state", String(16), nullable=False),  # catalog.transfer_state
    Column("title", Text, nullable=False),
    _ref("from_unit", "unit", index=True),
    _ref("to_unit", "unit", index=True),  # said by a person; there is no default
    Column("receives_as", String(16)),  # archive, successor, superior, assigned, other: what the receiver is
    Column("occasion", String(16), nullable=False),  # of data/handover_cases.toml
    Column("decision_number", String(100)),
    Column("decision_date", Date),
    Column("article", Text),
    _ref("supplement_to", "transfer", nullable=True, index=True),
    Column("peer", Text),  # address of the other installation
    Column("boxes", Integer),  # of paper, as a person counted them; none: those that the register knows
    Column("centimetres", Integer),  # of shelf, as a person measured them
    Column("namespace", String(36)),  # drawn once, at sealing; knows an incoming transfer again
    Column("frame", JSON),  # names and codes of both sides as they were at sealing: goes into every package
    Column("announced", JSON),  # the inventory, frozen at sealing
    Column("sealed_at", Instant),
    Column("sealed_by", String(64)),
    Column("delivered_at", Instant),
    Column("concluded_at", Instant),  # when all was decided and passed
    Column("concluded_by", String(64)),
    Column("paper_passed", Boolean, nullable=False, default=False),  # the paper went too: it has a new keeper
    Column("copy_until", Date),  # how long the giver keeps its copy and may read it; none: nobody said
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(64), nullable=False),
    UniqueConstraint("direction", "from_unit", "number"),
    UniqueConstraint("direction", "namespace"),
    CheckConstraint("direction IN ('out', 'in')", name="direction_is_known"),
    CheckConstraint("route IN ('inside', 'parcels')", name="route_is_known"),
    CheckConstraint(
        "state IN ('draft', 'sealing', 'sealed', 'delivered', 'under-check', 'accepted', "
        "'accepted-in-part', 'returned', 'closed', 'dropped')",
        name="state_is_known",
    ),
    CheckConstraint("from_unit <> to_unit", name="two_sides"),
)

transfer_item = Table(
    "transfer_item",
    metadata,
    _id(),
    _ref("transfer_id", "transfer"),
    Column("ordinal", Integer, nullable=False),  # 1, 2, ...
    _ref("dossier_id", "dossier", nullable=True, index=True),  # none: not taken in (yet)
    Column("identifier", String(100), nullable=False),  # fileCode, as packages name it
    Column("title", Text, nullable=False),
    Column("retention_code", String(2)),
    Column("unfinished", Boolean, nullable=False),  # the matter was not settled when the giver ended
    Column("medium", String(8), nullable=False),  # paper, digital or both
    Column("under_way", Boolean, nullable=False),  # in a transfer that is not over: in one at most
    Column("documents", Integer, nullable=False, default=0),  # from here on frozen at sealing
    Column("pages", Integer, nullable=False, default=0),
    Column("sheets", Integer, nullable=False, default=0),
    Column("parcel", Integer),  # number of its parcel
    Column("files", Integer, nullable=False, default=0),  # of its package
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("digest", String(64)),  # of its package: over the sorted manifest of its files
    Column("decision", String(16)),  # accepted, reserved, returned, refused, missing; none: undecided
    Column("reason", Text),
    Column("deadline", Date),  # of a reservation
    Column("decided_by", String(64)),
    Column("decided_at", Instant),
    Column("passed_at", Instant),  # authority passed, or (returned) it is the giver's again
    Column("withheld", Boolean, nullable=False, default=False),  # a secret mark was found: in no package
    Column("frozen", JSON),  # all that its package is made of: handover.frozen
    UniqueConstraint("transfer_id", "ordinal"),
    UniqueConstraint("transfer_id", "dossier_id"),
    Index(
        "uq_transfer_item_under_way",
        "dossier_id",
        unique=True,
        sqlite_where=text("under_way"),
        postgresql_where=text("under_way"),
    ),
    CheckConstraint("medium IN ('paper', 'digital', 'both')", name="medium_is_known"),
    CheckConstraint(
        "decision IN ('accepted', 'reserved', 'returned', 'refused', 'missing')", name="decision_is_known"
    ),
    CheckConstraint("decision <> 'reserved' OR deadline IS NOT NULL", name="reserved_until"),
)

transfer_object = Table(
    "transfer_object",
    metadata,
    _ref("item_id", "transfer_item"),
    Column("key", String(64), nullable=False, index=True),  # of the store: not let go of
    UniqueConstraint("item_id", "key"),
)

transfer_unarranged = Table(
    "transfer_unarranged",
    metadata,
    _id(),
    _ref("transfer_id", "transfer"),
    Column("ordinal", Integer, nullable=False),  # 1, 2, ...
    Column("description", Text, nullable=False),  # what it is, as far as anybody can say
    Column("years", String(32), nullable=False, default=""),
    Column("amount", String(64), nullable=False, default=""),  # "12 bao", "3 bó"
    Column("centimetres", Integer),  # of shelf
    Column("note", Text, nullable=False, default=""),
    UniqueConstraint("transfer_id", "ordinal"),
)

transfer_parcel = Table(
    "transfer_parcel",
    metadata,
    _ref("transfer_id", "transfer"),
    Column("number", Integer, nullable=False),  # 1, 2, ...
    Column("name", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # of its tag manifest
    Column("files", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("dossiers", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # planned, written, sent, received, checked
    Column("verdict", JSON),
    Column("at", Instant, nullable=False),  # of its state
    UniqueConstraint("transfer_id", "number"),
    CheckConstraint("state IN ('planned', 'written', 'sent', 'received', 'checked')", name="state_is_known"),
)

transfer_paper = Table(
    "transfer_paper",
    metadata,
    _id(),
    _ref("transfer_id", "transfer", index=True),
    Column("kind", String(16), nullable=False),  # minutes, catalogue, receipt, check-report
    Column("object_key", String(64), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("signatures", JSON, nullable=False, default=list),  # [{who, role, at, stamp}]
    CheckConstraint("kind IN ('minutes', 'catalogue', 'receipt', 'check-report')", name="kind_is_known"),
)

transfer_received = Table(
    "transfer_received",
    metadata,
    _ref("transfer_id", "transfer"),
    Column("parcel", Integer, nullable=False),
    Column("path", String(255), nullable=False),  # within the parcel
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("here", BigInteger, nullable=False),  # bytes that lie here durably: where the sender goes on
    Column("at", Instant, nullable=False),
    UniqueConstraint("transfer_id", "parcel", "path"),
)

transfer_fonds = Table(
    "transfer_fonds",
    metadata,
    _ref("transfer_id", "transfer"),
    Column("theirs", String(64), nullable=False),  # code that the giver files under
    _ref("fonds_id", "fonds"),  # ours
    Column("said_by", String(64), nullable=False),
    Column("said_at", Instant, nullable=False),
    UniqueConstraint("transfer_id", "theirs"),
)

transfer_sample = Table(
    "transfer_sample",
    metadata,
    _ref("item_id", "transfer_item", primary_key=True),
    Column("digest", String(64), nullable=False),  # of the parcel as it lay there: another one is unseen
    Column("outcome", String(8), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("looked_by", String(64), nullable=False),
    Column("looked_at", Instant, nullable=False),
    CheckConstraint("outcome IN ('passed', 'failed')", name="outcome_is_known"),
)
