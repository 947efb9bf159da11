"""What search is told: every change, numbered without gaps, and up to where it has listened."""

import threading
import time
from datetime import timedelta

import pytest

from catalog import dossier, fonds, index_feed, page, schema, standing
from catalog.access import NotAllowed
from catalog.identifiers import DossierId, PageId
from catalog.instants import today
from catalog.register import Register
from tests.catalog.archive import SYSTEM, Office, arrive, work_off


def announce(register: Register, *entries: str) -> None:
    with register.write() as conn:
        index_feed.announce(conn, SYSTEM, entries)


def told(register: Register, cursor: int = 0) -> list[tuple[int, str]]:
    with register.read() as conn:
        return [(change.seq, change.entry) for change in index_feed.since(conn, SYSTEM, cursor)]


def test_changes_are_numbered_in_their_order(register: Register) -> None:
    announce(register, "page:a", "page:b")
    announce(register)
    announce(register, "dossier:c")

    assert told(register) == [(1, "page:a"), (2, "page:b"), (3, "dossier:c")]
    assert told(register, 2) == [(3, "dossier:c")]
    with register.read() as conn:
        assert index_feed.latest(conn, SYSTEM) == 3


def test_nothing_has_changed_in_an_empty_archive(register: Register) -> None:
    with register.read() as conn:
        assert index_feed.latest(conn, SYSTEM) == 0
        assert index_feed.since(conn, SYSTEM, 0) == []


def test_what_was_taken_back_leaves_no_gap(register: Register) -> None:
    announce(register, "page:a")
    with pytest.raises(ZeroDivisionError), register.write() as conn:
        index_feed.announce(conn, SYSTEM, ["page:b"])
        raise ZeroDivisionError
    announce(register, "page:c")

    assert told(register) == [(1, "page:a"), (2, "page:c")]


def test_who_sees_a_number_has_seen_all_below_it(server_register: Register) -> None:
    stop = threading.Event()
    faults: list[BaseException] = []

    def change(name: str) -> None:
        try:
            for n in range(25):
                with server_register.write() as conn:
                    index_feed.announce(conn, SYSTEM, [f"page:{name}{n}", f"page:{name}{n}'"])
                    time.sleep(0.001)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=change, args=(f"w{n}.",)) for n in range(4)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while not stop.is_set():
        if not any(thread.is_alive() for thread in threads):
            stop.set()
        seen += [seq for seq, _entry in told(server_register, len(seen))]

    assert faults == []
    assert seen == list(range(1, 201))


def test_the_first_changes_of_all_do_not_meet(server_register: Register) -> None:
    start = threading.Barrier(4)
    faults: list[BaseException] = []

    def change() -> None:
        try:
            with server_register.write() as conn:
                start.wait(10)
                index_feed.announce(conn, SYSTEM, ["page:a"])
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert faults == []
    assert [seq for seq, _entry in told(server_register)] == [1, 2, 3, 4]


def test_each_generation_has_a_cursor_of_its_own(register: Register) -> None:
    announce(register, *(f"page:{n}" for n in range(9)))
    with register.write() as conn:
        index_feed.taken_in(conn, SYSTEM, "old", 5)
        index_feed.taken_in(conn, SYSTEM, "old", 7)
        index_feed.taken_in(conn, SYSTEM, "new", 3)

        found = [index_feed.cursor(conn, SYSTEM, name) for name in ("old", "new", "none")]

    assert found == [7, 3, 0]


def test_a_switch_forgets_the_old_generation_and_what_the_new_one_holds(register: Register) -> None:
    announce(register, *(f"page:{n}" for n in range(9)))
    with register.write() as conn:
        index_feed.taken_in(conn, SYSTEM, "old", 9)
        index_feed.taken_in(conn, SYSTEM, "new", 6)

        index_feed.switched(conn, SYSTEM, "new")

        assert [index_feed.cursor(conn, SYSTEM, name) for name in ("old", "new")] == [0, 6]
    assert [seq for seq, _entry in told(register)] == [7, 8, 9]
    announce(register, "page:x")
    assert told(register, 9) == [(10, "page:x")]


