"""A new generation is built beside the old one and takes its place in one stroke."""

import json
import shutil
from pathlib import Path

import pytest

from index.generations import Generations, IndexEngine
from index.query import parse
from index.search_index import IndexBusy, IndexMissing, IndexOutdated, SearchIndex
from tests.contracts.search_records import ALL, page

ENGINES = pytest.mark.parametrize("engine", list(IndexEngine))


def build(generations: Generations, *texts: str) -> str:
    name, index = generations.begin()
    index.apply([page(f"p{number}", text) for number, text in enumerate(texts)], [], 1)
    index.close()
    return name


def total(index: SearchIndex, typed: str) -> int:
    return index.search(parse(typed), scope=ALL).total


@ENGINES
def test_without_a_generation_there_is_no_index(tmp_path: Path, engine: IndexEngine) -> None:
    generations = Generations(tmp_path, engine=engine)

    assert generations.current() is None
    with pytest.raises(IndexMissing, match="luutru reindex"):
        generations.open_current()


@ENGINES
def test_a_generation_answers_nothing_before_the_switch(tmp_path: Path, engine: IndexEngine) -> None:
    generations = Generations(tmp_path, engine=engine)
    old = build(generations, "đất")
    generations.switch(old)
    reader = generations.reader()

    new = build(generations, "đất", "nước")

    assert generations.current() == old
    assert total(reader, "nước") == 0
    generations.switch(new)
    assert total(reader, "nước") == 1
    reader.close()


@ENGINES
def test_old_generations_are_swept_and_a_reader_follows(tmp_path: Path, engine: IndexEngine) -> None:
    generations = Generations(tmp_path, engine=engine)
    generations.switch(build(generations, "cũ"))
    reader = generations.reader()
    assert total(reader, "cũ") == 1

    new = build(generations, "mới")
    generations.switch(new)
    gone = generations.sweep()

    assert len(gone) == 1
    assert [path.name for path in tmp_path.glob("g-*")] == [new]
    assert total(reader, "mới") == 1
    reader.close()


def test_an_index_of_another_engine_asks_for_a_new_one(tmp_path: Path) -> None:
    tantivy = Generations(tmp_path, engine=IndexEngine.TANTIVY)
    tantivy.switch(build(tantivy, "đất"))

    with pytest.raises(IndexOutdated, match="luutru reindex"):
        Generations(tmp_path, engine=IndexEngine.WHOOSH).open_current()


def test_an_index_of_another_release_asks_for_a_new_one(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    name = build(generations, "đất")
    generations.switch(name)
    (tmp_path / name / "format.json").write_text(json.dumps({"built-by": "tantivy 0.26.0"}))

    with pytest.raises(IndexOutdated, match=r"0\.26\.0"):
        generations.open_current()


def test_one_process_keeps_an_index(tmp_path: Path) -> None:
    generations = Generations(tmp_path)

    with generations.holding(), pytest.raises(IndexBusy), Generations(tmp_path).holding():
        pass


def test_whoever_holds_an_index_notices_that_it_was_removed(tmp_path: Path) -> None:
    home = tmp_path / "index"
    first, second = Generations(home), Generations(home)

    with first.holding() as still:
        assert still()
        shutil.rmtree(home)
        assert not still()

        with second.holding() as other:
            assert other()
            assert not still()


def test_a_reader_does_not_write(tmp_path: Path) -> None:
    with pytest.raises(IndexBusy):
        Generations(tmp_path).reader().apply([], [], 1)
