"""What a secret mark says, and what only looks like it."""

import pytest

from classify.secret_mark_text import Level, distance, fold, says


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("MẬT", Level.PLAIN),
        ("MÂT", Level.PLAIN),
        ("MAT", Level.PLAIN),
        ("M Ậ T", Level.PLAIN),
        ("TỐI MẬT", Level.HIGH),
        ("TOI MAT", Level.HIGH),
        ("T Ố I   M Ậ T", Level.HIGH),
        ("TỐ1 MẬT", Level.HIGH),
        ("TUYỆT MẬT", Level.TOP),
        ("TUYET MAT", Level.TOP),
        ("TUYÊT MẠT", Level.TOP),
        ("TUYỆTMẬT", Level.TOP),
        ("MẬT - HỎA TỐC", Level.PLAIN),
        ("TỐI MẬT KHẨN", Level.HIGH),
        ("Độ mật: TỐI MẬT", Level.HIGH),
    ],
)
def test_a_mark_is_known_with_and_without_its_diacritics(text: str, level: Level) -> None:
    said = says(text)

    assert said is not None
    assert said.level is level
    assert said.likeness >= 0.85


@pytest.mark.parametrize(
    "text",
    [
        "",
        "KHẨN",
        "HỎA TỐC",
        "THƯỢNG KHẨN",
        "HỎA TỐC HẸN GIỜ",
        "BẢO MẬT",
        "BÍ MẬT",
        "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "KHÔNG MẬT",
        "ĐÃ GIẢI MẬT",
        "MẬT ĐỘ",
        "MẬT MÃ",
        "MẶT TRẬN",
        "Độ mật: Không",
        "QUYẾT ĐỊNH",
        "TUYỆT ĐỐI BÍ MẬT",
        "TỜ TRÌNH",
        "LƯU HÀNH NỘI BỘ",
    ],
)
def test_what_only_has_the_word_in_it_is_no_mark(text: str) -> None:
    assert says(text) is None


def test_letters_lose_their_marks_and_figures_become_letters() -> None:
    assert fold("Tuyệt-Mật, Đ0") == "TUYETMATDO"
    assert distance("TOIMAT", "TOMAT") == 1


@pytest.mark.parametrize("text", ["QUYỆT MẬT", "QUYẾT MẬT"])
def test_a_mark_whose_first_letter_is_misread_is_a_mark(text: str) -> None:
    said = says(text)

    assert said is not None
    assert said.level is Level.TOP


def test_haste_is_taken_off_a_stamp_but_not_off_a_sentence() -> None:
    assert says("MẬT KHẨN") is not None
    assert says("Mật khẩn") is None
