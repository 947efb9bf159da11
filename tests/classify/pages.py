"""Readings made by hand: lines of print at places in millimetres, as if two readers had read them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalog.reading import Box, Line, Reading, Word

DPI = 200
LETTER_MM = 2.0  #: width of one letter, blanks too
HEIGHT_MM = 4.0

ENGINES = ("tesseract", "trueocr")


@dataclass(frozen=True)
class Print:
    """One line: its left end and top in mm, and what stands there."""

    x: float
    y: float
    text: str
    other: str = ""  #: what the second reader gave; "": the same
    sure: float = 0.9  #: of a word the readers differ over
    gaps: Mapping[int, float] = field(default_factory=dict)  #: mm before the word of that number


def centred(x: float, y: float, text: str, other: str = "", sure: float = 0.9) -> Print:
    """Return a line around x."""
    return Print(x - len(text) * LETTER_MM / 2, y, text, other, sure)


def page(lines: Sequence[Print], *, rotation: int = 0, skew: float = 0.0) -> Reading:
    """Return the reading of an A4 page with `lines` on it, lying as `rotation` and `skew` say."""
    width, height = round(210 * DPI / 25.4), round(297 * DPI / 25.4)
    made = [_line(line, width, height, rotation, skew) for line in lines]
    if rotation in (90, 270):
        width, height = height, width
    return Reading(tuple(made), width, height, 72, rotation, skew, dict.fromkeys(ENGINES, "1"))


def _line(told: Print, width: int, height: int, rotation: int, skew: float) -> Line:
    first, second = told.text.split(), (told.other or told.text).split()
    words, x = [], told.x
    for i, text in enumerate(first):
        x += told.gaps.get(i, 0.0)
        agreed = i < len(second) and second[i] == text and len(first) == len(second)
        box = _place(
            (x, told.y, x + len(text) * LETTER_MM, told.y + HEIGHT_MM), width, height, rotation, skew
        )
        words.append(Word(text, box, 0.995 if agreed else told.sure, agreed))
        x += (len(text) + 1) * LETTER_MM
    boxes = [word.box for word in words]
    whole = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    return Line(tuple(words), whole, dict(zip(ENGINES, (told.text, told.other or told.text), strict=True)))


def _place(mm: Sequence[float], width: int, height: int, rotation: int, skew: float) -> Box:
    """Return where a box of the upright page lies on the master."""
    corners = []
    for x, y in ((mm[0], mm[1]), (mm[2], mm[1]), (mm[0], mm[3]), (mm[2], mm[3])):
        px, py = x * DPI / 25.4 - width / 2, y * DPI / 25.4 - height / 2
        angle = -math.radians(skew)
        px, py = (
            px * math.cos(angle) - py * math.sin(angle),
            px * math.sin(angle) + py * math.cos(angle),
        )
        for _ in range((360 - rotation) // 90 % 4):  # back by quarter turns
            px, py = -py, px
        wide, tall = (height, width) if rotation in (90, 270) else (width, height)
        corners.append((px + wide / 2, py + tall / 2))
    return (
        round(min(x for x, _ in corners)),
        round(min(y for _, y in corners)),
        round(max(x for x, _ in corners)),
        round(max(y for _, y in corners)),
    )


NATION = centred(148, 20, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
MOTTO = centred(148, 26, "Độc lập - Tự do - Hạnh phúc")


def decision(*, number: str = "Số: 45/QĐ-UBND", other: str = "") -> list[Print]:
    """Return a decision of a district, in the places of NĐ 30/2020."""
    return [
        centred(60, 20, "ỦY BAN NHÂN DÂN"),
        NATION,
        centred(60, 26, "HUYỆN TÂN HÒA"),
        MOTTO,
        centred(60, 34, number, other),
        centred(148, 34, "Tân Hòa, ngày 05 tháng 01 năm 2012"),
        centred(112, 46, "QUYẾT ĐỊNH"),
        centred(112, 52, "Về việc công nhận quyền sử dụng đất"),
        centred(112, 58, "của hộ bà Nguyễn Thị Hòa"),
        Print(42, 72, "Căn cứ Luật Đất đai ngày 26 tháng 11 năm 2003;"),
        Print(42, 80, "Xét đề nghị của Trưởng phòng Nội vụ tại Tờ trình số 12/TTr-NV,"),
        centred(112, 90, "QUYẾT ĐỊNH:"),
        Print(42, 98, "Điều 1. Công nhận quyền sử dụng đất của hộ bà Nguyễn Thị Hòa."),
        Print(30, 120, "Nơi nhận:"),
        centred(150, 120, "TM. ỦY BAN NHÂN DÂN"),
        Print(30, 126, "- Như Điều 1;"),
        centred(150, 126, "KT. CHỦ TỊCH"),
        Print(30, 132, "- Lưu: VT, TNMT."),
        centred(150, 132, "PHÓ CHỦ TỊCH"),
        centred(150, 160, "Trần Văn Bình"),
    ]


def letter() -> list[Print]:
    """Return a công văn of a bureau, with V/v under the number."""
    return [
        centred(60, 20, "UBND HUYỆN TÂN HÒA"),
        NATION,
        centred(60, 26, "PHÒNG TÀI CHÍNH"),
        MOTTO,
        centred(60, 31, "- KẾ HOẠCH"),
        centred(60, 38, "Số: 7/TCKH"),
        centred(148, 38, "Tân Hòa, ngày 9 tháng 4 năm 2009"),
        centred(60, 44, "V/v quyết toán kinh phí"),
        centred(60, 49, "năm 2008"),
        Print(52, 62, "Kính gửi:"),
        Print(72, 68, "- Ủy ban nhân dân các xã;"),
        Print(72, 74, "- Kho bạc Nhà nước huyện."),
        Print(42, 86, "Thực hiện Công văn số 112/UBND-VP ngày 02 tháng 3 năm 2009 của huyện;"),
        centred(150, 110, "TRƯỞNG PHÒNG"),
        centred(150, 140, "Lê Thị Mai"),
    ]
