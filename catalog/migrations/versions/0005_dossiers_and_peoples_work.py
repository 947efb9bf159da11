"""Dossiers that are edited, arranged and signed off; people's checking, control and bulk edits."""

import sqlalchemy as sa
from alembic import op

import catalog.instants
from catalog.natural_order import sort_key

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None


def _new() -> tuple[tuple[str, sa.Column[object]], ...]:
    """Return the columns to add, one by one: SQLite would otherwise copy tables that others name."""
    return (
        ("batch", sa.Column("duplex", sa.Boolean(), nullable=False, server_default=sa.false())),
        ("box", sa.Column("sort_key", sa.Text(), nullable=False, server_default="")),
        ("document", sa.Column("ordinal", sa.Integer(), nullable=True)),
        ("dossier", sa.Column("sort_key", sa.Text(), nullable=False, server_default="")),
        ("dossier", sa.Column("type_confidence", sa.Float(), nullable=True)),
        ("dossier", sa.Column("type_source", sa.String(length=16), nullable=True)),
        ("dossier", sa.Column("retention", sa.Text(), nullable=True)),
        ("dossier", sa.Column("retention_code", sa.String(length=2), nullable=True)),
        ("dossier", sa.Column("retention_rule", sa.Text(), nullable=True)),
        ("dossier", sa.Column("retention_source", sa.Text(), nullable=True)),
        (
            "dossier",
            sa.Column(
                "retention_state",
                sa.String(length=16),
                sa.CheckConstraint(
                    "retention_state IN ('proposed', 'decided')",
                    name=op.f("ck_dossier_retention_state_is_known"),
                ),
                nullable=True,
            ),
        ),
        ("dossier", sa.Column("language", sa.String(length=100), nullable=False, server_default="01")),
        ("dossier", sa.Column("keyword", sa.String(length=100), nullable=False, server_default="")),
        ("dossier", sa.Column("physical_state", sa.String(length=2), nullable=True)),
        ("dossier", sa.Column("description", sa.Text(), nullable=False, server_default="")),
        (
            "dossier",
            sa.Column(
                "state",
                sa.String(length=16),
                sa.CheckConstraint(
                    "state IN ('open', 'checked', 'signed-off', 'merged')",
                    name=op.f("ck_dossier_state_is_known"),
                ),
                nullable=False,
                server_default="open",
            ),
        ),
        ("dossier", sa.Column("merged_into", sa.String(length=32), nullable=True)),
        ("dossier", sa.Column("checked_by", sa.String(length=64), nullable=True)),
        ("dossier", sa.Column("checked_at", catalog.instants.Instant(timezone=True), nullable=True)),
        ("dossier", sa.Column("signed_by", sa.String(length=64), nullable=True)),
        ("dossier", sa.Column("signed_at", catalog.instants.Instant(timezone=True), nullable=True)),
        ("page", sa.Column("set_apart", sa.String(length=16), nullable=True)),
        ("page", sa.Column("sheet", sa.Integer(), nullable=True)),
        ("page", sa.Column("side", sa.Integer(), nullable=True)),
    )


