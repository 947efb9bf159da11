"""What follows from the decisions: whose the dossiers are from that day, and what is free again.

Authority and the right to read pass here and nowhere before. First one transaction says that the handover
is concluded, then dossier by dossier passes; what is broken off goes on where it was.
"""

from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from catalog import (
    event,
    index_feed,
    schema,
    transfer_case,
    transfer_paper,
    transfer_parcel,
    transfer_sample,
    transfer_totals,
    transfer_verdict,
)
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.identifiers import DossierId, TransferId, TransferItemId, UnitId, new_id
from catalog.instants import now, today
from catalog.register import lock_rows
from catalog.transfer import Transfer
from catalog.transfer_item import Decision, items
from catalog.transfer_state import CONCLUDED, State, require_move, require_state
from luutru.errors import Conflict

AT_ONCE = 50
"""Dossiers that pass in one transaction: each brings all its pages before search again."""

PASSING = tuple(each.value for each in Decision if each.passes)


class NotAllPassed(Conflict):
    """Dossiers of the handover have not passed yet: accept it again, it goes on where it was."""

    slug = "not-all-passed"


def conclude(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    *,
    paper: bool = False,
    copy_until: date | None = None,
    on_paper: str = "",
    receipt: str | None = None,
) -> Transfer:
    """Write down that all is decided and adds up; `pass_next` then lets the dossiers pass.

    One that is concluded already is given back as it is. `paper`: the paper went too, and has a new keeper.
    `copy_until`: how long the giver may read its copy; None: until somebody says. `on_paper`: as
    `transfer_decision.decide` has it. `receipt`: SHA-256 of the receipt that says so; it stands whatever
    minutes were drawn up here.

    Raises:
        ReceiptNeeded: as `catalog.transfer.require_proof` says.
        MinutesOutdated: the minutes that were drawn up say other decisions.
        TransferNotDecided, TotalsDiffer: the decisions do not add up to what was announced.
        PackageNotHere: something was accepted whose package is not here.
        ChecksAgainst: what was accepted was seen, or checked, to be wrong since, and nobody said why it is
            accepted all the same.
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_decider(scope, found)
    if found.state in CONCLUDED:
        return found
    proof = {"receipt": receipt} if receipt else {"on_paper": transfers.require_proof(found, on_paper)}
    require_state(found.number, found.state, State.DELIVERED, State.UNDER_CHECK)
    if receipt is None:
        transfer_paper.require_not_outdated(conn, scope, transfer)
    total = transfer_totals.totals(conn, scope, transfer).require()
    for unfinished in (False, True):
        transfer_totals.totals(conn, scope, transfer, unfinished=unfinished).require()
    looked = transfer_verdict.verdicts(conn, scope, found)
    if looked is not None:
        seen = transfer_sample.marks(conn, scope, transfer, transfer_parcel.parcels(conn, scope, transfer))
        for item in items(conn, scope, transfer):
            if item.decision is not None and item.decision.passes:
                transfer_verdict.require_here(found, item, looked)
                transfer_verdict.require_still_for(item, looked, seen.get(item.id))
    passing = sum(total.of(each).dossiers for each in Decision if each.passes)
    clean = total.announced.dossiers == passing
    state = State.ACCEPTED if clean else State.ACCEPTED_IN_PART if passing else State.RETURNED
    require_move(found.number, State.UNDER_CHECK, state)
    conn.execute(
        schema.transfer.update()
        .where(schema.transfer.c.id == transfer)
        .values(
            state=state.value,
            concluded_at=now(),
            concluded_by=scope.actor,
            paper_passed=paper,
            copy_until=copy_until,
        )
    )
    told = {each.value: total.of(each).to_plain() for each in Decision}
    event.record(
        conn,
        scope,
        f"transfer-{state.value}",
        f"transfer:{transfer}",
        {"decided": told, "paper": paper, **{name: value for name, value in proof.items() if value}},
        instrument=found.decision_number,
    )
    if passing:
        _succeed(conn, scope, found)
    return transfers.find(conn, scope, transfer)


def pass_next(conn: Connection, scope: Scope, transfer: TransferId, *, limit: int = AT_ONCE) -> int:
    """Let some dossiers pass, or (those that did not) be the giver's again; return how many are left.

    Call it until nothing is left; a dossier passes once, however often it is called.

    Raises:
        TransferStateWrong: the handover is not concluded.
        NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_decider(scope, found)
    require_state(found.number, found.state, *CONCLUDED)
    if found.direction == "in":
        return 0  # what came passes when it is taken in
    item = schema.transfer_item
    waiting = and_(item.c.transfer_id == transfer, item.c.passed_at.is_(None))
    rows = conn.execute(select(item).where(waiting).order_by(item.c.ordinal).limit(limit + 1)).all()
    part = rows[:limit]
    dossiers = sorted(DossierId(row.dossier_id) for row in part if row.dossier_id is not None)
    lock_rows(conn, schema.dossier, schema.dossier.c.id.in_(dossiers))
    moment = now()
    for row in part:
        if row.dossier_id is None:
            continue
        subject, told = f"dossier:{row.dossier_id}", {"transfer": found.number, "decision": row.decision}
        if row.decision in PASSING and not row.withheld:  # a secret mark: nobody's authority moves
            _pass(conn, found, DossierId(row.dossier_id), with_paper=row.medium != "digital")
            told["to"] = found.to_unit
            event.record(conn, scope, "dossier-passed", subject, told, instrument=found.decision_number)
        else:
            event.record(conn, scope, "dossier-kept", subject, told)
    conn.execute(
        item.update().where(item.c.id.in_([row.id for row in part])).values(passed_at=moment, under_way=False)
    )
    passed = [
        DossierId(row.dossier_id)
        for row in part
        if row.decision in PASSING and not row.withheld and row.dossier_id
    ]
    if passed:
        index_feed.announce_anew(
            conn,
            scope,
            dossiers=schema.dossier.c.id.in_(passed),
            documents=schema.document.c.dossier_id.in_(passed),
        )
    return len(rows) - len(part)


