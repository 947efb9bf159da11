"""What people saw of the dossiers that were drawn from a handover for them to look at."""

import sqlalchemy as sa
from alembic import op

import catalog.instants

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward."""
    op.create_table(
        "transfer_sample",
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("looked_by", sa.String(length=64), nullable=False),
        sa.Column("looked_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('passed', 'failed')", name=op.f("ck_transfer_sample_outcome_is_known")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["transfer_item.id"], name=op.f("fk_transfer_sample_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_transfer_sample")),
    )


def downgrade() -> None:
    """Take the register back."""
    op.drop_table("transfer_sample")
