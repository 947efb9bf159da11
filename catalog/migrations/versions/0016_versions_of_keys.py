"""At which version of its record each key was given, so that two people do not overwrite each other."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward."""
    with op.batch_alter_table("key_value", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take the register back."""
    with op.batch_alter_table("key_value", schema=None) as batch_op:
        batch_op.drop_column("version")
