"""Dossiers (hồ sơ) and the boxes they lie in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, func, select

from catalog import event, index_feed, schema, standing, visibility
from catalog.access import Role, Scope
from catalog.fonds import Fonds
from catalog.identifiers import BoxId, DossierId, FondsId, UnitId, new_id
from catalog.instants import now
from catalog.register import lock_rows, lock_subject
from catalog.standing import Standing
from luutru.errors import NotFound


class DossierNotFound(NotFound):
    """No such dossier, or not for the one who asks."""

    slug = "dossier-not-found"


@dataclass(frozen=True)
class Dossier:
    """A dossier; it may exist on paper before any scan."""

    id: DossierId
    fonds: FondsId
    fonds_code: str
    box: BoxId | None
    box_label: str | None
    label: str  #: as on the folder or the cover
    code: str | None
    title: str
    place: str  #: where the paper lies
    date_from: date | None
    date_to: date | None
    type: str | None
    paper_only: bool
    access_mode: str  #: 01 open, 02 conditional, 03 secret (TT 05/2025/TT-BNV)
    revision: int

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "Dossier":
        """Build from a row of `_columns()`."""
        r = row._mapping
        return cls(
            DossierId(r["id"]),
            FondsId(r["fonds_id"]),
            r["fonds_code"],
            r["box_id"],
            r["box_label"],
            r["label"],
            r["code"],
            r["title"],
            r["place"],
            r["date_from"],
            r["date_to"],
            r["type"],
            r["paper_only"],
            r["access_mode"],
            r["revision"],
        )


_columns = (
    select(
        schema.dossier,
        schema.fonds.c.code.label("fonds_code"),
        schema.box.c.label.label("box_label"),
    )
    .join(schema.fonds, schema.fonds.c.id == schema.dossier.c.fonds_id)
    .outerjoin(schema.box, schema.box.c.id == schema.dossier.c.box_id)
)


def box(conn: Connection, scope: Scope, fonds: FondsId, label: str) -> BoxId:
    """Return the box of `fonds` with this label, entering it if it is new."""
    unit = conn.execute(select(schema.fonds.c.unit_id).where(schema.fonds.c.id == fonds)).scalar()
    scope.require(Role.ARCHIVIST, unit)
    lock_subject(conn, f"places:{fonds}")
    found = conn.execute(
        select(schema.box.c.id).where(schema.box.c.fonds_id == fonds, schema.box.c.label == label)
    ).scalar()
    if found is not None:
        return BoxId(found)
    identifier = BoxId(new_id())
    conn.execute(schema.box.insert().values(id=identifier, fonds_id=fonds, label=label))
    return identifier


def add(
    conn: Connection,
    scope: Scope,
    fonds: Fonds,
    label: str,
    *,
    box: BoxId | None = None,
    title: str = "",
    code: str | None = None,
    place: str = "",
    date_from: date | None = None,
    date_to: date | None = None,
    type: str | None = None,
    paper_only: bool = False,
    access_mode: str = "01",
    instrument: str | None = None,
) -> DossierId:
    """Enter a dossier; its fonds' unit becomes its authority and keeper until an act says otherwise."""
    scope.require(Role.ARCHIVIST, fonds.unit)
    identifier = DossierId(new_id())
    conn.execute(
        schema.dossier.insert().values(
            id=identifier,
            fonds_id=fonds.id,
            box_id=box,
            label=label,
            code=code,
            title=title or label,
            place=place,
            date_from=date_from,
            date_to=date_to,
            type=type,
            paper_only=paper_only,
            access_mode=access_mode,
            created_at=now(),
        )
    )
    standing.begin(conn, scope, identifier, fonds.id, fonds.unit, instrument)
    event.record(conn, scope, "dossier-added", f"dossier:{identifier}", {"paper_only": paper_only})
    index_feed.announce(conn, scope, [index_feed.dossier_entry(identifier)])
    return identifier


def in_place(
    conn: Connection, scope: Scope, fonds: Fonds, label: str, *, box: BoxId | None = None
) -> DossierId:
    """Return the dossier with this label in this box for a scan of it, entering it if it is new.

    One that was entered from its paper exists on paper only no longer.
    """
    scope.require(Role.ARCHIVIST, fonds.unit)
    lock_subject(conn, f"places:{fonds.id}")
    same_box = schema.dossier.c.box_id == box if box is not None else schema.dossier.c.box_id.is_(None)
    found = conn.execute(
        select(schema.dossier.c.id, schema.dossier.c.paper_only)
        .where(schema.dossier.c.fonds_id == fonds.id, schema.dossier.c.label == label, same_box)
        .limit(1)
    ).first()
    if found is None:
        return add(conn, scope, fonds, label, box=box)
    if found.paper_only:
        this = schema.dossier.c.id == found.id
        lock_rows(conn, schema.dossier, this)
        conn.execute(
            schema.dossier.update()
            .where(this)
            .values(paper_only=False, revision=schema.dossier.c.revision + 1)
        )
        index_feed.announce(conn, scope, [index_feed.dossier_entry(DossierId(found.id))])
    return DossierId(found.id)


