"""Forms as XLSX: what a spreadsheet program finds in them."""

import re
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paper.form import Form, Row, template
from paper.form_xlsx import CELL_LENGTH, safe, save_form, save_table
from tests.paper.forms import ROW, VALUES, form


@pytest.mark.parametrize("code", ROW)
def test_a_form_opens_with_its_title_heads_and_rows(tmp_path: Path, code: str) -> None:
    file = tmp_path / "form.xlsx"

    counted = save_form(form(code, 3), file)
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    cells = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None}

    assert counted == (3 if ROW[code] else 0)
    assert template(code).title in cells
    assert {column.head for column in template(code).columns} <= cells
    assert set(filter(None, ROW[code])) <= cells


def test_heads_repeat_on_paper_and_the_sheet_is_a4(tmp_path: Path) -> None:
    save_form(form("catalogue", 3), tmp_path / "form.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "form.xlsx").active

    assert sheet is not None
    assert sheet.print_title_rows == "$8:$9"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")


@pytest.mark.parametrize("title", ["=1+1", '=HYPERLINK("http://a")', "+84 1", "@SUM(A1)", "-x", "'=1"])
def test_a_title_is_never_a_formula(tmp_path: Path, title: str) -> None:
    row = Row(("1", "", title, "", "", "", ""))

    save_form(Form(template("catalogue"), VALUES, [row]), tmp_path / "form.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "form.xlsx").active
    assert sheet is not None
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value == title]

    assert [cell.data_type for cell in found] == ["s"]


_ESCAPED = re.compile("_x005F_")
PRINTABLE = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")


@settings(max_examples=40, deadline=None)
@given(text=st.text(PRINTABLE, max_size=60) | st.sampled_from(["_x0041_", "=A1", "a\nb", "  hai  ", "0012"]))
def test_a_table_gives_its_text_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("table") / "table.xlsx"

    save_table([("Hồ sơ", [["title"]], [[text]])], file)
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None

    assert _ESCAPED.sub("_", str(sheet["A2"].value or "")) == text  # as Excel shows it


def test_what_no_spreadsheet_holds_is_left_out_and_the_rest_kept() -> None:
    assert safe("a\x00b\x1fc\ud800d") == "abcd"
    assert len(safe("ă" * 40_000)) == CELL_LENGTH
