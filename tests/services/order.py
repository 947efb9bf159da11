"""In which order files of tests are begun: what takes long comes first; nobody waits for it at the end."""

from collections import Counter
from pathlib import Path

import pytest

PROCESSES = ("faults", "commands", "browser", "bench", "ocr", "handover")
"""Folders whose tests start programs or open engines: few tests, seconds each."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with files that hold slow tests, then those that start programs; many tests before few."""
    many = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def rank(item: pytest.Item) -> tuple[bool, bool, int, Path]:
        return item.path not in slow, item.path.parent.name not in PROCESSES, -many[item.path], item.path

    items.sort(key=rank)
