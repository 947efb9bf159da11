"""What one look at a place comes to: what was read there, and how likely a mark is to the reader.

The likeness of letters tells little of what a worn stamp says: `ZỐT MẬT` is two letters off, and to the
reader that gave it TỐI MẬT was as likely. So a reader that can is asked for the marks by name, and for the
words that are stamped in their place or that have MẬT in them: what is
likelier ends the matter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from catalog.scan import Pixels
from classify.secret_mark_text import (
    CLEAR,
    DOUBTFUL,
    WEAK,
    Level,
    Said,
    denies,
    distance,
    fold,
    hints,
    is_absolute,
    is_list,
    says,
    urges,
)
from classify.secret_mark_words import capital

ReadAgain = Callable[[Sequence[Pixels]], Sequence[str]]
"""A reader of pictures of one line each (grey, dark on white): what each says."""
Spot = Callable[[Sequence[Pixels], Sequence[str]], Sequence[tuple[str, Sequence[float]]]]
"""A reader that can be asked: what each picture says, and by how many nats each of the words is unlikely."""

SPARE = 2
"""Letters that a frame or a neighbour may have added to a mark cut out of a picture."""

_MARKS = {"MAT": Level.PLAIN, "TOIMAT": Level.HIGH, "TUYETMAT": Level.TOP}
_NONE = ("KHONGMAT", "GIAIMAT", "DAGIAIMAT")
_HASTE = ("HOATOC", "HOATOCHENGIO", "KHAN", "THUONGKHAN")
_OTHERS = ("MAU", "DEN", "BIMAT", "BAOMAT", "MATDO", "MATMA", "MATKHAU")
WORDS = (*_MARKS, *_NONE, *_HASTE, *_OTHERS)
"""What a reader is asked for, marks taken off the letters."""

_CLEAR_AT = {"MAT": 2.2, "TOIMAT": 6.0, "TUYETMAT": 8.0}
"""Nats by which a mark may be unlikely and yet be read clearly: one for each letter of a high mark; of three
letters that look like many others, all must be there. Measured: the best look at marks that people can read
came to 2.2, 6.1 and 12.4 at the most, at other ink to 4.3, 12.0 and 25 at the least."""
DEAR = 1 - CLEAR
"""What so many nats take off the likeness of a mark."""
NEAR = 3.0
"""How many times as unlikely it may be for a place to be worth more looks."""
NOT_FAR = 2.0
"""Nats by which ĐÃ GIẢI MẬT may be unlikelier than a mark where it is not known which is cut in two."""
_FAR_AT = {"MAT": 10.0, "TOIMAT": 16.0, "TUYETMAT": 26.0}
"""Nats from which what is read there by halves is no mark."""
HOPELESS = 16.0
"""How many times as unlikely the text need not be looked at: MẬT beside HỎA TỐC HẸN GIỜ comes to 16."""


@dataclass(frozen=True)
class Heard:
    """One look at a place."""

    text: str
    nats: tuple[float, ...] | None = None  #: by `WORDS`; None: the reader cannot be asked

    @cached_property
    def said(self) -> Said | None:
        """The mark that it says, on its own."""
        if (self.nats is not None and self._nearest[1] > HOPELESS) or is_list(self.text):
            return None
        read = _says(self.text)
        if self.nats is None or (read is not None and read.likeness >= CLEAR):
            return read
        word, each = self._nearest
        likeness = 1.0 - DEAR * each
        if likeness > DOUBTFUL and not self._is_other(word):
            return Said(_MARKS[word], likeness)
        if self._is_absolute:
            return Said(Level.TOP, WEAK)
        if self._is_other(word):
            return None
        return Said(_MARKS[word], WEAK) if each <= NEAR and self._looks_like(word) else None

    @cached_property
    def _is_absolute(self) -> bool:
        """Whether it says TUYỆT by itself: what is left of a mark whose MẬT hangs together with print."""
        return self.text.isupper() and is_absolute(self.text)

    def _looks_like(self, word: str) -> bool:
        """Return whether the text is near the mark too; of three letters all must be there."""
        return hints(self.text) and (word != "MAT" or distance(fold(self.text), word, 0.5) <= 0.5)

    @cached_property
    def clearly_denies(self) -> bool:
        """Whether it says so, and hardly anything else is likely."""
        return self._is(_NONE, CLEAR)

    @cached_property
    def denies(self) -> bool:
        """Whether it says that there is no mark, or none any more."""
        return denies(self.text) or self._is(_NONE)

    @cached_property
    def beside(self) -> str:
        """The text in which a part may be a mark: none where it may as well deny one."""
        if self.denies or (self.nats is not None and self._may_deny(self.nats)):
            return ""
        return self.text

    @staticmethod
    def _may_deny(nats: Sequence[float]) -> bool:
        marks = len(_MARKS)
        return min(nats[marks : marks + len(_NONE)]) <= min(nats[:marks]) + NOT_FAR

    @cached_property
    def urges(self) -> bool:
        """Whether it is about haste."""
        return urges(self.text) or self._is(_HASTE)

    @cached_property
    def hints(self) -> bool:
        """Whether it comes near enough to a mark to look at its place again."""
        if self.nats is None:
            return hints(self.text)
        word, each = self._nearest
        if self._is_absolute:
            return True
        if self._is_other(word):
            return self.said is not None
        return each <= NEAR or (self.allows(_MARKS[word]) and hints(self.text))

    @cached_property
    def in_capitals(self) -> bool:
        """Whether it is written in capitals; of a longer one, one letter may be misread."""
        text = self.text
        if text == text.upper():
            return bool(text)
        if self.nats is not None and self._nearest[0] != "MAT":
            return True  # small letters made it unlikelier already
        return len(fold(text)) > 4 and capital(text)

    def allows(self, level: Level) -> bool:
        """Return whether a mark of that level is likely enough for half of it to count."""
        if level is Level.TOP and self._is_absolute:
            return True
        word = next(word for word, its in _MARKS.items() if its is level)
        return self.nats is None or self.nats[WORDS.index(word)] <= _FAR_AT[word]

    def _each(self, word: str) -> float:
        assert self.nats is not None
        return max(0.0, self.nats[WORDS.index(word)]) / _CLEAR_AT.get(word, len(word))

    @cached_property
    def _nearest(self) -> tuple[str, float]:
        """The likeliest mark, and how many times as unlikely as a clear one it is."""
        assert self.nats is not None
        word = min(_MARKS, key=lambda mark: self.nats[WORDS.index(mark)] if self.nats else 0.0)
        return word, self._each(word)

    def _is_other(self, mark: str) -> bool:
        """Return whether other words are as likely as the mark."""
        assert self.nats is not None
        return min(self.nats[len(_MARKS) :]) <= self.nats[WORDS.index(mark)]

    def _is(self, words: Sequence[str], likeness: float = DOUBTFUL) -> bool:
        """Return whether it is likely one of `words`, more so than a mark."""
        if self.nats is None:
            return False
        word = min(words, key=lambda word: self.nats[WORDS.index(word)] if self.nats else 0.0)
        least = min(self.nats[: len(_MARKS)])
        return 1.0 - DEAR * self._each(word) > likeness and self.nats[WORDS.index(word)] < least


@lru_cache(maxsize=256)
def _says(text: str) -> Said | None:
    return says(text, spare=SPARE)