def left(conn: Connection, scope: Scope, transfer: TransferId) -> int:
    """Return how many dossiers of a concluded handover have not passed, or are not taken in; 0: it is not.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    found = transfers.find(conn, scope, transfer)
    if found.state not in CONCLUDED:
        return 0
    return conn.execute(select(func.count()).where(_waits(found))).scalar_one()


def taken_in(conn: Connection, scope: Scope, item: TransferItemId, dossier: DossierId) -> None:
    """Write down as which dossier an accepted one that came from elsewhere was taken in; twice is harmless.

    Raises:
        TransferStateWrong: nothing is accepted yet, or it was not.
        NotAllowed, TransferNotFound: as they say.
    """
    table = schema.transfer_item
    row = conn.execute(select(table).where(table.c.id == item)).first()
    if row is None:
        raise transfers.TransferNotFound("no such item of a handover")
    found = transfers.held(conn, scope, TransferId(row.transfer_id))
    transfers.require_receiver(scope, found)
    require_state(found.number, found.state, *CONCLUDED)
    if row.decision not in PASSING or row.dossier_id not in (None, dossier):
        raise Conflict(f"{row.identifier} was not accepted, or was taken in as another dossier")
    conn.execute(
        table.update().where(table.c.id == item).values(dossier_id=dossier, passed_at=row.passed_at or now())
    )
    told = {"transfer": found.number, "from": found.from_unit}
    event.record(
        conn, scope, "dossier-taken-in", f"dossier:{dossier}", told, instrument=found.decision_number
    )


def paper_came(conn: Connection, scope: Scope, transfer: TransferId) -> Transfer:
    """Write down that the paper of what was accepted came later: the receiver is its keeper from today.

    Raises:
        TransferStateWrong, NotAllowed, TransferNotFound, NotAllPassed: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_receiver(scope, found)
    require_state(found.number, found.state, *CONCLUDED)
    if found.paper_passed:
        return found
    _require_passed(conn, found)
    item = schema.transfer_item.c
    mine = and_(
        item.transfer_id == transfer,
        item.decision.in_(PASSING),
        item.withheld.is_(False),
        item.medium != "digital",
        item.dossier_id.is_not(None),
    )
    for dossier in conn.execute(select(item.dossier_id).where(mine).order_by(item.dossier_id)).scalars():
        _replace(conn, found, DossierId(dossier), "keeper", found.to_unit)
    conn.execute(schema.transfer.update().where(schema.transfer.c.id == transfer).values(paper_passed=True))
    event.record(conn, scope, "transfer-paper-came", f"transfer:{transfer}", {})
    return transfers.find(conn, scope, transfer)


