"""Lists from Excel: recognised by their heads, typed cell by cell, every fault told with its cell."""

import unicodedata
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingest.limits import Limits
from ingest.listing import read_list
from ingest.refusal import NoListThere
from ingest.sandbox import run_in_child
from tests.ingest.lists import (
    PLAIN_HEADS,
    PLAIN_ROW,
    TODAY,
    TT05_DOCUMENT,
    TT05_DOSSIER,
    plain_list,
    read,
    state_list,
    told,
    workbook,
)


def changed(**cells: Any) -> list[Any]:
    """Return the plain row with other cells, by letter of the column."""
    row = list(PLAIN_ROW)
    for letter, value in cells.items():
        row[ord(letter) - 65] = value
    return row


def test_a_plain_list_is_read_row_by_row(tmp_path: Path) -> None:
    found = read(plain_list(tmp_path / "a.xlsx"))

    assert (found.set, found.faults, len(found.dossiers)) == ("plain", (), 1)
    assert found.dossiers[0].values == {
        "ordinal": "1", "box": "1", "code": "01.TH", "title": "Báo cáo kinh tế - xã hội năm 2001",
        "time": "2001", "date_from": "2001", "date_to": "2001", "retention": "Vĩnh viễn", "sheets": "45",
    }  # fmt: skip


def test_the_state_block_of_2025_is_read_with_its_documents(tmp_path: Path) -> None:
    found = read(state_list(tmp_path / "a.xlsx", [TT05_DOSSIER], [TT05_DOCUMENT]))

    assert (found.set, found.faults) == ("tt05", ())
    dossier, document = found.dossiers[0].values, found.documents[0].values
    assert (dossier["retention"], dossier["access"], dossier["condition"]) == (
        "20 năm", "Công khai", "Bình thường",
    )  # fmt: skip
    assert (dossier["date_from"], dossier["date_to"]) == ("2001-02-03", "2003-12-20")
    assert (document["type"], document["number"], document["date"]) == ("Quyết định", "12", "2001-03-05")


def test_the_state_block_of_2019_is_told_apart_by_its_names(tmp_path: Path) -> None:
    dossier = {"FileCode": "A.1", "Title": "Hồ sơ", "Maintenance": "01", "Rights": "01", "StartDate": "2001"}

    found = read(state_list(tmp_path / "a.xlsx", [dossier]))

    assert (found.set, found.faults, found.dossiers[0].values["retention"]) == ("tt02", (), "Vĩnh viễn")


def test_a_flat_list_of_the_party_block_keeps_columns_nobody_knows(tmp_path: Path) -> None:
    vietnamese = ["Mã hồ sơ", "Tiêu đề", "Mã văn bản", "Trích yếu", "Ngày", *[f"Cột {n}" for n in range(44)]]
    english = ["FileCode", "Title", "DocCode", "Subject", "IssuedDate", *[f"Extra{n}" for n in range(43)],
               "Path đổi theo HD40"]  # fmt: skip
    first = ["01", "Đại hội", "01.1", "Báo cáo", "03/02/2001", *["x"] * 43, "A/B.pdf"]
    second = ["01", "Đại hội", "01.2", "Nghị quyết", "04/02/2001", *["y"] * 43, "A/C.pdf"]

    found = read(workbook(tmp_path / "a.xlsx", {"Đảng": [vietnamese, english, first, second]}))

    assert len(english) == 49
    assert (found.faults, len(found.dossiers), len(found.documents)) == ((), 1, 2)
    assert found.documents[0].values["dossier_code"] == "01"
    assert found.documents[1].extra["Path đổi theo HD40"] == "A/C.pdf"
    assert len(found.documents[0].extra) == 44


def test_a_flat_list_that_says_two_things_of_one_dossier_is_told(tmp_path: Path) -> None:
    heads = ["FileCode", "Title", "DocCode", "Subject"]
    rows = [["01", "Đại hội", "01.1", "Báo cáo"], ["01", "Đại hội khác", "01.2", "Nghị quyết"]]

    found = read(workbook(tmp_path / "a.xlsx", {"Đảng": [heads, *rows]}))

    assert "khác với hàng 2" in told(found)["B3"]


