"""The sample that a person looks at (R7): drawn again the same, opened before anything passes."""

import json
from collections.abc import Iterator

import pytest

from catalog import people, transfer_draft, transfer_sample, transfer_sealing
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import TransferId, TransferItemId
from catalog.instants import today
from catalog.transfer_item import items
from catalog.transfer_sample import SampleMarkInvalid, SampleNotHere
from catalog.transfer_state import TransferStateWrong
from handover import inside, sealing
from handover.receiving_room import Room
from handover.sample import DocumentNotDrawn, Opened, described, labels, opened, sample
from luutru.__main__ import parser
from luutru.bootstrap import Archive, open_archive, set_up
from luutru.commands import handover_sample
from luutru.errors import InvalidInput
from luutru.settings import Settings
from tests.handover.many import Sides, fill, into, sides


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive."""
    home = tmp_path_factory.mktemp("sample") / "home"
    settings = Settings(
        home=home, database_url=f"sqlite:///{home / 'register.db'}", quay=home / "quay", index=home / "index"
    )
    set_up(settings)
    made = open_archive(settings)
    yield made
    made.close()


@pytest.fixture(scope="module")
def given(archive: Archive) -> Sides:
    """A giver and a receiver in it."""
    return sides(archive.register, archive.system)


@pytest.fixture(scope="module")
def thu(archive: Archive, given: Sides) -> Scope:
    """The receiver's archivist."""
    with archive.register.write() as conn:
        thu, _once = people.add(conn, archive.system, "thu", full_name="Thu")
        people.grant(conn, archive.system, thu, Role.ARCHIVIST, given.receiver)
        return people.find(conn, archive.system, "thu").scope


@pytest.fixture(scope="module")
def came(archive: Archive, given: Sides, thu: Scope) -> TransferId:
    """A handover of twelve dossiers inside it, delivered and checked."""
    made = fill(archive.register, into(archive.store), archive.system, given, dossiers=12)
    with archive.register.write() as conn:
        one = transfer_draft.draft(
            conn,
            archive.system,
            giver=given.giver,
            receiver=given.receiver,
            case="xa-merged",
            title="Sổ hộ tịch",
            route="inside",
            decision_number="12/QĐ-UBND",
            decision_date=today(),
        )
        transfer_draft.add(conn, archive.system, one.id, made)
    with pytest.raises(TransferStateWrong), archive.register.read() as conn:
        sample(conn, archive.system, one.id)
    sealing.seal(archive.register, archive.store, archive.system, archive.system, one.id, version="0")
    with archive.register.write() as conn:
        transfer_sealing.deliver(conn, archive.system, one.id)
    inside.check(archive.register, archive.store, thu, one.id)
    return one.id


def test_the_draw_is_the_same_for_everybody(archive: Archive, came: TransferId, thu: Scope) -> None:
    with archive.register.read() as conn:
        first, second = sample(conn, archive.system, came), sample(conn, thu, came)

    assert first.lot == 12
    assert 0 < len(first.drawn) <= 12
    assert [one.id for one in first.drawn] == [one.id for one in second.drawn]
    assert first.here == {one.id for one in first.drawn}


def test_a_drawn_dossier_is_opened_by_its_receiver_alone(
    archive: Archive, given: Sides, came: TransferId, thu: Scope
) -> None:
    grants = frozenset({(Role.ARCHIVIST, given.giver)})
    lan = Scope("lan", None, frozenset({given.giver}), grants=grants)
    with archive.register.read() as conn:
        drawn = sample(conn, thu, came).drawn
        other = next((one for one in items(conn, thu, came) if one not in drawn), None)

    def look(who: Scope, item: str) -> Opened:
        room = Room(archive.home / "received")
        found = opened(archive.register, archive.store, room, who, came, TransferItemId(item))
        return described(found, limits=archive.limits)

    found = look(thu, drawn[0].id)

    assert found.of == 2
    assert found.documents[0].pages == 1
    assert found.described["title"].startswith("Tập tờ khai")
    with found.pdf(found.documents[0].name) as stream:
        assert stream.read(4)
    with pytest.raises(DocumentNotDrawn):
        found.pdf("../../x")
    with pytest.raises(NotAllowed):
        look(lan, drawn[0].id)
    with pytest.raises(SampleNotHere):
        look(thu, other.id if other else "0" * 32)


def test_a_person_who_finds_something_wrong_is_a_check_that_failed(
    archive: Archive, came: TransferId, thu: Scope
) -> None:
    with archive.register.write() as conn:
        first, second = sample(conn, thu, came).drawn[:2]
        with pytest.raises(SampleMarkInvalid):
            transfer_sample.mark(conn, thu, came, first.id, "failed", " ")
        with pytest.raises(SampleMarkInvalid):
            transfer_sample.mark(conn, thu, came, first.id, "waiting")
        transfer_sample.mark(conn, thu, came, first.id, "passed")
        transfer_sample.mark(conn, thu, came, first.id, "failed", "thiếu tờ 3")  # a second look
        transfer_sample.mark(conn, thu, came, second.id, "passed")

    with archive.register.read() as conn:
        (row,) = transfer_sample.parcels(conn, thu, came)
        found = sample(conn, thu, came)
    assert row.verdict is not None
    told = {one["identifier"]: one for one in row.verdict["dossiers"]}
    assert told[first.identifier]["proposal"] == "return"
    assert told[first.identifier]["findings"][-1] == {
        "level": "R7",
        "code": "sample",
        "outcome": "failed",
        "subject": "",
        "detail": "thiếu tờ 3",
    }
    assert told[second.identifier]["proposal"] == "accept"
    assert (found.looked_at, found.failed, found.outcome) == (2, 1, "failed")


def test_what_is_checked_again_keeps_what_was_seen(archive: Archive, came: TransferId, thu: Scope) -> None:
    with archive.register.write() as conn:
        last = sample(conn, thu, came).drawn[-1]
        transfer_sample.mark(conn, thu, came, last.id, "passed")

    inside.check(archive.register, archive.store, thu, came)

    with archive.register.read() as conn:
        assert sample(conn, thu, came).marks[last.id].by == "thu"


def test_fields_have_the_circulars_names() -> None:
    assert labels()["fileCode"] == "Mã hồ sơ"


def test_it_is_told_and_marked_on_the_command_line(
    archive: Archive, came: TransferId, thu: Scope, capsys: pytest.CaptureFixture[str]
) -> None:
    with archive.register.read() as conn:
        one = sample(conn, thu, came).drawn[-1].identifier

    def do(*words: str) -> tuple[int, str]:
        args = parser().parse_args(["handover", "sample", came, *words])
        return handover_sample.run(archive, thu, args), capsys.readouterr().out

    with pytest.raises(SampleMarkInvalid):
        do("--mark", f"{one}=failed")
    with pytest.raises(InvalidInput):
        do("--mark", one)
    code, told = do("--mark", f"{one}=failed", "--note", "thiếu tờ 9", "--json")
    found = json.loads(told.splitlines()[-1])
    spoken = do()[1]

    assert (code, found["lot"], found["outcome"]) == (1, 12, "failed")
    assert {each["identifier"]: each["note"] for each in found["dossiers"]}[one] == "thiếu tờ 9"
    assert "[KHÔNG ĐẠT: thiếu tờ 9]" in spoken
    assert "kết luận: mẫu KHÔNG ĐẠT" in spoken
