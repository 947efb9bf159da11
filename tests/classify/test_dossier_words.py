"""Vietnamese folds to the same words however it was typed, scanned or decomposed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.dossier_words import folded, strip_marks, words

LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
vietnamese = st.text(LETTERS + LETTERS.upper() + " -/.,0123456789\n", max_size=80)


@given(vietnamese)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(vietnamese)
def test_a_decomposed_text_folds_to_the_same_words(text: str) -> None:
    assert words(unicodedata.normalize("NFD", text)) == words(text)


@given(vietnamese)
def test_a_text_in_capitals_or_without_marks_folds_to_the_same_words(text: str) -> None:
    assert words(text.upper()) == words(text)
    assert words(strip_marks(text)) == words(text)


@given(st.text(max_size=60))
def test_any_text_can_be_folded(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Đăng ký khai sinh", "dang ki khai sinh"),
        ("QUÝ I, quí 2", "qui i qui 2"),
        ("Giấy giải", "giay giai"),  # the y of "giấy" is not the y of "lý"
        ("kh5i sinh 1999", "khsi sinh 1999"),  # a digit inside a word is a misread letter
    ],
)
def test_words_are_told_apart_where_vietnamese_tells_them_apart(written: str, expected: str) -> None:
    assert folded(written) == expected
