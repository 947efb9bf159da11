"""Killed while handing over inside one installation: the same words again, and there is one result.

Two kills and six dossiers here; `python -m tests.faults.handover_inside` for 200 dossiers and 20 kills.
"""

from pathlib import Path

import pytest

from tests.faults.handover_inside import run


@pytest.mark.slow
def test_a_handover_that_was_killed_passes_every_dossier_once(tmp_path: Path) -> None:
    told: list[str] = []

    report = run(tmp_path, dossiers=6, kills=2, seed=7, tell=told.append)

    assert report.faults == [], "\n".join(told)
    assert len(report.kills) >= 1
