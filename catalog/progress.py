"""How far the work on each office's records is, from what it announced to what was accepted.

Counted in dossiers of the office that made them (the unit of their fonds), whoever answers for them today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, and_, case, func, or_, select

from catalog import schema, unit_holding, visibility
from catalog.access import Role, Scope
from catalog.dossier import STANDING
from catalog.forecast import STAGES, Stage
from catalog.identifiers import UnitId
from catalog.instants import VIETNAM, now
from catalog.transfer_state import FROZEN
from catalog.unit_holding import UnitHolding, boxes_per_metre

RECENT = timedelta(days=28)
"""What counts as the rate of today: four weeks even out holidays and single good days."""

SHORTEST = timedelta(days=7)
"""A rate is never reckoned from fewer days: an hour's work is no week's."""


@dataclass(frozen=True)
class UnitProgress:
    """How far one office's records are."""

    unit: UnitId | None  #: None: of fonds that no unit is known of
    name: str
    metres: float | None  #: of shelf; None: neither measured nor boxed
    metres_said: bool  #: measured by a person; False: reckoned from boxes
    announced: int  #: dossiers: as the office said, else as the register has them; never fewer than these
    registered: int
    done: Mapping[Stage, int]  #: dossiers that are through each stage
    weekly: Mapping[Stage, float]  #: dossiers a week through it, lately
    deadline: date | None

    def metres_of(self, dossiers: int) -> float | None:
        """Return the metres that so many dossiers take, if all are equally thick."""
        if self.metres is None or not self.announced:
            return None
        return self.metres * dossiers / self.announced


def by_unit(conn: Connection, scope: Scope) -> list[UnitProgress]:
    """Return the progress of every office whose records `scope` sees, by name.

    Raises:
        NotAllowed: the one who asks works on no records.
    """
    scope.require(Role.ARCHIVIST)
    at = now()
    said = unit_holding.holdings(conn, scope)
    rows = {row.unit_id: row._mapping for row in conn.execute(_query(scope, at - RECENT))}
    named = {row.id: row.name for row in conn.execute(select(schema.unit.c.id, schema.unit.c.name))}
    found = [_progress(unit, named, rows.get(unit), said.get(unit), at) for unit in {*rows, *said}]
    return sorted(found, key=lambda each: (each.unit is None, each.name.casefold()))


def together(units: list[UnitProgress]) -> UnitProgress:
    """Return all of them as one; its deadline is the latest, and none where one office has none."""
    measured = [each.metres for each in units if each.metres is not None]
    days = [each.deadline for each in units]
    return UnitProgress(
        None,
        "",
        sum(measured) if measured else None,
        all(each.metres_said for each in units),
        sum(each.announced for each in units),
        sum(each.registered for each in units),
        {stage: sum(each.done[stage] for each in units) for stage in STAGES},
        {stage: sum(each.weekly[stage] for each in units) for stage in STAGES},
        max((day for day in days if day is not None), default=None) if all(days) else None,
    )


def _progress(
    unit: str | None,
    named: Mapping[str, str],
    row: Mapping[Any, Any] | None,
    said: UnitHolding | None,
    at: datetime,
) -> UnitProgress:
    counted = row if row is not None else MappingProxyType({})
    registered = int(counted.get("registered", 0))
    boxes = int(counted.get("boxes", 0))
    metres = boxes / boxes_per_metre() if boxes else None
    measured = said is not None and said.centimetres is not None
    if said is not None and said.centimetres is not None:
        metres = said.centimetres / 100
    begun = _moment(counted.get("first"))
    span = min(RECENT, max(SHORTEST, at - begun)) if begun is not None else RECENT
    weeks = span / timedelta(days=7)
    return UnitProgress(
        UnitId(unit) if unit is not None else None,
        named.get(unit or "", ""),
        metres,
        measured,
        max(registered, (said.dossiers or 0) if said is not None else 0),
        registered,
        {stage: int(counted.get(stage.value, 0)) for stage in STAGES},
        {stage: int(counted.get(f"recent_{stage.value}", 0)) / weeks for stage in STAGES},
        said.deadline if said is not None else None,
    )


