"""Secret marks: readings that wait on the quay, what was found, what must still be erased."""

import sqlalchemy as sa
from alembic import op

import catalog.instants

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward."""
    # No batch here: that would make the table anew on SQLite, and its other indexes without their order.
    with op.batch_alter_table("page", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("quay_reading", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("screened", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("mark_released", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.create_index(
            "ix_page_quay_reading",
            ["quay_reading"],
            unique=False,
            sqlite_where=sa.text("quay_reading IS NOT NULL"),
            postgresql_where=sa.text("quay_reading IS NOT NULL"),
        )
    op.create_table(
        "secret_mark",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("source_file_id", sa.String(length=32), nullable=False),
        sa.Column("page_number", sa.Integer(), nullable=True),
        sa.Column("level", sa.String(length=16), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("found_by", sa.String(length=16), nullable=False),
        sa.Column("found_at", catalog.instants.Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", catalog.instants.Instant(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("instrument", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('held', 'released', 'wiped')", name=op.f("ck_secret_mark_state_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["source_file_id"], ["source_file.id"], name=op.f("fk_secret_mark_source_file_id_source_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secret_mark")),
    )
    with op.batch_alter_table("secret_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_secret_mark_source_file_id"), ["source_file_id"], unique=False)

    op.create_table(
        "to_erase",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_to_erase")),
    )
    _look_again_at_what_was_not_kept_yet()


def _look_again_at_what_was_not_kept_yet() -> None:
    """Let pages of files on the quay wait again: they were read, and not looked through for marks."""
    columns = ("id", "state", "sha256", "waiting_pages", "attempt", "owner")
    file = sa.table("source_file", *map(sa.column, columns))
    page = sa.table("page", *map(sa.column, ("source_file_id", "document_id", "state", "reading_id")))
    document = sa.table("document", *map(sa.column, ("id", "source_file_id", "pages_read")))
    one, same = file.alias("one"), file.alias("same")
    kept = sa.select(same.c.sha256).where(same.c.state == "done")
    names = sa.select(one.c.id).where(one.c.state != "done", one.c.sha256.not_in(kept))
    looked_at = page.c.state.in_(("read", "blank"))
    mine = page.c.source_file_id.in_(names)
    op.execute(page.update().where(looked_at, mine).values(state="waiting", reading_id=None))
    waiting = sa.select(sa.func.count()).where(page.c.source_file_id == file.c.id, page.c.state == "waiting")
    left = {"waiting_pages": waiting.scalar_subquery(), "attempt": file.c.attempt + 1, "owner": None}
    op.execute(file.update().where(file.c.id.in_(names)).values(**left))
    read = sa.select(sa.func.count()).where(page.c.document_id == document.c.id, looked_at)
    papers = document.update().where(document.c.source_file_id.in_(names))
    op.execute(papers.values(pages_read=read.scalar_subquery()))


def downgrade() -> None:
    """Take the register back."""
    op.drop_table("to_erase")
    op.drop_table("secret_mark")
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.drop_index("ix_page_quay_reading")
        batch_op.drop_column("mark_released")
        batch_op.drop_column("screened")
        batch_op.drop_column("quay_reading")
