"""The part of a line that may be a mark is cut out by what was read of the whole; a sentence has none."""

import numpy as np
import pytest

from classify.secret_mark_part import cut, parts


def test_a_mark_before_print_is_cut_out_of_its_line() -> None:
    [(begin, end)] = parts("MAT ỆN BẢN")

    assert begin == 0.0
    assert 0.3 < end < 0.5


def test_what_stands_before_its_last_word_is_cut_out_with_it_too() -> None:
    alone, with_more = parts("PHẦN THAM DỰ TỐI MẠT")

    assert alone[0] > with_more[0] > 0.5
    assert alone[1] == with_more[1] == 1.0


def test_a_mark_that_has_grown_together_with_print_before_it_is_cut_off() -> None:
    close, with_more = parts("DAỀTMẬT")

    assert close[0] > with_more[0] > 0.4
    assert close[1] == with_more[1] == 1.0


@pytest.mark.parametrize("text", ["VĂN PHÒNGMẬT", "BÁO CÁOMẬT", "GIA LAIMẬT", "ĐẮK NÔNGMẬT", "HÀ NỘIMẬT"])
def test_the_end_of_a_place_or_an_office_makes_no_other_word_of_it(text: str) -> None:
    assert len(parts(text)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "MẬT",
        "BÍMẬT",
        "BẢOMẬT",
        "ĐÃGIẢIMẬT",
        "ONGMẬT",
        "KHÔNGMẬT",
        "BÍ MẬT NHÀ NƯỚC",
        "CÔNG TÁC BẢO MẬT",
        "MẬT ĐỘ DÂN SỐ",
        "BAN MẶT TRẬM TỔ QUỐC",
        "TUYỆT MẬT, TỐI MẬT VÀ MẬT",
        "Số: 12/UBND",
        "",
    ],
)
def test_a_mark_alone_and_a_sentence_have_no_part(text: str) -> None:
    assert parts(text) == []


def test_parts_are_cut_as_wide_as_their_letters() -> None:
    line = np.zeros((48, 1000), np.uint8)

    [piece] = cut(line, "MAT ỆN BẢN")

    assert piece.shape[0] == 48
    assert 300 < piece.shape[1] < 500
    assert list(cut(line[:, :10], "MAT ỆN BẢN")) == []
