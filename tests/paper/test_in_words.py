"""Numbers as a clerk writes them out."""

import pytest

from paper.in_words import LARGEST, in_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (1, "một"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi bốn"),
        (45, "bốn mươi lăm"),
        (100, "một trăm"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (321, "ba trăm hai mươi mốt"),
        (1000, "một nghìn"),
        (1005, "một nghìn không trăm linh năm"),
        (1205, "một nghìn hai trăm linh năm"),
        (10_000, "mười nghìn"),
        (24_292, "hai mươi bốn nghìn hai trăm chín mươi hai"),
        (1_000_001, "một triệu không trăm linh một"),
        (2_000_000_000, "hai tỷ"),
    ],
)
def test_numbers_are_written_as_a_clerk_says_them(number: int, words: str) -> None:
    assert in_words(number) == words


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_what_cannot_be_a_count_is_no_number_of_things(number: int) -> None:
    with pytest.raises(ValueError, match="number of things"):
        in_words(number)
