"""Single pages: every class is made, the same again each time, with its words where the truth says."""

import itertools
import shutil
import unicodedata

import numpy as np
import pytesseract
import pytest
from PIL import Image

from samples.pages import SamplePage, make_pages
from samples.scan import CLASSES


@pytest.fixture(scope="module")
def pages() -> dict[str, SamplePage]:
    return {page.cls: page for page in make_pages(len(CLASSES), seed=5)}


def errors(read: str, true: str) -> float:
    """Character error rate: edits over length of the truth, blanks folded."""
    a, b = " ".join(read.split()), " ".join(true.split())
    row = np.arange(len(b) + 1)
    letters = np.array([ord(letter) for letter in b])
    for i, letter in enumerate(a, start=1):
        best = np.minimum(row[:-1] + (letters != ord(letter)), row[1:] + 1)
        steps = np.concatenate(([i], best)) - np.arange(len(b) + 1)
        row = np.minimum.accumulate(steps) + np.arange(len(b) + 1)
    return float(row[-1]) / len(b)


def test_all_classes_are_made_at_their_own_dpi(pages: dict[str, SamplePage]) -> None:
    assert set(pages) == set(CLASSES)
    for cls, page in pages.items():
        assert page.dpi == CLASSES[cls].dpi
        assert page.image.shape[:2] == (page.truth.height, page.truth.width)
        assert len(page.words) > 60


def test_the_same_seed_makes_the_same_pages_and_one_page_does_not_lean_on_those_before() -> None:
    first = list(make_pages(3, seed=9, classes=["seal", "bilevel200", "skew"]))
    again = next(itertools.islice(make_pages(3, seed=9, classes=["seal", "bilevel200", "skew"]), 2, None))

    assert np.array_equal(first[2].image, again.image)
    assert first[2].truth == again.truth
    assert first[0].text != first[1].text


@pytest.mark.parametrize("cls", ["clean300", "skew", "upside", "border", "low150", "hand", "table"])
def test_every_word_has_ink_inside_its_box(pages: dict[str, SamplePage], cls: str) -> None:
    page = pages[cls]
    grey = np.asarray(Image.fromarray(page.image).convert("L"))

    for word in page.words:
        x0, y0, x1, y1 = word.box
        assert grey[y0:y1, x0:x1].min() < 150, word


def test_black_and_white_pages_are_only_black_and_white(pages: dict[str, SamplePage]) -> None:
    assert set(np.unique(pages["bilevel200"].image)) == {0, 255}


def test_a_sealed_page_is_red_where_the_stamp_is(pages: dict[str, SamplePage]) -> None:
    image = pages["seal"].image.astype(int)

    red = (image[:, :, 0] - image[:, :, 1]) > 60

    assert 2000 < red.sum() < red.size / 10


def test_turning_an_upside_down_page_makes_it_upright(pages: dict[str, SamplePage]) -> None:
    truth = pages["upside"].truth

    tops = [line.box[1] for line in truth.lines]

    assert truth.rotation == 180
    assert tops[0] > tops[-1]


def test_the_truth_is_nfc_line_by_line(pages: dict[str, SamplePage]) -> None:
    for page in pages.values():
        assert page.text == unicodedata.normalize("NFC", page.text)
        assert page.text.splitlines() == [line.text for line in page.truth.lines]


def test_the_fields_of_a_page_are_printed_on_it(pages: dict[str, SamplePage]) -> None:
    for page in pages.values():
        printed = " ".join(page.text.split())
        for key in ("number", "notation", "kind", "place"):
            value = page.fields[key]
            assert value in printed or (key == "kind" and value == "CÔNG VĂN"), (page.cls, key)


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract-ocr is not installed")
def test_tesseract_reads_a_clean_page_almost_as_the_truth_has_it() -> None:
    page = next(make_pages(1, seed=21, classes=["clean300"]))

    read = pytesseract.image_to_string(Image.fromarray(page.image), lang="vie", config="--psm 6")

    assert errors(unicodedata.normalize("NFC", read), page.text) < 0.03


def test_a_class_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        next(make_pages(1, seed=1, classes=["fax"]))
