"""Choose, word by word, between two readers of the same line.

What both say is never touched: rewriting it made the text worse (WER 5.2 to 5.9). Where they differ, a word
that is Vietnamese beats one that is not, then the likelier in its context wins; for digits and marks the
second reader (Tesseract) is trusted, for it was better at them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from rapidfuzz.distance import Levenshtein

from catalog.reading import Box
from ocr.language import START, Language, letters
from ocr.reader import ReadLine, ReadWord

TOO_DIFFERENT = 0.45
"""Share of edits from which two readings are of no common text; then one line is taken whole."""
_CLEARLY_LIKELIER = 1.0
"""Natural logarithm by which the first reader's word must be likelier to win; 1 or 2.5 made no difference."""
_PER_SYLLABLE = 2.0
_ALONE_SURE = 0.50
_DIGITS_SURE = 0.35
_FIGURE = re.compile(r"\d[\d.,:;/]*")
_LOOKS = str.maketrans("TlI]|iOoSBZ", "11111100582")
"""Letters and signs that a reader gives for a digit: "T999", "1]"."""
_ADDRESS = re.compile(r"\W*[\w.\-]+@[\w\-]+(\.[\w\-]+)+[.,;]?")
_AFFIXES = re.compile(r"(\W*)(.*?)(\W*)")


class Ground(Enum):
    """Why a word was taken, with the share of such words that is right (docs/reading.md)."""

    AGREED = 0.995
    LIKELIER = 0.90  #: both words are Vietnamese
    SAME_LETTERS = 0.70  #: only case, marks or blanks differ
    KNOWN = 0.64  #: the other reader's word is not Vietnamese
    DIGITS = 0.48
    WHOLE_LINE = 0.30  #: the readings have nothing in common: mostly handwriting, seals, signatures
    ALONE = 0.10  #: the other reader saw nothing in this line
    UNKNOWN = 0.05  #: neither word is Vietnamese


@dataclass(frozen=True)
class FusedWord:
    """One word of the line, and why it was taken."""

    text: str
    box: Box  #: pixels of the line image
    ground: Ground


@dataclass(frozen=True)
class _Part:
    """What two readers gave for the same stretch of a line."""

    first: tuple[ReadWord, ...]
    second: tuple[ReadWord, ...]


def fuse(first: ReadLine, second: ReadLine, *, language: Language) -> tuple[FusedWord, ...]:
    """Return the words of a line that `first` (trueocr) and `second` (Tesseract) have both read."""
    if not second.words:
        return _whole(first, Ground.ALONE)
    if not first.words:
        return _whole(second, Ground.ALONE) if second.confidence > _ALONE_SURE else ()
    if Levenshtein.normalized_distance(first.text, second.text) > TOO_DIFFERENT:
        better = _worth(first, language) >= _worth(second, language)
        return _whole(first if better else second, Ground.WHOLE_LINE)
    parts = _split(first, second)
    words: list[FusedWord] = []
    before = START
    for number, part in enumerate(parts):
        after = _first_syllable(parts[number + 1].second) if number + 1 < len(parts) else None
        text, ground = _choose(part, before, after, second.confidence, language)
        words.extend(_place(text.split(), part, ground))
        before = next((found for word in reversed(text.split()) if (found := letters(word))), before)
    return tuple(words)


def _whole(line: ReadLine, ground: Ground) -> tuple[FusedWord, ...]:
    return tuple(FusedWord(word.text, word.box, ground) for word in line.words)


def _worth(line: ReadLine, language: Language) -> float:
    known = sum(language.knows(letters(word.text)) for word in line.words)
    return known / len(line.words) + line.confidence / 2


def _split(first: ReadLine, second: ReadLine) -> list[_Part]:
    """Cut both lines wherever a blank of one is aligned to a blank of the other; no part is empty."""
    one, other = first.text, second.text
    parts: list[_Part] = []
    i = j = 0  # words already dealt out
    for block in Levenshtein.opcodes(one, other):
        if block.tag != "equal":
            continue
        for offset in range(block.src_end - block.src_start):
            at, to = block.src_start + offset, block.dest_start + offset
            if one[at] == " ":
                next_i, next_j = one.count(" ", 0, at) + 1, other.count(" ", 0, to) + 1
                parts.append(_Part(first.words[i:next_i], second.words[j:next_j]))
                i, j = next_i, next_j
    parts.append(_Part(first.words[i:], second.words[j:]))
    return parts


