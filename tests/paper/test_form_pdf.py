"""Forms on paper: the columns of the decree, every letter, heads on every page, judged by veraPDF."""

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from paper.form import BLANK, Form, FormUnknown, Row, template, templates
from paper.form_pdf import print_form
from paper.typeface import TypefaceMissing
from samples.fonts import vietnamese_letters
from tests.paper.forms import MADE_AT, ROW, VALUES, form, printed, rows
from tests.paper.pages import pdftotext
from tests.services.verapdf import VeraPdf

ROOT = Path(__file__).parents[2]

HEADS = {
    "catalogue": ["STT", "Số, ký hiệu hồ sơ", "Tiêu đề hồ sơ", "Thời gian tài liệu", "Thời hạn bảo quản",
                  "Số tờ/ Số trang", "Ghi chú"],
    "contents": ["STT", "Số, ký hiệu văn bản", "Ngày tháng năm văn bản",
                 "Tên loại và trích yếu nội dung văn bản", "Tác giả văn bản", "Tờ số/ Trang số", "Ghi chú"],
    "plan": ["Số và ký hiệu hồ sơ", "Tên đề mục và tiêu đề hồ sơ", "Thời hạn bảo quản", "Người lập hồ sơ",
             "Ghi chú"],
}  # fmt: skip
"""NĐ 30/2020/NĐ-CP, Phụ lục V, as the domain page gives them; what stands around them it does not give."""


def text_of(pdf: bytes, tmp_path: Path) -> str:
    file = tmp_path / "form.pdf"
    file.write_bytes(pdf)
    return pdftotext(file)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("code", HEADS)
def test_a_form_has_the_columns_of_the_decree_in_its_order(code: str) -> None:
    assert [column.head for column in template(code).columns] == HEADS[code]
    assert "30/2020/NĐ-CP" in template(code).source


@pytest.mark.parametrize("code", ROW)
@pytest.mark.parametrize("count", [0, 1, 60])
def test_every_form_is_pdfa(verapdf: VeraPdf, tmp_path: Path, code: str, count: int) -> None:
    file = tmp_path / "form.pdf"

    file.write_bytes(printed(form(code, count)))

    verapdf.check(file)


def test_a_catalogue_says_whose_it_is_for_when_how_many_and_who_made_it(tmp_path: Path) -> None:
    told = words(text_of(printed(form("catalogue", 45)), tmp_path))

    for part in (
        "UBND XÃ TÂN HÒA",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "MỤC LỤC HỒ SƠ, TÀI LIỆU NỘP LƯU",
        "Năm: 2003",
        "Thời hạn bảo quản: Vĩnh viễn",
        "Mục lục này gồm: 45 hồ sơ (đơn vị bảo quản).",
        "Viết bằng chữ: bốn mươi lăm hồ sơ (đơn vị bảo quản).",
        "Tân Hòa, ngày 26 tháng 11 năm 2026",
        "Nguyễn Thị Bưởi",
    ):
        assert part in told


def test_every_page_has_the_heads_and_its_number_of_the_total(tmp_path: Path) -> None:
    pages = text_of(printed(form("catalogue", 120)), tmp_path).split("\f")[:-1]

    assert len(pages) > 2
    assert all(f"Trang {number}/{len(pages)}" in page for number, page in enumerate(pages, 1))
    assert all("Tiêu đề hồ sơ" in page for page in pages if "01.TCCB" in page)


def test_every_vietnamese_letter_comes_back_from_the_paper(tmp_path: Path) -> None:
    alphabet = vietnamese_letters()
    row = Row(("1", "", " ".join(alphabet), "", "", "", ""))

    told = text_of(printed(Form(template("catalogue"), VALUES, [row])), tmp_path)

    assert set(alphabet) <= set(told)


def test_decomposed_letters_are_printed_as_the_composed_ones(tmp_path: Path) -> None:
    import unicodedata

    title = "Hồ sơ khiếu nại của bà Đặng Thị Mỹ Lệ"
    nfd = rows("catalogue", 1, title=unicodedata.normalize("NFD", title))

    told = text_of(printed(Form(template("catalogue"), VALUES, nfd)), tmp_path)

    assert title in words(told)