def _query(scope: Scope, since: datetime) -> Any:
    dossier, fonds = schema.dossier.c, schema.fonds.c
    scans, moved, lately = _scans(), _moved(since), _lately_read(since)
    scanned = scans.c.pages > 0
    read = and_(scanned, scans.c.pages_read >= scans.c.pages)
    signed = dossier.state == "signed-off"
    stages: dict[Stage, tuple[ColumnElement[bool], ColumnElement[bool]]] = {
        Stage.SCANNED: (scanned, and_(scanned, scans.c.first >= _least_id(since))),
        Stage.READ: (read, and_(read, lately.c.dossier_id.is_not(None))),
        Stage.SIGNED_OFF: (signed, and_(signed, dossier.signed_at >= since)),
        Stage.SEALED: (moved.c.sealed > 0, moved.c.recent_sealed > 0),
        Stage.ACCEPTED: (moved.c.accepted > 0, moved.c.recent_accepted > 0),
    }
    counts = []
    for stage, (done, recent) in stages.items():
        counts.append(_how_many(done).label(stage.value))
        counts.append(_how_many(recent).label(f"recent_{stage.value}"))
    return (
        select(
            fonds.unit_id,
            func.count().label("registered"),
            func.count(dossier.box_id.distinct()).label("boxes"),
            func.min(scans.c.first).label("first"),
            *counts,
        )
        .join_from(schema.dossier, schema.fonds, fonds.id == dossier.fonds_id)
        .outerjoin(scans, scans.c.dossier_id == dossier.id)
        .outerjoin(moved, moved.c.dossier_id == dossier.id)
        .outerjoin(lately, lately.c.dossier_id == dossier.id)
        .where(visibility.of_dossier(scope), STANDING)
        .group_by(fonds.unit_id)
    )


def _scans() -> Subquery:
    """Return the pages of each dossier, and the id of its first document: ids begin with their moment."""
    document = schema.document.c
    return (
        select(
            document.dossier_id,
            func.sum(document.pages).label("pages"),
            func.sum(document.pages_read).label("pages_read"),
            func.min(document.id).label("first"),
        )
        .where(document.dossier_id.is_not(None), document.state != "empty")
        .group_by(document.dossier_id)
        .subquery("scans")
    )


def _lately_read(since: datetime) -> Subquery:
    """Return the dossiers of which a machine read a page since then."""
    reading, page, document = schema.reading.c, schema.page.c, schema.document.c
    return (
        select(document.dossier_id)
        .join_from(schema.reading, schema.page, page.id == reading.page_id)
        .join(schema.document, document.id == page.document_id)
        .where(reading.id >= _least_id(since), reading.source != "person", document.dossier_id.is_not(None))
        .distinct()
        .subquery("lately")
    )


def _moved(since: datetime) -> Subquery:
    """Return of each dossier whether it was sealed for a handover, and accepted in one."""
    item, transfer = schema.transfer_item.c, schema.transfer.c
    accepted = and_(item.decision.in_(("accepted", "reserved")), item.passed_at.is_not(None))
    fixed = tuple(state.value for state in FROZEN if state.value != "sealing")
    sealed = or_(accepted, and_(item.under_way, transfer.state.in_(fixed)))
    return (
        select(
            item.dossier_id,
            _how_many(sealed).label("sealed"),
            _how_many(and_(sealed, transfer.sealed_at >= since)).label("recent_sealed"),
            _how_many(accepted).label("accepted"),
            _how_many(and_(accepted, item.passed_at >= since)).label("recent_accepted"),
        )
        .join_from(schema.transfer_item, schema.transfer, transfer.id == item.transfer_id)
        .where(item.dossier_id.is_not(None))
        .group_by(item.dossier_id)
        .subquery("moved")
    )


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _least_id(moment: datetime) -> str:
    """Return the least id that can have been made at `moment` (`catalog.identifiers.new_id`)."""
    return f"{int(moment.timestamp() * 1000) << 80:032x}"


def _moment(identifier: str | None) -> datetime | None:
    if not identifier:
        return None
    return datetime.fromtimestamp((int(identifier, 16) >> 80) / 1000, VIETNAM)
