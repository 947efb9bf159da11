"""How likely a reader gives one spelling where another stands: marks are lost and taken for simpler ones."""

import functools
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classify.spelling import alike, bare

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
    """Return the chance that `reader` gives `read` where `word` stands, both without blanks."""
    if bare(read) != bare(word):
        return _LETTERS
    if alike(read) == alike(word):
        return _kept("tone", reader, _tone(word)) * _kept("shape", reader, _shape(word))
    chance = _taken("tone", reader, _tone(word), _tone(read)) * _taken(
        "shape", reader, _shape(word), _shape(read)
    )
    return chance * (1.0 if _bars(word) == _bars(read) else _BAR)


def _tone(word: str) -> str:
    return "+".join(_TONES[mark] for mark in _marks(word) if mark in _TONES) or "level"


def _shape(word: str) -> str:
    return "+".join(_SHAPES[mark] for mark in _marks(word) if mark in _SHAPES) or "plain"


def _marks(word: str) -> str:
    return unicodedata.normalize("NFD", word.lower())


def _bars(word: str) -> tuple[bool, ...]:
    return tuple(letter == "đ" for letter in word.lower() if letter in "dđ")


def _row(kind: str, reader: str, true: str) -> Mapping[str, float]:
    tables: Mapping[str, Mapping[str, Mapping[str, float]]] = _told()[kind]
    name = next((name for name in tables if reader.startswith(name)), "other")
    return tables[name].get(true, {})


def _kept(kind: str, reader: str, true: str) -> float:
    return 1.0 - sum(_row(kind, reader, true).values())


def _taken(kind: str, reader: str, true: str, read: str) -> float:
    if true == read:
        return _kept(kind, reader, true)
    return _row(kind, reader, true).get(read, float(_told()["seldom"]))
