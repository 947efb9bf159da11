"""The register itself: its shape, its transactions, its moments and its ids, on both back ends."""

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import DBAPIError, StatementError

import catalog.instants
import catalog.register
from catalog import migration, schema
from catalog.identifiers import new_id
from catalog.instants import now, today
from catalog.register import (
    Register,
    RegisterOnNetworkShare,
    RegisterOutOfDate,
    RegisterUnavailable,
    lock_subject,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a single table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fresh.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def fresh(fresh_url: str) -> Iterator[Register]:
    """A register that was never brought up to date."""
    opened = Register(fresh_url)
    yield opened
    opened.close()


def beat(conn: Connection, name: str, at: datetime) -> None:
    conn.execute(schema.heartbeat.insert().values(name=name, at=at))


def beats(conn: Connection) -> list[str]:
    return list(conn.execute(select(schema.heartbeat.c.name).order_by(schema.heartbeat.c.name)).scalars())


# --- its shape --------------------------------------------------------------------------------------


def test_a_database_that_was_never_brought_up_to_date_is_refused(fresh: Register) -> None:
    with pytest.raises(RegisterOutOfDate, match="luutru init"):
        fresh.require_current()


def test_bringing_it_up_to_date_twice_is_harmless(fresh: Register) -> None:
    fresh.migrate()
    fresh.migrate()

    fresh.require_current()


def test_a_database_of_a_later_version_is_refused(register: Register) -> None:
    with register.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(RegisterOutOfDate, match="9999"):
        register.require_current()


def test_the_way_back_leads_to_an_empty_database_and_forth_again(fresh: Register) -> None:
    fresh.migrate()
    config = migration.alembic_config()
    with fresh._engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    fresh.migrate()

    fresh.require_current()


def test_the_newest_shape_is_the_one_that_alembic_leads_to() -> None:
    assert migration.newest() == ScriptDirectory.from_config(migration.alembic_config()).get_current_head()


def test_a_register_of_an_older_shape_is_brought_forward(fresh: Register) -> None:
    config = migration.alembic_config()
    with fresh._engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with pytest.raises(RegisterOutOfDate, match="0001"):
        fresh.require_current()

    fresh.migrate()

    fresh.require_current()


def test_the_migrations_make_what_the_model_says(server_register: Register) -> None:
    with server_register._engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )

        differences = compare_metadata(context, schema.metadata)

    assert differences == []


def test_the_migrations_make_the_very_same_indexes_on_sqlite(migrated_file: Path, tmp_path: Path) -> None:
    made = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    schema.metadata.create_all(made)
    migrated = create_engine(f"sqlite:///{migrated_file}")

    found = [_indexes(engine.connect()) for engine in (made, migrated)]

    made.dispose()
    migrated.dispose()
    assert found[0] == found[1]


def _indexes(connection: Connection) -> dict[str, str]:
    with connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index'"))
        return {name: " ".join(sql.split()) for name, sql in rows if sql}


# --- its transactions -------------------------------------------------------------------------------


def test_what_a_reader_does_is_not_kept(register: Register) -> None:
    with register.read() as conn:
        beat(conn, "reader", now())

    with register.read() as conn:
        assert beats(conn) == []


def test_a_block_that_fails_leaves_nothing(register: Register) -> None:
    with pytest.raises(ZeroDivisionError), register.write() as conn:
        beat(conn, "first", now())
        raise ZeroDivisionError

    with register.read() as conn:
        assert beats(conn) == []


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(register: Register) -> None:
    with register.read() as reader:
        before = beats(reader)
        with register.write() as writer:
            beat(writer, "meanwhile", now())
        after = beats(reader)

    assert before == after == []


def test_readers_do_not_wait_for_a_writer(register: Register) -> None:
    with register.write() as writer:
        beat(writer, "unfinished", now())
        with register.read() as reader:
            assert beats(reader) == []


def test_to_read_and_then_write_never_fails_however_many_do(register: Register) -> None:
    with register.write() as conn:
        conn.execute(schema.index_clock.insert().values(id=1, seq=0))
    faults: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(15):
                with register.write() as conn:
                    lock_subject(conn, "clock")
                    seq = conn.execute(select(schema.index_clock.c.seq)).scalar_one()
                    conn.execute(schema.index_clock.update().values(seq=seq + 1))
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    with register.read() as conn:
        assert conn.execute(select(schema.index_clock.c.seq)).scalar_one() == 60
    assert faults == []


def test_a_subject_is_locked_until_the_transaction_ends(server_register: Register) -> None:
    free = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:s, 0))")
    with server_register.write() as one:
        lock_subject(one, "bytes:abc")
        with server_register.write() as other:
            taken = other.execute(free, {"s": "bytes:abc"}).scalar_one()
            unlike = other.execute(free, {"s": "bytes:abd"}).scalar_one()
    with server_register.write() as other:
        afterwards = other.execute(free, {"s": "bytes:abc"}).scalar_one()

    assert (taken, unlike, afterwards) == (False, True, True)


