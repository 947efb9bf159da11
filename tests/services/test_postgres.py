import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.services.postgres import PostgresServer


def test_an_empty_database_answers_in_utf8(postgres_url: str) -> None:
    engine = create_engine(postgres_url)

    with engine.connect() as connection:
        found = connection.scalar(text("select lower('ĐẤT ĐAI')"))

    engine.dispose()
    assert found == "đất đai"


def test_two_databases_know_nothing_of_each_other(postgres_server: PostgresServer) -> None:
    first, second = postgres_server.new_database(), postgres_server.new_database()
    one, other = create_engine(first), create_engine(second)

    with one.begin() as connection:
        connection.execute(text("create table box (n int)"))
    with other.connect() as connection:
        found = connection.scalar(text("select count(*) from pg_tables where tablename = 'box'"))

    one.dispose()
    other.dispose()
    postgres_server.drop_database(first)
    postgres_server.drop_database(second)
    assert found == 0


def test_nobody_enters_without_the_password(postgres_server: PostgresServer) -> None:
    where = f"host=127.0.0.1 port={postgres_server.port} user=luutru dbname=postgres"

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(where, password="wrong").close()
