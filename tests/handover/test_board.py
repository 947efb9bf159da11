"""The progress board: counted from the register, by office, for those who may know."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import Connection

from catalog import dossier, schema, transfer_draft, unit_holding
from catalog.access import NotAllowed, Role
from catalog.forecast import Stage
from catalog.identifiers import DossierId, TransferId
from catalog.instants import now, today
from catalog.unit_holding import HoldingInvalid
from handover.board import Board, Line, as_plain, board, board_form
from paper.form_pdf import print_form
from paper.form_xlsx import save_form
from tests.catalog.archive import SYSTEM, Office, scope_of
from tests.catalog.arranged import stack
from tests.services.verapdf import VeraPdf

FAR = date(2027, 12, 31)


def line_of(found: Board, name: str) -> Line:
    return next(line for line in found.lines if line.progress.name == name)


def an_lac(office: Office) -> Line:
    with office.register.read() as conn:
        return line_of(board(conn, SYSTEM, today=today()), "UBND xã An Lạc")


def on_paper(conn: Connection, office: Office, *labels: str, box: str = "1") -> list[DossierId]:
    place = dossier.box(conn, SYSTEM, office.fonds.id, box)
    return [dossier.add(conn, SYSTEM, office.fonds, label, box=place, paper_only=True) for label in labels]


def moved(
    conn: Connection, office: Office, found: list[DossierId], state: str, decision: str | None = None
) -> TransferId:
    """Put dossiers into a handover that is so far."""
    made = transfer_draft.draft(
        conn, SYSTEM, giver=office.an_lac, receiver=office.ha_tu, case="other", title="t", route="inside"
    )
    transfer_draft.add(conn, SYSTEM, made.id, found)
    transfer, item = schema.transfer, schema.transfer_item
    conn.execute(transfer.update().where(transfer.c.id == made.id).values(state=state, sealed_at=now()))
    passed = decision in ("accepted", "reserved")
    conn.execute(
        item.update()
        .where(item.c.transfer_id == made.id)
        .values(decision=decision, passed_at=now() if passed else None, under_way=decision is None)
    )
    return made.id


def test_scans_are_counted_when_they_are_there_and_as_read_when_all_of_them_are(office: Office) -> None:
    stack(office, pages=(2, 1))
    with office.register.write() as conn:
        on_paper(conn, office, "HS 2", "HS 3")

    found = an_lac(office).progress

    assert (found.announced, found.done[Stage.SCANNED], found.done[Stage.READ]) == (3, 1, 1)
    assert found.weekly[Stage.SCANNED] == found.weekly[Stage.READ] == 1.0


def test_a_dossier_of_which_a_page_waits_is_scanned_and_not_read(office: Office) -> None:
    here = stack(office, pages=(2,))
    with office.register.write() as conn:
        conn.execute(schema.document.update().values(pages_read=1))

    found = an_lac(office).progress

    assert here.dossier
    assert (found.done[Stage.SCANNED], found.done[Stage.READ]) == (1, 0)


def test_what_is_sealed_and_what_was_accepted_are_counted_apart(office: Office) -> None:
    with office.register.write() as conn:
        first, second, third, fourth = on_paper(conn, office, "1", "2", "3", "4")
        moved(conn, office, [first], "sealed")
        moved(conn, office, [second], "accepted", "accepted")
        moved(conn, office, [third], "draft")
        moved(conn, office, [fourth], "returned", "returned")

    found = an_lac(office).progress

    assert (found.done[Stage.SEALED], found.done[Stage.ACCEPTED]) == (2, 1)


def test_a_dossier_that_was_returned_and_sealed_again_counts_once(office: Office) -> None:
    with office.register.write() as conn:
        found = on_paper(conn, office, "1")
        moved(conn, office, found, "returned", "returned")
        moved(conn, office, found, "accepted", "accepted")

    assert an_lac(office).progress.done[Stage.ACCEPTED] == 1


def test_metres_are_those_that_were_measured_else_reckoned_from_boxes(office: Office) -> None:
    with office.register.write() as conn:
        for number in range(4):
            on_paper(conn, office, f"HS {number}", box=str(number))
    reckoned = an_lac(office).progress
    with office.register.write() as conn:
        unit_holding.say(conn, SYSTEM, office.an_lac, centimetres=1250, dossiers=40)
    measured = an_lac(office).progress

    assert (reckoned.metres, reckoned.metres_said) == (0.5, False)
    assert (measured.metres, measured.metres_said, measured.announced) == (12.5, True, 40)
    assert measured.metres_of(20) == 6.25


def test_what_was_said_last_counts(office: Office) -> None:
    with office.register.write() as conn:
        unit_holding.say(conn, SYSTEM, office.an_lac, dossiers=10, deadline=FAR)
        unit_holding.say(conn, SYSTEM, office.an_lac, dossiers=20)

    found = an_lac(office).progress

    assert (found.announced, found.deadline) == (20, None)


def test_an_office_without_a_dossier_is_on_the_board_once_it_said_what_it_holds(office: Office) -> None:
    with office.register.write() as conn:
        unit_holding.say(conn, SYSTEM, office.ha_tu, centimetres=100)
    with office.register.read() as conn:
        found = board(conn, SYSTEM, today=today())

    assert [line.progress.name for line in found.lines] == ["UBND phường Hà Tu"]


def test_a_holding_that_says_nothing_or_too_much_is_refused(office: Office) -> None:
    with office.register.write() as conn:
        for dossiers, centimetres in ((None, None), (-1, None), (None, 10**12)):
            with pytest.raises(HoldingInvalid):
                unit_holding.say(conn, SYSTEM, office.an_lac, dossiers=dossiers, centimetres=centimetres)
        with pytest.raises(NotAllowed):
            unit_holding.say(conn, office.stranger, office.an_lac, dossiers=1)


def test_each_sees_the_board_of_their_own_records(office: Office) -> None:
    with office.register.write() as conn:
        on_paper(conn, office, "1")
        unit_holding.say(conn, SYSTEM, office.an_lac, dossiers=10)
    with office.register.read() as conn:
        own = board(conn, office.archivist, today=today())
        strange = board(conn, office.stranger, today=today())

        assert [line.progress.announced for line in own.lines] == [10]
        assert strange.lines == ()
        with pytest.raises(NotAllowed):
            board(conn, scope_of(Role.READER, office.an_lac), today=today())


def test_the_whole_is_the_sum_of_its_offices(office: Office) -> None:
    with office.register.write() as conn:
        on_paper(conn, office, "1", "2")
        unit_holding.say(conn, SYSTEM, office.an_lac, centimetres=1000, deadline=FAR)
        unit_holding.say(conn, SYSTEM, office.ha_tu, centimetres=50, dossiers=5, deadline=FAR - timedelta(1))
    with office.register.read() as conn:
        whole = board(conn, SYSTEM, today=today()).whole.progress

    assert (whole.announced, whole.metres, whole.deadline) == (7, 10.5, FAR)


def test_the_board_is_told_to_programs_whole(office: Office) -> None:
    stack(office, pages=(1,))
    with office.register.read() as conn:
        told = as_plain(board(conn, SYSTEM, today=today()))

    (unit,) = told["units"]
    assert unit["stages"]["scanned"]["dossiers"] == 1
    assert unit["stuck"] == {"stage": "signed_off", "waiting": 1, "weekly": 0.0}
    assert unit["forecast"] is None


def test_the_board_is_printed_on_a_sheet_on_its_side(
    office: Office, tmp_path: Path, verapdf: VeraPdf
) -> None:
    stack(office, pages=(1,))
    with office.register.write() as conn:
        unit_holding.say(conn, SYSTEM, office.ha_tu, dossiers=5, deadline=FAR)
    with office.register.read() as conn:
        form = board_form(board(conn, SYSTEM, today=today()), scope="Toàn tỉnh")

    with (tmp_path / "board.pdf").open("wb") as out:
        print_form(form, out, made_at=now())
    save_form(form, tmp_path / "board.xlsx")

    verapdf.check(tmp_path / "board.pdf")
    sheet = load_workbook(tmp_path / "board.xlsx").active
    assert sheet is not None
    assert sheet.page_setup.orientation == "landscape"
