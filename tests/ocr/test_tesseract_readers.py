import tempfile
from pathlib import Path

import pytesseract
import pytest

from ocr.pytesseract_reader import PytesseractReader
from ocr.reader import EngineMissing, Reader, ReaderError, ReaderTimeout
from ocr.tesserocr_reader import TesserocrReader
from tests.contracts.reader import ReaderContract, line_of


class TestPytesseractReader(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return PytesseractReader()


class TestTesserocrReader(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return TesserocrReader()


def test_all_lines_of_a_page_take_one_start_of_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    real = pytesseract.image_to_data

    def counted(*given: object, **named: object) -> object:
        calls.append(given)
        return real(*given, **named)

    monkeypatch.setattr(pytesseract, "image_to_data", counted)

    PytesseractReader().read([line_of("một"), line_of("hai"), line_of("ba")])

    assert len(calls) == 1


def test_a_program_that_takes_too_long_is_a_timeout() -> None:
    reader = PytesseractReader(seconds_to_start=0.001, seconds_per_line=0.001)

    with pytest.raises(ReaderTimeout):
        reader.read([line_of("Quyết định")] * 20)


def test_a_library_that_takes_too_long_is_a_timeout() -> None:
    reader = TesserocrReader(seconds_per_line=0.0)

    with pytest.raises(ReaderTimeout):
        reader.read([line_of("Quyết định này có hiệu lực kể từ ngày ký " * 20)])


def test_no_line_is_left_lying_about_when_tesseract_breaks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reader = PytesseractReader()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "/bin/false")

    with pytest.raises(ReaderError):
        reader.read([line_of("Quyết định")])

    assert list(tmp_path.iterdir()) == []


def test_a_table_that_lacks_a_line_is_never_taken_for_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = PytesseractReader()
    monkeypatch.setattr(pytesseract, "image_to_data", lambda *given, **named: "level\tpage_num\n")

    with pytest.raises(ReaderError, match="0 of 1 lines"):
        reader.read([line_of("Quyết định")])


@pytest.mark.parametrize("back_end", [PytesseractReader, TesserocrReader])
def test_a_folder_without_the_model_is_refused_at_opening(
    back_end: type[PytesseractReader] | type[TesserocrReader], tmp_path: Path
) -> None:
    with pytest.raises(EngineMissing, match=r"vie\.traineddata"):
        back_end(tmp_path)
