"""How long a dossier is kept: by a rule with its source, or a person says; never a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.dossier_taxonomy import MIXED, TypeUnknown, taxonomy
from classify.retention import CITED, RetentionInvalid, code_of, propose, rules, true_value


def test_civil_status_is_kept_for_ever_by_a_named_rule() -> None:
    answer = propose("HT-KS")

    assert (answer.value, answer.code, answer.asked, answer.permanent) == ("Vĩnh viễn", "01", False, True)
    assert "TT 04/2020/TT-BTP" in (answer.source or "")


@pytest.mark.parametrize(
    ("code", "facts", "value", "short"),
    [
        ("TTR", {"serious": "không"}, "20 năm", "05"),
        ("TTR", {"serious": "có"}, "Vĩnh viễn", "01"),
        ("XD-DA", {"bidder": "không trúng thầu"}, "5 năm", "07"),
        ("TCCB", {"paper": "quy hoạch"}, "10 năm", "06"),
        ("UBTH", {"origin": "công văn trao đổi"}, "5 năm", "07"),
    ],
)
def test_a_cited_rule_answers_once_its_facts_are_known(
    code: str, facts: dict[str, str], value: str, short: str
) -> None:
    answer = propose(code, facts)

    assert (answer.value, answer.code, answer.asked) == (value, short, False)


def test_without_the_fact_that_decides_it_asks_for_that_fact() -> None:
    answer = propose("TTR")

    assert (answer.value, answer.code, answer.asked) == (None, None, True)
    assert "nghiêm trọng" in answer.why
    assert {rule.value for rule in answer.proposals} == {"Vĩnh viễn", "20 năm"}


@pytest.mark.parametrize("code", ["DD-GCN", "HDND", "NCC", "TCNS"])
def test_what_nobody_has_verified_is_only_a_proposal(code: str) -> None:
    answer = propose(code)

    assert answer.asked
    assert answer.value is None
    assert answer.proposals


def test_a_replaced_table_is_only_a_proposal_even_with_all_facts() -> None:
    answer = propose("KN", {"serious": "không"})

    assert answer.asked
    assert [rule.value for rule in answer.proposals] == ["15 năm"]
    assert "hết hiệu lực" in answer.why


@pytest.mark.parametrize("code", [None, MIXED, "XD-GP", "BTXH"])
def test_an_unknown_kind_or_one_without_a_rule_is_asked_about(code: str | None) -> None:
    answer = propose(code)

    assert (answer.value, answer.asked, answer.proposals) == (None, True, ())


def test_a_code_of_no_list_is_refused() -> None:
    with pytest.raises(TypeUnknown):
        propose("XX")


@given(
    st.sampled_from(taxonomy().codes),
    st.dictionaries(
        st.sampled_from(["serious", "paper", "awarded_by", "period", "origin", "bidder"]), st.text(max_size=8)
    ),
)
def test_only_a_cited_rule_ever_answers(code: str, facts: dict[str, str]) -> None:
    answer = propose(code, facts)

    assert answer.asked is (answer.value is None)
    if answer.value is not None:
        rule = next(rule for rule in rules() if rule.id == answer.rule)
        assert rule.standing == CITED
        assert all(facts.get(name) == said for name, said in rule.when.items())


@pytest.mark.parametrize(
    ("written", "kept", "code"),
    [
        ("vĩnh viễn", "Vĩnh viễn", "01"),
        ("VV", "Vĩnh viễn", "01"),
        ("70 năm", "70 năm", "02"),
        ("05 năm", "5 năm", "07"),
        ("15 năm", "15 năm", "07"),
        ("20 NĂM", "20 năm", "05"),
        ("Theo tuổi thọ công trình", "Theo tuổi thọ công trình", "07"),
    ],
)
def test_the_true_value_is_kept_beside_the_code(written: str, kept: str, code: str) -> None:
    assert (true_value(written), code_of(written)) == (kept, code)


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(RetentionInvalid):
        code_of("  ")


def test_every_rule_says_where_it_comes_from() -> None:
    assert all(rule.source and rule.standing in ("cited", "superseded", "unverified") for rule in rules())
    assert len({rule.id for rule in rules()}) == len(rules())
    assert all(rule.value == true_value(rule.value) for rule in rules())
