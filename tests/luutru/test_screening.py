"""A decoded page is looked through for a secret mark."""

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from catalog.scan import PageImage, Pixels
from ingest.separator import find
from luutru.screening import mark_on
from paper.sheet_mark import Kind
from samples.mark_ink import Stamp, draw, press
from samples.stack import separator_page
from tests.ocr.pages import font

DPI = 200


def stamped(text: str, *, seed: int, **how: object) -> PageImage:
    pixels: Pixels = np.full((2339, 1654, 3), 248, np.uint8)
    stamp = Stamp(text, "sans-bold", **how)  # type: ignore[arg-type]
    press(pixels, draw(stamp, dpi=DPI, rng=random.Random(seed)), 300, 400, stamp.ink)
    return PageImage(pixels, DPI)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("TỐI MẬT", {"shape": "hand", "frame": "none"}),
        ("TUYỆT MẬT", {"shape": "outline", "frame": "double", "angle": 14.0}),
        ("TỐI MẬT", {"shape": "spaced", "angle": -17.0, "ink": "black"}),
        ("MẬT", {"shape": "cut", "frame": "round", "angle": 9.0}),
    ],
)
def test_a_mark_is_found_in_the_picture_alone(text: str, how: dict[str, object]) -> None:
    mark = mark_on(stamped(text, seed=5, **how), None)

    assert mark is not None
    assert mark.level == text


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("HỎA TỐC HẸN GIỜ", {"shape": "hand", "frame": "none"}),
        ("HỎA TỐC HẸN GIỜ", {"shape": "hand", "frame": "double", "angle": -6.0}),
        ("ĐÃ GIẢI MẬT", {"shape": "wide", "frame": "box", "angle": -3.0}),
        ("THƯỢNG KHẨN", {"shape": "spaced", "frame": "lines", "angle": 13.0}),
    ],
)
def test_haste_and_the_end_of_secrecy_are_let_go(text: str, how: dict[str, object]) -> None:
    assert mark_on(stamped(text, seed=5, **how), None) is None


@pytest.mark.parametrize(
    ("kind", "cls", "seed"), [("document", "hand", 1), ("box", "seal", 2), ("box", "table", 2)]
)
def test_the_codes_of_our_own_sheets_are_no_marks(kind: Kind, cls: str, seed: int) -> None:
    page = separator_page(kind, cls, random.Random(seed))
    image = PageImage(page.image, page.dpi)

    assert mark_on(image, None, codes=find(image)) is None


@pytest.mark.parametrize(("left", "top"), [(300, 2200), (1500, 330)])
def test_a_mark_on_a_sheet_of_ours_is_found(left: int, top: int) -> None:
    page = separator_page("dossier", "seal", random.Random(3))
    pixels = np.ascontiguousarray(page.image)
    stamp = Stamp("TUYỆT MẬT", "sans-bold")
    press(pixels, draw(stamp, dpi=page.dpi, rng=random.Random(5)), left, top, stamp.ink)
    image = PageImage(pixels, page.dpi)

    mark = mark_on(image, None, codes=find(image))

    assert mark is not None
    assert mark.level == "TUYỆT MẬT"


def test_a_mark_that_lies_otherwise_than_the_sheet_of_ours_is_found() -> None:
    page = separator_page("dossier", "seal", random.Random(3))
    pixels = np.ascontiguousarray(np.rot90(page.image))
    stamp = Stamp("TUYỆT MẬT", "sans-bold")
    press(pixels, draw(stamp, dpi=page.dpi, rng=random.Random(5)), 300, 300, stamp.ink)
    image = PageImage(pixels, page.dpi)

    mark = mark_on(image, None, codes=find(image))

    assert mark is not None
    assert mark.level == "TUYỆT MẬT"


def test_a_pale_mark_is_found_under_the_print_that_lies_over_it() -> None:
    pale = stamped("TỐI MẬT", seed=5, shape="thin", frame="thick", ink="grey", cap_mm=7.0, strength=0.5)
    page = Image.fromarray(pale.pixels)
    ImageDraw.Draw(page).text((370, 455), "TỜ KHAI ĐĂNG KÝ KHAI SINH", fill=(20, 20, 20), font=font(40))

    mark = mark_on(PageImage(np.asarray(page), DPI), None)

    assert mark is not None
    assert mark.level == "TỐI MẬT"
