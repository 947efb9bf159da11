"""The receipt that came back: whose it is, what it says, and its bytes kept as they came."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

from catalog import event, objects, transfer_paper
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.register import Register
from catalog.transfer import Transfer
from handover import receipt as receipts
from handover.kept_receipt import KIND, MEDIA_TYPE, signature_plain
from handover.origin import LACKS
from handover.outcome import Check, Outcome, could_not_run, failed, verdict
from handover.receipt import Receipt
from handover.sealed import Office
from handover.signature_reading import read_signature
from handover.trust import Trust
from luutru.errors import Conflict
from storage.object_store import ObjectStore

SUBJECT = "receipt"


class ReceiptUnproven(Conflict):
    """Nothing shows that a receipt is the receiver's: its signature lacks, or is not good."""

    slug = "receipt-unproven"


@dataclass(frozen=True)
class Came:
    """A receipt as it came back."""

    data: bytes
    p7s: bytes | None = None  #: the receiver's detached signature over it
    tsr: bytes | None = None  #: the time stamp over that


@dataclass(frozen=True)
class Taken:
    """What taking a receipt came to."""

    transfer: Transfer
    receipt: Receipt
    sha256: str
    checks: tuple[Check, ...]  #: of its signature
    withheld: tuple[str, ...]  #: dossiers that were withheld here and accepted there: they are out


def take(
    came: Came,
    *,
    register: Register,
    store: ObjectStore,
    scope: Scope,
    service: Scope,
    trust: Trust,
    on_paper: str = "",
) -> Taken:
    """Let the giver write down what the receiver decided, and keep the receipt; twice is harmless.

    Where somebody's signatures are believed it has to bear one of the receiver's that holds. One that bears
    none is taken on the word of a paper that the receiver signed: `on_paper`, its number and day.

    Raises:
        ReceiptUnproven: as it says; nothing was written.
        ReceiptInvalid, TotalsDiffer, NotAllowed, TransferNotFound: as `handover.receipt.take` says.
    """
    told, sha256 = receipts.from_json(came.data), hashlib.sha256(came.data).hexdigest()
    with register.read() as conn:
        found = transfers.find(conn, scope, told.transfer, direction="out")
    checks = _signed(came, trust, _receiver(found))
    paper = " ".join(on_paper.split())[: transfers.LONGEST_PAPER]
    bad = [each for each in checks if each.outcome is Outcome.FAILED or each.unread]
    if bad and not (paper and {each.code for each in bad} == {LACKS}):
        raise ReceiptUnproven(
            f"{found.number}: {'; '.join(f'{each.code} {each.detail}'.rstrip() for each in bad)}; one that "
            "bears no signature is taken with --on-paper, number and day of the paper that they signed"
        )
    put = store.put(io.BytesIO(came.data))
    with register.write() as conn:
        done = receipts.take(conn, scope, told, sha256=sha256)
        objects.note(conn, service, put.key, put.size, "paper")
        before = {each.object_key for each in transfer_paper.papers(conn, scope, done.id, kind=KIND)}
        kept = transfer_paper.keep(conn, scope, done.id, KIND, put.key, media_type=MEDIA_TYPE)
        signature = _signature(came, told, checks)
        if signature and not kept.signatures:
            transfer_paper.sign(conn, scope, done.id, kept.id, [signature])
        if put.key not in before:
            said = {"sha256": sha256, "minutes": told.minutes, "signature": verdict(checks).outcome.value}
            said |= {"on_paper": paper} if paper else {}
            event.record(conn, scope, "transfer-receipt-taken", f"transfer:{done.id}", said)
        out = receipts.accepted_withheld(conn, scope, done.id)
    return Taken(done, told, sha256, checks, tuple(out))


def _receiver(found: Transfer) -> Office:
    """Return the receiver as it was called when the handover was sealed."""
    named = (found.frame or {}).get("receiver") or {"name": found.to_name, "code": found.to_code or ""}
    return Office(named["name"], named["code"] or "")


def _signed(came: Came, trust: Trust, receiver: Office) -> tuple[Check, ...]:
    if came.p7s is None:
        lacks = failed if trust.signers else could_not_run
        nobody = "" if trust.signers else ", and there is nobody whose signature is believed"
        return (lacks(LACKS, SUBJECT, f"the receipt bears none{nobody}"),)
    return read_signature(came.data, came.p7s, trust, expected_office=receiver, tsr=came.tsr, subject=SUBJECT)


def _signature(came: Came, told: Receipt, checks: tuple[Check, ...]) -> dict[str, Any]:
    if came.p7s is None:
        return {}
    about = {"who": told.receiver, "role": "receiver", "outcome": verdict(checks).outcome.value}
    return {**about, **signature_plain(came.p7s, came.tsr)}
