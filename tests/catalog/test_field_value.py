"""Values of fields: which one is in force, who may set it, and what is kept of what was said before."""

import pytest
from sqlalchemy import select

from catalog import document, field_value, index_feed, schema, work
from catalog.access import NOBODY, NotAllowed, Role
from catalog.answer import Place, Source
from catalog.description import Evidence, Value
from catalog.document import DocumentNotFound
from catalog.field_rules import FieldsInvalid
from catalog.field_value import Fields, FieldsChanged
from catalog.identifiers import DocumentId, PageId
from tests.catalog.archive import SYSTEM, Office, arrive, contradictions, described, do, scope_of

READ = Value("45/QĐ-UBND", 0.97, (Evidence(1, (10, 20, 90, 30)),), ("46/QĐ-UBND",))


def a_document(office: Office, path: str = "a.pdf", pages: int = 1) -> DocumentId:
    """Take a file in up to where it waits for its description."""
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), path)
    while True:
        with office.register.write() as conn:
            claim = work.claim(conn, SYSTEM, owner="w")
            assert claim is not None
            if claim.stage is work.Stage.DESCRIBE:
                work.release_all(conn, SYSTEM, owner_prefix="w")
                return DocumentId(claim.id)
            do(conn, claim, pages=pages)


def describe(office: Office, of: DocumentId, **fields: Value) -> None:
    with office.register.write() as conn:
        claim = work.claim(conn, SYSTEM, owner="w")
        assert claim == work.Claim(work.Stage.DESCRIBE, of, "w", claim.attempt if claim else 0)
        described(conn, claim, **fields)


def again(office: Office, of: DocumentId) -> None:
    from catalog import described as waiting

    with office.register.write() as conn:
        waiting.want(conn, SYSTEM, schema.document.c.id == of)


def known(office: Office, of: DocumentId) -> Fields:
    with office.register.read() as conn:
        return field_value.current(conn, office.archivist, of)


def say(office: Office, of: DocumentId, base: int, **values: str | None) -> Fields:
    with office.register.write() as conn:
        return field_value.set_by_person(conn, office.archivist, of, values, base=base)


def test_what_the_machine_says_is_in_force_with_its_evidence(office: Office) -> None:
    paper = a_document(office)

    describe(office, paper, code=READ, signer=Value(None, asked=True))

    found = known(office, paper)
    with office.register.read() as conn:
        page = document.get(conn, SYSTEM, paper).pages[0].id
    assert found.text("code") == "45/QĐ-UBND"
    assert found.values["code"].evidence == (Place(page, (10, 20, 90, 30)),)
    assert found.values["code"].alternatives == ("46/QĐ-UBND",)
    assert found.values["code"].confident
    assert found.values["signer"].asked
    assert found.state == "described"
    assert "subject" not in found.values


def test_a_person_beats_the_machine_also_when_it_says_something_new(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)
    say(office, paper, 1, code="54/QĐ-UBND")
    again(office, paper)

    describe(office, paper, code=Value("45/QĐ-UB", 0.99))

    found = known(office, paper)
    assert found.text("code") == "54/QĐ-UBND"
    assert found.values["code"].actor == "lan"
    assert found.values["code"].source is Source.PERSON


def test_a_list_beats_the_machine_and_never_a_person(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ, subject=Value("thu hồi đất", 0.8))
    say(office, paper, 1, code="54/QĐ-UBND")

    with office.register.write() as conn:
        found = field_value.set_from_list(
            conn, office.archivist, paper, {"code": "1/QĐ-UBND", "subject": "Thu hồi đất ở"}
        )

    assert found.text("code") == "54/QĐ-UBND"
    assert found.text("subject") == "Thu hồi đất ở"
    assert found.values["subject"].source is Source.LIST


def test_who_said_what_and_when_is_kept_for_ever(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)
    say(office, paper, 1, code="54/QĐ-UBND")
    say(office, paper, 2, code="55/QĐ-UBND")

    with office.register.read() as conn:
        told = field_value.history(conn, office.archivist, paper, "code")

    assert [(each.value, each.actor, each.in_force) for each in told] == [
        ("55/QĐ-UBND", "lan", True),
        ("54/QĐ-UBND", "lan", False),
        ("45/QĐ-UBND", "luutru", False),
    ]


