import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from catalog.reading import Box, Reading, from_bytes, text_of, to_bytes
from catalog.scan import PageImage, Pixels, TextLayer
from ocr.engines import Engines
from ocr.line_finder import LineFinder
from ocr.orienter import Orientation
from ocr.read import read_page, read_pages
from tests.ocr.pages import LETTER, leaning, printed


def place(reading: Reading, wanted: str) -> tuple[float, float]:
    """Return the centre of the first word `wanted`."""
    word = next(word for word in reading.words if word.text == wanted)
    return (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2


def right(reading: Reading) -> float:
    """Return the share of the letter's words that were read."""
    wanted = " ".join(LETTER).split()
    got = [word.text for word in reading.words]
    return sum(word in got for word in wanted) / len(wanted)


def test_a_letter_is_read_line_by_line_with_words_both_readers_agree_on(engines: Engines) -> None:
    reading = read_page(PageImage(printed(), 150), engines=engines)

    assert len(reading.lines) == len(LETTER)
    assert right(reading) > 0.97
    assert reading.agreed_share > 0.85
    assert not reading.degraded
    assert set(reading.lines[0].raw) == {"trueocr", "tesseract"}
    assert from_bytes(to_bytes(reading)).text == text_of(to_bytes(reading)) == reading.text


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_stand_where_they_stand_on_the_scan_however_it_lies(engines: Engines, rotation: int) -> None:
    lying = np.ascontiguousarray(np.rot90(printed(), rotation // 90))
    height, width = lying.shape[:2]

    reading = read_page(PageImage(lying, 150), engines=engines)

    assert (reading.rotation, reading.width, reading.height) == (rotation, width, height)
    assert right(reading) > 0.9
    x, y = place(reading, "HUYỆN")
    dark = lying[int(y) - 20 : int(y) + 20, int(x) - 20 : int(x) + 20, 0] < 128
    assert dark.mean() > 0.05
    upright = {0: (x, y), 90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}[rotation]
    assert upright == pytest.approx(
        place(read_page(PageImage(printed(), 150), engines=engines), "HUYỆN"), abs=5
    )


class Told:
    """An orienter that has made up its mind, and counts how often it was asked."""

    name = build = "told"

    def __init__(self, rotation: int = 0, *, sure: bool = True) -> None:
        self._seen, self.asked = Orientation(rotation, sure), 0

    def orientation(self, page: Pixels, *, dpi: int) -> Orientation:
        self.asked += 1
        return self._seen


def lying(rotation: int, *, told: int = 0) -> PageImage:
    """Return a letter that `rotation` turns upright, of a file that says `told`."""
    page = np.ascontiguousarray(np.rot90(printed(), rotation // 90))
    return PageImage(page, 150, rotation=told)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_page_that_reads_as_its_file_says_it_lies_is_asked_of_nobody(
    engines: Engines, rotation: int
) -> None:
    orienter = Told(180)

    reading = read_page(lying(rotation, told=rotation), engines=replace(engines, orienter=orienter))

    assert (reading.rotation, orienter.asked) == (rotation, 0)
    assert right(reading) > 0.9


@pytest.mark.parametrize("told", [0, 90, 180, 270])
def test_the_file_is_believed_only_where_neither_words_nor_orienter_tell(engines: Engines, told: int) -> None:
    empty = PageImage(np.full((1754, 1240, 3), 255, np.uint8), 150, rotation=told)

    unsure = read_page(empty, engines=replace(engines, orienter=Told(sure=False)))
    sure = read_page(lying(180, told=90), engines=replace(engines, orienter=Told(180)))

    assert unsure.rotation == told
    assert sure.rotation == 180


def test_a_page_with_hardly_a_word_is_turned_as_the_orienter_says(engines: Engines) -> None:
    orienter = Told(180)

    reading = read_page(PageImage(printed(("Kính gửi",)), 150), engines=replace(engines, orienter=orienter))

    assert (reading.rotation, orienter.asked) == (180, 1)


class Counting:
    """A finder that counts the pages it was shown."""

    def __init__(self, finder: LineFinder) -> None:
        self._finder, self.name, self.build, self.shown = finder, finder.name, finder.build, 0

    def find(self, page: Pixels, *, side: int | None = None) -> list[Box]:
        self.shown += 1
        return self._finder.find(page, side=side)

    def order(self, boxes: Sequence[Box], texts: Sequence[str], *, width: int, height: int) -> list[int]:
        return self._finder.order(boxes, texts, width=width, height=height)


@pytest.mark.parametrize(("rotation", "looks"), [(0, 1), (90, 1), (180, 2), (270, 1)])
def test_lines_of_a_page_that_lies_sideways_are_not_looked_for_before_it_is_turned(
    engines: Engines, rotation: int, looks: int
) -> None:
    finder = Counting(engines.finder)

    reading = read_page(lying(rotation), engines=replace(engines, finder=finder))

    assert (reading.rotation, finder.shown) == (rotation, looks)


def test_a_page_that_does_not_read_but_lies_as_told_is_not_read_twice(engines: Engines) -> None:
    finder = Counting(engines.finder)

    read_page(PageImage(printed(("2024 1999",)), 150), engines=replace(engines, finder=finder))

    assert finder.shown == 1


@pytest.mark.parametrize("told", [0, 90, 180, 270])
def test_a_page_that_lies_otherwise_is_turned_by_its_print(engines: Engines, told: int) -> None:
    reading = read_page(lying(270, told=told), engines=engines)

    assert reading.rotation == 270
    assert right(reading) > 0.9


def test_a_leaning_page_is_straightened_and_its_words_stay_on_the_scan(engines: Engines) -> None:
    page: Pixels = leaning(printed(LETTER * 2), 4.0)

    reading = read_page(PageImage(page, 150), engines=engines)

    assert reading.skew == pytest.approx(-4.0, abs=0.2)
    assert right(reading) > 0.9
    for word in reading.words[:20]:
        x0, y0, x1, y1 = word.box
        assert (page[y0:y1, x0:x1] < 128).any()


def test_a_blank_page_reads_as_no_words(engines: Engines) -> None:
    reading = read_page(PageImage(np.full((1754, 1240), 255, np.uint8), 150), engines=engines)

    assert reading.lines == ()


def test_a_page_without_resolution_is_taken_for_a4(engines: Engines) -> None:
    assert read_page(PageImage(printed(), 0), engines=engines).dpi == 150


def test_words_the_file_carries_are_taken_as_they_are(engines: Engines) -> None:
    decomposed = unicodedata.normalize("NFD", "Quyết định")
    layer = TextLayer(lines=(((decomposed, (10, 20, 110, 40)), ("này", (120, 20, 150, 40))), ()))

    reading = read_page(PageImage(printed(), 150, rotation=90, text=layer), engines=engines)

    assert reading.text == "Quyết định này"
    assert all(word.agreed and word.confidence == 1.0 for word in reading.words)
    assert reading.lines[0].box == (10, 20, 150, 40)
    assert reading.rotation == 90


def test_pages_read_together_are_read_as_each_alone(engines: Engines) -> None:
    layer = TextLayer((((("Quyết định này"), (10, 20, 150, 40)),),))
    images = [
        PageImage(printed(), 150),
        PageImage(printed(), 150, text=layer),
        PageImage(np.full((1754, 1240), 255, np.uint8), 150),
        PageImage(printed(("Số 12/QĐ-UBND", "Huyện Ba Vì, ngày 3 tháng 4 năm 2005")), 150),
    ]

    assert read_pages(images, engines=engines) == [read_page(image, engines=engines) for image in images]


def test_one_reader_alone_never_claims_that_readers_agreed(engines: Engines) -> None:
    alone = replace(engines, readers=engines.readers[1:])

    reading = read_page(PageImage(printed(), 150), engines=alone)

    assert reading.words
    assert not any(word.agreed for word in reading.words)


class HalfBlind:
    """A finder that sees half a line where red ink covers its beginning."""

    name = build = "told"

    def __init__(self, whole: Box, half: Box) -> None:
        self._whole, self._half = whole, half

    def find(self, page: Pixels, *, side: int | None = None) -> list[Box]:
        x0, y0, x1, y1 = self._whole
        covered = float(np.median(page[y0:y1, x0:x1])) < 200
        return [self._half if covered else self._whole]

    def order(self, boxes: Sequence[Box], texts: Sequence[str], *, width: int, height: int) -> list[int]:
        return list(range(len(boxes)))


def test_a_line_half_hidden_by_red_ink_is_read_whole(engines: Engines) -> None:
    page = printed(("Nguyễn Thị Hồng Nhung",), width=1240, height=500).copy()
    ink = np.argwhere(page[..., 0] < 128)
    (y0, x0), (y1, x1) = ink.min(0), ink.max(0)
    whole = (int(x0) - 4, int(y0) - 4, int(x1) + 4, int(y1) + 4)
    half = (int(x0 + (x1 - x0) // 3), *whole[1:])
    page[y0 - 20 : y1 + 20, x0 - 20 : x1 + 20] = np.minimum(
        page[y0 - 20 : y1 + 20, x0 - 20 : x1 + 20], (205, 40, 50)
    )

    reading = read_page(PageImage(page, 150), engines=replace(engines, finder=HalfBlind(whole, half)))

    assert [line.text for line in reading.lines] == ["Nguyễn Thị Hồng Nhung"]