def test_a_row_that_belongs_to_nothing_is_refused(register: Register) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), register.write() as conn:
        conn.execute(schema.fonds.insert().values(
            id=new_id(), code="X", title="X", unit_id=new_id(), created_at=now()
        ))  # fmt: skip


def test_the_embedded_register_waits_for_the_disk(tmp_path: Path) -> None:
    register = Register(f"sqlite:///{tmp_path / 'r.db'}")

    with register.read() as conn:
        found = [
            conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    register.close()
    assert found == ["wal", 2, 1, 30_000]


def test_a_server_that_is_not_there_is_a_failure_that_may_pass() -> None:
    register = Register("postgresql+psycopg://luutru:hush@127.0.0.1:1/none")

    for ask in (register.require_current, register.migrate):
        with pytest.raises(RegisterUnavailable) as told:
            ask()
        assert "hush" not in str(told.value)
    register.close()


def test_a_writer_that_waits_too_long_is_a_failure_that_may_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog.register, "BUSY_SECONDS", 0)
    register = Register(f"sqlite:///{tmp_path / 'r.db'}")
    register.migrate()

    with register.write(), pytest.raises(RegisterUnavailable, match="locked"), register.write():
        pass

    register.close()


def test_a_fault_does_not_tell_what_a_record_is_called(tmp_path: Path) -> None:
    register = Register(f"sqlite:///{tmp_path / 'register.db'}")
    register.migrate()

    with pytest.raises(DBAPIError) as told, register.write() as conn:
        conn.execute(schema.box.insert().values(id=new_id(), fonds_id=None, label="Hộp của ông Ba"))

    assert "ông Ba" not in str(told.value)
    register.close()


def test_its_name_does_not_tell_the_password() -> None:
    register = Register("postgresql+psycopg://luutru:hush@127.0.0.1:1/none")

    assert "hush" not in repr(register)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "smb3", "9p", "fuse.sshfs"])
def test_the_embedded_register_does_not_live_on_a_network_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(catalog.register, "_filesystem", lambda _folder: kind)

    with pytest.raises(RegisterOnNetworkShare, match=kind):
        Register(f"sqlite:///{tmp_path / 'r.db'}")


def test_the_file_system_of_a_folder_is_that_of_the_innermost_mount() -> None:
    found = catalog.register._filesystem(Path("/proc/self"))

    assert found == "proc"


# --- its moments ------------------------------------------------------------------------------------


def test_a_moment_comes_back_in_utc_to_the_microsecond(register: Register) -> None:
    hanoi = datetime(2025, 7, 1, 6, 30, 0, 123456, tzinfo=timezone(timedelta(hours=7)))

    with register.write() as conn:
        beat(conn, "clock", hanoi)
        found = conn.execute(select(schema.heartbeat.c.at)).scalar_one()

    assert found == hanoi
    assert found.tzinfo is UTC
    assert found.isoformat() == "2025-06-30T23:30:00.123456+00:00"


def test_moments_are_compared_as_moments(register: Register) -> None:
    noon = datetime(2025, 7, 1, 12, tzinfo=UTC)
    evening_in_hanoi = datetime(2025, 7, 1, 18, tzinfo=timezone(timedelta(hours=7)))

    with register.write() as conn:
        beat(conn, "noon", noon)
        beat(conn, "evening", evening_in_hanoi)
        earlier = conn.execute(select(schema.heartbeat.c.name).where(schema.heartbeat.c.at < noon)).scalars()

        assert list(earlier) == ["evening"]


def test_a_moment_without_a_time_zone_is_refused(register: Register) -> None:
    naive = datetime(2025, 7, 1)  # noqa: DTZ001 - the very thing that must be refused

    with pytest.raises(StatementError, match="without time zone"), register.write() as conn:
        beat(conn, "naive", naive)


def test_a_day_begins_at_midnight_in_vietnam(monkeypatch: pytest.MonkeyPatch) -> None:
    for moment, day in (
        (datetime(2025, 6, 30, 16, 59, tzinfo=UTC), date(2025, 6, 30)),
        (datetime(2025, 6, 30, 17, 0, tzinfo=UTC), date(2025, 7, 1)),
    ):
        monkeypatch.setattr(catalog.instants, "now", lambda moment=moment: moment)

        assert today() == day


# --- its ids ----------------------------------------------------------------------------------------


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = uuid.UUID(new_id())

    milliseconds = made.int >> 80
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert abs(milliseconds / 1000 - now().timestamp()) < 5


def test_ids_sort_in_the_order_of_their_making() -> None:
    made = [new_id() for _ in range(20_000)]

    assert made == sorted(set(made))


def test_ids_made_at_once_are_all_different() -> None:
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.extend([new_id() for _ in range(5000)])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(made)) == 20_000
