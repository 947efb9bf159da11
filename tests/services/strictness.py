"""In CI a check that could not run is red: "could not check" is never shown as "passed".

Elsewhere a missing engine skips its tests. Only what looks at private scans may be skipped anywhere: they lie
outside the project and CI has none. Such a test says `PRIVATE_DATA` in its reason.
"""

import os
from collections.abc import Generator

import pytest

PRIVATE_DATA = "private data"
"""How the reason of a skip begins that is no fault, not even in CI."""


def strict() -> bool:
    """Tell whether a skipped test counts as a failed one."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def fault_of(reason: str) -> str | None:
    """Return what is wrong with skipping for that reason where it is strict, or None."""
    text = reason.removeprefix("Skipped: ")
    return None if text.lower().startswith(PRIVATE_DATA) else f"not run, which is red in CI: {text}"


def _judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or hasattr(report, "wasxfail") or not isinstance(report.longrepr, tuple):
        return
    if fault := fault_of(report.longrepr[2]):
        report.outcome = "failed"
        report.longrepr = fault


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test red where it is strict."""
    report = yield
    if strict():
        _judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a module skipped as a whole red where it is strict."""
    report = yield
    if strict():
        _judge(report)
    return report
