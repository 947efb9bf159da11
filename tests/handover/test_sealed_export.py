"""What was sealed is written as it was sealed; what is found out after it goes nowhere."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import select

from catalog import (
    in_transfer,
    objects,
    schema,
    secret_mark,
    transfer_decision,
    transfer_item,
    transfer_parcel,
    transfer_sealing,
)
from catalog import transfer as transfers
from catalog.access import NotAllowed, Scope
from catalog.identifiers import ObjectKey, SourceFileId, TransferId
from catalog.secret_mark import Found
from catalog.transfer_sealing import SealingIncomplete
from catalog.transfer_state import State, TransferStateWrong
from catalog.transfer_verdict import ChecksAgainst
from handover import announcement, disk, inside
from handover.export import FolderNotUsable, export
from handover.outcome import Outcome
from handover.parcel import HoldingChanged
from handover.receiving import Expecting, check_delivery
from handover.report import Proposal
from handover.sealing import (
    SealingRefused,
    seal,
)
from luutru.errors import LuuTruError
from storage.local import LocalStore
from storage.object_store import StorageUnavailable
from tests.catalog.archive import SYSTEM, sha256
from tests.catalog.conftest import migrated_file as migrated_file
from tests.handover.sealing_house import House, files
from tests.handover.sealing_house import house as house


def test_an_export_that_was_broken_off_goes_on_and_what_lies_whole_is_not_written_again(
    house: House, tmp_path: Path
) -> None:
    which = house.draft(house.fill(6, documents=3))
    house.seal(which)
    whole = house.export(which, tmp_path / "whole")
    begun = house.export(which, tmp_path / "begun")
    first, second, _third = sorted((begun / "parcels").iterdir())
    (second / "tagmanifest-sha256.txt").unlink()
    (second / "data" / "muc-luc.csv.part").write_bytes(b"half")
    kept = (first / "tagmanifest-sha256.txt").stat().st_mtime_ns

    done = export(house.register, house.store, house.giver, which, tmp_path / "begun")

    assert done.written == 1
    assert (first / "tagmanifest-sha256.txt").stat().st_mtime_ns == kept
    assert files(begun) == files(whole)


def _delivered_inside(house: House) -> tuple[TransferId, Mapping[str, Any]]:
    """Return a transfer of two dossiers within the house, and what was sealed of the first."""
    which = house.draft(house.fill(2), route="inside")
    house.seal(which)
    with house.register.write() as conn:
        there = transfer_item.items(conn, house.giver, which)
        fixed = transfer_item.frozen(conn, house.giver, there[0].id)
        transfer_sealing.deliver(conn, house.giver, which)
    assert fixed is not None
    return which, fixed


def test_a_store_that_changed_since_stops_the_parcel_and_the_check_names_the_dossier(
    house: House, tmp_path: Path
) -> None:
    which, fixed = _delivered_inside(house)
    path = house.store.local_path(ObjectKey(fixed["documents"][0]["masters"][0]["sha256"]))
    path.chmod(0o640)
    path.write_bytes(b"something else")

    (report,) = inside.check(house.register, house.store, house.receiver, which)

    assert report.outcome is Outcome.FAILED
    assert [(one.identifier, one.proposal) for one in report.dossiers] == [
        ("H49.64.33.2001.1", Proposal.RETURN),
        ("H49.64.33.2001.2", Proposal.ACCEPT),
    ]
    (tmp_path / "out").mkdir()
    with pytest.raises(HoldingChanged):
        export(house.register, house.store, house.giver, which, tmp_path / "out")


def test_what_the_store_does_not_give_back_is_accepted_for_a_reason_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    which, fixed = _delivered_inside(house)
    lost, get = fixed["documents"][0]["masters"][0]["sha256"], LocalStore.get

    def away(store: LocalStore, key: ObjectKey) -> BinaryIO:
        if key == lost:
            raise StorageUnavailable("the share is away")
        return get(store, key)

    monkeypatch.setattr(LocalStore, "get", away)
    (report,) = inside.check(house.register, house.store, house.receiver, which)

    assert [one.proposal for one in report.dossiers] == [Proposal.LOOK, Proposal.ACCEPT]
    with house.register.write() as conn, pytest.raises(ChecksAgainst):
        transfer_decision.decide_rest(conn, house.receiver, which)


def test_inside_one_installation_every_byte_is_checked_by_the_receiver(house: House) -> None:
    which = house.draft(house.fill(2), route="inside")
    house.seal(which)
    with house.register.write() as conn:
        transfer_sealing.deliver(conn, house.giver, which)

    (report,) = inside.check(house.register, house.store, house.receiver, which)

    assert report.outcome is Outcome.PASSED
    with house.register.read() as conn:
        (row,) = transfer_parcel.parcels(conn, house.receiver, which)
    assert (row.state, (row.verdict or {})["outcome"]) == ("checked", "passed")
    with pytest.raises(NotAllowed):
        inside.check(house.register, house.store, house.giver, which)


def test_a_mark_that_is_found_while_a_dossier_is_read_keeps_it_out_of_the_seal(
    house: House, tmp_path: Path
) -> None:
    which = house.draft(house.fill(2))
    with house.register.read() as conn:
        file = schema.source_file.c
        name, master = conn.execute(select(file.id, file.object_key).order_by(file.id).limit(1)).one()
    found = SourceFileId(name)

    class Slow(LocalStore):
        """A store out of which a reading comes so slowly that a mark is found meanwhile."""

        asked = 0

        def get(self, key: ObjectKey, *, start: int = 0, length: int | None = None) -> BinaryIO:
            self.asked += 1
            if self.asked == 4:  # text and record of two documents: the last that is read of the dossier
                with house.register.write() as conn:
                    secret_mark.hold(
                        conn,
                        SYSTEM,
                        found,
                        Found(1, "MẬT", 0.9, "words"),
                        seal=sha256,
                        landed={found: "quay"},
                        noted=frozenset({found}),
                    )
            return super().get(key, start=start, length=length)

    slow = Slow(tmp_path / "objects", is_referenced=lambda _key: True)

    with pytest.raises(SealingRefused, match="dossier-withheld"):
        seal(house.register, slow, house.giver, SYSTEM, which, version="1")

    with house.register.read() as conn:
        assert transfers.find(conn, house.giver, which).state is State.DRAFT
        assert not objects.is_referenced(conn, SYSTEM, ObjectKey(master))
        assert {item.digest for item in transfer_item.items(conn, house.giver, which)} == {None}


def test_a_dossier_that_is_withheld_once_it_is_fixed_is_in_no_sealed_handover(house: House) -> None:
    which = house.draft(house.fill(1))
    with house.register.write() as conn:
        transfer_sealing.begin(conn, house.giver, which, version="1", profile="csip-2.0.4")
        (item,) = transfer_item.items(conn, house.giver, which)
        values = {"digest": sha256("d"), "withheld": True}
        conn.execute(schema.transfer_item.update().values(**values))
        with pytest.raises(SealingIncomplete, match="withheld"):
            transfer_sealing.finish(conn, house.giver, which, [], {1: [item.id]})


def test_a_withheld_dossier_is_in_no_parcel_and_all_other_parcels_are_written(
    house: House, tmp_path: Path
) -> None:
    which = house.draft(house.fill(6, documents=3))
    house.seal(which)

    with house.register.write() as conn:
        there = transfer_item.items(conn, house.giver, which)
        fixed = transfer_item.frozen(conn, house.giver, there[0].id)
        assert fixed is not None
        key = ObjectKey(fixed["documents"][0]["masters"][0]["sha256"])
        assert in_transfer.withhold(conn, SYSTEM, [key]) == 1

    (tmp_path / "out").mkdir()
    done = export(house.register, house.store, house.giver, which, tmp_path / "out")

    gone, *others = done.parcels
    assert (done.withheld, done.written, gone.state) == ((gone.name,), 2, "planned")
    assert sorted(path.name for path in (done.folder / "parcels").iterdir()) == [one.name for one in others]
    told = announcement.from_json((done.folder / "handover.json").read_bytes())
    assert told.withheld == (gone.name,)
    disk.read_back(done.folder, disk.Media())
    report = check_delivery(done.folder, Expecting(virus=None, content=False))
    assert [
        [one.proposal is Proposal.MISSING for one in each.dossiers]
        for each in report.parcels
        if not each.here
    ] == [[True, True]]
    checked = [sys.executable, str(done.folder / "verify.py"), str(done.folder), "--json"]
    assert json.loads(subprocess.run(checked, capture_output=True).stdout)["missing"] == []


def test_only_what_is_sealed_is_written_and_only_into_a_folder(house: House, tmp_path: Path) -> None:
    which = house.draft(house.fill(1))
    with pytest.raises(TransferStateWrong):
        house.export(which, tmp_path / "out")
    house.seal(which)
    (tmp_path / "file").write_bytes(b"")
    cases: list[tuple[Scope, Path, type[LuuTruError]]] = [
        (house.giver, tmp_path / "nowhere", FolderNotUsable),
        (house.giver, tmp_path / "file", FolderNotUsable),
        (house.receiver, tmp_path, NotAllowed),
    ]

    for scope, folder, error in cases:
        with pytest.raises(error):
            export(house.register, house.store, scope, which, folder)
