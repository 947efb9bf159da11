"""Sealing fixes every byte; what hinders it is told all at once, and nothing that is held goes."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog import (
    audit_chain,
    described,
    dossier,
    schema,
    transfer_item,
    transfer_parcel,
    transfer_sealing,
)
from catalog import transfer as transfers
from catalog.identifiers import ObjectKey
from catalog.transfer_state import State, TransferStateWrong
from handover import announcement
from handover.bag_check import check_bag
from handover.outcome import Outcome
from handover.package_check import check_package
from handover.sealing import (
    LARGEST_BYTES,
    LARGEST_FILES,
    Limits,
    LimitsInvalid,
    SealingRefused,
    seal,
)
from tests.catalog.archive import SYSTEM
from tests.catalog.conftest import migrated_file as migrated_file
from tests.handover.sealing_house import SMALL, House, files
from tests.handover.sealing_house import house as house


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
                    transfer_sealing.begin(conn, house.giver, which, version="1", profile="csip-2.0.4")

    with pytest.raises(TransferStateWrong):
        seal(house.register, house.store, house.giver, SYSTEM, which, version="1", tell=overtake)

    with house.register.read() as conn:
        there = transfer_item.items(conn, house.giver, which)
        state = transfers.find(conn, house.giver, which).state
    assert state is (State.SEALING if opened_again else State.SEALED)
    assert all((item.digest is None) == opened_again for item in there)
