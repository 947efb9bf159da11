"""Which words of a page are what was asked for: boxes for the page image, pieces for the list of hits."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import compress, count
from typing import NamedTuple

from catalog.reading import Box, Reading
from index.analysis import fold, forms, normalise
from index.query import Form, Part, Query, Word

SNIPPET = 240
"""Characters of a snippet, about three lines on the screen."""

_MOST_ALIKE = 10_000
"""Words whose likeness to one asked for is remembered."""

_ROOM = 60
"""Characters of context before the first word marked."""


class Body(NamedTuple):
    """A text with its words, as the index keeps it."""

    text: str  #: NFC
    folded: str  #: the words in folded form, a blank between them
    starts: Sequence[int]  #: first character of each word in `text`
    ends: Sequence[int]  #: one past the last


def mark(reading: Reading, query: Query) -> list[Box]:
    """Return the boxes of the words that `query` asks for, in reading order, pixels of the master."""
    # No blank stands inside a word, so word by word gives the same words as the whole page.
    page: list[tuple[str, str]] = []
    boxes: list[Box] = []
    for word in reading.words:
        for form in forms(word.text):
            page.append(form)
            boxes.append(word.box)
    found = Sought(query).matches([folded for _, folded in page], lambda at: page[at][0])
    meant = _meant([page[at] for at in found], query)
    return list(
        dict.fromkeys(
            boxes[at]
            for at, worth in found.items()
            if worth >= 4 or page[at][1] not in meant or page[at][0] in meant[page[at][1]]
        )
    )


def _meant(found: Sequence[tuple[str, str]], query: Query) -> dict[str, set[str]]:
    """Return, by folded form, the words typed with marks that stand among `found` just so.

    Where a page has "bán", who asked for it does not look for "bản".
    """
    typed: dict[str, set[str]] = {}
    for word in query.words:
        typed.setdefault(word.folded, set()).add(word.text)
    bare = {word.folded for word in query.words if not word.marked}
    here = set(found)
    return {
        folded: texts
        for folded, texts in typed.items()
        if folded not in bare and any((text, folded) in here for text in texts)
    }


class Sought:
    """What a question looks for in a text: worked out once, for an answer shows twenty texts."""

    def __init__(self, query: Query) -> None:
        copied = replace(query, parts=query.pasted, excluded=(), pasted=()) if query.pasted else None
        self._copied = Sought(copied) if copied else None
        self._parts = query.parts
        self._words = frozenset(word.folded for word in query.words)
        self._rows = [([word.folded for word in row], [word.text for word in row]) for row in _rows(query)]
        self._most = len(query.words)

    def matches(self, page: list[str], exact: Callable[[int], str]) -> dict[int, int]:
        """Return which words of a page are asked for, by number in order, and how much each counts.

        5 in the row asked for, 2 alone; one less where the marks differ; 1 for a prefix or a misread word. A
        quoted phrase or a document number counts only where its words stand in a row. A word with a wrong
        letter counts only if the page does not have the word itself.

        Args:
            page: the words in folded form.
            exact: the accented form of a word, by its number.
        """
        if self._copied is not None:
            found = self._copied.matches(page, exact)
            if sum(worth >= 4 for worth in found.values()) >= self._copied._most:
                return found
        wanted = self._words
        places: dict[str, list[int]] = {word: [] for word in wanted}
        for at in _where(wanted.__contains__, page):
            places[page[at]].append(at)
        points: dict[int, int] = {}
        for row, texts in self._rows:
            for start in places[row[0]]:
                if page[start : start + len(row)] == row:
                    for at, text in enumerate(texts, start):
                        worth = 5 if exact(at) == text else 4
                        if points.get(at, 0) < worth:
                            points[at] = worth
        for part in self._parts:
            word = part.words[0]
            if part.form is Form.PREFIX:
                beginning = fold(word.text)
                for at in [at for at, folded in enumerate(page) if folded.startswith(beginning)]:
                    points.setdefault(at, 1)
            if len(part.words) == 1:
                _single(points, page, places[word.folded], exact, part)
        return dict(sorted(points.items()))

    def snippet(self, body: Body) -> tuple[tuple[str, bool], ...]:
        """Return about `SNIPPET` characters of the text around the densest matches, in pieces and marked.

        One fragment, or two if the matches lie far apart; cut ends and the gap show as "…". Without a match
        it is the beginning of the text.
        """
        text, folded, starts, ends = body
        page = folded.split(" ") if folded and self._parts else []
        points = self.matches(page, lambda at: normalise(text[starts[at] : ends[at]])) if page else {}
        if not points:
            return _joined([(_flat(_cut(text, SNIPPET)), False)])
        marks = _Marks(page, starts, ends, points)
        first = marks.densest(list(points), SNIPPET)
        windows = [marks.window(text, first, SNIPPET)]
        here = {page[at] for at in first}
        elsewhere = [at for at in points if page[at] not in here]
        if elsewhere:
            first = marks.densest(first, SNIPPET // 2)
            second = marks.densest(elsewhere, SNIPPET // 2)
            windows = sorted(marks.window(text, chosen, SNIPPET // 2) for chosen in (first, second))
            if windows[0][1] >= windows[1][0]:
                windows = [(windows[0][0], max(windows[0][1], windows[1][1]))]
        pieces: list[tuple[str, bool]] = []
        for start, end in windows:
            if pieces:
                pieces.append((" … ", False))
            elif start > 0:
                pieces.append(("… ", False))
            pieces.extend(marks.pieces(text, start, end))
        if windows[-1][1] < len(text.rstrip()):
            pieces.append((" …", False))
        return _joined(pieces)


def one_letter_apart(one: str, other: str) -> bool:
    """Return whether the words differ by one letter: changed, missing, added or two swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) != len(long):
        return short[at:] == long[at + 1 :]
    if short[at + 1 :] == long[at + 1 :]:
        return True
    return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]


