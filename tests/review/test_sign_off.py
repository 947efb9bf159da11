"""Signing a dossier off: all that it lacks is named, and what is signed stands still until it is reopened."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection, select

from catalog import arrangement, boundary, correction, dossier, dossier_change, event, field_value, schema
from catalog.access import NotAllowed
from catalog.dossier import DossierSignedOff
from catalog.dossier_change import DossierChanged
from catalog.identifiers import ReadingId, SourceFileId
from luutru.errors import InvalidInput
from review import sign_off
from review.sign_off import DossierIncomplete, DossierNotSignedOff
from tests.catalog.archive import SYSTEM, Office, arrive, reading
from tests.catalog.arranged import Stack, finish, seen, stack
from tests.review.team import archivist, enter, pass_both_rounds

WHOLE: dict[str, str | date | None] = {
    "title": "Cấp giấy chứng nhận quyền sử dụng đất",
    "date_from": date(2001, 3, 5),
    "date_to": date(2001, 9, 30),
    "type": "DD-GCN",
    "retention": "Vĩnh viễn",
    "retention_code": "01",
}


@pytest.fixture
def here(office: Office) -> Stack:
    """A dossier of three documents."""
    return stack(office, pages=(2, 1, 1))


def revision(here: Stack) -> int:
    with here.register.read() as conn:
        return dossier.find(conn, SYSTEM, here.dossier).revision


def lacking(here: Stack, rounds: int = 2) -> set[str]:
    with here.register.read() as conn:
        return {gap.code for gap in sign_off.gaps(conn, SYSTEM, here.dossier, rounds=rounds)}


def describe(here: Stack) -> None:
    with here.register.write() as conn:
        scope = here.office.archivist
        at = dossier.find(conn, scope, here.dossier).revision
        dossier_change.edit(conn, scope, here.dossier, WHOLE, revision=at)


def signed(here: Stack) -> None:
    """Bring a dossier from nothing to its signature."""
    describe(here)
    with here.register.write() as conn:
        pass_both_rounds(conn, here)
        lan = archivist(here.office, "lan")
        at = dossier.find(conn, lan, here.dossier).revision
        checked = sign_off.check(conn, lan, here.dossier, revision=at)
        sign_off.sign_off(conn, archivist(here.office, "truong"), here.dossier, revision=checked.revision)


def test_everything_that_a_dossier_lacks_is_named_at_once(here: Stack) -> None:
    assert lacking(here) == {
        "documents-unchecked", "documents-uncontrolled", "sample-not-accepted", "dates", "type", "retention",
        "sheets-unnumbered",
    }  # fmt: skip

    with pytest.raises(DossierIncomplete, match=r"documents-unchecked \(3\)"), here.register.write() as conn:
        sign_off.sign_off(conn, here.office.archivist, here.dossier, revision=revision(here))


def test_a_dossier_goes_from_scans_to_a_signature(here: Stack) -> None:
    signed(here)

    with here.register.read() as conn:
        found = dossier.find(conn, SYSTEM, here.dossier)
        told = event.events(conn, SYSTEM, f"dossier:{here.dossier}", limit=1)[0]
    assert (found.state, found.checked_by, found.signed_by) == ("signed-off", "lan", "truong")
    assert found.signed_at is not None
    assert told.kind == "dossier-signed-off"
    assert '"documents":3,"pages":4' in told.payload


def test_what_a_machine_proposed_is_no_decision(here: Stack) -> None:
    describe(here)
    with here.register.write() as conn:
        conn.execute(
            schema.dossier.update().values(
                retention_state="proposed", type_source="machine", type_confidence=0.6
            )
        )

    assert {"retention", "type"} <= lacking(here)


def test_a_signed_dossier_stands_still(here: Stack) -> None:
    signed(here)
    first = here.documents[0]
    scope = here.office.archivist
    acts: dict[str, Callable[[Connection], object]] = {
        "edit": lambda conn: dossier_change.edit(
            conn, scope, here.dossier, {"title": "khác"}, revision=revision(here)
        ),
        "split": lambda conn: arrangement.split(conn, scope, first, 2, seen=seen(conn, first)),
        "fields": lambda conn: field_value.set_by_person(conn, scope, first, {"subject": "khác"}, base=99),
        "check": lambda conn: enter(conn, scope, first),
        "again": lambda conn: sign_off.sign_off(conn, scope, here.dossier, revision=revision(here)),
    }

    for act in acts.values():
        with pytest.raises(DossierSignedOff), here.register.write() as conn:
            act(conn)


def test_a_dossier_is_reopened_with_a_reason_and_must_be_signed_again(here: Stack) -> None:
    signed(here)
    scope = here.office.archivist
    with pytest.raises(InvalidInput), here.register.write() as conn:
        sign_off.reopen(conn, scope, here.dossier, reason="  ")

    with here.register.write() as conn:
        found = sign_off.reopen(conn, scope, here.dossier, reason="sai ngày ban hành")

    assert (found.state, found.signed_by, found.checked_by) == ("open", None, None)
    with here.register.read() as conn:
        told = event.events(conn, SYSTEM, f"dossier:{here.dossier}", limit=1)[0]
    assert (told.kind, "sai ngày ban hành" in told.payload) == ("dossier-reopened", True)
    with pytest.raises(DossierNotSignedOff), here.register.write() as conn:
        sign_off.reopen(conn, scope, here.dossier, reason="lần nữa")
    describe(here)


def test_scans_that_come_after_the_signature_open_the_dossier_again(here: Stack) -> None:
    signed(here)
    with here.register.write() as conn:
        assert dossier.in_place(conn, here.office.archivist, here.office.fonds, "HS 1") == here.dossier
        lot = here.office.batch(conn)
        arrive(conn, lot, "late.pdf", dossier=here.dossier)

    with here.register.read() as conn:
        assert dossier.find(conn, SYSTEM, here.dossier).state == "open"
    assert "files-on-the-way" in lacking(here)


def test_a_file_that_is_opened_after_the_signature_opens_the_dossier_again(here: Stack) -> None:
    with here.register.write() as conn:
        late = arrive(conn, here.office.batch(conn), "late.pdf", dossier=here.dossier)
        conn.execute(
            schema.source_file.update().where(schema.source_file.c.id == late).values(state="refused")
        )
    signed(here)
    with here.register.write() as conn:
        conn.execute(
            schema.source_file.update().where(schema.source_file.c.id == late).values(state="received")
        )

    finish(here.register, {SourceFileId(late): 1})

    with here.register.read() as conn:
        assert dossier.find(conn, SYSTEM, here.dossier).state == "open"
    assert "documents-unchecked" in lacking(here)


def test_a_change_makes_a_checked_dossier_open_again(here: Stack) -> None:
    scope = here.office.archivist
    with here.register.write() as conn:
        enter(conn, scope, *here.documents)
        at = dossier.find(conn, scope, here.dossier).revision
        checked = sign_off.check(conn, scope, here.dossier, revision=at)
        assert checked.state == "checked"

        after = dossier_change.edit(conn, scope, here.dossier, {"keyword": "đất"}, revision=checked.revision)

    assert (after.state, after.checked_by) == ("open", None)


def test_an_open_boundary_keeps_a_dossier_from_being_checked(here: Stack) -> None:
    scope = here.office.archivist
    with here.register.write() as conn:
        enter(conn, scope, *here.documents)
        boundary.suggest(
            conn, SYSTEM, [boundary.Suggestion(here.pages(here.documents[0])[1], None, "first-page", 0.7)]
        )

    with pytest.raises(DossierIncomplete, match=r"boundaries-open \(1\)"), here.register.write() as conn:
        sign_off.check(conn, scope, here.dossier, revision=revision(here))


def test_whoever_saw_an_older_dossier_signs_nothing(here: Stack) -> None:
    describe(here)

    with pytest.raises(DossierChanged), here.register.write() as conn:
        sign_off.sign_off(conn, here.office.archivist, here.dossier, revision=1)


def test_a_dossier_on_paper_alone_is_signed_off_without_control(office: Office) -> None:
    with office.register.write() as conn:
        scope = office.archivist
        place = dossier.add(conn, SYSTEM, office.fonds, "HS 9", paper_only=True)
        at = dossier.find(conn, scope, place).revision
        edited = dossier_change.edit(conn, scope, place, WHOLE, revision=at)
        checked = sign_off.check(conn, scope, place, revision=edited.revision)

        found = sign_off.sign_off(conn, scope, place, revision=checked.revision)

    assert found.state == "signed-off"


def test_a_reader_signs_nothing_off(here: Stack) -> None:
    with pytest.raises(NotAllowed), here.register.write() as conn:
        sign_off.check(conn, here.office.reader, here.dossier, revision=revision(here))


def test_the_text_of_a_signed_dossier_is_not_corrected(here: Stack) -> None:
    signed(here)
    page = here.pages(here.documents[0])[0]
    with here.register.read() as conn:
        base = conn.execute(select(schema.page.c.reading_id).where(schema.page.c.id == page)).scalar_one()

    with pytest.raises(DossierSignedOff), here.register.write() as conn:
        correction.corrected(conn, here.office.archivist, page, reading("khác"), base=ReadingId(base))
