"""Keys of records: what the machine says, and that a person's word stands instead."""

from dataclasses import replace

import pytest

from catalog import authority, dossier, field_value, index_feed, key_value
from catalog.access import NotAllowed, Scope
from catalog.answer import Source
from catalog.description import Value
from catalog.document import DocumentNotFound
from catalog.dossier import DossierNotFound
from catalog.field_rules import FieldsInvalid
from catalog.field_value import FieldsChanged
from catalog.identifiers import DocumentId
from tests.catalog.archive import SYSTEM, Office
from tests.catalog.test_field_value import a_document

READ = {"parcel": (Value("12", 0.9), Value("9", 0.8)), "land_user": (Value("Lê An", 0.9),)}


def by_machine(office: Office, paper: DocumentId, keys: dict[str, tuple[Value, ...]]) -> bool:
    with office.register.write() as conn:
        authority.lock_document(conn, SYSTEM, paper)
        return key_value.record_machine(conn, SYSTEM, keys, document=paper)


def told(office: Office, paper: DocumentId) -> list[tuple[str, str, str]]:
    with office.register.read() as conn:
        found = key_value.of_document(conn, office.reader, paper)
    return [(key.name, key.value, key.source.value) for key in found]


def test_a_key_may_have_several_values(office: Office) -> None:
    paper = a_document(office)

    by_machine(office, paper, READ)

    assert told(office, paper) == [
        ("land_user", "Lê An", "machine"),
        ("parcel", "12", "machine"),
        ("parcel", "9", "machine"),
    ]


def test_the_same_again_changes_nothing_and_less_takes_away(office: Office) -> None:
    paper = a_document(office)
    by_machine(office, paper, READ)

    assert not by_machine(office, paper, READ)
    assert by_machine(office, paper, {"parcel": (Value("12", 0.9),)})
    assert told(office, paper) == [("parcel", "12", "machine")]


def test_a_persons_word_stands_instead_of_the_machines(office: Office) -> None:
    paper = a_document(office)
    by_machine(office, paper, READ)

    with office.register.write() as conn:
        key_value.set_by_person(conn, office.archivist, "parcel", ["218", " "], document=paper, base=0)
    by_machine(office, paper, {**READ, "parcel": (Value("13", 0.99),)})

    assert told(office, paper) == [("land_user", "Lê An", "machine"), ("parcel", "218", "person")]


@pytest.mark.parametrize("source", [Source.PERSON, Source.LIST])
def test_that_there_is_none_stands_against_the_machine(office: Office, source: Source) -> None:
    paper = a_document(office)
    by_machine(office, paper, READ)

    with office.register.write() as conn:
        key_value.set_by_person(conn, office.archivist, "parcel", [], document=paper, source=source, base=0)
    by_machine(office, paper, {**READ, "parcel": (Value("13", 0.99),)})

    assert told(office, paper) == [("land_user", "Lê An", "machine")]
    with office.register.read() as conn:
        found = key_value.among(conn, SYSTEM, documents=[paper])
    assert [key.name for key in found[paper]] == ["land_user"]


def test_a_list_gives_way_also_where_a_person_says_that_there_is_none(office: Office) -> None:
    paper = a_document(office)
    with office.register.write() as conn:
        key_value.set_by_person(conn, office.archivist, "parcel", [], document=paper, base=0)

    with office.register.write() as conn:
        found = key_value.set_by_person(
            conn, office.archivist, "parcel", ["1"], document=paper, source=Source.LIST, base=0
        )

    assert found == []


def test_a_person_may_say_later_that_there_is_one_after_all(office: Office) -> None:
    paper = a_document(office)
    with office.register.write() as conn:
        key_value.set_by_person(conn, office.archivist, "parcel", [], document=paper, base=0)

    with office.register.write() as conn:
        found = key_value.set_by_person(conn, office.archivist, "parcel", ["7"], document=paper, base=0)

    assert [key.value for key in found] == ["7"]


def test_a_list_gives_way_to_a_person(office: Office) -> None:
    paper = a_document(office)
    with office.register.write() as conn:
        key_value.set_by_person(conn, office.archivist, "parcel", ["218"], document=paper, base=0)

    with office.register.write() as conn:
        found = key_value.set_by_person(
            conn, office.archivist, "parcel", ["1"], document=paper, source=Source.LIST, base=0
        )

    assert [key.value for key in found] == ["218"]


