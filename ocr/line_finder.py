"""Those who find the lines of print on a page, told in the order people read them."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from catalog.reading import Box
from catalog.scan import Pixels
from luutru.errors import BackendError

MAX_LINES = 2_000
"""More lines than any sheet carries (an A3 ledger has some 600); beyond it the finder sees noise."""


class LineFinderError(BackendError):
    """A line finder broke; nothing is known of the page."""

    slug: ClassVar[str] = "line-finder-failed"


class LineFinder(Protocol):
    """Finds lines on an upright page; `tests/contracts/line_finder.py` is the contract."""

    @property
    def name(self) -> str:
        """Short name of the engine."""
        ...

    @property
    def build(self) -> str:
        """Version of the engine and digest of its model."""
        ...

    def find(self, page: Pixels, *, side: int | None = None) -> list[Box]:
        """Return a tight box for every line of print on the upright grey `page`, none for a blank page.

        Each box lies inside the page and is not empty; there are at most `MAX_LINES`. `side`: look about as
        finely as at a page whose long side has so many pixels: for a part of a page. None: `page` is one.

        Raises:
            LineFinderError: the engine broke.
        """
        ...

    def order(self, boxes: Sequence[Box], texts: Sequence[str], *, width: int, height: int) -> list[int]:
        """Return the indices of `boxes` in reading order; `texts` holds what each line says.

        Raises:
            LineFinderError: the engine broke.
        """
        ...
