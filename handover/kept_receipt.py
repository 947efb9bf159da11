"""The receipt is made once, when the handover is concluded, and kept: whoever asks gets the same bytes.

So that its SHA-256 names it, and the office's signature (detached, with its time stamp) lies beside it for as
long as it is kept. Broken off before it was kept, it is made by the first who asks.
"""

import base64
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog import objects, transfer_paper
from catalog import transfer as transfers
from catalog.access import Role, Scope
from catalog.identifiers import TransferId
from catalog.instants import now
from catalog.register import Register
from catalog.transfer_paper import TransferPaper
from handover import receipt as receipts
from handover.announcement import Checkpoint
from handover.drawing_up import log_so_far
from handover.signing import Pending, Stamped, sign_manifest, stamp
from handover.signing_key import SigningKey
from handover.time_stamp import StampServer
from storage.object_store import ObjectStore

MEDIA_TYPE = "application/json"
KIND = "receipt"


@dataclass(frozen=True)
class KeptReceipt:
    """A receipt as it is kept."""

    transfer: TransferId
    paper: TransferPaper
    data: bytes

    @property
    def p7s(self) -> bytes | None:
        """The office's detached signature over it (CMS, DER); None: it is not signed."""
        return beside(self.paper, "p7s")

    @property
    def tsr(self) -> bytes | None:
        """The time stamp over that signature; None: none yet."""
        return beside(self.paper, "tsr")


def is_signed(paper: TransferPaper, *, stamped: bool) -> bool:
    """Return whether a paper is a receipt with its signature, `stamped`: and with the time stamp over it."""
    if paper.kind != KIND or beside(paper, "p7s") is None:
        return False
    return not stamped or beside(paper, "tsr") is not None


def beside(paper: TransferPaper, name: str) -> bytes | None:
    """Return what is kept beside a receipt: "p7s", its detached signature, or "tsr", the stamp over that."""
    for each in paper.signatures:
        if each.get(name):
            return base64.b64decode(each[name])
    return None


def kept(
    register: Register, store: ObjectStore, scope: Scope, service: Scope, transfer: TransferId
) -> KeptReceipt:
    """Return the receipt of a concluded handover, made and kept now where nobody did before.

    Raises:
        ReceiptElsewhere, TransferStateWrong, TransferNotFound, NotAllowed: as `handover.receipt` says.
        BackendError: it could not be kept.
    """
    with register.read() as conn:
        before = _first(conn, scope, transfer)
    return _opened(store, transfer, before or _make(register, store, scope, service, transfer))


def _first(conn: Any, scope: Scope, transfer: TransferId) -> TransferPaper | None:
    every = transfer_paper.papers(conn, scope, transfer, kind=KIND)
    return every[-1] if every else None


def _make(
    register: Register, store: ObjectStore, scope: Scope, service: Scope, transfer: TransferId
) -> TransferPaper:
    with register.read() as conn:
        receipts.receipt(conn, scope, transfer)  # asks whether there can be one
    log = log_so_far(register, service, transfer)
    with register.read() as conn:
        minutes = transfer_paper.papers(conn, scope, transfer, kind="minutes")
        told = receipts.receipt(
            conn,
            scope,
            transfer,
            checkpoint=Checkpoint(log.size, log.root) if log is not None else None,
            minutes=minutes[0].sha256 if minutes else None,
        )
    put = store.put(io.BytesIO(receipts.to_json(told)))
    with register.write() as conn:
        paper = transfer_paper.keep(conn, scope, transfer, KIND, put.key, media_type=MEDIA_TYPE, once=True)
        if paper.object_key == put.key:  # else somebody was quicker, and ours is a stray
            objects.note(conn, service, put.key, put.size, "paper")
    return paper


def _opened(store: ObjectStore, transfer: TransferId, paper: TransferPaper) -> KeptReceipt:
    with store.get(paper.object_key) as stream:
        return KeptReceipt(transfer, paper, stream.read())


# --- signing --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReceiptSigner:
    """With what a receipt is signed."""

    key: SigningKey
    office: str
    server: StampServer | None


Signing = Callable[[], ReceiptSigner]


def sign(
    register: Register, store: ObjectStore, scope: Scope, found: KeptReceipt, signer: ReceiptSigner
) -> KeptReceipt:
    """Return the receipt with the receiver's signature and, where a server answers, its time stamp.

    What is there already stays; a stamp that lacks is added. One that came back from the receiver is theirs
    to sign.

    Raises:
        NotAllowed: the one who asks is no archivist of the receiver.
    """
    with register.read() as conn:
        transfer = transfers.find(conn, scope, found.transfer)
    if transfer.direction == "out" and transfer.route == "parcels":
        return found  # it came back from those who sign it
    scope.require(Role.ARCHIVIST, transfer.to_unit)
    if found.p7s is not None and (found.tsr is not None or signer.server is None):
        return found
    p7s = found.p7s or sign_manifest(found.data, signer.key)
    made = stamp(p7s, signer.server) if signer.server is not None else Pending("")
    tsr = None if isinstance(made, Pending) else made
    if found.p7s is not None and tsr is None:
        return found  # the server is still away
    old: Mapping[str, Any] = found.paper.signatures[0] if found.p7s is not None else {}
    unstamped = Stamped.NOT_ASKED if signer.server is None else Stamped.PENDING
    signature = {
        "who": signer.office,
        "role": "receiver",
        "at": now().isoformat(),
        "certificate": signer.key.fingerprint,
        "actor": scope.actor,
        **old,
        **signature_plain(p7s, tsr),
        "stamp": (Stamped.STAMPED if tsr is not None else unstamped).value,
    }
    with register.write() as conn:
        transfer_paper.sign(conn, scope, found.transfer, found.paper.id, [signature])
        (paper,) = [
            each
            for each in transfer_paper.papers(conn, scope, found.transfer, kind=KIND)
            if each.id == found.paper.id
        ]
    return KeptReceipt(found.transfer, paper, found.data)


def signature_plain(p7s: bytes, tsr: bytes | None) -> dict[str, str]:
    """Return a signature and its stamp as the register keeps them beside a paper."""
    told = {"p7s": base64.b64encode(p7s).decode()}
    return told | ({"tsr": base64.b64encode(tsr).decode()} if tsr is not None else {})
