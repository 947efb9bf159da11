"""Cut and killed on the way, by line and by disk: one result, everything whole, nothing twice.

Three dossiers here; `python -m tests.faults.handover_line` for two hundred.
"""

from pathlib import Path

import pytest

from tests.faults.handover_line import Report, run


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_handover_that_is_cut_and_killed_comes_whole_and_once(tmp_path: Path) -> None:
    told: list[str] = []
    report = Report(told.append)

    run(tmp_path, dossiers=3, cuts=3, kills=3, seed=20261, report=report)

    assert report.faults == [], "\n".join(told)
    assert {"handover send", "handover receive", "handover accept"} <= set(report.kills)
