"""What the one who asks may see, as a condition of a query. No unit, no grant, no view."""

from functools import cache

from sqlalchemy import ColumnElement, FromClause, and_, exists, false, or_, select, true

from catalog.access import Scope
from catalog.instants import today
from catalog.schema import document, dossier, dossier_standing, fonds

SEEING = ("authority", "reader")
"""Standings that let a unit see a dossier; owning the fonds or keeping the paper does not."""

SERVED = ("01", "02")
"""Access modes that may be shown at all; "03", secret (TT 05/2025/TT-BNV), never is."""

_inner_dossier = dossier.alias("seen_dossier")
_inner_fonds = fonds.alias("seen_fonds")
_standing = dossier_standing.alias("seen_standing")


def of_dossier(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which `scope` sees a row of `dossier`."""
    return _dossier(scope, dossier)


def of_fonds(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which `scope` sees a row of `fonds`."""
    if scope.everywhere:
        return true()
    if not scope.units:
        return false()
    seen = select(_inner_dossier.c.id).where(
        _inner_dossier.c.fonds_id == fonds.c.id, _dossier(scope, _inner_dossier)
    )
    return or_(fonds.c.unit_id.in_(scope.units), exists(seen.correlate(fonds)))


def of_document(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which `scope` sees a row of `document`."""
    return _any_document() if scope.everywhere else of_filed(scope, document)


@cache
def _any_document() -> ColumnElement[bool]:
    """Return the condition that everything the service itself asks of documents has: built once."""
    return _filed_anywhere(document)


def of_filed(scope: Scope, table: FromClause) -> ColumnElement[bool]:
    """Return the condition under which `scope` sees a row of `table`, which has fonds_id and dossier_id.

    What lies in no dossier yet is seen by the unit of its fonds.
    """
    if scope.everywhere:
        return _filed_anywhere(table)
    in_dossier = _in_dossier(table, _dossier(scope, _inner_dossier))
    if not scope.units:
        return false()
    own = select(_inner_fonds.c.id).where(
        _inner_fonds.c.id == table.c.fonds_id, _inner_fonds.c.unit_id.in_(scope.units)
    )
    return or_(and_(table.c.dossier_id.is_(None), exists(own.correlate(table))), in_dossier)


def _filed_anywhere(table: FromClause) -> ColumnElement[bool]:
    return or_(table.c.dossier_id.is_(None), _in_dossier(table, _inner_dossier.c.access_mode.in_(SERVED)))


def _in_dossier(table: FromClause, seen: ColumnElement[bool]) -> ColumnElement[bool]:
    one = select(_inner_dossier.c.id).where(_inner_dossier.c.id == table.c.dossier_id, seen)
    return exists(one.correlate(table))


def _dossier(scope: Scope, table: FromClause) -> ColumnElement[bool]:
    if scope.everywhere:
        return table.c.access_mode.in_(SERVED)
    if not scope.units:
        return false()
    day = today()
    standing = select(_standing.c.id).where(
        _standing.c.dossier_id == table.c.id,
        _standing.c.kind.in_(SEEING),
        _standing.c.unit_id.in_(scope.units),
        _standing.c.valid_from <= day,
        or_(_standing.c.valid_until.is_(None), _standing.c.valid_until > day),
    )
    return and_(table.c.access_mode.in_(SERVED), exists(standing.correlate(table)))
