"""The stored form of a reading: what is not one is told, never taken."""

import gzip
import json
from collections.abc import Callable

import pytest

from catalog.reading import Line, Reading, ReadingDamaged, Word, from_bytes, text_of, to_bytes

READING = Reading(
    lines=(
        Line(
            (Word("Kính", (0, 0, 9, 9), 0.9, True), Word("gửi:", (10, 0, 19, 9), 0.9, True)),
            (0, 0, 19, 9),
            {},
        ),
        Line((), (0, 20, 9, 29), {}),
        Line((Word("Sở", (0, 40, 9, 49), 0.5, False),), (0, 40, 9, 49), {}),
    ),
    width=100,
    height=200,
    dpi=150,
    rotation=0,
    skew=0.0,
    engines={"hand": "1"},
)


def packed(document: object) -> bytes:
    return gzip.compress(json.dumps(document).encode())


WHOLE = json.loads(gzip.decompress(to_bytes(READING)))


def test_its_text_alone_is_the_text_of_all_of_it() -> None:
    assert text_of(to_bytes(READING)) == from_bytes(to_bytes(READING)).text == READING.text


@pytest.mark.parametrize("read", [from_bytes, text_of])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no gzip",
        to_bytes(READING)[:-9],
        packed([]),
        packed({}),
        packed({**WHOLE, "format": 99}),
        packed({**WHOLE, "lines": [{}]}),
        packed({**WHOLE, "lines": [{"words": [[]]}]}),
        packed({**WHOLE, "lines": None}),
    ],
)
def test_what_is_damaged_is_told(read: Callable[[bytes], object], data: bytes) -> None:
    with pytest.raises(ReadingDamaged):
        read(data)
