"""What a machine could not read when a parcel came is checked when it comes once more."""

from pathlib import Path

import pytest

from catalog import transfer_parcel
from handover import package_reading
from handover.receiving_room import Room
from handover.reception import Received, receive, unread_here
from tests.catalog.archive import SYSTEM
from tests.handover.test_bag_reading import be_killed
from tests.handover.test_tampering import Delivered, delivered, mould

__all__ = ["delivered", "mould"]


def test_it_takes_the_place_of_what_could_not_be_asked(
    delivered: Delivered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(tmp_path / "received")

    def came() -> Received:
        house = delivered.register
        return receive(delivered.disk, register=house, scope=SYSTEM, room=room, expecting=delivered.expecting)

    def told(transfer: Received) -> tuple[set[str], bool]:
        with delivered.register.read() as conn:
            first, *_ = rows = transfer_parcel.parcels(conn, SYSTEM, transfer.transfer.id)
        proposed = {one["proposal"] for row in rows for one in (row.verdict or {})["dossiers"]}
        return proposed, unread_here(delivered.register, SYSTEM, room, transfer.transfer, first)

    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(package_reading, "look_into", be_killed)
        first = came()
    at_first = told(first)
    again = told(came())

    assert at_first == ({"look"}, True)
    assert again == ({"accept"}, False)
