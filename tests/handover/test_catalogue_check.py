"""The list held against what is there: codes as offices write them, dossiers of which only paper is."""

from datetime import date
from pathlib import Path

import pytest

from handover import ead, names
from handover.announcement import Item
from handover.catalogue_check import check_catalogue
from handover.outcome import Outcome
from handover.record import PATH as RECORD


def codes_of(folder: Path, item: Item) -> list[str]:
    checks = check_catalogue(folder, item, latest=date(2026, 11, 26))
    return [check.code for check in checks if check.outcome is Outcome.FAILED]


def package(folder: Path, code: str) -> Path:
    """Write a package that holds the description of a dossier and a record, and nothing that was scanned."""
    (folder / "metadata" / "descriptive").mkdir(parents=True)
    fields = {"fileCode": code, "title": "Hồ sơ", "startDate": "02/01/2001", "endDate": "28/12/2001"}
    (folder / "metadata" / "descriptive" / "EAD.xml").write_bytes(ead.ead("sip-dossier", fields))
    (folder / RECORD).parent.mkdir()
    (folder / RECORD).write_bytes(b"{}")
    return folder


@pytest.mark.parametrize(
    "code", ["01/HS-UBND", "Hồ sơ đất 12", "H49.64.33-" + "2001/" * 14 + "7", "A.1998.1"]
)
def test_a_code_as_offices_write_it_is_the_one_that_paths_bear(tmp_path: Path, code: str) -> None:
    folder = package(tmp_path, code)

    assert codes_of(folder, Item(1, names.portable(code), "Hồ sơ")) == []
    assert codes_of(folder, Item(1, "01-HS-UBNDX", "Hồ sơ")) == ["dossier-code-other"]


@pytest.mark.parametrize(
    ("medium", "told"), [("paper", []), ("both", []), ("digital", ["dossier-count-other"])]
)
def test_documents_that_a_list_counts_are_not_looked_for_where_nothing_was_scanned(
    tmp_path: Path, medium: str, told: list[str]
) -> None:
    folder = package(tmp_path, "A.1998.1")

    assert codes_of(folder, Item(1, "A.1998.1", "Hồ sơ", medium=medium, documents=12)) == told


def test_what_was_scanned_is_counted_also_where_the_paper_goes_too(tmp_path: Path) -> None:
    folder = package(tmp_path, "A.1998.1")
    (folder / "representations" / "rep1" / "data").mkdir(parents=True)
    (folder / "representations" / "rep1" / "data" / "A.1998.1.1.pdf").write_bytes(b"%PDF-1.7")

    assert "dossier-count-other" in codes_of(
        folder, Item(1, "A.1998.1", "Hồ sơ", medium="both", documents=12)
    )


def test_what_says_nothing_of_pages_and_readings_cannot_be_taken_over_whole(tmp_path: Path) -> None:
    folder = package(tmp_path, "A.1998.1")
    (folder / RECORD).unlink()

    assert codes_of(folder, Item(1, "A.1998.1", "Hồ sơ")) == ["package-without-record"]
    assert check_catalogue(folder, None, latest=date(2026, 11, 26))[0].outcome is Outcome.PASSED
