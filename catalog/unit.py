"""Units: the offices that made, own, keep or may read records, and who came after whom."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, or_, select

from catalog import event, schema
from catalog.access import Role, Scope
from catalog.identifiers import UnitId, new_id
from catalog.instants import now
from luutru.errors import Conflict, NotFound


class UnitNotFound(NotFound):
    """No such unit."""

    slug = "unit-not-found"


class UnitAmbiguous(Conflict):
    """Several units bear this name or code; official codes were re-used in 2025."""

    slug = "unit-ambiguous"


@dataclass(frozen=True)
class Unit:
    """An office, while it lasted."""

    id: UnitId
    name: str
    code: str | None  #: official identification code; not unique over time
    valid_from: date | None
    valid_until: date | None
    instrument: str | None
    to_confirm: bool  #: named by a batch, not yet confirmed by a person

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "Unit":
        """Build from a row of `schema.unit`."""
        r = row._mapping
        return cls(
            UnitId(r["id"]),
            r["name"],
            r["code"],
            r["valid_from"],
            r["valid_until"],
            r["instrument"],
            r["to_confirm"],
        )


def add(
    conn: Connection,
    scope: Scope,
    name: str,
    *,
    code: str | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    instrument: str | None = None,
    to_confirm: bool = False,
) -> Unit:
    """Enter a unit.

    Raises:
        NotAllowed: the one who asks is no administrator (an archivist may only name one to confirm).
    """
    scope.require(Role.ARCHIVIST if to_confirm else Role.ADMINISTRATOR)
    unit = Unit(UnitId(new_id()), name, code, valid_from, valid_until, instrument, to_confirm)
    conn.execute(
        schema.unit.insert().values(
            id=unit.id,
            name=name,
            code=code,
            valid_from=valid_from,
            valid_until=valid_until,
            instrument=instrument,
            to_confirm=to_confirm,
            created_at=now(),
        )
    )
    event.record(conn, scope, "unit-added", f"unit:{unit.id}", {"to_confirm": to_confirm})
    return unit


def find(conn: Connection, scope: Scope, name_or_code: str) -> Unit:
    """Return the one unit with this id, name or code.

    Raises:
        UnitNotFound: there is none.
        UnitAmbiguous: there are several; ask by id.
    """
    scope.require(Role.READER)
    found = [
        Unit.from_row(row)
        for row in conn.execute(
            select(schema.unit).where(
                or_(
                    schema.unit.c.id == name_or_code,
                    schema.unit.c.name == name_or_code,
                    schema.unit.c.code == name_or_code,
                )
            )
        )
    ]
    if not found:
        raise UnitNotFound(f"no unit is called {name_or_code!r}")
    if len(found) > 1:
        listed = ", ".join(unit.id for unit in found)
        raise UnitAmbiguous(f"{len(found)} units are called {name_or_code!r}: {listed}")
    return found[0]


def units(conn: Connection, scope: Scope) -> list[Unit]:
    """Return all units by name; their names are public."""
    scope.require(Role.READER)
    return [Unit.from_row(row) for row in conn.execute(select(schema.unit).order_by(schema.unit.c.name))]


def succeed(
    conn: Connection,
    scope: Scope,
    predecessor: UnitId,
    successor: UnitId,
    *,
    kind: str,
    instrument: str,
    on_date: date,
) -> None:
    """Record that `successor` came after `predecessor`, by which instrument and when."""
    scope.require(Role.ADMINISTRATOR)
    conn.execute(
        schema.unit_succession.insert().values(
            predecessor=predecessor, successor=successor, kind=kind, instrument=instrument, on_date=on_date
        )
    )
    event.record(
        conn,
        scope,
        "unit-succeeded",
        f"unit:{predecessor}",
        {"successor": successor, "kind": kind, "on": on_date.isoformat()},
        instrument=instrument,
    )
