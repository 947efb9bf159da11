"""A mark is found by how likely it is to a reader that was asked for it; what it says is handed in."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from catalog.reading import Line, Reading, Word
from catalog.scan import PageImage, Pixels
from classify.secret_mark import SecretMark, find_mark
from classify.secret_mark_heard import Spot
from samples.mark_ink import Stamp, draw, press

WIDTH, HEIGHT, DPI = 1654, 2339, 200


def page(*, frame: str = "none", text: str = "TỐI MẬT") -> PageImage:
    pixels: Pixels = np.full((HEIGHT, WIDTH, 3), 248, np.uint8)
    stamp = Stamp(text, ink="black", frame=frame)
    press(pixels, draw(stamp, dpi=DPI, rng=random.Random(3)), 300, 400, stamp.ink)
    return PageImage(pixels, DPI)


def spots(text: str, **nats: float) -> Spot:
    """Return a reader that says `text` of every picture, and holds all other words out of the question."""

    def spot(pictures: Sequence[Pixels], words: Sequence[str]) -> list[tuple[str, list[float]]]:
        return [(text, [nats.get(word, 60.0) for word in words]) for _ in pictures]

    return spot


class Careful:
    """Says the same of every picture, and counts them."""

    def __init__(self, text: str) -> None:
        self.text, self.asked = text, 0

    def __call__(self, pictures: Sequence[Pixels]) -> list[str]:
        self.asked += len(pictures)
        return [self.text for _ in pictures]


def look(
    image: PageImage, spot: Spot, *, careful: Careful | None = None, reading: Reading | None = None
) -> SecretMark | None:
    readers = [Careful(""), careful or Careful("")]
    return find_mark(image, reading, readers=readers, spot=spot, dpi=DPI)


def read(*words: Word) -> Reading:
    box = (
        min(word.box[0] for word in words),
        words[0].box[1],
        max(word.box[2] for word in words),
        words[0].box[3],
    )
    return Reading((Line(words, box),), WIDTH, HEIGHT, DPI, 0, 0.0, {})


def test_a_close_second_is_a_mark_and_nobody_else_is_asked() -> None:
    careful = Careful("")

    mark = look(page(), spots("ZỐT Mộ", TOIMAT=2.0), careful=careful)

    assert mark is not None
    assert mark.level == "TỐI MẬT"
    assert careful.asked == 0


@pytest.mark.parametrize(("nats", "found"), [(12.0, True), (30.0, False)])
def test_half_a_mark_of_the_careful_reader_counts_where_the_quick_one_allows_it(
    nats: float, found: bool
) -> None:
    mark = look(page(frame="box"), spots("JốJ M", TOIMAT=nats), careful=Careful("TÕI MRC"))

    assert (mark is not None) is found


def test_the_last_word_of_what_says_that_there_is_no_mark_is_none_though_it_was_read_alone() -> None:
    reading = read(Word("MẬT", (305, 405, 560, 500), 0.4, agreed=False))
    image = page(text="ĐÃ GIẢI MẬT")

    assert look(image, spots("MẬT", MAT=0.1), reading=reading) is not None
    assert look(image, spots("ĐÃ GYAI MẮT", DAGIAIMAT=1.5, MAT=18.0), reading=reading) is None


@pytest.mark.parametrize(("under", "found"), [('4Ù/[Ä*;"', True), ("MẠI", False)])
def test_a_mark_read_clearly_twice_is_no_word_of_the_print_under_it_that_nobody_could_read(
    under: str, found: bool
) -> None:
    beside = [
        Word(text, (40 + 60 * i, 404, 90 + 60 * i, 470), 0.99, agreed=True)
        for i, text in enumerate(["kể", "từ", "ngày", "ký"])
    ]
    reading = read(*beside, Word(under, (310, 406, 425, 455), 0.45, agreed=False))

    assert (look(page(text="MẬT"), spots("MẬT", MAT=0.1), reading=reading) is not None) is found
