import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.fuse import Ground, fuse
from ocr.language import Language
from ocr.reader import ReadLine, ReadWord

LANGUAGE = Language.load()


def line(text: str, *, confidence: float = 0.9, top: int = 0) -> ReadLine:
    """A line whose words stand ten pixels a letter apart; `top` tells whose box a word bears."""
    words, at = [], 0
    for word in text.split():
        words.append(ReadWord(word, (at, top, at + 10 * len(word), top + 30), confidence))
        at += 10 * (len(word) + 1)
    return ReadLine(tuple(words))


def said(first: str, second: str, *, second_sure: float = 0.9) -> str:
    fused = fuse(line(first), line(second, confidence=second_sure), language=LANGUAGE)
    return " ".join(word.text for word in fused)


def test_what_both_say_is_never_touched() -> None:
    odd = "Qyết địn nầy xyzzy"

    words = fuse(line(odd), line(odd), language=LANGUAGE)

    assert " ".join(word.text for word in words) == odd
    assert {word.ground for word in words} == {Ground.AGREED}


def test_a_vietnamese_word_beats_one_that_is_not() -> None:
    assert said("cơ quan có liên quan", "cơ qưan có liên quan") == "cơ quan có liên quan"
    assert said("cơ qưan có liên quan", "cơ quan có liên quan") == "cơ quan có liên quan"


def test_of_two_vietnamese_words_the_likelier_in_context_wins() -> None:
    assert said("Quyết định này có hiệu lực", "Quyết đỉnh này có hiệu lực") == "Quyết định này có hiệu lực"


def test_marks_and_digits_are_the_second_readers() -> None:
    assert said("Số 12B/QĐ-UBND ngày", "Số 128/QĐ-UBND, ngày") == "Số 128/QĐ-UBND, ngày"


def test_a_figure_beats_letters_that_look_like_its_digits() -> None:
    assert said("ngày 19 tháng 7 năm 1999", "ngày T9 tháng 7 năm T999") == "ngày 19 tháng 7 năm 1999"
    assert said("tháng 1] năm", "tháng 11 năm") == "tháng 11 năm"


def test_letters_of_the_first_take_the_marks_of_the_second() -> None:
    assert said("ngày ký định và", "ngày ký, đlnh; và") == "ngày ký, định; và"


def test_an_e_mail_address_that_is_one_wins() -> None:
    assert said("thư: phong@huyen.gov.vn", "thư: phong(@huyen.gov.vn") == "thư: phong@huyen.gov.vn"


def test_a_line_that_one_reader_did_not_see_is_the_others() -> None:
    assert said("Nguyễn Văn A", "") == "Nguyễn Văn A"
    assert said("", "Nguyễn Văn A") == "Nguyễn Văn A"
    assert said("", "rnm ii", second_sure=0.3) == ""


def test_of_readings_with_nothing_in_common_one_is_taken_whole() -> None:
    assert said("Chủ tịch Ủy ban nhân dân", "Qzxw fkk wwp qq") == "Chủ tịch Ủy ban nhân dân"


def test_a_word_stands_where_its_reader_saw_it() -> None:
    words = fuse(line("cơ quan"), line("cơ qưan", top=5), language=LANGUAGE)

    assert [word.box for word in words] == [(0, 5, 20, 35), (30, 5, 70, 35)]


words = st.lists(st.text("aăâeiquyếtđịnh .,-/@12A", min_size=0, max_size=7), max_size=7).map(" ".join)


@given(words, words)
def test_nothing_is_said_that_neither_reader_saw(first: str, second: str) -> None:
    fused = fuse(line(first), line(second), language=LANGUAGE)

    letters = set(first + second)
    assert all(word.text and not set(word.text) - letters for word in fused)


@given(words)
def test_two_readers_of_one_mind_agree_on_every_word(text: str) -> None:
    fused = fuse(line(text), line(text), language=LANGUAGE)

    assert [word.text for word in fused] == text.split()
    assert all(word.ground is Ground.AGREED for word in fused)


@pytest.mark.parametrize("ground", Ground)
def test_every_ground_is_a_share(ground: Ground) -> None:
    assert 0.0 < ground.value < 1.0
