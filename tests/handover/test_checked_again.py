"""What a machine could not read when a parcel came: it beats nothing that was found, and is checked again."""

import json
import shutil
import tarfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog import transfer_decision, transfer_item, transfer_parcel
from catalog.identifiers import TransferId
from catalog.transfer_item import Decision
from handover import (
    apart,
    bag,
    bag_reading,
    document_signatures,
    landing,
    package_reading,
    receiving_room,
    unpack,
)
from handover.announcement import Announcement
from handover.document_signatures import Said, SaidSigned, signatures_by
from handover.minutes import total_digest
from handover.origin import origin_by
from handover.outcome import AGAIN, Check, Outcome, could_not_run, failed, passed
from handover.receiving import Expecting
from handover.reception import Received, check_here, settled_here
from handover.signed_parcel import ParcelPlace
from handover.trust import NOBODY
from ingest.limits import Limits
from tests.catalog.archive import SYSTEM
from tests.handover.again_stock import EXPECTING, Delivered, Receiver, spoil
from tests.handover.again_stock import delivered as delivered
from tests.handover.again_stock import mould as mould
from tests.handover.again_stock import receiver as receiver
from tests.handover.killed import be_killed, be_killed_opening, die, find_a_bad_disk


def test_it_takes_the_place_of_what_could_not_be_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(package_reading, "look_into", be_killed)
        first = receiver.came()
        at_first = receiver.proposed(first), receiver.unread(first)

    again = receiver.came()

    assert at_first == (["look"] * 2, True)
    assert (receiver.proposed(again), receiver.unread(again)) == (["accept"] * 2, False)


