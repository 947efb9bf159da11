"""${message}."""

import sqlalchemy as sa
from alembic import op

import catalog.instants
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the register forward."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Take the register back."""
    ${downgrades if downgrades else "pass"}
