"""An office's list into the register: a dry run that changes nothing, then all of it or nothing, once."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from catalog import dossier as dossiers
from catalog import event, listed, schema, sheet
from catalog.access import NotAllowed
from catalog.dossier import Dossier
from catalog.dossier_change import edit
from catalog.register import Register
from catalog.work import Stage
from review.list_export import export
from review.office_list import ListHasFaults, Plan, apply, dry_run
from tests.catalog.archive import SYSTEM, Office, arrive, looked, make_office, opened, take, work_off
from tests.ingest.lists import PLAIN_ROW, TT05_DOCUMENT, TT05_DOSSIER, plain_list, read, state_list

LAN = "lan"


def enter(office: Office, path: Path) -> Plan:
    with office.register.write() as conn:
        return apply(conn, office.archivist, office.fonds, read(path), digest="0" * 64)


def plan(office: Office, path: Path) -> Plan:
    with office.register.read() as conn:
        return dry_run(conn, office.archivist, office.fonds, read(path))


def all_of(office: Office) -> list[Dossier]:
    with office.register.read() as conn:
        return dossiers.dossiers(conn, SYSTEM, fonds=office.fonds.id)


def row(**cells: Any) -> list[Any]:
    made = list(PLAIN_ROW)
    for letter, value in cells.items():
        made[ord(letter) - 65] = value
    return made


def out(office: Office, path: Path, columns: str) -> Path:
    with office.register.read() as conn:
        export(conn, office.archivist, office.fonds, path, columns=columns)
    return path


def test_a_dry_run_changes_nothing(office: Office, tmp_path: Path) -> None:
    found = plan(office, plain_list(tmp_path / "a.xlsx"))

    assert (found.new_dossiers, found.faults) == (1, ())
    assert all_of(office) == []


def test_a_list_makes_paper_dossiers_in_their_boxes(office: Office, tmp_path: Path) -> None:
    enter(office, plain_list(tmp_path / "a.xlsx", row(B="3", H="thiếu tờ 3")))

    (made,) = all_of(office)
    assert (made.code, made.box_label, made.paper_only, made.description) == (
        "01.TH",
        "3",
        True,
        "thiếu tờ 3",
    )
    assert (str(made.date_from), str(made.date_to)) == ("2001-01-01", "2001-12-31")
    assert (made.retention.value, made.retention.code, made.retention.state) == ("Vĩnh viễn", "01", "decided")


def test_the_same_list_again_does_nothing(office: Office, tmp_path: Path) -> None:
    path = plain_list(tmp_path / "a.xlsx", PLAIN_ROW, row(C="02.TH", E="3/2/2002 - 4/5/2003", F="15 năm"))
    enter(office, path)
    before = all_of(office)

    again = enter(office, path)

    assert (again.empty, again.same_dossiers) == (True, 2)
    assert all_of(office) == before


def test_a_list_with_one_fault_changes_nothing(office: Office, tmp_path: Path) -> None:
    path = plain_list(tmp_path / "a.xlsx", PLAIN_ROW, row(C="02.TH", E="31/02/2002"))

    with pytest.raises(ListHasFaults) as refused:
        enter(office, path)

    assert [fault.cell for fault in refused.value.plan.faults] == ["E3"]
    assert all_of(office) == []


def test_a_list_entered_twice_at_once_is_entered_once(server_register: Register, tmp_path: Path) -> None:
    office = make_office(server_register)
    path = plain_list(tmp_path / "a.xlsx")

    with ThreadPoolExecutor() as pool:
        with office.register.write() as conn:
            first = apply(conn, office.archivist, office.fonds, read(path), digest="0" * 64)
            other = pool.submit(enter, office, path)
            until_somebody_waits(office.register)
        second = other.result(30)

    assert (first.new_dossiers, second.empty) == (1, True)
    assert len(all_of(office)) == 1


def until_somebody_waits(register: Register) -> None:
    """Return as soon as a transaction waits for what another one holds."""
    locks = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    for _ in range(600):
        with register.read() as conn:
            if conn.execute(locks).scalar_one():
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_entering_a_list_is_one_recorded_act(office: Office, tmp_path: Path) -> None:
    enter(office, plain_list(tmp_path / "a.xlsx"))

    with office.register.read() as conn:
        acts = event.events(conn, SYSTEM, f"fonds:{office.fonds.id}")
    assert [act.kind for act in acts if act.kind.startswith("list")] == ["list-entered"]


def test_a_dossier_that_is_there_is_filled_by_its_code(office: Office, tmp_path: Path) -> None:
    with office.register.write() as conn:
        dossiers.add(conn, office.archivist, office.fonds, "Hồ sơ 01", code="01.TH")

    found = enter(office, plain_list(tmp_path / "a.xlsx"))

    (made,) = all_of(office)
    assert (found.new_dossiers, found.changed_dossiers) == (0, 1)
    assert (made.label, made.title, made.paper_only) == (
        "Hồ sơ 01", "Báo cáo kinh tế - xã hội năm 2001", False,
    )  # fmt: skip
    assert ("title", "Hồ sơ 01") in {(change.field, change.before) for change in found.changes}


def test_a_folder_of_scans_is_filled_by_its_box_and_number(office: Office, tmp_path: Path) -> None:
    with office.register.write() as conn:
        box = dossiers.box(conn, office.archivist, office.fonds.id, "Hộp 01")
        dossiers.add(conn, office.archivist, office.fonds, "Hồ sơ 02", box=box)
    heads = ["Hộp số", "Hồ sơ số", "Tiêu đề hồ sơ", "Thời hạn bảo quản"]

    enter(office, plain_list(tmp_path / "a.xlsx", ["1", "2", "Sổ cấp giấy", "VV"], heads=heads))

    (made,) = all_of(office)
    assert (made.title, made.retention.value) == ("Sổ cấp giấy", "Vĩnh viễn")


def test_a_number_that_several_dossiers_bear_is_a_fault(office: Office, tmp_path: Path) -> None:
    with office.register.write() as conn:
        for label in ("1", "2"):
            box = dossiers.box(conn, office.archivist, office.fonds.id, label)
            dossiers.add(conn, office.archivist, office.fonds, "Hồ sơ 5", box=box)
    heads = ["Hồ sơ số", "Tiêu đề hồ sơ", "Thời hạn bảo quản"]

    found = plan(office, plain_list(tmp_path / "a.xlsx", ["5", "Sổ", "VV"], heads=heads))

    assert "ghi thêm hộp số" in found.faults[0].reason


@pytest.mark.parametrize(
    ("second", "cell"),
    [(row(C="01.th"), "C3"), (row(C="", A=1), None)],
)
def test_a_dossier_listed_twice_is_a_fault(
    office: Office, tmp_path: Path, second: list[Any], cell: str | None
) -> None:
    first = PLAIN_ROW if cell else row(C="")

    found = plan(office, plain_list(tmp_path / "a.xlsx", first, second))

    assert "trùng" in found.faults[0].reason
    assert cell is None or found.faults[0].cell == cell


def test_a_dossier_without_any_number_is_a_fault(office: Office, tmp_path: Path) -> None:
    found = plan(office, plain_list(tmp_path / "a.xlsx", row(A="", C="")))

    assert "không biết là hồ sơ nào" in found.faults[0].reason


def test_a_signed_dossier_is_not_changed_by_a_list(office: Office, tmp_path: Path) -> None:
    enter(office, plain_list(tmp_path / "a.xlsx"))
    with office.register.write() as conn:
        conn.execute(schema.dossier.update().values(state="signed-off"))

    same = plan(office, plain_list(tmp_path / "a.xlsx"))
    other = plan(office, plain_list(tmp_path / "b.xlsx", row(D="Tiêu đề khác")))

    assert same.faults == ()
    assert "đã ký duyệt" in other.faults[0].reason


def test_only_an_archivist_of_the_unit_may_enter_lists(office: Office, tmp_path: Path) -> None:
    found = read(plain_list(tmp_path / "a.xlsx"))

    for scope in (office.reader, office.stranger):
        with office.register.write() as conn, pytest.raises(NotAllowed):
            apply(conn, scope, office.fonds, found, digest="0" * 64)


def test_documents_on_paper_are_kept_with_their_dossier(office: Office, tmp_path: Path) -> None:
    enter(office, state_list(tmp_path / "a.xlsx", [TT05_DOSSIER], [TT05_DOCUMENT]))

    with office.register.read() as conn:
        said = listed.of_fonds(conn, office.archivist, office.fonds.id)
    (document,) = [one for one in said.values() if one.code]
    assert (document.document, document.values["subject"]) == (None, "Về việc giải quyết khiếu nại")


def test_a_document_of_no_dossier_is_a_fault(office: Office, tmp_path: Path) -> None:
    lost = {**TT05_DOCUMENT, "docCode": "H49.64.33.1999.1.0000001"}

    found = plan(office, state_list(tmp_path / "a.xlsx", [TT05_DOSSIER], [lost]))

    assert [(fault.place, "không có hồ sơ" in fault.reason) for fault in found.faults] == [
        ("Văn bản!A2", True)
    ]


def scanned(office: Office, path: str, code: str) -> None:
    """Take a file in, into a dossier of this code."""
    with office.register.write() as conn:
        into = office.batch(conn)
        box = dossiers.box(conn, office.archivist, office.fonds.id, "1")
        dossier = dossiers.add(conn, office.archivist, office.fonds, "Hồ sơ 160", box=box, code=code)
        arrive(conn, into, path, dossier=dossier)
    work_off(office.register)


def test_a_scan_named_by_its_code_gets_the_fields_of_the_list(office: Office, tmp_path: Path) -> None:
    from catalog import document as documents
    from catalog import field_value

    scanned(office, "H49.64.33.2001.160.0000001_signed.pdf", TT05_DOSSIER["fileCode"])  # type: ignore[arg-type]
    with office.register.write() as conn:
        conn.execute(schema.document.update().values(name="H49.64.33.2001.160.0000001_signed.pdf"))

    found = enter(office, state_list(tmp_path / "a.xlsx", [TT05_DOSSIER], [TT05_DOCUMENT]))

    assert found.scanned_documents == 1
    (dossier,) = all_of(office)
    with office.register.read() as conn:
        (document,) = documents.of_dossier(conn, SYSTEM, dossier.id)
        values = field_value.current(conn, SYSTEM, document.id)
    assert (values.text("code"), values.text("type"), values.text("date")) == (
        "12/QĐ-UBND", "Quyết định", "2001-03-05",
    )  # fmt: skip


def twice_scanned(office: Office, *names: str) -> None:
    """Take two files in, into the dossier of the list, and call them so."""
    scanned(office, "a.pdf", TT05_DOSSIER["fileCode"])  # type: ignore[arg-type]
    (dossier,) = all_of(office)
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "b.pdf", dossier=dossier.id)
    work_off(office.register)
    with office.register.write() as conn:
        ids = conn.execute(select(schema.document.c.id).order_by(schema.document.c.id)).scalars()
        for identifier, name in zip(list(ids), names, strict=True):
            conn.execute(schema.document.update().where(schema.document.c.id == identifier).values(name=name))


def test_a_name_that_two_scans_bear_is_a_fault(office: Office, tmp_path: Path) -> None:
    code = TT05_DOCUMENT["docCode"]
    twice_scanned(office, f"{code}.pdf", f"{code}_signed.pdf")

    found = plan(office, state_list(tmp_path / "a.xlsx", [TT05_DOSSIER], [TT05_DOCUMENT]))

    assert [(fault.place, "2 bản quét" in fault.reason) for fault in found.faults] == [("Văn bản!A2", True)]


def test_of_two_scans_of_one_name_that_is_meant_which_bears_the_same_subject(
    office: Office, tmp_path: Path
) -> None:
    told = {"docCode": TT05_DOCUMENT["docCode"], "subject": "Về việc nghỉ lễ", "organName": "UBND xã Tân Hòa"}
    twice_scanned(office, f"{told['docCode']}.pdf", f"{told['docCode']}.pdf")
    with office.register.write() as conn:
        one = conn.execute(select(func.min(schema.document.c.id))).scalar_one()
        conn.execute(
            schema.document.update().where(schema.document.c.id == one).values(title="Về việc nghỉ lễ")
        )

    enter(office, state_list(tmp_path / "a.xlsx", [TT05_DOSSIER], [told]))

    with office.register.read() as conn:
        said = listed.of_fonds(conn, office.archivist, office.fonds.id)
    assert [each.document for each in said.values() if each.code] == [one]


def test_a_scan_that_another_row_has_is_not_given_to_a_second_one(office: Office, tmp_path: Path) -> None:
    code = str(TT05_DOCUMENT["docCode"])
    twice_scanned(office, f"{code}.pdf", "b.pdf")
    unread = {"codeNumber": "", "codeNotation": "", "subject": f"{code}.pdf"}  # as it goes out undescribed
    first = {**TT05_DOCUMENT, "docCode": f"{code[:-1]}7", **unread}

    found = plan(office, state_list(tmp_path / "a.xlsx", [TT05_DOSSIER], [first, TT05_DOCUMENT]))

    assert [(fault.place, "văn bản khác" in fault.reason) for fault in found.faults] == [("Văn bản!A3", True)]


@pytest.mark.parametrize("state", ["waiting", "held"])
def test_a_scan_that_shows_no_page_yet_stops_no_list(office: Office, tmp_path: Path, state: str) -> None:
    scanned(office, "quyết định.pdf", TT05_DOSSIER["fileCode"])  # type: ignore[arg-type]
    (dossier,) = all_of(office)
    with office.register.write() as conn:
        late = arrive(conn, office.batch(conn), "đến sau.pdf", dossier=dossier.id)
        opened(conn, take(conn, Stage.OPEN, late))
        if state == "held":
            looked(conn, take(conn, Stage.LOOK), "held")

    found = enter(office, state_list(tmp_path / "a.xlsx", [TT05_DOSSIER], [TT05_DOCUMENT]))
    gone = read(out(office, tmp_path / "out.xlsx", "tt05"))

    assert (found.new_documents, found.scanned_documents) == (1, 0)
    assert len(gone.documents) == 2


@pytest.mark.parametrize("columns", ["tt05", "tt02", "plain"])
def test_what_goes_out_comes_back_without_a_difference(office: Office, tmp_path: Path, columns: str) -> None:
    short = {**TT05_DOSSIER, "fileCode": "H49.2001.160"}, {**TT05_DOCUMENT, "docCode": "H49.2001.160.0000001"}
    enter(office, state_list(tmp_path / "a.xlsx", [short[0]], [short[1]]))
    enter(office, plain_list(tmp_path / "b.xlsx", PLAIN_ROW, row(C="02.TH", F="Đến khi hết hiệu lực")))
    scanned(office, "quyết định.pdf", "03.TH")

    found = plan(office, out(office, tmp_path / "out.xlsx", columns))

    assert (found.faults, found.changes, found.empty) == ((), (), True)
    assert found.same_dossiers == 4


def test_what_is_longer_than_the_old_circular_allows_goes_out_whole_and_is_told(
    office: Office, tmp_path: Path
) -> None:
    enter(office, state_list(tmp_path / "a.xlsx", [TT05_DOSSIER], [TT05_DOCUMENT]))

    with office.register.read() as conn:
        went = export(conn, office.archivist, office.fonds, tmp_path / "out.xlsx", columns="tt02")

    assert went.too_long == ("Văn bản!A2",)


def test_columns_that_nobody_knows_come_back_too(office: Office, tmp_path: Path) -> None:
    path = state_list(tmp_path / "a.xlsx", [{**TT05_DOSSIER, "Người nhập": "Lan", "Đợt": "2"}])
    enter(office, path)

    found = read(out(office, tmp_path / "out.xlsx", "tt05"))

    assert found.dossiers[0].extra == {"Người nhập": "Lan", "Đợt": "2"}


def test_what_a_person_changed_afterwards_goes_out(office: Office, tmp_path: Path) -> None:
    enter(office, plain_list(tmp_path / "a.xlsx"))
    (made,) = all_of(office)
    with office.register.write() as conn:
        edit(conn, office.archivist, made.id, {"date_from": "2002-03-04", "date_to": "2002-05-06"},
             revision=made.revision)  # fmt: skip

    (row_out,) = read(out(office, tmp_path / "out.xlsx", "plain")).dossiers

    assert row_out.values["time"] == "04/03/2002 - 06/05/2002"


@pytest.fixture(scope="module")
def one_office(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    import shutil

    file = tmp_path_factory.mktemp("lists") / "register.db"
    shutil.copyfile(migrated_file, file)
    return make_office(Register(f"sqlite:///{file}"))


WORDS = (
    st.text("aăâđêôơưẹọ bcxyz019.,;:/()=+-'\"", min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: not text.startswith("="))  # a formula for whoever makes the list
)
DAYS = st.dates(date(1900, 1, 1), date(2025, 1, 1))


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_list_goes_in_and_out_without_a_difference(
    one_office: Office, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("list")
    count = data.draw(st.integers(1, 3))
    rows: list[Mapping[str, Any]] = []
    for number in range(count):
        first, last = sorted(data.draw(st.tuples(DAYS, DAYS)))
        rows.append(
            {
                "fileCode": f"{folder.name}.{number}",  # of no example before
                "title": data.draw(WORDS.filter(lambda text: len(text) > 0)),
                "maintenance": data.draw(st.sampled_from(["01", "05", "15 năm", "Đến khi hết hiệu lực"])),
                "language": data.draw(st.sampled_from(["01", "01, 02", "Tiếng Lào"])),
                "startDate": data.draw(
                    st.sampled_from([f"{first:%d/%m/%Y}", f"{first:%m/%Y}", f"{first:%Y}"])
                ),
                "endDate": f"{last:%d/%m/%Y}" if (last.year, last.month) > (first.year, first.month) else "",
                "numberOfPaper": data.draw(st.sampled_from(["", "0", "12"])),
                "keyword": data.draw(st.just("") | WORDS),
                "Riêng": data.draw(st.just("") | WORDS),
            }
        )
    enter(one_office, state_list(folder / "in.xlsx", rows))

    again = plan(one_office, out(one_office, folder / "out.xlsx", "tt05"))

    assert (again.faults, again.changes, again.empty) == ((), (), True)


def test_counting_scans_beats_the_count_of_the_list(office: Office, tmp_path: Path) -> None:
    scanned(office, "a.pdf", "01.TH")
    enter(office, plain_list(tmp_path / "a.xlsx", row(G=45)))
    (made,) = all_of(office)
    with office.register.write() as conn:
        sheet.number(conn, office.archivist, made.id)

    (row_out,) = read(out(office, tmp_path / "out.xlsx", "plain")).dossiers

    assert (row_out.values["sheets"], row_out.values["pages"]) == ("1", "1")
