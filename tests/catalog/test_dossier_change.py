"""What is said of a dossier: by a person field by field, by a machine as a proposal that yields to people."""

from datetime import date

import pytest

from catalog import dossier, dossier_change, event, index_feed, schema
from catalog.access import NotAllowed
from catalog.dossier import DossierAmbiguous, DossierNotFound
from catalog.dossier_change import DossierChanged, DossierFieldInvalid
from catalog.identifiers import DossierId
from tests.catalog.archive import SYSTEM, Office
from tests.catalog.arranged import stack


@pytest.fixture
def place(office: Office) -> DossierId:
    """A dossier of which only the label is known."""
    with office.register.write() as conn:
        return dossier.add(conn, SYSTEM, office.fonds, "HS 1")


def edit(office: Office, place: DossierId, **changes: str | date | None) -> dossier.Dossier:
    with office.register.write() as conn:
        at = dossier.find(conn, office.archivist, place).revision
        return dossier_change.edit(conn, office.archivist, place, changes, revision=at)


def test_a_dossier_is_edited_field_by_field(office: Office, place: DossierId) -> None:
    found = edit(
        office,
        place,
        title="Tập tờ khai đăng ký kết hôn",
        code="H49.64.33.2001.160",
        date_from="2001-01-02",
        date_to=date(2001, 12, 28),
        box="Hộp 3",
        type="HT-KH",
        retention="Vĩnh viễn",
        retention_code="01",
        retention_source="NĐ 123/2015/NĐ-CP",
        language="01,03",
        keyword="kết hôn",
        physical_state="02",
        description="Lan lập",
    )

    assert (found.title, found.box_label, found.date_from) == (
        "Tập tờ khai đăng ký kết hôn", "Hộp 3", date(2001, 1, 2),
    )  # fmt: skip
    assert (found.type, found.type_source) == ("HT-KH", "person")
    assert (found.retention.value, found.retention.code, found.retention.state) == (
        "Vĩnh viễn", "01", "decided",
    )  # fmt: skip


def test_search_is_told_and_the_event_holds_the_names_of_the_fields_alone(
    office: Office, place: DossierId
) -> None:
    edit(office, place, title="Đơn của bà Nguyễn Thị Bí Ẩn")

    with office.register.read() as conn:
        changes = [change.entry for change in index_feed.since(conn, SYSTEM, 0)]
        told = event.events(conn, SYSTEM, f"dossier:{place}", limit=1)[0]
    assert changes[-1] == index_feed.dossier_entry(place)
    assert (told.kind, told.payload) == ("dossier-edited", '{"fields":["title"]}')


def test_a_retention_is_decided_only_with_its_true_value_and_its_code(
    office: Office, place: DossierId
) -> None:
    assert edit(office, place, retention_code="07").retention.state is None
    assert edit(office, place, retention="15 năm").retention.state == "decided"


def test_nothing_changed_is_no_act(office: Office, place: DossierId) -> None:
    before = edit(office, place, title="x")

    assert edit(office, place, title=" x ") == before


def test_whoever_was_slower_must_look_again(office: Office, place: DossierId) -> None:
    with office.register.write() as conn:
        dossier_change.edit(conn, office.archivist, place, {"title": "một"}, revision=1)

    with pytest.raises(DossierChanged), office.register.write() as conn:
        dossier_change.edit(conn, office.archivist, place, {"title": "hai"}, revision=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("titel", "x"),
        ("title", ""),
        ("title", "x" * 1001),
        ("title", "x\x00y"),
        ("code", "x" * 101),
        ("keyword", "x" * 101),
        ("description", "x" * 2001),
        ("date_from", "31/12/2001"),
        ("date_from", "2001-02-30"),
        ("retention_code", "08"),
        ("access_mode", "04"),
        ("access_mode", None),
        ("language", "12"),
        ("language", "01;02"),
        ("physical_state", "04"),
    ],
)
def test_a_value_that_cannot_be_changes_nothing(
    office: Office, place: DossierId, name: str, value: str | None
) -> None:
    with pytest.raises(DossierFieldInvalid):
        edit(office, place, **{"label": "HS 2", name: value})

    with office.register.read() as conn:
        assert dossier.find(conn, SYSTEM, place).label == "HS 1"


def test_a_dossier_does_not_end_before_it_begins(office: Office, place: DossierId) -> None:
    edit(office, place, date_from="2001-05-01")

    with pytest.raises(DossierFieldInvalid, match="begin"):
        edit(office, place, date_to="2001-04-30")


