"""Letterheads of many makers, made by hand: every field comes out as printed or is left to a person."""

from collections.abc import Mapping, Sequence

import pytest

from classify.describe import describe
from tests.classify.pages import MOTTO, NATION, Print, centred, page

DATE = centred(148, 46, "Tân Hòa, ngày 05 tháng 4 năm 2012")
BODY = (
    centred(112, 62, "QUYẾT ĐỊNH"),
    centred(112, 68, "Về việc giao đất trồng rừng"),
    Print(42, 84, "Căn cứ Luật Đất đai ngày 26 tháng 11 năm 2003;"),
    Print(42, 92, "Xét đề nghị của bộ phận chuyên môn,"),
    centred(150, 130, "CHỦ TỊCH"),
    centred(150, 160, "Trần Văn Bình"),
)
NAME = {"signer": "Trần Văn Bình", "type": "Quyết định", "date": "2012-04-05", "place": "Tân Hòa"}


def left(*lines: str, number: str = "Số: 45/QĐ-TH", top: float = 20, step: float = 5.5) -> list[Print]:
    """Return a head of today: the office at the left, line under line, and the number under it."""
    office = [centred(60, top + step * i, text) for i, text in enumerate(lines)]
    return [NATION, MOTTO, *office, centred(60, 46, number), DATE, *BODY]


