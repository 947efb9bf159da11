"""The door for handovers: parcels that another installation sends, and the receipt that goes back."""

import logging
from collections.abc import Callable
from pathlib import Path

from catalog.access import Scope
from catalog.identifiers import TransferId
from handover import kept_receipt
from handover.arriving import Arrivals, Lacking
from handover.document_signatures import signatures_by
from handover.kept_receipt import KeptReceipt, ReceiptSigner
from handover.origin import origin_by
from handover.receiving import Expecting
from handover.receiving_room import room_in
from handover.trust import Trust
from luutru.bootstrap import Archive
from luutru.errors import LuuTruError
from luutru.signing_setup import NoSigningKey, signing_key, signing_office, stamp_server

log = logging.getLogger("luutru.handover")


class HandingOver:
    """Everything that a sender may ask."""

    def __init__(self, archive: Archive, trust: Callable[[], Trust]) -> None:
        self._archive = archive
        self.arrivals = Arrivals(
            archive.register,
            archive.store,
            room_in(archive.home),
            Expecting(origin=origin_by(trust), signatures=signatures_by(trust), limits=archive.limits),
        )

    @property
    def scratch(self) -> Path:
        """Where archives may be unpacked."""
        return self._archive.scratch

    def receipt(self, scope: Scope, transfer: TransferId) -> KeptReceipt:
        """Return what was decided on a handover that came, as it is kept."""
        self.arrivals.parcels(scope, transfer)  # asks whether they may know
        return receipt_of(self._archive, scope, transfer)


def receipt_of(archive: Archive, scope: Scope, transfer: TransferId) -> KeptReceipt:
    """Return the receipt of a concluded handover: the same bytes, whoever asks, however often.

    Raises:
        ReceiptElsewhere: the receiver makes it, elsewhere.
        TransferStateWrong: not everything is decided yet.
        TransferNotFound: there is none that the one who asks may see.
    """
    return kept_receipt.kept(archive.register, archive.store, scope, archive.system, transfer)


def signed_receipt(archive: Archive, scope: Scope, transfer: TransferId) -> KeptReceipt:
    """Return the receipt with this office's signature, where it has a signing key; else as it is.

    Raises:
        KeyUnusable, KeyOutOfTime, TokenAway: as they say; the receipt is kept without a signature.
        ReceiptElsewhere, TransferStateWrong, TransferNotFound, NotAllowed: as they say.
    """
    found = receipt_of(archive, scope, transfer)
    try:
        with signing_key() as key:
            signer = ReceiptSigner(key, signing_office(key), stamp_server())
            return kept_receipt.sign(archive.register, archive.store, scope, found, signer)
    except NoSigningKey:
        return found


def make_receipt(archive: Archive, scope: Scope, transfer: TransferId, *, sign: bool) -> None:
    """Make the receipt of what was just concluded; what fails holds up nothing, and comes later.

    `sign`: with the key as the settings open it. The desk does not: nobody gave the passphrase there.
    """
    try:
        (signed_receipt if sign else receipt_of)(archive, scope, transfer)
    except LuuTruError as error:
        log.warning("handover.receipt slug=%s", error.slug)
    except Exception as error:  # a fault of ours, or of a token's library: the dossiers pass all the same
        log.error("handover.receipt error=%s", type(error).__name__)


__all__ = [
    "HandingOver",
    "Lacking",
    "make_receipt",
    "receipt_of",
    "signed_receipt",
]
