"""Which shape a register has, which one this version needs, and the way from one to the other.

Alembic is loaded only where there is something to change: it takes a sixth of a second, every command opens
the register, and almost every register has the right shape.
"""

import logging
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"
_ORDER = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.M)


@cache
def newest() -> str:
    """Return the revision that this version needs: the one migration that no other comes after."""
    named: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for file in (_FOLDER / "versions").glob("*.py"):
        for which, revision in _ORDER.findall(file.read_text("utf-8")):
            named[which].add(revision)
    (last,) = named["revision"] - named["down_revision"]
    return last


def present(connection: Connection) -> str | None:
    """Return the revision of a database; None: it was never given a shape."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def bring_forward(connection: Connection) -> None:
    """Give a database the newest shape; it keeps what it holds."""
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def alembic_config() -> "Config":
    """Return what Alembic must know to find the migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


logging.getLogger("alembic").setLevel(logging.WARNING)
