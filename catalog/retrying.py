"""Another try at whatever of a file was held or refused, once its cause is gone."""

from collections import Counter

from sqlalchemy import Connection, and_, case, func, or_, select

from catalog import described, event, schema, source_file
from catalog.access import Role, Scope
from catalog.batch import find as find_batch
from catalog.identifiers import DossierId, SourceFileId
from catalog.in_transfer import require_free
from catalog.register import lock_rows
from catalog.withheld import not_secret
from luutru.errors import Conflict


class NothingToRetry(Conflict):
    """Neither the file nor any page of it was held or refused, or its bytes are gone."""

    slug = "nothing-to-retry"


def retry(conn: Connection, scope: Scope, identifier: SourceFileId) -> None:
    """Try whatever of a file was held or refused again: itself, its pages, its document, its description.

    A page that shares its reading with pages of the same bytes elsewhere is tried again for all of them.

    Raises:
        NothingToRetry: nothing of it was held or refused, or its bytes are gone.
        DossierInTransfer: something of it lies in a dossier that is being handed over.
    """
    batch = find_batch(conn, scope, source_file.get(conn, scope, identifier).batch)
    scope.require(Role.ARCHIVIST, batch.unit)
    file, document = schema.source_file, schema.document
    source_file.lock_bytes(conn, file.c.id == identifier)
    _require_free(conn, scope, identifier)
    again = {"code": None, "reason": None, "not_before": None, "failures": 0}
    files = conn.execute(
        file.update()
        .where(
            file.c.id == identifier,
            file.c.state.in_(("held", "refused")),
            file.c.quay_name.is_not(None),
            not_secret(file),
        )
        .values(state=case((file.c.pages.is_(None), "received"), else_="opened"), **again)
    ).rowcount
    pages = _retry_pages(conn, identifier, again)
    documents = conn.execute(
        document.update()
        .where(document.c.source_file_id == identifier, document.c.state == "held", not_secret(document))
        .values(state="waiting", **again)
    ).rowcount
    descriptions = described.retry(conn, scope, document.c.source_file_id == identifier)
    if not files and not pages and not documents and not descriptions:
        raise NothingToRetry("nothing of this file waits for another try")
    event.record(conn, scope, "retried", f"source_file:{identifier}", {})


def _require_free(conn: Connection, scope: Scope, identifier: SourceFileId) -> None:
    """Pass if no dossier with the file, or pages of it, is being handed over; none will be meanwhile."""
    file, document, page = schema.source_file.c, schema.document.c, schema.page.c
    pages = select(page.document_id).where(page.source_file_id == identifier)
    mine = or_(document.source_file_id == identifier, document.id.in_(pages))
    places = {
        *conn.execute(select(document.dossier_id).where(mine)).scalars(),
        *conn.execute(select(file.dossier_id).where(file.id == identifier)).scalars(),
    } - {None}
    lock_rows(conn, schema.dossier, schema.dossier.c.id.in_(places))
    require_free(conn, scope, [DossierId(place) for place in places])


def _retry_pages(conn: Connection, identifier: SourceFileId, again: dict[str, int | None]) -> int:
    """Let held pages wait again, and with each all that share its reading; return how many."""
    page, file, stuck = schema.page, schema.source_file, schema.page.alias("stuck")
    read_for_all = select(func.coalesce(stuck.c.twin_of, stuck.c.id)).where(
        stuck.c.source_file_id == identifier, stuck.c.state == "held", not_secret(stuck)
    )
    same = and_(
        page.c.state == "held",
        not_secret(page),
        or_(page.c.id.in_(read_for_all), page.c.twin_of.in_(read_for_all)),
    )
    lock_rows(conn, file, file.c.id.in_(select(page.c.source_file_id).where(same)))
    lock_rows(conn, page, same)
    moved = conn.execute(
        page.update().where(same).values(state="waiting", **again).returning(page.c.source_file_id)
    ).scalars()
    counted = Counter(moved)
    for name, count in sorted(counted.items()):
        conn.execute(
            file.update().where(file.c.id == name).values(waiting_pages=file.c.waiting_pages + count)
        )
    return counted.total()
