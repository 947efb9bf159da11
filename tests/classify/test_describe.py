"""Whole pages, made by hand: every field where a registrar would find it, and nothing made up."""

import dataclasses

import pytest

from catalog.description import FIELDS, Description
from classify.describe import describe
from tests.classify.pages import MOTTO, NATION, Print, centred, decision, letter, page


def one(lines: list[Print], *, rotation: int = 0, skew: float = 0.0) -> Description:
    documents = describe([page(lines, rotation=rotation, skew=skew)])
    assert len(documents) == 1
    return documents[0]


def values(document: Description, *names: str) -> dict[str, str | None]:
    return {name: document.fields[name].value for name in names}


def test_a_decision_has_all_its_fields() -> None:
    document = one(decision())

    assert set(document.fields) == set(FIELDS)
    assert {name: value.value for name, value in document.fields.items() if value.value is not None} == {
        "code": "45/QĐ-UBND",
        "number": "45",
        "notation": "QĐ-UBND",
        "date": "2012-01-05",
        "place": "Tân Hòa",
        "issuer": "ỦY BAN NHÂN DÂN HUYỆN TÂN HÒA",
        "type": "Quyết định",
        "subject": "Về việc công nhận quyền sử dụng đất của hộ bà Nguyễn Thị Hòa",
        "signer": "Trần Văn Bình",
        "signer_title": "PHÓ CHỦ TỊCH",
        "authority": "TM. ỦY BAN NHÂN DÂN; KT. CHỦ TỊCH",
        "recipients": "Như Điều 1; Lưu: VT, TNMT",
    }
    sure = {name for name, value in document.fields.items() if value.confident}
    assert sure == {name for name, value in document.fields.items() if value.value is not None} - {
        "recipients"
    }


def test_a_letter_is_known_by_its_v_v_alone() -> None:
    document = one(letter())

    assert values(document, "type", "subject", "issuer", "issuer_parent", "code", "addressees") == {
        "type": "Công văn",
        "subject": "quyết toán kinh phí năm 2008",
        "issuer": "PHÒNG TÀI CHÍNH - KẾ HOẠCH",
        "issuer_parent": "UBND HUYỆN TÂN HÒA",
        "code": "7/TCKH",
        "addressees": "Ủy ban nhân dân các xã; Kho bạc Nhà nước huyện",
    }


@pytest.mark.parametrize(("rotation", "skew"), [(0, 2.5), (90, 0.0), (180, -1.5), (270, 1.0)])
def test_a_page_is_described_alike_however_it_lies(rotation: int, skew: float) -> None:
    upright, lying = one(decision()), one(decision(), rotation=rotation, skew=skew)

    assert values(lying, *FIELDS) == values(upright, *FIELDS)


def test_evidence_is_where_the_value_stands_on_the_master() -> None:
    lines = decision()
    reading = page(lines, rotation=180)

    found = describe([reading])[0].fields["date"].evidence

    line = next(line for line in reading.lines if line.text.startswith("Tân Hòa, ngày"))
    assert [(one.page, one.box) for one in found] == [(1, line.box)]


def test_a_date_in_the_legal_basis_is_never_the_date_of_issue() -> None:
    lines = [line for line in decision() if not line.text.startswith("Tân Hòa, ngày")]

    date = one(lines).fields["date"]

    assert (date.value, date.evidence, date.asked) == (None, (), False)


def test_two_columns_taken_for_one_line_are_cut_where_the_state_begins() -> None:
    lines = decision()
    merged = Print(
        lines[0].x,
        20,
        f"{lines[0].text} {lines[1].text}",
        gaps={4: lines[1].x - lines[0].x - len(lines[0].text) * 2},
    )

    document = one([merged, *lines[2:]])

    assert document.fields["issuer"].value == "ỦY BAN NHÂN DÂN HUYỆN TÂN HÒA"


def test_a_number_the_readers_see_differently_is_asked_and_never_invented() -> None:
    document = one(decision(number="Số:2J1Â /QĐ-UBND", other="Số:/43 /QĐ-UBND"))

    assert (document.fields["number"].value, document.fields["number"].asked) == (None, True)
    assert (document.fields["code"].value, document.fields["code"].asked) == (None, True)
    assert document.fields["notation"].value == "QĐ-UBND"


def test_old_papers_are_read_too() -> None:
    lines = [
        centred(60, 20, "UBND HUYỆN TÂN HÒA"),
        NATION,
        centred(60, 30, "Số: 112 QĐ/UB"),
        centred(148, 30, "Tân Hòa, ngày 7 tháng 9 năm 1987"),
        centred(112, 46, "QUYẾT ĐỊNH CỦA ỦY BAN NHÂN DÂN HUYỆN"),
        centred(112, 53, "Về việc giao đất trồng rừng"),
        Print(42, 72, "Căn cứ Luật Tổ chức Hội đồng nhân dân;"),
        centred(150, 120, "T/M ỦY BAN NHÂN DÂN"),
        centred(150, 126, "CHỦ TỊCH"),
        centred(150, 150, "Phạm Văn Hai"),
    ]

    document = one(lines)

    assert values(document, "code", "date", "type", "subject", "issuer", "signer", "authority") == {
        "code": "112/QĐ/UB",
        "date": "1987-09-07",
        "type": "Quyết định",
        "subject": "Về việc giao đất trồng rừng",
        "issuer": "UBND HUYỆN TÂN HÒA",
        "signer": "Phạm Văn Hai",
        "authority": "T/M ỦY BAN NHÂN DÂN",
    }