def upgrade() -> None:
    """Bring the register forward."""
    connection = op.get_bind()
    for table, column in _new():
        op.add_column(table, column)
        if column.server_default is not None and connection.dialect.name == "postgresql":
            op.alter_column(table, column.name, server_default=None)
    for name in ("box", "dossier"):
        rows = sa.table(name, sa.column("id"), sa.column("label"), sa.column("sort_key"))
        for row in connection.execute(sa.select(rows.c.id, rows.c.label)).all():
            connection.execute(rows.update().where(rows.c.id == row.id).values(sort_key=sort_key(row.label)))
    op.create_table(
        "arranging",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arranging")),
    )
    op.create_table(
        "bulk_edit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("of", sa.String(length=16), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('applying', 'applied', 'undoing', 'undone')", name=op.f("ck_bulk_edit_state_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_edit")),
    )
    op.create_table(
        "arranging_part",
        sa.Column("arranging_id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["arranging_id"], ["arranging.id"], name=op.f("fk_arranging_part_arranging_id")
        ),
        sa.UniqueConstraint("arranging_id", "subject", name=op.f("uq_arranging_part_arranging_id_subject")),
    )
    op.create_index(op.f("ix_arranging_part_subject"), "arranging_part", ["subject"], unique=False)
    op.create_table(
        "bulk_item",
        sa.Column("bulk_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("left_at", sa.Text(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'conflict', 'undone', 'kept')",
            name=op.f("ck_bulk_item_state_is_known"),
        ),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk_edit.id"], name=op.f("fk_bulk_item_bulk_id")),
        sa.UniqueConstraint("bulk_id", "ordinal", name=op.f("uq_bulk_item_bulk_id_ordinal")),
        sa.UniqueConstraint("bulk_id", "subject", name=op.f("uq_bulk_item_bulk_id_subject")),
    )
    op.create_index("ix_bulk_item_state", "bulk_item", ["bulk_id", "state", "ordinal"], unique=False)
    op.create_table(
        "contract_volume",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fonds_id", sa.String(length=32), nullable=True),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["fonds_id"], ["fonds.id"], name=op.f("fk_contract_volume_fonds_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_volume")),
        sa.UniqueConstraint("name", "fonds_id", "task", name=op.f("uq_contract_volume_name_fonds_id_task")),
    )
    op.create_index(op.f("ix_contract_volume_fonds_id"), "contract_volume", ["fonds_id"], unique=False)
    op.create_table(
        "quality_lot",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("fonds_id", sa.String(length=32), nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=True),
        sa.Column("batch_id", sa.String(length=32), nullable=True),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("acceptance", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("opened_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'returned', 'withdrawn')",
            name=op.f("ck_quality_lot_state_is_known"),
        ),
        sa.CheckConstraint(
            "(dossier_id IS NULL) <> (batch_id IS NULL)", name=op.f("ck_quality_lot_of_one_place")
        ),
        sa.CheckConstraint("round IN (1, 2)", name=op.f("ck_quality_lot_round_is_known")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_quality_lot_batch_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_quality_lot_dossier_id")),
        sa.ForeignKeyConstraint(["fonds_id"], ["fonds.id"], name=op.f("fk_quality_lot_fonds_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_lot")),
    )
    op.create_index(op.f("ix_quality_lot_batch_id"), "quality_lot", ["batch_id"], unique=False)
    op.create_index(op.f("ix_quality_lot_dossier_id"), "quality_lot", ["dossier_id"], unique=False)
    op.create_table(
        "checking",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("doubt", sa.Float(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=True),
        sa.Column("entered_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("controlled_by", sa.String(length=64), nullable=True),
        sa.Column("controlled_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'returned', 'entered', 'controlled')",
            name=op.f("ck_checking_state_is_known"),
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_checking_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_checking")),
    )
    op.create_index(op.f("ix_checking_state"), "checking", ["state"], unique=False)
    op.create_table(
        "checking_lease",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("until", catalog.instants.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_checking_lease_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_checking_lease")),
    )
    op.create_table(
        "quality_item",
        sa.Column("lot_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'passed', 'failed')", name=op.f("ck_quality_item_state_is_known")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_quality_item_document_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["quality_lot.id"], name=op.f("fk_quality_item_lot_id")),
        sa.UniqueConstraint("lot_id", "document_id", name=op.f("uq_quality_item_lot_id_document_id")),
    )
    op.create_index(op.f("ix_quality_item_document_id"), "quality_item", ["document_id"], unique=False)
    op.create_table(
        "boundary",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("sheet_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'rejected')", name=op.f("ck_boundary_state_is_known")
        ),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_boundary_page_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["page.id"], name=op.f("fk_boundary_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary")),
        sa.UniqueConstraint("page_id", "reason", name=op.f("uq_boundary_page_id_reason")),
    )
    op.create_table(
        "quality_error",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lot_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("page_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=True),
        sa.Column("found_by", sa.String(length=64), nullable=False),
        sa.Column("found_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_quality_error_document_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["quality_lot.id"], name=op.f("fk_quality_error_lot_id")),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_quality_error_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_error")),
    )
    op.create_index(op.f("ix_quality_error_document_id"), "quality_error", ["document_id"], unique=False)
    op.create_index(op.f("ix_quality_error_lot_id"), "quality_error", ["lot_id"], unique=False)


def downgrade() -> None:
    """Take the register back."""
    op.drop_index(op.f("ix_quality_error_lot_id"), table_name="quality_error")
    op.drop_index(op.f("ix_quality_error_document_id"), table_name="quality_error")
    op.drop_table("quality_error")
    op.drop_table("boundary")
    op.drop_index(op.f("ix_quality_item_document_id"), table_name="quality_item")
    op.drop_table("quality_item")
    op.drop_table("checking_lease")
    op.drop_index(op.f("ix_checking_state"), table_name="checking")
    op.drop_table("checking")
    op.drop_index(op.f("ix_quality_lot_dossier_id"), table_name="quality_lot")
    op.drop_index(op.f("ix_quality_lot_batch_id"), table_name="quality_lot")
    op.drop_table("quality_lot")
    op.drop_index(op.f("ix_contract_volume_fonds_id"), table_name="contract_volume")
    op.drop_table("contract_volume")
    op.drop_index("ix_bulk_item_state", table_name="bulk_item")
    op.drop_table("bulk_item")
    op.drop_index(op.f("ix_arranging_part_subject"), table_name="arranging_part")
    op.drop_table("arranging_part")
    op.drop_table("bulk_edit")
    op.drop_table("arranging")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("state", "retention_state"):
            op.drop_constraint(f"ck_dossier_{name}_is_known", "dossier")
    for table, column in reversed(_new()):
        op.drop_column(table, column.name)
