"""Every package has its place, and the contract that says so can turn red."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, project, top_level_packages

BESIDE_THE_LAYERS = {"bench", "samples", "script", "tests"}
LINTER = Path(sys.executable).with_name("lint-imports")


def layered_packages() -> set[str]:
    contracts = project()["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["name"] == "Imports go down only")
    return {name.split(".")[0] for layer in layers for name in re.findall(r"[a-z_][a-z_.]*", layer)}


def test_every_top_level_package_has_a_place_in_the_layers() -> None:
    homeless = top_level_packages() - BESIDE_THE_LAYERS - layered_packages()

    assert homeless == set(), "give it a layer in [tool.importlinter], or name it in BESIDE_THE_LAYERS"


def test_import_linter_looks_into_every_layered_package() -> None:
    built = top_level_packages() - BESIDE_THE_LAYERS

    assert set(project()["tool"]["importlinter"]["root_packages"]) == built


def test_every_layered_package_is_installed() -> None:
    patterns = project()["tool"]["setuptools"]["packages"]["find"]["include"]

    assert {pattern.removesuffix("*") for pattern in patterns} == layered_packages()


def test_every_layered_package_is_a_regular_package() -> None:
    without = [
        name
        for name in layered_packages() & top_level_packages()
        if not (ROOT / name / "__init__.py").is_file()
    ]

    assert without == []


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache", "--no-logo"],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """An empty house with the real contracts: one module for every package and every module of luutru."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in project()["tool"]["importlinter"]["root_packages"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    for name in ("__main__", "errors", "settings", "bootstrap", "pipeline", "worker"):
        (tmp_path / "luutru" / f"{name}.py").touch()
    return tmp_path


def test_an_empty_house_keeps_the_contracts(house: Path) -> None:
    found = lint(house)

    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("catalog/dossier.py", "import ocr"),  # up
        ("ocr/read.py", "import index"),  # sideways
        ("storage/local.py", "import catalog"),  # sideways, at the bottom
        ("api/search.py", "import luutru.settings"),  # around bootstrap
        ("luutru/pipeline.py", "import api"),  # up into the web
        ("luutru/helpers.py", ""),  # a module without a place
    ],
)
def test_an_import_that_goes_wrong_is_red(house: Path, module: str, line: str) -> None:
    (house / module).write_text(line + "\n", "utf-8")

    found = lint(house)

    assert found.returncode == 1, found.stdout + found.stderr
    assert "BROKEN" in found.stdout


def test_every_layered_package_goes_into_the_container() -> None:
    copied = set(re.findall(r"^COPY (\w+) ", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE))

    assert layered_packages() & top_level_packages() <= copied