def test_the_party_keeps_its_hyphen_and_its_own_heading() -> None:
    lines = [
        centred(60, 20, "ĐẢNG BỘ TỈNH ĐÔNG LẠC"),
        centred(148, 20, "ĐẢNG CỘNG SẢN VIỆT NAM"),
        centred(60, 26, "HUYỆN ỦY TÂN HÒA"),
        centred(60, 32, "*"),
        centred(60, 38, "Số 12-QĐ/HU"),
        centred(148, 38, "Tân Hòa, ngày 03 tháng 02 năm 2014"),
        centred(112, 50, "QUYẾT ĐỊNH"),
        centred(112, 56, "chỉ định cấp ủy viên"),
        centred(150, 120, "T/M BAN THƯỜNG VỤ"),
        centred(150, 126, "BÍ THƯ"),
        centred(150, 150, "Đặng Thị Sáu"),
    ]

    document = one(lines)

    assert values(document, "code", "number", "notation", "issuer", "issuer_parent", "signer_title") == {
        "code": "12-QĐ/HU",
        "number": "12",
        "notation": "QĐ/HU",
        "issuer": "HUYỆN ỦY TÂN HÒA",
        "issuer_parent": "ĐẢNG BỘ TỈNH ĐÔNG LẠC",
        "signer_title": "BÍ THƯ",
    }


def test_a_paper_that_no_office_issues_has_its_date_above_the_signature() -> None:
    lines = [
        centred(105, 20, NATION.text),
        centred(105, 26, MOTTO.text),
        centred(105, 40, "ĐƠN KHIẾU NẠI"),
        centred(105, 47, "Về việc bồi thường khi thu hồi đất"),
        Print(42, 62, "Tôi khiếu nại Quyết định số 13/QĐ-UBND ngày 21 tháng 5 năm 1999."),
        centred(150, 120, "Tân Hòa, ngày 25 tháng 9 năm 1999"),
        centred(150, 126, "NGƯỜI KHIẾU NẠI"),
        centred(150, 150, "Lý Văn Bảy"),
    ]

    document = one(lines)

    assert values(document, "issuer", "code", "type", "date", "subject", "signer") == {
        "issuer": None,
        "code": None,
        "type": None,
        "date": "1999-09-25",
        "subject": "Về việc bồi thường khi thu hồi đất",
        "signer": "Lý Văn Bảy",
    }


def test_stamps_are_no_part_of_number_date_or_subject() -> None:
    lines = letter()
    lines += [
        Print(25, 54, "HỎA TỐC"),
        Print(25, 92, "ĐẾN"),
        Print(25, 97, "Số: 360"),
        Print(25, 102, "Ngày: 13 / 04 / 2009"),
    ]

    document = one(lines)

    assert values(document, "urgency", "number", "date", "subject", "arrival_number", "arrival_date") == {
        "urgency": "HỎA TỐC",
        "number": "7",
        "date": "2009-04-09",
        "subject": "quyết toán kinh phí năm 2008",
        "arrival_number": "360",
        "arrival_date": "2009-04-13",
    }
    assert not document.fields["arrival_number"].confident


def test_a_blank_or_bare_page_has_no_fields_and_is_still_a_document() -> None:
    documents = describe([page([]), page([Print(30, 100, "chỉ có một dòng chữ")])])

    assert [document.pages for document in documents] == [(1, 2)]
    assert all(value.value is None and not value.asked for value in documents[0].fields.values())


def test_a_misread_office_is_put_right_by_the_text_below() -> None:
    lines = [line for line in decision() if line.text != "HUYỆN TÂN HÒA"]
    lines.append(centred(60, 26, "HUYỆN TÂN HOẢ", "HUYỆN TÂN HÓA"))
    lines += [Print(42, 104 + 4 * i, f"{i}. Phòng Nội vụ huyện Tân Hòa thi hành.") for i in range(3)]

    issuer = one(lines).fields["issuer"]

    assert issuer.value == "ỦY BAN NHÂN DÂN HUYỆN TÂN HÒA"
    assert [box.page for box in issuer.evidence] == [1]


def test_a_name_without_its_first_word_is_asked() -> None:
    lines = [line for line in decision() if line.text != "Trần Văn Bình"]
    lines.append(centred(150, 160, "n Văn Bình", "m Văn Bình", 0.64))

    signer = one(lines).fields["signer"]

    assert (signer.value, signer.asked, signer.alternatives) == (None, True, ("n Văn Bình",))


