"""Those who see which way up a page lies."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from catalog.scan import Pixels
from luutru.errors import BackendError


class OrienterError(BackendError):
    """An orienter broke; which way up the page lies is not known."""

    slug: ClassVar[str] = "orienter-failed"


@dataclass(frozen=True)
class Orientation:
    """Which way up a page lies."""

    rotation: int  #: degrees clockwise that turn the page upright: 0, 90, 180 or 270
    sure: bool  #: False: too little print to tell; `rotation` is then 0


class Orienter(Protocol):
    """Tells the quarter turn a page needs; `tests/contracts/orienter.py` is the contract."""

    @property
    def name(self) -> str:
        """Short name of the engine."""
        ...

    @property
    def build(self) -> str:
        """Version of the engine and digest of its model."""
        ...

    def orientation(self, page: Pixels, *, dpi: int) -> Orientation:
        """Return the turn that the straightened grey `page` needs.

        Raises:
            OrienterError: the engine broke.
        """
        ...
