"""A signer's name under a seal that is as black as the print."""

import dataclasses
import functools
import math
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from catalog.reading import Line, Word
from catalog.scan import PageImage, Pixels
from ocr.black_seal import evidence, find_seal
from ocr.clean import CleanPage, clean
from ocr.engines import Engines
from ocr.laid_name import NameLayer, bare
from ocr.name_shapes import NameShapes
from ocr.orienter import Orientation
from ocr.read import read_page
from ocr.sealed_name import LAID, SealedNames
from samples.fonts import font_file

DPI = 200
CENTRE, RADIUS = (1150, 1500), 136
NAME, AT = "Nguyễn Đức Ước", (1260, 1620)


class Upright:
    """An orienter that has made up its mind."""

    name = build = "told"

    def orientation(self, page: Pixels, *, dpi: int) -> Orientation:
        return Orientation(0, True)


def signed(name: str = NAME, *, seal: bool = True, style: str = "bold", family: str = "serif") -> Pixels:
    """Return a sheet, black and white, with a post and a name, and a seal over the name's first word."""
    image = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(image)
    face = ImageFont.truetype(str(font_file(family, style)), 37)
    for i, line in enumerate(
        ("Ông Trần Văn Bình, cán bộ văn phòng, chịu trách nhiệm", "thi hành quyết định này.")
    ):
        draw.text(
            (240, 900 + 50 * i), line, fill=0, font=ImageFont.truetype(str(font_file("serif", "regular")), 37)
        )
    draw.text((AT[0], 1320), "CHỦ TỊCH", fill=0, font=face, anchor="ms")
    if name:
        draw.text(AT, name, fill=0, font=face, anchor="ms")
    if seal:
        x, y = CENTRE
        for radius, width in ((RADIUS, 6), (RADIUS - 14, 2), (80, 2)):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=0, width=width)
        for i, letter in enumerate("ỦY BAN NHÂN DÂN XÃ MẪU THỬ * HUYỆN THỬ * "):
            angle = 2 * math.pi * i / 42
            place = x + 102 * math.cos(angle), y + 102 * math.sin(angle)
            draw.text(
                place,
                letter,
                fill=0,
                font=ImageFont.truetype(str(font_file("sans", "bold")), 18),
                anchor="mm",
            )
    return (np.asarray(image) > 128).astype(np.uint8) * np.uint8(255)


def cleaned(pixels: Pixels) -> CleanPage:
    return clean(PageImage(pixels, DPI), orienter=Upright())


@functools.cache
def shapes() -> NameShapes:
    loaded = NameShapes.load()
    if loaded is None:
        pytest.skip("Liberation Serif is not installed")
    return loaded


def test_a_black_seal_is_found_and_a_page_without_one_has_none() -> None:
    page = cleaned(signed())

    found = find_seal(page.cleaned, page.dpi)

    assert found is not None
    assert math.hypot(found.x - CENTRE[0], found.y - CENTRE[1]) < 12
    assert find_seal(cleaned(signed(seal=False)).cleaned, DPI) is None


def test_a_name_under_a_black_seal_is_laid_letter_by_letter() -> None:
    page = cleaned(signed())
    seal = find_seal(page.cleaned, page.dpi)
    assert seal is not None

    laid = NameLayer(shapes()).lay(evidence(page.cleaned, page.dpi, seal))

    assert laid is not None
    assert " ".join(laid.words) == NAME
    assert min(laid.fit) > 0.6
    assert min(laid.leads) > 0


def test_under_a_seal_without_a_name_none_is_laid() -> None:
    page = cleaned(signed(name=""))
    seal = find_seal(page.cleaned, page.dpi)
    assert seal is not None

    laid = NameLayer(shapes()).lay(evidence(page.cleaned, page.dpi, seal))

    assert laid is None or min(laid.fit) < 0.5


def test_the_name_is_read_in_its_place_and_is_never_sure(engines: Engines) -> None:
    reading = read_page(PageImage(signed(), DPI), engines=engines)

    line = next(line for line in reading.lines if LAID in line.raw)
    assert line.text == line.raw[LAID] == NAME
    assert math.prod(word.confidence for word in line.words) < 0.9
    assert not any(word.agreed for word in line.words)
    x0, y0, x1, y1 = line.box
    assert x0 < AT[0] < x1
    assert y0 < AT[1] - 10 < y1
    assert sum("Ước" in other.text for other in reading.lines) == 1


def test_a_name_in_another_type_is_left_as_it_was_read(engines: Engines) -> None:
    page = PageImage(signed(family="typewriter", style="regular"), DPI)
    alone = dataclasses.replace(engines, sealed=None)

    assert read_page(page, engines=engines).lines == read_page(page, engines=alone).lines


def test_a_name_that_readers_agree_on_is_left_to_them() -> None:
    page = cleaned(signed())
    place = (1130, 1585, 1390, 1630)
    line = Line(tuple(Word(word, place, 0.99, True) for word in ["Trần", "Văn", "Bình"]), place)

    assert SealedNames(shapes()).put_right(page, [line]) == [line]


def test_a_page_with_colour_is_left_to_the_lifting_of_red() -> None:
    page = dataclasses.replace(cleaned(signed()), red=np.zeros((2339, 1654), np.uint8))

    assert SealedNames(shapes()).put_right(page, []) == []


def test_the_words_of_names_are_those_that_descriptions_know() -> None:
    titles = Path(__file__).parents[2] / "classify" / "titles.toml"
    told = tomllib.loads(titles.read_text(encoding="utf-8"))
    few_letters = {
        "Y",
        "H'",
        "K'",
        "A",
        "Rơ",
        "Ksor",
        "Siu",
        "Rah",
        "Kpă",
        "Nay",
    }  # no syllables of Vietnamese

    assert set(told["families"]) - few_letters <= set(shapes().families)
    assert set(told["given"]) <= shapes().given


def test_letters_lose_their_marks_for_comparing() -> None:
    assert bare("Đẳng") == "dang"
