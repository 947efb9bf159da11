"""Words offered while an official types: the last word completed, with the marks that were left out.

Engines keep the distinct words of each entry as terms `folded|accented`, looked up for a lone word; for
several words, pages where they stand in a row are looked at, so that all of them get their marks. Both under
the searcher's scope: nothing is offered that occurs only in records he may not see. Broken readings sink, for
the most frequent come first.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from index.analysis import clean, fold, forms, is_marked, tokens
from index.plan import Field, Row

LONGEST = 7
"""Letters of the longest Vietnamese syllable (nghiêng); longer "words" are joined readings or codes."""

LONGEST_ROW = 4
"""Words that are looked at together, the one to be completed included."""

LOOKED_AT = 60
"""Terms or pages fetched for one completion."""

_TYPED = 200  # characters of what is typed that are looked at
_LETTERS = re.compile(r"[^\W\d_]+")

Lookup = Callable[[str, int], Iterable[tuple[str, int]]]
"""Terms beginning so and how many visible entries hold them, most frequent first, at most so many."""

Sample = Callable[[Row, int], Iterable[str]]
"""Bodies of visible entries that match, at most so many."""


def terms(page: Iterable[tuple[str, str]]) -> set[str]:
    """Return the terms to keep for an entry with these words, each (accented, folded)."""
    texts = {text for text, _ in page if len(text) <= LONGEST and text.isalpha()}
    return {_term(text) for text in texts}


@lru_cache(maxsize=50_000)  # Vietnamese has some seven thousand syllables, and every page the same ones
def _term(text: str) -> str:
    return f"{fold(text)}|{text}"


def complete(typed: str, *, lookup: Lookup, sample: Sample, limit: int) -> tuple[str, ...]:
    """Return at most `limit` whole texts that `typed` may become; none after a blank or within quotes."""
    typed = clean(typed)[-_TYPED:]
    words = [token for token in tokens(typed) if not token.whole][-LONGEST_ROW:]
    if limit < 1 or not words or words[-1].end != len(typed) or not _LETTERS.fullmatch(words[-1].text):
        return ()
    wanted = [token.text for token in words]
    for first in range(len(words) - 1):
        row = [*(token.folded for token in words[first:-1]), fold(wanted[-1])]
        bodies = sample(Row(Field.FOLDED, tuple(enumerate(row)), open=True), LOOKED_AT)
        found = _rows(bodies, row, wanted[first:])
        if found:
            head = typed[: words[first].start]
            return tuple(head + " ".join(shown) for shown, _ in found.most_common(limit))
    head = typed[: words[-1].start]
    beginning = wanted[-1]
    offered = (term.partition("|")[2] for term, _ in lookup(fold(beginning), LOOKED_AT))
    fitting = [word for word in offered if not is_marked(beginning) or word.startswith(beginning)]
    return tuple(head + word for word in fitting[:limit])


def _rows(bodies: Iterable[str], row: Sequence[str], wanted: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Count the rows of words in `bodies` that begin as `row` (folded) and keep the marks of `wanted`."""
    found: Counter[tuple[str, ...]] = Counter()
    *before, beginning = row
    for body in bodies:
        page = forms(body)
        seen: set[tuple[str, ...]] = set()
        for at in range(len(page) - len(before)):
            if page[at][1] != before[0] or not page[at + len(before)][1].startswith(beginning):
                continue
            here = page[at : at + len(row)]
            if [folded for _, folded in here[:-1]] != before:
                continue
            shown = tuple(text for text, _ in here)
            kept = all(
                text == asked or not is_marked(asked)
                for text, asked in zip(shown[:-1], wanted[:-1], strict=True)
            )
            if kept and (not is_marked(wanted[-1]) or shown[-1].startswith(wanted[-1])):
                seen.add(shown)
        found.update(seen)
    return found
