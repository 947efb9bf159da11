"""The words that were read off a page, looked through for a secret mark that stands on its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog.reading import Box, Line, Reading, Word
from classify.secret_mark_text import AFTER, BEFORE, Said, distance, fold, says

GAP = 1.1
"""Blank between words, in heights of the line, from which what follows stands apart. Measured on justified
text: up to 0.9; between the left and right half of a head: from 1.5."""
GROWN = 3
"""Letters of a word with which a mark has grown together."""
LEAST = 0.85
"""Likeness from which words of the reading are taken for a mark without looking again."""
NEAR = 5
"""Lines back in the order of reading in which the line above is looked for."""
CONTINUES = ("BI", "BAO", "DO", "TAILIEU", "SU", "TUYETDOIBI", "VA", "CUA", "THUOC", "TOI", "TUYET", "VE")
"""Last words of a line after which `mật` alone on the next one goes on with the sentence."""


@dataclass(frozen=True)
class Group:
    """Words that stand together on one line, apart from others."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """Its words with one blank between them."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """What it covers on the master."""
        return union([word.box for word in self.words])


def union(boxes: Sequence[Box]) -> Box:
    """Return the smallest box round all of `boxes`."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def marks(reading: Reading) -> Iterator[tuple[Group, Said]]:
    """Yield every group of words that says a mark and nothing else, in capitals, in no sentence."""
    for number, line in enumerate(reading.lines):
        if not any(map(str.isupper, line.text)):
            continue
        for group in groups(line, rotation=reading.rotation):
            if not capital(group.text):
                continue
            said = says(group.text) or next(filter(None, map(_grown, _whole(group.words))), None)
            if said is None or said.likeness < LEAST:
                continue
            if goes_on(reading, number, group):
                continue
            yield group, said


def _whole(words: Sequence[Word]) -> Iterator[str]:
    """Yield each word; MẬT together with the word before it, on which the readers did not agree."""
    for number, word in enumerate(words):
        yield word.text
        if number and fold(word.text) == "MAT" and not words[number - 1].agreed:
            yield words[number - 1].text + word.text


def _grown(word: str) -> Said | None:
    """Return the mark that has grown together with a word before or after it, as no print does."""
    letters = fold(word)
    for mark in ("TUYETMAT", "TOIMAT"):
        long, more = len(mark), len(letters) - len(mark)
        if more < GROWN:
            continue
        for part, rest in ((letters[-long:], letters[:-long]), (letters[:long], letters[long:])):
            if distance(part, mark) <= 1 and rest not in BEFORE and not rest.startswith(AFTER):
                return says(part)
    return None


def groups(line: Line, *, rotation: int = 0) -> list[Group]:
    """Return the line cut where a wide blank stands, left to right as read."""
    if not line.words:
        return []
    sideways = rotation in (90, 270)
    tall = (line.box[2] - line.box[0]) if sideways else (line.box[3] - line.box[1])
    found: list[list[Word]] = [[line.words[0]]]
    for before, word in zip(line.words, line.words[1:], strict=False):
        blank = _between(before.box, word.box, sideways)
        if blank > GAP * tall and not (blank < 2.5 * tall and _is_letter(before) and _is_letter(word)):
            found.append([])
        found[-1].append(word)
    return [Group(tuple(words)) for words in found]


def _is_letter(word: Word) -> bool:
    """Return whether it is one letter, of a word whose letters are set apart."""
    return len(fold(word.text)) <= 1


def capital(text: str) -> bool:
    """Return whether `text` is written in capitals, but for a letter misread."""
    letters, small = sum(map(str.isalpha, text)), sum(map(str.islower, text))
    if not letters or small <= letters // 4:
        return bool(letters)
    return letters <= 3 and next(filter(str.isalpha, text)).isupper()


def _between(one: Box, other: Box, sideways: bool) -> int:
    low, high = (1, 3) if sideways else (0, 2)
    return max(one[low], other[low]) - min(one[high], other[high])


def goes_on(reading: Reading, number: int, group: Group, *, lists: bool = True) -> bool:
    """Return whether the line above, as tall, ends with a word that leads to this one.

    On a page that leans, lines beside it may have been read in between. `lists`: a comma leads to it too.
    """
    before = reading.lines[max(0, number - NEAR) : number]
    return any(
        _leads_to(above, group, turned=reading.rotation == 180, lists=lists)
        for away, above in enumerate(reversed(before))
        if away == 0 or (above.box[0] < group.box[2] and group.box[0] < above.box[2])
    )


def _leads_to(above: Line, group: Group, *, turned: bool, lists: bool) -> bool:
    last = fold(above.words[-1].text) if above.words else ""
    pair = "".join(fold(word.text) for word in above.words[-2:])
    listed = lists and above.text.rstrip().endswith((",", ";"))
    if last not in CONTINUES and pair not in CONTINUES and not listed:
        return False
    tall, mine = above.box[3] - above.box[1], group.box[3] - group.box[1]
    apart = above.box[1] - group.box[3] if turned else group.box[1] - above.box[3]
    return len(above.words) > 2 and mine < 1.4 * tall and abs(apart) < 2 * tall
