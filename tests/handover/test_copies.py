"""Of several copies of a parcel the best one lies here, decided on or not, whatever broke on the way."""

import errno
import json
import multiprocessing
import shutil
import signal
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catalog import transfer as transfers
from catalog import transfer_acceptance, transfer_decision, transfer_item, transfer_parcel, transfer_sample
from catalog.identifiers import TransferId
from catalog.inventory import Counts
from catalog.transfer_decision import Said
from catalog.transfer_item import Decision
from catalog.transfer_state import State
from catalog.transfer_verdict import ChecksAgainst
from handover import announcement, bag, bag_reading, landing, package_reading, receiving_room
from handover.arriving import Arrivals
from handover.listed import Listed
from handover.minutes import total_digest
from handover.origin import origin_by
from handover.outcome import Check, could_not_run, failed, passed
from handover.receiving import Expecting
from handover.reception import take_in_accepted
from handover.signed_parcel import SIGNATURE
from handover.taking_in import House
from handover.trust import NOBODY, Trust
from storage.local import LocalStore
from tests.catalog.archive import SYSTEM
from tests.handover.again_stock import EXPECTING, Delivered, Receiver, spoil
from tests.handover.again_stock import delivered as delivered
from tests.handover.again_stock import mould as mould
from tests.handover.again_stock import receiver as receiver
from tests.handover.deliveries import rewrite_lists
from tests.handover.killed import be_killed, be_killed_settling, find_a_bad_disk
from tests.handover.signing_stock import authority


def decided(delivered: Delivered, transfer: TransferId, *said: Said) -> None:
    """Decide so on the dossiers of the first parcel, in their order, as far as it goes."""
    with delivered.register.write() as conn:
        inside = transfer_item.items(conn, SYSTEM, transfer, parcel=1)
        told = {item.id: one for item, one in zip(inside, said, strict=False)}
        transfer_decision.decide(conn, SYSTEM, transfer, told)


def scanned(*checks: Check) -> Expecting:
    return replace(EXPECTING, virus=lambda _folder: list(checks))


def virus(delivered: Delivered, *, dossier: int = 1) -> Expecting:
    """Expect parcels with a virus in a document of the first or second dossier."""
    path = next(iter(sorted(delivered.first.rglob(f"H49.64.33.2001.{dossier}.1.pdf"))))
    inside = path.relative_to(delivered.first).as_posix()

    def scan(folder: Path) -> list[Check]:
        return [failed("virus", inside, "Eicar")] if (folder / inside).is_file() else [passed("virus")]

    return replace(EXPECTING, virus=scan)


# --- after somebody decided ---------------------------------------------------------------------------------


def test_a_parcel_that_comes_after_all_in_it_was_said_to_be_missing_is_kept(
    receiver: Receiver, delivered: Delivered, tmp_path: Path
) -> None:
    away = shutil.move(delivered.first, tmp_path / "elsewhere")
    came = receiver.came()
    decided(delivered, came.transfer.id, *[Said(Decision.MISSING, "not on the disk")] * 2)
    shutil.move(away, delivered.disk / "parcels" / receiver.row(came).name)

    receiver.came()

    assert receiver.proposed(came) == ["accept"] * 2
    decided(delivered, came.transfer.id, *[transfer_decision.ACCEPTED] * 2)


def test_a_virus_that_is_found_after_a_decision_counts_and_is_asked_about(
    receiver: Receiver, delivered: Delivered
) -> None:
    came = receiver.came(scanned(could_not_run("virus", "", "there is none")))
    for_a_reason = Said(Decision.RESERVED, "a title lacks", date(2999, 12, 31))
    decided(delivered, came.transfer.id, for_a_reason)

    receiver.came(virus(delivered))
    found = receiver.proposed(came)

    assert found == ["hold", "accept"]
    with delivered.register.write() as conn:
        transfer_decision.decide_rest(conn, SYSTEM, came.transfer.id)
        with pytest.raises(ChecksAgainst):
            transfer_acceptance.conclude(conn, SYSTEM, came.transfer.id)


