"""Signed documents, and every event linked into one chain."""

import sqlalchemy as sa
from alembic import op

import catalog.instants

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward; events from before are linked when events are next sealed."""
    op.create_table(
        "signed_pdf",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("source_key", sa.String(length=64), nullable=False),
        sa.Column("object_key", sa.String(length=64), nullable=False),
        sa.Column("arrangement", sa.Integer(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("signed_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("stamp", sa.String(length=16), nullable=False),
        sa.Column("replaced_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "stamp IN ('stamped', 'pending', 'not-asked')", name=op.f("ck_signed_pdf_stamp_is_known")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_signed_pdf_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_pdf")),
    )
    with op.batch_alter_table("signed_pdf", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signed_pdf_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signed_pdf_object_key"), ["object_key"], unique=False)
        batch_op.create_index(
            "uq_signed_pdf_in_force",
            ["document_id"],
            unique=True,
            sqlite_where=sa.text("replaced_by IS NULL"),
            postgresql_where=sa.text("replaced_by IS NULL"),
        )
        batch_op.create_index(
            "ix_signed_pdf_pending",
            ["id"],
            unique=False,
            sqlite_where=sa.text("stamp = 'pending' AND replaced_by IS NULL"),
            postgresql_where=sa.text("stamp = 'pending' AND replaced_by IS NULL"),
        )

    op.add_column("event", sa.Column("sequence", sa.BigInteger(), nullable=True))
    op.add_column("event", sa.Column("previous", sa.String(length=64), nullable=True))
    op.add_column("event", sa.Column("link", sa.String(length=64), nullable=True))
    op.create_index(op.f("uq_event_sequence"), "event", ["sequence"], unique=True)
    op.create_index(
        "ix_event_unsealed",
        "event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("sequence IS NULL"),
        postgresql_where=sa.text("sequence IS NULL"),
    )


def downgrade() -> None:
    """Take the register back."""
    op.drop_index("ix_event_unsealed", table_name="event")
    op.drop_index(op.f("uq_event_sequence"), table_name="event")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("link")
        batch_op.drop_column("previous")
        batch_op.drop_column("sequence")
    op.drop_table("signed_pdf")
