"""Who gives, and into which fonds it goes: what is not clear is asked, and what a person said holds."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from api.app import create_app
from api.archive import doors
from catalog import dossier, fonds, people, schema, transfer_arrival, transfer_fonds, unit
from catalog.access import NotAllowed, Role, Scope
from catalog.fonds import FondsNotFound
from catalog.identifiers import UnitId
from catalog.transfer import Transfer
from catalog.transfer_arrival import GiverUnclear
from handover import announcement
from handover.announcing import arrived
from handover.receiving import Expecting
from handover.reception import receive, take_in_accepted
from handover.sealed import Office
from luutru.errors import InvalidInput
from tests.api.conftest import people_at, served
from tests.api.stock import Stock, copied, make
from tests.handover.two_houses import Houses, accept_all, administrator, export, received, sealed

NEW = Office("UBND xã Mới", "M1")


@pytest.fixture(scope="module")
def gave(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stock, Stock, Path, str]]:
    """A giver with a sealed handover of one dossier on paper, a receiver's mould, and the disk."""
    giver = make(tmp_path_factory.mktemp("giver") / "home", stocked=False)
    mould = make(tmp_path_factory.mktemp("mould") / "home", stocked=False)
    with giver.archive.register.read() as conn:
        chosen = [one.id for one in dossier.dossiers(conn, administrator(giver)) if one.label == "HS 45"]
    transfer = sealed(giver, chosen)
    disk = tmp_path_factory.mktemp("disk")
    export(Houses(giver, mould, transfer), disk)
    mould.archive.close()
    yield giver, mould, disk, transfer
    giver.archive.close()


@pytest.fixture
def houses(gave: tuple[Stock, Stock, Path, str], tmp_path: Path) -> Iterator[tuple[Houses, Path]]:
    giver, mould, disk, transfer = gave
    receiver = copied(mould, tmp_path / "home")
    yield Houses(giver, receiver, transfer), disk  # type: ignore[arg-type]  # an id is a text
    receiver.archive.close()


def announced(
    houses: tuple[Houses, Path], giver: Office, *, said: UnitId | None = None, scope: Scope | None = None
) -> Transfer:
    """Let a handover of its own be announced as given by an office."""
    both, disk = houses
    told = announcement.from_json((disk / "handover.json").read_bytes())
    told = replace(told, giver=giver, namespace=uuid.uuid4(), transfer=f"BG-2026-{uuid.uuid4().hex[:6]}")
    with both.receiver.archive.register.write() as conn:
        scope = scope or administrator(both.receiver)
        return transfer_arrival.arrive(conn, scope, arrived(told), giver=said)


def entered(houses: tuple[Houses, Path], name: str, code: str | None) -> UnitId:
    archive = houses[0].receiver.archive
    with archive.register.write() as conn:
        return unit.add(conn, archive.system, name, code=code).id


@pytest.mark.parametrize(
    ("here", "told"),
    [((NEW.name, None), NEW), ((NEW.name, "M1"), Office(NEW.name, "")), (("UBND xã Khác", "M1"), NEW)],
)
def test_a_giver_of_whom_a_code_is_not_known_or_is_anothers_is_asked_for(
    houses: tuple[Houses, Path], here: tuple[str, str | None], told: Office
) -> None:
    there = entered(houses, *here)

    with pytest.raises(GiverUnclear, match=there):
        announced(houses, told)
    assert announced(houses, told, said=there).from_unit == there


def test_of_two_units_of_one_name_and_code_none_is_taken(houses: tuple[Houses, Path]) -> None:
    for _ in range(2):
        entered(houses, NEW.name, NEW.code)

    with pytest.raises(GiverUnclear):
        announced(houses, NEW)


def test_a_unit_of_the_same_name_and_another_code_is_another_office(houses: tuple[Houses, Path]) -> None:
    other = entered(houses, NEW.name, "M2")

    first, second = announced(houses, NEW), announced(houses, NEW)

    assert first.from_unit == second.from_unit != other