@pytest.mark.parametrize(
    "heads",
    [
        ["TT", "Cặp số", "Số và ký hiệu hồ sơ", "Tên hồ sơ", "Thời gian", "THBQ", "Số lượng tờ", "Chú thích"],
        ["STT", "HỘP SỐ", "SỐ KÝ HIỆU HỒ SƠ", "TIÊU ĐỀ HỒ SƠ", "THỜI GIAN TÀI LIỆU", "THỜI HẠN BẢO QUẢN",
         "SỐ TỜ", "GHI CHÚ"],
        [unicodedata.normalize("NFD", head) for head in PLAIN_HEADS],
        ["STT", "Hop so", "So, ky hieu ho so", "Tieu de ho so", "Thoi gian tai lieu", "Thoi han bao quan",
         "So to", "Ghi chu"],
        ["STT", "Hộp số", "Số, kí hiệu hồ sơ", "Tiêu đề hồ sơ", "Thời gian tài liêu", "Thời hạn bảo quãn",
         "Số tờ", "Ghi chú"],
    ],
)  # fmt: skip
def test_heads_are_known_however_they_are_spelt(tmp_path: Path, heads: list[str]) -> None:
    found = read(plain_list(tmp_path / "a.xlsx", heads=heads))

    assert found.faults == ()
    assert {"box", "code", "title", "retention", "sheets"} <= set(found.dossiers[0].values)


def test_a_letterhead_headings_and_totals_are_no_dossiers(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["UBND XÃ TÂN HÒA"], ["MỤC LỤC HỒ SƠ"], [], PLAIN_HEADS, [f"({n})" for n in range(1, 9)],
        ["I", "", "", "TỔNG HỢP"], PLAIN_ROW, ["Mục lục này gồm: 01 hồ sơ"], ["", "", "", "", "Người lập"],
    ]  # fmt: skip

    found = read(workbook(tmp_path / "a.xlsx", {"Mục lục": rows}))

    assert [row.values["code"] for row in found.dossiers] == ["01.TH"]
    assert found.skipped == 3


@pytest.mark.parametrize(
    ("letter", "value", "reason"),
    [
        ("D", "", "bỏ trống"),
        ("D", "ă" * 1001, "tối đa 1000"),
        ("C", "x" * 101, "tối đa 100"),
        ("E", "31/02/2002", "không có ngày 31/02/2002"),
        ("E", "13/25/2019", "không có ngày 13/25/2019"),
        ("E", "3/2/19", "bốn chữ số"),
        ("E", "2003 - 2001", "mốc đầu phải trước mốc cuối"),
        ("E", "2030", "tương lai"),
        ("E", "1499", "từ 1800"),
        ("E", "hồi đó", "ngày trước, tháng sau"),
        ("F", "lâu lắm", "Vĩnh viễn"),
        ("F", "7", "Vĩnh viễn"),
        ("G", "bốn", "số nguyên"),
        ("G", -3, "số nguyên"),
        ("G", 4.5, "số nguyên"),
        ("G", "=SUM(A1:A2)", "công thức chưa có kết quả"),
        ("G", "#N/A", "ô báo lỗi"),
    ],
)
def test_what_is_wrong_with_a_cell_is_told_with_its_place(
    tmp_path: Path, letter: str, value: Any, reason: str
) -> None:
    found = read(plain_list(tmp_path / "a.xlsx", PLAIN_ROW, changed(**{"C": "02.TH", letter: value})))

    assert reason in told(found)[f"{letter}3"]
    assert len(found.faults) == 1


