"""What every reader of lines promises."""

import unicodedata

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr.reader import LineImage, Reader
from tests.ocr.pages import font

PRINTED = ("Điều 2. Quyết định này có hiệu lực kể từ ngày ký", "Ủy ban nhân dân huyện", "Nơi nhận")


def line_of(text: str, *, size: int = 36) -> LineImage:
    """Return `text` as a line of print at 200 dpi, with its margin."""
    face = font(size)
    left, top, right, bottom = (round(edge) for edge in face.getbbox(text))
    image = Image.new("L", (right - left + 20, bottom - top + 20), 255)
    ImageDraw.Draw(image).text((10 - left, 10 - top), text, fill=0, font=face)
    pixels = np.asarray(image)
    return LineImage(pixels=pixels, core=(10, 10, pixels.shape[1] - 10, pixels.shape[0] - 10), dpi=200)


def _bare(text: str) -> str:
    marks = unicodedata.normalize("NFD", text)
    return "".join(mark for mark in marks if not unicodedata.combining(mark))


class ReaderContract:
    """Subclass, give it a `reader` fixture, and it is tested."""

    def test_it_tells_its_name_and_build(self, reader: Reader) -> None:
        assert reader.name
        assert reader.build

    def test_it_reads_vietnamese_print_line_by_line_in_order(self, reader: Reader) -> None:
        read = reader.read([line_of(text) for text in PRINTED])

        assert [_bare(line.text) for line in read] == [_bare(text) for text in PRINTED]
        pairs = zip("".join(line.text for line in read), "".join(PRINTED), strict=True)
        wrong_marks = sum(one != other for one, other in pairs)
        assert wrong_marks <= 1  # of 78 letters

    def test_words_are_nfc_and_hold_no_blank(self, reader: Reader) -> None:
        words = [word for line in reader.read([line_of(text) for text in PRINTED]) for word in line.words]

        assert all(unicodedata.is_normalized("NFC", word.text) for word in words)
        assert all(word.text and len(word.text.split()) == 1 for word in words)

    def test_confidence_is_a_share(self, reader: Reader) -> None:
        words = reader.read([line_of(PRINTED[0])])[0].words

        assert all(0.0 <= word.confidence <= 1.0 for word in words)

    @pytest.mark.parametrize("size", [24, 36, 90])
    def test_word_boxes_follow_each_other_inside_the_line(self, reader: Reader, size: int) -> None:
        line = line_of(PRINTED[1], size=size)
        height, width = line.pixels.shape

        words = reader.read([line])[0].words

        assert len(words) == 5
        for x0, y0, x1, y1 in (word.box for word in words):
            assert 0 <= x0 < x1 <= width
            assert 0 <= y0 < y1 <= height
        centres = [(word.box[0] + word.box[2]) / 2 for word in words]
        lengths = [len(word.text) for word in words]
        assert centres == sorted(centres)
        for number, centre in enumerate(centres):
            expected = (sum(lengths[:number]) + number + lengths[number] / 2) / (sum(lengths) + 4)
            assert centre / width == pytest.approx(expected, abs=0.08)

    def test_a_line_without_print_has_no_words_and_keeps_its_place(self, reader: Reader) -> None:
        grain = np.random.default_rng(1).normal(235, 5, (50, 400)).clip(0, 255).astype(np.uint8)
        blanks = [LineImage(paper, (5, 5, 395, 45), 200) for paper in (np.full_like(grain, 255), grain)]

        read = reader.read([line_of(PRINTED[2]), *blanks, line_of(PRINTED[1])])

        assert [line.text for line in read] == [PRINTED[2], "", "", PRINTED[1]]

    def test_no_lines_give_no_results(self, reader: Reader) -> None:
        assert reader.read([]) == []

    def test_a_line_of_one_pixel_is_no_error(self, reader: Reader) -> None:
        speck = LineImage(np.zeros((1, 1), np.uint8), core=(0, 0, 1, 1), dpi=200)

        assert len(reader.read([speck])) == 1
