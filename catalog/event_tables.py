"""What happened on one page: events, what search must hear of, and who is alive.

Re-exported by `catalog.schema`, where everybody finds the tables.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from catalog.columns import identifier as _id
from catalog.columns import metadata
from catalog.instants import Instant

_UNSEALED = text("sequence IS NULL")

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
    # Given when it is sealed, shortly after it happened (catalog.audit_chain):
    Column("sequence", BigInteger),  # 1, 2, ...; none: not sealed yet
    Column("previous", String(64)),  # link of the event before; "" for the first
    Column("link", String(64)),  # RFC 6962 leaf hash of all that stands here
    Index("uq_event_sequence", "sequence", unique=True),
    Index("ix_event_unsealed", "id", sqlite_where=_UNSEALED, postgresql_where=_UNSEALED),
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
