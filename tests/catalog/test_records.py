"""Units, fonds, dossiers, what is said about them, and what happened to them."""

import hashlib
import json
import threading
from datetime import date

import pytest

from catalog import batch, dossier, event, fonds, index_feed, objects, schema, standing, unit
from catalog.access import NotAllowed
from catalog.coverage import coverage
from catalog.fonds import FondsCodeInvalid, FondsExists, FondsNotFound
from catalog.identifiers import FondsId, ObjectKey
from catalog.instants import today
from catalog.register import Register
from catalog.unit import UnitAmbiguous, UnitNotFound
from tests.catalog.archive import SYSTEM, Office, arrive, make_office, sha256, work_off

# --- units ------------------------------------------------------------------------------------------


def test_a_unit_is_found_by_id_name_or_code(office: Office) -> None:
    with office.register.read() as conn:
        found = {
            unit.find(conn, office.reader, asked).id
            for asked in (office.an_lac, "UBND xã An Lạc", "H49.64.33")
        }

    assert found == {office.an_lac}


def test_a_code_that_was_given_twice_names_nobody(office: Office) -> None:
    with office.register.write() as conn:
        unit.add(conn, SYSTEM, "UBND xã An Lạc mới", code="H49.64.33", valid_from=date(2025, 7, 1))

        with pytest.raises(UnitAmbiguous, match=office.an_lac):
            unit.find(conn, SYSTEM, "H49.64.33")
        with pytest.raises(UnitNotFound):
            unit.find(conn, SYSTEM, "H49")


def test_an_archivist_only_names_a_unit_for_others_to_confirm(office: Office) -> None:
    with office.register.write() as conn:
        assert unit.add(conn, office.archivist, "UBND xã X", to_confirm=True).to_confirm
        with pytest.raises(NotAllowed):
            unit.add(conn, office.archivist, "UBND xã Y")


def test_who_came_after_whom_is_recorded_with_its_instrument(office: Office) -> None:
    with office.register.write() as conn:
        unit.succeed(
            conn, SYSTEM, office.an_lac, office.ha_tu,
            kind="merged", instrument="NQ 202/2025/QH15", on_date=date(2025, 7, 1),
        )  # fmt: skip
        [told] = [one for one in event.events(conn, SYSTEM, f"unit:{office.an_lac}") if one.instrument]

    assert (told.kind, told.instrument) == ("unit-succeeded", "NQ 202/2025/QH15")


# --- fonds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["", "  ", "a b", "a/b", "a\\b", "x" * 65])
def test_a_fonds_code_can_stand_in_a_file_name(office: Office, code: str) -> None:
    with pytest.raises(FondsCodeInvalid), office.register.write() as conn:
        fonds.add(conn, SYSTEM, code)


def test_a_fonds_code_is_given_once(office: Office) -> None:
    with pytest.raises(FondsExists), office.register.write() as conn:
        fonds.add(conn, SYSTEM, "ANLAC")


def test_an_archivist_enters_a_fonds_of_their_own_unit_to_be_confirmed(office: Office) -> None:
    with office.register.write() as conn:
        made = fonds.add(conn, office.archivist, "MOI", unit=office.an_lac, to_confirm=True)

        assert fonds.find(conn, office.archivist, "MOI") == made
        assert made.to_confirm
        for place in (office.ha_tu, None):
            with pytest.raises(NotAllowed):
                fonds.add(conn, office.archivist, "KHAC", unit=place, to_confirm=True)
        with pytest.raises(NotAllowed):
            fonds.add(conn, office.archivist, "KHAC", unit=office.an_lac)


def test_confirming_a_fonds_gives_its_unit_what_came_in_before(office: Office) -> None:
    with office.register.write() as conn:
        made = fonds.add(conn, SYSTEM, "MOI", to_confirm=True)
        place = dossier.in_place(conn, SYSTEM, made, "HS 1")
        lot = office.batch(conn, of=made)
        arrive(conn, lot, "a.pdf", dossier=place)
        fonds.confirm(conn, SYSTEM, made.id, title="Phông mới", unit=office.an_lac)

    with office.register.read() as conn:
        found = fonds.find(conn, office.reader, "MOI")
        assert (found.title, found.unit, found.to_confirm) == ("Phông mới", office.an_lac, False)
        assert dossier.find(conn, office.reader, place).label == "HS 1"
        assert batch.find(conn, office.archivist, lot.id).unit == office.an_lac


def test_a_fonds_confirmed_for_another_unit_is_no_longer_the_firsts(office: Office) -> None:
    with office.register.write() as conn:
        place = dossier.in_place(conn, SYSTEM, office.fonds, "HS 1")
        fonds.confirm(conn, SYSTEM, office.fonds.id, title="x", unit=office.ha_tu)

        with pytest.raises(dossier.DossierNotFound):
            dossier.find(conn, office.archivist, place)
        found = dossier.standings(conn, office.stranger, place)

    kept = {(one.kind, one.unit, one.valid_until) for one in found if one.kind != "owner"}
    assert kept == {
        (kind, who, until)
        for kind in ("authority", "keeper")
        for who, until in ((office.an_lac, today()), (office.ha_tu, None))
    }


