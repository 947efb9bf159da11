"""Which words of a page are what was asked for: boxes for the page image, pieces for the list of hits."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from catalog.reading import Box, Reading
from index.analysis import Token, clean, fold, tokens
from index.query import Form, Part, Query, Word

SNIPPET = 240
"""Characters of a snippet, about three lines on the screen."""

_ROOM = 60
"""Characters of context before the first word marked."""


class Mark(NamedTuple):
    """A word asked for, at its place."""

    token: Token
    points: int  #: 4 as part of the row asked for, 2 alone; one less without its marks, 1 if misread


def mark(reading: Reading, query: Query) -> list[Box]:
    """Return the boxes of the words that `query` asks for, in reading order, pixels of the master."""
    words = reading.words
    # No blank stands inside a word, so word by word gives the same tokens as the whole page.
    page = [token._replace(start=number) for number, word in enumerate(words) for token in tokens(word.text)]
    found = dict.fromkeys(item.token.start for item in marks(page, query))
    return [words[number].box for number in found]


def marks(page: Sequence[Token], query: Query) -> list[Mark]:
    """Return the words of `page` that `query` asks for, in order.

    A quoted phrase or a document number counts only where its words stand in a row. A word with a wrong
    letter counts only if the page does not have the word itself.
    """
    words = [token for token in page if not token.whole]
    places: dict[str, list[int]] = {}
    for place, token in enumerate(words):
        places.setdefault(token.folded, []).append(place)
    points: dict[int, int] = {}
    loose = [part.words for part in query.parts if part.form in (Form.WORD, Form.NUMBER)]
    for row, worth in _rows(query, [word for part in loose for word in part]):
        for start in places.get(row[0].folded, ()):
            if _stands(words, start, row):
                for step, word in enumerate(row):
                    _raise(points, start + step, worth + (words[start + step].text == word.text))
    for part in query.parts:
        if part.form is Form.WORD or (part.form is Form.PHRASE and len(part.words) == 1):
            _single(points, words, places, part)
        elif part.form is Form.PREFIX:
            beginning = fold(part.words[0].text)
            for folded, found in places.items():
                if folded.startswith(beginning):
                    for place in found:
                        _raise(points, place, 1)
    return [Mark(words[place], points[place]) for place in sorted(points)]


def snippet(body: str, query: Query) -> tuple[tuple[str, bool], ...]:
    """Return about `SNIPPET` characters of `body` around the densest matches, cut into pieces and marked.

    One fragment, or two if the matches lie far apart. Joined, the pieces read as the fragments; fragments are
    parted and cut ends shown by "…". Without a match it is the beginning of the text.
    """
    body = clean(body)
    found = marks(tokens(body), query)
    if not found:
        return ((_flat(_cut(body, 0, min(len(body), SNIPPET))), False),) if body.strip() else ()
    first = _densest(found, SNIPPET)
    windows = [_window(body, first)]
    rest = [item for item in found if not windows[0][0] <= item.token.start < windows[0][1]]
    if windows[0][1] - windows[0][0] > SNIPPET // 2 and rest and _covers_less(first, found):
        half = _densest(first, SNIPPET // 2)
        second = _densest(rest, SNIPPET // 2)
        windows = sorted([_window(body, half, SNIPPET // 2), _window(body, second, SNIPPET // 2)])
        if windows[0][1] >= windows[1][0]:
            windows = [(windows[0][0], windows[1][1])]
    pieces: list[tuple[str, bool]] = []
    for start, end in windows:
        if start > 0:
            pieces.append(("… ", False))
        pieces.extend(_pieces(body, start, end, [item.token for item in found]))
    if windows[-1][1] < len(body):
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


def _rows(query: Query, loose: list[Word]) -> Iterable[tuple[tuple[Word, ...], int]]:
    for part in query.parts:
        if part.form in (Form.PHRASE, Form.NUMBER) and len(part.words) > 1:
            yield part.words, 4
    if len(loose) > 1:
        yield tuple(loose), 4


def _stands(words: Sequence[Token], start: int, row: tuple[Word, ...]) -> bool:
    if start + len(row) > len(words):
        return False
    return all(words[start + step].folded == word.folded for step, word in enumerate(row))


def _single(points: dict[int, int], words: Sequence[Token], places: dict[str, list[int]], part: Part) -> None:
    word = part.words[0]
    exact_only = part.form is Form.PHRASE and word.marked
    found = places.get(word.folded, [])
    for place in found:
        same = words[place].text == word.text
        if same or not exact_only:
            _raise(points, place, 1 + same)
    if not found and word.forgiving and part.form is Form.WORD:
        for folded, misread in places.items():
            if one_letter_apart(word.folded, folded):
                for place in misread:
                    _raise(points, place, 1)


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
        kinds[item.token.folded] = kinds.get(item.token.folded, 0) + 1
        while item.token.end - found[begin].token.start > width and begin < end:
            gone = found[begin]
            total -= gone.points
            kinds[gone.token.folded] -= 1
            if not kinds[gone.token.folded]:
                del kinds[gone.token.folded]
            begin += 1
        worth = total + 10 * len(kinds)
        if worth > most:
            most, best = worth, (begin, end + 1)
    return list(found[best[0] : best[1]])


def _covers_less(first: Sequence[Mark], found: Sequence[Mark]) -> bool:
    here = {item.token.folded for item in first}
    return any(item.token.folded not in here for item in found)


def _window(body: str, chosen: Sequence[Mark], width: int = SNIPPET) -> tuple[int, int]:
    first, last = chosen[0].token.start, chosen[-1].token.end
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


def _pieces(body: str, start: int, end: int, found: Iterable[Token]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    at = start
    for token in found:
        if token.start < at or token.end > end:
            continue
        pieces.append((_flat(body[at : token.start]), False))
        pieces.append((body[token.start : token.end], True))
        at = token.end
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


def _cut(body: str, start: int, end: int) -> str:
    end = _blank_before(body, end, start + 1)
    return body[start:end] + (" …" if end < len(body) else "")


def _flat(text: str) -> str:
    return text.replace("\n", " ")
