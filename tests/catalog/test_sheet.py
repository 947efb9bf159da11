"""Sheets of a dossier are numbered in order, and pages converted to A4."""

import pytest

from catalog import arrangement, dossier, schema, sheet
from catalog.access import NotAllowed
from catalog.batch import batches
from catalog.paper_size import conversion, size_of
from tests.catalog.archive import SYSTEM, Office
from tests.catalog.arranged import Stack, seen, stack

DPI = 300


def pixels(millimetres: float) -> int:
    return round(millimetres / 25.4 * DPI)


@pytest.mark.parametrize(
    ("sides", "size", "a4"),
    [
        ((210, 297), "A4", 1),
        ((297, 210), "A4", 1),
        ((297, 420), "A3", 2),
        ((420, 594), "A2", 4),
        ((594, 841), "A1", 8),
        ((841, 1189), "A0", 16),
        ((148, 210), "A5", 0.5),
        ((50, 80), "A5", 0.5),
        ((215, 310), "A4", 1),  # 7 % over
        ((216, 330), "A3", 2),  # 14 % over: the old foolscap counts as the next
        ((1200, 3000), "A0", 16),
    ],
)
def test_a_page_counts_as_the_size_that_it_does_not_exceed_by_a_tenth(
    sides: tuple[int, int], size: str, a4: float
) -> None:
    found = size_of(pixels(sides[0]), pixels(sides[1]), DPI)

    assert found is not None
    assert (found.name, found.a4) == (size, a4)


@pytest.mark.parametrize("known", [(None, 10, 300), (10, 10, None), (10, 10, 0), (0, 10, 300), (-5, 10, 300)])
def test_a_size_that_is_not_known_is_not_guessed(known: tuple[int | None, int | None, int | None]) -> None:
    assert size_of(*known) is None


def test_the_rule_says_where_it_is_from_and_that_nobody_verified_it() -> None:
    assert conversion().source
    assert conversion().unverified


@pytest.fixture
def here(office: Office) -> Stack:
    """A dossier with a document of four pages and one of two."""
    return stack(office, pages=(4, 2))


def numbers(here: Stack) -> list[tuple[int, int]]:
    with here.register.read() as conn:
        return [(side.sheet, side.side) for side in sheet.sheets(conn, SYSTEM, here.dossier)]


def test_one_page_is_one_sheet_where_nobody_said_otherwise(here: Stack) -> None:
    assert numbers(here) == [(number, 1) for number in range(1, 7)]


def test_two_sides_are_one_sheet_where_the_batch_was_scanned_so(here: Stack) -> None:
    with here.register.write() as conn:
        (lot,) = batches(conn, SYSTEM)
        sheet.say_duplex(conn, here.office.archivist, lot.id, True)

    assert numbers(here) == [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2)]


def test_the_back_of_a_sheet_keeps_its_number_though_its_front_is_set_apart(here: Stack) -> None:
    first = here.documents[0]
    with here.register.write() as conn:
        (lot,) = batches(conn, SYSTEM)
        sheet.say_duplex(conn, here.office.archivist, lot.id, True)
        arrangement.set_apart(
            conn, here.office.archivist, [here.pages(first)[1]], "blank", seen=seen(conn, first)
        )

    assert numbers(here) == [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2)]


def test_numbers_are_written_down_and_no_longer_stand_when_pages_move(here: Stack) -> None:
    first, second = here.documents
    scope = here.office.archivist
    with here.register.write() as conn:
        assert sheet.number(conn, scope, here.dossier) == 6
        assert sheet.numbers_stand(conn, scope, here.dossier)

        arrangement.put_in_order(conn, scope, here.dossier, [second, first])

        assert not sheet.numbers_stand(conn, scope, here.dossier)
        sheet.number(conn, scope, here.dossier)
        assert sheet.numbers_stand(conn, scope, here.dossier)


def test_what_is_set_apart_is_not_counted(here: Stack) -> None:
    first = here.documents[0]
    with here.register.write() as conn:
        arrangement.set_apart(
            conn, here.office.archivist, [here.pages(first)[0]], "separator", seen=seen(conn, first)
        )

        found = sheet.count_dossier(conn, SYSTEM, here.dossier)
        assert sheet.count_batch(conn, SYSTEM, batches(conn, SYSTEM)[0].id) == found

    assert (found.documents, found.pages, found.sheets) == (2, 5, 5)


def test_pages_are_counted_by_size_and_the_unknown_apart(here: Stack) -> None:
    with here.register.write() as conn:
        page = schema.page
        conn.execute(page.update().values(width=pixels(297), height=pixels(420), dpi=DPI))
        conn.execute(page.update().where(page.c.id == here.pages(here.documents[0])[0]).values(dpi=None))

        found = sheet.count_dossier(conn, SYSTEM, here.dossier)

    assert (found.by_size["A3"], found.unsized, found.a4) == (5, 1, 11.0)
    assert found.unverified


def test_a_signed_dossier_is_not_numbered_and_by_a_reader_none_is(here: Stack) -> None:
    with pytest.raises(NotAllowed), here.register.write() as conn:
        sheet.number(conn, here.office.reader, here.dossier)
    with here.register.write() as conn:
        conn.execute(schema.dossier.update().values(state="signed-off"))

    with pytest.raises(dossier.DossierSignedOff), here.register.write() as conn:
        sheet.number(conn, here.office.archivist, here.dossier)
