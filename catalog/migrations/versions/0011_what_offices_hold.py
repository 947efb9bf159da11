"""What offices said they hold, and by when it is to be handed over."""

import sqlalchemy as sa
from alembic import op

import catalog.instants

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward."""
    op.create_table(
        "unit_holding",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("centimetres", sa.Integer(), nullable=True),
        sa.Column("dossiers", sa.Integer(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("said_by", sa.String(length=64), nullable=False),
        sa.Column("said_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("centimetres >= 0", name=op.f("ck_unit_holding_shelf_is_not_negative")),
        sa.CheckConstraint("dossiers >= 0", name=op.f("ck_unit_holding_dossiers_are_not_negative")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_holding_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_holding")),
    )
    with op.batch_alter_table("unit_holding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_holding_unit_id"), ["unit_id"], unique=False)


def downgrade() -> None:
    """Take the register back."""
    with op.batch_alter_table("unit_holding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_holding_unit_id"))

    op.drop_table("unit_holding")
