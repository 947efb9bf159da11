"""What happened on one page: events, what search must hear of, and who is alive.

Re-exported by `catalog.schema`, where everybody finds the tables.
"""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from catalog.columns import identifier as _id
from catalog.columns import metadata
from catalog.instants import Instant

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
