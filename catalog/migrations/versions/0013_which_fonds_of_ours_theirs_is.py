"""Which fonds of ours what another office gives is filed into, as a person said or as it was entered."""

import sqlalchemy as sa
from alembic import op

import catalog.instants

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward."""
    op.create_table(
        "transfer_fonds",
        sa.Column("transfer_id", sa.String(length=32), nullable=False),
        sa.Column("theirs", sa.String(length=64), nullable=False),
        sa.Column("fonds_id", sa.String(length=32), nullable=False),
        sa.Column("said_by", sa.String(length=64), nullable=False),
        sa.Column("said_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fonds_id"], ["fonds.id"], name=op.f("fk_transfer_fonds_fonds_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_fonds_transfer_id")),
        sa.UniqueConstraint("transfer_id", "theirs", name=op.f("uq_transfer_fonds_transfer_id_theirs")),
    )


def downgrade() -> None:
    """Take the register back."""
    op.drop_table("transfer_fonds")