HEADS: Mapping[str, tuple[Sequence[Print], Mapping[str, str | None]]] = {
    "a parent on two lines, the office on three": (
        left("ỦY BAN NHÂN DÂN", "HUYỆN TÂN HÒA", "PHÒNG NÔNG NGHIỆP", "VÀ PHÁT TRIỂN", "NÔNG THÔN", step=4.8),
        {
            "issuer": "PHÒNG NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN",
            "issuer_parent": "ỦY BAN NHÂN DÂN HUYỆN TÂN HÒA",
        },
    ),
    "a commune under a district named without its committee": (
        left("HUYỆN TÂN HÒA", "ỦY BAN NHÂN DÂN XÃ AN LŨNG"),
        {"issuer": "ỦY BAN NHÂN DÂN XÃ AN LŨNG", "issuer_parent": "HUYỆN TÂN HÒA"},
    ),
    "three committees over one another": (
        left("UBND TỈNH ĐÔNG LẠC", "UBND HUYỆN TÂN HÒA", "UBND XÃ AN LŨNG"),
        {"issuer": "UBND XÃ AN LŨNG", "issuer_parent": "UBND TỈNH ĐÔNG LẠC UBND HUYỆN TÂN HÒA"},
    ),
    "a party cell under its committee": (
        [
            centred(60, 20, "ĐẢNG BỘ XÃ AN LŨNG"),
            centred(148, 20, "ĐẢNG CỘNG SẢN VIỆT NAM"),
            centred(60, 26, "CHI BỘ THÔN BẾN CÁT"),
            centred(60, 32, "*"),
            centred(60, 46, "Số 05-NQ/CB"),
            DATE,
            centred(112, 62, "NGHỊ QUYẾT"),
            centred(112, 68, "về công tác phát triển đảng viên"),
            centred(150, 124, "T/M CHI BỘ"),
            *BODY[4:],
        ],
        {"issuer": "CHI BỘ THÔN BẾN CÁT", "issuer_parent": "ĐẢNG BỘ XÃ AN LŨNG", "type": "Nghị quyết",
         "code": "05-NQ/CB"},
    ),
    "a board of a party committee": (
        [
            centred(60, 20, "HUYỆN ỦY TÂN HÒA"),
            centred(148, 20, "ĐẢNG CỘNG SẢN VIỆT NAM"),
            centred(60, 26, "BAN TỔ CHỨC"),
            centred(60, 32, "*"),
            centred(60, 46, "Số 05-HD/BTC"),
            DATE,
            centred(112, 62, "HƯỚNG DẪN"),
            centred(112, 68, "về công tác phát triển đảng viên"),
            centred(150, 124, "TRƯỞNG BAN"),
            BODY[5],
        ],
        {"issuer": "BAN TỔ CHỨC", "issuer_parent": "HUYỆN ỦY TÂN HÒA", "type": "Hướng dẫn",
         "code": "05-HD/BTC"},
    ),
    "a party committee on three lines": (
        [
            centred(60, 20, "ĐẢNG BỘ TỈNH ĐÔNG LẠC"),
            centred(148, 20, "ĐẢNG CỘNG SẢN VIỆT NAM"),
            centred(60, 26, "BAN CHẤP HÀNH ĐẢNG BỘ"),
            centred(60, 32, "HUYỆN TÂN HÒA"),
            centred(60, 46, "Số 12-NQ/HU"),
            DATE,
            centred(112, 62, "NGHỊ QUYẾT"),
            centred(112, 68, "về công tác phát triển đảng viên"),
            centred(150, 124, "T/M BAN CHẤP HÀNH"),
            centred(150, 130, "BÍ THƯ"),
            BODY[5],
        ],
        {"issuer": "BAN CHẤP HÀNH ĐẢNG BỘ HUYỆN TÂN HÒA", "issuer_parent": "ĐẢNG BỘ TỈNH ĐÔNG LẠC",
         "code": "12-NQ/HU", "type": "Nghị quyết"},
    ),
    "a court": (
        left("TÒA ÁN NHÂN DÂN", "HUYỆN TÂN HÒA", "TỈNH ĐÔNG LẠC", number="Số: 45/2012/QĐST-HNGĐ"),
        {"issuer": "TÒA ÁN NHÂN DÂN HUYỆN TÂN HÒA TỈNH ĐÔNG LẠC", "issuer_parent": None,
         "code": "45/2012/QĐST-HNGĐ"},
    ),
    "a procuracy under another": (
        left("VIỆN KIỂM SÁT NHÂN DÂN", "TỈNH ĐÔNG LẠC", "VIỆN KIỂM SÁT NHÂN DÂN", "HUYỆN TÂN HÒA", step=5),
        {
            "issuer": "VIỆN KIỂM SÁT NHÂN DÂN HUYỆN TÂN HÒA",
            "issuer_parent": "VIỆN KIỂM SÁT NHÂN DÂN TỈNH ĐÔNG LẠC",
        },
    ),
    "two offices on one paper": (
        left("SỞ NỘI VỤ -", "SỞ TÀI CHÍNH", number="Số: 12/QĐLT-NV-TC"),
        {"issuer": "SỞ NỘI VỤ - SỞ TÀI CHÍNH", "issuer_parent": None, "code": "12/QĐLT-NV-TC"},
    ),
    "two offices on one paper, the dash before the second": (
        left("UBND TỈNH ĐÔNG LẠC", "SỞ NỘI VỤ", "- SỞ TÀI CHÍNH"),
        {"issuer": "SỞ NỘI VỤ - SỞ TÀI CHÍNH", "issuer_parent": "UBND TỈNH ĐÔNG LẠC"},
    ),
    "several bureaus named together": (
        left("LIÊN NGÀNH:", "TÀI CHÍNH - KHO BẠC", "HUYỆN TÂN HÒA"),
        {"issuer": "LIÊN NGÀNH: TÀI CHÍNH - KHO BẠC HUYỆN TÂN HÒA", "issuer_parent": None},
    ),
    "a company with its address under its name": (
        [
            *left("CÔNG TY CỔ PHẦN", "XÂY DỰNG AN PHÚ", number="Số: 45/QĐ-AP"),
            centred(60, 32, "Địa chỉ: 12 Lê Lợi, thị xã Tân Hòa"),
            centred(60, 37, "Điện thoại: 0263 812345"),
        ],
        {"issuer": "CÔNG TY CỔ PHẦN XÂY DỰNG AN PHÚ", "issuer_parent": None, "code": "45/QĐ-AP"},
    ),
    "a company under a corporation": (
        left("TỔNG CÔNG TY LÂM NGHIỆP", "VIỆT NAM", "CÔNG TY TNHH MTV", "LÂM NGHIỆP TÂN HÒA", step=5),
        {
            "issuer": "CÔNG TY TNHH MTV LÂM NGHIỆP TÂN HÒA",
            "issuer_parent": "TỔNG CÔNG TY LÂM NGHIỆP VIỆT NAM",
        },
    ),
    "a school": (
        left("PHÒNG GIÁO DỤC VÀ ĐÀO TẠO", "HUYỆN TÂN HÒA", "TRƯỜNG TIỂU HỌC AN LŨNG"),
        {
            "issuer": "TRƯỜNG TIỂU HỌC AN LŨNG",
            "issuer_parent": "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO HUYỆN TÂN HÒA",
        },
    ),
    "a hospital": (
        left("SỞ Y TẾ ĐÔNG LẠC", "BỆNH VIỆN ĐA KHOA", "HUYỆN TÂN HÒA"),
        {"issuer": "BỆNH VIỆN ĐA KHOA HUYỆN TÂN HÒA", "issuer_parent": "SỞ Y TẾ ĐÔNG LẠC"},
    ),
    "the army": (
        left("BỘ CHỈ HUY QUÂN SỰ", "TỈNH ĐÔNG LẠC", "BAN CHỈ HUY QUÂN SỰ", "HUYỆN TÂN HÒA", step=5),
        {
            "issuer": "BAN CHỈ HUY QUÂN SỰ HUYỆN TÂN HÒA",
            "issuer_parent": "BỘ CHỈ HUY QUÂN SỰ TỈNH ĐÔNG LẠC",
        },
    ),
    "the youth union": (
        left("ĐOÀN TNCS HỒ CHÍ MINH", "BCH HUYỆN TÂN HÒA", "***"),
        {"issuer": "BCH HUYỆN TÂN HÒA", "issuer_parent": "ĐOÀN TNCS HỒ CHÍ MINH"},
    ),
    "a board with its term": (
        left("ỦY BAN BẦU CỬ ĐẠI BIỂU", "HĐND XÃ AN LŨNG", "NHIỆM KỲ 2011-2016"),
        {"issuer": "ỦY BAN BẦU CỬ ĐẠI BIỂU HĐND XÃ AN LŨNG NHIỆM KỲ 2011-2016", "issuer_parent": None},
    ),
    "a numbered ward": (
        left("ỦY BAN NHÂN DÂN", "PHƯỜNG 3"),
        {"issuer": "ỦY BAN NHÂN DÂN PHƯỜNG 3", "issuer_parent": None},
    ),
    "a bank": (
        left("NGÂN HÀNG NN&PTNT", "TỈNH ĐÔNG LẠC", "CHI NHÁNH HUYỆN TÂN HÒA"),
        {"issuer": "CHI NHÁNH HUYỆN TÂN HÒA", "issuer_parent": "NGÂN HÀNG NN&PTNT TỈNH ĐÔNG LẠC"},
    ),
    "a form's number over the office": (
        [Print(30, 12, "Mẫu số 03-TĐ"), *left("UBND HUYỆN TÂN HÒA", "THANH TRA HUYỆN")],
        {"issuer": "THANH TRA HUYỆN", "issuer_parent": "UBND HUYỆN TÂN HÒA"},
    ),
    "small letters of a typewriter, 1986": (
        [
            centred(60, 20, "Ủy ban nhân dân"),
            centred(148, 20, "Cộng hòa xã hội chủ nghĩa Việt Nam"),
            centred(60, 26, "huyện Tân Hòa"),
            MOTTO,
            centred(60, 34, "Số: 112 QĐ/UB"),
            centred(148, 34, "Tân Hòa, ngày 5 tháng 4 năm 1986"),
            *BODY,
        ],
        {"issuer": "Ủy ban nhân dân huyện Tân Hòa", "issuer_parent": None, "code": "112/QĐ/UB",
         "date": "1986-04-05"},
    ),
    "before 1976": (
        [
            centred(60, 20, "ỦY BAN HÀNH CHÍNH"),
            centred(148, 20, "VIỆT NAM DÂN CHỦ CỘNG HÒA"),
            centred(60, 26, "HUYỆN TÂN HÒA"),
            MOTTO,
            centred(60, 34, "Số 112-QĐ/UB"),
            centred(148, 34, "Tân Hòa, ngày 5 tháng 4 năm 1964"),
            *BODY,
        ],
        {"issuer": "ỦY BAN HÀNH CHÍNH HUYỆN TÂN HÒA", "issuer_parent": None, "code": "112-QĐ/UB",
         "date": "1964-04-05"},
    ),
    "the number at the right, under the date": (
        [
            centred(60, 20, "ỦY BAN NHÂN DÂN"),
            NATION,
            centred(60, 26, "HUYỆN TÂN HÒA"),
            MOTTO,
            centred(148, 34, "Tân Hòa, ngày 5 tháng 4 năm 2012"),
            centred(148, 41, "Số: 45/QĐ-UB"),
            *BODY,
        ],
        {"issuer": "ỦY BAN NHÂN DÂN HUYỆN TÂN HÒA", "issuer_parent": None, "code": "45/QĐ-UB"},
    ),
    "all in one column": (
        [
            centred(105, 20, NATION.text),
            centred(105, 26, MOTTO.text),
            centred(105, 36, "ỦY BAN NHÂN DÂN HUYỆN TÂN HÒA"),
            centred(105, 43, "Số: 45/QĐ-UB"),
            centred(150, 50, "Tân Hòa, ngày 5 tháng 4 năm 2012"),
            *BODY,
        ],
        {"issuer": "ỦY BAN NHÂN DÂN HUYỆN TÂN HÒA", "issuer_parent": None, "code": "45/QĐ-UB"},
    ),
    "a seal's scraps amid the office": (
        [
            *left("UBND HUYỆN TÂN HÒA", "PHÒNG NỘI VỤ"),
            Print(84, 23, "IẸN T", "H Ộ", 0.4),
            Print(30, 31, "VÀNG *", "Y/ .", 0.3),
        ],
        {"issuer": "PHÒNG NỘI VỤ", "issuer_parent": "UBND HUYỆN TÂN HÒA"},
    ),
    "an office of both council and committee": (
        left("UBND TỈNH ĐÔNG LẠC", "VĂN PHÒNG", "HĐND VÀ UBND", "HUYỆN TÂN HÒA", step=5),
        {"issuer": "VĂN PHÒNG HĐND VÀ UBND HUYỆN TÂN HÒA", "issuer_parent": "UBND TỈNH ĐÔNG LẠC"},
    ),
    "a branch of an office": (
        left("SỞ TÀI NGUYÊN VÀ MÔI", "TRƯỜNG", "CHI NHÁNH", "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", "HUYỆN TÂN HÒA",
             step=4.8),
        {
            "issuer": "CHI NHÁNH VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI HUYỆN TÂN HÒA",
            "issuer_parent": "SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG",
        },
    ),
    "a health post": (
        left("TRUNG TÂM Y TẾ", "HUYỆN TÂN HÒA", "TRẠM Y TẾ", "XÃ AN LŨNG", step=5),
        {"issuer": "TRẠM Y TẾ XÃ AN LŨNG", "issuer_parent": "TRUNG TÂM Y TẾ HUYỆN TÂN HÒA"},
    ),
    "the Fatherland Front": (
        left("ỦY BAN", "MẶT TRẬN TỔ QUỐC VIỆT NAM", "XÃ AN LŨNG"),
        {"issuer": "ỦY BAN MẶT TRẬN TỔ QUỐC VIỆT NAM XÃ AN LŨNG", "issuer_parent": None},
    ),
    "the police": (
        left("CÔNG AN TỈNH ĐÔNG LẠC", "CÔNG AN HUYỆN TÂN HÒA", "ĐỘI CẢNH SÁT QLHC", "VỀ TTXH", step=5),
        {
            "issuer": "ĐỘI CẢNH SÁT QLHC VỀ TTXH",
            "issuer_parent": "CÔNG AN TỈNH ĐÔNG LẠC CÔNG AN HUYỆN TÂN HÒA",
        },
    ),
    "two offices side by side": (
        [
            Print(14, 20, "HỘI NÔNG DÂN"),
            Print(60, 20, "HỘI PHỤ NỮ"),
            NATION,
            MOTTO,
            centred(60, 46, "Số: 45/KH-LT"),
            DATE,
            *BODY,
        ],
        {"issuer": "HỘI NÔNG DÂN - HỘI PHỤ NỮ", "issuer_parent": None, "code": "45/KH-LT"},
    ),
    "words grown together": (
        left("ỦYBAN NHÂNDÂN", "XÃANLŨNG"),
        {"issuer": "ỦY BAN NHÂN DÂN XÃ AN LŨNG", "issuer_parent": None},
    ),
}  # fmt: skip

LEFT_TO_A_PERSON: Mapping[str, frozenset[str]] = {"two offices side by side": frozenset({"issuer"})}
"""What no rule tells apart: fields that are empty or unsure."""


@pytest.mark.parametrize("name", HEADS)
def test_a_letterhead_is_read_as_printed_or_left_to_a_person(name: str) -> None:
    lines, truth = HEADS[name]
    told: dict[str, str | None] = {**NAME, **truth}

    documents = describe([page(lines)])

    found = documents[0].fields
    wrong = {field for field in told if found[field].value != told[field]}
    assert len(documents) == 1
    assert not {field: found[field].value for field in wrong if found[field].confident}
    assert wrong == LEFT_TO_A_PERSON.get(name, frozenset())
