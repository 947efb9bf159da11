"""The register: the one database that says what the archive holds, on SQLite or PostgreSQL."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, create_engine, event, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from catalog import migration
from luutru.errors import BackendError, Conflict, InvalidInput

BUSY_SECONDS = 30
"""How long a writer waits for another before it gives up; the longest transaction takes well under one."""

CONNECT_SECONDS = 10
"""How long a database server has to answer, unless its URL says otherwise."""

NETWORK_FILESYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph"})
"""SQLite's locks cannot be trusted on these (sqlite.org/howtocorrupt, section 2.1)."""


class RegisterUnavailable(BackendError):
    """The database did not answer; nothing was recorded."""

    slug = "register-unavailable"


class RegisterOutOfDate(Conflict):
    """The database has another shape than this version of the service needs."""

    slug = "register-out-of-date"


class RegisterOnNetworkShare(InvalidInput):
    """SQLite was asked to live where its locks do not hold."""

    slug = "register-on-network-share"


class Register:
    """Short transactions on the register. The caller reads or writes; nothing inside commits."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self.embedded = self._url.get_backend_name() == "sqlite"
        if self.embedded and self._url.database:
            _refuse_network_share(Path(self._url.database))
        self._engine = _engine(url, embedded=self.embedded)
        # Whoever drops the register unclosed leaves no connection behind (Python 3.13 warns of one).
        weakref.finalize(self, self._engine.dispose)

    def __repr__(self) -> str:
        return f"Register({self._url.render_as_string(hide_password=True)})"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state; nothing it does is kept."""
        with _translated(), self._engine.connect() as connection:
            if not self.embedded:  # its default shows every statement another state
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose work is kept as a whole, or, if the block raises, not at all."""
        with _translated(), self._engine.connect() as connection:
            writing = connection.execution_options(luutru_writes=True)
            with writing.begin():
                yield writing

    def migrate(self) -> None:
        """Bring the database to the shape this version needs; twice is harmless."""
        with _translated(), self._engine.connect() as connection:
            if migration.present(connection) != migration.newest():
                connection.rollback()
                migration.bring_forward(connection)

    def require_current(self) -> None:
        """Pass if the database has the shape this version needs.

        Raises:
            RegisterOutOfDate: it has not; `luutru init` brings it up to date.
        """
        wanted = migration.newest()
        with _translated(), self._engine.connect() as connection:
            found = migration.present(connection)
        if found != wanted:
            raise RegisterOutOfDate(
                f"the register is at revision {found or 'none'}, "
                f"this version needs {wanted}: run 'luutru init'"
            )

    def scrub(self) -> None:
        """Let nothing of what was just deleted lie in the embedded database's log; elsewhere a no-op.

        Best effort: while others read, the log is emptied by whoever comes next.
        """
        if self.embedded:
            with _translated(), self._engine.connect() as connection:
                connection.rollback()
                raw = connection.connection.cursor()
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.close()

    def close(self) -> None:
        """Let all connections go."""
        self._engine.dispose()


def _engine(url: str, *, embedded: bool) -> Engine:
    # Faults name the statement, not what it was about: parameters hold names of records and secrets' digests.
    if not embedded:
        known = {} if "connect_timeout" in make_url(url).query else {"connect_timeout": CONNECT_SECONDS}
        return create_engine(
            url, pool_pre_ping=True, pool_size=5, max_overflow=15, connect_args=known, hide_parameters=True
        )
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None  # the driver's own BEGIN is deferred; ours is below
        cursor = dbapi.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may lose the last commits when the power goes
            "foreign_keys=ON",
            "secure_delete=ON",  # what is deleted may have been a secret's name: zeros, not free space
            f"busy_timeout={BUSY_SECONDS * 1000}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that reads first and writes later fails at once with
        # SQLITE_BUSY_SNAPSHOT whatever the timeout; a writer therefore takes the lock first.
        writes = connection.get_execution_options().get("luutru_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _refuse_network_share(database: Path) -> None:
    kind = _filesystem(database.absolute().parent)
    if kind in NETWORK_FILESYSTEMS:
        raise RegisterOnNetworkShare(
            f"the embedded register cannot live on a network share ({kind}); "
            "put LUUTRU_HOME on a local disk or use PostgreSQL"
        )


def _filesystem(folder: Path) -> str:
    """Return the type of the file system that holds `folder`; "" where the system does not tell."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return ""
    best, kind = "", ""
    for row in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, mount, found, *_rest = row.split(" ")
        mount = mount.replace("\\040", " ")
        inside = str(folder) == mount or str(folder).startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, found
    return kind


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise RegisterUnavailable(f"the register did not answer: {error.orig}") from error
    except NoConnectionFree as error:
        raise RegisterUnavailable("all connections to the register are in use") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise RegisterUnavailable(f"the register went away: {error.orig}") from error
        raise


def lock_subject(connection: Connection, subject: str) -> None:
    """Let no other transaction that names `subject` go on until this one ends.

    On SQLite every writing transaction is alone anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:s, 0))"), {"s": subject})


def upsert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert into `table` that may say what to do where the row is there already.

    `dialect`: name of the connection's, "postgresql" or "sqlite".
    """
    if dialect == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def lock_rows(connection: Connection, table: Table, condition: ColumnElement[bool]) -> None:
    """Take the rows for this transaction, in the order of their ids.

    Whoever changes several rows takes them so, and tables in the order: subject, dossier, source file,
    page, document, description, index clock. Then no two transactions wait for each other in a ring.
    """
    if connection.dialect.name == "postgresql":
        rows = select(table.c.id).where(condition).order_by(table.c.id)
        connection.execute(rows.with_for_update(key_share=True)).all()
