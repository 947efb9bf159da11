"""A name pressed with a red stamp under a round red seal."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from catalog.reading import Box
from catalog.scan import PageImage, Pixels
from ocr.clean import CleanPage, clean, straighten
from ocr.engines import Engines
from ocr.read import read_page
from ocr.reader import ReadLine, ReadWord
from ocr.seal import clearest, seals, under_seals
from tests.ocr.pages import LETTER, font, printed

PALE, DENSE = (240, 150, 150), (205, 20, 30)
CENTRE, RADIUS = (860, 1250), 105
NAME = "Nguyễn Hữu Thọ"


def sealed(name: str = NAME) -> Pixels:
    """Return a letter with a pale round seal, and a name in dense red over its lower half."""
    image = Image.fromarray(printed())
    draw = ImageDraw.Draw(image)
    x, y = CENTRE
    for radius in (RADIUS, RADIUS - 30, 35):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=PALE, width=9)
    if name:
        draw.text((x - 80, y + 40), name, fill=DENSE, font=font(34))
    return np.asarray(image)


def cleaned(pixels: Pixels) -> CleanPage:
    return clean(straighten(PageImage(pixels, 150)), rotation=0)


def test_a_round_seal_is_found_and_a_line_of_red_print_is_none() -> None:
    page, plain = cleaned(sealed()), cleaned(printed(ink="red"))
    assert page.red is not None
    assert plain.red is not None

    found = seals(page.red, page.dpi)

    assert len(found) == 1
    x0, y0, x1, y1 = found[0]
    assert x0 < CENTRE[0] < x1
    assert y0 < CENTRE[1] < y1
    assert seals(plain.red, plain.dpi) == []


def test_a_page_without_red_has_nothing_under_seals_and_costs_no_look(engines: Engines) -> None:
    page = cleaned(printed())

    assert (page.red, page.ink()) == (None, None)
    assert under_seals(page, engines.finder) == []


def test_a_seal_alone_hides_no_line(engines: Engines) -> None:
    assert under_seals(cleaned(sealed(name="")), engines.finder) == []


def test_a_name_in_red_under_a_red_seal_is_read_with_every_look_of_it(engines: Engines) -> None:
    reading = read_page(PageImage(sealed(), 150), engines=engines)

    line = next(line for line in reading.lines if "Thọ" in line.text)
    assert line.text == NAME
    assert sum(name[-1].isdigit() for name in line.raw) >= 3
    assert len(reading.lines) == len(LETTER) + 1


def test_of_the_looks_each_word_is_taken_where_the_reader_was_surest() -> None:
    box = (0, 0, 10, 10)
    one = ReadLine((ReadWord("Trần", box, 0.9), ReadWord("Binh", box, 0.4)))
    other = ReadLine((ReadWord("Trấn", box, 0.5), ReadWord("Bình", box, 0.8)))

    assert clearest([one, other]).text == "Trần Bình"


def test_the_part_with_a_seal_is_looked_at_more_finely_than_a_page(engines: Engines) -> None:
    sides = list[int | None]()

    class Asked:
        name = build = "asked"

        def find(self, page: Pixels, *, side: int | None = None) -> list[Box]:
            sides.append(side)
            return engines.finder.find(page, side=side)

        def order(self, boxes: Sequence[Box], texts: Sequence[str], *, width: int, height: int) -> list[int]:
            return list(range(len(boxes)))

    page = cleaned(sealed())

    under_seals(page, Asked())

    assert sides == [max(page.width, page.height) // 2]
