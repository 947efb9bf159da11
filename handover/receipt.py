"""The receipt: what the receiver decided, dossier by dossier, as a file that goes back to the giver.

It names the transfer by its seal and every parcel by its digest. It is made once (`handover.kept_receipt`),
and its bytes are what the receiver signs; the giver writes down from it what was decided, once, and only what
adds up (`handover.taken_receipt`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from catalog import transfer as transfers
from catalog import transfer_acceptance, transfer_decision, transfer_item, transfer_parcel, transfer_sealing
from catalog.access import Scope
from catalog.identifiers import TransferId, TransferItemId
from catalog.transfer import Transfer
from catalog.transfer_decision import Said
from catalog.transfer_item import Decision
from catalog.transfer_state import CONCLUDED, State, require_state
from handover import strict_json
from handover.announcement import Checkpoint
from luutru.errors import Conflict, InvalidInput

FORMAT = "vn.luutru.receipt/1"
MOST_BYTES = 128 << 20


class ReceiptInvalid(InvalidInput):
    """A receipt that cannot be understood, or is of another handover."""

    slug = "receipt-invalid"


class ReceiptElsewhere(Conflict):
    """The receiver makes the receipt, in a register of its own: take theirs in."""

    slug = "receipt-elsewhere"


@dataclass(frozen=True)
class Decided:
    """What was decided on one dossier."""

    identifier: str
    digest: str | None  #: of its package, as it was found
    decision: str
    reason: str
    deadline: date | None


@dataclass(frozen=True)
class Receipt:
    """Everything that was decided on one handover."""

    transfer: str
    namespace: str
    receiver: str  #: name of the office
    concluded_at: datetime
    concluded_by: str
    paper_passed: bool
    items: tuple[Decided, ...]
    parcels: Mapping[str, str]  #: name -> digest
    checkpoint: Checkpoint | None = None  #: of the receiver's log of events, at the last act on the handover
    minutes: str | None = None  #: SHA-256 of the receiver's minutes, as they were when it was made
    format: str = FORMAT


def receipt(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    *,
    checkpoint: Checkpoint | None = None,
    minutes: str | None = None,
) -> Receipt:
    """Return the receipt of a handover that was decided on in this register, and is concluded.

    Raises:
        ReceiptElsewhere: it was decided on in another register; the receipt is made there.
        TransferStateWrong: not everything is decided yet.
        TransferNotFound: there is none that the one who asks may see.
    """
    found = transfers.find(conn, scope, transfer)
    if found.direction == "out" and found.route == "parcels":
        raise ReceiptElsewhere(f"the receipt of {found.number} is made by {found.to_name}, and none came yet")
    require_state(found.number, found.state, *CONCLUDED)
    assert found.concluded_at is not None and found.namespace is not None  # as its state says
    return Receipt(
        transfer=found.number,
        namespace=found.namespace,
        receiver=found.to_name,
        concluded_at=found.concluded_at,
        concluded_by=found.concluded_by or "",
        paper_passed=found.paper_passed,
        items=tuple(
            Decided(
                item.identifier,
                item.digest,
                item.decision.value if item.decision else "",
                item.reason or "",
                item.deadline,
            )
            for item in transfer_item.items(conn, scope, transfer)
        ),
        parcels={row.name: row.digest for row in transfer_parcel.parcels(conn, scope, transfer)},
        checkpoint=checkpoint,
        minutes=minutes,
    )


def to_json(told: Receipt) -> bytes:
    """Return the receipt as it goes back, the same bytes for the same receipt."""
    return strict_json.written(told)


def from_json(data: bytes) -> Receipt:
    """Return the receipt that came back.

    Raises:
        ReceiptInvalid: it cannot be understood.
    """
    try:
        found = strict_json.read(Receipt, data, most_bytes=MOST_BYTES)
    except strict_json.NotAsAgreed as error:
        raise ReceiptInvalid(f"receipt: {error}") from error
    if found.format != FORMAT:
        raise ReceiptInvalid(f"a receipt of format {found.format[:40]!r}, expected {FORMAT}")
    return found


def take(conn: Connection, scope: Scope, told: Receipt, *, sha256: str) -> Transfer:
    """Let the giver write down what the receiver decided, and conclude; the same again changes nothing.

    `sha256`: of the receipt's bytes, for the log.

    `catalog.transfer_acceptance.pass_next` then lets the dossiers pass. It is taken however late, and also
    where it accepts what was withheld here meanwhile: `accepted_withheld` says which.

    Raises:
        ReceiptInvalid: it is of another seal, names other parcels or packages, or leaves a dossier out.
        TransferStateWrong, TotalsDiffer, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.find(conn, scope, told.transfer, direction="out")
    if found.direction != "out" or found.namespace != told.namespace:
        raise ReceiptInvalid(f"the receipt is of another handover than our {found.number}")
    if found.state in CONCLUDED:
        _require_as_before(conn, scope, found, told)
        return found
    items = {item.identifier: item for item in transfer_item.items(conn, scope, found.id)}
    parcels = {row.name: row.digest for row in transfer_parcel.parcels(conn, scope, found.id)}
    said = {each.identifier: each for each in told.items}
    if parcels != dict(told.parcels) or items.keys() != said.keys() or len(said) != len(told.items):
        raise ReceiptInvalid(
            f"the receipt of {found.number} names other parcels or dossiers than were sealed"
        )
    decisions: dict[TransferItemId, Said] = {}
    for name, each in said.items():
        if each.digest != items[name].digest:
            raise ReceiptInvalid(f"{name}: the receipt is over another package than was sealed")
        try:
            decision = Decision(each.decision)
        except ValueError as error:
            raise ReceiptInvalid(f"{name}: {each.decision[:40]!r} is no decision") from error
        decisions[items[name].id] = Said(decision, each.reason, each.deadline)
    if found.state is State.SEALED:
        transfer_sealing.deliver(conn, scope, found.id)
    transfer_decision.write_down(
        conn, scope, found.id, decisions, concluded_at=told.concluded_at, receipt=sha256
    )
    return transfer_acceptance.conclude(conn, scope, found.id, paper=told.paper_passed, receipt=sha256)


def accepted_withheld(conn: Connection, scope: Scope, transfer: TransferId) -> list[str]:
    """Return the dossiers that the receiver accepted although they were withheld here: they are out.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    found = transfer_item.items(conn, scope, transfer)
    return [
        item.identifier
        for item in found
        if item.withheld and item.decision is not None and item.decision.passes
    ]


def _require_as_before(conn: Connection, scope: Scope, found: Transfer, told: Receipt) -> None:
    said = {each.identifier: each.decision for each in told.items}
    for item in transfer_item.items(conn, scope, found.id):
        if said.get(item.identifier) != (item.decision.value if item.decision else ""):
            raise ReceiptInvalid(f"{found.number} was concluded otherwise: {item.identifier}")
