"""What is kept of secret marks on one page: no name, no text, no hash of what bore them.

Re-exported by `catalog.schema`, where everybody finds the tables.
"""

from sqlalchemy import CheckConstraint, Column, Float, Integer, String, Table, Text

from catalog.columns import identifier as _id
from catalog.columns import metadata
from catalog.columns import ref as _ref
from catalog.instants import Instant

secret_mark = Table(
    "secret_mark",
    metadata,
    _id(),
    _ref("source_file_id", "source_file", index=True),
    Column("page_number", Integer),  # 1, 2, ... in the file; none = the bytes were known from before
    Column("level", String(16)),  # MẬT, TỐI MẬT, TUYỆT MẬT
    Column("confidence", Float),
    Column("found_by", String(16), nullable=False),  # words, picture, bytes
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
