"""Folders of a parcel: what its list says of each is sorted once, however many there are."""

import pytest

from handover.folders import by_folder, folder_of
from handover.outcome import failed
from handover.report import Finding, Level
from handover.weighing import one_of_each_around


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("data/uuid-A/METS.xml", "uuid-A"),
        ("data/uuid-A/a/b.pdf", "uuid-A"),
        ("data/uuid-A", ""),
        ("data", ""),
        ("bagit.txt", ""),
        ("signatures/data/a/b", ""),
        ("database/a/b", ""),
    ],
)
def test_a_path_is_of_the_folder_that_it_lies_below(path: str, folder: str) -> None:
    assert folder_of(path) == folder


def test_what_a_list_says_is_sorted_by_folder() -> None:
    rows = {"data/a/1": "x", "data/b/1": "y", "data/a/2/3": "z", "data/loose": "w"}

    assert by_folder(rows) == {
        "a": {"data/a/1": "x", "data/a/2/3": "z"},
        "b": {"data/b/1": "y"},
        "": {"data/loose": "w"},
    }


def test_one_of_each_kind_of_what_lies_around_is_weighed_for_a_dossier() -> None:
    strays = [Finding(Level.R2, failed("bag-tag-unlisted", f"{number}.txt")) for number in range(20_000)]
    inside = Finding(Level.R1, failed("bag-link", "data/uuid-A/a.pdf"))
    unsafe = Finding(Level.R1, failed("bag-link", "a.txt"))

    around = one_of_each_around([*strays, inside, unsafe])

    assert [each.level for each in around] == [Level.R2, Level.R1]
