"""Words that a person changes: which keep their places, and which share what is between."""

import pytest

from catalog.reading import Line, Reading, Word
from review.correcting import CorrectionInvalid, LineEdit, NewLine, corrected


def a_line(*words: tuple[str, int, int], y: int = 100) -> Line:
    made = tuple(Word(text, (x0, y, x1, y + 20), 0.8, False) for text, x0, x1 in words)
    return Line(made, (made[0].box[0], y, made[-1].box[2], y + 20), {"tesseract": "as it was read"})


NUMBER = a_line(("Số:", 100, 140), ("4S/QD-UBND", 150, 290))
WANTED = a_line(("thu", 100, 140), ("hoi", 150, 190), ("đất", 200, 240), y=140)
PAGE = Reading((NUMBER, WANTED), 1000, 2000, 200, 0, 0.0, {"truth": "1"})


def texts(reading: Reading) -> list[str]:
    return [line.text for line in reading.lines]


def test_words_as_before_keep_place_and_confidence() -> None:
    made = corrected(PAGE, [LineEdit(1, "thu hồi đất")])

    assert made.lines[1].words[0] == WANTED.words[0]
    assert made.lines[1].words[2] == WANTED.words[2]
    assert made.lines[0] == NUMBER


def test_a_changed_word_stands_where_the_old_one_stood() -> None:
    word = corrected(PAGE, [LineEdit(1, "thu hồi đất")]).lines[1].words[1]

    assert (word.text, word.confidence, word.agreed) == ("hồi", 1.0, True)
    assert word.box[0] == 150
    assert 150 < word.box[2] <= 190


def test_words_that_take_the_place_of_one_share_its_room_by_their_letters() -> None:
    made = corrected(PAGE, [LineEdit(0, "Số: 45 /QĐ-UBND")]).lines[0].words

    assert [word.text for word in made] == ["Số:", "45", "/QĐ-UBND"]
    assert made[1].box[0] == 150
    assert made[1].box[2] <= made[2].box[0]
    assert made[2].box[2] <= 290
    assert made[2].box[2] - made[2].box[0] > made[1].box[2] - made[1].box[0]


def test_what_the_readers_gave_is_kept() -> None:
    assert corrected(PAGE, [LineEdit(0, "khác")]).lines[0].raw == NUMBER.raw


def test_an_inserted_word_stands_between_its_neighbours() -> None:
    made = corrected(PAGE, [LineEdit(1, "thu và hoi đất")]).lines[1].words

    assert [word.text for word in made] == ["thu", "và", "hoi", "đất"]
    assert 140 <= made[1].box[0] < made[1].box[2] <= 150


def test_a_line_without_text_goes_and_a_line_that_was_missed_comes_in() -> None:
    made = corrected(PAGE, [LineEdit(0, " ")], [NewLine(1, "Điều 1.", (100, 180, 300, 200))])

    assert texts(made) == ["thu hoi đất", "Điều 1."]
    assert made.lines[1].box == (100, 180, 300, 200)


def test_a_line_before_all_others_can_be_added() -> None:
    assert texts(corrected(PAGE, [], [NewLine(-1, "MẪU", (100, 10, 300, 30))]))[0] == "MẪU"


def test_the_same_text_changes_nothing() -> None:
    assert corrected(PAGE, [LineEdit(0, "Số:   4S/QD-UBND")]) == PAGE


def test_letters_are_composed_and_control_characters_are_blanks() -> None:
    made = corrected(PAGE, [LineEdit(0, "Số:\x00 45\u200b/QĐ")])

    assert texts(made)[0] == "Số: 45 /QĐ"


@pytest.mark.parametrize(
    ("rotation", "first", "second"),
    [
        (0, (100, 0, 150, 20), (150, 0, 200, 20)),
        (180, (150, 0, 200, 20), (100, 0, 150, 20)),
    ],
)
def test_on_a_page_upside_down_words_run_the_other_way(
    rotation: int, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    line = Line((Word("abcd", (100, 0, 200, 20), 0.5, False),), (100, 0, 200, 20))
    page = Reading((line,), 1000, 1000, 200, rotation, 0.0, {})

    one, other = corrected(page, [LineEdit(0, "ab cd")]).lines[0].words

    assert first[0] <= one.box[0] < one.box[2] <= first[2]
    assert second[0] <= other.box[0] < other.box[2] <= second[2]


@pytest.mark.parametrize(("rotation", "down"), [(90, False), (270, True)])
def test_on_a_page_scanned_sideways_words_run_up_or_down(rotation: int, down: bool) -> None:
    line = Line((Word("abcd", (0, 100, 20, 200), 0.5, False),), (0, 100, 20, 200))
    page = Reading((line,), 1000, 1000, 200, rotation, 0.0, {})

    one, other = corrected(page, [LineEdit(0, "ab cd")]).lines[0].words

    assert (one.box[1] < other.box[1]) is down
    assert all(100 <= word.box[1] < word.box[3] <= 200 for word in (one, other))


@pytest.mark.parametrize(
    ("edits", "added"),
    [
        ([LineEdit(2, "x")], []),
        ([LineEdit(-1, "x")], []),
        ([LineEdit(0, "x"), LineEdit(0, "y")], []),
        ([LineEdit(0, "x" * 2001)], []),
        ([], [NewLine(5, "x", (0, 0, 10, 10))]),
        ([], [NewLine(0, "x", (0, 0, 1001, 10))]),
        ([], [NewLine(0, "x", (10, 0, 10, 10))]),
        ([], [NewLine(0, " ", (0, 0, 10, 10))]),
    ],
)
def test_what_fits_nothing_is_refused(edits: list[LineEdit], added: list[NewLine]) -> None:
    with pytest.raises(CorrectionInvalid):
        corrected(PAGE, edits, added)
