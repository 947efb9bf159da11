import unicodedata

import pytest

from bench.scoring import Score, expected_text, normalised, score, total, without_diacritics

TRUTH = "Điều 1. Công nhận kết quả\nĐiều 2. Quyết định này có hiệu lực\nNơi nhận"


def test_what_is_read_as_printed_has_no_error() -> None:
    found = score(TRUTH, TRUTH)

    assert (found.cer, found.bare_cer, found.wer, found.inserted_rate) == (0.0, 0.0, 0.0, 0.0)


def test_the_order_of_lines_does_not_count() -> None:
    assert score(TRUTH, "\n".join(reversed(TRUTH.split("\n")))).errors == 0


def test_lines_run_together_do_not_count() -> None:
    assert score(TRUTH, TRUTH.replace("\n", " ")).errors == 0


def test_a_wrong_mark_is_one_error_and_none_without_diacritics() -> None:
    found = score(TRUTH, TRUTH.replace("Quyết", "Quyêt"))

    assert (found.errors, found.bare_errors, found.words_missed) == (1, 0, 1)


def test_a_line_that_was_not_read_counts_whole() -> None:
    found = score(TRUTH, TRUTH.removesuffix("\nNơi nhận"))

    assert (found.errors, found.words_missed, found.inserted) == (8, 2, 0)


def test_what_is_not_on_the_page_is_inserted_and_no_error() -> None:
    found = score(TRUTH, TRUTH + "\nqqqq zzzz")

    assert (found.errors, found.inserted) == (0, 9)


def test_nothing_read_is_everything_missed() -> None:
    found = score(TRUTH, "")

    assert (found.cer, found.wer) == (100.0, 100.0)


def test_quotes_dashes_leaders_and_composition_are_no_errors() -> None:
    assert score("“Số”: ……… – 5", unicodedata.normalize("NFD", '"Số": ___ - 5')).wer == 0.0
    assert normalised("a..... b") == "a  b"


def test_d_with_stroke_is_d_without_diacritics() -> None:
    assert without_diacritics("Đường đi") == "Duong di"


@pytest.mark.parametrize(
    ("handwriting", "stamps", "expected"),
    [
        (False, True, "Số: /TB PHÓ GIÁM ĐỐC"),
        (True, False, "Số: 15/TB "),
        (True, True, "Số: 15/TB PHÓ GIÁM ĐỐC"),
    ],
)
def test_handwriting_and_stamps_are_asked_for_or_not(handwriting: bool, stamps: bool, expected: str) -> None:
    marked = "Số: ⟦15⟧/TB ⟪PHÓ GIÁM ĐỐC⟫"

    assert expected_text(marked, handwriting=handwriting, stamps=stamps) == expected


def test_many_pages_weigh_every_letter_alike() -> None:
    added = total([Score(errors=1, letters=10), Score(errors=0, letters=90)])

    assert added.cer == 1.0
    assert total([]).cer == 0.0