def test_whoever_has_the_token_of_a_unit_announces_for_that_one(houses: tuple[Houses, Path]) -> None:
    both, there = houses[0], entered(houses, NEW.name, None)
    archive = both.receiver.archive
    with archive.register.write() as conn:
        lan = people.find(conn, archive.system, "lan")
        people.grant(conn, archive.system, lan.id, Role.ARCHIVIST, there)
        scope = people.find(conn, archive.system, "lan").scope

    assert announced(houses, NEW, scope=scope).from_unit == there
    with pytest.raises(NotAllowed):
        announced(houses, NEW, scope=scope, said=both.receiver.an_lac)


def filed(houses: Houses) -> dict[str, str]:
    with houses.receiver.archive.register.read() as conn:
        known = transfer_fonds.filed(conn, administrator(houses.receiver), houses.came())
    return {theirs: one.fonds.code for theirs, one in known.items()}


def places(houses: Houses) -> set[str]:
    """Return the fonds of what was taken in."""
    table = schema.dossier.c
    with houses.receiver.archive.register.read() as conn:
        rows = conn.execute(
            select(schema.fonds.c.code)
            .join(schema.dossier, table.fonds_id == schema.fonds.c.id)
            .where(table.code == "ANLAC.1998.1")
        )
        return set(rows.scalars())


def test_what_is_filed_by_itself_is_known_of_the_handover(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    received(both, disk)

    taken = accept_all(both)

    assert (taken.failed, filed(both), places(both)) == ((), {"ANLAC": "ANLAC"}, {"ANLAC"})


def test_a_fonds_that_was_said_at_receiving_holds_for_whoever_accepts(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    receive(
        disk,
        register=both.receiver.archive.register,
        scope=administrator(both.receiver),
        room=both.room,
        expecting=Expecting(virus=None),
        fonds={"ANLAC": "HATU"},
    )
    before = filed(both)

    taken = accept_all(both)

    assert (before, taken.failed, places(both)) == ({"ANLAC": "HATU"}, (), {"HATU"})


def test_a_fonds_that_is_said_after_it_was_taken_lets_the_dossiers_in(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    archive, scope = both.receiver.archive, administrator(both.receiver)
    received(both, disk)
    with archive.register.write() as conn:
        conn.execute(
            schema.fonds.update().where(schema.fonds.c.code == "ANLAC").values(unit_id=both.receiver.ha_tu)
        )
        fonds.add(conn, archive.system, "ANLAC-CU", unit=both.receiver.an_lac)

    first = accept_all(both)
    with archive.register.write() as conn:
        with pytest.raises(FondsNotFound):
            transfer_fonds.say(conn, scope, both.came(), {"ANLAC": "NONE"})
        with pytest.raises(InvalidInput):
            transfer_fonds.say(conn, scope, both.came(), {"x" * 65: "ANLAC-CU"})
        transfer_fonds.say(conn, scope, both.came(), {"ANLAC": "ANLAC-CU"})
    second = take_in_accepted(both.house, both.room, both.came())

    assert [slug for _name, slug, _reason in first.failed] == ["fonds-code-taken"]
    assert (second.failed, places(both)) == ((), {"ANLAC-CU"})


def test_the_screen_on_which_it_is_decided_says_and_takes_it(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    received(both, disk)
    here = f"/handover/{both.came()}"
    app = create_app(doors(both.receiver.archive, both.receiver.settings))
    with served(app) as address, people_at(address) as enter:
        at_desk, lan = enter("quantri"), enter("lan")
        page = at_desk.get(f"{here}/decide").text
        answer = at_desk.post(f"{here}/fonds", data={"theirs": "ANLAC", "ours": "HATU"})
        told = at_desk.get(f"{here}/fonds").text
        refused = lan.post(f"{here}/fonds", data={"theirs": "ANLAC", "ours": "HATU"}).status_code

    assert f'hx-get="{here}/fonds"' in page
    assert "soi dấu chỉ độ mật" in page
    assert (answer.status_code, refused) == (303, 403)
    assert "<strong>ANLAC</strong> → HATU" in told
    assert filed(both) == {"ANLAC": "HATU"}
