"""The report of the bench keeps what was measured by hand."""

import re
from importlib.util import find_spec

from bench.__main__ import BY_HAND, REPORT


def test_what_was_measured_on_scans_of_ones_own_stands_last_and_stays() -> None:
    above, mark, below = REPORT.read_text(encoding="utf-8").partition(BY_HAND)

    assert mark
    assert below.strip()
    assert BY_HAND.strip() not in above


def test_every_command_of_the_report_is_there() -> None:
    named = set(re.findall(r"python -m (bench\.\w+)", REPORT.read_text(encoding="utf-8")))

    assert {"bench.end_to_end", "bench.finding", "bench.http_search", "bench.pdfa"} <= named
    assert [name for name in sorted(named) if find_spec(name) is None] == []
