"""Those who read print: a strip of the page in, the words on it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

from catalog.reading import Box
from catalog.scan import Pixels
from luutru.errors import BackendError
from ocr.levels import percentiles


class ReaderError(BackendError):
    """A reader broke while reading; nothing it gave for this page is used."""

    slug: ClassVar[str] = "reader-failed"


class ReaderTimeout(ReaderError):
    """A reader took longer than it may."""

    slug: ClassVar[str] = "reader-timeout"


class EngineMissing(BackendError):
    """An engine that was asked for is not installed, or lacks its model of Vietnamese."""

    slug: ClassVar[str] = "engine-missing"


_PRINT_SHARE = 0.5
"""Per cent of a line image that the smallest print (one comma) still inks."""
_PRINT_CONTRAST = 30
"""Grey levels; faint pages have had their contrast spread, so less is grain of the paper."""
_DARK_GROUND = 128


@dataclass(frozen=True, eq=False)
class LineImage:
    """One line of print cut out of an upright page, with a margin of what lies round it."""

    pixels: Pixels  #: height x width, grey, dark ink on light paper
    core: Box  #: where the line itself lies in `pixels`
    dpi: int  #: dots per inch of `pixels`

    @property
    def core_pixels(self) -> Pixels:
        """The line without its margin."""
        x0, y0, x1, y1 = self.core
        return self.pixels[y0:y1, x0:x1]

    @cached_property
    def has_print(self) -> bool:
        """Whether anything is darker than the paper; on bare paper every engine makes up words."""
        dark, paper = percentiles(self.pixels, _PRINT_SHARE, 50)
        return bool(paper - dark >= _PRINT_CONTRAST or paper < _DARK_GROUND)


@dataclass(frozen=True)
class ReadWord:
    """One word as one reader gave it: NFC, no blank inside."""

    text: str
    box: Box  #: pixels of the line image
    confidence: float  #: 0.0 to 1.0, the reader's own measure, not comparable between readers


@dataclass(frozen=True)
class ReadLine:
    """What one reader gave for one line; no words means that it saw none."""

    words: tuple[ReadWord, ...] = ()

    @property
    def text(self) -> str:
        """The words with one blank between them."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """Mean over words, 0.0 to 1.0; 0.0 without words."""
        return sum(word.confidence for word in self.words) / len(self.words) if self.words else 0.0


class Reader(Protocol):
    """Anything that reads printed Vietnamese off lines; `tests/contracts/reader.py` is the contract."""

    @property
    def name(self) -> str:
        """Short name under which the reader's raw text is kept."""
        ...

    @property
    def build(self) -> str:
        """Version of the engine and digest of its model; another build may read otherwise."""
        ...

    def read(self, lines: Sequence[LineImage]) -> list[ReadLine]:
        """Return one result for each line, in order; a line without print gives no words.

        Raises:
            ReaderTimeout: the engine took longer than it may.
            ReaderError: the engine broke.
        """
        ...
