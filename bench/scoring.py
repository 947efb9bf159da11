"""How far a reading is from what the page says: the measure all figures of this project use.

Letters are matched line by line without regard to reading order (after Clausner, Pletschacher and
Antonacopoulos, "Flexible character accuracy measure", 2020): every line of the truth takes its best stretch
of the reading, the longest lines choosing first. What no line of truth took counts as inserted, not in CER.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Self

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

_FOLDED = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "’": "'",
        "‘": "'",
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "\u00a0": " ",
    }
)
_LEADERS = re.compile(r"\.{4,}|_{2,}")
_HANDWRITING = re.compile("⟦([^⟧]*)⟧")
_STAMP = re.compile("⟪([^⟫]*)⟫")
_LEAST_LENGTH = 0.3
"""Share of a truth line's length below which a stretch cannot be it."""
_WHOLE_LENGTH = 1.15
"""Share of a truth line's length up to which a stretch is compared whole."""
_MARGIN = 3
_MISSED = 0.9
"""Share of a truth line in error from which it counts as missing."""


@dataclass(frozen=True)
class Score:
    """Errors and lengths of one page or, added up, of many."""

    errors: int = 0  #: edits in matched lines, all letters of missing ones
    inserted: int = 0  #: letters of the reading that no line of truth took
    letters: int = 0  #: letters of the truth
    bare_errors: int = 0  #: `errors` without diacritics
    bare_letters: int = 0  #: `letters` without diacritics
    words_missed: int = 0  #: words of the truth that the reading lacks
    words: int = 0  #: words of the truth

    def __add__(self, other: Self) -> "Score":
        return Score(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def cer(self) -> float:
        """Character error rate in per cent."""
        return _percent(self.errors, self.letters)

    @property
    def bare_cer(self) -> float:
        """Character error rate without diacritics, in per cent."""
        return _percent(self.bare_errors, self.bare_letters)

    @property
    def wer(self) -> float:
        """Words of the truth that the reading lacks, in per cent."""
        return _percent(self.words_missed, self.words)

    @property
    def inserted_rate(self) -> float:
        """Inserted letters in per cent of the letters of the truth."""
        return _percent(self.inserted, self.letters)


def score(truth: str, reading: str) -> Score:
    """Return how far `reading` is from `truth`, both one line of print a line."""
    expected, given = _lines(truth), _lines(reading)
    errors, inserted = _match(expected, given)
    bare_expected = [without_diacritics(line) for line in expected]
    bare_errors, _ = _match(bare_expected, [without_diacritics(line) for line in given])
    wanted, got = _words(expected), _words(given)
    return Score(
        errors=errors,
        inserted=inserted,
        letters=sum(map(len, expected)),
        bare_errors=bare_errors,
        bare_letters=sum(map(len, bare_expected)),
        words_missed=(wanted - got).total(),
        words=wanted.total(),
    )


def total(scores: Iterable[Score]) -> Score:
    """Return the sum: rates over many pages weigh every letter alike."""
    return sum(scores, Score())


def folded(text: str) -> str:
    """Return `text` in NFC, with one form of each kind of quote and dash."""
    return unicodedata.normalize("NFC", text).translate(_FOLDED)


def expected_text(marked: str, *, handwriting: bool = False, stamps: bool = True) -> str:
    """Return the text of a transcription whose handwriting stands in ⟦ ⟧ and whose stamps stand in ⟪ ⟫."""
    text = _HANDWRITING.sub(r"\1" if handwriting else "", marked)
    return _STAMP.sub(r"\1" if stamps else "", text)


def normalised(text: str) -> str:
    """Return NFC `text` with quotes, dashes and ellipses folded and leaders (..... ____) dropped."""
    return _LEADERS.sub(" ", folded(text))


def without_diacritics(text: str) -> str:
    """Return `text` without marks; đ becomes d."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


def _lines(text: str) -> list[str]:
    lines = (" ".join(line.split()) for line in normalised(text).split("\n"))
    return [line for line in lines if line]


def _words(lines: Iterable[str]) -> Counter[str]:
    return Counter(word for line in lines for word in line.split())


def _match(truth: Sequence[str], reading: Sequence[str]) -> tuple[int, int]:
    """Return errors in the truth and letters of the reading left over."""
    left = list(reading)
    errors = 0
    for line in sorted(truth, key=len, reverse=True):
        found = _best(line, left)
        if found is None or found[0] >= len(line) * _MISSED:
            errors += len(line)
            continue
        edits, index, start, end = found
        errors += edits
        taken = left.pop(index)
        left += [rest for rest in (taken[:start].strip(), taken[end:].strip()) if rest]
    return errors, sum(map(len, left))


def _best(line: str, stretches: Sequence[str]) -> tuple[int, int, int, int] | None:
    """Return edits, index, start and end of the part of `stretches` that is most like `line`."""
    best: tuple[int, int, int, int] | None = None
    for index, stretch in enumerate(stretches):
        if len(stretch) < max(1, len(line) * _LEAST_LENGTH):
            continue
        if len(stretch) <= len(line) * _WHOLE_LENGTH:
            found = (Levenshtein.distance(line, stretch), 0, len(stretch))
        else:
            inside = _inside(line, stretch)
            if inside is None:
                continue
            found = inside
        if best is None or found[0] < best[0]:
            best = (found[0], index, found[1], found[2])
        if found[0] == 0:
            break
    return best


def _inside(line: str, stretch: str) -> tuple[int, int, int] | None:
    """Return edits, start and end of the part of the longer `stretch` that is most like `line`."""
    around = fuzz.partial_ratio_alignment(line, stretch)
    if around is None:
        return None
    start, end = around.dest_start, around.dest_end
    return min(
        (
            (Levenshtein.distance(line, stretch[low:high]), low, high)
            for low in range(max(0, start - _MARGIN), start + _MARGIN + 1)
            for high in range(end - _MARGIN, min(len(stretch), end + _MARGIN) + 1)
            if high > low
        ),
        key=lambda part: part[0],
        default=None,
    )


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0
