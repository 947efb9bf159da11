"""The words of a PDF lie where they are printed and come back in the order they were read."""

import unicodedata
from pathlib import Path

import pypdfium2
import pytest

from catalog.reading import Line, Reading, Word
from paper.glyphless import Alphabet
from paper.text_layer import text_layer
from tests.paper.pages import (
    DPI,
    HEIGHT,
    LETTER,
    WIDTH,
    blank,
    bound,
    bound_page,
    pdftotext,
    reading,
    save,
    sheet,
    squeezed,
)
from tests.services.verapdf import VeraPdf

BASES = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
SYLLABLES = [
    unicodedata.normalize("NFC", f"đ{base}{tone}c Đ{base.upper()}{tone}C") for base in BASES for tone in TONES
]


def test_all_vietnamese_letters_come_back_exactly(verapdf: VeraPdf, tmp_path: Path) -> None:
    rows = [(" ".join(SYLLABLES[start : start + 5]),) for start in range(0, len(SYLLABLES), 5)]
    read = reading(rows)

    file = _file(tmp_path, read)

    assert squeezed(pdftotext(file)) == [row[0] for row in rows]
    verapdf.check(file)


def test_letters_beyond_the_basic_plane_come_back(verapdf: VeraPdf, tmp_path: Path) -> None:
    rows = [("Chữ Nôm 𡨸喃 và dấu \ue000 riêng",)]

    file = _file(tmp_path, reading(rows))

    assert squeezed(pdftotext(file)) == [rows[0][0]]
    verapdf.check(file)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, 0.4, -0.9, 2.5, -6.0, 14.0])
def test_a_letter_comes_back_line_by_line_however_it_was_scanned(
    verapdf: VeraPdf, tmp_path: Path, rotation: int, skew: float
) -> None:
    sideways = rotation in (90, 270)
    width, height = (HEIGHT, WIDTH) if sideways else (WIDTH, HEIGHT)
    read = reading(LETTER, rotation=rotation, skew=skew, width=width, height=height)

    file = _file(tmp_path, read)

    back = pdftotext(file)
    assert " ".join(back.split()) == " ".join(read.text.split())
    verapdf.check(file)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, 0.4, -3.0, 10.0])
def test_every_letter_lies_on_its_word(tmp_path: Path, rotation: int, skew: float) -> None:
    sideways = rotation in (90, 270)
    width, height = (HEIGHT, WIDTH) if sideways else (WIDTH, HEIGHT)
    read = reading(rotation=rotation, skew=skew, width=width, height=height)

    letters = _letters(_file(tmp_path, read), height)

    words = [(letter, word.box) for word in read.words for letter in word.text]
    assert [letter for letter, _, _ in letters] == [letter for letter, _ in words]
    far = max(
        max(box[0] - x, x - box[2], box[1] - y, y - box[3])
        for (_, x, y), (_, box) in zip(letters, words, strict=True)
    )
    assert far < 0.03 * DPI  # middle of a letter outside its word: under a millimetre


def test_poppler_finds_each_word_of_a_straight_page_in_its_place(tmp_path: Path) -> None:
    read = reading([row for row in LETTER if not row[0].startswith("-")])

    listed = pdftotext(_file(tmp_path, read), "-tsv").splitlines()[1:]

    found = [line.split("\t") for line in listed if line.split("\t")[0] == "5"]
    assert [row[11] for row in found] == [word.text for word in read.words]
    for row, word in zip(found, read.words, strict=True):
        left, top, width, height = (float(value) * DPI / 72 for value in row[6:10])
        assert left == pytest.approx(word.box[0], abs=2)
        assert left + width == pytest.approx(word.box[2], abs=2)
        assert top + height / 2 == pytest.approx((word.box[1] + word.box[3]) / 2, abs=3)


def test_a_row_of_a_table_stays_one_line(tmp_path: Path) -> None:
    words = [("7", 60), ("Bùi", 120), ("Thanh", 150), ("Ẩn", 200), ("Văn", 400), ("thư", 432), ("3,30", 700)]
    rows = tuple(
        Line(
            tuple(Word(text, (x, top, x + 7 * len(text), top + 14), 0.9, True) for text, x in words),
            (0, 0, 1, 1),
        )
        for top in range(100, 400, 25)
    )
    read = Reading(rows, WIDTH, HEIGHT, DPI, 0, 0.0, {})

    back = pdftotext(_file(tmp_path, read))

    assert squeezed(back) == read.text.split("\n")


def test_dashes_of_a_list_stay_with_their_words(tmp_path: Path) -> None:
    lines = [f"- Trung tâm Lưu trữ lịch sử tỉnh số {number};" for number in range(8)]
    read = reading([(line.replace("- ", "-  "),) for line in lines])

    back = pdftotext(_file(tmp_path, read))

    assert squeezed(back) == lines


def test_words_set_over_one_another_are_all_there(tmp_path: Path) -> None:
    words = [Word(text, (100, 100, 140, 114), 0.4, False) for text in ["một", "hai", "ba", "bốn"]]
    read = Reading((Line(tuple(words), (100, 100, 140, 114)),), WIDTH, HEIGHT, DPI, 0, 0.0, {})

    back = pdftotext(_file(tmp_path, read))

    assert squeezed(back) == ["một hai ba bốn"]


def test_a_blank_page_has_no_text(verapdf: VeraPdf, tmp_path: Path) -> None:
    file = _file(tmp_path, blank())

    assert text_layer(blank(), Alphabet()) == b""
    assert pdftotext(file).strip() == ""
    verapdf.check(file)


def test_control_characters_are_not_set(tmp_path: Path) -> None:
    words = (
        Word("a\x00b\x07", (100, 100, 130, 114), 1.0, True),
        Word("\x1b", (140, 100, 150, 114), 1.0, True),
    )
    read = Reading((Line(words, (100, 100, 150, 114)),), WIDTH, HEIGHT, DPI, 0, 0.0, {})

    assert squeezed(pdftotext(_file(tmp_path, read))) == ["ab"]


def _file(folder: Path, read: Reading) -> Path:
    master = save(folder / "scan.png", sheet("L", width=read.width, height=read.height), "PNG")
    file = folder / "bound.pdf"
    file.write_bytes(bound(bound_page(master, read, media_type="image/png")))
    return file


def _letters(file: Path, height: int) -> list[tuple[str, float, float]]:
    """Return each letter pdfium sees, with its middle in pixels of the unturned master."""
    document = pypdfium2.PdfDocument(file)
    try:
        page = document[0]
        text = page.get_textpage()
        found = []
        for index in range(text.count_chars()):
            letter = text.get_text_range(index, 1)
            if letter.strip():
                left, bottom, right, top = text.get_charbox(index)
                x, y = (left + right) / 2 * DPI / 72, height - (bottom + top) / 2 * DPI / 72
                found.append((letter, x, y))
        return found
    finally:
        document.close()
