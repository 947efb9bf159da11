"""Words are asked for by name; the recogniser's second thoughts count."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ocr.reader import LineImage, ReaderError
from ocr.trueocr_engine import TrueocrModels, TrueocrReader
from ocr.word_spotter import SMALL, SPARE, BareLetters, unlikely
from tests.contracts.reader import line_of

WORDS = ("MAT", "TOIMAT", "TUYETMAT", "HOATOC")


def chances(*steps: str) -> NDArray[np.float32]:
    """Return one step for each argument: `A` sure, `AB` either as likely, `-` no letter."""
    shares = np.full((len(steps), 28), 1e-6, np.float32)
    for row, letters in zip(shares, steps, strict=True):
        for letter in letters:
            row[0 if letter == "-" else ord(letter) - 64] = 1 / len(letters)
    return np.log(shares)


@pytest.mark.parametrize(
    ("text", "word"),
    [("TỐI MẬT", "TOIMAT"), ("TOI MAT", "TOIMAT"), ("T U Y Ệ T  M Ậ T", "TUYETMAT"), ("HỎA TỐC", "HOATOC")],
)
def test_a_word_is_likely_on_its_own_line_with_and_without_its_marks(
    models: TrueocrModels, text: str, word: str
) -> None:
    nats = dict(zip(WORDS, TrueocrReader(models).spot([line_of(text)], WORDS)[0].nats, strict=True))

    assert nats.pop(word) < 1.0
    assert min(nats.values()) > 7.0


def test_what_it_says_is_what_it_reads_and_each_line_keeps_its_place(models: TrueocrModels) -> None:
    blank = LineImage(np.full((40, 300), 255, np.uint8), (5, 5, 295, 35), 200)
    lines = [line_of("Nơi nhận"), blank, line_of("TUYỆT MẬT, chép tay ba bản"), line_of("MẬT")]
    reader = TrueocrReader(models)

    spotted = reader.spot(lines, ["MAT"])

    assert [each.text for each in spotted] == [line.text for line in reader.read(lines)]
    assert spotted[1].nats == (float("inf"),)
    assert spotted[3].nats[0] < 0.5 < spotted[2].nats[0]


def test_no_lines_give_no_results(models: TrueocrModels) -> None:
    assert TrueocrReader(models).spot([], WORDS) == []


def test_a_spotter_that_breaks_says_so_in_our_words(models: TrueocrModels) -> None:
    empty = LineImage(np.zeros((0, 0), np.uint8), core=(0, 0, 0, 0), dpi=200)

    with pytest.raises(ReaderError, match="trueocr failed"):
        TrueocrReader(models).spot([empty], WORDS)


def test_a_close_second_costs_little_and_another_letter_much() -> None:
    line = chances("ZT", "-", "O", "IT", "-", "M", "A", "T")

    ((close, far),) = unlikely([line], ["TOIMAT", "BOIMAT"])

    assert close == pytest.approx(2 * np.log(2), abs=0.01)
    assert far > close + 10


def test_letters_beside_the_word_have_their_price_and_blanks_have_none() -> None:
    bare, apart, beside = unlikely(
        [
            chances("M", "A", "T"),
            chances("-", "M", "-", "-", "A", "-", "T", "-"),
            chances("I", "M", "A", "T", "X", "-", "Y"),
        ],
        ["MAT"],
    )[:, 0]

    assert bare == pytest.approx(0.0, abs=0.01)
    assert apart == pytest.approx(0.0, abs=0.01)
    assert beside == pytest.approx(3 * SPARE, abs=0.01)


def test_a_line_is_judged_alike_alone_and_beside_a_longer_one() -> None:
    short, long = chances("M", "A", "T"), chances(*("-" * 40))

    assert unlikely([short], WORDS)[0] == pytest.approx(unlikely([short, long], WORDS)[0])


def test_a_letter_that_stands_twice_needs_a_gap() -> None:
    once, twice = unlikely([chances("A", "T", "T"), chances("A", "T", "-", "T")], ["ATT"])[:, 0]

    assert once > 10
    assert twice == pytest.approx(0.0, abs=0.01)


def test_marks_and_small_letters_fall_together_with_the_bare_letter() -> None:
    letters = BareLetters(["Ậ", "â", "đ", ",", "7"])
    one_each = np.log(np.eye(6, dtype=np.float32) + np.float32(1e-9))

    bare = letters.of(one_each)

    assert bare.argmax(1).tolist() == [0, 1, 1, 4, 0, 27]
    assert bare[2, 1] == pytest.approx(-SMALL, abs=0.01)