def a_colleague(office: Office) -> Scope:
    return replace(office.archivist, actor="hoa")


def test_what_somebody_else_said_meanwhile_is_not_written_over(office: Office) -> None:
    paper = a_document(office)
    with office.register.read() as conn:
        seen = field_value.current(conn, office.archivist, paper).version
    with office.register.write() as conn:
        key_value.set_by_person(conn, a_colleague(office), "parcel", ["218"], document=paper, base=seen)

    with office.register.write() as conn, pytest.raises(FieldsChanged) as refused:
        key_value.set_by_person(conn, office.archivist, "parcel", ["12"], document=paper, base=seen)
    with office.register.write() as conn:
        key_value.set_by_person(
            conn, office.archivist, "parcel", ["218"], document=paper, base=seen
        )  # agreed
        key_value.set_by_person(conn, office.archivist, "land_user", ["Lê An"], document=paper, base=seen)

    assert refused.value.names == ("parcel",)
    assert told(office, paper) == [("land_user", "Lê An", "person"), ("parcel", "218", "person")]


def test_that_there_is_none_is_not_written_over_either_and_whoever_saw_it_may(office: Office) -> None:
    paper = a_document(office)
    with office.register.write() as conn:
        key_value.set_by_person(conn, a_colleague(office), "parcel", [], document=paper, base=0)

    with office.register.write() as conn, pytest.raises(FieldsChanged):
        key_value.set_by_person(conn, office.archivist, "parcel", ["12"], document=paper, base=0)
    with office.register.write() as conn:
        said = key_value.last_said(conn, office.archivist, paper, "parcel")
        key_value.set_by_person(
            conn, office.archivist, "parcel", ["12"], document=paper, base=said[0].version
        )

    assert [key.value for key in said] == [""]
    assert told(office, paper) == [("parcel", "12", "person")]


def test_keys_of_a_dossier_are_kept_from_two_people_by_its_revision(office: Office) -> None:
    with office.register.write() as conn:
        folder = dossier.add(conn, SYSTEM, office.fonds, "HS 1")
        seen = dossier.find(conn, SYSTEM, folder).revision
        key_value.set_by_person(conn, a_colleague(office), "land_user", ["Lê An"], dossier=folder, base=seen)

        with pytest.raises(FieldsChanged):
            key_value.set_by_person(conn, office.archivist, "land_user", ["Lê Ân"], dossier=folder, base=seen)
        now = dossier.find(conn, SYSTEM, folder).revision
        found = key_value.set_by_person(
            conn, office.archivist, "land_user", ["Lê Ân"], dossier=folder, base=now
        )

    assert [key.value for key in found] == ["Lê Ân"]


def test_keys_of_a_dossier_are_told_to_search(office: Office) -> None:
    with office.register.write() as conn:
        folder = dossier.add(conn, SYSTEM, office.fonds, "HS 1", paper_only=True)
        before = index_feed.latest(conn, SYSTEM)

    with office.register.write() as conn:
        key_value.set_by_person(conn, office.archivist, "land_user", ["Lê An"], dossier=folder, base=0)

    with office.register.read() as conn:
        assert [key.value for key in key_value.of_dossier(conn, office.reader, folder)] == ["Lê An"]
        assert [each.entry for each in index_feed.since(conn, SYSTEM, before)] == [
            index_feed.dossier_entry(folder)
        ]


@pytest.mark.parametrize("name", ["", "Thửa", "x" * 33, "a b"])
def test_a_name_that_is_none_is_refused(office: Office, name: str) -> None:
    paper = a_document(office)

    with office.register.write() as conn, pytest.raises(FieldsInvalid):
        key_value.set_by_person(conn, office.archivist, name, ["1"], document=paper, base=0)


def test_only_archivists_of_the_office_that_answers_say_anything(office: Office) -> None:
    paper = a_document(office)
    with office.register.write() as conn:
        folder = dossier.add(conn, SYSTEM, office.fonds, "HS 1")

        with pytest.raises(NotAllowed):
            key_value.set_by_person(conn, office.reader, "parcel", ["1"], document=paper, base=0)
        with pytest.raises(NotAllowed):
            key_value.set_by_person(conn, office.reader, "parcel", ["1"], dossier=folder, base=0)
        with pytest.raises(DocumentNotFound):
            key_value.of_document(conn, office.stranger, paper)
        with pytest.raises(DossierNotFound):
            key_value.of_dossier(conn, office.stranger, folder)
