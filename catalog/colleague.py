"""Colleagues by name: who typed, checked or holds something, as people call them."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from catalog import schema
from catalog.access import Role, Scope


def full_names(conn: Connection, scope: Scope, actors: Collection[str]) -> dict[str, str]:
    """Return the full name of each of `actors` (what they sign in with) who is a person and has one.

    Raises:
        NotAllowed: the one who asks checks nothing, and so has no colleagues.
    """
    scope.require(Role.ARCHIVIST)
    if not actors:
        return {}
    person = schema.person.c
    rows = conn.execute(
        select(person.name, person.full_name).where(person.name.in_(set(actors)), person.full_name != "")
    )
    return {row.name: row.full_name for row in rows}
