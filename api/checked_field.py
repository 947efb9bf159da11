"""One field of a document as the desk shows it: what stands there, how sure it is, where it stands."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from api import upright, wording
from api.doubtful import Piece, pieces
from catalog.answer import Place, Source
from catalog.description import FIELDS
from catalog.field_rules import DATES, LENGTHS, TYPES
from catalog.field_value import FieldValue
from catalog.identifiers import PageId
from catalog.page import Page
from catalog.reading import Box, Reading, Word

KEPT_WITH_CODE = frozenset({"number", "notation"})
"""Parts of the code; a person types it whole, as it is printed."""

SHOWN = tuple(name for name in FIELDS if name not in KEPT_WITH_CODE)
"""The fields of the form, in the order a registrar fills them."""

NEEDED = ("code", "date", "type", "issuer", "subject", "signer")
"""Fields that hardly any document is without: where one is missing, a person looks whether that is so."""

MAIN = (
    "code",
    "date",
    "place",
    "issuer",
    "issuer_parent",
    "type",
    "subject",
    "signer",
    "signer_title",
    "authority",
)
"""What is always shown; the others are folded away until there is something in them."""

LONG = frozenset({"issuer", "issuer_parent", "subject", "authority", "addressees", "recipients"})
"""Fields of several lines."""

LOOKED_UP = frozenset({"issuer", "issuer_parent", "place", "signer", "signer_title", "notation"})
"""Fields for which the desk offers what was typed before in this fonds."""

DATE_LENGTH = 10

REGIONS: Mapping[str, tuple[float, float, float, float]] = {
    # NĐ 30/2020, Phụ lục I: where the parts of an official paper stand; x0, y0, x1, y1 as shares of the page
    "code": (0.05, 0.08, 0.5, 0.2),
    "date": (0.45, 0.06, 0.97, 0.18),
    "place": (0.45, 0.06, 0.97, 0.18),
    "issuer": (0.05, 0.03, 0.5, 0.14),
    "issuer_parent": (0.05, 0.03, 0.5, 0.14),
    "type": (0.1, 0.13, 0.9, 0.3),
    "subject": (0.05, 0.13, 0.95, 0.34),
    "addressees": (0.1, 0.18, 0.95, 0.36),
    "urgency": (0.05, 0.1, 0.5, 0.22),
    "arrival_number": (0.05, 0.1, 0.6, 0.3),
    "arrival_date": (0.05, 0.1, 0.6, 0.3),
}
END_REGIONS: Mapping[str, tuple[float, float, float, float]] = {
    # the same, on the last page of the paper
    "signer": (0.4, 0.5, 0.98, 0.98),
    "signer_title": (0.4, 0.5, 0.98, 0.9),
    "authority": (0.4, 0.5, 0.98, 0.9),
    "recipients": (0.03, 0.5, 0.55, 0.98),
}


class State(StrEnum):
    """What a person has to do with a field."""

    SURE = "sure"  #: nothing: the machine is sure
    GIVEN = "given"  #: nothing: a person or a list said so
    DOUBTFUL = "doubtful"  #: look whether it is right
    ASKED = "asked"  #: type what no machine reads
    MISSING = "missing"  #: look whether it is really not there
    EMPTY = "empty"  #: nothing: most papers have none


TO_DO = frozenset({State.DOUBTFUL, State.ASKED, State.MISSING})
"""States at which Enter stops."""


@dataclass(frozen=True)
class Spot:
    """A place on an upright page, as shares of the page's width (both ways)."""

    page: PageId
    box: tuple[float, float, float, float]  #: x, y, width, height


@dataclass(frozen=True)
class CheckedField:
    """One row of the form."""

    name: str
    value: str  #: as people write it: days as dd/mm/yyyy; "" = nothing
    state: State
    pieces: tuple[Piece, ...]  #: the value, with what is in doubt
    alternatives: tuple[str, ...]
    spots: tuple[Spot, ...]
    by: str  #: who gave it; "" = nobody yet
    at: datetime | None
    source: Source | None

    @property
    def to_do(self) -> bool:
        """A person must look at it; doubt about what is folded away holds nobody up."""
        return self.state in TO_DO and not self.folded

    @property
    def folded(self) -> bool:
        """It may be folded away."""
        return self.name not in MAIN

    @property
    def spots_json(self) -> str:
        """The spots as the page's script reads them."""
        return json.dumps([[spot.page, *spot.box] for spot in self.spots])

    @property
    def kind(self) -> str:
        """How it is typed: date, type, long or line."""
        if self.name in DATES:
            return "date"
        if self.name == "type":
            return "type"
        return "long" if self.name in LONG else "line"

    @property
    def longest(self) -> int:
        """Characters at most."""
        if self.name in DATES:
            return DATE_LENGTH
        return max(map(len, TYPES.values())) if self.name == "type" else LENGTHS[self.name]


def checked_fields(
    values: Mapping[str, FieldValue], pages: Sequence[Page], readings: Mapping[PageId, Reading]
) -> list[CheckedField]:
    """Return every row of the form; `readings` of those pages on which doubtful values stand."""
    by_id = {page.id: page for page in pages}
    return [_checked(name, values.get(name), by_id, readings) for name in SHOWN]


def needs_reading(held: FieldValue) -> bool:
    """Return whether the words under a value have to be looked at to show what is in doubt."""
    return _state(held.name, held) is State.DOUBTFUL


def shown(name: str, value: str | None) -> str:
    """Return a value as people write it."""
    if value and name in DATES:
        try:
            return wording.day(date.fromisoformat(value))
        except ValueError:
            return value
    return value or ""


def _state(name: str, held: FieldValue | None) -> State:
    if held is None:
        return State.MISSING if name in NEEDED else State.EMPTY
    if held.source is not Source.MACHINE:
        return State.GIVEN
    if held.value is None:
        if held.asked:
            return State.ASKED
        return State.MISSING if name in NEEDED else State.EMPTY
    return State.SURE if held.confident else State.DOUBTFUL


def _checked(
    name: str, held: FieldValue | None, pages: Mapping[PageId, Page], readings: Mapping[PageId, Reading]
) -> CheckedField:
    state = _state(name, held)
    if held is None:
        return CheckedField(name, "", state, (), (), (), "", None, None)
    value = shown(name, held.value)
    others = tuple(dict.fromkeys(shown(name, other) for other in held.alternatives if other != held.value))
    cut = (
        pieces(value, others, _words_under(held.evidence, readings))
        if state is State.DOUBTFUL
        else ((value, False),)
    )
    spots = tuple(spot_of(pages[place.page], place.box) for place in held.evidence if place.page in pages)
    return CheckedField(name, value, state, cut, others, spots, held.actor, held.made_at, held.source)


def spot_of(page: Page, box: Box) -> Spot:
    """Return where a box of the master image lies on the upright page."""
    x0, y0, x1, y1 = upright.box(box, page.width or 1, page.height or 1, page.rotation)
    width = upright.size(page.width or 1, page.height or 1, page.rotation)[0]
    return Spot(
        page.id,
        (
            round(x0 / width, 5),
            round(y0 / width, 5),
            round((x1 - x0) / width, 5),
            round((y1 - y0) / width, 5),
        ),
    )


def _words_under(places: Sequence[Place], readings: Mapping[PageId, Reading]) -> list[Word]:
    return [
        word
        for place in places
        if place.page in readings
        for word in readings[place.page].words
        if _inside(word.box, place.box)
    ]


def _inside(word: Box, place: Box) -> bool:
    middle_x, middle_y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return place[0] <= middle_x <= place[2] and place[1] <= middle_y <= place[3]
