"""The pages of a document as a viewer's script needs them: where the picture is, and how large."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api import upright
from api.page_picture import LONGEST_SIDE
from catalog.identifiers import PageId
from catalog.page import Page


@dataclass(frozen=True)
class StripPage:
    """One page of the strip."""

    id: PageId
    number: int  #: 1, 2, ... in its document
    width: int  #: pixels of the largest picture drawn of it; 0 = nobody looked yet
    height: int
    blank: bool
    current: bool

    @property
    def plain(self) -> dict[str, Any]:
        """The same for a script."""
        return {"id": self.id, "width": self.width, "height": self.height, "blank": self.blank}


def strip_of(pages: Sequence[Page], current: int = 0) -> list[StripPage]:
    """Return the pages as the strip shows them; `current`: 0, 1, ... is the one on show."""
    return [
        StripPage(page.id, page.number, *drawn_size(page), page.state == "blank", at == current)
        for at, page in enumerate(pages)
    ]


def json_of(strip: Sequence[StripPage]) -> str:
    """Return the strip as the page's script reads it."""
    return json.dumps([one.plain for one in strip])


def drawn_size(page: Page) -> tuple[int, int]:
    """Return width and height of the largest picture drawn of a page; zeros where nobody looked yet."""
    width, height = upright.size(page.width or 0, page.height or 0, page.rotation)
    scale = min(1.0, LONGEST_SIDE / max(width, height, 1))
    return round(width * scale), round(height * scale)
