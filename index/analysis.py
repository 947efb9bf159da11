"""How Vietnamese print becomes the words the index knows: one way for every back end, query and highlight.

A word has two forms. `text` is NFC, lower case, with the tone mark where the old spelling puts it
(hoà = hòa, thuý = thúy). `folded` has no marks, đ is d, lý is lí, 03 is 3. There are no stop words: "ở", "y"
and "An" are names. The number of a document (`45/QĐ-UBND`) is kept whole and in parts; the whole stands at
the place of its first part, so that phrases run through it.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

VERSION = 1
"""Raised with every change of the words below; an index of another version must be built again."""

MAX_WORD = 64
"""Characters of a word that count; print has no longer words, broken readings do."""

MAX_PARTS = 8
"""Parts of one document number; `123/2016/NQ-HĐND-VX` has five."""

_MARKS = "\u0300-\u036f"
_WORD = re.compile(rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*)*")
_JOINERS = {"/": "/", ".": ".", "-": "-", "‐": "-", "‑": "-", "–": "-", "—": "-"}
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_VOWELS = "aăâeêioôơuưy"
_MOVABLE = re.compile(rf"([^{_VOWELS}]*)(oa|oe|uy)(?:ch|c|m|nh|ng|n|p|t|i|y|o|u)?")
_Y_IS_I = re.compile(r"(h|k|l|m|s|t|qu)y")


class Token(NamedTuple):
    """One word at its place. A tuple, not a dataclass: a search makes ten thousand of them."""

    text: str  #: the accented form
    folded: str  #: the form without marks
    start: int  #: first character in the NFC form of the text
    end: int  #: one past the last character
    position: int  #: place among the words, from 0; a whole number shares the place of its first part
    whole: bool = False  #: a document number kept whole, beside its parts


def clean(text: str) -> str:
    """Return `text` in NFC, the form that the places of tokens count in."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return `text` without marks and with d for đ; case stays."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", bare.translate(_D))


_D = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})


def normalise(word: str) -> str:
    """Return the accented form of one word; doing it twice changes nothing."""
    return _forms(word)[0]


def loosen(word: str) -> str:
    """Return the folded form of one word: `fold`, then what a searcher need not know (lý or lí, 03 or 3)."""
    return _forms(word)[1]


@lru_cache(maxsize=200_000)
def _forms(word: str) -> tuple[str, str]:
    text = clean(clean(word).lower())
    if not text.isascii():
        text = text.replace("ð", "đ")  # U+00F0, what Tesseract and old fonts put for U+0111
        text = clean("".join(letter for letter in text if not "\u0300" <= letter <= "\u036f"))
        text = re.sub("đ+", "đ", text)  # Tesseract reads QĐ as QĐÐ; no Vietnamese word has two
        text = _place_tone(text)
    text = text[:MAX_WORD]
    folded = fold(text).lower()
    if folded.isdigit():
        return text, folded.lstrip("0") or "0"
    if _Y_IS_I.fullmatch(folded):
        return text, folded[:-1] + "i"
    return text, folded


def _place_tone(word: str) -> str:
    letters = [unicodedata.normalize("NFD", letter) for letter in word]
    marked = [place for place, letter in enumerate(letters) if any(tone in letter for tone in _TONES)]
    if len(marked) != 1:
        return word
    place = marked[0]
    tone = next(mark for mark in letters[place] if mark in _TONES)
    letters[place] = letters[place].replace(tone, "")
    bare = clean("".join(letters))
    syllable = _MOVABLE.fullmatch(bare)
    if syllable is None or syllable[1] == "q":
        return word
    first = syllable.start(2)
    if place not in (first, first + 1):
        return word
    place = first if syllable.end(2) == len(bare) else first + 1
    return clean(bare[: place + 1] + tone + bare[place + 1 :])


def forms(text: str) -> list[tuple[str, str]]:
    """Return every word of `text` as (accented, folded): `tokens` without places or whole numbers."""
    return [_forms(word) for word in _WORD.findall(clean(text))]


def runs(text: str) -> Iterator[tuple[Token, ...]]:
    """Yield the words of `text` in order; words joined as in `QĐ-UBND` or `12/03/2016` come as one run."""
    text = clean(text)
    run: list[Token] = []
    for position, found in enumerate(_WORD.finditer(text)):
        start, end = found.span()
        joined = run and start == run[-1].end + 1 and text[start - 1] in _JOINERS
        if run and (not joined or len(run) == MAX_PARTS):
            yield tuple(run)
            run = []
        exact, folded = _forms(found[0])
        run.append(Token(exact, folded, start, end, position))
    if run:
        yield tuple(run)


def whole(run: tuple[Token, ...], text: str) -> Token | None:
    """Return the run kept whole if it is a number of some kind: joined parts, one with a digit.

    Args:
        run: one run of `runs(text)`.
        text: the NFC text the run comes from.
    """
    if len(run) < 2 or not any(digit.isdigit() for part in run for digit in part.text):
        return None
    joiners = ["", *(_JOINERS[text[part.start - 1]] for part in run[1:])]
    exact = "".join(joiner + part.text for joiner, part in zip(joiners, run, strict=True))
    folded = "".join(joiner + part.folded for joiner, part in zip(joiners, run, strict=True))
    return Token(exact[:MAX_WORD], folded[:MAX_WORD], run[0].start, run[-1].end, run[0].position, True)


def tokens(text: str) -> list[Token]:
    """Return every word of `text` in order, a number kept whole just before its parts."""
    text = clean(text)
    found: list[Token] = []
    for run in runs(text):
        if len(run) > 1:
            number = whole(run, text)
            if number is not None:
                found.append(number)
        found.extend(run)
    return found


def is_marked(word: str) -> bool:
    """Return whether `word` carries a mark or a đ, so that its writer meant these letters and no others."""
    return fold(word) != clean(word)
