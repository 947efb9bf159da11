"""The default engine keeps the contract of every search index."""

from collections.abc import Callable
from pathlib import Path

import pytest
import tantivy

from index.query import parse
from index.search_index import IndexDamaged, IndexMissing, IndexOutdated, SearchIndex
from index.tantivy_index import TantivyIndex
from tests.contracts.search_index import SearchIndexContract
from tests.contracts.search_records import ALL, PAGES, page


class TestTantivyIndex(SearchIndexContract):
    program = "index.tantivy_index:TantivyIndex"

    @pytest.fixture
    def make(self) -> Callable[[Path], SearchIndex]:
        return lambda folder: TantivyIndex(folder, create=True)


def test_without_an_index_the_archivist_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="luutru reindex"):
        TantivyIndex(tmp_path)


def test_an_index_of_another_layout_is_refused(tmp_path: Path) -> None:
    schema = tantivy.SchemaBuilder().add_text_field("other").build()
    tantivy.Index(schema, path=str(tmp_path))

    with pytest.raises(IndexOutdated, match="luutru reindex"):
        TantivyIndex(tmp_path)


def test_a_damaged_index_is_refused(tmp_path: Path) -> None:
    TantivyIndex(tmp_path, create=True).close()
    (tmp_path / "meta.json").write_text("{")

    with pytest.raises(IndexDamaged, match="luutru reindex"):
        TantivyIndex(tmp_path)


def test_writers_in_turn_leave_no_files_that_nothing_owns(tmp_path: Path) -> None:
    one, other = TantivyIndex(tmp_path, create=True), TantivyIndex(tmp_path)

    for turn in range(12):
        writer = (one, other)[turn % 2]
        writer.apply([page(f"p{turn}-{n}", "thu hồi đất") for n in range(5)], [f"page:p{turn - 1}-0"], turn)
        writer.close()

    assert one.stray_files() == []
    assert one.count() == 12 * 5 - 11


def test_a_swept_index_still_answers_those_who_have_it_open(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path, create=True)
    index.apply([page(name, text) for name, text in PAGES.items()], [], 1)
    for path in tmp_path.iterdir():
        path.unlink()

    found = index.search(parse("nghe an"), scope=ALL)

    assert found.total == 1
