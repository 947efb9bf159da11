"""Standings: who owns, governs, keeps and may read a dossier, from which day until which."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, or_, select

from catalog import event, index_feed, schema, visibility
from catalog.access import Role, Scope
from catalog.identifiers import DossierId, FondsId, UnitId, new_id
from catalog.in_transfer import is_frozen, require_free
from catalog.instants import now, today
from catalog.register import lock_rows, upsert


@dataclass(frozen=True)
class Standing:
    """One of the four relations of a dossier to an office, while it holds."""

    kind: str  #: owner, authority, keeper or reader
    unit: UnitId | None
    fonds: FondsId | None
    valid_from: date
    valid_until: date | None
    instrument: str | None


def begin(
    conn: Connection,
    scope: Scope,
    dossier: DossierId,
    fonds: FondsId,
    unit: UnitId | None,
    instrument: str | None,
) -> None:
    """Give a new dossier its first standings: `fonds` owns it, `unit` (if known) governs and keeps it."""
    begin_all(conn, scope, [dossier], fonds, unit, instrument)


def begin_all(
    conn: Connection,
    scope: Scope,
    dossiers: Sequence[DossierId],
    fonds: FondsId,
    unit: UnitId | None,
    instrument: str | None,
) -> None:
    """Give new dossiers of one fonds their first standings, as `begin` does."""
    scope.require(Role.ARCHIVIST, unit)
    day = today()
    relations: list[tuple[str, FondsId | None, UnitId | None]] = [("owner", fonds, None)]
    relations += [(kind, None, unit) for kind in ("authority", "keeper") if unit is not None]
    rows = [
        {
            "id": new_id(),
            "dossier_id": dossier,
            "kind": kind,
            "unit_id": by,
            "fonds_id": of,
            "valid_from": day,
            "valid_until": None,
            "instrument": instrument,
        }
        for dossier in dossiers
        for kind, of, by in relations
    ]
    conn.execute(schema.dossier_standing.insert(), rows)


def _stand(
    conn: Connection,
    dossier: DossierId,
    kind: str,
    *,
    unit: UnitId | None = None,
    fonds: FondsId | None = None,
    valid_from: date,
    valid_until: date | None = None,
    instrument: str | None = None,
) -> None:
    """Record that an office stands to `dossier` as owner (a fonds), authority, keeper or reader (a unit)."""
    conn.execute(
        schema.dossier_standing.insert().values(
            id=new_id(),
            dossier_id=dossier,
            kind=kind,
            unit_id=unit,
            fonds_id=fonds,
            valid_from=valid_from,
            valid_until=valid_until,
            instrument=instrument,
        )
    )


def grant_reading(
    conn: Connection,
    scope: Scope,
    dossier: DossierId,
    unit: UnitId,
    *,
    instrument: str,
    valid_until: date | None = None,
) -> None:
    """Let the people of `unit` read `dossier`, by which instrument and until when; search follows."""
    scope.require(Role.ADMINISTRATOR)
    _stand(
        conn,
        dossier,
        "reader",
        unit=unit,
        valid_from=today(),
        valid_until=valid_until,
        instrument=instrument,
    )
    event.record(conn, scope, "reading-granted", f"dossier:{dossier}", {"unit": unit}, instrument=instrument)
    touch(conn, scope, [dossier])


def touch(conn: Connection, scope: Scope, dossiers: Sequence[DossierId]) -> None:
    """Tell search that those dossiers, and every page of them, must be looked at anew."""
    scope.require(Role.ADMINISTRATOR)
    index_feed.announce_anew(
        conn,
        scope,
        dossiers=schema.dossier.c.id.in_(dossiers),
        documents=schema.document.c.dossier_id.in_(dossiers),
    )


def touch_changed(conn: Connection, scope: Scope, *, after: date, until: date) -> int:
    """Tell search of every dossier that somebody began or ceased to see by the calendar alone.

    From the day `after`, without it, to the day `until`, with it. Return how many dossiers.
    """
    scope.require(Role.ADMINISTRATOR)
    standing = schema.dossier_standing.c
    turned = or_(
        and_(standing.valid_from > after, standing.valid_from <= until),
        and_(standing.valid_until > after, standing.valid_until <= until),
    )
    found = select(standing.dossier_id).where(standing.kind.in_(visibility.SEEING), turned).distinct()
    touched = [DossierId(name) for name in conn.execute(found).scalars()]
    touch(conn, scope, touched)
    return len(touched)


_CALENDAR = "calendar"
"""Name of the row that says up to which day search follows the standings."""


def follow_calendar(conn: Connection, scope: Scope, *, until: date) -> int:
    """Tell search of every standing that began or ended since the last call, up to the day `until`.

    Return how many dossiers. The first call tells nothing: what is searched was written that day.
    """
    scope.require(Role.ADMINISTRATOR)
    beat = schema.heartbeat
    done = conn.execute(select(beat.c.note).where(beat.c.name == _CALENDAR)).scalar()
    if done is None:
        first = upsert(conn.dialect.name, beat).values(name=_CALENDAR, at=now(), note=until.isoformat())
        conn.execute(first.on_conflict_do_nothing(index_elements=["name"]))
        return 0
    after = date.fromisoformat(done)
    if after >= until:
        return 0
    conn.execute(beat.update().where(beat.c.name == _CALENDAR).values(at=now(), note=until.isoformat()))
    return touch_changed(conn, scope, after=after, until=until)


def move(conn: Connection, scope: Scope, fonds: FondsId, unit: UnitId | None) -> None:
    """Make `unit` authority and keeper of the dossiers of `fonds` instead of who is; tell search next.

    Raises:
        DossierInTransfer: one of them is being handed over by who is.
    """
    scope.require(Role.ADMINISTRATOR)
    standing, roles = schema.dossier_standing, ("authority", "keeper")
    inside = select(schema.dossier.c.id).where(schema.dossier.c.fonds_id == fonds)
    dossiers = [DossierId(name) for name in conn.execute(inside.order_by(schema.dossier.c.id)).scalars()]
    lock_rows(conn, schema.dossier, schema.dossier.c.fonds_id == fonds)
    frozen = select(schema.dossier.c.id).where(schema.dossier.c.fonds_id == fonds, is_frozen()).limit(1)
    require_free(conn, scope, [DossierId(name) for name in conn.execute(frozen).scalars()])
    conn.execute(
        standing.update()
        .where(
            standing.c.dossier_id.in_(inside),
            standing.c.kind.in_(roles),
            or_(standing.c.valid_until.is_(None), standing.c.valid_until > today()),
        )
        .values(valid_until=today())
    )
    for dossier in dossiers:
        for kind in roles if unit is not None else ():
            _stand(conn, dossier, kind, unit=unit, valid_from=today())


def kept(conn: Connection, scope: Scope, dossiers: Collection[DossierId]) -> set[DossierId]:
    """Return those of `dossiers` for which a unit answers today of which the one who asks is an archivist."""
    if scope.may_everywhere(Role.ARCHIVIST):
        return set(dossiers)
    day, standing = today(), schema.dossier_standing.c
    rows = conn.execute(
        select(standing.dossier_id, standing.unit_id).where(
            standing.dossier_id.in_(set(dossiers)),
            standing.kind == "authority",
            standing.valid_from <= day,
            or_(standing.valid_until.is_(None), standing.valid_until > day),
        )
    )
    return {DossierId(row.dossier_id) for row in rows if scope.may(Role.ARCHIVIST, row.unit_id)}


def readers(conn: Connection, scope: Scope, dossier: DossierId) -> frozenset[UnitId]:
    """Return the units whose people may see `dossier` today (for the index)."""
    scope.require(Role.ADMINISTRATOR)
    day = today()
    standing = schema.dossier_standing.c
    rows = conn.execute(
        select(standing.unit_id).where(
            standing.dossier_id == dossier,
            standing.kind.in_(visibility.SEEING),
            standing.valid_from <= day,
            or_(standing.valid_until.is_(None), standing.valid_until > day),
        )
    )
    return frozenset(UnitId(row.unit_id) for row in rows)
