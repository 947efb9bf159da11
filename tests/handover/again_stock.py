"""A receiver to whom the same two parcels come again and again, whole, spoilt or unread."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog import transfer_parcel, unit
from catalog.register import Register
from handover.receiving import Expecting
from handover.receiving_room import Room
from handover.reception import Received, receive, unread_here
from tests.catalog.archive import SYSTEM
from tests.handover import deliveries
from tests.handover.holdings import SEALED

EXPECTING = Expecting(virus=None, content=False)
"""Nobody asks whose signature it is, which takes a second each time."""


@dataclass(frozen=True)
class Delivered:
    """Two parcels of three dossiers on a disk, and the receiver's register."""

    disk: Path
    register: Register

    @property
    def first(self) -> Path:
        return sorted((self.disk / "parcels").iterdir())[0]

    def pdf(self) -> Path:
        return next(iter(sorted((self.disk / "parcels").rglob("H49.64.33.2001.1.1.pdf"))))


@pytest.fixture(scope="module")
def mould(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("mould")
    (top / "disk").mkdir()
    deliveries.make(top / "disk", ((1, 2), (3,)))
    register = Register(f"sqlite:///{top / 'register.db'}")
    register.migrate()
    with register.write() as conn:
        for office in (SEALED.giver, SEALED.receiver):
            unit.add(conn, SYSTEM, office.name, code=office.code)
    register.close()
    return top


@pytest.fixture
def delivered(mould: Path, tmp_path: Path) -> Iterator[Delivered]:
    """A copy of all of it, to be spoilt."""
    top = shutil.copytree(mould, tmp_path / "here")
    register = Register(f"sqlite:///{top / 'register.db'}")
    yield Delivered(top / "disk", register)
    register.close()


class Receiver:
    """One who receives what lies on the disk, and what its register and room then say of the first parcel."""

    def __init__(self, delivered: Delivered, room: Room) -> None:
        self._delivered, self.room = delivered, room

    def came(self, expecting: Expecting = EXPECTING) -> Received:
        return receive(
            self._delivered.disk,
            register=self._delivered.register,
            scope=SYSTEM,
            room=self.room,
            expecting=expecting,
        )

    def row(self, came: Received) -> transfer_parcel.ParcelRow:
        return self.rows(came)[0]

    def rows(self, came: Received) -> list[transfer_parcel.ParcelRow]:
        with self._delivered.register.read() as conn:
            return transfer_parcel.parcels(conn, SYSTEM, came.transfer.id)

    def proposed(self, came: Received) -> list[str]:
        return [one["proposal"] for one in (self.row(came).verdict or {"dossiers": []})["dossiers"]]

    def unread(self, came: Received) -> bool:
        return unread_here(self._delivered.register, SYSTEM, self.room, came.transfer, self.row(came))

    def lies(self, came: Received) -> bytes:
        """Return the bytes of the document that is spoilt where one is."""
        inside = self.room.parcel(came.transfer.id, self.row(came).name)
        return next(iter(sorted(inside.rglob(self._delivered.pdf().name)))).read_bytes()


@pytest.fixture
def receiver(delivered: Delivered, tmp_path: Path) -> Receiver:
    return Receiver(delivered, Room(tmp_path / "received"))


def spoil(delivered: Delivered) -> bytes:
    """Change a document of the first dossier; return it as it was."""
    good = delivered.pdf().read_bytes()
    delivered.pdf().write_bytes(good[:-1] + b"?")
    return good
