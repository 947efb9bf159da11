"""The 29 kinds of administrative document, found by name or by abbreviation (`kinds.toml`)."""

import functools
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from classify.spelling import bare, squeezed

LETTER = "Công văn"
"""The kind that does not print its name."""

_ALIKE = 84
"""Likeness in per cent from which a damaged type line still is the name: one letter of ten may be wrong."""


@dataclass(frozen=True)
class Kind:
    """One kind of document."""

    name: str  #: "Quyết định"
    code: str  #: typeName of TT 05/2025/TT-BNV
    abbreviation: str  #: "QĐ"; "" for công văn and thư công
    also: tuple[str, ...]  #: other abbreviations in use


@functools.cache
def kinds() -> tuple[Kind, ...]:
    """Return all kinds in the order of NĐ 30/2020."""
    text = unicodedata.normalize("NFC", Path(__file__).with_name("kinds.toml").read_text(encoding="utf-8"))
    return tuple(
        Kind(item["name"], item["code"], item.get("abbreviation", ""), tuple(item.get("also", ())))
        for item in tomllib.loads(text)["kind"]
    )


@functools.cache
def _by_letters() -> dict[str, Kind]:
    return {squeezed(kind.name): kind for kind in kinds()}


def by_line(text: str) -> tuple[Kind, float, str] | None:
    """Return the kind whose name opens a type line, how alike it is (0.0 to 1.0), and what follows it.

    "QUYẾT ĐỊNH", "Q U Y Ế T  Đ Ị N H" and "GIÁY MỜI" are names; "QUYẾT ĐỊNH:" above the articles is one
    too, so whoever asks must know where the line stands.
    """
    words = text.split()
    best: tuple[Kind, float, str] | None = None
    for kind in kinds():
        name = squeezed(kind.name)
        for stop in range(1, min(len(words), 14) + 1):
            head = squeezed(" ".join(words[:stop]))
            if abs(len(head) - len(name)) > 1:
                continue
            alike = fuzz.ratio(head, name)
            if alike >= _ALIKE and (best is None or alike / 100 > best[1]):
                best = kind, alike / 100, " ".join(words[stop:])
    return best


def by_abbreviation(letters: str) -> Kind | None:
    """Return the kind that `letters` of a notation stand for; marks may be lost."""
    for kind in kinds():
        for known in (kind.abbreviation, *kind.also):
            if known and (letters == known or (letters.upper() == letters and bare(letters) == bare(known))):
                return kind
    return None