def test_a_letter_that_no_typeface_has_is_a_question_mark_and_the_paper_still_pdfa(
    verapdf: VeraPdf, tmp_path: Path
) -> None:
    file = tmp_path / "form.pdf"

    file.write_bytes(printed(Form(template("catalogue"), VALUES, rows("catalogue", 1, title="𡨸喃 \x07 A"))))

    assert "?? A" in words(pdftotext(file))
    verapdf.check(file)


def test_a_title_of_a_thousand_letters_is_there_to_the_last_word(tmp_path: Path) -> None:
    title = " ".join(f"chữ{number}" for number in range(300)) + " HẾT"

    pdf = printed(Form(template("catalogue"), VALUES, rows("catalogue", 3, title=title)))
    told = text_of(pdf, tmp_path).split()

    assert told.count("HẾT") == 3
    assert all(told.count(f"chữ{number}") == 3 for number in range(300))


def test_what_is_not_known_is_left_to_a_pen(tmp_path: Path) -> None:
    told = text_of(printed(Form(template("closing"), {"code": "01"})), tmp_path)

    assert f"{BLANK} tờ" in words(told)
    assert "None" not in told
    assert "{" not in told


@pytest.mark.parametrize("code", ["catalogue", "contents", "plan", "closing"])
def test_what_was_not_checked_against_the_law_says_so_on_the_paper(tmp_path: Path, code: str) -> None:
    told = words(text_of(printed(form(code)), tmp_path))

    assert "chưa đối chiếu với văn bản chính thức." in template(code).unverified
    assert template(code).unverified in told


def test_the_foot_counts_permanent_fixed_and_unknown_periods_apart(tmp_path: Path) -> None:
    listed = [
        Row(("", "I. TỔNG HỢP", "", "", ""), heading=True),
        Row(("01", "a", "Vĩnh viễn", "", "")),
        Row(("02", "b", "20 năm", "", "")),
        Row(("03", "c", "05 năm", "", "")),
        Row(("04", "d", "", "", "")),
    ]

    told = words(text_of(printed(Form(template("plan"), VALUES, listed)), tmp_path))

    assert "có 04 hồ sơ, bao gồm 01 hồ sơ bảo quản vĩnh viễn; 02 hồ sơ bảo quản có thời hạn." in told
    assert "Còn 01 hồ sơ chưa xác định thời hạn bảo quản." in told


def test_the_error_sheet_lies_on_its_side() -> None:
    with pikepdf.open(io.BytesIO(printed(form("errors")))) as pdf:
        _, _, width, height = pdf.pages[0].mediabox
        assert width > height


def test_the_same_form_gives_the_same_bytes() -> None:
    assert printed(form("catalogue", 5)) == printed(form("catalogue", 5))


def test_an_unknown_form_is_told_with_those_there_are() -> None:
    with pytest.raises(FormUnknown, match="catalogue"):
        template("so-dang-ky")


def test_a_row_of_other_columns_is_a_fault() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        printed(Form(template("catalogue"), VALUES, [Row(("1", "2"))]))


def test_a_folder_without_a_typeface_is_told(tmp_path: Path) -> None:
    with pytest.raises(TypefaceMissing, match="fonts-liberation"):
        print_form(form("catalogue"), io.BytesIO(), made_at=MADE_AT, fonts=tmp_path)


def test_no_template_is_wider_than_its_sheet_or_without_a_source_to_check() -> None:
    for code, one in templates().items():
        assert sum(column.width for column in one.columns) <= (262 if one.landscape else 165), code
        assert one.source or one.unverified or not one.national, code


def test_ten_thousand_rows_take_no_more_memory_than_a_thousand() -> None:
    def peak(count: int) -> int:
        script = (
            "import resource,io;from tests.paper.forms import *;"
            "out=open('/dev/null','wb');"
            f"print_form(form('catalogue',{count}),out,made_at=MADE_AT);"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        return int(done.stdout)

    assert peak(10_000) < peak(1_000) * 1.25


def test_a_heading_is_not_counted() -> None:
    heading = Row(("", "I. TỔNG HỢP", "", "", ""), heading=True)

    pdf = printed(replace(form("plan", 0), rows=[heading]))

    assert pdf.startswith(b"%PDF-1.7")
