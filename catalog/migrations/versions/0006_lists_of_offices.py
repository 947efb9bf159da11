"""What offices' lists said of dossiers and documents."""

import sqlalchemy as sa
from alembic import op

import catalog.instants

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward."""
    op.create_table(
        "listed",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("fonds_id", sa.String(length=32), nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("made_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_listed_document_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_listed_dossier_id")),
        sa.ForeignKeyConstraint(["fonds_id"], ["fonds.id"], name=op.f("fk_listed_fonds_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed")),
        sa.UniqueConstraint("dossier_id", "code", name=op.f("uq_listed_dossier_id_code")),
    )
    op.create_index(op.f("ix_listed_fonds_id"), "listed", ["fonds_id"], unique=False)
    op.create_index(
        "ix_listed_document_id",
        "listed",
        ["document_id"],
        unique=False,
        sqlite_where=sa.text("document_id IS NOT NULL"),
        postgresql_where=sa.text("document_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Take the register back."""
    op.drop_index("ix_listed_document_id", table_name="listed")
    op.drop_index(op.f("ix_listed_fonds_id"), table_name="listed")
    op.drop_table("listed")
