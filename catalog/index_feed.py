"""Tells the index what changed: one row for each change that search must see, in the same transaction.

Numbers are given out under the clock's row lock, held until the transaction ends, so a reader that has
seen number N has seen all numbers below N (a plain sequence would let a slow transaction slip behind).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from catalog import schema
from catalog.access import Role, Scope
from catalog.identifiers import DossierId, PageId
from catalog.instants import now


@dataclass(frozen=True)
class Change:
    """Entry `entry` ("page:<id>" or "dossier:<id>") is no longer what the index may hold."""

    seq: int
    entry: str


def page_entry(page: PageId) -> str:
    """Return the index's key of a page."""
    return f"page:{page}"


def dossier_entry(dossier: DossierId) -> str:
    """Return the index's key of a dossier."""
    return f"dossier:{dossier}"


def announce(conn: Connection, scope: Scope, entries: Sequence[str]) -> None:
    """Tell the index that `entries` changed. Call it last in a transaction: it holds the clock."""
    if not entries:
        return
    moved = conn.execute(
        schema.index_clock.update()
        .where(schema.index_clock.c.id == 1)
        .values(seq=schema.index_clock.c.seq + len(entries))
    )
    if moved.rowcount == 0:
        conn.execute(schema.index_clock.insert().values(id=1, seq=len(entries)))
    last = conn.execute(select(schema.index_clock.c.seq).where(schema.index_clock.c.id == 1)).scalar_one()
    first = last - len(entries) + 1
    conn.execute(
        schema.index_change.insert(),
        [{"seq": first + i, "entry": entry, "at": now()} for i, entry in enumerate(entries)],
    )


def since(conn: Connection, scope: Scope, cursor: int, *, limit: int = 500) -> list[Change]:
    """Return the changes numbered above `cursor`, oldest first."""
    scope.require(Role.ADMINISTRATOR)
    rows = conn.execute(
        select(schema.index_change.c.seq, schema.index_change.c.entry)
        .where(schema.index_change.c.seq > cursor)
        .order_by(schema.index_change.c.seq)
        .limit(limit)
    )
    return [Change(row.seq, row.entry) for row in rows]


def latest(conn: Connection, scope: Scope) -> int:
    """Return the number of the newest change; 0 = none yet."""
    scope.require(Role.READER)
    newest: int = conn.execute(select(func.coalesce(func.max(schema.index_clock.c.seq), 0))).scalar_one()
    return newest


def forget(conn: Connection, scope: Scope, *, up_to: int) -> int:
    """Drop changes up to number `up_to`, once every index holds them; return how many."""
    scope.require(Role.ADMINISTRATOR)
    gone = conn.execute(delete(schema.index_change).where(schema.index_change.c.seq <= up_to))
    return gone.rowcount
