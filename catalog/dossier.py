"""Dossiers (hồ sơ) and the boxes they lie in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, func, select

from catalog import event, index_feed, schema, standing, visibility
from catalog.access import NotAllowed, Role, Scope
from catalog.fonds import Fonds
from catalog.identifiers import BoxId, DossierId, FondsId, UnitId, new_id
from catalog.in_transfer import is_frozen, require_free
from catalog.instants import now
from catalog.natural_order import sort_key
from catalog.register import lock_rows, lock_subject
from catalog.standing import Standing
from luutru.errors import Conflict, InvalidInput, NotFound


class DossierNotFound(NotFound):
    """No such dossier, or not for the one who asks."""

    slug = "dossier-not-found"


class DossierAmbiguous(InvalidInput):
    """Several dossiers are called so."""

    slug = "dossier-ambiguous"


class DossierSignedOff(Conflict):
    """Somebody put their name under the dossier: it must be reopened before it is changed."""

    slug = "dossier-signed-off"


class DossierMerged(Conflict):
    """The dossier's documents lie in another one now."""

    slug = "dossier-merged"


@dataclass(frozen=True)
class Retention:
    """How long a dossier must be kept, and who says so."""

    value: str | None  #: as the rule has it: "Vĩnh viễn", "15 năm"
    code: str | None  #: 01-07 (TT 05/2025/TT-BNV); what has no code of its own is 07
    rule: str | None  #: which line of which table
    source: str | None  #: the circular or decision
    state: str | None  #: proposed (by a rule) or decided (by a person); None: nobody knows


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
    type_confidence: float | None  #: 0.0 to 1.0
    type_source: str | None  #: machine or person
    retention: Retention
    language: str  #: codes 01-11, with commas (TT 05/2025/TT-BNV)
    keyword: str
    physical_state: str | None  #: 01 good, 02 fair, 03 damaged (TT 05/2025/TT-BNV)
    description: str
    state: str  #: open, checked, signed-off or merged
    merged_into: DossierId | None
    checked_by: str | None
    checked_at: datetime | None
    signed_by: str | None
    signed_at: datetime | None

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
            r["type_confidence"],
            r["type_source"],
            Retention(*(r[f"retention{part}"] for part in ("", "_code", "_rule", "_source", "_state"))),
            r["language"],
            r["keyword"],
            r["physical_state"],
            r["description"],
            r["state"],
            r["merged_into"],
            r["checked_by"],
            r["checked_at"],
            r["signed_by"],
            r["signed_at"],
        )


