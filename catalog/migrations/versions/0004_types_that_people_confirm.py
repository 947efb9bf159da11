"""Types that people confirm, and the models that learn from them."""

import sqlalchemy as sa
from alembic import op

import catalog.instants

revision = "0004"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward."""
    op.create_table(
        "type_model",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("made_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("trained_on", sa.Integer(), nullable=False),
        sa.Column("training_sha256", sa.String(length=64), nullable=False),
        sa.Column("evaluation", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("object_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "state IN ('candidate', 'current', 'retired')", name=op.f("ck_type_model_state_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_type_model")),
    )
    with op.batch_alter_table("type_model", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_type_model_object_key"), ["object_key"], unique=False)
        batch_op.create_index(
            "uq_type_model_current",
            ["state"],
            unique=True,
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        )

    op.create_table(
        "type_label",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_type_label_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_type_label")),
    )
    with op.batch_alter_table("type_label", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_type_label_dossier_id"), ["dossier_id"], unique=False)


def downgrade() -> None:
    """Take the register back."""
    with op.batch_alter_table("type_label", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_type_label_dossier_id"))

    op.drop_table("type_label")
    with op.batch_alter_table("type_model", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_type_model_current",
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        )
        batch_op.drop_index(batch_op.f("ix_type_model_object_key"))

    op.drop_table("type_model")
