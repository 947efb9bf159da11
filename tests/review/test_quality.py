"""Two rounds of quality control: by a second person, then by a sample; nobody controls their own work."""

import pytest
from sqlalchemy import select

from catalog import arrangement, correction, event, field_value, key_value, schema
from catalog.description import Value
from catalog.identifiers import DocumentId
from luutru.errors import InvalidInput
from review import mistake, quality, sign_off
from review.checking import state_of
from review.mistake import Mistake, MistakeInvalid
from review.quality import DocumentChanged, ItemDecided, LotNotFound, NothingToControl, OwnWork
from tests.catalog.archive import SYSTEM, Office, reading
from tests.catalog.arranged import Stack, seen, stack
from tests.review.team import archivist, control, enter, pass_both_rounds


@pytest.fixture
def here(office: Office) -> Stack:
    """A dossier of six documents."""
    return stack(office, pages=(1,) * 6)


def states(here: Stack) -> list[str]:
    with here.register.read() as conn:
        return [state_of(conn, SYSTEM, name) for name in here.documents]


def test_the_first_round_looks_at_every_document_that_was_gone_through(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    with here.register.write() as conn:
        enter(conn, lan, *here.documents[:4])
        lot = quality.open_lot(conn, lan, 1, dossier=here.dossier)

        after = control(conn, hoa, lot)

    assert (after.documents, after.sample, after.state) == (4, 4, "accepted")
    assert states(here) == ["controlled"] * 4 + ["waiting"] * 2


def test_nobody_controls_what_they_entered_themselves(here: Stack) -> None:
    lan = archivist(here.office, "lan")
    with here.register.write() as conn:
        enter(conn, lan, *here.documents)
        lot = quality.open_lot(conn, lan, 1, dossier=here.dossier)
        assert quality.next_of(conn, lan, lot) is None

    with pytest.raises(OwnWork), here.register.write() as conn:
        quality.judge(conn, lan, lot, here.documents[0])


def test_nobody_controls_what_they_worked_on_though_another_entered_it_after_them(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    with here.register.write() as conn:
        enter(conn, lan, here.documents[0])
        enter(conn, hoa, here.documents[0])
        lot = quality.open_lot(conn, lan, 1, dossier=here.dossier)

    for scope in (lan, hoa):
        with pytest.raises(OwnWork), here.register.write() as conn:
            quality.judge(conn, scope, lot, here.documents[0])


def test_whoever_controlled_the_first_round_does_not_control_the_second(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    with here.register.write() as conn:
        enter(conn, lan, *here.documents)
        control(conn, hoa, quality.open_lot(conn, lan, 1, dossier=here.dossier))
        lot = quality.open_lot(conn, hoa, 2, dossier=here.dossier)
        drawn = quality.sample_of(conn, hoa, lot)[0][0]

    with pytest.raises(OwnWork), here.register.write() as conn:
        quality.judge(conn, hoa, lot, drawn)


def test_a_document_with_a_mistake_goes_back_to_be_corrected_and_comes_again(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    wrong = here.documents[2]
    with here.register.write() as conn:
        enter(conn, lan, *here.documents)
        after = control(conn, hoa, quality.open_lot(conn, lan, 1, dossier=here.dossier), wrong)

    assert (after.state, after.faulty) == ("returned", 1)
    assert states(here) == ["controlled", "controlled", "returned", "controlled", "controlled", "controlled"]
    with here.register.write() as conn:
        enter(conn, lan, wrong)
        again = control(conn, hoa, quality.open_lot(conn, lan, 1, dossier=here.dossier))
    assert (again.documents, again.state) == (1, "accepted")


def test_the_second_round_waits_until_all_passed_the_first(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    with here.register.write() as conn:
        enter(conn, lan, *here.documents[:5])
        control(conn, hoa, quality.open_lot(conn, lan, 1, dossier=here.dossier))

    with pytest.raises(NothingToControl, match="round 2"), here.register.write() as conn:
        quality.open_lot(conn, lan, 2, dossier=here.dossier)


def through_round_one(office: Office, documents: int) -> Stack:
    here = stack(office, pages=(1,) * documents)
    lan, hoa = archivist(office, "lan"), archivist(office, "hoa")
    with office.register.write() as conn:
        enter(conn, lan, *here.documents)
        control(conn, hoa, quality.open_lot(conn, lan, 1, dossier=here.dossier))
    return here


def test_the_second_round_draws_by_a_seed_that_an_auditor_can_draw_with_again(office: Office) -> None:
    here = through_round_one(office, 12)
    minh = archivist(office, "minh")

    with office.register.write() as conn:
        lot = quality.open_lot(conn, minh, 2, dossier=here.dossier)

    with office.register.read() as conn:
        found = quality.find(conn, minh, lot)
        drawn = [name for name, _state in quality.sample_of(conn, minh, lot)]
        assert quality.drawn_rightly(conn, minh, lot)
        told = event.events(conn, SYSTEM, f"quality_lot:{lot}")[0].payload
    assert (found.documents, found.sample, found.acceptance) == (12, 5, 0)
    assert len(drawn) == 5
    assert found.seed in told
    with office.register.write() as conn:
        conn.execute(schema.quality_lot.update().values(seed="another"))
    with office.register.read() as conn:
        assert not quality.drawn_rightly(conn, minh, lot), "somebody chose the sample, or the seed"


def test_a_lot_with_more_faulty_documents_than_allowed_goes_back_as_a_whole(office: Office) -> None:
    here = through_round_one(office, 12)
    minh = archivist(office, "minh")
    with office.register.write() as conn:
        lot = quality.open_lot(conn, minh, 2, dossier=here.dossier)
        wrong = quality.sample_of(conn, minh, lot)[0][0]

        after = control(conn, minh, lot, wrong)

    assert after.state == "returned"
    assert states(here) == ["returned"] * 12


def test_a_lot_within_its_limit_is_accepted_and_its_faulty_documents_go_back(office: Office) -> None:
    here = through_round_one(office, 12)
    minh = archivist(office, "minh")
    with office.register.write() as conn:
        lot = quality.open_lot(conn, minh, 2, dossier=here.dossier)
        conn.execute(schema.quality_lot.update().where(schema.quality_lot.c.id == lot).values(acceptance=1))
        wrong = quality.sample_of(conn, minh, lot)[0][0]

        after = control(conn, minh, lot, wrong)

    assert after.state == "accepted"
    assert states(here).count("controlled") == 11


def test_a_share_of_the_first_round_speaks_for_the_rest_only_where_it_is_clean(office: Office) -> None:
    lan, hoa = archivist(office, "lan"), archivist(office, "hoa")
    clean, faulty = stack(office, pages=(1,) * 4), stack(office, pages=(1,) * 4, label="HS 2")
    with office.register.write() as conn:
        for here in (clean, faulty):
            enter(conn, lan, *here.documents)
        control(conn, hoa, quality.open_lot(conn, lan, 1, dossier=clean.dossier, share=0.5))
        lot = quality.open_lot(conn, lan, 1, dossier=faulty.dossier, share=0.5)
        control(conn, hoa, lot, quality.sample_of(conn, hoa, lot)[0][0])

    assert states(clean) == ["controlled"] * 4
    assert sorted(states(faulty)) == ["controlled", "returned", "returned", "returned"]


def test_what_was_changed_since_the_lot_was_opened_is_not_judged(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    first, second = here.documents[:2]
    with here.register.write() as conn:
        enter(conn, lan, *here.documents)
        lot = quality.open_lot(conn, lan, 1, dossier=here.dossier)
        arrangement.merge(conn, lan, [first, second], seen=seen(conn, first, second))

    with pytest.raises(DocumentChanged), here.register.write() as conn:
        quality.judge(conn, hoa, lot, first)
    with here.register.write() as conn:
        quality.withdraw(conn, lan, lot, reason="gộp hai văn bản")
        enter(conn, lan, first)
        again = control(conn, hoa, quality.open_lot(conn, lan, 1, dossier=here.dossier))
    assert (again.documents, again.state) == (5, "accepted")


def test_a_document_is_judged_once_and_lies_in_one_open_lot(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    with here.register.write() as conn:
        enter(conn, lan, *here.documents)
        lot = quality.open_lot(conn, lan, 1, dossier=here.dossier)
        quality.judge(conn, hoa, lot, here.documents[0], [Mistake("wrong-number")])

    with pytest.raises((ItemDecided, DocumentChanged)), here.register.write() as conn:
        quality.judge(conn, hoa, lot, here.documents[0])
    with pytest.raises(NothingToControl), here.register.write() as conn:
        quality.open_lot(conn, lan, 1, dossier=here.dossier)


def test_mistakes_are_counted_by_person_round_and_kind(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    with here.register.write() as conn:
        enter(conn, lan, *here.documents)
        lot = quality.open_lot(conn, lan, 1, dossier=here.dossier)
        quality.judge(conn, hoa, lot, here.documents[0], [Mistake("wrong-date"), Mistake("wrong-number")])
        quality.judge(conn, hoa, lot, here.documents[1], [Mistake("wrong-date")])

    with here.register.read() as conn:
        told = mistake.tally(conn, SYSTEM)
        assert mistake.tally(conn, hoa) == [], "others' mistakes are not hers to see"
        assert mistake.tally(conn, lan) == told
    assert [(each.person, each.round, each.kind, each.mistakes) for each in told] == [
        ("lan", 1, "wrong-date", 2),
        ("lan", 1, "wrong-number", 1),
    ]


def test_a_kind_that_there_is_not_is_no_mistake() -> None:
    with pytest.raises(MistakeInvalid, match="wrong-date"):
        Mistake("bad-mood")


@pytest.mark.parametrize("round", [0, 3])
def test_there_are_two_rounds(here: Stack, round: int) -> None:
    with pytest.raises(InvalidInput), here.register.write() as conn:
        quality.open_lot(conn, SYSTEM, round, dossier=here.dossier)


def test_a_stranger_sees_no_lot(here: Stack) -> None:
    lan = archivist(here.office, "lan")
    with here.register.write() as conn:
        enter(conn, lan, *here.documents)
        lot = quality.open_lot(conn, lan, 1, dossier=here.dossier)

    with here.register.read() as conn:
        assert quality.lots(conn, here.office.stranger) == []
        assert [each.id for each in quality.lots(conn, lan, dossier=here.dossier)] == [lot]
        with pytest.raises(LotNotFound):
            quality.find(conn, here.office.stranger, lot)


def test_a_batch_is_controlled_as_a_dossier_is(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    with here.register.write() as conn:
        enter(conn, lan, *here.documents)
        lot = conn.execute(select(schema.document.c.batch_id).limit(1)).scalar_one()

        after = control(conn, hoa, quality.open_lot(conn, lan, 1, batch=lot))

    assert (after.batch, after.documents, after.state) == (lot, 6, "accepted")


def test_a_document_in_nobodys_sample_is_not_judged(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    with here.register.write() as conn:
        enter(conn, lan, here.documents[0])
        lot = quality.open_lot(conn, lan, 1, dossier=here.dossier)

    with pytest.raises((ItemDecided, DocumentChanged)), here.register.write() as conn:
        quality.judge(conn, hoa, lot, DocumentId(here.documents[1]))


def passed(here: Stack) -> DocumentId:
    """Bring a dossier through both rounds; return a document of which the machine said the subject."""
    document = here.documents[0]
    with here.register.write() as conn:
        said = {"subject": Value("về việc cấp đất", 0.95)}
        field_value.record_machine(conn, SYSTEM, document, said, pages=[])
        pass_both_rounds(conn, here)
    assert "documents-uncontrolled" not in lacking(here)
    return document


def lacking(here: Stack) -> set[str]:
    with here.register.read() as conn:
        return {gap.code for gap in sign_off.gaps(conn, SYSTEM, here.dossier)}


def test_a_field_changed_after_both_rounds_is_looked_at_by_both_again(here: Stack) -> None:
    document, hoa, minh = passed(here), archivist(here.office, "hoa"), archivist(here.office, "minh")

    with here.register.write() as conn:
        field_value.set_by_person(conn, hoa, document, {"subject": "về việc thu hồi đất"}, base=99)

    assert states(here) == ["entered"] + ["controlled"] * 5
    assert lacking(here) >= {"documents-uncontrolled", "sample-not-accepted"}
    with here.register.write() as conn:
        lot = quality.open_lot(conn, hoa, 1, dossier=here.dossier)
        assert quality.next_of(conn, hoa, lot) is None  # it is Hoa's work now
        assert control(conn, minh, lot).state == "accepted"
    assert "sample-not-accepted" in lacking(here)  # the second round has not seen it


def test_taking_back_and_a_list_are_changes_too(here: Stack) -> None:
    document, lan = passed(here), archivist(here.office, "lan")

    with here.register.write() as conn:
        field_value.set_from_list(conn, lan, document, {"signer": "Lê Văn An"})
        assert state_of(conn, lan, document) == "entered"
        control(conn, archivist(here.office, "hoa"), quality.open_lot(conn, lan, 1, dossier=here.dossier))
        field_value.set_by_person(conn, lan, document, {"signer": "Lê Văn Anh"}, base=99)
        control(conn, archivist(here.office, "hoa"), quality.open_lot(conn, lan, 1, dossier=here.dossier))
        field_value.withdraw(conn, lan, document, ["signer"], base=99)

        assert state_of(conn, lan, document) == "entered"


def test_a_key_changed_after_both_rounds_is_looked_at_again(here: Stack) -> None:
    document, lan = passed(here), archivist(here.office, "lan")

    with here.register.write() as conn:
        key_value.set_by_person(conn, lan, "parcel", [], document=document, base=0)
        assert state_of(conn, lan, document) == "controlled"  # there was none before
        key_value.set_by_person(conn, lan, "parcel", ["218"], document=document, base=0)

        assert state_of(conn, lan, document) == "entered"


def test_text_corrected_after_both_rounds_is_looked_at_by_both_again(here: Stack) -> None:
    document, hoa = passed(here), archivist(here.office, "hoa")
    sheet = here.pages(document)[0]
    with here.register.read() as conn:
        before = correction.current(conn, hoa, sheet).id

    with here.register.write() as conn:
        made = correction.corrected(conn, hoa, sheet, reading("corrected"), base=before)

    assert states(here) == ["entered"] + ["controlled"] * 5
    assert lacking(here) >= {"documents-uncontrolled", "sample-not-accepted"}
    with here.register.write() as conn:
        lot = quality.open_lot(conn, hoa, 1, dossier=here.dossier)
        assert quality.next_of(conn, hoa, lot) is None  # it is Hoa's work now
        control(conn, archivist(here.office, "minh"), lot)
        correction.choose(conn, hoa, sheet, before, base=made)  # to take it back is a change too
    assert states(here) == ["entered"] + ["controlled"] * 5


def test_accepting_what_was_controlled_sends_nothing_back(here: Stack) -> None:
    document, lan = passed(here), archivist(here.office, "lan")

    with here.register.write() as conn:
        field_value.confirm(conn, lan, document, ["subject"], base=99)
        field_value.set_by_person(conn, lan, document, {"subject": "về việc cấp đất"}, base=99)

    assert states(here) == ["controlled"] * 6
    assert not lacking(here) & {"documents-uncontrolled", "sample-not-accepted"}


def test_a_change_before_anybody_went_through_it_leaves_it_waiting(here: Stack) -> None:
    with here.register.write() as conn:
        field_value.set_by_person(
            conn, archivist(here.office, "lan"), here.documents[0], {"signer": "Lê Văn An"}, base=99
        )

    assert states(here) == ["waiting"] * 6
