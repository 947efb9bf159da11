"""Into which fonds of ours what another installation gave is filed."""

from typing import Any

import pytest

from catalog import fonds, taken_over, unit
from catalog.access import NotAllowed, Role
from catalog.taken_over import FondsCodeTaken
from tests.catalog.archive import SYSTEM, Office, scope_of


def told(name: str, code: str | None) -> dict[str, Any]:
    """Return an office as a record tells it."""
    return {"name": name, "code": code, "valid_from": None, "valid_until": None, "instrument": None}


def test_a_fonds_that_is_new_here_is_entered_once_with_its_office(office: Office) -> None:
    sides = {"giver": office.an_lac, "receiver": office.ha_tu}
    with office.register.write() as conn:
        first = taken_over.fonds_for(conn, SYSTEM, "MOI", "", told("UBND xã Mới", "M1"), **sides)
        again = taken_over.fonds_for(conn, SYSTEM, "MOI", "", told("UBND xã Mới", "M1"), **sides)
        givers = taken_over.fonds_for(conn, SYSTEM, "GIAO", "", None, **sides)
        same = taken_over.fonds_for(conn, SYSTEM, "GIAO", "", None, **sides)

    assert (first.id, givers.unit) == (again.id, office.an_lac)
    assert same.id == givers.id


def test_a_code_that_is_taken_here_takes_nothing_of_another_office(office: Office) -> None:
    sides = {"giver": office.an_lac, "receiver": office.ha_tu}
    with office.register.write() as conn:
        lap = unit.add(conn, SYSTEM, "UBND xã Tân Lập", code="L1").id
        fonds.add(conn, SYSTEM, "TANLAP", unit=lap)
        fonds.add(conn, SYSTEM, "NOBODY")
        fonds.add(conn, SYSTEM, "OURS", unit=office.ha_tu)
        receiver = next(one for one in unit.units(conn, SYSTEM) if one.id == office.ha_tu)
        for code, of in (
            ("TANLAP", told("UBND xã Tân Lập", "L2")),  # of the same name, elsewhere
            ("TANLAP", told("UBND xã Khác", "L1")),
            ("TANLAP", None),
            ("NOBODY", told("UBND xã Tân Lập", "L1")),
            ("OURS", told(receiver.name, receiver.code)),
        ):
            with pytest.raises(FondsCodeTaken, match=f"--fonds {code}=OURS"):
                taken_over.fonds_for(conn, SYSTEM, code, "", of, **sides)


def test_a_person_says_which_fonds_of_those_that_they_keep_it_is(office: Office) -> None:
    keeper = scope_of(Role.ARCHIVIST, office.ha_tu, name="tam")
    reader = scope_of(Role.READER, office.ha_tu, name="xem")
    with office.register.write() as conn:
        fonds.add(conn, SYSTEM, "OURS", unit=office.ha_tu)

        assert taken_over.fonds_said(conn, keeper, "OURS", giver=office.an_lac).code == "OURS"
        with pytest.raises(NotAllowed):
            taken_over.fonds_said(conn, reader, "OURS", giver=office.an_lac)
