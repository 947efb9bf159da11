"""Tesseract the program, through pytesseract: all lines of a page in one call."""

import os
import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import cv2
import pytesseract

from ocr.reader import LineImage, ReaderError, ReaderTimeout, ReadLine, ReadWord
from ocr.strip import Strip, strip
from ocr.tesseract_build import LANGUAGE, TOLD, model_digest, program_version, tessdata_folder

_SECONDS_TO_START = 30.0
_SECONDS_PER_LINE = 2.0
_WORD_LEVEL = "5"


class PytesseractReader:
    """Starts Tesseract once for all lines it is given; they pass through the folder for temporary files."""

    name = "tesseract"

    def __init__(
        self,
        tessdata: Path | None = None,
        *,
        seconds_to_start: float = _SECONDS_TO_START,
        seconds_per_line: float = _SECONDS_PER_LINE,
    ) -> None:
        """Look for Tesseract; models come from `tessdata`, or from where Tesseract keeps them.

        Raises:
            EngineMissing: there is no Tesseract, or it has no model of Vietnamese.
        """
        folder = tessdata_folder(tessdata)
        self.build = f"{program_version()} {LANGUAGE} {model_digest(folder)} program"
        self._folder = folder
        self._seconds_to_start = seconds_to_start
        self._seconds_per_line = seconds_per_line
        # Tesseract's own threads fight each other and every other process (5.98 instead of 1.09 s a page).
        os.environ["OMP_THREAD_LIMIT"] = "1"

    def read(self, lines: Sequence[LineImage]) -> list[ReadLine]:
        """See `Reader.read`."""
        printed = [number for number, line in enumerate(lines) if line.has_print]
        results = [ReadLine()] * len(lines)
        for number, line in zip(printed, self._read([strip(lines[i]) for i in printed]), strict=True):
            results[number] = line
        return results

    def _read(self, strips: Sequence[Strip]) -> list[ReadLine]:
        if not strips:
            return []
        try:
            with tempfile.TemporaryDirectory(prefix="lines-") as folder:
                table = self._run(_lay_out(strips, Path(folder)), strips)
        except OSError as error:
            raise ReaderError(f"the lines could not be handed to tesseract: {error}") from error
        return _parse(table, strips)

    def _run(self, listing: Path, strips: Sequence[Strip]) -> str:
        dpi = round(median(item.dpi for item in strips))
        told = " ".join(f"-c {name}={value}" for name, value in TOLD.items())
        try:
            return str(
                pytesseract.image_to_data(
                    str(listing),
                    lang=LANGUAGE,
                    config=f'--psm 7 --dpi {dpi} {told} --tessdata-dir "{self._folder}"',
                    timeout=self._seconds_to_start + self._seconds_per_line * len(strips),
                )
            )
        except RuntimeError as error:
            if "timeout" in str(error):
                raise ReaderTimeout(f"tesseract did not finish {len(strips)} lines in time") from error
            raise ReaderError(f"tesseract failed: {error}") from error
        except (pytesseract.TesseractNotFoundError, UnicodeDecodeError) as error:
            raise ReaderError(f"tesseract failed: {error}") from error


def _lay_out(strips: Sequence[Strip], folder: Path) -> Path:
    """Write every strip uncompressed and return the list of them, the form Tesseract reads in one call.

    As BMP: of a PGM the program takes in byte by byte, which costs 4 % of reading a line.
    """
    names = []
    for number, item in enumerate(strips):
        name = folder / f"{number:05d}.bmp"
        if not cv2.imwrite(str(name), item.pixels):
            raise OSError(f"cannot write {name}")
        names.append(str(name))
    listing = folder / "lines.txt"
    listing.write_text("\n".join(names) + "\n", encoding="utf-8")
    return listing


def _parse(table: str, strips: Sequence[Strip]) -> list[ReadLine]:
    """Return the lines of Tesseract's TSV, whose pages are our strips.

    Raises:
        ReaderError: the table lacks a strip; Tesseract stopped half-way without saying so.
    """
    words: list[list[ReadWord]] = [[] for _ in strips]
    pages = set()
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12:
            continue
        page = int(cells[1]) - 1
        pages.add(page)
        text = unicodedata.normalize("NFC", "".join(cells[11].split()))
        if cells[0] != _WORD_LEVEL or not text or page >= len(strips):
            continue
        left, top, width, height = (int(cell) for cell in cells[6:10])
        box = strips[page].to_line((left, top, left + width, top + height))
        words[page].append(ReadWord(text, box, min(max(float(cells[10]) / 100, 0.0), 1.0)))
    if pages != set(range(len(strips))):
        raise ReaderError(f"tesseract gave {len(pages)} of {len(strips)} lines")
    return [ReadLine(tuple(line)) for line in words]
