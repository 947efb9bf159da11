"""Quick tempers for fault runs: what waits minutes in an office waits a moment here."""

from datetime import timedelta

import pytest

from catalog import work


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try failed tasks again almost at once, three times."""
    monkeypatch.setattr(work, "RETRY_AFTER", timedelta(milliseconds=50))
    monkeypatch.setattr(work, "MOST_FAILURES", 3)
