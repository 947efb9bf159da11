"""Every verb of script/ is a program that stops at the first fault and says what it does."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT, tracked_files

VERBS = sorted(path for path in tracked_files() if path.parts[0] in ("script", ".ci") and path.suffix == "")


@pytest.mark.parametrize("verb", VERBS, ids=str)
def test_a_verb_can_be_run_and_stops_at_the_first_fault(verb: Path) -> None:
    lines = (ROOT / verb).read_text("utf-8").splitlines()

    assert os.access(ROOT / verb, os.X_OK)
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[1].startswith("# "), "its second line says what it does"
    assert "set -euo pipefail" in lines


@pytest.mark.parametrize("verb", VERBS, ids=str)
def test_a_verb_is_well_formed(verb: Path) -> None:
    checked = subprocess.run(["bash", "-n", verb], cwd=ROOT, capture_output=True, text=True, check=False)

    assert checked.stderr == ""


def test_ci_runs_the_same_verb_as_everybody() -> None:
    assert "exec script/test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_preparing_for_nobody_is_refused() -> None:
    refused = subprocess.run(["script/prepare"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert refused.returncode == 2
    assert "script/prepare server|test" in refused.stderr
