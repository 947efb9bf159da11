"""Pictures of pages are kept for a while, and not for a moment longer than the page."""

import os
from pathlib import Path

import pytest

from api.pace import Pace
from api.upright import box, size
from catalog.identifiers import PageId, new_id
from ingest.picture_cache import PictureCache


class TestTheCache:
    def test_draws_once(self, tmp_path: Path) -> None:
        cache = PictureCache(tmp_path, limit_bytes=1000)
        page = PageId(new_id())
        drawn: list[int] = []

        def draw() -> bytes:
            drawn.append(1)
            return b"jpeg"

        paths = {cache.get(page, "0-160", draw) for _ in range(3)}

        assert len(drawn) == 1
        assert paths.pop().read_bytes() == b"jpeg"

    def test_keeps_nothing_of_a_page_that_went_while_it_was_drawn(self, tmp_path: Path) -> None:
        cache = PictureCache(tmp_path, limit_bytes=1000)
        page = PageId(new_id())

        def gone() -> None:
            raise LookupError("no such page")

        with pytest.raises(LookupError):
            cache.get(page, "0-160", lambda: b"jpeg", check=gone)

        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    def test_keeps_nothing_where_drawing_failed(self, tmp_path: Path) -> None:
        cache = PictureCache(tmp_path, limit_bytes=1000)

        def draw() -> bytes:
            raise RuntimeError("no picture")

        with pytest.raises(RuntimeError):
            cache.get(PageId(new_id()), "0-160", draw)

        assert not [path for path in tmp_path.rglob("*") if path.is_file()]

    def test_lets_the_least_recently_used_go(self, tmp_path: Path) -> None:
        cache = PictureCache(tmp_path, limit_bytes=250)
        pages = [PageId(new_id()) for _ in range(4)]
        paths = [cache.get(page, "0-full", lambda: b"x" * 100) for page in pages]
        for age, path in enumerate(paths):
            os.utime(path, (age, age))

        cache.sweep()

        assert [path.exists() for path in paths] == [False, False, True, True]

    def test_wipes_a_page_whole(self, tmp_path: Path) -> None:
        cache = PictureCache(tmp_path, limit_bytes=1000)
        page, other = PageId(new_id()), PageId(new_id())
        gone = [cache.get(page, name, lambda: b"x") for name in ("0-160", "0-full")]
        kept = cache.get(other, "0-160", lambda: b"x")

        cache.wipe(page)
        cache.wipe(page)

        assert not any(path.exists() for path in gone)
        assert kept.exists()

    def test_never_takes_a_name_for_a_path(self, tmp_path: Path) -> None:
        cache = PictureCache(tmp_path, limit_bytes=1000)

        with pytest.raises(ValueError, match="32 hex"):
            cache.get(PageId("../../etc"), "0-160", lambda: b"x")


class TestTurningUpright:
    @pytest.mark.parametrize(
        ("rotation", "turned"),
        [(0, (10, 20, 40, 30)), (90, (170, 10, 180, 40)), (180, (60, 170, 90, 180)), (270, (20, 60, 30, 90))],
    )
    def test_moves_a_box_with_its_page(self, rotation: int, turned: tuple[int, int, int, int]) -> None:
        found = box((10, 20, 40, 30), 100, 200, rotation)

        assert found == turned

    @pytest.mark.parametrize("rotation", [0, 90, 180, 270])
    def test_keeps_a_box_on_the_page(self, rotation: int) -> None:
        width, height = size(100, 200, rotation)

        assert box((0, 0, 100, 200), 100, 200, rotation) == (0, 0, width, height)


class TestThePace:
    def test_is_not_said_before_it_is_known(self) -> None:
        now = 0.0
        pace = Pace(lambda: now)

        first = pace.per_minute("b", 0)
        now = 2.0
        early = pace.per_minute("b", 5)
        now = 10.0
        known = pace.per_minute("b", 20)

        assert (first, early, known) == (None, None, 120.0)

    def test_begins_anew_when_pages_went_back_to_the_queue(self) -> None:
        now = 0.0
        pace = Pace(lambda: now)
        pace.per_minute("b", 100)
        now = 60.0

        assert pace.per_minute("b", 50) is None
