"""Letters and words laid along a row of ink, at full size and at half."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.black_seal import Evidence
from ocr.letter_line import Beginnings, LetterLine, lay_letters
from tests.ocr.letters import shapes

EM, WIDE, ROW, AT = 36, 300, 60, 100
WORD, OTHERS = "Phúc", ("Phú", "Phức", "Hạnh")


def number(word: str) -> list[int]:
    return [shapes().letters.index(letter) for letter in word]


def line(*, rough: bool, row: int = ROW) -> LetterLine:
    """Return a line on `row` of paper on which a word stands on `ROW` from `AT` on."""
    paper = Image.new("L", (WIDE, 100), 0)
    font = ImageFont.truetype(str(shapes().face), EM)
    ImageDraw.Draw(paper).text((AT, ROW), WORD, 255, font, anchor="ls")
    ink = np.asarray(paper) > 128
    weight = np.dstack([np.where(ink, 1, -1), np.zeros(ink.shape)]).astype(np.float32)  # rims tell nothing
    told = Evidence(weight, np.abs(weight), ink, np.ones_like(ink), (0, 0, WIDE, 100))
    some = np.arange(len(shapes().letters))
    return lay_letters(told, shapes().at(EM), row, some, rough=rough)


@pytest.mark.parametrize("rough", [False, True])
def test_a_word_is_found_where_it_stands(rough: bool) -> None:
    words = (WORD, *OTHERS)
    laid = line(rough=rough)
    numbers = dict(zip(shapes().letters, range(len(shapes().letters)), strict=True))

    ended = laid.ended(Beginnings(words, numbers), np.zeros(laid.columns, np.float32))
    exit_ = np.zeros(laid.columns, np.float32)
    start = int(laid.begun(number(WORD), exit_).argmax())
    begun, end = laid.path(number(WORD), start, exit_)

    assert words[int(ended.max(1).argmax())] == WORD
    assert abs(start * laid.step - AT) <= 2
    assert begun == sorted(begun)
    assert end == pytest.approx(int(ended[0].argmax()), abs=1)
    assert laid.fit(number(WORD), begun) > 0.6


@pytest.mark.parametrize("rough", [False, True])
def test_letters_fit_best_on_the_row_they_stand_on(rough: bool) -> None:
    some = np.array(number("Phuc"))

    worth = {row: line(rough=rough, row=row).any_letters(some) for row in (ROW - 3, ROW, ROW + 3)}

    assert max(worth, key=lambda row: worth[row]) == ROW


def test_letters_of_which_nothing_is_asked_tell_nothing() -> None:
    whole = line(rough=False)

    few = lay_letters(whole.evidence, whole.letters, ROW, np.array(number("P")), rough=False)

    assert np.flatnonzero(few.told.any(1)).tolist() == number("P")
    assert np.allclose(few.told[number("P")], whole.told[number("P")], atol=0.01)


def test_letters_at_half_size_have_as_much_ink() -> None:
    letters = shapes().at(EM)

    half = letters.halved

    assert half.columns.sum() == letters.columns.sum()
    assert (half.size, half.wide * 2, half.tall * 2) == (EM / 2, letters.wide, letters.tall)


def test_no_letter_is_cut_by_the_room_it_has() -> None:
    rim = shapes().at(EM).columns.sum(-1)

    assert not rim[0].any()
    assert not rim[-1].any()
    assert not rim[:, :, 0].any()
    assert not rim[:, :, -1].any()
