"""The screening step, in a reading child: is there a secret mark on this page."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from catalog.reading import Reading, from_bytes
from catalog.scan import PageImage, Pixels
from classify.secret_mark import Page, find_marks
from classify.secret_mark_crop import BORDER, CROP_DPI
from ingest.limits import Limits
from ingest.media import MediaType
from ingest.page_image import page_image
from ocr.clean import resolution
from ocr.engines import Engines
from ocr.reader import LineImage, Reader
from ocr.word_spotter import WordSpotter

SCREENED_BY = 6
"""Number of the rules for secret marks; raised when a page may be judged otherwise. `luutru secret screen`
looks through again whatever was looked through by older rules, or never."""


@dataclass(frozen=True)
class FoundMark:
    """What leaves the child of a page with a mark: no picture, no word of it."""

    level: str  #: MẬT, TỐI MẬT or TUYỆT MẬT
    confidence: float  #: 0.0 to 1.0
    found_by: str  #: words, letters, coloured, framed or unread

    def to_plain(self) -> dict[str, Any]:
        """Return it as it crosses from the child."""
        return asdict(self)


@dataclass(frozen=True)
class ScreenOrder:
    """One kept page that is to be looked through again."""

    path: Path
    index: int
    media_type: str
    reading: bytes | None  #: stored form; None: nothing was read on it


def mark_on(image: PageImage, reading: Reading | None, *, engines: Engines) -> FoundMark | None:
    """Return the mark on a decoded page; None: there is none.

    Raises:
        BackendError: an engine broke; the page was not looked through.
    """
    return marks_on([(image, reading)], engines=engines)[0]


def marks_on(
    pages: Sequence[tuple[PageImage, Reading | None]], *, engines: Engines
) -> list[FoundMark | None]:
    """Return the mark on each of some decoded pages, as `mark_on` would of each by itself.

    Raises:
        BackendError: an engine broke; none of the pages was looked through.
    """
    readers = [partial(_read_again, reader) for reader in engines.readers]
    spot = None if engines.spotter is None else partial(_spot, engines.spotter)
    looked_at = [
        Page(image, reading, resolution(image) if reading is None else reading.dpi)
        for image, reading in pages
    ]
    return [
        None if found is None else FoundMark(found.level.value, found.confidence, found.found_by)
        for found in find_marks(looked_at, readers=readers, spot=spot)
    ]


def _read_again(reader: Reader, pictures: Sequence[Pixels]) -> list[str]:
    return [line.text for line in reader.read(_lines(pictures))]


def _spot(
    spotter: WordSpotter, pictures: Sequence[Pixels], words: Sequence[str]
) -> list[tuple[str, Sequence[float]]]:
    return [(line.text, line.nats) for line in spotter.spot(_lines(pictures), words)]


def _lines(pictures: Sequence[Pixels]) -> list[LineImage]:
    x, y = BORDER
    return [
        LineImage(picture, (x, y, picture.shape[1] - x, picture.shape[0] - y), CROP_DPI)
        for picture in pictures
    ]


def screen(order: ScreenOrder, *, engines: Engines, limits: Limits) -> FoundMark | None:
    """Look through a kept page.

    Raises:
        InvalidInput: it cannot be decoded: it was not looked through, and has not passed.
        BackendError: an engine broke; the page was not looked through.
    """
    image = page_image(order.path, order.index, media_type=MediaType(order.media_type), limits=limits)
    return mark_on(image, None if order.reading is None else from_bytes(order.reading), engines=engines)