def test_every_fault_is_told_not_only_the_first(tmp_path: Path) -> None:
    wrong = changed(D="", E="31/02/2002", F="lâu lắm", G="bốn")

    found = read(plain_list(tmp_path / "a.xlsx", wrong, changed(C="02", G="năm")))

    assert set(told(found)) == {"D2", "E2", "F2", "G2", "G3"}


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("03/02/2019", "2019-02-03", "2019-02-03"),
        ("3/2/2019 - 5.6.2020", "2019-02-03", "2020-06-05"),
        ("2001-2003", "2001", "2003"),
        ("02/2001 – 12/2003", "2001-02", "2003-12"),
        ("từ 3/2/2001 đến 4/2/2001", "2001-02-03", "2001-02-04"),
        ("năm 2001", "2001", "2001"),
        (2001, "2001", "2001"),
        ("ngày 3 tháng 2 năm 2019", "2019-02-03", "2019-02-03"),
        ("  2001\u00a0-\u00a02003 ", "2001", "2003"),
    ],
)
def test_days_are_vietnamese_the_day_first(tmp_path: Path, value: Any, first: str, last: str) -> None:
    found = read(plain_list(tmp_path / "a.xlsx", changed(E=value)))

    values = found.dossiers[0].values
    assert (found.faults, values["date_from"], values["date_to"]) == ((), first, last)


def test_a_true_date_of_excel_and_its_bare_number_are_the_same_day(tmp_path: Path) -> None:
    import datetime

    day = datetime.date(2019, 2, 3)
    path = state_list(
        tmp_path / "a.xlsx",
        [{**TT05_DOSSIER, "startDate": day, "endDate": 43499}],
    )

    values = read(path).dossiers[0].values

    assert (values["date_from"], values["date_to"]) == ("2019-02-03", "2019-02-03")


def test_a_secret_dossier_does_not_come_in(tmp_path: Path) -> None:
    found = read(state_list(tmp_path / "a.xlsx", [{**TT05_DOSSIER, "mode": "03"}]))

    assert "mật" in told(found)["D2"]


def test_a_retention_of_another_kind_must_be_said(tmp_path: Path) -> None:
    found = read(state_list(tmp_path / "a.xlsx", [{**TT05_DOSSIER, "maintenance": "07"}]))

    assert "ghi rõ thời hạn" in told(found)["C2"]


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    without = {head: value for head, value in TT05_DOSSIER.items() if head != "title"}

    found = read(state_list(tmp_path / "a.xlsx", [without]))

    assert any("“title”" in fault.reason for fault in found.faults)


def test_cells_merged_downwards_hold_for_every_row(tmp_path: Path) -> None:
    path = plain_list(tmp_path / "a.xlsx", PLAIN_ROW, changed(B=None, C="02.TH"), changed(B="2", C="03.TH"))
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells("B2:B3")
    book.save(path)

    found = read(path)

    assert [row.values.get("box") for row in found.dossiers] == ["1", "1", "2"]


def test_cells_merged_both_ways_are_a_fault(tmp_path: Path) -> None:
    path = plain_list(tmp_path / "a.xlsx", PLAIN_ROW, changed(C="02.TH"))
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells("B2:C3")
    book.save(path)

    assert "ô gộp" in told(read(path))["B2"]


def test_decomposed_letters_and_stray_blanks_make_no_difference(tmp_path: Path) -> None:
    title = "Hồ sơ  giải quyết\u00a0khiếu nại "

    found = read(plain_list(tmp_path / "a.xlsx", changed(D=unicodedata.normalize("NFD", title))))

    assert found.dossiers[0].values["title"] == "Hồ sơ giải quyết khiếu nại"


def test_a_title_that_excel_made_a_date_of_is_told(tmp_path: Path) -> None:
    import datetime

    found = read(plain_list(tmp_path / "a.xlsx", changed(C=datetime.date(2019, 3, 1))))

    assert "đổi ô này thành ngày" in told(found)["C2"]


def test_a_workbook_without_a_list_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Sheet": [["một", "hai"], [1, 2]]})

    with pytest.raises(NoListThere):
        run_in_child(read_list, path, TODAY, limits=Limits())


def test_a_list_comes_out_of_its_child_as_it_went_in(tmp_path: Path) -> None:
    path = state_list(tmp_path / "a.xlsx", [TT05_DOSSIER], [TT05_DOCUMENT])

    assert run_in_child(read_list, path, TODAY, limits=Limits()) == read(path)