def _choose(
    part: _Part, before: str, after: str | None, second_sure: float, language: Language
) -> tuple[str, Ground]:
    x, y = _text(part.first), _text(part.second)
    if x == y:
        return y, Ground.AGREED
    if "@" in x + y:
        return _address(x, y), Ground.DIGITS
    one, other = _syllables(x), _syllables(y)
    if "".join(one) == "".join(other) and not _has_digit(x + y):
        return y, Ground.SAME_LETTERS
    if (figures := _figures(x, y)) is not None:
        return figures, Ground.DIGITS
    if _has_digit(x + y) or "/" in x + y:
        return y if second_sure >= _DIGITS_SURE else x, Ground.DIGITS
    if len(one) == len(other) == len(x.split()) == len(y.split()) == 1:
        return _choose_syllable(x, y, before, after, language)
    known_x = sum(1 if language.knows(word) else -1 for word in one)
    known_y = sum(1 if language.knows(word) else -1 for word in other)
    if known_x != known_y:
        return (x if known_x > known_y else y), Ground.KNOWN
    lead = language.likelihood(one, before=before, after=after)
    lead -= language.likelihood(other, before=before, after=after)
    wins = lead > _CLEARLY_LIKELIER + _PER_SYLLABLE * (len(one) - len(other))
    return (x if wins else y), Ground.LIKELIER


def _choose_syllable(
    x: str, y: str, before: str, after: str | None, language: Language
) -> tuple[str, Ground]:
    one, other = letters(x), letters(y)
    known_x, known_y = language.knows(one), language.knows(other)
    if known_x != known_y:
        return (_dressed(x, y) if known_x else y), Ground.KNOWN
    if not known_x:
        return y, Ground.UNKNOWN
    lead = language.likelihood([one], before=before, after=after)
    lead -= language.likelihood([other], before=before, after=after)
    return (_dressed(x, y) if lead > _CLEARLY_LIKELIER else y), Ground.LIKELIER


def _dressed(x: str, y: str) -> str:
    """Return the letters of `x` between the marks of `y`, whose reader is better at marks."""
    marks, bare = _AFFIXES.fullmatch(y), _AFFIXES.fullmatch(x)
    if marks is None or bare is None or len(marks[1] + marks[3]) > 2:
        return x
    return f"{marks[1]}{bare[2]}{marks[3]}"


def _figures(x: str, y: str) -> str | None:
    """Return the one that is a figure where the other differs by letters that look like its digits."""
    for figure, other in ((x, y), (y, x)):
        if _FIGURE.fullmatch(figure) and not _FIGURE.fullmatch(other) and other.translate(_LOOKS) == figure:
            return figure
    return None


def _address(x: str, y: str) -> str:
    """Return the better e-mail address; Tesseract likes to add brackets to the @."""
    mended = y.replace("(@", "@").replace("@)", "@")
    return x if _ADDRESS.fullmatch(x) and not _ADDRESS.fullmatch(mended) else mended


def _place(texts: Sequence[str], part: _Part, ground: Ground) -> list[FusedWord]:
    """Give every word of `texts` the place its reader saw it at."""
    for words in (part.second, part.first):
        if len(words) == len(texts):
            return [FusedWord(text, word.box, ground) for text, word in zip(texts, words, strict=True)]
    raise AssertionError("a choice is always one of the two readings")


def _text(words: Sequence[ReadWord]) -> str:
    return " ".join(word.text for word in words)


def _syllables(text: str) -> list[str]:
    return [found for word in text.split() if (found := letters(word))]


def _first_syllable(words: Sequence[ReadWord]) -> str | None:
    return next((found for word in words if (found := letters(word.text))), None)


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
