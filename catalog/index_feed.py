"""Tells the index what changed: one row for each change that search must see, in the same transaction.

Numbers are given out under the clock's row lock, held until the transaction ends, so a reader that has
seen number N has seen all numbers below N (a plain sequence would let a slow transaction slip behind).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Connection, Executable, and_, bindparam, delete, func, select

from catalog import schema
from catalog.access import Role, Scope
from catalog.identifiers import DossierId, PageId
from catalog.instants import now
from catalog.register import lock_rows, upsert


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
    last: int = conn.execute(_count(conn.dialect.name), {"id": 1, "seq": len(entries)}).scalar_one()
    first = last - len(entries) + 1
    conn.execute(
        schema.index_change.insert(),
        [{"seq": first + i, "entry": entry, "at": now()} for i, entry in enumerate(entries)],
    )


@cache
def _count(dialect: str) -> Executable:
    """Return the statement that gives out `seq` more numbers, and says the last of them."""
    clock = schema.index_clock
    some = upsert(dialect, clock)
    more = some.on_conflict_do_update(
        index_elements=[clock.c.id], set_={"seq": clock.c.seq + some.excluded.seq}
    )
    return more.returning(clock.c.seq)


def announce_anew(
    conn: Connection, scope: Scope, *, dossiers: ColumnElement[bool], documents: ColumnElement[bool]
) -> None:
    """Tell the index that those dossiers, and all pages of those documents, must be read anew."""
    scope.require(Role.ARCHIVIST)
    page, dossier = schema.page, schema.dossier
    inside = select(schema.document.c.id).where(documents)
    pages = and_(page.c.document_id.in_(inside), page.c.published.is_(True))
    entries = []
    for table, which, entry in ((dossier, dossiers, "dossier"), (page, pages, "page")):
        lock_rows(conn, table, which)
        moved = table.update().where(which).values(revision=table.c.revision + 1).returning(table.c.id)
        entries += [f"{entry}:{name}" for name in sorted(conn.execute(moved).scalars())]
    announce(conn, scope, entries)


_SINCE = (
    select(schema.index_change.c.seq, schema.index_change.c.entry)
    .where(schema.index_change.c.seq > bindparam("held"))
    .order_by(schema.index_change.c.seq)
    .limit(bindparam("most"))
)


def since(conn: Connection, scope: Scope, cursor: int, *, limit: int = 500) -> list[Change]:
    """Return the changes numbered above `cursor`, oldest first."""
    scope.require(Role.ADMINISTRATOR)
    rows = conn.execute(_SINCE, {"held": cursor, "most": limit})
    return [Change(row.seq, row.entry) for row in rows]


def latest(conn: Connection, scope: Scope) -> int:
    """Return the number of the newest change; 0 = none yet."""
    scope.require(Role.READER)
    newest: int = conn.execute(select(func.coalesce(func.max(schema.index_clock.c.seq), 0))).scalar_one()
    return newest


def cursor(conn: Connection, scope: Scope, generation: str) -> int:
    """Return up to which change the register knows `generation` of the index to hold; 0 = new."""
    scope.require(Role.ADMINISTRATOR)
    return conn.execute(_CURSOR, {"wanted": generation}).scalar() or 0


_CURSOR = select(schema.index_state.c.cursor).where(schema.index_state.c.generation == bindparam("wanted"))


def taken_in(conn: Connection, scope: Scope, generation: str, cursor: int) -> None:
    """Record that `generation` holds all changes up to `cursor`; call it after `mark`."""
    scope.require(Role.ADMINISTRATOR)
    state = schema.index_state
    moved = conn.execute(state.update().where(state.c.generation == generation).values(cursor=cursor))
    if moved.rowcount == 0:
        conn.execute(state.insert().values(generation=generation, cursor=cursor))


def mark(
    conn: Connection, scope: Scope, *, pages: Mapping[PageId, int], dossiers: Mapping[DossierId, int]
) -> None:
    """Record which revision of each page and dossier search holds now; twice is harmless."""
    scope.require(Role.ADMINISTRATOR)
    for table, revisions in ((schema.dossier, dossiers), (schema.page, pages)):
        if revisions:
            conn.execute(
                table.update()
                .where(table.c.id == bindparam("entry"))
                .values(indexed_revision=bindparam("held")),
                [{"entry": name, "held": revision} for name, revision in sorted(revisions.items())],
            )


OWED = "rebuild-owed"
"""Stands among the generations while segments of the index hold words that must not be there."""


def owe_rebuild(conn: Connection, scope: Scope) -> None:
    """Write down that the index must be built anew, from what is so from now on; call it after `announce`."""
    scope.require(Role.ADMINISTRATOR)
    taken_in(conn, scope, OWED, latest(conn, scope))


def rebuild_owed(conn: Connection, scope: Scope) -> bool:
    """Return whether the index must be built anew."""
    scope.require(Role.ADMINISTRATOR)
    state = schema.index_state.c
    return conn.execute(select(state.cursor).where(state.generation == OWED)).first() is not None


def switched(conn: Connection, scope: Scope, generation: str, *, since: int | None = None) -> None:
    """Forget every other generation, and the changes that `generation` holds; search uses it now.

    `since`: the newest change before it was begun; a rebuild that was owed only later is still owed.
    """
    scope.require(Role.ADMINISTRATOR)
    state, change = schema.index_state, schema.index_change
    held = cursor(conn, scope, generation)
    later = and_(state.c.generation == OWED, state.c.cursor > (held if since is None else since))
    conn.execute(delete(state).where(state.c.generation != generation, ~later))
    conn.execute(delete(change).where(change.c.seq <= held))
