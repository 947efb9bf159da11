"""How likely a reader gives one spelling where another stands: marks are lost and taken for simpler ones."""

import functools
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classify.spelling import bare

_TONES = {"\u0300": "grave", "\u0301": "acute", "\u0303": "tilde", "\u0309": "hook", "\u0323": "dot"}
_SHAPES = {"\u0302": "circumflex", "\u0306": "breve", "\u031b": "horn"}
_LETTERS = 0.0005
"""Chance of other letters altogether."""
_BAR = 0.02
"""Chance that đ is read as d, or d as đ."""


@functools.cache
def _told() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("misread.toml").read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=50_000)
def likelihood(reader: str, read: str, word: str) -> float:
    """Return the chance that `reader` gives `read`, in the case it is printed in, where `word` stands."""
    if bare(read) != bare(word):
        return _LETTERS
    tone = _taken(_table("tone", reader, read), _tone(word), _tone(read))
    shape = _taken(_table("shape", reader, read), _shape(word), _shape(read))
    return tone * shape * (1.0 if _bars(word) == _bars(read) else _BAR)


def _tone(word: str) -> str:
    return "+".join(_TONES[mark] for mark in _marks(word) if mark in _TONES) or "level"


def _shape(word: str) -> str:
    return "+".join(_SHAPES[mark] for mark in _marks(word) if mark in _SHAPES) or "plain"


def _marks(word: str) -> str:
    return unicodedata.normalize("NFD", word.lower())


def _bars(word: str) -> tuple[bool, ...]:
    return tuple(letter == "đ" for letter in word.lower() if letter in "dđ")


def _table(kind: str, reader: str, read: str) -> Mapping[str, Mapping[str, float]]:
    readers: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]] = _told()[kind]
    of_reader = readers[next((name for name in readers if reader.startswith(name)), "other")]
    return of_reader.get("capital" if read.isupper() else "small", of_reader["small"])


def _taken(table: Mapping[str, Mapping[str, float]], true: str, read: str) -> float:
    taken = table.get(true, {})
    return 1.0 - sum(taken.values()) if true == read else taken.get(read, float(_told()["seldom"]))
