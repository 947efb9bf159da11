"""The engine in pure Python keeps the contract of every search index."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.search_index import IndexMissing, SearchIndex
from index.whoosh_index import WhooshIndex
from tests.contracts.search_index import SearchIndexContract


class TestWhooshIndex(SearchIndexContract):
    program = "index.whoosh_index:WhooshIndex"

    @pytest.fixture
    def make(self) -> Callable[[Path], SearchIndex]:
        return lambda folder: WhooshIndex(folder, create=True)


def test_without_an_index_the_archivist_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="luutru reindex"):
        WhooshIndex(tmp_path)