def test_a_name_that_was_laid_over_ink_is_taken_as_it_is_and_never_sure() -> None:
    reading = page(decision())
    laid = [
        dataclasses.replace(
            line,
            words=tuple(dataclasses.replace(word, confidence=0.95, agreed=False) for word in line.words),
            raw={"tesseract": "Trẳn VănB", "name-shapes": line.text},
        )
        if line.text == "Trần Văn Bình"
        else line
        for line in reading.lines
    ]

    signer = describe([dataclasses.replace(reading, lines=tuple(laid))])[0].fields["signer"]

    assert (signer.value, signer.asked, signer.confident) == ("Trần Văn Bình", False, False)


@pytest.mark.parametrize("name", ["Trần Văn 8ình", "Trần Văn Bĩnh"])
def test_a_name_that_nobody_bears_so_is_not_sure_though_both_readers_gave_it(name: str) -> None:
    lines = [line for line in decision() if line.text != "Trần Văn Bình"]
    lines.append(centred(150, 160, name))

    signer = one(lines).fields["signer"]

    assert (signer.value, signer.confident) == (name, False)


def test_the_name_of_one_signer_is_never_given_to_the_one_beside_him() -> None:
    lines = [line for line in decision() if line.y < 120]
    lines += [centred(60, 120, "THƯ KÝ"), centred(150, 120, "CHỦ TRÌ"), centred(60, 150, "Mai Thị Hoa")]

    document = one(lines)

    assert values(document, "signer", "signer_title") == {"signer": None, "signer_title": "CHỦ TRÌ"}
    assert document.fields["signer"].asked


@pytest.mark.parametrize("other", ["HUYỆN TÂN HÒA", "HUYỆNTÂNHÒA", "HUYỆN TÂNHÒA"])
def test_a_blank_that_a_reader_lost_is_put_back_for_no_syllable_is_so_long(other: str) -> None:
    lines = [line for line in decision() if line.text != "HUYỆN TÂN HÒA"]
    lines.append(centred(60, 26, "HUYỆN TÂNHÒA", other))

    issuer = one(lines).fields["issuer"]

    assert issuer.value == "ỦY BAN NHÂN DÂN HUYỆN TÂN HÒA"


def test_a_tone_that_both_readers_blur_in_the_name_of_a_place_is_put_right_and_not_sure() -> None:
    lines = [line for line in decision() if line.text != "HUYỆN TÂN HÒA"]
    lines.append(centred(60, 26, "HUYỆN CẤM XUYÊN"))

    issuer = one(lines).fields["issuer"]

    assert issuer.value == "ỦY BAN NHÂN DÂN HUYỆN CẨM XUYÊN"
    assert not issuer.confident


@pytest.mark.parametrize(
    ("first", "second", "subject"),
    [
        ("hồ sơ còn tôn đọng", "", "hồ sơ còn tồn đọng"),
        ("quy chế chi tiêu nội bộ", "", "quy chế chi tiêu nội bộ"),
        ("cơ sở lưu trú trong xã", "", "cơ sở lưu trú trong xã"),
        ("kinh phí năm 2968", "kinh phí năm 2008", "kinh phí năm 2008"),
    ],
)
def test_a_word_is_put_right_only_where_no_other_can_stand(first: str, second: str, subject: str) -> None:
    lines = [line for line in letter() if line.text not in ("V/v quyết toán kinh phí", "năm 2008")]
    lines.append(centred(60, 44, f"V/v {first}", f"V/v {second}" if second else ""))

    document = one(lines)

    assert document.fields["subject"].value == subject


def test_strokes_from_the_other_side_are_no_line_of_the_letterhead() -> None:
    lines = [*decision(), centred(60, 16, "IIÊN VH", "| _", 0.6)]

    issuer, parent = (one(lines).fields[name] for name in ("issuer", "issuer_parent"))

    assert (issuer.value, parent.value) == ("ỦY BAN NHÂN DÂN HUYỆN TÂN HÒA", None)
    assert not issuer.confident


def test_a_name_that_no_list_has_and_the_page_has_once_is_not_sure_where_its_tone_may_be_blurred() -> None:
    def issuer(name: str, *more: Print) -> bool:
        lines = [line for line in decision() if line.text != "HUYỆN TÂN HÒA"]
        return one([*lines, centred(60, 26, f"HUYỆN {name}"), *more]).fields["issuer"].confident

    again = [Print(42, 104 + 4 * i, f"{i}. Phòng Nội vụ huyện Tân Quyễn thi hành.") for i in range(2)]

    assert not issuer("TÂN QUYỄN")
    assert issuer("TÂN QUYỄN", *again)
    assert issuer("TÂN HOÀNH")


def test_the_rank_of_an_office_is_put_right_where_the_readers_differ() -> None:
    lines = [line for line in letter() if line.text != "UBND HUYỆN TÂN HÒA"]
    lines.append(centred(60, 20, "UBND TÌNH TÂN HÒA", "UBND TĨNH TÂN HÒA"))

    assert one(lines).fields["issuer_parent"].value == "UBND TỈNH TÂN HÒA"
