"""Choose, word by word, between two readers of the same line.

What both say is never touched: rewriting it made the text worse (WER 5.2 to 5.9). Where they differ,
`ocr.weigh` tells which of them is right; a word also tells over what they differed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from rapidfuzz.distance import Levenshtein

from catalog.reading import Box
from ocr.language import START, Language, letters
from ocr.reader import ReadLine, ReadWord
from ocr.weigh import Said, chance, odds

TOO_DIFFERENT = 0.45
"""Share of edits from which two readings are of no common text; then one line is taken whole."""
_ALONE_SURE = 0.50
_FIGURE = re.compile(r"\d[\d.,:;/]*")
_LOOKS = str.maketrans("TlI]|iOoSBZ", "11111100582")
"""Letters and signs that a reader gives for a digit: "T999", "1]"."""
_ADDRESS = re.compile(r"\W*[\w.\-]+@[\w\-]+(\.[\w\-]+)+[.,;]?")
_AFFIXES = re.compile(r"(\W*)(.*?)(\W*)")


class Ground(Enum):
    """Why a word was taken, with the most that a word so taken may count for (docs/reading.md)."""

    AGREED = 0.995
    LIKELIER = 0.98  #: both words are Vietnamese
    SAME_LETTERS = 0.89  #: only case, marks or blanks differ
    KNOWN = 0.80  #: the other reader's word is not Vietnamese
    DIGITS = 0.75
    UNKNOWN = 0.45  #: neither word is Vietnamese
    WHOLE_LINE = 0.30  #: the readings have nothing in common: mostly handwriting, seals, signatures
    ALONE = 0.10  #: the other reader saw nothing in this line


@dataclass(frozen=True)
class FusedWord:
    """One word of the line, and why it was taken."""

    text: str
    box: Box  #: pixels of the line image
    ground: Ground
    sure: float  #: share of such words that is right, 0.0 to 1.0


@dataclass(frozen=True)
class Part:
    """What two readers gave for the same stretch of a line; neither is empty."""

    first: tuple[ReadWord, ...]
    second: tuple[ReadWord, ...]

    @property
    def said(self) -> tuple[Said, Said]:
        """The same as it is weighed."""
        return _said(self.first), _said(self.second)


def fuse(first: ReadLine, second: ReadLine, *, language: Language) -> tuple[FusedWord, ...]:
    """Return the words of a line that `first` (trueocr) and `second` (Tesseract) have both read."""
    if not second.words:
        return _whole(first, Ground.ALONE)
    if not first.words:
        return _whole(second, Ground.ALONE) if second.confidence > _ALONE_SURE else ()
    if Levenshtein.normalized_distance(first.text, second.text) > TOO_DIFFERENT:
        better = _worth(first, language) >= _worth(second, language)
        return _whole(first if better else second, Ground.WHOLE_LINE)
    parts = split(first, second)
    words: list[FusedWord] = []
    before = START
    for number, part in enumerate(parts):
        after = _first_syllable(parts[number + 1].second) if number + 1 < len(parts) else None
        text, ground, sure = _choose(part, before, after, language)
        words.extend(_place(text.split(), part, ground, sure))
        before = next((found for word in reversed(text.split()) if (found := letters(word))), before)
    return tuple(words)


def _whole(line: ReadLine, ground: Ground) -> tuple[FusedWord, ...]:
    return tuple(FusedWord(word.text, word.box, ground, ground.value) for word in line.words)


def _worth(line: ReadLine, language: Language) -> float:
    known = sum(language.knows(letters(word.text)) for word in line.words)
    return known / len(line.words) + line.confidence / 2


def split(first: ReadLine, second: ReadLine) -> list[Part]:
    """Cut both lines wherever a blank of one is aligned to a blank of the other; no part is empty."""
    one, other = first.text, second.text
    parts: list[Part] = []
    i = j = 0  # words already dealt out
    for block in Levenshtein.opcodes(one, other):
        if block.tag != "equal":
            continue
        for offset in range(block.src_end - block.src_start):
            at, to = block.src_start + offset, block.dest_start + offset
            if one[at] == " ":
                next_i, next_j = one.count(" ", 0, at) + 1, other.count(" ", 0, to) + 1
                parts.append(Part(first.words[i:next_i], second.words[j:next_j]))
                i, j = next_i, next_j
    parts.append(Part(first.words[i:], second.words[j:]))
    return parts


def _choose(part: Part, before: str, after: str | None, language: Language) -> tuple[str, Ground, float]:
    first, second = part.said
    x, y = first.text, second.text
    if x == y:
        return y, Ground.AGREED, Ground.AGREED.value
    if "@" in x + y:
        return _address(x, y), Ground.DIGITS, Ground.DIGITS.value
    ground = ground_of(x, y, language)
    if ground is not Ground.SAME_LETTERS and (figures := _figures(x, y)) is not None:
        return figures, Ground.DIGITS, Ground.DIGITS.value
    lead = odds(first, second, before=before, after=after, language=language)
    sure = min(ground.value, chance(lead))
    if lead <= 0:
        return y, ground, sure
    single = len(part.first) == len(part.second) == len(first.syllables) == len(second.syllables) == 1
    return (_dressed(x, y) if single and first.syllables != second.syllables else x), ground, sure


def ground_of(x: str, y: str, language: Language) -> Ground:
    """Return over what two readings of a stretch differ."""
    one, other = _syllables(x), _syllables(y)
    if _has_digit(x + y):
        return Ground.DIGITS
    if "".join(one) == "".join(other):
        return Ground.SAME_LETTERS
    if "/" in x + y:
        return Ground.DIGITS
    known, other_known = (sum(1 if language.knows(word) else -1 for word in words) for words in (one, other))
    if known != other_known:
        return Ground.KNOWN
    return Ground.UNKNOWN if len(one) == len(other) == 1 and known < 0 else Ground.LIKELIER


def _said(words: Sequence[ReadWord]) -> Said:
    text = " ".join(word.text for word in words)
    return Said(text, min(word.confidence for word in words), _syllables(text))


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


def _place(texts: Sequence[str], part: Part, ground: Ground, sure: float) -> list[FusedWord]:
    """Give every word of `texts` the place its reader saw it at."""
    for words in (part.second, part.first):
        if len(words) == len(texts):
            return [FusedWord(text, word.box, ground, sure) for text, word in zip(texts, words, strict=True)]
    raise AssertionError("a choice is always one of the two readings")


def _syllables(text: str) -> list[str]:
    return [found for word in text.split() if (found := letters(word))]


def _first_syllable(words: Sequence[ReadWord]) -> str | None:
    return next((found for word in words if (found := letters(word.text))), None)


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
