"""Names of places: how they are spelt, where on a line they stand, and words that grew together."""

from dataclasses import replace

import pytest

from classify.describe import describe
from classify.grown import one_syllable, split
from classify.known_words import vocabulary
from classify.place_names import Look, chosen, syllables
from classify.places import span
from classify.spelling import bare
from classify.upright import Piece, upright
from tests.classify.pages import Print, centred, decision, page


def piece(text: str) -> Piece:
    return upright(page([Print(30, 100, text)]), 1).pieces[0]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("ỦY BAN NHÂN DÂN XÃ CẨM XUYÊN", "CẨM XUYÊN"),
        ("HUYỆN ỦY TÂN HÒA", "TÂN HÒA"),
        ("UBND THỊ TRẤN AN LŨNG", "AN LŨNG"),
        ("CÔNG AN THÀNH PHỐ VINH", "VINH"),
        ("UBND XÃ HỘI SƠN", "HỘI SƠN"),
        ("Về việc giao đất tại xã Cẩm Xuyên, huyện Tân Hòa", "Tân Hòa"),
        ("BAN QUẢN LÝ DỰ ÁN", ""),
        ("PHƯỜNG 3", ""),
        ("THƯƠNG BINH VÀ XÃ HỘI", ""),
        ("ỦY BAN NHÂN DÂN", ""),
    ],
)
def test_the_name_of_a_place_stands_after_its_rank(line: str, name: str) -> None:
    at = span(piece(line))

    found = piece(line).part(*at).text if at else ""
    assert found == name


def test_a_name_may_stand_under_its_rank() -> None:
    assert span(piece("TÂN HÒA"), "HUYỆN") == (0, 2)
    assert span(piece("TÂN HÒA"), "BAN") is None


def looks(*words: str) -> list[list[Look]]:
    """Return the words as both readers gave them."""
    return [[("tesseract", word), ("trueocr", word)] for word in words]


def test_a_tone_that_no_place_bears_yields_to_one_that_most_bear() -> None:
    assert chosen(looks("CẤM", "XUYÊN")).words == ("cẩm", "xuyên")
    assert chosen(looks("PHÚ", "THỌ")).words == ("phú", "thọ")
    assert chosen(looks("PHÚ", "THỌ")).chance > 0.98


def test_a_name_that_no_list_has_stays_as_read_unless_the_page_says_otherwise() -> None:
    assert chosen(looks("HƯNG", "QUYỄN")).words == ("hưng", "quyễn")

    told = chosen(looks("HƯNG", "QUYỄN"), [("tesseract", ("Hưng", "Quyến"))] * 6)

    assert told.words == ("hưng", "quyến")


def test_a_mark_that_one_look_saw_was_there_though_most_lost_it() -> None:
    here = [[("tesseract", "XUÂN"), ("trueocr", "XUÂN")], [("tesseract", "ĐẲNG"), ("trueocr", "ĐẪNG")]]
    faint = [("tesseract", ("Xuân", "Đảng")), ("trueocr", ("Xuân", "Đãng")), ("trueocr", ("Xuân", "Đắng"))]

    assert chosen(here, faint).words == ("xuân", "đẳng")


def test_what_people_wrote_of_the_document_settles_how_a_place_is_spelt() -> None:
    lines = [
        line
        for line in decision()
        if line.text not in ("HUYỆN TÂN HÒA", "Tân Hòa, ngày 05 tháng 01 năm 2012")
    ]
    lines.append(centred(60, 26, "HUYỆN TÂN QUYẾN"))

    alone, told = (
        describe([page(lines)], told=titles)[0].fields["issuer"]
        for titles in ((), ("Hồ sơ giao đất của UBND huyện Tân Quyển",))
    )

    assert alone.value == "ỦY BAN NHÂN DÂN HUYỆN TÂN QUYẾN"
    assert not alone.confident
    assert told.value == "ỦY BAN NHÂN DÂN HUYỆN TÂN QUYỂN"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("XÃANLŨNG", ["XÃ", "AN", "LŨNG"]),
        ("UBNDHUYỆN", ["UBND", "HUYỆN"]),
        ("NHÂNDÂN", ["NHÂN", "DÂN"]),
        ("BÌNHAN,", ["BÌNH", "AN,"]),
        ("NGHIÊNG", ["NGHIÊNG"]),
        ("PLEIKU", ["PLEIKU"]),
        ("VINACONEX", ["VINACONEX"]),
        ("GAVI", ["GAVI"]),
        ("45/QĐ-UBND", ["45/QĐ-UBND"]),
    ],
)
def test_words_that_grew_together_are_parted_where_they_can_be_one_way_only(
    text: str, parts: list[str]
) -> None:
    assert split(text, vocabulary()) == parts


def test_a_syllable_has_one_tone_and_no_two_groups_of_vowels() -> None:
    assert all(map(one_syllable, ("nghiêng", "QUYẾN", "khuỷu", "Gia", "ĐƯỜNG", "yên")))
    assert not any(map(one_syllable, ("anlũng", "tânhòa", "ỦYBAN", "ÁNH̉")))


def test_what_a_person_typed_has_no_readers_and_is_described_all_the_same() -> None:
    read = page(decision())
    typed = replace(read, lines=tuple(replace(line, raw={}) for line in read.lines))

    found = describe([typed])[0].fields

    assert found["issuer"].value == "ỦY BAN NHÂN DÂN HUYỆN TÂN HÒA"
    assert found["place"].value == "Tân Hòa"


def test_a_syllable_is_known_by_its_own_letters() -> None:
    assert [
        (letters, word) for letters, known in syllables().items() for word in known if bare(word) != letters
    ] == []
