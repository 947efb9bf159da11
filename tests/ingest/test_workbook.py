"""XLSX as foreign bytes: cells as they were saved, and hostile files that end as a reason."""

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from ingest.limits import Limits
from ingest.listing import read_list
from ingest.refusal import Bomb, Damaged, Refused, TimedOut, TooLarge, Unsupported
from ingest.sandbox import run_in_child
from ingest.workbook import day_of, read_workbook
from tests.ingest.lists import TODAY, plain_list, with_part, with_shared_strings, workbook

SHEET = "xl/worksheets/sheet1.xml"


def in_child(path: Path, **limits: float) -> object:
    return run_in_child(read_list, path, TODAY, limits=Limits(**limits))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (1, date(1900, 1, 1)),
        (59, date(1900, 2, 28)),
        (60, None),  # the 29th of February 1900, which only Excel knows
        (61, date(1900, 3, 1)),
        (43499, date(2019, 2, 3)),
        (43499.75, date(2019, 2, 3)),
        (0, None),
        (-5, None),
        (3_000_000, None),
    ],
)
def test_excel_counts_days_from_1900_with_one_too_many(serial: float, day: date | None) -> None:
    assert day_of(serial) == day


def test_a_workbook_of_an_old_macintosh_counts_from_1904(tmp_path: Path) -> None:
    import datetime

    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    sheet["A1"] = datetime.date(2019, 2, 3)
    book.save(tmp_path / "a.xlsx")

    cell = read_workbook(tmp_path / "a.xlsx", limits=Limits())[0].rows[1][1]

    assert (cell.kind, cell.text) == ("date", "2019-02-03")


def test_a_formula_gives_what_was_saved_as_its_result(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [[1, 2, "=A1+B1"]]})
    with_part(path, SHEET, lambda data: data.replace(b"<v></v>", b"<v>3</v>").replace(b"<v />", b"<v>3</v>"))

    cell = read_workbook(path, limits=Limits())[0].rows[1][3]

    assert (cell.kind, cell.text) == ("number", "3")


@pytest.mark.parametrize(
    "data",
    [b"", b"STT,Ten\n1,a\n", b"%PDF-1.7", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600],
)
def test_what_is_no_xlsx_is_told_as_such(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)

    with pytest.raises(Unsupported):
        in_child(path)


def test_another_zip_is_no_xlsx(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")

    with pytest.raises(Unsupported):
        in_child(tmp_path / "a.xlsx")


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_half_a_file_is_refused(tmp_path: Path, cut: float) -> None:
    path = plain_list(tmp_path / "a.xlsx")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * cut)])

    with pytest.raises((Unsupported, Damaged)):
        in_child(path)


def test_broken_xml_is_refused(tmp_path: Path) -> None:
    path = with_part(plain_list(tmp_path / "a.xlsx"), SHEET, lambda data: data[: len(data) // 2])

    with pytest.raises(Damaged):
        in_child(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = with_part(plain_list(tmp_path / "a.xlsx"), SHEET, lambda data: data + b" " * (300 << 20))

    with pytest.raises(Bomb):
        in_child(path)


def test_entities_that_swell_or_reach_outside_are_refused(tmp_path: Path) -> None:
    head = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    path = with_part(plain_list(tmp_path / "a.xlsx"), SHEET, lambda data: head + data.partition(b"?>")[2])

    with pytest.raises(Damaged, match="definitions"):
        in_child(path)


def test_a_shared_string_that_is_not_there_is_damage(tmp_path: Path) -> None:
    path = with_shared_strings(
        plain_list(tmp_path / "a.xlsx"), "<si><t>a</t></si>", '<row r="1"><c r="A1" t="s"><v>7</v></c></row>'
    )

    with pytest.raises(Damaged):
        in_child(path)


def test_a_list_of_too_many_rows_is_refused(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 100_002))
    path = with_part(
        plain_list(tmp_path / "a.xlsx"),
        SHEET,
        lambda data: data.partition(b"<sheetData>")[0] + b"<sheetData>" + rows + b"</sheetData></worksheet>",
    )

    with pytest.raises(TooLarge, match="rows"):
        in_child(path)


def test_a_column_beyond_all_reason_is_refused(tmp_path: Path) -> None:
    path = with_part(
        plain_list(tmp_path / "a.xlsx"), SHEET, lambda data: data.replace(b'r="A2"', b'r="XFD2"')
    )

    with pytest.raises(TooLarge, match="columns"):
        in_child(path)


def test_a_file_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TimedOut):
        in_child(plain_list(tmp_path / "a.xlsx"), seconds_per_file=0.001)


def test_any_changed_byte_ends_as_a_list_or_as_a_reason(tmp_path: Path) -> None:
    whole = plain_list(tmp_path / "a.xlsx").read_bytes()
    for place in range(0, len(whole), len(whole) // 40):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path = tmp_path / "b.xlsx"
        path.write_bytes(bytes(damaged))
        try:
            read_list(path, TODAY, limits=Limits())
        except Refused:
            continue


def test_rich_text_and_reading_aids_give_the_words_once(tmp_path: Path) -> None:
    rich = "<si><r><t>Hồ </t></r><r><t>sơ_x0041_</t></r><rPh sb='0' eb='1'><t>doc</t></rPh></si>"
    path = with_shared_strings(
        workbook(tmp_path / "a.xlsx", {"S": [["x"]]}), rich, '<row><c t="s"><v>0</v></c></row>'
    )

    assert read_workbook(path, limits=Limits())[0].rows[1][1].text == "Hồ sơA"


def test_a_hundred_thousand_cells_are_read_in_seconds(tmp_path: Path) -> None:
    import time

    rows = [[f"chữ {n} {m}" for m in range(10)] for n in range(10_000)]
    path = workbook(tmp_path / "a.xlsx", {"S": rows})
    started = time.monotonic()

    found = read_workbook(path, limits=Limits())

    assert len(found[0].rows) == 10_000
    assert time.monotonic() - started < 30
