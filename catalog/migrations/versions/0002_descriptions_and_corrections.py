"""Descriptions of documents, their values and keys, corrected readings, who is at which document."""

import sqlalchemy as sa
from alembic import op

import catalog.instants

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward; every document that can be seen waits for its description."""
    op.add_column("document", sa.Column("title", sa.Text(), nullable=True))
    op.add_column("reading", sa.Column("corrects", sa.String(length=32), nullable=True))
    op.create_table(
        "at_desk",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("since", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("until", catalog.instants.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_at_desk_document_id")),
        sa.UniqueConstraint("document_id", "actor", name=op.f("uq_at_desk_document_id_actor")),
    )
    op.create_table(
        "description",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("basis", sa.String(length=64), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("starts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("described_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("claimed_until", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("not_before", catalog.instants.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["document.id"], name=op.f("fk_description_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_description")),
    )
    _index("ix_description_to_make", "description", [sa.literal_column("priority DESC"), "id"], _WAITING)
    _index("ix_description_owner", "description", ["owner"], "owner IS NOT NULL")
    op.create_table(
        "field_value",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("alternatives", sa.JSON(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("made_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("superseded_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("withdrawn_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(_SOURCES, name=op.f("ck_field_value_source_is_known")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_field_value_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_value")),
        sa.UniqueConstraint(
            "document_id", "name", "version", name=op.f("uq_field_value_document_id_name_version")
        ),
    )
    _index("ix_field_value_in_force", "field_value", ["document_id", "name"], _IN_FORCE, unique=True)
    op.create_table(
        "key_value",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("made_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("superseded_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(_SOURCES, name=op.f("ck_key_value_source_is_known")),
        sa.CheckConstraint(
            "(dossier_id IS NULL) <> (document_id IS NULL)", name=op.f("ck_key_value_of_one_record")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_key_value_document_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_key_value_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_value")),
    )
    _index("ix_key_value_dossier_id", "key_value", ["dossier_id"], "dossier_id IS NOT NULL")
    _index("ix_key_value_document_id", "key_value", ["document_id"], "document_id IS NOT NULL")
    _let_all_wait()


_WAITING = "state = 'waiting'"
_IN_FORCE = "superseded_at IS NULL"
_SOURCES = "source IN ('machine', 'list', 'person')"


def _index(
    name: str, table: str, columns: list[str | sa.ColumnElement[object]], where: str, *, unique: bool = False
) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _let_all_wait() -> None:
    document = sa.table("document", sa.column("id"), sa.column("priority"))
    page = sa.table("page", sa.column("document_id"), sa.column("published", sa.Boolean))
    columns = ("id", "state", "pages", "starts", "version", "priority", "attempt", "failures")
    description = sa.table(
        "description",
        *(sa.column(name) for name in columns if name != "starts"),
        sa.column("starts", sa.JSON),
    )
    shown = sa.exists().where(page.c.document_id == document.c.id, page.c.published)
    nought = sa.literal(0)
    op.execute(
        description.insert().from_select(
            columns,
            sa.select(
                document.c.id,
                sa.literal("waiting"),
                nought,
                sa.literal([], sa.JSON),
                nought,
                document.c.priority,
                nought,
                nought,
            ).where(shown),
        )
    )


def downgrade() -> None:
    """Take it back; what was described and corrected is lost."""
    for table in ("key_value", "field_value", "description", "at_desk"):
        op.drop_table(table)
    op.drop_column("reading", "corrects")
    op.drop_column("document", "title")