def test_nobody_makes_a_dossier_secret_here(office: Office) -> None:
    here = stack(office)

    with pytest.raises(DossierFieldInvalid, match="báo người phụ trách bảo mật"):
        edit(office, here.dossier, access_mode="03")

    with office.register.read() as conn:
        assert dossier.find(conn, office.archivist, here.dossier).access_mode == "01"


def test_another_access_mode_is_told_to_search_with_every_page(office: Office) -> None:
    here = stack(office)

    edit(office, here.dossier, access_mode="02")

    with office.register.read() as conn:
        entries = [change.entry for change in index_feed.since(conn, SYSTEM, 0)]
    pages = {index_feed.page_entry(page) for name in here.documents for page in here.pages(name)}
    assert set(entries[-8:]) == pages | {index_feed.dossier_entry(here.dossier)}


def test_a_machine_proposes_and_yields_to_a_person(office: Office, place: DossierId) -> None:
    with office.register.write() as conn:
        assert dossier_change.propose_type(conn, SYSTEM, place, "DD-GCN", 0.93)
        assert dossier_change.propose_retention(
            conn, SYSTEM, place, value="Vĩnh viễn", code="01", rule="dòng 45", source="TT 10/2022/TT-BNV"
        )
        proposed = dossier.find(conn, SYSTEM, place)
    assert (proposed.type, proposed.type_source, proposed.type_confidence) == ("DD-GCN", "machine", 0.93)
    assert proposed.retention.state == "proposed"

    edit(office, place, type="DD-BD", retention="20 năm", retention_code="05")

    with office.register.write() as conn:
        assert not dossier_change.propose_type(conn, SYSTEM, place, "DD-GCN", 0.99)
        assert not dossier_change.propose_retention(
            conn, SYSTEM, place, value="x", code="06", rule="r", source="s"
        )
        found = dossier.find(conn, SYSTEM, place)
    assert (found.type, found.type_confidence, found.retention.code) == ("DD-BD", None, "05")


def test_a_reader_edits_nothing_and_a_stranger_sees_nothing(office: Office, place: DossierId) -> None:
    with pytest.raises(NotAllowed), office.register.write() as conn:
        dossier_change.edit(conn, office.reader, place, {"title": "x"}, revision=1)
    with pytest.raises(DossierNotFound), office.register.write() as conn:
        dossier_change.edit(conn, office.stranger, place, {"title": "x"}, revision=1)


def test_whoever_answers_for_a_dossier_today_edits_it_and_who_did_before_does_not(
    office: Office, place: DossierId
) -> None:
    with office.register.write() as conn:
        schema_standing = schema.dossier_standing
        conn.execute(
            schema_standing.update()
            .where(schema_standing.c.dossier_id == place, schema_standing.c.kind == "authority")
            .values(unit_id=office.ha_tu)
        )

        dossier_change.edit(conn, office.stranger, place, {"title": "x"}, revision=1)

    with pytest.raises(DossierNotFound), office.register.write() as conn:
        dossier_change.edit(conn, office.archivist, place, {"title": "y"}, revision=2)


def test_dossiers_are_listed_in_natural_order(office: Office) -> None:
    with office.register.write() as conn:
        boxes = {label: dossier.box(conn, SYSTEM, office.fonds.id, label) for label in ("Hộp 10", "Hộp 2")}
        for box in boxes:
            for label in ("HS 10", "HS 9", "HS 1"):
                dossier.add(conn, SYSTEM, office.fonds, label, box=boxes[box])

        found = dossier.dossiers(conn, SYSTEM)
        only = dossier.dossiers(conn, SYSTEM, box=boxes["Hộp 2"])

    expected = [(box, label) for box in ("Hộp 2", "Hộp 10") for label in ("HS 1", "HS 9", "HS 10")]
    assert [(each.box_label, each.label) for each in found] == expected
    assert [each.label for each in only] == ["HS 1", "HS 9", "HS 10"]


def test_a_dossier_is_named_by_id_code_or_label_where_there_is_only_one(
    office: Office, place: DossierId
) -> None:
    edit(office, place, code="A.1")
    with office.register.write() as conn:
        assert {dossier.named(conn, SYSTEM, name).id for name in (place, "A.1", "HS 1")} == {place}
        dossier.add(conn, SYSTEM, office.other, "HS 1")

        with pytest.raises(DossierAmbiguous):
            dossier.named(conn, SYSTEM, "HS 1")
        assert dossier.named(conn, office.archivist, "HS 1").id == place, "the other is not for her to see"
        with pytest.raises(DossierNotFound):
            dossier.named(conn, office.stranger, place)
