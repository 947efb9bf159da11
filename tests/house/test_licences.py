"""What the service imports may be passed on under Apache-2.0 (docs/decisions/0011)."""

import importlib.util
import subprocess
import sys
from types import ModuleType

import pytest

from tests.house.tree import ROOT, imported_modules, python_files

REFUSED_MODULES = {"fitz", "pymupdf", "vietnam_provinces"}


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", ROOT / "script" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


licences = load_script()


def test_what_the_lock_installs_is_permitted() -> None:
    gate = subprocess.run(
        [sys.executable, "script/licences.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert gate.returncode == 0, gate.stdout + gate.stderr


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("PyMuPDF", ["Dual Licensed - GNU AFFERO GPL 3.0 or Artifex Commercial License"]),
        ("pymupdf", ["MIT"]),  # by name, whatever it says
        ("vietnam-provinces", ["GPL-3.0-or-later"]),
        ("some-viewer", ["AGPL-3.0-only"]),
        ("some-tool", ["GNU General Public License v3 (GPLv3)"]),
        ("some-part", ["MIT AND GPL-2.0-only"]),
        ("silent", []),
    ],
)
def test_the_gate_refuses(name: str, stated: list[str]) -> None:
    assert licences.fault(licences.normal(name), stated) is not None


@pytest.mark.parametrize(
    "stated",
    [
        ["MIT"],
        ["MPL-2.0"],
        ["LGPL-3.0-only"],
        ["GNU Lesser General Public License v3 (LGPLv3)"],
        ["GPL-2.0-only OR MIT"],
        ["GPL-2.0-only WITH Classpath-exception-2.0"],
    ],
)
def test_the_gate_lets_pass(stated: list[str]) -> None:
    assert licences.fault("some-package", stated) is None


def test_a_lock_file_is_read_with_extras_and_markers() -> None:
    lock = "# a\nPsycopg[binary]==3.3.9 \\\n    --hash=sha256:00\ncolorama==0.4.6 ; os_name == 'nt' \\\n"

    assert licences.locked_names(lock) == ["psycopg", "colorama"]


def test_nothing_in_the_tree_imports_what_is_refused() -> None:
    found = [
        f"{path}: {name}"
        for path in python_files()
        for name in imported_modules(path)
        if name.split(".")[0].lower() in REFUSED_MODULES
    ]

    assert found == []