def test_what_somebody_else_changed_meanwhile_is_not_written_over(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)
    seen = known(office, paper).version
    other = scope_of(Role.ARCHIVIST, office.an_lac, name="hoa")
    with office.register.write() as conn:
        field_value.set_by_person(conn, other, paper, {"code": "54/QĐ-UBND"}, base=seen)

    with pytest.raises(FieldsChanged, match="code"):
        say(office, paper, seen, code="55/QĐ-UBND", subject="thu hồi đất")

    assert known(office, paper).text("code") == "54/QĐ-UBND"
    assert known(office, paper).text("subject") is None


def test_two_people_at_different_fields_do_not_meet(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)
    seen = known(office, paper).version
    other = scope_of(Role.ARCHIVIST, office.an_lac, name="hoa")
    with office.register.write() as conn:
        field_value.set_by_person(conn, other, paper, {"subject": "thu hồi đất"}, base=seen)

    found = say(office, paper, seen, signer="Nguyễn Văn An")

    assert found.text("subject") == "thu hồi đất"
    assert found.text("signer") == "Nguyễn Văn An"


def test_the_machine_saying_something_new_stops_no_person_from_saving(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)
    seen = known(office, paper).version
    again(office, paper)
    describe(office, paper, code=Value("46/QĐ-UBND", 0.6))

    found = say(office, paper, seen, code="54/QĐ-UBND")

    assert found.text("code") == "54/QĐ-UBND"


def test_a_person_accepts_what_the_machine_says(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)

    with office.register.write() as conn:
        found = field_value.confirm(conn, office.archivist, paper, ["code"], base=1)

    assert found.text("code") == "45/QĐ-UBND"
    assert found.values["code"].source is Source.PERSON
    assert found.values["code"].evidence


def test_nobody_accepts_a_value_they_have_not_seen(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)
    again(office, paper)
    describe(office, paper, code=Value("46/QĐ-UBND", 0.95))

    with office.register.write() as conn, pytest.raises(FieldsChanged):
        field_value.confirm(conn, office.archivist, paper, ["code"], base=1)


def test_where_a_person_must_give_the_value_nothing_can_be_accepted(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, signer=Value(None, asked=True))

    with office.register.write() as conn, pytest.raises(FieldsInvalid) as refused:
        field_value.confirm(conn, office.archivist, paper, ["signer"], base=1)

    assert refused.value.errors == {"signer": "needs-value"}


def test_what_is_taken_back_counts_no_longer_and_is_kept(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)
    say(office, paper, 1, code="54/QĐ-UBND")

    with office.register.write() as conn:
        found = field_value.withdraw(conn, office.archivist, paper, ["code"], base=2)
    with office.register.read() as conn:
        told = field_value.history(conn, office.archivist, paper, "code")

    assert found.text("code") == "45/QĐ-UBND"
    assert found.values["code"].source is Source.MACHINE
    assert (told[0].value, told[0].withdrawn_by) == ("54/QĐ-UBND", "lan")


def test_a_field_of_which_the_machine_says_nothing_any_more_is_empty(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)
    again(office, paper)

    describe(office, paper)

    assert known(office, paper).text("code") is None


def test_the_same_answer_again_adds_nothing(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)
    again(office, paper)

    describe(office, paper, code=READ)

    with office.register.read() as conn:
        assert len(field_value.history(conn, office.archivist, paper)) == 1
    assert known(office, paper).version == 1


def test_every_value_that_cannot_stand_is_named_and_nothing_is_changed(office: Office) -> None:
    paper = a_document(office)

    with pytest.raises(FieldsInvalid) as refused:
        say(
            office,
            paper,
            0,
            date="2017-02-30",
            arrival_date="2999-01-01",
            subject="x" * 501,
            type="Sắc lệnh",
            colour="đỏ",
            signer="An",
        )

    assert refused.value.errors == {
        "date": "no-date",
        "arrival_date": "in-future",
        "subject": "too-long",
        "type": "not-in-list",
        "colour": "unknown",
    }
    assert known(office, paper).values == {}