def close(conn: Connection, scope: Scope, transfer: TransferId) -> Transfer:
    """Write down that there is nothing left to do: all has passed, the papers are signed. Twice is harmless.

    Raises:
        NotAllPassed: dossiers have not passed yet.
        MinutesOutdated: the minutes that were drawn up say other decisions.
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_decider(scope, found)
    if found.state is State.CLOSED:
        return found
    require_move(found.number, found.state, State.CLOSED)
    _require_passed(conn, found)
    transfer_paper.require_not_outdated(conn, scope, transfer)
    conn.execute(
        schema.transfer.update().where(schema.transfer.c.id == transfer).values(state=State.CLOSED.value)
    )
    event.record(conn, scope, "transfer-closed", f"transfer:{transfer}", {})
    return transfers.find(conn, scope, transfer)


# --- how ----------------------------------------------------------------------------------------------


def _waits(transfer: Transfer) -> ColumnElement[bool]:
    """Return the condition that an item of a concluded handover has not passed, or is not taken in."""
    item = schema.transfer_item.c
    waiting = and_(item.transfer_id == transfer.id, item.passed_at.is_(None))
    if transfer.direction != "in":
        return waiting
    return and_(waiting, item.decision.in_(PASSING), item.digest.is_not(None))  # paper alone is not taken in


def _require_passed(conn: Connection, transfer: Transfer) -> None:
    if conn.execute(select(schema.transfer_item.c.id).where(_waits(transfer)).limit(1)).first() is not None:
        raise NotAllPassed(f"dossiers of {transfer.number} have not passed yet")


def _pass(conn: Connection, transfer: Transfer, dossier: DossierId, *, with_paper: bool) -> None:
    """Make the receiver the authority of a dossier; the giver may read it, its owner fonds stays."""
    _replace(conn, transfer, dossier, "authority", transfer.to_unit)
    standing, day = schema.dossier_standing, today()
    reads = conn.execute(
        select(standing.c.id).where(
            standing.c.dossier_id == dossier,
            standing.c.kind == "reader",
            standing.c.unit_id == transfer.from_unit,
            or_(standing.c.valid_until.is_(None), standing.c.valid_until > day),
        )
    ).first()
    if reads is None and (transfer.copy_until is None or transfer.copy_until > day):
        _stand(conn, transfer, dossier, "reader", transfer.from_unit, until=transfer.copy_until)
    if transfer.paper_passed and with_paper:
        _replace(conn, transfer, dossier, "keeper", transfer.to_unit)


def _replace(conn: Connection, transfer: Transfer, dossier: DossierId, kind: str, unit: UnitId) -> None:
    """End whoever stands so to a dossier today, and let `unit` do instead; twice is harmless."""
    standing, day = schema.dossier_standing, today()
    now_in_force = and_(
        standing.c.dossier_id == dossier,
        standing.c.kind == kind,
        or_(standing.c.valid_until.is_(None), standing.c.valid_until > day),
    )
    before = list(conn.execute(select(standing.c.unit_id).where(now_in_force)).scalars())
    if before == [unit]:
        return
    conn.execute(standing.update().where(now_in_force, standing.c.unit_id != unit).values(valid_until=day))
    if unit not in before:
        _stand(conn, transfer, dossier, kind, unit)


def _stand(
    conn: Connection,
    transfer: Transfer,
    dossier: DossierId,
    kind: str,
    unit: UnitId,
    *,
    until: date | None = None,
) -> None:
    conn.execute(
        schema.dossier_standing.insert().values(
            id=new_id(),
            dossier_id=dossier,
            kind=kind,
            unit_id=unit,
            valid_from=today(),
            valid_until=until,
            instrument=transfer.decision_number,
        )
    )


def _succeed(conn: Connection, scope: Scope, transfer: Transfer) -> None:
    """Write the succession of the units down where the case says so and nobody did before."""
    kind = transfer_case.case(transfer.case).succession
    if not kind or transfer.receives_as != "successor" or transfer.decision_date is None:
        return
    table = schema.unit_succession
    known = select(table.c.kind).where(
        table.c.predecessor == transfer.from_unit, table.c.successor == transfer.to_unit
    )
    if conn.execute(known.limit(1)).first() is not None:
        return
    instrument = ", ".join(filter(None, (transfer.decision_number, transfer.article)))
    conn.execute(
        table.insert().values(
            predecessor=transfer.from_unit,
            successor=transfer.to_unit,
            kind=kind,
            instrument=instrument,
            on_date=transfer.decision_date,
        )
    )
    told = {"successor": transfer.to_unit, "kind": kind, "on": transfer.decision_date.isoformat()}
    event.record(conn, scope, "unit-succeeded", f"unit:{transfer.from_unit}", told, instrument=instrument)
