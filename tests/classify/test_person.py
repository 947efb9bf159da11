"""A name read off many looks of it."""

from catalog.reading import Word
from classify.person import counted
from classify.upright import Piece, PlacedWord


def name(text: str, *looks: str) -> Piece:
    """Return the name of a signer as `text`, and what was read off each look of it."""
    words = [PlacedWord(Word(word, (0, 0, 9, 9), 0.6, False), 0, 0, 9, 9) for word in text.split()]
    return Piece(
        tuple(words), {"trueocr": text} | {f"trueocr {i + 2}": look for i, look in enumerate(looks)}, 1
    )


def test_words_that_most_looks_bear_out_make_the_name() -> None:
    piece = name("Trần Vãn Binh", "Trần Văn Bình", "Trấn Văn Bình", "Trần Vãn Bình")

    told = counted(piece)

    assert told is not None
    assert told[0] == "Trần Văn Bình"


def test_a_look_that_lost_marks_does_not_outvote_one_that_kept_them() -> None:
    piece = name("Lê Thị Yên", "Lê Thị Yên", "Lê Thị Yến", "Lê Thị Yên")

    told = counted(piece)

    assert told is not None
    assert told[0] == "Lê Thị Yến"
    assert told[1] < 0.9


def test_two_readings_are_not_counted() -> None:
    assert counted(name("Lê Thị Mai", "Lê Thị Mại")) is None
