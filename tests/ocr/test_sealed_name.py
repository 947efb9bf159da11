"""A signer's name under a seal that is as black as the print."""

import dataclasses
import functools
import math
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from catalog.reading import LAID, Box, Line, Word
from catalog.scan import PageImage, Pixels
from ocr.black_seal import Evidence, Seal, evidence, find_seal
from ocr.clean import CleanPage, clean, straighten
from ocr.engines import Engines
from ocr.laid_name import NameLayer, bare
from ocr.name_shapes import NameShapes
from ocr.read import read_page
from ocr.sealed_name import SealedNames
from samples.fonts import font_file
from tests.ocr.letters import shapes

DPI = 200
CENTRE, RADIUS = (1150, 1500), 136
NAME, AT = "Nguyễn Đức Ước", (1260, 1620)


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
    return clean(straighten(PageImage(pixels, DPI)), rotation=0)


def read(*words: tuple[str, Box, bool]) -> Line:
    """Return a line of words, each with its place and whether the readers agreed on it."""
    boxes = [box for _, box, _ in words]
    whole = (min(x for x, *_ in boxes), boxes[0][1], max(box[2] for box in boxes), boxes[0][3])
    text = " ".join(text for text, *_ in words)
    found = tuple(Word(text, box, 0.995 if agreed else 0.3, agreed) for text, box, agreed in words)
    return Line(found, whole, {"tesseract": text, "trueocr": text})


HIDDEN, OPEN = (1140, 1585, 1220, 1630), (1315, 1585, 1385, 1630)
"""Places of the name's first word, under the seal, and of its last, beside it."""


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
    assert all(word.confidence < 0.9 for word in line.words if not word.agreed)
    assert not all(word.agreed for word in line.words)
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


def test_a_strip_of_ink_that_is_narrower_than_a_letter_bears_no_name() -> None:
    image = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(image)
    for radius, width in ((135, 6), (121, 2)):
        draw.ellipse((400 - radius, 1510 - radius, 400 + radius, 1510 + radius), outline=0, width=width)
    draw.rectangle((193, 600, 200, 1689), fill=0)
    page = cleaned(np.asarray(image))
    line = read(("l", (300, 1590, 320, 1690), False))

    assert find_seal(page.cleaned, page.dpi) is not None
    assert SealedNames(shapes()).put_right(page, [line]) == [line]


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(0, 70),
    width=st.one_of(st.integers(0, 40), st.integers(105, 125)),
    dark=st.sampled_from([0.0, 0.05, 0.5, 1.0]),
    open_=st.sampled_from([0.0, 0.5, 1.0]),
    seed=st.integers(0, 99),
)
def test_any_ink_can_be_laid_over_none_and_black_paper_too(
    height: int, width: int, dark: float, open_: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    ink = rng.random((height, width)) < dark
    weight = np.where(ink, 1.0, -1.0).astype(np.float32)
    told = Evidence(
        np.dstack([weight, weight / 2]), np.ones((height, width, 2), np.float32), ink,
        rng.random((height, width)) < open_, (0, 0, width, height),
    )  # fmt: skip

    laid = layer().lay(told)

    assert laid is None or 2 <= len(laid.words) <= 5


@functools.cache
def layer() -> NameLayer:
    return NameLayer(shapes())


@settings(max_examples=40, deadline=None)
@given(
    tall=st.integers(1, 400), wide=st.integers(1, 400), dark=st.sampled_from([0.0, 0.3, 1.0]),
    x=st.floats(0, 1), y=st.floats(0, 1), dpi=st.sampled_from([72, 200, 1200]), seed=st.integers(0, 99),
)  # fmt: skip
def test_any_page_can_be_searched_for_a_seal_and_any_seal_tells_of_its_ink(
    tall: int, wide: int, dark: float, x: float, y: float, dpi: int, seed: int
) -> None:
    paper = (np.random.default_rng(seed).random((tall, wide)) >= dark).astype(np.uint8) * np.uint8(255)

    find_seal(paper, dpi)
    told = evidence(paper, 200, Seal(x * (wide - 1), y * (tall - 1), 110.0))

    assert told.ink.shape == told.outside.shape == told.weight.shape[:2]
    assert np.isfinite(told.weight).all()


def test_no_seal_is_looked_for_on_what_is_larger_than_a_signed_paper_by_its_own_word() -> None:
    image = Image.new("L", (2384, 3370), 255)
    ImageDraw.Draw(image).ellipse((1000, 2000, 1090, 2090), outline=0, width=3)

    assert find_seal(np.asarray(image)[500:2600, 500:1500], 72) is not None
    assert find_seal(np.asarray(image), 72) is None


def test_where_no_print_was_read_under_a_seal_or_over_it_no_name_is_laid() -> None:
    line = read(("Ông", (240, 900, 300, 940), True), ("nhiệm", (1000, 900, 1300, 940), True))
    post = read(("CHỦ", (1165, 1290, 1240, 1325), True), ("TỊCH", (1255, 1290, 1350, 1325), True))
    page = cleaned(signed())

    alone, under = (SealedNames(shapes()).put_right(page, lines) for lines in ([line], [line, post]))

    assert alone == [line]
    assert [line.text for line in under] == ["Ông nhiệm", "CHỦ TỊCH", NAME]


@pytest.mark.parametrize(("text", "place"), [("Trần", HIDDEN), ("VĂN", OPEN), ("12", HIDDEN), ("n", HIDDEN)])
def test_a_name_that_puts_another_word_where_both_readers_agree_is_not_told(text: str, place: Box) -> None:
    lines = [read(("(W>", (1230, 1585, 1300, 1630), False)), read((text, place, True))]

    assert SealedNames(shapes()).put_right(cleaned(signed()), lines) == lines


def test_words_of_the_name_that_both_readers_gave_stay_as_they_gave_them() -> None:
    lines = [read(("(Wgưỹ", HIDDEN, False), ("*", (1228, 1585, 1240, 1600), True), ("Ước.", OPEN, True))]

    name = next(
        line for line in SealedNames(shapes()).put_right(cleaned(signed()), lines) if LAID in line.raw
    )

    assert name.text == "Nguyễn Đức Ước."
    assert name.words[2] == lines[0].words[2]
    assert all(word.confidence < 0.9 for word in name.words[:2])
    assert name.raw["tesseract"] == "(Wgưỹ * Ước."


def test_without_a_typeface_that_can_be_used_no_names_are_laid(tmp_path: Path) -> None:
    whole = font_file("serif", "bold").read_bytes()
    broken = []
    for i, data in enumerate([b"", b"no typeface", whole[:100], whole[:9000], whole[: len(whole) // 2]]):
        broken.append(tmp_path / f"{i}.ttf")
        broken[-1].write_bytes(data)

    assert NameShapes.load([tmp_path / "none.ttf", tmp_path, *broken]) is None
    assert NameShapes.load([*broken, font_file("serif", "bold")]) is not None


def test_a_typeface_that_lies_elsewhere_is_not_taken_by_its_name(tmp_path: Path) -> None:
    there = font_file("serif", "bold")

    shapes = NameShapes.load([tmp_path / there.name, there])

    assert shapes is not None
    assert shapes.face == there


def test_letters_lose_their_marks_for_comparing() -> None:
    assert bare("Đẳng") == "dang"
