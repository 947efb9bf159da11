"""What a tombstone says, and that it says it the same for ever."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.tombstone import Act, IncompleteAct, Tombstone, TombstoneDamaged
from tests.contracts.object_store import ABSENT

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50).filter(
    lambda text: 0 < len(unicodedata.normalize("NFC", text).strip()) <= 500
)


@given(who=WORDS, instrument=WORDS, when=st.datetimes(timezones=st.just(UTC)))
def test_a_tombstone_is_read_back_as_it_was_written(who: str, instrument: str, when: datetime) -> None:
    stone = Tombstone(ABSENT, when, Act(who=who, instrument=instrument, reason="destruction"))

    again = Tombstone.from_bytes(stone.to_bytes())

    assert again == stone
    assert again.to_bytes() == stone.to_bytes()


def test_names_are_kept_in_nfc() -> None:
    decomposed = unicodedata.normalize("NFD", "Nguyễn Thị Hoà")

    act = Act(who=decomposed, instrument="12/BB", reason="destruction")

    assert act.who == "Nguyễn Thị Hoà"


def test_the_hour_is_written_in_utc() -> None:
    hanoi = timezone(timedelta(hours=7))
    stone = Tombstone(ABSENT, datetime(2026, 11, 23, 1, 0, tzinfo=hanoi), Act("a", "b", "c"))

    assert b"2026-11-22T18:00:00+00:00" in stone.to_bytes()


@pytest.mark.parametrize(
    ("who", "instrument", "reason"),
    [
        ("", "12/BB", "destruction"),
        ("  ", "12/BB", "destruction"),
        ("Hoà", "", "destruction"),
        ("Hoà", "x" * 501, "destruction"),
        ("Hoà", "12/BB", ""),
        ("Hoà", "12/BB", "Because I said so"),
    ],
)
def test_an_act_that_lacks_a_part_cannot_be_made(who: str, instrument: str, reason: str) -> None:
    with pytest.raises(IncompleteAct):
        Act(who=who, instrument=instrument, reason=reason)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"key": "a"}', b"\xff\xfe"])
def test_anything_else_is_no_tombstone(data: bytes) -> None:
    with pytest.raises(TombstoneDamaged):
        Tombstone.from_bytes(data)