def test_a_fonds_that_is_not_there_cannot_be_confirmed(office: Office) -> None:
    with pytest.raises(FondsNotFound), office.register.write() as conn:
        fonds.confirm(conn, SYSTEM, FondsId("f" * 32), title="x", unit=None)


# --- dossiers ---------------------------------------------------------------------------------------


def test_a_dossier_entered_from_its_paper_and_scanned_later_is_no_longer_on_paper_only(
    office: Office,
) -> None:
    with office.register.write() as conn:
        place = dossier.add(conn, SYSTEM, office.fonds, "HS 1", paper_only=True)
        before = dossier.find(conn, SYSTEM, place)
        cursor = index_feed.latest(conn, SYSTEM)

        for _ in range(2):
            assert dossier.in_place(conn, SYSTEM, office.fonds, "HS 1") == place

        after = dossier.find(conn, SYSTEM, place)
        told = index_feed.since(conn, SYSTEM, cursor)
    assert (before.paper_only, after.paper_only) == (True, False)
    assert after.revision == before.revision + 1
    assert [change.entry for change in told] == [index_feed.dossier_entry(place)]


def test_a_dossier_is_in_its_place_once(office: Office) -> None:
    with office.register.write() as conn:
        boxes = [dossier.box(conn, SYSTEM, office.fonds.id, f"Hộp {n}") for n in (1, 2, 1)]
        places = [dossier.in_place(conn, SYSTEM, office.fonds, "HS 1", box=box) for box in (*boxes, None)]
        again = [dossier.in_place(conn, SYSTEM, office.fonds, "HS 1", box=box) for box in (*boxes, None)]
        elsewhere = dossier.in_place(conn, SYSTEM, office.other, "HS 1")

    assert boxes[0] == boxes[2] != boxes[1]
    assert places == again
    assert len({*places, elsewhere}) == 4


def test_a_dossier_entered_from_many_sides_at_once_is_in_its_place_once(server_register: Register) -> None:
    office = make_office(server_register)
    made: list[str] = []
    start = threading.Barrier(4)

    def enter() -> None:
        start.wait(10)
        with server_register.write() as conn:
            box = dossier.box(conn, SYSTEM, office.fonds.id, "Hộp 1")
            made.append(dossier.in_place(conn, SYSTEM, office.fonds, "HS 1", box=box))

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(made) == 4
    assert len(set(made)) == 1


def test_a_new_dossiers_standings_are_its_fonds_and_that_fonds_unit(office: Office) -> None:
    with office.register.write() as conn:
        made = dossier.add(conn, office.archivist, office.fonds, "HS 1", instrument="QĐ 5")

        found = dossier.standings(conn, office.archivist, made)

    assert {(one.kind, one.unit, one.fonds) for one in found} == {
        ("owner", None, office.fonds.id),
        ("authority", office.an_lac, None),
        ("keeper", office.an_lac, None),
    }
    assert {(one.valid_from, one.valid_until, one.instrument) for one in found} == {(today(), None, "QĐ 5")}


def test_dossiers_are_listed_by_fonds_box_and_label(office: Office) -> None:
    with office.register.write() as conn:
        box = dossier.box(conn, SYSTEM, office.fonds.id, "Hộp 1")
        for label in ("HS 2", "HS 1"):
            dossier.in_place(conn, SYSTEM, office.fonds, label, box=box)
        dossier.in_place(conn, SYSTEM, office.other, "HS 0")

        listed = [(one.fonds_code, one.box_label, one.label) for one in dossier.dossiers(conn, SYSTEM)]
        page = dossier.dossiers(conn, SYSTEM, fonds=office.fonds.id, offset=1, limit=1)

    assert listed == [("ANLAC", "Hộp 1", "HS 1"), ("ANLAC", "Hộp 1", "HS 2"), ("HATU", None, "HS 0")]
    assert [one.label for one in page] == ["HS 2"]


def test_letting_others_read_is_recorded_with_its_instrument(office: Office) -> None:
    with office.register.write() as conn:
        made = dossier.add(conn, SYSTEM, office.fonds, "HS 1")
        standing.grant_reading(conn, SYSTEM, made, office.ha_tu, instrument="QĐ 9")

        newest = event.events(conn, SYSTEM, f"dossier:{made}")[0]

    assert (newest.kind, newest.instrument) == ("reading-granted", "QĐ 9")


# --- how much was read ------------------------------------------------------------------------------


