"""Fonds (phông): the records of one office."""

from dataclasses import dataclass

from sqlalchemy import Connection, Row, select

from catalog import event, index_feed, schema, standing, visibility
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import FondsId, UnitId, new_id
from catalog.instants import now
from catalog.register import lock_subject
from luutru.errors import Conflict, InvalidInput, NotFound

CODE_LENGTH = 64
"""Longest code of a fonds; TT 02/2019 gave FondId 13, agencies' dotted codes take up to 35."""


class FondsNotFound(NotFound):
    """No such fonds, or not for the one who asks."""

    slug = "fonds-not-found"


class FondsExists(Conflict):
    """There is a fonds with this code."""

    slug = "fonds-exists"


class FondsCodeInvalid(InvalidInput):
    """A code that no fonds can bear."""

    slug = "fonds-code-invalid"


@dataclass(frozen=True)
class Fonds:
    """A fonds, and the unit whose people may see what lies in no dossier yet."""

    id: FondsId
    code: str
    title: str
    unit: UnitId | None
    to_confirm: bool  #: named by a batch, not yet confirmed by a person

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "Fonds":
        """Build from a row of `schema.fonds`."""
        r = row._mapping
        return cls(FondsId(r["id"]), r["code"], r["title"], r["unit_id"], r["to_confirm"])


def add(
    conn: Connection,
    scope: Scope,
    code: str,
    *,
    title: str = "",
    unit: UnitId | None = None,
    to_confirm: bool = False,
) -> Fonds:
    """Enter a fonds.

    Raises:
        FondsCodeInvalid: the code is empty, too long, or holds blanks or slashes.
        FondsExists: the code is taken.
        NotAllowed: an archivist may enter one "to confirm" for their own unit, an administrator any.
    """
    scope.require(Role.ARCHIVIST if to_confirm else Role.ADMINISTRATOR, unit)
    if unit is None and not scope.may_everywhere(Role.ARCHIVIST):
        raise NotAllowed(f"{scope.actor} may only enter a fonds of a unit whose archivist they are: name it")
    code = code.strip()
    if not code or len(code) > CODE_LENGTH or any(letter.isspace() or letter in "/\\" for letter in code):
        raise FondsCodeInvalid(
            f"a fonds code is 1 to {CODE_LENGTH} characters without blanks or slashes, found {code!r}"
        )
    lock_subject(conn, f"fonds:{code}")
    if conn.execute(select(schema.fonds.c.id).where(schema.fonds.c.code == code)).first():
        raise FondsExists(f"there is already a fonds {code}")
    fonds = Fonds(FondsId(new_id()), code, title or code, unit, to_confirm)
    conn.execute(
        schema.fonds.insert().values(
            id=fonds.id,
            code=fonds.code,
            title=fonds.title,
            unit_id=unit,
            to_confirm=to_confirm,
            created_at=now(),
        )
    )
    event.record(conn, scope, "fonds-added", f"fonds:{fonds.id}", {"code": code, "to_confirm": to_confirm})
    return fonds


def find(conn: Connection, scope: Scope, code: str) -> Fonds:
    """Return the fonds with this code or id.

    Raises:
        FondsNotFound: there is none that the one who asks may see.
    """
    row = conn.execute(
        select(schema.fonds).where(
            (schema.fonds.c.code == code) | (schema.fonds.c.id == code), visibility.of_fonds(scope)
        )
    ).first()
    if row is None:
        raise FondsNotFound(f"no fonds {code!r}")
    return Fonds.from_row(row)


def all_fonds(conn: Connection, scope: Scope) -> list[Fonds]:
    """Return every fonds that `scope` may see, by code."""
    rows = conn.execute(select(schema.fonds).where(visibility.of_fonds(scope)).order_by(schema.fonds.c.code))
    return [Fonds.from_row(row) for row in rows]


def confirm(conn: Connection, scope: Scope, fonds: FondsId, *, title: str, unit: UnitId | None) -> None:
    """Let a person vouch for a fonds that a batch named: its title and its unit.

    Another unit than before takes the place of that one: its archivists see the batches, it becomes
    authority and keeper of the dossiers, its people see what lies in none, and search follows.

    Raises:
        FondsNotFound: there is none.
    """
    scope.require(Role.ADMINISTRATOR)
    before = find(conn, scope, fonds).unit
    conn.execute(
        schema.fonds.update()
        .where(schema.fonds.c.id == fonds)
        .values(title=title, unit_id=unit, to_confirm=False)
    )
    event.record(conn, scope, "fonds-confirmed", f"fonds:{fonds}", {"unit": unit})
    if unit != before:
        conn.execute(schema.batch.update().where(schema.batch.c.fonds_id == fonds).values(unit_id=unit))
        standing.move(conn, scope, fonds, unit)
        index_feed.announce_anew(
            conn,
            scope,
            dossiers=schema.dossier.c.fonds_id == fonds,
            documents=schema.document.c.fonds_id == fonds,
        )
