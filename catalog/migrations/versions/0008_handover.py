"""Handovers: transfers, what is in them, their parcels and papers."""

import sqlalchemy as sa
from alembic import op

import catalog.instants

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward."""
    op.create_table(
        "transfer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("route", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("from_unit", sa.String(length=32), nullable=False),
        sa.Column("to_unit", sa.String(length=32), nullable=False),
        sa.Column("receives_as", sa.String(length=16), nullable=True),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("decision_number", sa.String(length=100), nullable=True),
        sa.Column("decision_date", sa.Date(), nullable=True),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("supplement_to", sa.String(length=32), nullable=True),
        sa.Column("peer", sa.Text(), nullable=True),
        sa.Column("boxes", sa.Integer(), nullable=True),
        sa.Column("centimetres", sa.Integer(), nullable=True),
        sa.Column("namespace", sa.String(length=36), nullable=True),
        sa.Column("frame", sa.JSON(), nullable=True),
        sa.Column("announced", sa.JSON(), nullable=True),
        sa.Column("sealed_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("sealed_by", sa.String(length=64), nullable=True),
        sa.Column("delivered_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("concluded_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("concluded_by", sa.String(length=64), nullable=True),
        sa.Column("paper_passed", sa.Boolean(), nullable=False),
        sa.Column("copy_until", sa.Date(), nullable=True),
        sa.Column("created_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.CheckConstraint("direction IN ('out', 'in')", name=op.f("ck_transfer_direction_is_known")),
        sa.CheckConstraint("route IN ('inside', 'parcels')", name=op.f("ck_transfer_route_is_known")),
        sa.CheckConstraint(
            "state IN ('draft', 'sealing', 'sealed', 'delivered', 'under-check', 'accepted', "
            "'accepted-in-part', 'returned', 'closed', 'dropped')",
            name=op.f("ck_transfer_state_is_known"),
        ),
        sa.CheckConstraint("from_unit <> to_unit", name=op.f("ck_transfer_two_sides")),
        sa.ForeignKeyConstraint(["from_unit"], ["unit.id"], name=op.f("fk_transfer_from_unit")),
        sa.ForeignKeyConstraint(["supplement_to"], ["transfer.id"], name=op.f("fk_transfer_supplement_to")),
        sa.ForeignKeyConstraint(["to_unit"], ["unit.id"], name=op.f("fk_transfer_to_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint(
            "direction", "from_unit", "number", name=op.f("uq_transfer_direction_from_unit_number")
        ),
        sa.UniqueConstraint("direction", "namespace", name=op.f("uq_transfer_direction_namespace")),
    )
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfer_from_unit"), ["from_unit"], unique=False)
        batch_op.create_index(batch_op.f("ix_transfer_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_transfer_supplement_to"), ["supplement_to"], unique=False)
        batch_op.create_index(batch_op.f("ix_transfer_to_unit"), ["to_unit"], unique=False)
    op.create_table(
        "transfer_paper",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("transfer_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("object_key", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("made_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("signatures", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('minutes', 'catalogue', 'receipt', 'check-report')",
            name=op.f("ck_transfer_paper_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_paper_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_paper")),
    )
    with op.batch_alter_table("transfer_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfer_paper_object_key"), ["object_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_transfer_paper_transfer_id"), ["transfer_id"], unique=False)
    op.create_table(
        "transfer_parcel",
        sa.Column("transfer_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("dossiers", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.JSON(), nullable=True),
        sa.Column("at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'written', 'sent', 'received', 'checked')",
            name=op.f("ck_transfer_parcel_state_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_parcel_transfer_id")
        ),
        sa.UniqueConstraint("transfer_id", "number", name=op.f("uq_transfer_parcel_transfer_id_number")),
    )
    op.create_table(
        "transfer_received",
        sa.Column("transfer_id", sa.String(length=32), nullable=False),
        sa.Column("parcel", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("here", sa.BigInteger(), nullable=False),
        sa.Column("at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_received_transfer_id")
        ),
        sa.UniqueConstraint(
            "transfer_id", "parcel", "path", name=op.f("uq_transfer_received_transfer_id_parcel_path")
        ),
    )
    op.create_table(
        "transfer_unarranged",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("transfer_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("years", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.String(length=64), nullable=False),
        sa.Column("centimetres", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_unarranged_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_unarranged")),
        sa.UniqueConstraint(
            "transfer_id", "ordinal", name=op.f("uq_transfer_unarranged_transfer_id_ordinal")
        ),
    )
    op.create_table(
        "transfer_item",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("transfer_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=True),
        sa.Column("identifier", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("retention_code", sa.String(length=2), nullable=True),
        sa.Column("unfinished", sa.Boolean(), nullable=False),
        sa.Column("medium", sa.String(length=8), nullable=False),
        sa.Column("under_way", sa.Boolean(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("parcel", sa.Integer(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("passed_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("frozen", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "decision <> 'reserved' OR deadline IS NOT NULL", name=op.f("ck_transfer_item_reserved_until")
        ),
        sa.CheckConstraint(
            "decision IN ('accepted', 'reserved', 'returned', 'refused', 'missing')",
            name=op.f("ck_transfer_item_decision_is_known"),
        ),
        sa.CheckConstraint(
            "medium IN ('paper', 'digital', 'both')", name=op.f("ck_transfer_item_medium_is_known")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_transfer_item_dossier_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_item_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_item")),
        sa.UniqueConstraint(
            "transfer_id", "dossier_id", name=op.f("uq_transfer_item_transfer_id_dossier_id")
        ),
        sa.UniqueConstraint("transfer_id", "ordinal", name=op.f("uq_transfer_item_transfer_id_ordinal")),
    )
    with op.batch_alter_table("transfer_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfer_item_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(
            "uq_transfer_item_under_way",
            ["dossier_id"],
            unique=True,
            sqlite_where=sa.text("under_way"),
            postgresql_where=sa.text("under_way"),
        )
    op.create_table(
        "transfer_object",
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["transfer_item.id"], name=op.f("fk_transfer_object_item_id")),
        sa.UniqueConstraint("item_id", "key", name=op.f("uq_transfer_object_item_id_key")),
    )
    with op.batch_alter_table("transfer_object", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfer_object_key"), ["key"], unique=False)


def downgrade() -> None:
    """Take the register back."""
    with op.batch_alter_table("transfer_object", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transfer_object_key"))
    op.drop_table("transfer_object")
    with op.batch_alter_table("transfer_item", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_transfer_item_under_way",
            sqlite_where=sa.text("under_way"),
            postgresql_where=sa.text("under_way"),
        )
        batch_op.drop_index(batch_op.f("ix_transfer_item_dossier_id"))
    op.drop_table("transfer_item")
    op.drop_table("transfer_unarranged")
    op.drop_table("transfer_received")
    op.drop_table("transfer_parcel")
    with op.batch_alter_table("transfer_paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transfer_paper_transfer_id"))
        batch_op.drop_index(batch_op.f("ix_transfer_paper_object_key"))
    op.drop_table("transfer_paper")
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transfer_to_unit"))
        batch_op.drop_index(batch_op.f("ix_transfer_supplement_to"))
        batch_op.drop_index(batch_op.f("ix_transfer_number"))
        batch_op.drop_index(batch_op.f("ix_transfer_from_unit"))
    op.drop_table("transfer")