def test_what_search_holds_is_marked(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
    work_off(office.register)
    with office.register.write() as conn:
        pages = page.should_be_indexed(conn, SYSTEM)
        for _ in range(2):
            index_feed.mark(conn, SYSTEM, pages=pages, dossiers={})

        assert conn.execute(schema.page.select()).one().indexed_revision == 1


def test_only_the_service_listens(office: Office) -> None:
    with office.register.write() as conn:
        for ask in (
            lambda: index_feed.since(conn, office.archivist, 0),
            lambda: index_feed.cursor(conn, office.archivist, "x"),
            lambda: index_feed.taken_in(conn, office.archivist, "x", 1),
            lambda: index_feed.switched(conn, office.archivist, "x"),
            lambda: index_feed.mark(conn, office.archivist, pages={}, dossiers={}),
        ):
            with pytest.raises(NotAllowed):
                ask()


# --- what is announced ------------------------------------------------------------------------------


def filed(office: Office) -> tuple[DossierId, PageId, PageId]:
    """Return a dossier, a page in it and a page in none."""
    with office.register.write() as conn:
        place = dossier.add(conn, SYSTEM, office.fonds, "HS 1")
        lot = office.batch(conn)
        arrive(conn, lot, "a.pdf", dossier=place)
        arrive(conn, lot, "b.pdf")
    work_off(office.register)
    with office.register.read() as conn:
        first, second = sorted(page.should_be_indexed(conn, SYSTEM))
    return place, first, second


def newest(register: Register) -> int:
    with register.read() as conn:
        return index_feed.latest(conn, SYSTEM)


def test_a_new_dossier_is_announced_though_it_is_on_paper_only(office: Office) -> None:
    with office.register.write() as conn:
        made = dossier.add(conn, SYSTEM, office.fonds, "HS 1", paper_only=True)

    assert told(office.register) == [(1, f"dossier:{made}")]


def test_who_may_read_anew_is_announced_with_every_page(office: Office) -> None:
    place, inside, _other = filed(office)
    before = newest(office.register)
    with office.register.write() as conn:
        standing.grant_reading(conn, SYSTEM, place, office.ha_tu, instrument="QĐ 1")
        [found] = page.findable(conn, SYSTEM, [inside])
        [about] = dossier.findable(conn, SYSTEM, [place])

    assert [entry for _seq, entry in told(office.register, before)] == [f"dossier:{place}", f"page:{inside}"]
    assert found.readers == about.readers == {office.an_lac, office.ha_tu}
    assert found.revision == about.revision == 2


def test_who_may_no_longer_read_by_the_calendar_is_announced(office: Office) -> None:
    place, inside, _other = filed(office)
    end = today() + timedelta(days=3)
    with office.register.write() as conn:
        standing.grant_reading(conn, SYSTEM, place, office.ha_tu, instrument="QĐ 1", valid_until=end)
    before = newest(office.register)

    touched = []
    for days in range(5):
        with office.register.write() as conn:
            after = today() + timedelta(days=days)
            touched.append(standing.touch_changed(conn, SYSTEM, after=after, until=after + timedelta(days=1)))

    assert touched == [0, 0, 1, 0, 0]
    assert [entry for _seq, entry in told(office.register, before)] == [f"dossier:{place}", f"page:{inside}"]


def test_search_follows_the_calendar_once_a_day_and_over_days_nobody_worked(office: Office) -> None:
    place, _inside, _other = filed(office)
    end = today() + timedelta(days=3)
    with office.register.write() as conn:
        standing.grant_reading(conn, SYSTEM, place, office.ha_tu, instrument="QĐ 1", valid_until=end)

    touched = []
    for days in (0, 0, 2, 7, 7):
        with office.register.write() as conn:
            touched.append(standing.follow_calendar(conn, SYSTEM, until=today() + timedelta(days=days)))

    assert touched == [0, 0, 0, 1, 0]


def test_another_unit_for_a_fonds_is_announced_with_everything_in_it(office: Office) -> None:
    place, inside, other = filed(office)
    before = newest(office.register)
    with office.register.write() as conn:
        fonds.confirm(conn, SYSTEM, office.fonds.id, title="Phông An Lạc", unit=office.ha_tu)
        readers = {one.page: one.readers for one in page.findable(conn, SYSTEM, [inside, other])}

    entries = [entry for _seq, entry in told(office.register, before)]
    assert entries == [f"dossier:{place}", f"page:{inside}", f"page:{other}"]
    assert readers == {inside: {office.ha_tu}, other: {office.ha_tu}}


def test_the_same_unit_again_is_no_change_to_search(office: Office) -> None:
    filed(office)
    before = newest(office.register)
    with office.register.write() as conn:
        fonds.confirm(conn, SYSTEM, office.fonds.id, title="Phông An Lạc", unit=office.an_lac)

    assert newest(office.register) == before
