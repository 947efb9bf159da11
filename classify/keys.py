"""Takes off the pages of a dossier what it will be asked for: persons, parcels, certificates, books.

Each answer carries the boxes it was read from and a confidence; nothing is invented, and a value that stands
on no page has no answer. Printed words only: handwriting is for the key-in form (`keys_list.key_in_form`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.description import Evidence, Value
from catalog.reading import Line, Reading
from classify.dossier_taxonomy import MIXED, taxonomy
from classify.dossier_words import folded, strip_marks
from classify.keys_list import Key, keys_of
from classify.keys_value import Found, value_after

MAX_VALUES = 500
"""Values of one key that are kept; a year's bundle holds some hundred births."""

SECTION_LINES = 4
"""Lines below a section's line in which its label may stand."""

TRUST = {"pattern": 0.97, "label": 0.95, "section": 0.93}
"""How often what stands there is what is meant, if it was read rightly; not measured on real forms yet."""


@dataclass(frozen=True)
class _Told:
    """A line with its text as printed, and in small letters without marks; the next line, if there is one."""

    line: Line
    text: str
    bare: str
    following: Line | None


@dataclass(frozen=True)
class _Seen:
    value: str
    confidence: float
    evidence: Evidence


def extract(type_code: str | None, pages: Sequence[Reading]) -> Mapping[str, tuple[Value, ...]]:
    """Return the values of every key of a kind of dossier, in reading order, each once.

    Args:
        type_code: a code of the list; None or `MIXED`: nothing is particular to it yet.
        pages: the readings of the dossier's pages, in order; evidence counts them from 1.

    Raises:
        TypeUnknown: the code is none of the list.
    """
    if type_code is None or taxonomy().code(type_code) == MIXED:
        return {}
    told = [_told(page) for page in pages]
    found: dict[str, tuple[Value, ...]] = {}
    for key in keys_of(type_code):
        if key.restricted:
            continue
        values = _merged(seen for number, page in enumerate(told, 1) for seen in _on_page(key, page, number))
        if values:
            found[key.name] = values
    return found


def _told(page: Reading) -> list[_Told]:
    """Return the lines of a page; where a letter is no single character places would be off: not those."""
    return [
        _Told(line, text, bare, following)
        for line, following in zip(page.lines, [*page.lines[1:], None], strict=False)
        if len(bare := strip_marks(text := line.text).lower()) == len(text)
    ]


def _on_page(key: Key, page: Sequence[_Told], number: int) -> Iterator[_Seen]:
    below = 0  # lines left in which the section counts
    for told in page:
        line, text, bare, following = told.line, told.text, told.bare, told.following
        if key.pattern is not None:
            for match in key.pattern.finditer(text):
                group = "v" if "v" in key.pattern.groupindex else 0
                value = " ".join(match[group].split())
                yield _seen(Found(value, *match.span(group)), line, number, TRUST["pattern"])
        said = [match.end() for label in key.after for match in label.finditer(bare)]
        yield from _after(key, said, line, following, number, TRUST["label"])
        if key.section is not None and key.then is not None:
            if below:
                then = re.finditer(rf"(?<!\w)(?:{key.then.pattern})(?!\w)", bare)
                got = list(
                    _after(key, [match.end() for match in then], line, following, number, TRUST["section"])
                )
                yield from got
                below = 0 if got else below - 1
            if key.section.search(bare):
                below = SECTION_LINES


def _after(
    key: Key, ends: Sequence[int], line: Line, following: Line | None, page: int, trust: float
) -> Iterator[_Seen]:
    for end in sorted(set(ends)):
        value = value_after(line.text, end, key.kind)
        if value is not None:
            yield _seen(value, line, page, trust)
        elif following is not None and not line.text[end:].strip(" :.…_-"):
            below = value_after(following.text, 0, key.kind)
            if below is not None:
                yield _seen(below, following, page, trust * 0.95)


def _seen(found: Found, line: Line, page: int, trust: float) -> _Seen:
    """Return the value with the box around its words and how surely they were read."""
    at, words = 0, []
    for word in line.words:
        if at < found.end and at + len(word.text) > found.start:
            words.append(word)
        at += len(word.text) + 1
    boxes = [word.box for word in words] or [line.box]
    sure = min((word.confidence for word in words), default=0.0)
    box = (
        min(one[0] for one in boxes),
        min(one[1] for one in boxes),
        max(one[2] for one in boxes),
        max(one[3] for one in boxes),
    )
    return _Seen(found.value, trust * sure, Evidence(page, box))


def _merged(seen: Iterator[_Seen]) -> tuple[Value, ...]:
    """Return every value once, with all places it stands; what stands twice is a little surer."""
    by_words: dict[str, list[_Seen]] = {}
    for one in seen:
        if one.value and (len(by_words) < MAX_VALUES or folded(one.value) in by_words):
            by_words.setdefault(folded(one.value), []).append(one)
    return tuple(
        Value(
            value=max(same, key=lambda one: one.confidence).value,
            confidence=round(
                min(0.99, max(one.confidence for one in same) + (0.02 if len(same) > 1 else 0.0)), 4
            ),
            evidence=tuple(dict.fromkeys(one.evidence for one in same))[:20],
        )
        for same in by_words.values()
    )
