"""Vietnamese spelling as describing needs it: letters without marks, likeness despite misreading."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from rapidfuzz import fuzz

Told = TypeVar("Told")
_ASKED, _SHORT = 4_000, 200
"""Texts kept with what they come to, and letters of the longest: a page asks for the same words often."""
_ODD = str.maketrans({"Ð": "Đ", "ð": "đ", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "’": "'"})
_LETTERS = re.compile(r"[^\W\d_]")
_NO_LETTER = re.compile(r"[\W_]")
_STRAY = re.compile("[\u0300-\u036f]")
_BLURRED = re.compile("[\u0301\u0303\u0309]")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_TWINS = frozenset("cosuvwxzpk")
"""Letters whose capitals look like themselves: readers mix up CƠ SỞ and cơ sở."""


def remembered(tell: Callable[[str], Told]) -> Callable[[str], Told]:
    """Return `tell` with what it told of the last short texts kept; a stranger's long ones are not."""
    kept = lru_cache(_ASKED)(tell)

    @wraps(tell)
    def told(text: str) -> Told:
        return kept(text) if len(text) <= _SHORT else tell(text)

    return told


@remembered
def tidy(text: str) -> str:
    """Return `text` NFC, look-alikes folded (Icelandic Ð, dashes), marks that fit no letter dropped."""
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(_ODD))
    return _STRAY.sub("", composed)


@remembered
def bare(text: str) -> str:
    """Return `text` in small letters without marks, as many as the NFC text has; đ becomes d."""
    return unicodedata.normalize("NFC", text).translate(_BARE)


class _BareLetters(dict[int, str]):
    """Letters without marks, by code point, remembered as they are asked for: a page asks 25,000 times."""

    def __missing__(self, code: int) -> str:
        low = chr(code).lower()
        base = unicodedata.normalize("NFD", low)[:1] if len(low) == 1 else low[:1]
        found = "d" if base in "đð" else base
        if len(self) < _REMEMBERED:
            self[code] = found
        return found


_BARE = _BareLetters()
_REMEMBERED = 2_000
"""More letters than Vietnamese paper has; a hostile file may bring all of Unicode."""


@remembered
def squeezed(text: str) -> str:
    """Return only the letters and digits of `text`, bare."""
    return _NO_LETTER.sub("", bare(text))


@remembered
def marked(text: str) -> str:
    """Return the letters and digits of `text` with their marks, blanks and punctuation left out."""
    return _NO_LETTER.sub("", tidy(text))


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are without marks and blanks, 0.0 to 1.0."""
    return fuzz.ratio(squeezed(one), squeezed(other)) / 100


@remembered
def letters_of(text: str) -> tuple[int, int]:
    """Return how many letters a text has, and how many of them are capitals."""
    letters = _LETTERS.findall(text)
    return len(letters), sum(map(str.isupper, letters))


def capitals(text: str) -> float:
    """Return the share of letters that are capitals, 0.0 where there are none."""
    return share(*letters_of(text))


def share(letters: int, upper: int) -> float:
    """Return the share of `letters` that are capitals, 0.0 where there are none."""
    return upper / letters if letters else 0.0


@remembered
def alike(word: str) -> str:
    """Return the same for words that differ only in case and in where the tone stands: "uỷ" and "Ủy"."""
    spelt = unicodedata.normalize("NFD", word.lower())
    return _TONES.sub("", spelt) + "".join(_TONES.findall(spelt))


def same_tone(one: str, other: str) -> bool:
    """Whether two words differ at most in case and in where the tone stands: "uỷ" and "Ủy"."""
    return alike(one) == alike(other)


def near_tones(one: str, other: str) -> bool:
    """Whether two words differ only in which of sắc, hỏi and ngã they bear: the tones that scans blur."""
    first, second = (unicodedata.normalize("NFD", word.lower()) for word in (one, other))
    return (
        first != second
        and _BLURRED.sub("", first) == _BLURRED.sub("", second)
        and len(_BLURRED.findall(first)) == len(_BLURRED.findall(second)) == 1
    )


def blurred(word: str) -> bool:
    """Whether a word bears a tone that scans blur: sắc, hỏi or ngã."""
    return _BLURRED.search(unicodedata.normalize("NFD", word)) is not None


def marks(word: str) -> int:
    """Return how many marks the letters bear: none in "Yen", one in "Yên", two in "Yến"."""
    return len(_STRAY.findall(unicodedata.normalize("NFD", word)))


def twins(word: str) -> bool:
    """Whether a capital word may as well be a small one by its looks."""
    letters = squeezed(word)
    return bool(letters) and all(letter in _TWINS for letter in letters)
