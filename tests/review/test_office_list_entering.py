"""An office's list: what its days are held against, and how long it keeps others from writing."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.event import listen, remove

from catalog import dossier as dossiers
from catalog import event, schema
from catalog.register import lock_subject
from review import office_list
from review.office_list import ListHasFaults, apply
from tests.catalog.archive import SYSTEM, Office
from tests.ingest.lists import PLAIN_ROW, TT05_DOSSIER, plain_list, read, state_list
from tests.review.test_office_list import all_of, enter, plan, row


def test_days_that_make_no_order_with_those_of_the_register_are_named_by_their_cell(
    office: Office, tmp_path: Path
) -> None:
    enter(office, state_list(tmp_path / "a.xlsx", [TT05_DOSSIER]))  # from 03/02/2001 to 20/12/2003
    code = {"fileCode": TT05_DOSSIER["fileCode"], "title": TT05_DOSSIER["title"], "maintenance": "05"}

    early = plan(office, state_list(tmp_path / "b.xlsx", [code | {"endDate": "20/12/2000"}]))
    late = plan(office, state_list(tmp_path / "c.xlsx", [code | {"startDate": "21/12/2003"}]))

    assert [(one.cell, one.reason) for one in early.faults] == [
        ("D2", "trước ngày bắt đầu đang ghi của hồ sơ (03/02/2001)")
    ]
    assert [(one.cell, one.reason) for one in late.faults] == [
        ("D2", "sau ngày kết thúc đang ghi của hồ sơ (20/12/2003)")
    ]


def test_a_dossier_that_ends_after_its_office_did_is_to_be_looked_at_and_is_entered(
    office: Office, tmp_path: Path
) -> None:
    with office.register.write() as conn:
        conn.execute(
            schema.unit.update()
            .where(schema.unit.c.id == office.fonds.unit)
            .values(valid_until=date(2025, 7, 1))
        )
    path = plain_list(
        tmp_path / "a.xlsx", row(E="2024 - 2/7/2025"), row(C="02.TH", E="2025"), row(C="03.TH", E="1/7/2025")
    )

    found = enter(office, path)

    assert [(one.cell, one.found) for one in found.notices] == [("E2", "2025-07-02")]
    assert len(all_of(office)) == 3


def test_a_long_list_takes_as_many_statements_as_a_short_one(office: Office, tmp_path: Path) -> None:
    said = 0

    def count(*_: object) -> None:
        nonlocal said
        said += 1

    def statements(name: str, first: int, rows: int, title: str = "Sổ") -> int:
        nonlocal said
        numbers = range(first, first + rows)
        lines = [row(B=str(number % 3), C=f"{number:03d}.TH", D=title) for number in numbers]
        path = plain_list(tmp_path / name, *lines)
        with office.register.write() as conn:
            said = 0
            listen(conn.engine, "before_cursor_execute", count)
            apply(conn, office.archivist, office.fonds, read(path), digest="0" * 64)
            remove(conn.engine, "before_cursor_execute", count)
        return said

    short = statements("a.xlsx", 0, 30)
    long = statements("b.xlsx", 30, 300)
    changed = statements("c.xlsx", 30, 300, title="Sổ cấp giấy")

    assert long <= short + 5
    assert changed <= short + 10
    with office.register.read() as conn:
        found = dossiers.dossiers(conn, SYSTEM, fonds=office.fonds.id, limit=1000)
        acts = event.events(conn, SYSTEM, f"dossier:{max(one.id for one in found)}")
    assert sorted(one.title for one in found) == ["Sổ"] * 30 + ["Sổ cấp giấy"] * 300
    assert [act.kind for act in acts] == ["dossier-edited", "dossier-added"]


def test_a_list_with_a_fault_waits_for_nobody(office: Office, tmp_path: Path) -> None:
    path = plain_list(tmp_path / "a.xlsx", PLAIN_ROW, row(C="02.TH", E="31/02/2002"))

    with office.register.write() as conn:
        lock_subject(conn, f"places:{office.fonds.id}")
        with pytest.raises(ListHasFaults):
            office_list.enter(
                office.register, office.archivist, office.fonds.code, read(path), digest="0" * 64
            )
