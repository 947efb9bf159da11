"""What offices said they hold, before anybody counted it dossier by dossier.

Re-exported by `catalog.schema`, where everybody finds the tables.
"""

from sqlalchemy import CheckConstraint, Column, Date, Integer, String, Table, Text

from catalog.columns import identifier as _id
from catalog.columns import metadata
from catalog.columns import ref as _ref
from catalog.instants import Instant

unit_holding = Table(
    "unit_holding",
    metadata,
    _id(),
    _ref("unit_id", "unit", index=True),  # the newest of a unit counts
    Column("centimetres", Integer),  # of shelf; none: nobody measured
    Column("dossiers", Integer),  # none: nobody counted
    Column("deadline", Date),  # by which all of it is to be handed over
    Column("instrument", Text, nullable=False, default=""),  # the plan or decision that says so
    Column("said_by", String(64), nullable=False),
    Column("said_at", Instant, nullable=False),
    CheckConstraint("centimetres >= 0", name="shelf_is_not_negative"),
    CheckConstraint("dossiers >= 0", name="dossiers_are_not_negative"),
)
