"""What a secret mark says, and what only looks like it."""

import pytest

from classify.secret_mark_text import WEAK, Level, denies, distance, fold, hints, says, urges


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
    assert said.likeness > WEAK


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
    for spare in (0, 2):
        said = says(text, spare=spare)
        assert said is None or said.likeness <= WEAK


def test_a_frame_read_as_letters_is_spared_in_a_crop_and_nowhere_else() -> None:
    assert says("|MẬT|", spare=2) is not None
    assert says("HMATI") is None


def test_letters_lose_their_marks_and_figures_become_letters() -> None:
    assert fold("Tuyệt-Mật, Đ0") == "TUYETMATDO"
    assert distance("TOIMAT", "TOMAT") == 1


def test_haste_and_the_end_of_secrecy_are_known_as_such() -> None:
    assert urges("HỎA TỐC HẸN GIỜ")
    assert urges("HOA TUC")
    assert not urges("TUYỆT MẬT")
    assert denies("ĐÃ GIẢI MẬT")
    assert denies("KHÔNG MẬT")
    assert denies("ĐÃ GI Ị MẬT")
    assert denies("ĐÃGI[ MẬT")
    assert not denies("TUYỆT MẬT")
    assert not denies("TỐI MẬT")


@pytest.mark.parametrize(
    "text", ["MẬT", "MA", "NẬT", "Mấr", "TOIM&T", "1S5MAT", "TUYỀ", "KHÔNG MẬT", "BÍ MẬT"]
)
def test_a_glance_that_comes_near_a_mark_asks_for_a_second_look(text: str) -> None:
    assert hints(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HỎA TỐC",
        "KHẨN",
        "Số: 02/SYT-GAVI",
        "Bế mạc:",
        "CỘNG HÒA XÃ HỘI",
        "02973872704",
        "rạm y tế",
        "QUỐC",
    ],
)
def test_most_of_what_stands_on_a_page_asks_for_none(text: str) -> None:
    assert not hints(text)


@pytest.mark.parametrize(
    "text", ["TUỆTM", "TƯXỆT MẠ", "RỆT MẤT", "TÓI MỆP M", "TÕI MRC", "2UNB-NV TUYET-YVWAFVOTNES"]
)
def test_half_a_mark_may_be_one_where_it_was_cut_out_and_is_none_in_words(text: str) -> None:
    said = says(text, spare=2)

    assert said is not None
    assert said.likeness == WEAK
    assert says(text) is None


@pytest.mark.parametrize(
    "text",
    ["QUYẾT ĐỊNH", "THUYẾT MINH", "TUYÊN BỐ", "TUYỆT ĐỐI KHÔNG ĐƯỢC", "TUYẾT", "TỜ TRÌNH", "QUYẾT Ð 0A T"],
)
def test_words_like_it_are_not_half_a_mark(text: str) -> None:
    assert says(text, spare=2) is None


@pytest.mark.parametrize("text", ["QUYỆT MẬT", "QUYẾT MẬT"])
def test_a_mark_whose_first_letter_is_misread_is_a_mark(text: str) -> None:
    said = says(text)

    assert said is not None
    assert said.level is Level.TOP


def test_haste_is_taken_off_a_stamp_but_not_off_a_sentence() -> None:
    assert says("MẬT KHẨN", spare=2) is not None
    assert says("Mật khẩn", spare=2) is None