def test_coverage_counts_pages_and_dossiers_that_one_sees(office: Office) -> None:
    with office.register.write() as conn:
        place = dossier.in_place(conn, SYSTEM, office.fonds, "HS 1")
        dossier.add(conn, SYSTEM, office.fonds, "HS 2", paper_only=True)
        arrive(conn, office.batch(conn), "a.pdf", dossier=place)
        arrive(conn, office.batch(conn), "b.pdf")
        arrive(conn, office.batch(conn, of=office.other), "c.pdf")
    work_off(office.register, pages=2)
    with office.register.write() as conn:
        secret = dossier.add(conn, SYSTEM, office.fonds, "HS 3", access_mode="03")
        arrive(conn, office.batch(conn), "d.pdf", dossier=secret)
    work_off(office.register)
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "e.pdf")
    work_off(office.register, state="held")
    with office.register.read() as conn:
        ours, theirs, every = (coverage(conn, scope) for scope in (office.reader, office.stranger, SYSTEM))
        one_fonds = coverage(conn, SYSTEM, fonds=office.fonds.id)
        none = coverage(conn, office.reader, fonds=office.other.id)

    assert (ours.pages, ours.pages_read, ours.dossiers, ours.dossiers_scanned) == (5, 4, 2, 1)
    assert (theirs.pages, theirs.pages_read, theirs.dossiers) == (2, 2, 0)
    assert (every.pages, every.pages_read, every.dossiers) == (7, 6, 2)
    assert one_fonds == ours
    assert (none.pages, none.share_of_pages) == (0, 1.0)
    assert ours.share_of_pages == 0.8


# --- what happened ----------------------------------------------------------------------------------


def test_an_events_payload_is_canonical_and_its_digest_kept_apart(register: Register) -> None:
    with register.write() as conn:
        event.record(conn, SYSTEM, "tested", "x:1", {"ướt": 1, "a": [True, None]}, instrument="QĐ 1")

        row = conn.execute(schema.event.select()).one()

    assert row.payload == '{"a":[true,null],"ướt":1}'
    assert row.payload_sha256 == hashlib.sha256(row.payload.encode()).hexdigest()


def test_events_come_newest_first_however_quickly_they_happened(register: Register) -> None:
    with register.write() as conn:
        for n in range(30):
            event.record(conn, SYSTEM, "tested", "x:1", {"n": n})

        found = [json.loads(one.payload)["n"] for one in event.events(conn, SYSTEM, "x:1", limit=10)]

    assert found == list(range(29, 19, -1))


def test_no_event_holds_a_name_or_a_word_of_a_record(office: Office) -> None:
    with office.register.write() as conn:
        dossier.add(conn, office.archivist, office.fonds, "HS bí ẩn", title="Đơn của bà Nguyễn Thị Bí Ẩn")
        lot = office.batch(conn)
        arrive(conn, lot, "bí ẩn.pdf")
        batch.prioritise(conn, office.archivist, lot.id, 3)
    work_off(office.register)

    with office.register.read() as conn:
        told = [f"{row.subject} {row.payload}" for row in conn.execute(schema.event.select())]

    assert len(told) >= 5
    assert not [text for text in told if "bí ẩn" in text.lower()]


# --- what the store keeps ---------------------------------------------------------------------------


def test_an_object_is_noted_once_and_forgotten_when_it_is_purged(register: Register) -> None:
    key = ObjectKey(sha256("x"))
    with register.write() as conn:
        for _ in range(2):
            objects.note(conn, SYSTEM, key, 10, "master")
        first = list(objects.kept(conn, SYSTEM))
        objects.mark_purged(conn, SYSTEM, key)
        purged = list(objects.kept(conn, SYSTEM))
        objects.note(conn, SYSTEM, key, 10, "master")

        assert list(objects.kept(conn, SYSTEM)) == first
    assert len(first) == 1
    assert purged == []


def test_the_same_object_noted_from_many_sides_at_once_is_noted_once(server_register: Register) -> None:
    start = threading.Barrier(4)
    faults: list[BaseException] = []

    def note() -> None:
        try:
            start.wait(10)
            with server_register.write() as conn:
                for n in range(5):
                    objects.note(conn, SYSTEM, ObjectKey(sha256(f"{n}")), 10, "reading")
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=note) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert faults == []
    with server_register.read() as conn:
        assert len(list(objects.kept(conn, SYSTEM))) == 5


def test_what_any_record_stands_on_is_referenced(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
    work_off(office.register)

    with office.register.read() as conn:
        noted = {item.key: item.kind for item in objects.kept(conn, SYSTEM)}
        referenced = objects.referenced(conn, SYSTEM)

        assert referenced == noted.keys()
        assert sorted(noted.values()) == ["master", "pdfa", "reading"]
        assert all(objects.is_referenced(conn, SYSTEM, key) for key in noted)
        assert not objects.is_referenced(conn, SYSTEM, ObjectKey(sha256("x")))
