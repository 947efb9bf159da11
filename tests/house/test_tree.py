"""The folder looks as the documents say, and holds nothing that does not belong in it."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, python_files, top_level_packages, tracked_files

LONGEST = 450  # lines of a module; 100-200 is the aim, 400 a smell
LARGEST = 1_000_000  # bytes of a tracked file

FORBIDDEN = {
    "a path of somebody's machine": re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/"),
    "a temporary path of somebody's machine": re.compile(r"(?<![\w.])/tmp/[a-z]+/"),
    "a package index": re.compile(r"--(?:extra-)?index-url|(?:files\.)?pythonhosted\.org|pypi\.org/simple"),
    "a package registry": re.compile(
        r"artifact[-.]?registry|(?<![\w-])\w+\.pkg\.dev|/opt/(?:pypi|wheels)", re.I
    ),
    "private scans": re.compile(r"scans-real|soyte", re.I),
}
ITS_OWN_WORDS = {Path("tests/house/test_tree.py")}
MAY_NAME_PRIVATE_SCANS = (
    "tests"  # optional tests look for them outside the project and skip where they are not
)
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".in",
    ".lock",
    ".yml",
    ".yaml",
    ".html",
    ".css",
    ".js",
    ".json",
    ".txt",
    ".cfg",
    "",
}


def readable(path: Path) -> str | None:
    if path.suffix not in TEXT:
        return None
    try:
        return (ROOT / path).read_text("utf-8")
    except UnicodeDecodeError:
        return None


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    found = [
        f"{path}:{number}"
        for path in tracked_files()
        if path not in ITS_OWN_WORDS
        and not (what == "private scans" and path.parts[0] in (MAY_NAME_PRIVATE_SCANS, "bench"))
        for number, line in enumerate((readable(path) or "").splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]

    assert found == []


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(path): lines
        for path in python_files()
        if "migrations" not in path.parts  # written by a tool, read as a list
        and (lines := len((ROOT / path).read_text("utf-8").splitlines())) > LONGEST
    }

    assert long == {}


def test_no_file_is_too_large_for_a_repository() -> None:
    large = {str(path): size for path in tracked_files() if (size := (ROOT / path).stat().st_size) > LARGEST}

    assert large == {}


def test_the_readme_maps_every_top_level_folder() -> None:
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.fail("there is no README.md")

    unmapped = [name for name in top_level_packages() if f"{name}/" not in readme.read_text("utf-8")]

    assert unmapped == []


@pytest.mark.parametrize("path", [path for path in python_files() if path.parts[0] != "tests"], ids=str)
def test_a_module_begins_by_saying_what_it_is_for(path: Path) -> None:
    source = (ROOT / path).read_text("utf-8").lstrip()

    assert not source or source.startswith(('"""', 'r"""', "#!")), "its first line says what it is for"


def test_tests_stand_in_packages() -> None:
    folders = {path.parent for path in python_files() if path.parts[0] == "tests"}

    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").is_file()] == []