def find(conn: Connection, scope: Scope, dossier: DossierId) -> Dossier:
    """Return the dossier.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
    """
    row = conn.execute(_columns.where(schema.dossier.c.id == dossier, visibility.of_dossier(scope))).first()
    if row is None:
        raise DossierNotFound("no such dossier")
    return Dossier.from_row(row)


def among(conn: Connection, scope: Scope, identifiers: Collection[DossierId]) -> dict[DossierId, Dossier]:
    """Return those of `identifiers` that `scope` may see, by id; for a page of search results."""
    if not identifiers:
        return {}
    rows = conn.execute(
        _columns.where(schema.dossier.c.id.in_(set(identifiers)), visibility.of_dossier(scope))
    )
    return {DossierId(row._mapping["id"]): Dossier.from_row(row) for row in rows}


def dossiers(
    conn: Connection, scope: Scope, *, fonds: FondsId | None = None, offset: int = 0, limit: int = 100
) -> list[Dossier]:
    """Return the dossiers that `scope` may see, by fonds, box and label."""
    query = _columns.where(visibility.of_dossier(scope))
    if fonds is not None:
        query = query.where(schema.dossier.c.fonds_id == fonds)
    query = query.order_by(schema.fonds.c.code, schema.box.c.label, schema.dossier.c.label)
    return [Dossier.from_row(row) for row in conn.execute(query.offset(offset).limit(limit))]


def standings(conn: Connection, scope: Scope, dossier: DossierId) -> list[Standing]:
    """Return every relation the dossier has or had, oldest first.

    Raises:
        DossierNotFound: there is no such dossier for the one who asks.
    """
    find(conn, scope, dossier)
    rows = conn.execute(
        select(schema.dossier_standing)
        .where(schema.dossier_standing.c.dossier_id == dossier)
        .order_by(schema.dossier_standing.c.valid_from, schema.dossier_standing.c.id)
    )
    return [Standing(r.kind, r.unit_id, r.fonds_id, r.valid_from, r.valid_until, r.instrument) for r in rows]


def count(conn: Connection, scope: Scope, *, fonds: FondsId | None = None) -> int:
    """Return how many dossiers `scope` may see."""
    query = select(func.count()).select_from(schema.dossier).where(visibility.of_dossier(scope))
    if fonds is not None:
        query = query.where(schema.dossier.c.fonds_id == fonds)
    return conn.execute(query).scalar_one()


@dataclass(frozen=True)
class Findable:
    """What search must know of a dossier."""

    dossier: DossierId
    fonds: FondsId
    unit: UnitId | None
    title: str
    code: str | None
    place: str
    date_from: date | None
    date_to: date | None
    type: str | None
    paper_only: bool
    readers: frozenset[UnitId]
    revision: int


def findable(conn: Connection, scope: Scope, dossiers: Sequence[DossierId]) -> list[Findable]:
    """Return those of `dossiers` that search should hold (a secret one never), in no order."""
    scope.require(Role.ADMINISTRATOR)
    rows = conn.execute(
        select(schema.dossier, schema.fonds.c.unit_id, schema.box.c.label.label("box_label"))
        .join_from(schema.dossier, schema.fonds, schema.fonds.c.id == schema.dossier.c.fonds_id)
        .outerjoin(schema.box, schema.box.c.id == schema.dossier.c.box_id)
        .where(schema.dossier.c.id.in_(dossiers), visibility.of_dossier(scope))
    )
    return [
        Findable(
            DossierId(row.id),
            FondsId(row.fonds_id),
            row.unit_id,
            row.title,
            row.code,
            ", ".join(filter(None, (row.box_label, row.place))),
            row.date_from,
            row.date_to,
            row.type,
            row.paper_only,
            standing.readers(conn, scope, DossierId(row.id)),
            row.revision,
        )
        for row in rows
    ]


def should_be_indexed(conn: Connection, scope: Scope) -> dict[DossierId, int]:
    """Return every dossier that search should hold, with its revision (for `check` and `reindex`)."""
    scope.require(Role.ADMINISTRATOR)
    rows = conn.execute(
        select(schema.dossier.c.id, schema.dossier.c.revision).where(visibility.of_dossier(scope))
    )
    return {DossierId(row.id): row.revision for row in rows}
