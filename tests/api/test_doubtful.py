"""Which letters an archivist must look at."""

from hypothesis import given
from hypothesis import strategies as st

from api.doubtful import pieces
from catalog.reading import Word

SURE = Word("UBND", (0, 0, 10, 10), 0.98, True)


def marked(value: str, others: tuple[str, ...] = (), words: tuple[Word, ...] = ()) -> list[str]:
    return [text for text, doubt in pieces(value, others, words) if doubt]


def test_the_one_letter_in_which_two_readings_differ_is_marked() -> None:
    assert marked("45/QD-UBND", ("45/QĐ-UBND",)) == ["D"]


def test_where_another_reading_has_a_letter_more_its_neighbours_are_marked() -> None:
    assert marked("Bùi Viết Sơ", ("Bùi Viết Sơn",)) == ["ơ"]


def test_a_reading_that_says_something_else_altogether_marks_nothing() -> None:
    assert marked("Bùi Viết Sơn", ("Trần Thị Hoà",)) == []


def test_an_unsure_word_is_marked_wherever_it_stands() -> None:
    unsure = Word("Quang,", (0, 0, 10, 10), 0.4, True)
    differing = Word("45", (0, 0, 10, 10), 0.9, False)

    assert marked("ông Trần Quang Thuận", (), (SURE, unsure)) == ["Quang"]
    assert marked("45/QĐ-UBND", (), (SURE, differing)) == ["45"]


def test_the_day_of_a_date_is_found_though_it_is_written_with_a_nought() -> None:
    assert marked("04/08/1999", (), (Word("4", (0, 0, 9, 9), 0.3, True),)) == ["04"]


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=4))
def test_the_pieces_joined_are_the_value(value: str, others: list[str]) -> None:
    assert "".join(text for text, _doubt in pieces(value, others, ())) == value
