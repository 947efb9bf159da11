"""Two installations: one gives what was digitised in it, the other has its people and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from catalog import dossier_change, people, transfer_acceptance, transfer_decision, transfer_draft
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.dossier import find as find_dossier
from catalog.identifiers import DossierId, TransferId
from catalog.transfer_parcel import parcels
from handover import announcement
from handover.announcing import announcement as announced
from handover.parcel import FolderSink, write
from handover.parcels import again
from handover.receiving import Expecting
from handover.receiving_room import Room
from handover.reception import Received, TakenIn, receive, take_in_accepted
from handover.sealing import Limits, seal
from handover.taking_in import House
from tests.api.stock import Stock


@dataclass(frozen=True)
class Houses:
    """The giver with a sealed handover, and the receiver."""

    giver: Stock
    receiver: Stock
    transfer: TransferId

    @property
    def scope(self) -> Scope:
        """Whoever acts for the giver."""
        return administrator(self.giver)

    @property
    def room(self) -> Room:
        """Where parcels lie at the receiver's."""
        return Room(self.receiver.archive.home / "received")

    @property
    def house(self) -> House:
        """The receiver, taking in."""
        archive = self.receiver.archive
        return House(archive.register, archive.store, archive.system, administrator(self.receiver))

    def came(self) -> TransferId:
        """Return the handover as the receiver knows it."""
        with self.receiver.archive.register.read() as conn:
            (only,) = transfers.transfers(conn, administrator(self.receiver))
        return only.id


def administrator(stock: Stock) -> Scope:
    """Return the scope of the first administrator."""
    with stock.archive.register.read() as conn:
        return people.find(conn, stock.archive.system, "quantri").scope


def sealed(giver: Stock, dossiers: Sequence[DossierId], *, limits: Limits | None = None) -> TransferId:
    """Draft and seal a handover of dossiers from An Lạc to Hà Tu, as unfinished work."""
    archive, scope = giver.archive, administrator(giver)
    with archive.register.write() as conn:
        for number, name in enumerate(dossiers, 1):
            revision = find_dossier(conn, scope, name).revision
            dossier_change.edit(conn, scope, name, {"code": f"ANLAC.1998.{number}"}, revision=revision)
        found = transfer_draft.draft(
            conn,
            scope,
            giver=giver.an_lac,
            receiver=giver.ha_tu,
            case="xa-merged",
            title="Bàn giao hồ sơ",
            receives_as="successor",
            decision_number="12/QĐ-UBND",
            decision_date=date(2026, 7, 1),
        )
        transfer_draft.add(conn, scope, found.id, dossiers, unfinished=True)
    seal(
        archive.register,
        archive.store,
        scope,
        archive.system,
        found.id,
        version="1",
        limits=limits or Limits(),
    )
    return found.id


def export(houses: Houses, disk: Path) -> None:
    """Write handover.json and every parcel into a folder."""
    archive, scope = houses.giver.archive, houses.scope
    with archive.register.read() as conn:
        told = announced(conn, scope, houses.transfer)
        found = transfers.find(conn, scope, houses.transfer)
        rows = parcels(conn, scope, houses.transfer)
        for row in rows:
            made = again(conn, scope, found, row, len(rows), archive.store)
            write(made, FolderSink(disk / "parcels"))
    (disk / "handover.json").write_bytes(announcement.to_json(told))


def received(houses: Houses, disk: Path) -> Received:
    """Let the receiver receive what lies on a disk."""
    return receive(
        disk,
        register=houses.receiver.archive.register,
        scope=administrator(houses.receiver),
        room=houses.room,
        expecting=Expecting(virus=None),
    )


def accept_all(houses: Houses) -> TakenIn:
    """Let the receiver accept every dossier, and take in what was accepted."""
    scope = administrator(houses.receiver)
    transfer = houses.came()
    with houses.receiver.archive.register.write() as conn:
        transfer_decision.decide_rest(conn, scope, transfer)
        transfer_acceptance.conclude(conn, scope, transfer)
    return take_in_accepted(houses.house, houses.room, transfer)
