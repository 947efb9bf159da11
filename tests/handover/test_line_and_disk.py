"""A parcel comes by the line and on a disk at once: whoever sends is told that it came only where it did."""

import hashlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog.identifiers import TransferId
from handover import announcement, bundle, receiving_room
from handover.arriving import Arrivals, FilesLack
from handover.listed import Listed
from storage.local import LocalStore
from tests.catalog.archive import SYSTEM
from tests.handover.again_stock import EXPECTING, Delivered, Receiver, spoil
from tests.handover.again_stock import delivered as delivered
from tests.handover.again_stock import mould as mould
from tests.handover.again_stock import receiver as receiver
from tests.handover.test_copies import fail_to_copy


@dataclass(frozen=True)
class Sender:
    """One who sends the first parcel by the line, as it was when it was made."""

    arrivals: Arrivals
    transfer: TransferId
    name: str
    held: dict[str, bytes]

    def send(self) -> int:
        """Send what lacks; return how many files that were."""
        files = [
            Listed(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in self.held.items()
        ]
        lack = [each.path for each in self.arrivals.lacking(SYSTEM, self.transfer, self.name, files)]
        body = bundle.made({path: self.held[path] for path in lack})
        digest = hashlib.sha256(body).hexdigest()
        self.arrivals.take(SYSTEM, self.transfer, self.name, sha256=digest, data=io.BytesIO(body))
        return len(lack)

    def finish(self) -> None:
        self.arrivals.finish(SYSTEM, self.transfer, self.name)


@pytest.fixture
def sender(receiver: Receiver, delivered: Delivered, tmp_path: Path) -> Sender:
    store = LocalStore(tmp_path / "store", is_referenced=lambda _key: False)
    arrivals = Arrivals(delivered.register, store, receiver.room, EXPECTING)
    transfer = arrivals.announce(SYSTEM, (delivered.disk / announcement.NAME).read_bytes()).id
    first = delivered.first
    held = {
        path.relative_to(first).as_posix(): path.read_bytes()
        for path in sorted(first.rglob("*"))
        if path.is_file()
    }
    return Sender(arrivals, transfer, first.name, held)


def test_what_a_spoilt_copy_on_a_disk_came_over_is_asked_for_again(
    sender: Sender, receiver: Receiver, delivered: Delivered
) -> None:
    first, good = sender.send(), spoil(delivered)
    came = receiver.came()

    with pytest.raises(FilesLack):
        sender.finish()
    again = sender.send()
    sender.finish()

    assert again == first
    assert (receiver.proposed(came), receiver.lies(came)) == (["accept"] * 2, good)


def test_what_went_for_a_copy_that_could_not_be_kept_is_asked_for_again(
    sender: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sender.send()
    with monkeypatch.context() as bad_disk:
        bad_disk.setattr(shutil, "copyfile", fail_to_copy)
        with pytest.raises(receiving_room.ParcelNotCopied):
            receiver.came()

    with pytest.raises(FilesLack):
        sender.finish()
    again = sender.send()
    sender.finish()

    assert again == first
    assert receiver.room.has(sender.transfer, sender.name)


def test_what_was_let_lie_by_one_who_was_killed_then_is_not_sent_again(
    sender: Sender, receiver: Receiver
) -> None:
    sender.send()
    receiver.room.settle(sender.transfer, sender.name)  # nobody wrote down what was found

    again = sender.send()
    sender.finish()

    assert again == 0
    assert [row.state for row in sender.arrivals.parcels(SYSTEM, sender.transfer)[1]] == [
        "checked",
        "planned",
    ]
