"""Deciding on what came, dossier by dossier, with the reason and, where something is owed, the day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam

from catalog import event, schema, transfer_verdict
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.identifiers import TransferId, TransferItemId
from catalog.instants import VIETNAM, now, today
from catalog.transfer import Transfer
from catalog.transfer_item import Decision, Item, items
from catalog.transfer_state import State, require_state
from luutru.errors import Conflict, InvalidInput

LONGEST_REASON = 1000


class DecisionInvalid(InvalidInput):
    """A decision that lacks its reason or its day, or that names another dossier."""

    slug = "decision-invalid"


class ItemWithheld(Conflict):
    """A secret mark was found in the dossier after sealing: it cannot be accepted."""

    slug = "item-withheld"


@dataclass(frozen=True)
class Said:
    """What is decided on one dossier.

    Raises:
        DecisionInvalid: every decision but plain acceptance has its reason, a reservation its day too, and
            acceptance against the checks as well.
    """

    decision: Decision
    reason: str = ""
    deadline: date | None = None
    although: bool = False  #: accepted though the checks speak against it; for the reason that is given

    def __post_init__(self) -> None:
        if len(self.reason) > LONGEST_REASON:
            raise DecisionInvalid(f"a reason has at most {LONGEST_REASON} characters")
        if self.decision is not Decision.ACCEPTED and not self.reason.strip():
            raise DecisionInvalid(f"{self.decision.value}: say why")
        if self.although and not self.reason.strip():
            raise DecisionInvalid("accepted against the checks: say why")
        if (self.decision is Decision.RESERVED) != (self.deadline is not None):
            raise DecisionInvalid("a reservation has a day until which it is put right, nothing else has")


ACCEPTED = Said(Decision.ACCEPTED)


def decide(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    said: Mapping[TransferItemId, Said],
    *,
    on_paper: str = "",
    group: Mapping[str, Any] | None = None,
) -> Transfer:
    """Write down what was decided; until the handover is concluded it may be decided otherwise.

    `on_paper`: number and day of the paper from which the giver writes it down by hand; `group`: what the
    dossiers have in common, where they were decided on at once. Both go into the event.

    Raises:
        ReceiptNeeded: as `catalog.transfer.require_proof` says; nothing was written.
        DecisionInvalid: an item of another handover, or a day that is past; nothing was written.
        PackageNotHere, ChecksAgainst: a dossier cannot be accepted, or not without a reason; nothing was
            written.
        ItemWithheld, TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_decider(scope, found)
    paper = transfers.require_proof(found, on_paper)
    require_state(found.number, found.state, State.DELIVERED, State.UNDER_CHECK)
    known = {item.id: item for item in items(conn, scope, transfer)}
    looked = transfer_verdict.verdicts(conn, scope, found)
    for name, one in said.items():
        if name not in known:
            raise DecisionInvalid(f"{name} is no item of {found.number}")
        _require_possible(known[name], one)
        if one.decision.passes:
            transfer_verdict.require_here(found, known[name], looked)
            if not one.although:
                transfer_verdict.require_for(known[name], looked)
    _write(conn, scope, found, said, known, {"on_paper": paper} if paper else {}, group)
    return transfers.find(conn, scope, transfer)


def write_down(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    said: Mapping[TransferItemId, Said],
    *,
    concluded_at: datetime,
    receipt: str,
) -> Transfer:
    """Write down what the other side has decided, which is so whatever would be allowed here today.

    `receipt`: SHA-256 of the receipt that says so; it is in the log.

    A day has to lie after the deciding, not after today. What was withheld here and is accepted there is out:
    it is told in an event of its own, and its authority does not pass (`catalog.transfer_acceptance`).

    Raises:
        DecisionInvalid: an item of another handover, or a day before it was decided; nothing was written.
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_decider(scope, found)
    require_state(found.number, found.state, State.DELIVERED, State.UNDER_CHECK)
    known = {item.id: item for item in items(conn, scope, transfer)}
    decided_on = concluded_at.astimezone(VIETNAM).date()
    for name, one in said.items():
        if name not in known:
            raise DecisionInvalid(f"{name} is no item of {found.number}")
        if one.deadline is not None and one.deadline < decided_on:
            raise DecisionInvalid(f"{known[name].identifier}: {one.deadline} was past at {decided_on}")
    _write(conn, scope, found, said, known, {"receipt": receipt})
    out = sorted(name for name, one in said.items() if known[name].withheld and one.decision.passes)
    if out:
        event.record(conn, scope, "transfer-withheld-accepted", f"transfer:{transfer}", {"items": out})
    return transfers.find(conn, scope, transfer)


def _write(
    conn: Connection,
    scope: Scope,
    found: Transfer,
    said: Mapping[TransferItemId, Said],
    known: Mapping[TransferItemId, Item],
    proof: Mapping[str, str],
    group: Mapping[str, Any] | None = None,
) -> None:
    """Write decisions down; what is decided so already stays as it is, and with it minutes that say so."""
    said = {name: one for name, one in said.items() if one.although or not _stands(known[name], one)}
    if said:
        table = schema.transfer_item
        conn.execute(
            table.update()
            .where(table.c.id == bindparam("item"))
            .values(
                decision=bindparam("said"),
                reason=bindparam("why"),
                deadline=bindparam("until"),
                decided_by=scope.actor,
                decided_at=now(),
            ),
            [
                {
                    "item": name,
                    "said": one.decision.value,
                    "why": one.reason.strip() or None,
                    "until": one.deadline,
                }
                for name, one in sorted(said.items())
            ],
        )
        told = {"items": {name: one.decision.value for name, one in said.items()}}
        against = {name: one.reason.strip() for name, one in said.items() if one.although}
        event.record(
            conn,
            scope,
            "transfer-decided",
            f"transfer:{found.id}",
            {
                **told,
                **({"although": against} if against else {}),
                **({"group": dict(group)} if group else {}),
                **proof,
            },
        )
    if found.state is State.DELIVERED:
        conn.execute(
            schema.transfer.update()
            .where(schema.transfer.c.id == found.id)
            .values(state=State.UNDER_CHECK.value)
        )


def decide_rest(
    conn: Connection, scope: Scope, transfer: TransferId, said: Said = ACCEPTED, *, on_paper: str = ""
) -> int:
    """Decide the same on every dossier that is not decided on yet; return how many."""
    rest = [item.id for item in items(conn, scope, transfer) if item.decision is None]
    decide(conn, scope, transfer, dict.fromkeys(rest, said), on_paper=on_paper)
    return len(rest)


def _stands(item: Item, said: Said) -> bool:
    decided = (item.decision, item.reason, item.deadline)
    return decided == (said.decision, said.reason.strip() or None, said.deadline)


def _require_possible(item: Item, said: Said) -> None:
    if item.withheld and said.decision.passes:
        raise ItemWithheld(f"{item.identifier} is withheld: it cannot be accepted")
    if said.deadline is not None and said.deadline < today():
        raise DecisionInvalid(f"{item.identifier}: {said.deadline} is past")
