"""The papers of a handover: minutes, catalogue, receipt and check report, and who has signed them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from catalog import event, schema
from catalog import transfer as transfers
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import ObjectKey, TransferId, new_id
from catalog.instants import now
from catalog.transfer import Transfer
from luutru.errors import Conflict, NotFound

KINDS = ("minutes", "catalogue", "receipt", "check-report")


class TransferPaperNotFound(NotFound):
    """The handover has no such paper."""

    slug = "transfer-paper-not-found"


class MinutesOutdated(Conflict):
    """Something was decided after the minutes were drawn up: draw them up again."""

    slug = "minutes-outdated"


@dataclass(frozen=True)
class TransferPaper:
    """One paper, as the store keeps it."""

    id: str
    kind: str  #: one of `KINDS`
    object_key: ObjectKey
    sha256: str
    media_type: str
    made_at: datetime
    made_by: str
    signatures: Sequence[Mapping[str, Any]]  #: who, role (giver, receiver), at, stamp

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "TransferPaper":
        """Build from a row of `schema.transfer_paper`."""
        r = row._mapping
        return cls(**{name: r[name] for name in cls.__dataclass_fields__})


def papers(
    conn: Connection, scope: Scope, transfer: TransferId, *, kind: str | None = None
) -> list[TransferPaper]:
    """Return the papers of a handover, newest first.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    transfers.find(conn, scope, transfer)
    table = schema.transfer_paper
    query = select(table).where(table.c.transfer_id == transfer).order_by(table.c.id.desc())
    if kind is not None:
        query = query.where(table.c.kind == kind)
    return [TransferPaper.from_row(row) for row in conn.execute(query)]


def require_side(scope: Scope, transfer: Transfer) -> None:
    """Pass if the one who asks is an archivist of either side.

    Raises:
        NotAllowed: they are not.
    """
    if not any(scope.may(Role.ARCHIVIST, side) for side in (transfer.from_unit, transfer.to_unit)):
        raise NotAllowed(f"{scope.actor} is no archivist of either side")


def keep(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    kind: str,
    key: ObjectKey,
    *,
    media_type: str = "application/pdf",
    signatures: Sequence[Mapping[str, Any]] = (),
    once: bool = False,
) -> TransferPaper:
    """Write down that the store keeps a paper of the handover; the same bytes again are the same paper.

    The caller has put it into the store and noted it there (`catalog.objects`). A signed one is a new one:
    a signature changes the bytes. `once`: there is one paper of this kind; the first that was kept stays.

    Raises:
        TransferNotFound, NotAllowed: as they say.
    """
    require_side(scope, transfers.held(conn, scope, transfer))
    for each in papers(conn, scope, transfer, kind=kind):
        if each.object_key == key or once:
            return each
    identifier = new_id()
    conn.execute(
        schema.transfer_paper.insert().values(
            id=identifier,
            transfer_id=transfer,
            kind=kind,
            object_key=key,
            sha256=key,
            media_type=media_type,
            made_at=now(),
            made_by=scope.actor,
            signatures=[dict(each) for each in signatures],
        )
    )
    event.record(conn, scope, f"transfer-{kind}", f"transfer:{transfer}", {"sha256": key})
    return next(each for each in papers(conn, scope, transfer, kind=kind) if each.id == identifier)


def latest(conn: Connection, scope: Scope, transfer: TransferId, kind: str) -> TransferPaper:
    """Return the newest paper of this kind.

    Raises:
        TransferPaperNotFound: there is none yet.
    """
    for each in papers(conn, scope, transfer, kind=kind):
        return each
    raise TransferPaperNotFound(f"there is no {kind} of this handover yet")


def require_current(conn: Connection, scope: Scope, transfer: TransferId) -> None:
    """Pass if nothing was decided since the newest minutes were drawn up; a signed copy is no other minutes.

    Raises:
        MinutesOutdated: something was, or a decision was taken back.
        TransferPaperNotFound, TransferNotFound: as they say.
    """
    newest = latest(conn, scope, transfer, "minutes")
    drawn = [each for each in papers(conn, scope, transfer, kind="minutes") if not each.signatures]
    at = drawn[0].made_at if drawn else newest.made_at
    item = schema.transfer_item.c
    since = or_(item.decided_at.is_(None), item.decided_at > at)
    later = select(item.id).where(item.transfer_id == transfer, since).limit(1)
    if conn.execute(later).first() is not None:
        raise MinutesOutdated("something was decided after the minutes were drawn up: draw them up again")


def require_not_outdated(conn: Connection, scope: Scope, transfer: TransferId) -> None:
    """Pass if no minutes were drawn up here yet, or nothing was decided since they were.

    Raises:
        MinutesOutdated, TransferNotFound: as they say.
    """
    if papers(conn, scope, transfer, kind="minutes"):
        require_current(conn, scope, transfer)


def sign(
    conn: Connection, scope: Scope, transfer: TransferId, paper: str, signatures: Sequence[Mapping[str, Any]]
) -> None:
    """Write down who has signed a paper, and how far its time stamps are.

    Raises:
        TransferPaperNotFound, TransferNotFound, NotAllowed: as they say.
    """
    require_side(scope, transfers.held(conn, scope, transfer))
    table = schema.transfer_paper
    moved = conn.execute(
        table.update()
        .where(table.c.id == paper, table.c.transfer_id == transfer)
        .values(signatures=[dict(each) for each in signatures])
    )
    if moved.rowcount == 0:
        raise TransferPaperNotFound("no such paper of this handover")
    event.record(conn, scope, "transfer-paper-signed", f"transfer:{transfer}", {"paper": paper})