def test_a_virus_in_one_dossier_counts_though_another_one_was_decided_on(
    receiver: Receiver, delivered: Delivered
) -> None:
    came = receiver.came(scanned(could_not_run("virus", "", "there is none")))
    decided(delivered, came.transfer.id, Said(Decision.RETURNED, "not ours"))

    receiver.came(virus(delivered, dossier=2))

    with delivered.register.write() as conn, pytest.raises(ChecksAgainst):
        transfer_decision.decide_rest(conn, SYSTEM, came.transfer.id)


def test_what_could_not_be_read_is_checked_again_after_another_dossier_was_decided_on(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(package_reading, "look_into", be_killed)
        came = receiver.came()
    decided(delivered, came.transfer.id, Said(Decision.RETURNED, "not ours"))
    asked = receiver.unread(came)

    receiver.came()

    assert (asked, receiver.proposed(came), receiver.unread(came)) == (True, ["accept"] * 2, False)


def test_other_bytes_take_no_place_once_somebody_decided(receiver: Receiver, delivered: Delivered) -> None:
    good = spoil(delivered)
    came = receiver.came()
    spoilt = receiver.lies(came)
    decided(delivered, came.transfer.id, Said(Decision.RETURNED, "spoilt"))
    delivered.pdf().write_bytes(good)

    receiver.came()

    assert receiver.lies(came) == spoilt


def test_a_virus_is_not_forgotten_where_the_parcel_lies_here_no_more_and_comes_unscanned(
    receiver: Receiver, delivered: Delivered
) -> None:
    came = receiver.came(virus(delivered))
    shutil.rmtree(receiver.room.parcel(came.transfer.id, receiver.row(came).name))

    receiver.came()
    unscanned = receiver.proposed(came)
    receiver.came(scanned(passed("virus")))

    assert (unscanned, receiver.proposed(came)) == (["hold", "accept"], ["accept"] * 2)


def test_paper_that_is_accepted_without_a_package_keeps_nothing_from_being_closed(
    receiver: Receiver, delivered: Delivered
) -> None:
    told = landing.announced(delivered.disk)
    assert told is not None
    alone = {
        "ordinal": 9,
        "identifier": "H49.64.33.2001.9",
        "medium": "paper",
        "parcel": None,
        "digest": None,
    }
    paper, one = replace(told.items[0], **alone), Counts(1, 2, 2, 2)  # type: ignore[arg-type] # its own fields
    inventory = replace(
        told.inventory,
        completed=told.inventory.completed + one,
        by_medium={**told.inventory.by_medium, "paper": one},
    )
    both = replace(told, items=(*told.items, paper), inventory=inventory)
    (delivered.disk / announcement.NAME).write_bytes(announcement.to_json(both))
    transfer = receiver.came().transfer.id

    with delivered.register.write() as conn:
        inside = transfer_item.items(conn, SYSTEM, transfer)
        back = Said(Decision.RETURNED, "not ours")
        said = {each.id: back if each.digest else transfer_decision.ACCEPTED for each in inside}
        transfer_decision.decide(conn, SYSTEM, transfer, said)
        transfer_acceptance.conclude(conn, SYSTEM, transfer)

        assert transfer_acceptance.left(conn, SYSTEM, transfer) == 0
        assert transfer_acceptance.close(conn, SYSTEM, transfer).state is State.CLOSED


# --- on one disk --------------------------------------------------------------------------------------------


def test_a_good_copy_beside_a_spoilt_one_under_the_same_list_is_looked_at(
    receiver: Receiver, delivered: Delivered
) -> None:
    shutil.copytree(delivered.first, delivered.first.with_name(f"{delivered.first.name}-again"))
    good = spoil(delivered)

    came = receiver.came()

    assert (receiver.proposed(came), receiver.lies(came)) == (["accept"] * 2, good)


def test_what_a_person_saw_of_a_spoilt_dossier_is_not_said_of_the_whole_one_in_its_place(
    receiver: Receiver, delivered: Delivered
) -> None:
    good, opening = spoil(delivered), replace(EXPECTING, content=True)
    transfer = receiver.came(opening).transfer
    with delivered.register.write() as conn:
        first, second = transfer_item.items(conn, SYSTEM, transfer.id, parcel=1)
        for each in (first, second):
            transfer_sample.mark(conn, SYSTEM, transfer.id, each.id, "failed", "nothing can be read")
    delivered.pdf().write_bytes(good)

    receiver.came(opening)

    with delivered.register.read() as conn:
        rows = transfer_parcel.parcels(conn, SYSTEM, transfer.id)
        assert set(transfer_sample.marks(conn, SYSTEM, transfer.id, rows)) == {second.id}


def fail_to_copy(source: Path, target: Path) -> None:
    if source.name == "H49.64.33.2001.1.1.pdf":
        raise OSError(errno.EIO, "Input/output error")
    target.write_bytes(source.read_bytes())


def test_a_file_that_a_disk_does_not_give_back_holds_up_its_dossier_and_no_parcel(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as bad_disk:
        bad_disk.setattr(bag_reading, "look_into", find_a_bad_disk)
        bad_disk.setattr(shutil, "copyfile", fail_to_copy)
        came = receiver.came()
    at_first = receiver.proposed(came)
    states = [row.state for row in receiver.rows(came)]

    receiver.came()

    assert (at_first, states) == (["look"] * 2, ["checked"] * 2)
    assert receiver.proposed(came) == ["accept"] * 2
    assert receiver.lies(came) == delivered.pdf().read_bytes()


def test_what_was_read_and_cannot_be_copied_is_not_kept_as_if_it_were_and_holds_up_no_other(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as bad_disk:
        bad_disk.setattr(shutil, "copyfile", fail_to_copy)
        with pytest.raises(receiving_room.ParcelNotCopied, match=delivered.first.name):
            receiver.came()
    with delivered.register.read() as conn:
        (only,) = transfers.transfers(conn, SYSTEM)
        states = [row.state for row in transfer_parcel.parcels(conn, SYSTEM, only.id)]

    assert states == ["planned", "checked"]
    assert receiver.proposed(receiver.came()) == ["accept"] * 2


def test_a_signature_that_a_disk_does_not_give_back_is_lacking_and_holds_up_no_parcel(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = delivered.first / SIGNATURE
    path.parent.mkdir()
    path.write_bytes(b"x")
    copy, reading = shutil.copyfile, Path.open

    def lost(self: Path, *about: Any, **named: Any) -> Any:
        if self == path:
            raise OSError(errno.EIO, "Input/output error")
        return reading(self, *about, **named)

    def not_copied(source: Path, target: Path) -> Path:
        source.open().close()
        return copy(source, target)

    with monkeypatch.context() as bad_disk:
        bad_disk.setattr(Path, "open", lost)
        bad_disk.setattr(shutil, "copyfile", not_copied)
        came = receiver.came(replace(EXPECTING, origin=origin_by(lambda: NOBODY)))

    assert [row.state for row in receiver.rows(came)] == ["checked"] * 2
    assert receiver.proposed(came) == ["hold"] * 2


def test_a_disk_that_does_not_give_a_list_back_holds_up_no_other_parcel(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, reading = delivered.first / bag.TAG_MANIFEST, Path.open

    def lost(self: Path, *about: Any, **named: Any) -> Any:
        if self == path:
            raise OSError(errno.EIO, "Input/output error")
        return reading(self, *about, **named)

    with monkeypatch.context() as bad_disk:
        bad_disk.setattr(Path, "open", lost)
        came = receiver.came()

    assert [row.state for row in receiver.rows(came)] == ["planned", "checked"]
    assert {each.value for each in (one.outcome for one in came.report.parcels)} == {
        "could-not-run",
        "passed",
    }
    receiver.came()
    assert receiver.proposed(came) == ["accept"] * 2


def test_a_parcel_that_somebody_is_at_holds_up_no_other(receiver: Receiver, delivered: Delivered) -> None:
    transfer = receiver.came().transfer.id
    second = delivered.first.with_name(delivered.first.name[:-1] + "2")
    shutil.rmtree(receiver.room.parcel(transfer, second.name))

    with (
        receiver.room.at_work(transfer, delivered.first.name),
        pytest.raises(receiving_room.ParcelAtWork, match=delivered.first.name),
    ):
        receiver.came()

    assert receiver.room.has(transfer, second.name)


# --- killed -------------------------------------------------------------------------------------------------


def test_whoever_is_killed_between_two_copies_loses_no_good_one_to_a_spoilt_one(
    receiver: Receiver, delivered: Delivered
) -> None:
    came = receiver.came()
    good, name = receiver.lies(came), receiver.row(came).name
    about = receiver.room, delivered.first, came.transfer.id, name
    child = multiprocessing.get_context("spawn").Process(target=be_killed_settling, args=about)
    child.start()
    child.join()
    left = receiver.room.has(came.transfer.id, name)
    spoil(delivered)

    receiver.came()

    assert (child.exitcode, left) == (-signal.SIGKILL, False)
    assert (receiver.proposed(came), receiver.lies(came)) == (["accept"] * 2, good)


def test_what_lies_aside_after_whoever_put_it_there_was_killed_is_taken_in_from_there(
    receiver: Receiver, delivered: Delivered, tmp_path: Path
) -> None:
    came = receiver.came()
    about = receiver.room, delivered.first, came.transfer.id, receiver.row(came).name
    child = multiprocessing.get_context("spawn").Process(target=be_killed_settling, args=about)
    child.start()
    child.join()
    shutil.rmtree(delivered.disk)  # nobody has it any more
    with delivered.register.write() as conn:
        transfer_decision.decide_rest(conn, SYSTEM, came.transfer.id)
        transfer_acceptance.conclude(conn, SYSTEM, came.transfer.id)
    store = LocalStore(tmp_path / "store", is_referenced=lambda _key: False)
    house = House(delivered.register, store, SYSTEM, SYSTEM)

    taken = take_in_accepted(house, receiver.room, came.transfer.id)

    assert child.exitcode == -signal.SIGKILL
    assert (len(taken.dossiers), taken.failed) == (3, ())


# --- the digest of the minutes, and the signature -----------------------------------------------------------


def test_that_they_are_not_those_of_the_minutes_counts_though_less_was_asked_this_time(
    receiver: Receiver,
) -> None:
    came = receiver.came(scanned(passed("virus")))

    receiver.came(replace(EXPECTING, digest=total_digest([("other", "0" * 64)])))

    assert receiver.proposed(came) == ["hold"] * 2
    assert "announcement-digest-other" in json.dumps(receiver.row(came).verdict)


def test_a_parcel_with_another_list_than_in_the_minutes_stays_held_though_nobody_types_the_digest_again(
    receiver: Receiver, delivered: Delivered, tmp_path: Path
) -> None:
    told = landing.announced(delivered.disk)
    assert told is not None
    good = shutil.copytree(delivered.first, tmp_path / "good")
    spoil(delivered)
    rewrite_lists(delivered.first)
    shutil.copyfile(good / bag.TAG_MANIFEST, delivered.first / bag.TAG_MANIFEST)
    minutes = total_digest((each.name, each.digest) for each in told.parcels)

    came = receiver.came(replace(EXPECTING, digest=minutes))
    at_first = receiver.proposed(came)
    receiver.came()
    later = receiver.proposed(came)
    shutil.copytree(good, delivered.first, dirs_exist_ok=True)
    receiver.came(replace(EXPECTING, digest=minutes))

    assert (at_first[1], later) == ("hold", at_first)
    assert receiver.proposed(came) == ["accept"] * 2


def test_a_signature_that_the_disk_lacked_may_come_by_the_line(
    receiver: Receiver, delivered: Delivered, tmp_path: Path
) -> None:
    root = authority().root.asn1
    came = receiver.came(replace(EXPECTING, origin=origin_by(lambda: Trust((root,), (root,)))))
    held, name = receiver.proposed(came), receiver.row(came).name
    arrivals = Arrivals(
        delivered.register,
        LocalStore(tmp_path / "store", is_referenced=lambda _key: False),
        receiver.room,
        EXPECTING,
    )
    files = [
        Listed(path.relative_to(delivered.first).as_posix(), path.stat().st_size, "0" * 64)
        for path in sorted(delivered.first.rglob("*"))
        if path.is_file()
    ]

    without = arrivals.lacking(SYSTEM, came.transfer.id, name, files)
    signed = arrivals.lacking(SYSTEM, came.transfer.id, name, [*files, Listed(SIGNATURE, 9, "1" * 64)])

    assert (held, without) == (["hold"] * 2, [])
    assert SIGNATURE in {each.path for each in signed}
