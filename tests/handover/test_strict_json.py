"""JSON of strangers: how much there is of it is known before any of it is made."""

import json
import tracemalloc
from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover import announcement, listed, strict_json
from handover.strict_json import NotAsAgreed, read


@dataclass(frozen=True)
class Texts:
    """Some texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Moment:
    """One moment."""

    at: datetime


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_that_is_none_in_our_zone_is_refused(at: str) -> None:
    with pytest.raises(NotAsAgreed, match="calendars"):
        read(Moment, json.dumps({"at": at}).encode(), most_bytes=100)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab\\",[{:}]', max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('a"\\,[', max_size=3), inner),
    max_leaves=30,
)


def values(told: object) -> int:
    """Return how many values there are, those in it too."""
    inner = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    return 1 + sum(map(values, inner))


@given(JSON)
def test_no_value_is_missed_and_texts_are_not_counted_for_what_is_in_them(told: object) -> None:
    data = json.dumps(told, ensure_ascii=False).encode()

    counted = strict_json._values(data, 1000)

    assert values(told) - 1 <= counted <= 2 * values(told)


def test_many_tiny_values_are_refused_before_one_is_made() -> None:
    data = b'{"texts": [' + b"[]," * 1_000_000 + b"[]]}"
    tracemalloc.start()

    with pytest.raises(NotAsAgreed, match="values"):
        read(Texts, data, most_bytes=1 << 30, most_values=500_000)

    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * len(data)


@pytest.mark.parametrize("inside", [b'"",' * 600_000, b'"' * 3_000_000, b'\\"' * 2_000_000])
def test_many_texts_are_no_way_around(inside: bytes) -> None:
    with pytest.raises(NotAsAgreed):
        read(Texts, b'{"texts": [' + inside + b'""]}', most_bytes=1 << 30, most_values=500_000)


def test_commas_and_quotes_in_texts_are_no_values() -> None:
    texts = ('a, b, [c], {d}: "e" \\', "\\" * 7, '"' * 7) * 1000

    found = read(Texts, json.dumps({"texts": texts}).encode(), most_bytes=1 << 20, most_values=3_010)

    assert found.texts == texts


def test_as_many_dossiers_as_a_handover_has_may_be_announced_and_as_many_files_listed() -> None:
    items = announcement.MOST_ITEMS * (len(announcement.Item.__dataclass_fields__) + 1)
    parcels = announcement.MOST_PARCELS * (len(announcement.Parcel.__dataclass_fields__) + 1)

    assert items + parcels + 1000 < announcement.MOST_VALUES


def test_a_list_of_files_that_is_none_is_refused() -> None:
    for data in (b"[]", b'{"files": [[]]}', b'{"files": [{"path": "a", "size": 1}]}'):
        with pytest.raises(listed.ListWrong):
            listed.from_json(data)
