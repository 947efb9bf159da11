"""Answers about a record: who gave one, and where on the pages it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catalog.description import Evidence
from catalog.identifiers import PageId
from catalog.reading import Box

MOST_PLACES = 50
"""Places kept of one answer."""


class Source(StrEnum):
    """Who gives an answer; the later of these beats the earlier."""

    MACHINE = "machine"
    LIST = "list"  #: an Excel list that was imported
    PERSON = "person"


@dataclass(frozen=True)
class Place:
    """Where an answer stands: pixels of the page's master image."""

    page: PageId
    box: Box


def to_kept(places: Sequence[Place]) -> list[list[Any]]:
    """Return places as rows keep them."""
    return [[place.page, *place.box] for place in places[:MOST_PLACES]]


def from_kept(kept: Sequence[Sequence[Any]]) -> tuple[Place, ...]:
    """Return the places that a row keeps."""
    return tuple(Place(PageId(page), (x0, y0, x1, y1)) for page, x0, y0, x1, y1 in kept)


def on_pages(evidence: Sequence[Evidence], pages: Sequence[PageId]) -> tuple[Place, ...]:
    """Return evidence as places, where it counts `pages` from 1; what counts beyond them is dropped."""
    return tuple(
        Place(pages[shown.page - 1], shown.box) for shown in evidence if 1 <= shown.page <= len(pages)
    )
