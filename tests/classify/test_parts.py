"""The small parts: kinds, notations, dates, offices, spelling."""

import datetime
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.dates import parse_date
from classify.kinds import by_abbreviation, by_line, kinds
from classify.notation import Parsed, mend, parse
from classify.office_names import opens_office
from classify.spelling import bare, capitals, letters_of, near_tones, same_tone, share, tidy


def test_there_are_29_kinds_with_the_codes_of_the_circular() -> None:
    assert [kind.code for kind in kinds()] == [f"{number:02d}" for number in range(1, 30)]
    assert {kind.name for kind in kinds() if not kind.abbreviation} == {"Công văn", "Thư công"}


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("QUYẾT ĐỊNH", "Quyết định", ""),
        ("Q U Y Ế T Đ Ị N H", "Quyết định", ""),
        ("GIÁY MỜI", "Giấy mời", ""),
        ("HỢP ĐỒNG CHUYỂN NHƯỢNG", "Hợp đồng", "CHUYỂN NHƯỢNG"),
        (unicodedata.normalize("NFD", "BÁO CÁO"), "Báo cáo", ""),
    ],
)
def test_a_type_line_is_known_though_damaged(line: str, name: str, rest: str) -> None:
    found = by_line(line)

    assert found is not None
    assert (found[0].name, found[2]) == (name, rest)


def test_a_line_that_names_no_kind_is_none() -> None:
    assert by_line("ĐƠN XIN CẤP GIẤY CHỨNG NHẬN") is None
    assert by_abbreviation("UBND") is None


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("Số: 45/QĐ-UBND", Parsed("45", "/", "QĐ-UBND")),
        ("Số:2264 / SYT- NVY", Parsed("2264", "/", "SYT-NVY")),
        ("Số: 12/2016/QĐ-UBND", Parsed("12", "/", "2016/QĐ-UBND")),
        ("Số 12-QĐ/HU", Parsed("12", "-", "QĐ/HU")),
        ("Số: 112 QĐ/UB", Parsed("112", " ", "QĐ/UB")),
        ("S6: 05/TTr-TNMT.", Parsed("05", "/", "TTr-TNMT")),
        ("Số: /TB-SYT", Parsed("", "/", "TB-SYT")),
        ("Số: JÚ_ /GM-SYT", Parsed("", "/", "GM-SYT")),
    ],
)
def test_a_number_line_is_taken_apart(text: str, parsed: Parsed) -> None:
    assert parse(text) == parsed


@pytest.mark.parametrize("line", ["Số: /O /GM-SYT", "Số:,22/b/TB -SYT"])
def test_what_a_pen_left_before_the_kind_is_no_part_of_the_notation(line: str) -> None:
    assert parse(line).notation in {"GM-SYT", "TB-SYT"}


def test_a_notation_is_mended_only_where_kind_or_office_vouch_for_it() -> None:
    decision = by_abbreviation("QĐ")

    assert mend("QD-UBNĐ", issuer="", kind=decision) == "QĐ-UBND"
    assert mend("QĐ-SLĐTBXH", issuer="SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", kind=None) == "QĐ-SLĐTBXH"
    assert mend("BB-XYZ", issuer="", kind=decision) == "BB-XYZ"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Kiên Hòa, ngày 02 tháng 01 năm 2018", "2018-01-02"),
        ("Kiên Hòa,ngày 2 tháng 1 năm 2018.", "2018-01-02"),
        ("Ngày 12/5/1987", "1987-05-12"),
        ("Thái Nguyên, ngày 12 tháng 02 năm 2003", "2003-02-12"),
        ("Tân Hòa, ngày 31 tháng 02 năm 2003", None),
        ("Tân Hòa, ngày 4ế tháng 12 năm 2017", None),
        ("Tân Hòa, ngày tháng 12 năm 2017", None),
        ("Tân Hòa, ngày 02 tháng 01 năm 1918", None),
    ],
)
def test_a_date_line_gives_a_day_of_the_calendar_or_none(text: str, date: str | None) -> None:
    found = parse_date(text)

    assert (found.isoformat() if found else None) == date


@given(st.dates(datetime.date(1945, 9, 2), datetime.date(2025, 12, 31)))
def test_every_date_is_read_as_it_is_written(day: datetime.date) -> None:
    assert parse_date(f"Tân Hòa, ngày {day.day} tháng {day.month} năm {day.year}") == day
    assert parse_date(f"Tân Hòa, ngày {day:%d/%m/%Y}") == day


@pytest.mark.parametrize(
    ("line", "opens"),
    [
        ("PHÒNG NỘI VỤ", True),
        ("HUYỆN ỦY TÂN HÒA", True),
        ("UỶ BAN NHÂN DÂN", True),
        ("HUYỆN TÂN HÒA", False),
        ("XÃ AN PHÚ", False),
        ("- KẾ HOẠCH", False),
        ("MÔI TRƯỜNG", False),
    ],
)
def test_a_line_of_a_letterhead_opens_an_office_or_goes_on(line: str, opens: bool) -> None:
    assert opens_office(line) is opens


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyAĐƯ áàảãạấầẩẫậ0-/", max_size=30))
def test_bare_letters_are_as_many_as_the_text_has_and_tidying_twice_is_tidying_once(text: str) -> None:
    assert len(bare(text)) == len(unicodedata.normalize("NFC", text))
    assert tidy(tidy(text)) == tidy(text)


def test_tones_that_stand_elsewhere_are_the_same_and_blurred_ones_are_near() -> None:
    assert same_tone("uỷ", "Ủy")
    assert not same_tone("tố", "tổ")
    assert not same_tone("ông", "ngô")
    assert not same_tone("hỏa", "hảo")
    assert near_tones("tố", "tổ")
    assert not near_tones("thu", "thụ")


@given(st.lists(st.text(min_size=1, max_size=8), max_size=6))
def test_capitals_of_words_add_up_to_those_of_their_line(words: list[str]) -> None:
    counted = [letters_of(word) for word in words]

    assert share(*map(sum, zip((0, 0), *counted, strict=True))) == capitals(" ".join(words))
