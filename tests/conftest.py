"""What every test may ask for, and what counts as run."""

from tests.faults.stocked import stocked
from tests.services.chromium import browser, screen, visitor
from tests.services.hashes import as_in_earnest, quick_hashes
from tests.services.order import pytest_collection_modifyitems
from tests.services.postgres import postgres_server, postgres_url
from tests.services.readers import readers_loaded
from tests.services.strictness import pytest_make_collect_report, pytest_runtest_makereport
from tests.services.verapdf import verapdf

__all__ = [
    "as_in_earnest",
    "browser",
    "postgres_server",
    "postgres_url",
    "pytest_collection_modifyitems",
    "pytest_make_collect_report",
    "pytest_runtest_makereport",
    "quick_hashes",
    "readers_loaded",
    "screen",
    "stocked",
    "verapdf",
    "visitor",
]
