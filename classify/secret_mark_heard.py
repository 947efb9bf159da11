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
from classify.secret_mark_text import CLEAR, DOUBTFUL, WEAK, Level, Said, denies, fold, hints, says, urges
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

DEAR = 0.15
"""What a nat a letter takes off the likeness of a mark: one leaves a clear reading, one and two thirds a
doubtful one. Measured: the best look at marks that people can read came to 1.6 at the most, other ink to 2.0
at the least and mostly to more than 4."""
NEAR = 2.3
"""Nats a letter up to which a place is worth more looks."""
FAR = 3.5
"""Nats a letter from which what is read there by halves is no mark."""


@dataclass(frozen=True)
class Heard:
    """One look at a place."""

    text: str
    nats: tuple[float, ...] | None = None  #: by `WORDS`; None: the reader cannot be asked

    @cached_property
    def said(self) -> Said | None:
        """The mark that it says, on its own."""
        read = _says(self.text)
        if self.nats is None or (read is not None and read.likeness >= CLEAR):
            return read
        word, each = self._nearest
        if self._is_other(word):
            return None
        likeness = 1.0 - DEAR * each
        if likeness > DOUBTFUL:
            return Said(_MARKS[word], likeness)
        return Said(_MARKS[word], WEAK) if each <= NEAR and hints(self.text) else None

    @cached_property
    def denies(self) -> bool:
        """Whether it says that there is no mark, or none any more."""
        return denies(self.text) or self._is(_NONE)

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
        if self._is_other(word):
            return self.said is not None
        return each <= NEAR or (each <= FAR and hints(self.text))

    @cached_property
    def in_capitals(self) -> bool:
        """Whether it is written in capitals; of a longer one, one letter may be misread."""
        text = self.text
        if text == text.upper():
            return bool(text)
        if self.nats is not None and self._nearest[0] != "MAT":
            return True  # small letters made it unlikelier already
        return len(fold(text)) > 4 and capital(text)

    def unlikely(self, level: Level) -> float:
        """Return by how many nats a letter the mark is unlikely; 0.0 where the reader cannot be asked."""
        if self.nats is None:
            return 0.0
        return next(self._each(word) for word, its in _MARKS.items() if its is level)

    def _each(self, word: str) -> float:
        assert self.nats is not None
        return max(0.0, self.nats[WORDS.index(word)]) / len(word)

    @cached_property
    def _nearest(self) -> tuple[str, float]:
        """The likeliest mark, and by how many nats a letter it is unlikely."""
        assert self.nats is not None
        word = min(_MARKS, key=lambda mark: self.nats[WORDS.index(mark)] if self.nats else 0.0)
        return word, self._each(word)

    def _is_other(self, mark: str) -> bool:
        """Return whether other words are as likely as the mark."""
        assert self.nats is not None
        return min(self.nats[len(_MARKS) :]) <= self.nats[WORDS.index(mark)]

    def _is(self, words: Sequence[str]) -> bool:
        """Return whether it is likely one of `words`, more so than a mark."""
        if self.nats is None:
            return False
        word = min(words, key=lambda word: self.nats[WORDS.index(word)] if self.nats else 0.0)
        least = min(self.nats[: len(_MARKS)])
        return 1.0 - DEAR * self._each(word) > DOUBTFUL and self.nats[WORDS.index(word)] < least


@lru_cache(maxsize=256)
def _says(text: str) -> Said | None:
    return says(text, spare=SPARE)
