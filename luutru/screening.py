"""The screening step, in a reading child: is there a secret mark on this page."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from catalog.reading import Reading, from_bytes
from catalog.scan import PageImage
from classify.mark_network import network
from classify.secret_mark import find_mark
from ingest.limits import Limits
from ingest.media import MediaType
from ingest.page_image import page_image
from ingest.separator import Mark, is_separator
from ingest.separator import find as find_codes
from ocr.clean import resolution

SCREENED_BY = 8
"""Number of the rules for secret marks; raised when a page may be judged otherwise. `luutru secret screen`
looks through again whatever was looked through by older rules, or never."""


@dataclass(frozen=True)
class FoundMark:
    """What leaves the child of a page with a mark: no picture, no word of it."""

    level: str  #: MẬT, TỐI MẬT or TUYỆT MẬT
    confidence: float  #: 0.0 to 1.0
    found_by: str  #: words or picture

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


def mark_on(image: PageImage, reading: Reading | None, *, codes: tuple[Mark, ...] = ()) -> FoundMark | None:
    """Return the mark on a decoded page; None: there is none.

    `codes`: those of our own on it, found already.

    Raises:
        BackendError: the network broke; the page was not looked through.
    """
    dpi = resolution(image) if reading is None else reading.dpi
    boxes = [code.box for code in codes] if is_separator(codes) else []
    found = find_mark(image, reading, dpi=dpi, network=network(), codes=boxes)
    return None if found is None else FoundMark(found.level.value, found.confidence, found.found_by)


def screen(order: ScreenOrder, *, limits: Limits) -> FoundMark | None:
    """Look through a kept page.

    Raises:
        InvalidInput: it cannot be decoded: it was not looked through, and has not passed.
        BackendError: the network broke; the page was not looked through.
    """
    image = page_image(order.path, order.index, media_type=MediaType(order.media_type), limits=limits)
    reading = None if order.reading is None else from_bytes(order.reading)
    return mark_on(image, reading, codes=find_codes(image))
