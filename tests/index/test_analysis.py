"""Vietnamese print becomes the same words, however it was typed, read or composed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import (
    MAX_WORD,
    clean,
    fold,
    forms,
    is_marked,
    loosen,
    normalise,
    tokens,
)

LETTERS = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyAĐÔƯáàảãạếềểễệốồổỗộớờởỡợứừửữựýỳỷỹỵóòỏõọíìỉĩị"
    "0123456789 -/.,\n–Ðð\u0301\u0309"
)
vietnamese = st.text(alphabet=LETTERS, max_size=60)
anything = st.text(max_size=60)


@given(st.one_of(vietnamese, anything))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    for token in tokens(text):
        if not token.whole:
            assert normalise(token.text) == token.text
            assert loosen(token.folded) == token.folded


@given(st.one_of(vietnamese, anything))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.one_of(vietnamese, anything))
def test_decomposed_letters_give_the_same_words(text: str) -> None:
    assert tokens(unicodedata.normalize("NFD", text)) == tokens(text)


@given(vietnamese)
def test_capitals_give_the_same_words(text: str) -> None:
    assert forms(text.upper()) == forms(text.lower())


@given(st.one_of(vietnamese, anything))
def test_a_token_stands_where_it_says(text: str) -> None:
    whole = clean(text)
    found = [token for token in tokens(text) if not token.whole]

    assert [normalise(whole[token.start : token.end]) for token in found] == [token.text for token in found]
    assert [token.position for token in found] == list(range(len(found)))
    assert [(token.text, token.folded) for token in found] == forms(text)


@given(st.one_of(vietnamese, anything))
def test_words_taken_one_by_one_are_the_words_of_the_line(text: str) -> None:
    one_by_one = [token.text for word in clean(text).split() for token in tokens(word)]

    assert one_by_one == [token.text for token in tokens(text)]


@given(st.one_of(vietnamese, anything))
def test_no_word_holds_a_blank(text: str) -> None:
    for token in tokens(text):
        assert token.text.split() == [token.text]
        assert token.folded.split() == [token.folded]


@given(vietnamese)
def test_the_folded_form_has_no_marks(text: str) -> None:
    for token in tokens(text):
        assert token.folded.replace("–", "-").isascii()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("khoẻ", "khỏe"),
        ("thuý", "thúy"),
        ("uỷ", "ủy"),
        ("HOÀ", "hòa"),
        ("ngòai", "ngoài"),
        ("tóan", "toán"),
        ("Ðông", "đông"),  # U+00D0
        ("ðông", "đông"),  # U+00F0
        ("QĐÐ", "qđ"),
        ("hùynh", "huỳnh"),
        ("khủyu", "khuỷu"),
        ("qúy", "qúy"),
    ],
)
def test_two_spellings_are_one_word(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    "word",
    ["quý", "quả", "quyền", "giá", "già", "giỏi", "của", "mía", "thuế", "thuở", "khuya", "toán", "hoài"],
)
def test_other_syllables_stay_as_they_are(word: str) -> None:
    assert normalise(word) == word


@pytest.mark.parametrize(
    ("one", "other"), [("hòa", "hóa"), ("ủy", "úy"), ("bán", "bàn"), ("đa", "da"), ("ở", "ớ")]
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Đặng", "dang"),
        ("NGUYỄN", "nguyen"),
        ("ở", "o"),
        ("Lý", "li"),
        ("Lí", "li"),
        ("kỹ", "ki"),
        ("Mỹ", "mi"),
        ("quý", "qui"),
        ("thủy", "thuy"),
        ("huyện", "huyen"),
        ("03", "3"),
        ("000", "0"),
        ("2017", "2017"),
    ],
)
def test_folded_forms(word: str, folded: str) -> None:
    assert loosen(word) == folded


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("45/QĐ-UBND", [("45/qđ-ubnd", 0), ("45", 0), ("qđ", 1), ("ubnd", 2)]),
        (
            "số 12/2016/QĐ-UBND.",
            [("số", 0), ("12/2016/qđ-ubnd", 1), ("12", 1), ("2016", 2), ("qđ", 3), ("ubnd", 4)],
        ),
        ("123-QĐ/HU", [("123-qđ/hu", 0), ("123", 0), ("qđ", 1), ("hu", 2)]),
        ("45/QĐ–UBND", [("45/qđ-ubnd", 0), ("45", 0), ("qđ", 1), ("ubnd", 2)]),
        ("03/02/2017", [("03/02/2017", 0), ("03", 0), ("02", 1), ("2017", 2)]),
        ("QĐ-UBND", [("qđ", 0), ("ubnd", 1)]),
        ("Hà Nội, Huế.", [("hà", 0), ("nội", 1), ("huế", 2)]),
        ("45 /QĐ", [("45", 0), ("qđ", 1)]),
        ("y tế ở An", [("y", 0), ("tế", 1), ("ở", 2), ("an", 3)]),
        ("", []),
        ("…–!", []),
    ],
)
def test_words_and_their_positions(text: str, wanted: list[tuple[str, int]]) -> None:
    assert [(token.text, token.position) for token in tokens(text)] == wanted


def test_a_broken_reading_is_no_endless_word() -> None:
    (token,) = tokens("x" * 5_000)

    assert len(token.text) == MAX_WORD
    assert token.end == 5_000


@pytest.mark.parametrize(("word", "marked"), [("bán", True), ("ban", False), ("đa", True), ("45", False)])
def test_marks_say_what_the_writer_meant(word: str, marked: bool) -> None:
    assert is_marked(word) is marked
