"""A real PostgreSQL for the tests, started from Debian's binaries and gone when they end."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL

from tests.services.ports import free_ports

BINARIES = Path("/usr/lib/postgresql")
START_SECONDS = 30.0
STOP_SECONDS = 15.0

SETTINGS = {
    "fsync": "off",  # the data is thrown away
    "full_page_writes": "off",
    "synchronous_commit": "on",  # what another connection sees after a commit must be as in real life
    "shared_buffers": "32MB",
    "max_connections": "60",
    "log_statement": "none",
}


@dataclass(frozen=True)
class PostgresServer:
    """A running cluster on the loopback address, with a password of its own."""

    port: int
    password: str

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy URL (postgresql+psycopg) of a database, password included."""
        address = URL.create("postgresql+psycopg", "luutru", self.password, "127.0.0.1", self.port, database)
        return address.render_as_string(hide_password=False)

    def new_database(self) -> str:
        """Make an empty database with a name of its own and return its SQLAlchemy URL."""
        name = f"t_{secrets.token_hex(6)}"
        self._administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database made by `new_database`, even while somebody is connected to it."""
        name = url.rpartition("/")[2]
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        where = f"host=127.0.0.1 port={self.port} user=luutru dbname=postgres"
        with psycopg.connect(where, password=self.password, autocommit=True) as connection:
            connection.execute(statement)


def newest_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL server installed by Debian, or None."""
    found = [path.parent for path in BINARIES.glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name)) if found else None


def _other_account() -> pwd.struct_passwd | None:
    """Return whom the server runs as: PostgreSQL refuses root; anybody else runs it themselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise LookupError("neither 'postgres' nor 'nobody' exists; PostgreSQL does not run as root")


@contextmanager
def running_postgres(binaries: Path) -> Iterator[PostgresServer]:
    """Start a new cluster and stop and remove it afterwards.

    Raises:
        RuntimeError: it did not start; the message ends with its log.
    """
    account = _other_account()
    # In the system's own temporary folder: pytest's is closed to the user the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="luutru-pg-"))
    password = secrets.token_urlsafe(18)
    try:
        secret = folder / "password"
        secret.write_text(password, "ascii")
        if account is not None:
            shutil.chown(folder, account.pw_uid)
            shutil.chown(secret, account.pw_uid)
        _initialise(binaries, folder, secret, account)
        [port] = free_ports(1)
        server = PostgresServer(port, password)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", folder / "data", *_options(folder, port)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
                user=account and account.pw_uid, group=account and account.pw_gid,
                extra_groups=account and [],
            )  # fmt: skip
        try:
            _wait_until_it_answers(server, process, folder / "log")
            yield server
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(binaries: Path, folder: Path, secret: Path, account: pwd.struct_passwd | None) -> None:
    made = subprocess.run(
        [
            binaries / "initdb", "--pgdata", folder / "data", "--username", "luutru",
            "--auth", "scram-sha-256", "--pwfile", secret,
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        ],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=folder, timeout=60,
        user=account and account.pw_uid, group=account and account.pw_gid, extra_groups=account and [],
    )  # fmt: skip
    if made.returncode != 0:
        raise RuntimeError(f"initdb: exit {made.returncode}\n{made.stderr[-2000:]}")


def _options(folder: Path, port: int) -> list[str]:
    settings = SETTINGS | {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _wait_until_it_answers(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    where = f"host=127.0.0.1 port={server.port} user=luutru dbname=postgres connect_timeout=2"
    while time.monotonic() < end and process.poll() is None:
        try:
            psycopg.connect(where, password=server.password).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start\n{log.read_text('utf-8', 'replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # "fast": open connections are closed, not waited for
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One cluster for the whole session; make a database of your own in it."""
    binaries = newest_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here (script/test installs it)")
    with running_postgres(binaries) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database, dropped after the test."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop_database(url)
