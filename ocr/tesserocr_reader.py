"""Tesseract the library, through tesserocr: the same model in process, without starting a program."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import tesserocr

from ocr.reader import EngineMissing, LineImage, ReaderError, ReaderTimeout, ReadLine, ReadWord
from ocr.strip import strip
from ocr.tesseract_build import LANGUAGE, TOLD, model_digest, tessdata_folder

_SECONDS_PER_LINE = 20.0


class TesserocrReader:
    """Keeps one Tesseract open for as long as it lives."""

    name = "tesseract"

    def __init__(self, tessdata: Path | None = None, *, seconds_per_line: float = _SECONDS_PER_LINE) -> None:
        """Load the model of Vietnamese from `tessdata`, or from where Tesseract keeps it.

        Raises:
            EngineMissing: there is no model of Vietnamese, or it cannot be loaded.
        """
        folder = tessdata_folder(tessdata)
        version = tesserocr.tesseract_version().split()[1]
        self.build = f"{version} {LANGUAGE} {model_digest(folder)} library"
        self._milliseconds = max(1, int(seconds_per_line * 1000))
        try:
            self._api = tesserocr.PyTessBaseAPI(
                path=str(folder),
                lang=LANGUAGE,
                psm=tesserocr.PSM.SINGLE_LINE,
            )
            for name, value in TOLD.items():
                self._api.SetVariable(name, value)
        except RuntimeError as error:
            raise EngineMissing(f"tesserocr cannot open {folder}: {error}") from error

    def read(self, lines: Sequence[LineImage]) -> list[ReadLine]:
        """See `Reader.read`."""
        try:
            return [self._read(line) if line.has_print else ReadLine() for line in lines]
        except RuntimeError as error:
            raise ReaderError(f"tesserocr failed: {error}") from error
        finally:
            self._api.Clear()

    def _read(self, line: LineImage) -> ReadLine:
        item = strip(line)
        height, width = item.pixels.shape
        self._api.SetImageBytes(item.pixels.tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(item.dpi)
        if not self._api.Recognize(self._milliseconds):
            raise ReaderTimeout("tesserocr did not finish a line in time")
        words = []
        level = tesserocr.RIL.WORD
        for place in tesserocr.iterate_level(self._api.GetIterator(), level):
            if place.Empty(level):
                continue
            text = unicodedata.normalize("NFC", "".join(place.GetUTF8Text(level).split()))
            if text:
                confidence = min(max(place.Confidence(level) / 100, 0.0), 1.0)
                words.append(ReadWord(text, item.to_line(place.BoundingBox(level)), confidence))
        return ReadLine(tuple(words))
