"""Quality control in two rounds: by a second person, then by a sample that an auditor can draw again.

Round 1 looks at every document that somebody went through (or at a share of them). Round 2 looks at a sample
of what passed, judged as a lot: with more faulty documents than the plan allows, all of it goes back. Nobody
controls what they worked on themselves.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from catalog import batch as batches
from catalog import dossier as dossiers
from catalog import event, schema, visibility
from catalog.access import Role, Scope
from catalog.identifiers import BatchId, DocumentId, DossierId, FondsId, new_id
from catalog.instants import now
from catalog.register import lock_rows, lock_subject
from luutru.errors import Conflict, InvalidInput, NotFound
from review.mistake import Mistake
from review.sampling import draw, plan_for

NOT_WORK = ("viewed",)
"""Events on a document by which nobody comes to have worked on it."""


class LotNotFound(NotFound):
    """No such lot, or not for the one who asks."""

    slug = "lot-not-found"


class NothingToControl(Conflict):
    """Nothing here is ready for this round."""

    slug = "nothing-to-control"


class OwnWork(Conflict):
    """Somebody else must control what one worked on oneself."""

    slug = "own-work"


class DocumentChanged(Conflict):
    """The document was changed since the lot was opened: it must be gone through again first."""

    slug = "document-changed"


class ItemDecided(Conflict):
    """This document has been judged in this lot, or is none of its sample."""

    slug = "item-decided"


@dataclass(frozen=True)
class Lot:
    """Documents that are judged together."""

    id: str
    round: int  #: 1 or 2
    fonds: FondsId
    dossier: DossierId | None
    batch: BatchId | None
    documents: int
    sample: int  #: of them to be looked at
    acceptance: int  #: faulty ones at most
    plan: str
    seed: str
    state: str  #: open, accepted, returned or withdrawn
    opened_by: str
    opened_at: datetime
    decided_at: datetime | None
    judged: int  #: of the sample
    faulty: int

    @classmethod
    def from_row(cls, row: Row[Any]) -> "Lot":
        """Build from a row of `_columns`."""
        return cls(
            row.id,
            row.round,
            FondsId(row.fonds_id),
            row.dossier_id,
            row.batch_id,
            row.documents,
            row.sample,
            row.acceptance,
            row.plan,
            row.seed,
            row.state,
            row.opened_by,
            row.opened_at,
            row.decided_at,
            row.judged,
            row.faulty,
        )


_item, _lot = schema.quality_item.c, schema.quality_lot.c


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).where(_item.lot_id == _lot.id, condition).scalar_subquery()


_columns = select(
    schema.quality_lot,
    _number(and_(_item.drawn.is_(True), _item.state != "waiting")).label("judged"),
    _number(_item.state == "failed").label("faulty"),
)


def open_lot(
    conn: Connection,
    scope: Scope,
    round: int,
    *,
    dossier: DossierId | None = None,
    batch: BatchId | None = None,
    share: float = 1.0,
    limit: str | None = None,
    seed: str | None = None,
) -> str:
    """Put what is ready for `round` in a dossier or batch together, draw the sample, and return the lot's id.

    Round 1 takes what was gone through and draws `share` of it; round 2 takes what passed round 1 and draws
    by the plan for `limit` (percent of faulty documents). `seed`: given only to repeat a draw.

    Raises:
        InvalidInput: no such round, share or limit, or not one place.
        NothingToControl: nothing is ready, or (round 2) something here did not pass round 1 yet.
        DossierNotFound, BatchNotFound, NotAllowed: as they say.
    """
    if round not in (1, 2) or not 0.0 < share <= 1.0 or (dossier is None) == (batch is None):
        raise InvalidInput("a lot is of round 1 or 2, of one dossier or one batch, and a share is 0 to 1")
    fonds, here = _place(conn, scope, dossier, batch)
    lock_subject(conn, f"quality:{dossier or batch}")
    states = _states(conn, scope, here)
    ready = [name for name, state in states.items() if state == ("entered" if round == 1 else "controlled")]
    taken = set(
        conn.execute(
            select(_item.document_id)
            .join_from(schema.quality_item, schema.quality_lot, _lot.id == _item.lot_id)
            .where(_item.document_id.in_(ready), _lot.state == "open")
        ).scalars()
    )
    lot = sorted(set(ready) - taken)
    if not lot or (round == 2 and len(lot) < len(states)):
        raise NothingToControl(
            f"{len(lot)} of {len(states)} documents are ready for round {round}"
            + ("; all must have passed round 1" if round == 2 else "")
        )
    if round == 1:
        sample, acceptance = max(1, ceil(len(lot) * share)), 0
        plan = f"{share:.0%} by a second person"
    else:
        chosen = plan_for(len(lot), limit)
        sample, acceptance, plan = chosen.sample, chosen.acceptance, chosen.name
    seed = seed or secrets.token_hex(8)
    drawn = set(draw(lot, sample, seed))
    identifier = new_id()
    conn.execute(
        schema.quality_lot.insert().values(
            id=identifier,
            round=round,
            fonds_id=fonds,
            dossier_id=dossier,
            batch_id=batch,
            documents=len(lot),
            sample=sample,
            acceptance=acceptance,
            plan=plan,
            seed=seed,
            state="open",
            opened_by=scope.actor,
            opened_at=now(),
        )
    )
    conn.execute(
        schema.quality_item.insert(),
        [
            {"lot_id": identifier, "document_id": name, "drawn": name in drawn, "state": "waiting"}
            for name in lot
        ],
    )
    told = {"round": round, "documents": len(lot), "sample": sample, "acceptance": acceptance, "seed": seed}
    event.record(conn, scope, "lot-opened", f"quality_lot:{identifier}", told)
    return identifier


def _place(
    conn: Connection, scope: Scope, dossier: DossierId | None, batch: BatchId | None
) -> tuple[FondsId, ColumnElement[bool]]:
    if dossier is not None:
        dossiers.require_keeper(conn, scope, dossier)
        return dossiers.find(conn, scope, dossier).fonds, schema.document.c.dossier_id == dossier
    assert batch is not None
    found = batches.find(conn, scope, batch)
    scope.require(Role.ARCHIVIST, found.unit)
    return found.fonds, schema.document.c.batch_id == batch


def _states(conn: Connection, scope: Scope, here: ColumnElement[bool]) -> dict[str, str]:
    """Return every document of a place, with what people did with it."""
    document, checking = schema.document.c, schema.checking.c
    rows = conn.execute(
        select(document.id, func.coalesce(checking.state, "waiting").label("state"))
        .join_from(schema.document, schema.checking, checking.document_id == document.id, isouter=True)
        .where(here, document.state != "empty", visibility.of_document(scope))
    )
    return {row.id: row.state for row in rows}


def find(conn: Connection, scope: Scope, lot: str) -> Lot:
    """Return the lot.

    Raises:
        LotNotFound: there is none of a place that the one who asks keeps.
    """
    row = conn.execute(_columns.where(_lot.id == lot)).first()
    if row is None:
        raise LotNotFound("no such lot")
    try:
        _place(conn, scope, row.dossier_id, row.batch_id)
    except NotFound:
        raise LotNotFound("no such lot") from None
    return Lot.from_row(row)


def lots(
    conn: Connection,
    scope: Scope,
    *,
    dossier: DossierId | None = None,
    batch: BatchId | None = None,
    state: str | None = None,
    limit: int = 100,
) -> list[Lot]:
    """Return the lots of places that the one who asks keeps, newest first."""
    query = _columns
    for column, value in ((_lot.dossier_id, dossier), (_lot.batch_id, batch), (_lot.state, state)):
        if value is not None:
            query = query.where(column == value)
    found = []
    for row in conn.execute(query.order_by(_lot.id.desc()).limit(limit)).all():
        try:
            _place(conn, scope, row.dossier_id, row.batch_id)
        except NotFound:
            continue
        found.append(Lot.from_row(row))
    return found


def sample_of(conn: Connection, scope: Scope, lot: str) -> list[tuple[DocumentId, str]]:
    """Return the documents of a lot's sample, in the order of the draw, with waiting, passed or failed.

    Raises:
        LotNotFound: as it says.
    """
    found = find(conn, scope, lot)
    rows = conn.execute(select(_item.document_id, _item.state, _item.drawn).where(_item.lot_id == lot)).all()
    states = {row.document_id: row.state for row in rows if row.drawn}
    return [(DocumentId(name), states[name]) for name in draw(states, len(states), found.seed)]


def drawn_rightly(conn: Connection, scope: Scope, lot: str) -> bool:
    """Return whether the recorded seed draws the very sample that was looked at (for an auditor).

    Raises:
        LotNotFound: as it says.
    """
    found = find(conn, scope, lot)
    rows = conn.execute(select(_item.document_id, _item.drawn).where(_item.lot_id == lot)).all()
    again = set(draw([row.document_id for row in rows], found.sample, found.seed))
    return {row.document_id for row in rows if row.drawn} == again


def next_of(conn: Connection, scope: Scope, lot: str) -> DocumentId | None:
    """Return the next document of the sample that the one who asks may judge; None = there is none.

    Raises:
        LotNotFound: as it says.
    """
    for document, state in sample_of(conn, scope, lot):
        if state == "waiting" and scope.actor not in _workers(conn, find(conn, scope, lot).round, document):
            return document
    return None


def judge(
    conn: Connection, scope: Scope, lot: str, document: DocumentId, mistakes: Sequence[Mistake] = ()
) -> Lot:
    """Record what one found in a document of the sample (no mistakes: it passes), and return the lot.

    With the last document of the sample the lot is decided.

    Raises:
        LotNotFound, ItemDecided: as they say.
        DocumentChanged: it is not what was put into the lot; withdraw the lot.
        OwnWork: the one who asks worked on the document, or controlled it in the round before.
    """
    lock_rows(conn, schema.quality_lot, _lot.id == lot)
    found = find(conn, scope, lot)
    if found.state != "open":
        raise ItemDecided(f"this lot is {found.state}")
    workers = _workers(conn, found.round, document)
    if scope.actor in workers:
        raise OwnWork("somebody who did not work on this document must control it")
    moment = now()
    judged = conn.execute(
        schema.quality_item.update()
        .where(
            _item.lot_id == lot,
            _item.document_id == document,
            _item.drawn.is_(True),
            _item.state == "waiting",
        )
        .values(state="failed" if mistakes else "passed", person=scope.actor, at=moment)
    )
    if judged.rowcount != 1:
        raise ItemDecided("this document is judged already, or is none of the sample")
    entered = conn.execute(select(schema.checking).where(schema.checking.c.document_id == document)).first()
    if entered is None or entered.state != ("entered" if found.round == 1 else "controlled"):
        raise DocumentChanged("this document was changed since the lot was opened")
    for mistake in mistakes:
        conn.execute(
            schema.quality_error.insert().values(
                id=new_id(),
                lot_id=lot,
                document_id=document,
                page_id=mistake.page,
                kind=mistake.kind,
                field=mistake.field,
                made_by=entered.entered_by,
                found_by=scope.actor,
                found_at=moment,
                note=mistake.note,
            )
        )
    event.record(
        conn,
        scope,
        "document-controlled",
        f"quality_lot:{lot}",
        {"document": document, "round": found.round, "mistakes": len(mistakes)},
    )
    state = "returned" if mistakes else "controlled"
    if found.round == 1 or mistakes:
        _put(conn, [document], state, by=scope.actor)
    _decide(conn, scope, lot)
    return find(conn, scope, lot)


def withdraw(conn: Connection, scope: Scope, lot: str, *, reason: str) -> None:
    """Give an open lot up, and say why: its documents stay as they are, and may go into another.

    Raises:
        LotNotFound, ItemDecided: as they say.
        InvalidInput: no reason was given.
    """
    lock_rows(conn, schema.quality_lot, _lot.id == lot)
    if not reason.strip():
        raise InvalidInput("say why the lot is given up")
    if find(conn, scope, lot).state != "open":
        raise ItemDecided("this lot has been decided")
    conn.execute(
        schema.quality_lot.update()
        .where(_lot.id == lot)
        .values(state="withdrawn", decided_by=scope.actor, decided_at=now())
    )
    event.record(conn, scope, "lot-withdrawn", f"quality_lot:{lot}", {"reason": reason})


def _workers(conn: Connection, round: int, document: DocumentId) -> set[str]:
    """Return who may not judge a document: whoever worked on it, and (round 2) who judged it before."""
    checking, happened = schema.checking.c, schema.event.c
    row = conn.execute(select(schema.checking).where(checking.document_id == document)).first()
    pages = conn.execute(select(schema.page.c.id).where(schema.page.c.document_id == document)).scalars()
    subjects = [f"document:{document}", *(f"page:{page}" for page in pages)]
    who = set(
        conn.execute(
            select(happened.actor).where(happened.subject.in_(subjects), happened.kind.not_in(NOT_WORK))
        ).scalars()
    )
    if row is not None:
        who |= {row.entered_by} | ({row.controlled_by} if round == 2 else set())
    if round == 2:
        before = select(_item.person).where(_item.document_id == document, _item.state != "waiting")
        who |= set(
            conn.execute(
                before.join_from(schema.quality_item, schema.quality_lot, _lot.id == _item.lot_id).where(
                    _lot.round == 1
                )
            ).scalars()
        )
    return who


def _decide(conn: Connection, scope: Scope, lot: str) -> None:
    """Accept or return a lot of which the whole sample has been judged."""
    row = conn.execute(_columns.where(_lot.id == lot)).one()
    if row.judged < row.sample:
        return
    accepted = row.faulty <= row.acceptance
    rest = [
        DocumentId(name)
        for name in conn.execute(
            select(_item.document_id).where(_item.lot_id == lot, or_(_item.drawn.is_(False), row.round == 2))
        ).scalars()
    ]
    if row.round == 1 and accepted:
        _put(conn, rest, "controlled", by=scope.actor)
    elif not accepted and (row.round == 2 or rest):
        _put(conn, rest, "returned", by=scope.actor)
    conn.execute(
        schema.quality_lot.update()
        .where(_lot.id == lot)
        .values(state="accepted" if accepted else "returned", decided_by=scope.actor, decided_at=now())
    )
    event.record(
        conn,
        scope,
        "lot-accepted" if accepted else "lot-returned",
        f"quality_lot:{lot}",
        {"round": row.round, "sample": row.sample, "faulty": row.faulty, "acceptance": row.acceptance},
    )


def _put(conn: Connection, documents: Sequence[DocumentId], state: str, *, by: str) -> None:
    controlled = state == "controlled"
    conn.execute(
        schema.checking.update()
        .where(schema.checking.c.document_id.in_(documents))
        .values(
            state=state,
            controlled_by=by if controlled else None,
            controlled_at=now() if controlled else None,
        )
    )
