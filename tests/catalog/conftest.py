"""The register on both of its back ends, and a small archive to ask questions about."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from catalog import people, schema, tokens
from catalog.instants import now
from catalog.register import Register
from tests.catalog.archive import Office, make_office
from tests.catalog.persons import Clock
from tests.services.postgres import PostgresServer

BACK_ENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file brought up to date once; tests copy it."""
    file = tmp_path_factory.mktemp("register") / "migrated.db"
    register = Register(f"sqlite:///{file}")
    register.migrate()
    register.close()
    return file


@pytest.fixture(scope="session")
def migrated_url(postgres_server: PostgresServer) -> str:
    """A PostgreSQL database brought up to date once; each test finds it empty."""
    url = postgres_server.new_database()
    register = Register(url)
    register.migrate()
    register.close()
    return url


@pytest.fixture(params=BACK_ENDS)
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a register that holds nothing."""
    if request.param == "sqlite":
        file = tmp_path / "register.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    url: str = request.getfixturevalue("migrated_url")
    empty(url)
    return url


@pytest.fixture
def register(register_url: str) -> Iterator[Register]:
    """A register that holds nothing."""
    opened = Register(register_url)
    yield opened
    opened.close()


@pytest.fixture
def office(register: Register) -> Office:
    """A register with two units, a fonds of each, and the people of the first."""
    return make_office(register)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until it is put forward."""
    made = Clock(now())
    monkeypatch.setattr(people, "now", made)
    monkeypatch.setattr(tokens, "now", made)
    return made


def empty(url: str) -> None:
    """Take everything out of a migrated PostgreSQL database; deleting is faster than truncating here."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))  # no foreign keys meanwhile
        connection.execute(text("; ".join(f'DELETE FROM "{name}"' for name in schema.metadata.tables)))
    engine.dispose()


@pytest.fixture
def server_register(migrated_url: str) -> Iterator[Register]:
    """A register that holds nothing, on PostgreSQL: for what only a server can get wrong."""
    empty(migrated_url)
    opened = Register(migrated_url)
    yield opened
    opened.close()
