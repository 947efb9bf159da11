"""Which way up a page lies, by Tesseract's orientation and script detection."""

import re

import pytesseract
from PIL import Image

from catalog.scan import Pixels
from ocr.orienter import Orientation, OrienterError
from ocr.reader import EngineMissing
from ocr.tesseract_build import model_digest, program_version, tessdata_folder

_SECONDS = 30
_SURE = 1.0
"""Tesseract's own measure of confidence: below it, it guesses on pages of few words."""
_TOO_LITTLE = "Too few characters"


class OsdOrienter:
    """Asks the program tesseract; needs some fifty letters to tell."""

    name = "osd"

    def __init__(self) -> None:
        """Look for Tesseract and its model of scripts.

        Raises:
            EngineMissing: either is not installed.
        """
        folder = tessdata_folder()
        if not (folder / "osd.traineddata").is_file():
            raise EngineMissing(f"no osd.traineddata in {folder}; install tesseract-ocr-osd")
        self.build = f"{program_version()} osd {model_digest(folder, 'osd')}"

    def orientation(self, page: Pixels, *, dpi: int) -> Orientation:
        """See `Orienter.orientation`."""
        try:
            told = str(
                pytesseract.image_to_osd(
                    Image.fromarray(page), config=f"--psm 0 --dpi {dpi}", timeout=_SECONDS
                )
            )
        except (RuntimeError, OSError, UnicodeDecodeError) as error:
            if _TOO_LITTLE in str(error):
                return Orientation(rotation=0, sure=False)
            raise OrienterError(f"tesseract could not tell the orientation: {error}") from error
        turn = re.search(r"Rotate: (\d+)", told)
        sure = re.search(r"Orientation confidence: ([\d.]+)", told)
        if turn is None or sure is None:
            raise OrienterError("tesseract told no orientation")
        if float(sure[1]) < _SURE:
            return Orientation(rotation=0, sure=False)
        return Orientation(rotation=int(turn[1]) % 360, sure=True)