STANDING = schema.dossier.c.state != "merged"
"""Not those whose documents went into another dossier."""

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
    conn.execute(
        schema.box.insert().values(id=identifier, fonds_id=fonds, label=label, sort_key=sort_key(label))
    )
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
            sort_key=sort_key(label),
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

    One that was entered from its paper exists on paper only no longer. One that was signed off is open again:
    what comes now was not seen by whoever signed. One that is being handed over is left alone: what comes
    now goes into a new one beside it.
    """
    scope.require(Role.ARCHIVIST, fonds.unit)
    lock_subject(conn, f"places:{fonds.id}")
    same_box = schema.dossier.c.box_id == box if box is not None else schema.dossier.c.box_id.is_(None)
    found = conn.execute(
        select(schema.dossier.c.id, schema.dossier.c.state, schema.dossier.c.paper_only)
        .where(schema.dossier.c.fonds_id == fonds.id, schema.dossier.c.label == label, same_box, STANDING)
        .where(~is_frozen())
        .order_by(schema.dossier.c.id)
        .limit(1)
    ).first()
    if found is None:
        return add(conn, scope, fonds, label, box=box)
    if found.paper_only or found.state != "open":
        table, this = schema.dossier, schema.dossier.c.id == found.id
        lock_rows(conn, table, this)
        if found.state != "open":
            reopened(conn, scope, DossierId(found.id), reason="new scans came")
        if found.paper_only:
            conn.execute(table.update().where(this).values(paper_only=False, revision=table.c.revision + 1))
            index_feed.announce(conn, scope, [index_feed.dossier_entry(DossierId(found.id))])
    return DossierId(found.id)


def reopened(conn: Connection, scope: Scope, dossier: DossierId, *, reason: str) -> None:
    """Record that a dossier is open again, and why; the caller holds its row and asked who may."""
    scope.require(Role.ARCHIVIST)
    require_free(conn, scope, [dossier])
    conn.execute(
        schema.dossier.update()
        .where(schema.dossier.c.id == dossier)
        .values(
            state="open",
            checked_by=None,
            checked_at=None,
            signed_by=None,
            signed_at=None,
            revision=schema.dossier.c.revision + 1,
        )
    )
    event.record(conn, scope, "dossier-reopened", f"dossier:{dossier}", {"reason": reason})
    index_feed.announce(conn, scope, [index_feed.dossier_entry(dossier)])


def require_keeper(conn: Connection, scope: Scope, dossier: DossierId) -> None:
    """Pass if the one who asks is an archivist of a unit that answers for the dossier today.

    Raises:
        DossierNotFound, NotAllowed: they may not see it, or see it and do not keep it.
    """
    require_keeper_of_all(conn, scope, [dossier])


def require_keeper_of_all(conn: Connection, scope: Scope, dossiers: Collection[DossierId]) -> None:
    """Pass if `require_keeper` does so for each of them."""
    wanted = set(dossiers)
    seen = select(schema.dossier.c.id).where(schema.dossier.c.id.in_(wanted), visibility.of_dossier(scope))
    if wanted - set(conn.execute(seen).scalars()):
        raise DossierNotFound("no such dossier")
    if others := wanted - standing.kept(conn, scope, wanted):
        raise NotAllowed(f"{scope.actor} does not keep dossier {min(others)}")


def hold_open(
    conn: Connection, scope: Scope, dossiers: Collection[DossierId], *, merged: bool = False
) -> None:
    """Keep all others off those dossiers until this transaction ends, in order to change them.

    Whoever changes anything in a dossier, its documents' fields and pages included, calls this first: the
    checked are open again afterwards. `merged`: those merged into others may be changed, to bring them back.

    Raises:
        DossierNotFound, NotAllowed, DossierSignedOff, DossierMerged, DossierInTransfer: as they say.
    """
    lock_rows(conn, schema.dossier, schema.dossier.c.id.in_(set(dossiers)))
    require_keeper_of_all(conn, scope, dossiers)
    require_free(conn, scope, dossiers)
    rows = conn.execute(
        select(schema.dossier.c.id, schema.dossier.c.state).where(
            schema.dossier.c.id.in_(set(dossiers)), schema.dossier.c.state != "open"
        )
    ).all()
    for row in rows:
        if row.state == "signed-off":
            raise DossierSignedOff(f"dossier {row.id} is signed off: reopen it first, and say why")
        if row.state == "merged" and not merged:
            raise DossierMerged(f"dossier {row.id} was merged into another one")
    conn.execute(
        schema.dossier.update()
        .where(schema.dossier.c.id.in_([row.id for row in rows]), schema.dossier.c.state == "checked")
        .values(state="open", checked_by=None, checked_at=None)
    )


def find(conn: Connection, scope: Scope, dossier: DossierId) -> Dossier:
    """Return the dossier.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
    """
    row = conn.execute(_columns.where(schema.dossier.c.id == dossier, visibility.of_dossier(scope))).first()
    if row is None:
        raise DossierNotFound("no such dossier")
    return Dossier.from_row(row)


def named(conn: Connection, scope: Scope, name: str) -> Dossier:
    """Return the dossier with this id, code or label, if there is only one that `scope` may see.

    Raises:
        DossierNotFound: there is none.
        DossierAmbiguous: there are several; name it by its id.
    """
    dossier = schema.dossier.c
    for called in (dossier.id, dossier.code, dossier.label):
        rows = conn.execute(
            _columns.where(called == name, visibility.of_dossier(scope), STANDING).limit(2)
        ).all()
        if len(rows) > 1:
            raise DossierAmbiguous(f"several dossiers are called {name}: name it by its id")
        if rows:
            return Dossier.from_row(rows[0])
    raise DossierNotFound("no such dossier")


def among(conn: Connection, scope: Scope, identifiers: Collection[DossierId]) -> dict[DossierId, Dossier]:
    """Return those of `identifiers` that `scope` may see, by id; for a page of search results."""
    if not identifiers:
        return {}
    rows = conn.execute(
        _columns.where(schema.dossier.c.id.in_(set(identifiers)), visibility.of_dossier(scope))
    )
    return {DossierId(row._mapping["id"]): Dossier.from_row(row) for row in rows}


def dossiers(
    conn: Connection,
    scope: Scope,
    *,
    fonds: FondsId | None = None,
    box: BoxId | None = None,
    state: str | None = None,
    offset: int = 0,
    limit: int = 100,
) -> list[Dossier]:
    """Return the dossiers that `scope` may see, by fonds, box and label in natural order."""
    query = _columns.where(visibility.of_dossier(scope), STANDING)
    if fonds is not None:
        query = query.where(schema.dossier.c.fonds_id == fonds)
    if box is not None:
        query = query.where(schema.dossier.c.box_id == box)
    if state is not None:
        query = query.where(schema.dossier.c.state == state)
    query = query.order_by(
        schema.fonds.c.code,
        func.coalesce(schema.box.c.sort_key, ""),
        schema.dossier.c.sort_key,
        schema.dossier.c.id,
    )
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
    query = select(func.count()).select_from(schema.dossier).where(visibility.of_dossier(scope), STANDING)
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
    retention: str | None  #: once a person has decided it


def findable(conn: Connection, scope: Scope, dossiers: Sequence[DossierId]) -> list[Findable]:
    """Return those of `dossiers` that search should hold (a secret one never), in no order."""
    scope.require(Role.ADMINISTRATOR)
    rows = conn.execute(
        select(schema.dossier, schema.fonds.c.unit_id, schema.box.c.label.label("box_label"))
        .join_from(schema.dossier, schema.fonds, schema.fonds.c.id == schema.dossier.c.fonds_id)
        .outerjoin(schema.box, schema.box.c.id == schema.dossier.c.box_id)
        .where(schema.dossier.c.id.in_(dossiers), visibility.of_dossier(scope), STANDING)
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
            row.retention if row.retention_state == "decided" else None,
        )
        for row in rows
    ]


def should_be_indexed(conn: Connection, scope: Scope) -> dict[DossierId, int]:
    """Return every dossier that search should hold, with its revision (for `check` and `reindex`)."""
    scope.require(Role.ADMINISTRATOR)
    served = select(schema.dossier).where(visibility.of_dossier(scope), STANDING)
    return {DossierId(row.id): row.revision for row in conn.execute(served)}
