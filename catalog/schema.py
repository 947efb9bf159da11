"""The data model on one page: what the register keeps of every record, and of the work on it.

Reading order: who (units, people), what (fonds to page), how it came (batches, source files), what was
made of it (readings, derivatives, objects), what happened (events, index changes).

The ledger has no table of its own: a source file, page or document that lacks its result *is* the work.
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
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

from catalog.instants import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(32), primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[str]:
    return Column(name, String(32), ForeignKey(f"{target}.id"), nullable=nullable, index=index)


def _work(name: str, table_where: str) -> Index:
    """Return the index by which the next task of a stage is found: most urgent first, then oldest."""
    where = text(table_where)
    return Index(name, literal_column("priority DESC"), "id", sqlite_where=where, postgresql_where=where)


def _set(name: str, column: str) -> Index:
    """Return an index of the rows that have a value in `column`."""
    where = text(f"{column} IS NOT NULL")
    return Index(name, column, sqlite_where=where, postgresql_where=where)


def _claim() -> tuple[Column[object], ...]:
    """Who is at the row, since when, how often it was tried, and when it may be tried again."""
    return (
        Column("owner", String(64)),
        Column("attempt", Integer, nullable=False, default=0),
        Column("failures", Integer, nullable=False, default=0),
        Column("claimed_until", Instant),
        Column("not_before", Instant),
    )


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

person = Table(
    "person",
    metadata,
    _id(),
    Column("name", String(64), nullable=False, unique=True),  # what they sign in with
    Column("full_name", Text, nullable=False, default=""),
    Column("password_hash", Text),  # argon2id; none = cannot sign in
    Column("must_change", Boolean, nullable=False, default=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("failed_sign_ins", Integer, nullable=False, default=0),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
)

role_grant = Table(
    "role_grant",
    metadata,
    _id(),
    _ref("person_id", "person", index=True),
    Column("role", String(16), nullable=False),
    _ref("unit_id", "unit", nullable=True),  # none = everywhere
    UniqueConstraint("person_id", "role", "unit_id"),
)

session = Table(
    "session",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    _ref("person_id", "person", index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

token = Table(
    "token",
    metadata,
    _id(),
    Column("secret_hash", String(64), nullable=False, unique=True),
    _ref("person_id", "person", index=True),
    Column("label", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
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
    Column("type", String(16)),
    Column("paper_only", Boolean, nullable=False, default=False),
    Column("access_mode", String(2), nullable=False, default="01"),  # TT 05/2025: 01, 02, 03
    Column("revision", Integer, nullable=False, default=1),
    Column("indexed_revision", Integer),  # what search holds
    Column("created_at", Instant, nullable=False),
    Index("ix_dossier_place", "fonds_id", "box_id", "label"),
    CheckConstraint("access_mode IN ('01', '02', '03')", name="access_mode_is_known"),
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
    Column("name", Text, nullable=False),
    Column("type", String(64)),
    Column("year", Integer),
    Column("arrangement", Integer, nullable=False, default=1),  # the revision in force
    Column("pages", Integer, nullable=False),
    Column("pages_read", Integer, nullable=False),  # read or found blank
    Column("state", String(16), nullable=False),  # looking, waiting (for its PDF/A), bound, held, refused
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

secret_mark = Table(
    "secret_mark",
    metadata,
    _id(),
    _ref("source_file_id", "source_file", index=True),
    Column("page_number", Integer),  # 1, 2, ... in the file; none = the bytes were known from before
    Column("level", String(16)),  # MẬT, TỐI MẬT, TUYỆT MẬT
    Column("confidence", Float),
    Column("found_by", String(16), nullable=False),  # words, coloured, framed, unread, bytes
    Column("found_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),  # held, released, wiped
    Column("decided_by", String(64)),
    Column("decided_at", Instant),
    Column("reason", Text),
    Column("instrument", Text),
    CheckConstraint("state IN ('held', 'released', 'wiped')", name="state_is_known"),
)

to_erase = Table(
    "to_erase",
    metadata,
    Column("key", String(64), primary_key=True),  # of the store; here until it is gone, then nowhere
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
    Column("kind", String(16), nullable=False),  # master, reading, pdfa, alto
    Column("kept_at", Instant, nullable=False),
    Column("checked_at", Instant),
    Column("purged_at", Instant),
)

# --- what happened ---------------------------------------------------------------------------------

event = Table(
    "event",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(64), nullable=False, index=True),  # table:id
    Column("instrument", Text),
    Column("payload", Text, nullable=False),  # canonical JSON
    Column("payload_sha256", String(64), nullable=False),
)

index_change = Table(
    "index_change",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", String(48), nullable=False),  # page:<id> or dossier:<id>
    Column("at", Instant, nullable=False),
)

index_clock = Table(
    "index_clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

index_state = Table(
    "index_state",
    metadata,
    Column("generation", String(64), primary_key=True),
    Column("cursor", BigInteger, nullable=False),  # changes up to this number are in the index and marked
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("name", String(64), primary_key=True),  # who: worker:<host>, index:<host>
    Column("at", Instant, nullable=False),
    Column("note", Text, nullable=False, default=""),
)
