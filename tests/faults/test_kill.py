"""Killed at any moment, whoever it is: the batch comes to its end by itself, and nothing is lost or doubled.

Eight kills here; `python -m tests.faults.kill --kills 40` for as many as one likes.
"""

from pathlib import Path

import pytest

from tests.faults.kill import VICTIMS, run

KILLS = 8


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kill_minus_nine_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    told: list[str] = []

    report = run(tmp_path, kills=KILLS, seed=20251, tell=told.append)

    assert report.faults == [], "\n".join([*told, *report.lines()])
    assert len(report.kills) == KILLS
    assert {kill.victim for kill in report.kills} == set(VICTIMS)
