"""The columns and indexes that many tables of the register share."""

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, literal_column, text

from catalog.instants import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identifier() -> Column[str]:
    """Return the key by which a table names its rows."""
    return Column("id", String(32), primary_key=True)


def ref(
    name: str, target: str, *, nullable: bool = False, index: bool = False, primary_key: bool = False
) -> Column[str]:
    """Return a column that names a row of `target`."""
    return Column(
        name,
        String(32),
        ForeignKey(f"{target}.id"),
        nullable=nullable,
        index=index,
        primary_key=primary_key,
    )


def work(name: str, table_where: str) -> Index:
    """Return the index by which the next task of a stage is found: most urgent first, then oldest."""
    where = text(table_where)
    return Index(name, literal_column("priority DESC"), "id", sqlite_where=where, postgresql_where=where)


def having(name: str, column: str) -> Index:
    """Return an index of the rows that have a value in `column`."""
    where = text(f"{column} IS NOT NULL")
    return Index(name, column, sqlite_where=where, postgresql_where=where)


def claim() -> tuple[Column[object], ...]:
    """Who is at the row, since when, how often it was tried, and when it may be tried again."""
    return (
        Column("owner", String(64)),
        Column("attempt", Integer, nullable=False, default=0),
        Column("failures", Integer, nullable=False, default=0),
        Column("claimed_until", Instant),
        Column("not_before", Instant),
    )
