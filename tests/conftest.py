"""What every test may ask for, and what counts as run."""

from tests.faults.stocked import stocked
from tests.services.chromium import browser, screen, visitor
from tests.services.postgres import postgres_server, postgres_url
from tests.services.strictness import pytest_make_collect_report, pytest_runtest_makereport
from tests.services.verapdf import verapdf

__all__ = [
    "browser",
    "postgres_server",
    "postgres_url",
    "pytest_make_collect_report",
    "pytest_runtest_makereport",
    "screen",
    "stocked",
    "verapdf",
    "visitor",
]
