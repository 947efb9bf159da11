"""Sealing fixes every byte; what hinders it is told all at once, and nothing that is held goes."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import select

from catalog import (
    audit_chain,
    described,
    dossier,
    in_transfer,
    objects,
    schema,
    secret_mark,
    transfer_draft,
    transfer_item,
    transfer_parcel,
    transfer_sealing,
)
from catalog import transfer as transfers
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import DossierId, ObjectKey, SourceFileId, TransferId
from catalog.register import Register
from catalog.secret_mark import Found
from catalog.transfer_sealing import SealingIncomplete
from catalog.transfer_state import State, TransferStateWrong
from handover import announcement, disk, inside, sealing
from handover.bag_check import check_bag
from handover.export import FolderNotUsable, export
from handover.outcome import Outcome
from handover.package_check import check_package
from handover.parcel import HoldingChanged
from handover.receiving import Expecting, check_delivery
from handover.report import Proposal
from handover.sealing import (
    LARGEST_BYTES,
    LARGEST_FILES,
    Limits,
    LimitsInvalid,
    SealingRefused,
    seal,
)
from luutru.errors import LuuTruError
from storage.local import LocalStore
from tests.catalog.archive import SYSTEM, scope_of, sha256
from tests.catalog.conftest import migrated_file as migrated_file
from tests.handover.many import Sides, fill, into, sides

SMALL = Limits(files=90)


@dataclass(frozen=True)
class House:
    """A register and a store with a giver's dossiers."""

    register: Register
    store: LocalStore
    given: Sides

    @property
    def giver(self) -> Scope:
        return scope_of(Role.ARCHIVIST, self.given.giver, name="lan")

    @property
    def receiver(self) -> Scope:
        return scope_of(Role.ARCHIVIST, self.given.receiver, name="tam")

    def fill(self, count: int, *, documents: int = 2, first: int = 1, signed: bool = True) -> list[DossierId]:
        return fill(
            self.register,
            into(self.store),
            SYSTEM,
            self.given,
            dossiers=count,
            documents=documents,
            first=first,
            signed=signed,
        )

    def draft(
        self, names: list[DossierId], *, route: str = "parcels", unfinished: bool = False
    ) -> TransferId:
        with self.register.write() as conn:
            found = transfer_draft.draft(
                conn,
                self.giver,
                giver=self.given.giver,
                receiver=self.given.receiver,
                case="xa-merged",
                title="Bàn giao",
                route=route,
                decision_number="12/QĐ-UBND",
                decision_date=date(2026, 7, 1),
            )
            transfer_draft.add(conn, self.giver, found.id, names, unfinished=unfinished)
        return found.id

    def seal(self, which: TransferId, *, limits: Limits = SMALL) -> sealing.Sealing:
        return seal(self.register, self.store, self.giver, SYSTEM, which, version="1", limits=limits)

    def export(self, which: TransferId, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        return export(self.register, self.store, self.giver, which, folder).folder


@pytest.fixture
def house(migrated_file: Path, tmp_path: Path) -> Iterator[House]:
    """A giver, a receiver, no dossiers yet."""
    file = tmp_path / "register.db"
    file.write_bytes(migrated_file.read_bytes())
    register = Register(f"sqlite:///{file}")
    store = LocalStore(tmp_path / "objects", is_referenced=lambda _key: True)
    yield House(register, store, sides(register, SYSTEM))
    register.close()


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_sealed_handover_is_exported_twice_with_the_same_bytes(house: House, tmp_path: Path) -> None:
    which = house.draft(house.fill(6, documents=3))

    done = house.seal(which)
    first, second = house.export(which, tmp_path / "1"), house.export(which, tmp_path / "2")

    assert done.transfer.state is State.SEALED
    assert files(first) == files(second)
    with house.register.read() as conn:
        rows = transfer_parcel.parcels(conn, house.giver, which)
    assert [(row.number, row.dossiers, row.state) for row in rows] == [
        (1, 2, "written"),
        (2, 2, "written"),
        (3, 2, "written"),
    ]
    for row in rows:
        folder = first / "parcels" / row.name
        assert check_bag(folder).outcome is Outcome.PASSED
        assert len(files(folder)) == row.files <= SMALL.files
        for package in sorted((folder / "data").glob("uuid-*")):
            assert [
                str(each) for each in check_package(package).faults if not each.code.startswith("ead-")
            ] == []


def test_the_announcement_says_how_far_the_givers_log_was(house: House, tmp_path: Path) -> None:
    which = house.draft(house.fill(1))
    house.seal(which)
    top = house.export(which, tmp_path / "out")

    told = announcement.from_json((top / "handover.json").read_bytes()).checkpoint

    assert told is not None
    with house.register.read() as conn:
        log = audit_chain.checkpoint(conn, SYSTEM, told.size)
        sealed = select(schema.event.c.kind).where(schema.event.c.sequence.is_not(None))
        kinds = set(conn.execute(sealed).scalars())
    assert (log.size, log.root) == (told.size, told.root)
    assert "transfer-sealing" in kinds


def test_a_parcel_tells_its_dossiers_their_history_and_their_text(house: House, tmp_path: Path) -> None:
    which = house.draft(house.fill(1), unfinished=True)
    house.seal(which)

    (folder,) = sorted((house.export(which, tmp_path / "out") / "parcels").iterdir())

    rows = list(csv.reader(io.StringIO((folder / "data/muc-luc.csv").read_text("utf-8-sig"))))
    assert rows[1][1:4] == ["H49.64.33.2001.1", "Tập tờ khai đăng ký khai sinh, quyển số 1", "Vĩnh viễn"]
    assert rows[1][10] == "chưa giải quyết xong"
    history = [json.loads(line) for line in (folder / "data/nhat-ky.jsonl").read_text().splitlines()]
    assert "dossier-added" in {each["kind"] for each in history}
    texts = [path.read_text("utf-8") for path in sorted(folder.rglob("*.txt")) if "rep3" in path.parts]
    assert len(texts) == 2
    assert texts[0].startswith("Tờ khai đăng ký khai sinh số 1 quyển 1")
    told = json.loads((folder.parents[1] / "handover.json").read_text())
    assert [each["unfinished"] for each in told["items"]] == [True]


def test_everything_that_hinders_is_told_at_once_and_the_draft_stays_one(house: House) -> None:
    open_one = house.fill(1, signed=False)
    unbound = house.fill(1, first=2)
    held = house.fill(1, first=3)
    undescribed = house.fill(1, first=4)
    with house.register.write() as conn:
        document = schema.document
        conn.execute(document.update().where(document.c.dossier_id == unbound[0]).values(state="waiting"))
        described.want(conn, SYSTEM, document.c.dossier_id == undescribed[0])
        file = schema.source_file
        conn.execute(
            file.update()
            .where(file.c.dossier_id == held[0])
            .values(state="held", code="secret-mark", object_key=None)
        )
        nameless = dossier.add(conn, SYSTEM, house.given.fonds, "Hồ sơ cũ", paper_only=True)
    which = house.draft([*open_one, *unbound, *held, *undescribed, nameless])

    with pytest.raises(SealingRefused) as refused:
        house.seal(which)

    assert {(one.subject, one.code) for one in refused.value.faults} == {
        ("H49.64.33.2001.1", "dossier-not-signed-off"),
        ("H49.64.33.2001.2", "dossier-not-bound"),
        ("H49.64.33.2001.3", "dossier-files-held"),
        ("H49.64.33.2001.4", "dossier-describing"),
        ("Hồ sơ cũ", "dossier-not-signed-off"),
        ("Hồ sơ cũ", "dossier-code-lacks"),
    }
    with house.register.read() as conn:
        assert transfers.find(conn, house.giver, which).state is State.DRAFT


def test_what_is_not_signed_off_goes_only_as_unfinished_work(house: House) -> None:
    names = house.fill(1, signed=False)

    done = house.seal(house.draft(names, unfinished=True))

    assert done.transfer.announced is not None
    assert done.transfer.announced.unfinished.dossiers == 1


def test_a_held_page_goes_nowhere_even_as_unfinished_work(house: House) -> None:
    names = house.fill(1, signed=False)
    with house.register.write() as conn:
        page, document = schema.page, schema.document
        inside = select(document.c.id).where(document.c.dossier_id == names[0])
        values = {"state": "held", "code": "secret-mark", "published": False}
        conn.execute(page.update().where(page.c.document_id.in_(inside)).values(**values))

    with pytest.raises(SealingRefused, match="dossier-pages-held"):
        house.seal(house.draft(names, unfinished=True))


def test_a_file_with_pages_of_another_dossier_stays_and_its_documents_go_alone(
    house: House, tmp_path: Path
) -> None:
    one, other = house.fill(2)
    with house.register.write() as conn:
        document, page = schema.document, schema.page
        first = conn.execute(
            select(document.c.id, document.c.source_file_id).where(document.c.dossier_id == one).limit(1)
        ).one()
        second = conn.execute(
            select(page.c.id)
            .join(document, document.c.id == page.c.document_id)
            .where(document.c.dossier_id == other)
            .limit(1)
        ).scalar_one()
        conn.execute(
            page.update()
            .where(page.c.id == second)
            .values(source_file_id=first.source_file_id, image_index=1)
        )
        file = schema.source_file
        conn.execute(file.update().where(file.c.id == first.source_file_id).values(pages=2))
        master = conn.execute(select(file.c.object_key).where(file.c.id == first.source_file_id)).scalar_one()
    which = house.draft([one])

    done = house.seal(which)

    assert "master-left-out" in {each.code for each in done.warnings}
    shown = files(house.export(which, tmp_path / "out"))
    with house.store.get(ObjectKey(master)) as stream:
        assert stream.read() not in shown.values()
    assert len([name for name in shown if "/rep1/data/" in name]) == 2


def test_paper_dossiers_have_a_package_of_their_description_alone(house: House, tmp_path: Path) -> None:
    with house.register.write() as conn:
        name = dossier.add(
            conn,
            SYSTEM,
            house.given.fonds,
            "12",
            code="H49.64.33.1998.12",
            paper_only=True,
            date_from=date(1998, 1, 1),
            date_to=date(1998, 5, 1),
        )
    which = house.draft([name], unfinished=True)
    house.seal(which)

    shown = files(house.export(which, tmp_path / "out"))

    assert [path for path in shown if "representations" in path] == []
    assert [path for path in shown if path.endswith("EAD.xml")]


@pytest.mark.parametrize("broken_at", [1, 3, 5])
def test_sealing_that_was_broken_off_goes_on_and_gives_the_same_bytes(
    house: House, tmp_path: Path, broken_at: int
) -> None:
    which = house.draft(house.fill(5))

    class Killed(BaseException):
        pass

    def die(done: int, _of: int) -> None:
        if done == broken_at:
            raise Killed

    with pytest.raises(Killed):
        seal(house.register, house.store, house.giver, SYSTEM, which, version="1", limits=SMALL, tell=die)
    with house.register.read() as conn:
        before = [item.digest for item in transfer_item.items(conn, house.giver, which)]
    house.seal(which)

    with house.register.read() as conn:
        after = [item.digest for item in transfer_item.items(conn, house.giver, which)]
    assert [one for one in before if one] == after[:broken_at]
    assert files(house.export(which, tmp_path / "1")) == files(house.export(which, tmp_path / "2"))


@pytest.mark.parametrize(
    ("files", "size"), [(0, 1000), (LARGEST_FILES + 1, 1000), (10, 0), (10, LARGEST_BYTES + 1)]
)
def test_no_parcel_is_cut_that_its_receiver_would_not_open(files: int, size: int) -> None:
    with pytest.raises(LimitsInvalid):
        Limits(files, size)


@pytest.mark.parametrize("opened_again", [False, True])
def test_of_two_who_seal_at_once_the_slower_spoils_nothing(house: House, opened_again: bool) -> None:
    which = house.draft(house.fill(3))

    def overtake(done: int, _of: int) -> None:
        if done == 1:
            house.seal(which)
            if opened_again:
                with house.register.write() as conn:
                    transfer_sealing.abandon(conn, house.giver, which, reason="sai căn cứ")
                    transfer_sealing.begin(conn, house.giver, which, version="1")

    with pytest.raises(TransferStateWrong):
        seal(house.register, house.store, house.giver, SYSTEM, which, version="1", tell=overtake)

    with house.register.read() as conn:
        there = transfer_item.items(conn, house.giver, which)
        state = transfers.find(conn, house.giver, which).state
    assert state is (State.SEALING if opened_again else State.SEALED)
    assert all((item.digest is None) == opened_again for item in there)


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


def test_a_store_that_changed_since_stops_the_parcel_and_the_check_names_the_dossier(
    house: House, tmp_path: Path
) -> None:
    which = house.draft(house.fill(2), route="inside")
    house.seal(which)
    with house.register.write() as conn:
        there = transfer_item.items(conn, house.giver, which)
        fixed = transfer_item.frozen(conn, house.giver, there[0].id)
        transfer_sealing.deliver(conn, house.giver, which)
    assert fixed is not None
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
        transfer_sealing.begin(conn, house.giver, which, version="1")
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