def test_one_that_could_not_be_read_beats_no_fault_that_was_found_and_a_good_one_does(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = spoil(delivered)
    spoilt = receiver.came()
    found, lay = receiver.proposed(spoilt), receiver.lies(spoilt)
    delivered.pdf().write_bytes(good)
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(package_reading, "look_into", be_killed)
        unread = receiver.came()
        after_unread = receiver.proposed(unread), receiver.lies(unread)

    last = receiver.came()

    assert found == ["return", "accept"]
    assert after_unread == (found, lay)
    assert (receiver.proposed(last), receiver.lies(last)) == (["accept"] * 2, good)


def test_a_good_one_stays_whatever_could_not_be_read_later(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = receiver.came()
    before = receiver.row(good)
    for module in (bag_reading, package_reading):
        with monkeypatch.context() as short_of_memory:
            short_of_memory.setattr(module, "look_into", be_killed)
            receiver.came()
    spoil(delivered)
    monkeypatch.setattr(package_reading, "look_into", be_killed)

    receiver.came()

    assert receiver.row(good) == before


def test_a_good_one_that_could_not_be_read_is_not_lost_to_a_bad_one(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(bag_reading, "look_into", be_killed)
        receiver.came()
    good = spoil(delivered)

    came = receiver.came()
    lay = receiver.lies(came)
    delivered.pdf().write_bytes(good)
    last = receiver.came()

    assert lay == good
    assert receiver.proposed(last) == ["accept"] * 2


def test_of_the_same_bytes_a_fault_that_is_found_later_counts(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(delivered)
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(bag_reading, "look_into", be_killed)
        first = receiver.came()
        at_first = receiver.proposed(first)

    again = receiver.came()

    assert (at_first[0], receiver.proposed(again)[0]) == ("look", "return")


def test_what_too_many_others_kept_us_from_reading_is_not_checked_for_ever(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "MOST_LOST", 1)
    monkeypatch.setattr(package_reading, "look_into", die)

    came = receiver.came()

    assert receiver.proposed(came) == ["return", "look"]
    assert not receiver.unread(came)


def test_signed_documents_whose_reader_the_machine_kills_are_checked_again(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = signatures_by(lambda: NOBODY)

    def signatures(packages: Sequence[tuple[Path, Said]], limits: Limits) -> Any:
        said = Said(True, (SaidSigned("H49.64.33.2001.1.1", "2026-01-01T00:00:00+00:00", "0" * 64),), "")
        return verify(
            [(folder, said if "2001.1.1" in _names(folder) else Said()) for folder, _ in packages],
            limits,
        )

    expecting = replace(EXPECTING, content=True, signatures=signatures)
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(document_signatures, "verify", be_killed)
        came = receiver.came(expecting)

    assert "document-signatures" in json.dumps(receiver.row(came).verdict)
    assert receiver.unread(came)


def _names(folder: Path) -> str:
    return " ".join(path.name for path in folder.rglob("*.pdf"))


def test_an_archive_whose_opener_the_machine_kills_holds_up_no_other_and_can_come_again(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = delivered.first
    with tarfile.open(first.with_name(f"{first.name}.tar"), "w") as tar:
        tar.add(first, arcname=first.name)
    shutil.rmtree(first)
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(unpack, "unpack_here", be_killed_opening)
        came = receiver.came()
        told = came.report.parcels[0]
        at_first = receiver.row(came), [one.proposal.value for one in told.dossiers]

    again = receiver.came()

    (why,) = [each.check for each in told.findings]
    assert (why.code, why.outcome.value, "short of memory" in why.detail) == (
        "archive-unread",
        "could-not-run",
        True,
    )
    assert (at_first[0].state, at_first[1]) == ("planned", ["awaited"] * 2)
    assert len(came.report.parcels) == 2
    assert {one.proposal.value for one in came.report.parcels[1].dossiers} == {"accept"}
    assert receiver.proposed(again) == ["accept"] * 2


def test_a_secret_mark_is_not_lost_where_nobody_looks_for_it_again(
    receiver: Receiver, delivered: Delivered
) -> None:
    came = receiver.came()
    hold(receiver, delivered, came.transfer.id, unread=False)
    before = receiver.row(came)

    receiver.came()  # quick: no file is opened

    assert receiver.row(came) == before


NO_SCANNER = could_not_run("virus", "", "there is none")


def scanned(delivered: Delivered, *checks: Check) -> Expecting:
    """Expect parcels in which a scanner finds these in the first document, and nothing in the other."""
    inside = delivered.pdf().relative_to(delivered.first).as_posix()
    told = [replace(each, subject=inside) if each.outcome is Outcome.FAILED else each for each in checks]

    def scan(folder: Path) -> list[Check]:
        return told if (folder / inside).is_file() else [passed("virus")]

    return replace(EXPECTING, virus=scan)


def test_a_virus_is_not_lost_where_there_is_no_scanner(receiver: Receiver, delivered: Delivered) -> None:
    came = receiver.came(scanned(delivered, failed("virus", "", "Eicar")))
    before = receiver.row(came)

    receiver.came(scanned(delivered, NO_SCANNER))

    assert receiver.row(came) == before
    assert receiver.proposed(came) == ["hold", "accept"]


def test_a_virus_that_is_found_later_in_the_same_bytes_counts(
    receiver: Receiver, delivered: Delivered
) -> None:
    came = receiver.came(scanned(delivered, NO_SCANNER))
    at_first = receiver.proposed(came)

    receiver.came(scanned(delivered, failed("virus", "", "Eicar")))

    assert (at_first, receiver.proposed(came)) == (["look", "look"], ["hold", "accept"])


def test_what_a_bad_disk_did_not_give_back_is_neither_proven_nor_better_than_a_fault(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(delivered)
    came = receiver.came()
    before = receiver.row(came)
    monkeypatch.setattr(bag_reading, "look_into", find_a_bad_disk)

    told = receiver.came().report.parcels[0]

    own = [each.check for each in told.dossiers[0].findings if each.check.code == "bag-file-unreadable"]
    assert {(each.outcome, each.unread) for each in own} == {(Outcome.COULD_NOT_RUN, AGAIN)}
    assert receiver.row(came) == before


def test_a_package_whose_digest_nobody_compared_is_held_with_its_parcel(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    (delivered.first / "link").symlink_to("/etc")  # proven, a dossier is no worse for it
    monkeypatch.setattr(bag_reading, "look_into", find_a_bad_disk)

    told = receiver.came().report.parcels[0]

    assert {one.proposal.value for one in told.dossiers} == {"hold"}


def test_a_parcel_that_was_decided_on_stays_though_it_bears_no_list_of_its_own(
    receiver: Receiver, delivered: Delivered
) -> None:
    (delivered.first / bag.TAG_MANIFEST).unlink()
    came = receiver.came()
    good = receiver.proposed(came), receiver.lies(came)
    with delivered.register.write() as conn:
        inside = transfer_item.items(conn, SYSTEM, came.transfer.id, parcel=1)
        said = transfer_decision.Said(Decision.ACCEPTED, "as announced", although=True)
        transfer_decision.decide(conn, SYSTEM, came.transfer.id, {one.id: said for one in inside})
    before = receiver.row(came)
    spoil(delivered)

    receiver.came()

    here = delivered.register, SYSTEM, receiver.room, came.transfer, receiver.row(came)
    assert good[0] == ["accept", "accept"]
    assert (receiver.row(came), receiver.lies(came)) == (before, good[1])
    assert settled_here(*here)


# --- by the line ------------------------------------------------------------------------------------------


def told(delivered: Delivered) -> Announcement:
    found = landing.announced(delivered.disk)
    assert found is not None
    return found


def checked(
    receiver: Receiver, delivered: Delivered, came: Received, expecting: Expecting = EXPECTING
) -> bool:
    """Check the first parcel as `finish` on the line does; return whether what was found counts."""
    report = check_here(
        register=delivered.register,
        scope=SYSTEM,
        room=receiver.room,
        transfer=came.transfer,
        told=told(delivered),
        row=receiver.row(came),
        expecting=expecting,
    )
    return report is not None


def hold(receiver: Receiver, delivered: Delivered, transfer: TransferId, *, unread: bool = True) -> None:
    """Let the words of the first dossier have read like a secret mark, and another one have been unread."""
    with delivered.register.write() as conn:
        row = transfer_parcel.parcels(conn, SYSTEM, transfer)[0]
        verdict = json.loads(json.dumps(row.verdict))
        mark = {"level": "R5", "code": "secret-mark", "outcome": "failed", "subject": "x", "detail": "page 1"}
        lost = {"level": "R5", "code": "content", "outcome": "could-not-run", "subject": "y", "detail": ""}
        held, other = verdict["dossiers"]
        held |= {"proposal": "hold", "findings": [*held["findings"], mark]}
        if unread:
            other |= {"proposal": "look", "findings": [*other["findings"], lost | {"unread": "again"}]}
        transfer_parcel.mark(conn, SYSTEM, transfer, row.number, "checked", verdict=verdict)


def test_checking_again_what_lies_here_overwrites_no_secret_mark_that_it_could_not_read(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = receiver.came()
    hold(receiver, delivered, came.transfer.id)
    before = receiver.row(came)
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(package_reading, "look_into", be_killed)

        counted = checked(receiver, delivered, came)

    assert not counted
    assert receiver.row(came) == before
    assert receiver.unread(came)
    assert not checked(receiver, delivered, came)  # its words were not looked through
    assert checked(receiver, delivered, came, replace(EXPECTING, content=True))  # all of it is: that counts


def test_what_came_whole_and_could_not_be_read_waits_and_is_checked_again(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = spoil(delivered)
    came = receiver.came()
    delivered.pdf().write_bytes(good)
    coming = receiver.room.coming(came.transfer.id, receiver.row(came).name)
    shutil.copytree(delivered.first, coming)
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(package_reading, "look_into", be_killed)
        counted = checked(receiver, delivered, came)
    waits = coming.is_dir(), receiver.proposed(came)

    again = checked(receiver, delivered, came)

    assert (counted, waits) == (False, (True, ["return", "accept"]))
    assert (again, receiver.proposed(came), receiver.lies(came)) == (True, ["accept"] * 2, good)


@pytest.mark.parametrize("module", [bag_reading, package_reading])
def test_nobody_reads_how_a_parcel_is_called_while_it_comes(
    receiver: Receiver, delivered: Delivered, monkeypatch: pytest.MonkeyPatch, module: Any
) -> None:
    came = receiver.came()
    row = receiver.row(came)
    lies, coming = (
        which(came.transfer.id, row.name) for which in (receiver.room.parcel, receiver.room.coming)
    )
    lies.rename(coming)
    monkeypatch.setattr(module, "look_into", be_killed)

    counted = checked(receiver, delivered, came)

    assert counted
    assert ".coming" not in json.dumps(receiver.row(came).verdict)
    assert row.name in json.dumps(receiver.row(came).verdict)


def test_the_same_disk_once_more_is_written_into_no_room_again(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.came()
    monkeypatch.setattr(receiving_room, "free_bytes", lambda _folder: 0)

    came = receiver.came()

    assert receiver.proposed(came) == ["accept"] * 2
    assert "parcel-known" in json.dumps(receiver.row(came).verdict)


def test_what_is_not_of_the_minutes_is_held_until_their_digest_is_typed_again(
    receiver: Receiver, delivered: Delivered
) -> None:
    told = landing.announced(delivered.disk)
    assert told is not None
    right = total_digest((each.name, each.digest) for each in told.parcels)
    came = receiver.came(replace(EXPECTING, digest="0" * 64))
    other = receiver.proposed(came)

    receiver.came()
    nobody_asked = receiver.proposed(came)
    receiver.came(replace(EXPECTING, digest=right))

    assert (other, nobody_asked) == (["hold"] * 2, ["hold"] * 2)
    assert receiver.proposed(came) == ["accept"] * 2


def test_a_signature_that_came_beside_an_archive_stays_with_its_parcel(
    receiver: Receiver, delivered: Delivered
) -> None:
    first = delivered.first
    beside = first.with_name(f"{first.name}.p7s"), first.with_name(f"{first.name}.p7s.tsr")
    with tarfile.open(first.with_name(f"{first.name}.tar"), "w") as tar:
        tar.add(first, arcname=first.name)
    shutil.rmtree(first)
    for each in beside:
        each.write_bytes(each.name.encode())
    expecting = replace(EXPECTING, origin=origin_by(lambda: NOBODY))

    came = receiver.came(expecting)

    checked(receiver, delivered, came, expecting)
    place = ParcelPlace(receiver.room.parcel(came.transfer.id, receiver.row(came).name))

    assert place.signatures() == tuple(each.name.encode() for each in beside)
    assert "signature-lacks" not in json.dumps(receiver.row(came).verdict)