def _rows(query: Query) -> Iterable[tuple[Word, ...]]:
    loose = [part.words for part in query.parts if part.form in (Form.WORD, Form.NUMBER)]
    if len(loose) > 1:
        yield tuple(word for words in loose for word in words)
    for part in query.parts:
        if len(part.words) > 1:
            yield part.words


def _single(
    points: dict[int, int], page: Sequence[str], found: list[int], exact: Callable[[int], str], part: Part
) -> None:
    word = part.words[0]
    only_exact = part.form is Form.PHRASE and word.marked
    for at in found:
        if points.get(at, 0) >= 2:
            continue  # it counts that much already, whatever its marks
        if exact(at) == word.text:
            points[at] = 2
        elif not only_exact:
            points[at] = 1
    if not found and word.forgiving and part.form is Form.WORD:
        for at in _where(_alike(word.folded).__getitem__, page):
            points.setdefault(at, 1)


def _where(holds: Callable[[str], bool], page: Sequence[str]) -> Iterator[int]:
    # Nothing here is Python's own work: a page has three hundred words, an answer twenty pages.
    return compress(count(), map(holds, page))


class _Alike(dict[str, bool]):
    """Which words are one letter apart from `word`; the pages of an answer hold mostly the same words."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word
        half = (len(word) - 1) // 2
        self._beginning, self._end = word[:half], word[half + 2 :]

    def __missing__(self, other: str) -> bool:
        if len(self) >= _MOST_ALIKE:
            self.clear()
        # One wrong letter leaves the beginning or the end as it was; that is quickly looked at.
        perhaps = other.startswith(self._beginning) or other.endswith(self._end)
        answer = self[other] = perhaps and one_letter_apart(self._word, other)
        return answer


@lru_cache(maxsize=16)
def _alike(word: str) -> _Alike:
    return _Alike(word)


class _Marks(NamedTuple):
    """The words asked for, at their places in a text; words go by their number in it."""

    page: Sequence[str]  #: the words in folded form
    starts: Sequence[int]  #: first character of each
    ends: Sequence[int]  #: one past the last
    points: Mapping[int, int]  #: as `Sought.matches` gives them

    def densest(self, found: list[int], width: int) -> list[int]:
        """Return those of `found` that stand together within `width` characters and count most."""
        page, starts, ends, points = self
        if ends[found[-1]] - starts[found[0]] <= width:
            return found
        best: tuple[int, int] = (0, 0)
        most = -1
        begin = 0
        total = 0
        kinds: dict[str, int] = {}
        for number, at in enumerate(found):
            total += points[at]
            kinds[page[at]] = kinds.get(page[at], 0) + 1
            while ends[at] - starts[found[begin]] > width and begin < number:
                gone = found[begin]
                total -= points[gone]
                kinds[page[gone]] -= 1
                if not kinds[page[gone]]:
                    del kinds[page[gone]]
                begin += 1
            worth = total + 10 * len(kinds)
            if worth > most:
                most, best = worth, (begin, number + 1)
        return found[best[0] : best[1]]

    def window(self, body: str, chosen: Sequence[int], width: int) -> tuple[int, int]:
        """Return where to cut `body` so that what was chosen is seen, with some words around it."""
        first, last = self.starts[chosen[0]], self.ends[chosen[-1]]
        room = max(0, width - (last - first))
        start = max(0, first - min(_ROOM, room // 2))
        end = min(len(body), max(last, start + width))
        start = max(0, min(start, end - width)) if end - start < width else start
        return _blank_after(body, start, first), _blank_before(body, end, last)

    def pieces(self, body: str, start: int, end: int) -> list[tuple[str, bool]]:
        """Return `body` from `start` to `end`, the words asked for by themselves."""
        pieces: list[tuple[str, bool]] = []
        done = start
        for at in self.points:
            if self.starts[at] < done:
                continue
            if self.ends[at] > end:
                break
            pieces.append((_flat(body[done : self.starts[at]]), False))
            pieces.append((body[self.starts[at] : self.ends[at]], True))
            done = self.ends[at]
        pieces.append((_flat(body[done:end]), False))
        return pieces


def _blank_after(body: str, at: int, latest: int) -> int:
    while 0 < at < latest and not body[at - 1].isspace():
        at += 1
    return at


def _blank_before(body: str, at: int, earliest: int) -> int:
    while earliest < at < len(body) and not body[at].isspace():
        at -= 1
    return at


def _joined(pieces: Iterable[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    joined: list[tuple[str, bool]] = []
    for text, marked in pieces:
        if not text:
            continue
        if joined and joined[-1][1] == marked:
            joined[-1] = (joined[-1][0] + text, marked)
        else:
            joined.append((text, marked))
    return tuple(joined)


def _cut(body: str, length: int) -> str:
    end = _blank_before(body, min(length, len(body)), min(1, len(body)))
    return body[:end] + (" …" if end < len(body.rstrip()) else "")


def _flat(text: str) -> str:
    return text.replace("\n", " ")
