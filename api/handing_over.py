"""The door for handovers: parcels that another installation sends, and the receipt that goes back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from catalog import audit_chain
from catalog.access import Scope
from catalog.identifiers import TransferId
from handover import receipt as receipts
from handover.announcement import Checkpoint
from handover.arriving import Arrivals, Lacking
from handover.origin import origin_by
from handover.receiving import Expecting
from handover.receiving_room import Room
from handover.trust import Trust
from luutru.bootstrap import Archive
from luutru.sealing import seal_events

RECEIVED = "received"
"""Folder of the home in which parcels lie until they are decided on."""


class HandingOver:
    """Everything that a sender may ask."""

    def __init__(self, archive: Archive, trust: Callable[[], Trust]) -> None:
        self._archive = archive
        self.arrivals = Arrivals(
            archive.register,
            archive.store,
            room_of(archive),
            Expecting(origin=origin_by(trust), limits=archive.limits),
        )

    @property
    def scratch(self) -> Path:
        """Where archives may be unpacked."""
        return self._archive.scratch

    def receipt(self, scope: Scope, transfer: TransferId) -> receipts.Receipt:
        """Return what was decided on a handover that came."""
        self.arrivals.parcels(scope, transfer)  # asks whether they may know
        return receipt_of(self._archive, scope, transfer)


def receipt_of(archive: Archive, scope: Scope, transfer: TransferId) -> receipts.Receipt:
    """Return what was decided on a handover that came, and how far our log of events is, for them to keep.

    Raises:
        TransferStateWrong: not everything is decided yet.
        TransferNotFound: there is none that the one who asks may see.
    """
    with archive.register.read() as conn:
        told = receipts.receipt(conn, scope, transfer)
    seal_events(archive)
    with archive.register.read() as conn:
        taken = audit_chain.checkpoint(conn, archive.system)
    return replace(told, checkpoint=Checkpoint(taken.size, taken.root))


def room_of(archive: Archive) -> Room:
    """Return where parcels lie that came."""
    return Room(archive.home / RECEIVED)


__all__ = ["HandingOver", "Lacking", "receipt_of", "room_of"]
