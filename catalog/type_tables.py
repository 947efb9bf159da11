"""What kinds of dossiers people confirmed, and the models that learnt from it, on one page.

Re-exported by `catalog.schema`, where everybody finds the tables.
"""

from sqlalchemy import JSON, CheckConstraint, Column, Index, Integer, String, Table, text

from catalog.columns import identifier as _id
from catalog.columns import metadata
from catalog.columns import ref as _ref
from catalog.instants import Instant

type_model = Table(
    "type_model",
    metadata,
    _id(),
    Column("made_at", Instant, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("trained_on", Integer, nullable=False),  # dossiers that people had confirmed
    Column("training_sha256", String(64), nullable=False),
    Column("evaluation", JSON, nullable=False),
    Column("state", String(16), nullable=False),  # candidate, current, retired
    Column("object_key", String(64), nullable=False, index=True),
    Index(
        "uq_type_model_current",
        "state",
        unique=True,
        sqlite_where=text("state = 'current'"),
        postgresql_where=text("state = 'current'"),
    ),
    CheckConstraint("state IN ('candidate', 'current', 'retired')", name="state_is_known"),
)

type_label = Table(
    "type_label",
    metadata,
    _id(),
    _ref("dossier_id", "dossier", index=True),
    Column("code", String(16), nullable=False),  # as a person said it; the last word counts
    Column("actor", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
