"""What is stamped on paper beside secret marks: words near to one, harmless ones, lines that speak of one."""

import functools
import gzip
import random
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from samples.secret import DOTS, HARMLESS, HATS, LEVELS, MARKS, stripped

# The file itself and not `classify.known_words`: whoever trains needs nothing of the service.
_PHRASES = Path(__file__).parents[1] / "classify" / "data" / "phrases.txt.gz"

_BEFORE = ("bí", "bảo", "độ", "tài liệu", "giải", "và", "hoặc")
_LETTERS = "AĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY"


def bare(text: str) -> str:
    """Return the capital letters of `text` without diacritics, blanks or anything else: "TOIMAT"."""
    apart = unicodedata.normalize("NFD", text.upper().replace("Đ", "D"))
    return "".join(letter for letter in apart if "A" <= letter <= "Z")


_MARKS = frozenset(map(bare, LEVELS))


def says_a_mark(text: str) -> bool:
    """Say whether the words are a mark's, whatever diacritics they lost or have wrong."""
    return bare(text) in _MARKS


def harmless(rng: random.Random) -> str:
    """Return words of a stamp that is no mark."""
    while True:
        text = _some_words(rng)
        if 1 < len(text) < 32 and not says_a_mark(text):
            return text


def _some_words(rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.3:
        return rng.choice(_near()["phrases"])
    if chance < 0.55:
        return rng.choice(_near()["words"])
    if chance < 0.65:
        return rng.choice(HARMLESS)
    if chance < 0.75:
        return rng.choice(_phrases()).upper()
    if chance < 0.8:
        return "".join(rng.choice(_LETTERS) for _ in range(rng.randrange(2, 8)))
    if chance < 0.83:
        return str(rng.randrange(1, 99999))
    if chance < 0.92:
        return prose(rng, rng.randrange(2, 5)).title()  # names of people
    return prose(rng, rng.randrange(1, 5)).upper()


def line_about_a_mark(rng: random.Random) -> str:
    """Return a line of print with the words of a mark among others: it is none."""
    mark = rng.choice((*LEVELS, "MẬT", "MẬT"))
    if rng.random() < 0.7:
        end = rng.choice(("", "", ","))
        text = f"{prose(rng, rng.randrange(2, 5))} {mark}{end} {prose(rng, rng.randrange(1, 4))}"
    else:
        text = f"{prose(rng, rng.randrange(1, 3))} {rng.choice(_BEFORE)} {mark}"
    return text.upper() if rng.random() < 0.7 else text


def seal_words(rng: random.Random) -> str:
    """Return one line of the middle of a seal."""
    while True:
        text = rng.choice(_near()["words"]) if rng.random() < 0.5 else prose(rng, rng.randrange(1, 3)).upper()
        if not says_a_mark(text):
            return text


def broken(text: str, rng: random.Random) -> str:
    """Take marks off letters, as a worn stamp or an old typewriter does: more evenly than `secret` does."""
    return stripped(text, rng.choice((DOTS, HATS, MARKS)))


def prose(rng: random.Random, words: int) -> str:
    """Return syllables of laws in any order, in small letters."""
    return " ".join(rng.choice(_syllables()) for _ in range(words))


@functools.cache
def _near() -> Mapping[str, Sequence[str]]:
    text = unicodedata.normalize("NFC", Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    told = tomllib.loads(text)
    return {"words": told["words"].split(), "phrases": told["phrases"].strip().splitlines()}


@functools.cache
def _phrases() -> Sequence[str]:
    lines = gzip.decompress(_PHRASES.read_bytes()).decode("utf-8").splitlines()
    return [line for line in lines if line and "!" not in line]


@functools.cache
def _syllables() -> Sequence[str]:
    return sorted({word for line in _phrases() for word in line.split() if word.isalpha()})
