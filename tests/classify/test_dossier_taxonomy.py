"""The list of kinds is whole, and every data file speaks of the same kinds."""

import pytest

from classify.dossier_examples import LISTS, wording
from classify.dossier_taxonomy import MIXED, ZONES, TypeUnknown, load, taxonomy
from classify.dossier_words import folded
from classify.keys_list import key_in_form
from classify.retention import rules

EXPECTED = (
    "HT-KS HT-KT HT-KH HT-K CT DD-GCN DD-BD DD-DC DD-GPMB DD-TC XD-GP XD-DA NCC BTXH LDTL KN TC TCD TTR TCNS"
    " TCCB TDKT HDND UBTH VTLT HKD VPHC HGCS/PBGDPL GDYTVH NNMT QPAN DANG TTHC"
)


def test_every_kind_of_the_field_is_listed() -> None:
    assert list(taxonomy().codes) == EXPECTED.split()


def test_every_kind_has_a_name_levels_papers_and_phrases() -> None:
    for kind in taxonomy().types.values():
        assert kind.name
        assert set(kind.levels) <= {"X", "H"}
        assert kind.documents
        assert all(phrase.where and phrase.where <= set(ZONES) and phrase.words for phrase in kind.phrases)
        assert len(kind.code) <= 16, "the register keeps 16 letters"


def test_no_phrase_settles_two_kinds() -> None:
    settled: dict[str, str] = {}
    for kind in taxonomy().types.values():
        for phrase in kind.phrases:
            if phrase.weight >= 6:
                assert settled.setdefault(phrase.words, kind.code) == kind.code, phrase.say


def test_no_phrase_of_a_kind_stands_among_those_against_it() -> None:
    for kind in taxonomy().types.values():
        assert {phrase.words for phrase in kind.phrases} & set(kind.against) == set()


@pytest.mark.parametrize(
    ("written", "code"),
    [("ht-ks", "HT-KS"), (" PBGDPL ", "HGCS/PBGDPL"), ("HGCS", "HGCS/PBGDPL"), (MIXED, MIXED)],
)
def test_a_code_is_known_in_other_writings(written: str, code: str) -> None:
    assert taxonomy().code(written) == code


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(TypeUnknown, match="'XYZ'"):
        taxonomy().code("XYZ")


def test_wordings_keys_and_retention_speak_of_listed_kinds() -> None:
    codes = set(taxonomy().codes)

    assert set(wording()) == codes == set(load("wording/more"))
    assert set(load("keys")["types"]) == codes | {MIXED}
    assert {code for rule in rules() for code in rule.types} <= codes
    assert all(key_in_form(code) for code in codes)


def test_every_wording_can_be_filled_in() -> None:
    from random import Random

    from classify.dossier_examples import example

    for code, lists in wording().items():
        assert all(lists[name] for name in LISTS)
        for seed in range(30):
            assert "{" not in str(example(code, Random(seed)).evidence), code


def test_a_phrase_is_folded_as_records_are() -> None:
    phrase = taxonomy().types["HT-KS"].phrases[0]

    assert phrase.words == folded(phrase.say.upper())
