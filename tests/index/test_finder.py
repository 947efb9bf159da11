"""What an answer shows is made while the engine counts the rest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index import tantivy_index
from index.finder import Counts
from index.query import parse
from index.tantivy_index import TantivyIndex
from tests.contracts.search_records import ALL, PAGES, page

Waiting = Callable[[], Counts]


class Late:
    """Counts when the count is waited for, not before, and tells."""

    def __init__(self, told: list[str]) -> None:
        self._told = told

    def submit(self, work: Waiting) -> "Late":
        self._work = work
        return self

    def result(self) -> Counts:
        self._told.append("counted")
        return self._work()


@pytest.mark.parametrize("typed", ["qu*", "", "quyet dinh", "khánk"])
def test_what_is_shown_is_read_before_the_count_is_waited_for(
    typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = TantivyIndex(tmp_path, create=True)
    index.apply([page(name, text) for name, text in PAGES.items()], [], 1)
    at_once = index.search(parse(typed), scope=ALL, limit=2)
    told: list[str] = []
    stored = tantivy_index._Asked.stored

    def reading(engine: tantivy_index._Asked, place: tuple[int, int]) -> str:
        told.append("read")
        return stored(engine, place)

    monkeypatch.setattr(tantivy_index, "_COUNTERS", Late(told))
    monkeypatch.setattr(tantivy_index._Asked, "stored", reading)
    monkeypatch.setattr("index.finder.MANY", 1)  # here every word is a common one

    late = index.search(parse(typed), scope=ALL, limit=2)

    assert late == at_once
    assert late.total
    assert told[-1] == "counted"
    assert told.count("read") == len(late.hits) > 0
