import numpy as np
import pytest

from ocr.line_finder import LineFinder, LineFinderError
from ocr.orienter import Orienter
from ocr.reader import LineImage, Reader, ReaderError
from ocr.trueocr_engine import (
    TrueocrLineFinder,
    TrueocrModels,
    TrueocrOrienter,
    TrueocrReader,
    _reduced,
)
from tests.contracts.line_finder import LineFinderContract
from tests.contracts.orienter import OrienterContract
from tests.contracts.reader import ReaderContract


class TestTrueocrLineFinder(LineFinderContract):
    @pytest.fixture
    def finder(self, models: TrueocrModels) -> LineFinder:
        return TrueocrLineFinder(models)


class TestTrueocrOrienter(OrienterContract):
    @pytest.fixture
    def orienter(self, models: TrueocrModels) -> Orienter:
        return TrueocrOrienter(models)


class TestTrueocrReader(ReaderContract):
    @pytest.fixture
    def reader(self, models: TrueocrModels) -> Reader:
        return TrueocrReader(models)


@pytest.mark.parametrize(
    ("side", "seen"), [(None, (1024, 416)), (2400, (448, 192)), (1200, (864, 352)), (100_000, (32, 32))]
)
def test_a_part_is_looked_at_as_finely_as_is_asked(
    models: TrueocrModels, monkeypatch: pytest.MonkeyPatch, side: int | None, seen: tuple[int, int]
) -> None:
    shown = list[tuple[int, ...]]()

    class Counting:
        def run(
            self, names: object, feed: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]
        ) -> object:
            shown.append(feed["x"].shape[2:])
            return real.run(names, feed)

    real = models.page.det
    monkeypatch.setattr(models.page, "det", Counting())

    TrueocrLineFinder(models).find(np.full((1000, 400), 255, np.uint8), side=side)

    assert shown == [seen]


def test_a_broken_finder_says_so_in_our_words(models: TrueocrModels) -> None:
    colour = np.zeros((10, 10, 3), np.uint8)

    with pytest.raises((LineFinderError, ValueError)):
        TrueocrLineFinder(models).find(colour)


def test_a_broken_reader_says_so_in_our_words(models: TrueocrModels) -> None:
    empty = LineImage(np.zeros((0, 0), np.uint8), core=(0, 0, 0, 0), dpi=200)

    with pytest.raises(ReaderError, match="trueocr failed"):
        TrueocrReader(models).read([empty])


@pytest.mark.parametrize(
    ("shape", "small"),
    [((1, 1), (1, 1)), ((1, 5000), (1, 5000)), ((767, 500), (767, 500)), ((3000, 2000), (1000, 666))],
)
def test_a_page_is_made_smaller_by_whole_pixels_and_not_too_small(
    shape: tuple[int, int], small: tuple[int, int]
) -> None:
    assert _reduced(np.full(shape, 200, np.uint8), 768).shape == small
