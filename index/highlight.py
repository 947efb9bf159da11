"""Which words of a page are what was asked for: boxes for the page image, pieces for the list of hits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
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


class Mark(NamedTuple):
    """A word asked for, at its place in the text."""

    folded: str
    start: int  #: first character
    end: int  #: one past the last
    points: int  #: as `matches` gives them


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
    found = matches([folded for _, folded in page], lambda at: page[at][0], query)
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


def matches(page: list[str], exact: Callable[[int], str], query: Query) -> dict[int, int]:
    """Return which words of a page are asked for, by number in order, and how much each counts.

    5 in the row asked for, 2 alone; one less where the marks differ; 1 for a prefix or a misread word. A
    quoted phrase or a document number counts only where its words stand in a row. A word with a wrong letter
    counts only if the page does not have the word itself.

    Args:
        page: the words in folded form.
        exact: the accented form of a word, by its number.
        query: what is asked for.
    """
    if query.pasted:
        copied = replace(query, parts=query.pasted, excluded=(), pasted=())
        found = matches(page, exact, copied)
        if sum(worth >= 4 for worth in found.values()) >= len(copied.words):
            return found
    words: dict[str, list[int]] = {word.folded: [] for word in query.words}
    for at, folded in enumerate(page):
        if folded in words:
            words[folded].append(at)
    points: dict[int, int] = {}
    for row in _rows(query):
        asked = [word.folded for word in row]
        for start in words[asked[0]]:
            if page[start : start + len(row)] == asked:
                for at, word in enumerate(row, start):
                    _raise(points, at, 4 + (exact(at) == word.text))
    for part in query.parts:
        word = part.words[0]
        if part.form is Form.PREFIX:
            beginning = fold(word.text)
            for at in [at for at, folded in enumerate(page) if folded.startswith(beginning)]:
                _raise(points, at, 1)
        if len(part.words) == 1:
            _single(points, page, words[word.folded], exact, part)
    return dict(sorted(points.items()))


def snippet(body: Body, query: Query) -> tuple[tuple[str, bool], ...]:
    """Return about `SNIPPET` characters of the text around the densest matches, cut into pieces and marked.

    One fragment, or two if the matches lie far apart; cut ends and the gap show as "…". Without a match it is
    the beginning of the text.
    """
    text, folded, starts, ends = body
    page = folded.split(" ") if folded and query.parts else []
    points = matches(page, lambda at: normalise(text[starts[at] : ends[at]]), query)
    if not points:
        return _joined([(_flat(_cut(text, SNIPPET)), False)])
    found = [Mark(page[at], starts[at], ends[at], worth) for at, worth in points.items()]
    first = _densest(found, SNIPPET)
    windows = [_window(text, first, SNIPPET)]
    here = {item.folded for item in first}
    elsewhere = [item for item in found if item.folded not in here]
    if elsewhere:
        first = _densest(first, SNIPPET // 2)
        second = _densest(elsewhere, SNIPPET // 2)
        windows = sorted(_window(text, chosen, SNIPPET // 2) for chosen in (first, second))
        if windows[0][1] >= windows[1][0]:
            windows = [(windows[0][0], max(windows[0][1], windows[1][1]))]
    pieces: list[tuple[str, bool]] = []
    for start, end in windows:
        if pieces:
            pieces.append((" … ", False))
        elif start > 0:
            pieces.append(("… ", False))
        pieces.extend(_pieces(text, start, end, found))
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
        same = exact(at) == word.text
        if same or not only_exact:
            _raise(points, at, 1 + same)
    if not found and word.forgiving and part.form is Form.WORD:
        alike = _alike(word.folded)
        for at in [at for at, folded in enumerate(page) if alike[folded]]:
            _raise(points, at, 1)


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


def _raise(points: dict[int, int], place: int, worth: int) -> None:
    points[place] = max(points.get(place, 0), worth)


def _densest(found: Sequence[Mark], width: int) -> list[Mark]:
    best: tuple[int, int] = (0, 0)
    most = -1
    begin = 0
    total = 0
    kinds: dict[str, int] = {}
    for end, item in enumerate(found):
        total += item.points
        kinds[item.folded] = kinds.get(item.folded, 0) + 1
        while item.end - found[begin].start > width and begin < end:
            gone = found[begin]
            total -= gone.points
            kinds[gone.folded] -= 1
            if not kinds[gone.folded]:
                del kinds[gone.folded]
            begin += 1
        worth = total + 10 * len(kinds)
        if worth > most:
            most, best = worth, (begin, end + 1)
    return list(found[best[0] : best[1]])


def _window(body: str, chosen: Sequence[Mark], width: int) -> tuple[int, int]:
    first, last = chosen[0].start, chosen[-1].end
    room = max(0, width - (last - first))
    start = max(0, first - min(_ROOM, room // 2))
    end = min(len(body), max(last, start + width))
    start = max(0, min(start, end - width)) if end - start < width else start
    return _blank_after(body, start, first), _blank_before(body, end, last)


def _blank_after(body: str, at: int, latest: int) -> int:
    while 0 < at < latest and not body[at - 1].isspace():
        at += 1
    return at


def _blank_before(body: str, at: int, earliest: int) -> int:
    while earliest < at < len(body) and not body[at].isspace():
        at -= 1
    return at


def _pieces(body: str, start: int, end: int, found: Iterable[Mark]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    at = start
    for item in found:
        if item.start < at or item.end > end:
            continue
        pieces.append((_flat(body[at : item.start]), False))
        pieces.append((body[item.start : item.end], True))
        at = item.end
    pieces.append((_flat(body[at:end]), False))
    return pieces


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