def test_a_code_brings_its_parts_along_and_they_it(office: Office) -> None:
    paper = a_document(office)

    first = say(office, paper, 0, code="45/QĐ-UBND")
    second = say(office, paper, first.version, number="46")
    third = say(office, paper, second.version, code="123-QĐ/HU")
    fourth = say(office, paper, third.version, notation="QĐ/HU")

    assert [first.text("number"), first.text("notation")] == ["45", "QĐ-UBND"]
    assert second.text("code") == "46/QĐ-UBND"
    assert [third.text("number"), third.text("notation")] == ["123", "QĐ/HU"]
    assert fourth.text("code") == "123-QĐ/HU"


def test_type_year_and_name_follow_what_is_in_force(office: Office) -> None:
    paper = a_document(office)
    describe(
        office,
        paper,
        code=READ,
        type=Value("Quyết định", 0.99),
        date=Value("2017-03-05", 0.95),
        subject=Value("thu hồi đất", 0.3),
    )
    with office.register.read() as conn:
        by_machine = document.get(conn, office.reader, paper)

    say(office, paper, 1, date="5/3/2016", type="công văn", subject="Thu hồi đất ở")
    with office.register.read() as conn:
        by_person = document.get(conn, office.reader, paper)

    assert (by_machine.type, by_machine.year) == ("Quyết định", 2017)
    assert by_machine.shown == "Quyết định 45/QĐ-UBND"
    assert (by_person.type, by_person.year) == ("Công văn", 2016)
    assert by_person.shown == "Công văn 45/QĐ-UBND: Thu hồi đất ở"
    assert by_person.name == "công văn"


def test_search_is_told_of_every_change(office: Office) -> None:
    paper = a_document(office, pages=2)
    with office.register.read() as conn:
        before = index_feed.latest(conn, SYSTEM)

    say(office, paper, 0, code="45/QĐ-UBND")

    with office.register.read() as conn:
        told = {change.entry for change in index_feed.since(conn, SYSTEM, before)}
        pages = {index_feed.page_entry(page.id) for page in document.get(conn, SYSTEM, paper).pages}
    assert told == pages
    assert contradictions(office.register) == []


def test_only_archivists_of_the_office_that_answers_say_anything(office: Office) -> None:
    paper = a_document(office)

    with office.register.write() as conn:
        with pytest.raises(NotAllowed):
            field_value.set_by_person(conn, office.reader, paper, {"code": "1/QĐ"}, base=0)
        for other in (office.stranger, NOBODY):
            with pytest.raises(DocumentNotFound):
                field_value.set_by_person(conn, other, paper, {"code": "1/QĐ"}, base=0)
            with pytest.raises(DocumentNotFound):
                field_value.current(conn, other, paper)
            with pytest.raises(DocumentNotFound):
                field_value.history(conn, other, paper)


def test_a_reader_sees_what_is_known(office: Office) -> None:
    paper = a_document(office)
    describe(office, paper, code=READ)

    with office.register.read() as conn:
        found = field_value.current(conn, office.reader, paper)

    assert found.text("code") == "45/QĐ-UBND"


def test_an_event_names_the_fields_and_never_what_stands_in_them(office: Office) -> None:
    paper = a_document(office)

    say(office, paper, 0, subject="Tố cáo ông Nguyễn Văn An")

    with office.register.read() as conn:
        kept = conn.execute(select(schema.event).where(schema.event.c.subject == f"document:{paper}")).one()
    assert (kept.kind, kept.actor) == ("fields-set", "lan")
    assert "subject" in kept.payload
    assert "Tố cáo" not in kept.payload


def test_a_place_that_a_person_shows_is_kept(office: Office) -> None:
    paper = a_document(office)
    with office.register.read() as conn:
        page = PageId(document.get(conn, SYSTEM, paper).pages[0].id)

    with office.register.write() as conn:
        found = field_value.set_by_person(
            conn,
            office.archivist,
            paper,
            {"code": "45/QĐ-UBND"},
            base=0,
            places={"code": [Place(page, (1, 2, 3, 4))]},
        )

    assert found.values["code"].evidence == (Place(page, (1, 2, 3, 4)),)
