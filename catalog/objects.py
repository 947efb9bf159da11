"""The register's own list of what the object store keeps, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Executable, bindparam, delete, exists, or_, select

from catalog import schema
from catalog.access import Role, Scope
from catalog.identifiers import ObjectKey
from catalog.instants import now
from catalog.register import upsert


@dataclass(frozen=True)
class KeptObject:
    """One object, as the register believes it to be."""

    key: ObjectKey
    size: int  #: bytes
    kind: str  #: master, reading, pdfa, alto, model, paper or signed
    purged_at: datetime | None


def note(conn: Connection, scope: Scope, key: ObjectKey, size: int, kind: str) -> None:
    """Write down that the store keeps `key`, again or for the first time; twice is harmless."""
    scope.require(Role.ADMINISTRATOR)
    _note(conn, key, size, kind)


def note_correction(conn: Connection, scope: Scope, key: ObjectKey, size: int) -> None:
    """Write down that the store keeps a reading that a person corrected; twice is harmless."""
    scope.require(Role.ARCHIVIST)
    _note(conn, key, size, "reading")


def note_signed(conn: Connection, scope: Scope, key: ObjectKey, size: int) -> None:
    """Write down that the store keeps a signed document; twice is harmless."""
    scope.require(Role.ARCHIVIST)
    _note(conn, key, size, "signed")


def _note(conn: Connection, key: ObjectKey, size: int, kind: str) -> None:
    conn.execute(_SPARE, {"kept": key})
    row = {"key": key, "size": size, "kind": kind, "kept_at": now()}
    conn.execute(_keep(conn.dialect.name), row)


_SPARE = delete(schema.to_erase).where(schema.to_erase.c.key == bindparam("kept"))


@cache
def _keep(dialect: str) -> Executable:
    table = schema.kept_object
    return upsert(dialect, table).on_conflict_do_update(
        index_elements=[table.c.key], set_={"purged_at": None}, where=table.c.purged_at.is_not(None)
    )


def kept(conn: Connection, scope: Scope) -> Iterator[KeptObject]:
    """Yield every object that the store should hold, by key."""
    scope.require(Role.ADMINISTRATOR)
    rows = conn.execute(
        select(schema.kept_object)
        .where(schema.kept_object.c.purged_at.is_(None))
        .order_by(schema.kept_object.c.key)
    )
    for row in rows:
        yield KeptObject(ObjectKey(row.key), row.size, row.kind, row.purged_at)


def is_referenced(conn: Connection, scope: Scope, key: ObjectKey) -> bool:
    """Return whether any record still needs `key`; such an object must not be purged."""
    scope.require(Role.ADMINISTRATOR)
    uses = or_(
        exists().where(schema.source_file.c.object_key == key),
        exists().where(schema.reading.c.object_key == key),
        exists().where(schema.derivative.c.object_key == key),
        exists().where(schema.document.c.pdf_key == key),
        exists().where(schema.type_model.c.object_key == key),
        exists().where(schema.transfer_object.c.key == key),
        exists().where(schema.transfer_paper.c.object_key == key),
        exists().where(or_(schema.signed_pdf.c.object_key == key, schema.signed_pdf.c.source_key == key)),
    )
    return bool(conn.execute(select(uses)).scalar_one())


def referenced(conn: Connection, scope: Scope) -> set[ObjectKey]:
    """Return every object that some record stands on."""
    scope.require(Role.ADMINISTRATOR)
    found: set[ObjectKey] = set()
    for column in (
        schema.source_file.c.object_key,
        schema.reading.c.object_key,
        schema.derivative.c.object_key,
        schema.document.c.pdf_key,
        schema.type_model.c.object_key,
        schema.transfer_object.c.key,
        schema.transfer_paper.c.object_key,
        schema.signed_pdf.c.object_key,
        schema.signed_pdf.c.source_key,
    ):
        found.update(conn.execute(select(column).where(column.is_not(None)).distinct()).scalars())
    return found


def mark_purged(conn: Connection, scope: Scope, key: ObjectKey) -> None:
    """Write down that the store no longer keeps `key`."""
    scope.require(Role.ADMINISTRATOR)
    conn.execute(schema.kept_object.update().where(schema.kept_object.c.key == key).values(purged_at=now()))
