"""`print` and `list`: forms and lists as a clerk asks for them, and separator sheets found again."""

import random
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from catalog import boundary, schema
from samples.packing import scanned_pdf
from samples.pages import make_pages
from samples.stack import separator_page
from tests.faults.installation import Installation
from tests.ingest.lists import PLAIN_ROW, plain_list
from tests.paper.pages import pdftotext
from tests.services.verapdf import VeraPdf


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An archive with three paper dossiers in two boxes, entered from a list."""
    folder = tmp_path_factory.mktemp("forms")
    installation = Installation(folder / "home")
    installation.ask("init")
    installation.ask("unit", "add", "UBND xã Tân Hòa")
    installation.ask("fonds", "add", "UBND-TH", "--title", "UBND xã Tân Hòa", "--unit", "UBND xã Tân Hòa")
    second = [2, "1", "02.TH", "Kế hoạch công tác", "2002 - 2003", "20 năm", 12, ""]
    third = [3, "2", "03.TC", "Quyết toán ngân sách", "2004", "", "", ""]
    path = plain_list(folder / "list.xlsx", PLAIN_ROW, second, third)
    assert installation.ask("list", "import", str(path), "--fonds", "UBND-TH", "--apply").code == 0
    return installation


@pytest.mark.parametrize(
    "words",
    [
        ("catalogue", "--fonds", "UBND-TH"),
        ("catalogue", "--fonds", "UBND-TH", "--fixed-term"),
        ("plan", "--fonds", "UBND-TH"),
        ("contents", "--fonds", "UBND-TH", "--dossier", "01.TH"),
        ("closing", "--fonds", "UBND-TH", "--dossier", "01.TH"),
        ("labels", "--fonds", "UBND-TH"),
        ("labels", "--fonds", "UBND-TH", "--boxes", "--per-sheet", "2"),
        ("cover", "--fonds", "UBND-TH", "--box", "1"),
        ("separators", "--documents", "2", "--new-boxes", "1"),
        ("separators", "--fonds", "UBND-TH", "--box", "1"),
    ],
)
def test_every_form_comes_as_pdfa(
    archive: Installation, tmp_path: Path, verapdf: VeraPdf, words: tuple[str, ...]
) -> None:
    file = tmp_path / "form.pdf"

    answer = archive.ask("print", *words, "--pdf", str(file), "--json")

    assert answer.code == 0, answer.err
    assert answer.json["pages"] >= 1
    verapdf.check(file)


def test_a_catalogue_holds_the_permanent_ones_and_tells_of_the_undecided(
    archive: Installation, tmp_path: Path
) -> None:
    pdf, xlsx = tmp_path / "a.pdf", tmp_path / "a.xlsx"

    said = archive.do(
        "print", "catalogue", "--fonds", "UBND-TH", "--pdf", str(pdf), "--xlsx", str(xlsx), "--json"
    ).json

    told = " ".join(pdftotext(pdf).split())
    sheet = openpyxl.load_workbook(xlsx).active
    assert sheet is not None
    assert (said["rows"], said["unknown_retention"]) == (1, 1)
    assert "01.TH" in told
    assert "02.TH" not in told
    assert "UBND XÃ TÂN HÒA" in told
    assert "01.TH" in {cell for row in sheet.iter_rows(values_only=True) for cell in row}


@pytest.mark.parametrize(
    ("words", "code", "slug"),
    [
        (("catalogue", "--fonds", "UBND-TH"), 3, "print-asks-more"),
        (("catalogue", "--pdf", "a.pdf"), 3, "print-asks-more"),
        (("contents", "--dossier", "01.TH", "--pdf", "a.pdf"), 3, "print-asks-more"),
        (("contents", "--fonds", "UBND-TH", "--dossier", "99", "--pdf", "a.pdf"), 4, "dossier-not-found"),
        (("labels", "--fonds", "UBND-TH", "--box", "99", "--pdf", "a.pdf"), 4, "box-not-found"),
        (("labels", "--fonds", "UBND-TH", "--per-sheet", "9", "--pdf", "a.pdf"), 3, "label-sheet-unknown"),
        (("labels", "--fonds", "UBND-TH", "--xlsx", "a.xlsx"), 3, "print-asks-more"),
        (("errors", "--batch", "0" * 32, "--pdf", "a.pdf"), 4, "batch-not-found"),
        (("catalogue", "--fonds", "KHONG", "--pdf", "a.pdf"), 4, "fonds-not-found"),
    ],
)
def test_what_cannot_be_printed_is_told(
    archive: Installation, words: tuple[str, ...], code: int, slug: str
) -> None:
    answer = archive.ask("print", *words, "--json")

    assert (answer.code, answer.json["error"]["code"]) == (code, slug)


def test_a_list_with_faults_ends_with_one_and_changes_nothing(archive: Installation, tmp_path: Path) -> None:
    wrong = [9, "1", "09.TH", "", "31/02/2001", "lâu", "x", ""]
    path = plain_list(tmp_path / "a.xlsx", wrong)

    dry = archive.ask("list", "import", str(path), "--fonds", "UBND-TH", "--json")
    applied = archive.ask("list", "import", str(path), "--fonds", "UBND-TH", "--apply", "--json")
    spoken = archive.ask("list", "import", str(path), "--fonds", "UBND-TH")

    assert (dry.code, applied.code) == (1, 3)
    assert [fault["cell"] for fault in dry.json["faults"]] == ["D2", "E2", "F2", "G2"]
    assert applied.json["applied"] is False
    assert "Mục lục!E2: “31/02/2001”: không có ngày 31/02/2001" in spoken.out
    assert "Chưa thay đổi gì" in spoken.out


@pytest.mark.parametrize("columns", ["tt05", "tt02", "plain"])
def test_a_list_goes_out_and_comes_back(archive: Installation, tmp_path: Path, columns: str) -> None:
    file = tmp_path / "out.xlsx"

    out = archive.do("list", "export", str(file), "--fonds", "UBND-TH", "--columns", columns, "--json")
    back = archive.ask("list", "import", str(file), "--fonds", "UBND-TH", "--json")

    assert (out.code, out.json["dossiers"]) == (0, 3)
    assert (back.code, back.json["dossiers"]) == (0, {"new": 0, "changed": 0, "same": 3})


@pytest.mark.parametrize("data", [b"", b"STT,Ten"])
def test_a_file_that_is_no_list_is_told(archive: Installation, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)

    answer = archive.ask("list", "import", str(tmp_path / "a.xlsx"), "--fonds", "UBND-TH", "--json")

    assert (answer.code, answer.json["error"]["code"]) == (3, "unsupported")


def test_a_separator_in_a_scanned_stack_is_no_page_to_read_and_a_boundary(
    archive: Installation, tmp_path: Path
) -> None:
    first, second = make_pages(2, 77, ["bilevel200"])
    between = separator_page("document", "bilevel200", random.Random(1))
    scans = tmp_path / "scans" / "Hộp 09" / "Hồ sơ 01"
    scans.mkdir(parents=True)
    (scans / "stack.pdf").write_bytes(scanned_pdf([first, between, second]))

    said = archive.do("digitise", str(tmp_path / "scans"), "--fonds", "QUET", "--json").json
    file = tmp_path / "errors.pdf"
    printed = archive.ask("print", "errors", "--batch", said["batch"], "--pdf", str(file), "--json")

    assert (said["read"], said["blank"]) == (2, 1)
    assert printed.code == 0
    opened = archive.open()
    with opened.register.read() as conn:
        pages = {row.image_index: row for row in conn.execute(select(schema.page))}
        found = boundary.boundaries(conn, opened.system)
    opened.close()
    assert pages[1].flags == ["separator:document"]
    assert ("separator", pages[2].id, pages[1].id) in {(one.reason, one.page, one.sheet) for one in found}
