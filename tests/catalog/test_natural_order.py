"""Labels sort as people expect: numbers by value, letters as a Vietnamese dictionary has them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.natural_order import LONGEST_KEY, sort_key

ORDERED = [
    "",
    "1",
    "2",
    "9a",
    "10",
    "100",
    "a",
    "an",
    "ăn",
    "ân",
    "da",
    "đa",
    "Hộp 1",
    "Hộp 2",
    "Hộp 2 bis",
    "Hộp 10",
    "HS 01/2001",
    "HS 1/2002",
    "ma",
    "mà",
    "mả",
    "mã",
    "má",
    "mạ",
    "o",
    "ô",
    "ơ",
    "u",
    "ư",
]


def test_labels_come_in_the_order_of_a_dictionary_and_of_counting() -> None:
    backwards = ORDERED[::-1]

    assert sorted(backwards, key=sort_key) == ORDERED


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("label", ["Hồ sơ số 12", "ĐẤT ĐAI", "  hộp 3 "])
def test_the_form_of_the_letters_and_their_case_do_not_matter(label: str, form: str) -> None:
    other = unicodedata.normalize(form, label.strip().upper())  # type: ignore[arg-type]  # a form it has

    assert sort_key(label) == sort_key(other)


def test_letters_come_before_tones() -> None:
    assert sorted(["má b", "ma c", "mà a"], key=sort_key) == ["mà a", "má b", "ma c"]


@given(st.text(max_size=200))
def test_a_key_is_sorted_alike_by_every_database(label: str) -> None:
    key = sort_key(label)

    assert key.isascii()
    assert all(sign.islower() or sign.isdigit() for sign in key)
    assert len(key) <= LONGEST_KEY


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_numbers_are_sorted_by_value(one: int, other: int) -> None:
    assert (sort_key(f"HS {one}") < sort_key(f"HS {other}")) == (one < other)
