"""Which keys of a record search knows as people, which as parcels, which as plain words, and which never."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.answer import Place
from catalog.key_value import KeyValue
from classify.keys_list import keys as known_keys
from classify.keys_list import restricted

MOST_WORDS = 200
"""Other values that stand with a record as words; a year's book of five hundred is found by its pages."""

Parcel = tuple[str | None, str | None]


@dataclass(frozen=True)
class SearchedKeys:
    """Keys as search asks for them."""

    people: tuple[str, ...]
    parcels: tuple[Parcel, ...]  #: number and map sheet
    others: tuple[str, ...]


def searched(keys: Sequence[KeyValue]) -> SearchedKeys:
    """Return `keys` sorted by what search does with them, each value once."""
    served = [key for key in keys if not restricted(key.name)]  # search never holds one
    people = dict.fromkeys(key.value for key in served if _kind(key.name) == "person")
    others = dict.fromkeys(key.value for key in served if _kind(key.name) not in ("person", "parcel"))
    parcels = [key for key in served if key.name == "parcel"]
    sheets = [key for key in served if key.name == "map_sheet"]
    return SearchedKeys(tuple(people), tuple(_paired(parcels, sheets)), tuple(others)[:MOST_WORDS])


def _kind(name: str) -> str:
    return known_keys()[name].kind if name in known_keys() else name


def _paired(parcels: Sequence[KeyValue], sheets: Sequence[KeyValue]) -> Iterable[Parcel]:
    """Return each parcel with the map sheet that is named nearest to it, or with the only one there is.

    Where neither tells, a parcel may lie on any of them, and is kept with each.
    """
    found: dict[Parcel, None] = {}
    used: set[str] = set()
    for parcel in parcels:
        near = _nearest(parcel, sheets)
        for sheet in near or sheets:
            found[parcel.value, sheet.value] = None
            used.add(sheet.value)
        if not sheets:
            found[parcel.value, None] = None
    found |= {(None, sheet.value): None for sheet in sheets if sheet.value not in used}
    return found


def _nearest(parcel: KeyValue, sheets: Sequence[KeyValue]) -> list[KeyValue]:
    distances: list[tuple[int, int]] = []
    for number, sheet in enumerate(sheets):
        pairs = ((one, other) for one in parcel.evidence for other in sheet.evidence)
        distances += [(_far(one, other), number) for one, other in pairs if one.page == other.page]
    return [sheets[min(distances)[1]]] if distances else []


def _far(one: Place, other: Place) -> int:
    """Return how far apart two boxes of a page are; lines count before places in the line."""
    down = abs(one.box[1] + one.box[3] - other.box[1] - other.box[3]) // 2
    across = abs(one.box[0] + one.box[2] - other.box[0] - other.box[2]) // 2
    return down * 10 + across
