"""The words of a dossier as its type is told from them: without marks, case, or what OCR confuses.

Old titles are typed without diacritics, scans lose them, and Macs write them decomposed. All of that folds
to the same words here, so neither the rules nor the model can tell the difference.
"""

import re
import unicodedata
from functools import lru_cache

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")

MAX_WORD = 24
"""Letters of a word that count; Vietnamese syllables have at most 7, broken readings run on for lines."""

_PIECE = re.compile(r"[^\W_]+")
_D = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ı": "i"})
_Y_IS_I = re.compile(r"(h|k|l|m|s|t|qu)y")
_LOOK_ALIKE = str.maketrans({"0": "o", "1": "l", "5": "s", "8": "b", "6": "b", "9": "g"})
"""What Tesseract puts for letters inside words; a run of digits alone is a number and stays one."""


@lru_cache(maxsize=100_000)
def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower()).translate(_D)
    return "".join(letter for letter in decomposed if letter.isalnum()).lower()


@lru_cache(maxsize=200_000)
def _word(piece: str) -> str:
    """Return one folded word: `qui` and `quy`, `ly` and `li`, `5ử` and `sử` are one."""
    folded = _fold(piece)[:MAX_WORD]
    if folded.isdigit():
        return folded
    if not folded.isalpha() and sum(letter.isdigit() for letter in folded) * 2 < len(folded):
        folded = folded.translate(_LOOK_ALIKE)
    return f"{folded[:-1]}i" if _Y_IS_I.fullmatch(folded) else folded


def words(text: str) -> list[str]:
    """Return the folded words of `text` in order; numbers are kept as they stand."""
    # Composed first: a decomposed letter would end the word at its mark.
    pieces = _PIECE.findall(unicodedata.normalize("NFKC", text))
    return [word for piece in pieces if (word := _word(piece))]


@lru_cache(maxsize=200_000)
def _marked(piece: str) -> str:
    """Return one word with its marks, its tone behind it: `hoà` and `hòa` are one."""
    if piece.isdigit():
        return "#"
    letters = unicodedata.normalize("NFD", piece.lower()[:MAX_WORD])
    tone = "".join(letter for letter in letters if letter in _TONES)
    return unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _TONES)) + tone


def marked_words(text: str) -> list[str]:
    """Return the words of `text` in order, with their marks; those that `words` leaves out are left out."""
    pieces = _PIECE.findall(unicodedata.normalize("NFKC", text))
    return [_marked(piece) for piece in pieces if _word(piece)]


def folded(text: str) -> str:
    """Return the folded words of `text` with one blank between them; folding twice changes nothing."""
    return " ".join(words(text))


def strip_marks(text: str) -> str:
    """Return `text` without marks, d for đ; case and all else stay."""
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare.replace("đ", "d").replace("Đ", "D"))
