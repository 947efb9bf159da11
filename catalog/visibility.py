"""What the one who asks may see, as a condition of a query. No unit, no grant, no view."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from catalog.access import Scope
from catalog.instants import now
from catalog.schema import document, dossier, dossier_standing, fonds

SEEING = ("authority", "reader")
"""Standings that let a unit see a dossier; owning the fonds or keeping the paper does not."""

CLOSED = "03"
"""Access mode "Mật" (TT 05/2025/TT-BNV): never served."""


def of_dossier(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which `scope` sees a row of `dossier`."""
    if scope.everywhere:
        return dossier.c.access_mode != CLOSED
    if not scope.units:
        return false()
    today = now().date()
    standing = exists().where(
        dossier_standing.c.dossier_id == dossier.c.id,
        dossier_standing.c.kind.in_(SEEING),
        dossier_standing.c.unit_id.in_(scope.units),
        dossier_standing.c.valid_from <= today,
        or_(dossier_standing.c.valid_until.is_(None), dossier_standing.c.valid_until > today),
    )
    return and_(dossier.c.access_mode != CLOSED, standing)


def of_fonds(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which `scope` sees a row of `fonds`."""
    if scope.everywhere:
        return true()
    if not scope.units:
        return false()
    seen = exists().where(dossier.c.fonds_id == fonds.c.id, of_dossier(scope))
    return or_(fonds.c.unit_id.in_(scope.units), seen)


def of_document(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which `scope` sees a row of `document`.

    A document in no dossier yet is seen by the unit of its fonds.
    """
    in_dossier = exists().where(dossier.c.id == document.c.dossier_id, of_dossier(scope))
    if scope.everywhere:
        return or_(document.c.dossier_id.is_(None), in_dossier)
    if not scope.units:
        return false()
    loose = exists().where(fonds.c.id == document.c.fonds_id, fonds.c.unit_id.in_(scope.units))
    return or_(and_(document.c.dossier_id.is_(None), loose), in_dossier)
