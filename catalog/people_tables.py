"""People on one page: who may sign in, with what role in which unit, and the programs that act for them.

Re-exported by `catalog.schema`, where everybody finds the tables.
"""

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, UniqueConstraint

from catalog.columns import identifier as _id
from catalog.columns import metadata
from catalog.columns import ref as _ref
from catalog.instants import Instant

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
