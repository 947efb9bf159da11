"""The engines that read a page, opened once for a process."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
from threadpoolctl import threadpool_limits

from catalog.reading import LAID
from ocr.language import Language
from ocr.line_finder import LineFinder
from ocr.name_shapes import NameShapes
from ocr.opencv_finder import OpenCVLineFinder
from ocr.orienter import Orienter
from ocr.osd_orienter import OsdOrienter
from ocr.reader import EngineMissing, Reader
from ocr.sealed_name import SealedNames

RULES = 9
"""Number of the rules by which this stage cleans, spares and fuses; raised when a page may read otherwise,
also where `ingest.inspect` finds another lean."""


@dataclass(frozen=True, eq=False)
class Engines:
    """Everything that takes part in a reading. Not for several threads at once."""

    finder: LineFinder
    orienter: Orienter
    readers: tuple[Reader, ...]  #: one, or the quick one first and the careful one second
    language: Language
    sealed: SealedNames | None = None  #: None: there is no typeface to lay names in
    degraded: bool = False  #: something of the full set was missing when these were opened

    def __post_init__(self) -> None:
        if len(self.readers) not in (1, 2):
            raise ValueError(f"{len(self.readers)} readers, expected one or two")

    def builds(self) -> dict[str, str]:
        """Return the build of every engine that takes part, by name."""
        engines = {reader.name: reader.build for reader in self.readers}
        return {
            **engines,
            f"lines:{self.finder.name}": self.finder.build,
            f"orientation:{self.orienter.name}": self.orienter.build,
            "language": self.language.build,
            "opencv": cv2.__version__,
            **({LAID: self.sealed.shapes.build} if self.sealed is not None else {}),
        }

    @property
    def settings_hash(self) -> str:
        """SHA-256 over all builds and the rules of this stage, 64 hex digits: equal hash, equal reading."""
        told = json.dumps({"rules": RULES, **self.builds()}, sort_keys=True)
        return hashlib.sha256(told.encode("utf-8")).hexdigest()


def open_engines(
    *,
    tesseract: Literal["pytesseract", "tesserocr"] = "pytesseract",
    trueocr: bool = True,
    tessdata: Path | None = None,
    sealed_names: bool = True,
) -> Engines:
    """Open the engines for this process and hold them, OpenCV and the products of numpy to one thread.

    Without trueocr (not installed, or `trueocr` False) the second back ends find lines and see which way is
    up, Tesseract reads alone, and every reading says that it is degraded. `sealed_names`: names under black
    seals are laid over the ink, where their typeface is installed; a page with such a seal takes 0.1 s more.

    Raises:
        EngineMissing: Tesseract or its model of Vietnamese is not there.
        ReaderError: trueocr is there but broken.
    """
    cv2.setNumThreads(1)
    threadpool_limits(1, user_api="blas")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    careful = _tesseract(tesseract, tessdata)
    language = Language.load()
    shapes = NameShapes.load() if sealed_names else None
    sealed = SealedNames(shapes) if shapes is not None else None
    if trueocr:
        try:
            from ocr.trueocr_engine import TrueocrLineFinder, TrueocrModels, TrueocrOrienter, TrueocrReader
        except ImportError:
            pass
        else:
            models = TrueocrModels()
            return Engines(
                finder=TrueocrLineFinder(models),
                orienter=TrueocrOrienter(models),
                readers=(TrueocrReader(models), careful),
                language=language,
                sealed=sealed,
            )
    return Engines(
        finder=OpenCVLineFinder(),
        orienter=OsdOrienter(),
        readers=(careful,),
        language=language,
        sealed=sealed,
        degraded=True,
    )


def _tesseract(which: str, tessdata: Path | None) -> Reader:
    if which == "pytesseract":
        from ocr.pytesseract_reader import PytesseractReader

        return PytesseractReader(tessdata)
    if which == "tesserocr":
        try:
            from ocr.tesserocr_reader import TesserocrReader
        except ImportError as error:
            raise EngineMissing("tesserocr is not installed") from error
        return TesserocrReader(tessdata)
    raise ValueError(f"tesseract is {which!r}, expected 'pytesseract' or 'tesserocr'")
