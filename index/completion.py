"""Words offered while an official types: the last word completed, with the marks that were left out.

Engines keep, for each entry, its distinct words and pairs of neighbouring words as terms `folded|accented`
(a pair's words joined by `_`). They are looked up under the searcher's scope, so that nothing is offered that
occurs only in records he may not see. Broken readings sink: the most frequent come first.
"""

import re
from collections.abc import Callable, Iterable

from index.analysis import Token, clean, fold, is_marked, tokens

LONGEST = 7
"""Letters of the longest Vietnamese syllable (nghiêng); longer "words" are joined readings or codes."""

LONGEST_PREFIX = 200
"""Characters of what is typed that are looked at."""

LOOKED_AT = 200
"""Terms fetched for one completion."""

_LAST = re.compile(r"(\S+)$")

Lookup = Callable[[str, int], Iterable[tuple[str, int]]]
"""Terms beginning so and how many visible entries hold them, most frequent first, at most so many."""


def terms(words: Iterable[Token]) -> set[str]:
    """Return the terms to keep for an entry with these words."""
    kept: set[str] = set()
    before = ""
    before_folded = ""
    for token in words:
        if token.whole:
            continue
        text = token.text
        if len(text) > LONGEST or not text.isalpha():
            before = ""
            continue
        folded = fold(text)
        kept.add(f"{folded}|{text}")
        if before:
            kept.add(f"{before_folded}_{folded}|{before}_{text}")
        before, before_folded = text, folded
    return kept


def complete(typed: str, *, lookup: Lookup, limit: int) -> tuple[str, ...]:
    """Return at most `limit` whole texts that `typed` may become."""
    typed = clean(typed[-LONGEST_PREFIX:])
    last = _LAST.search(typed)
    if last is None or limit < 1:
        return ()
    words = [token for token in tokens(typed) if not token.whole]
    if not words or words[-1].end != len(typed) or not words[-1].text.isalpha():
        return ()
    beginning = words[-1].text
    found: dict[str, None] = {}
    if len(words) > 1:
        before = words[-2].text
        for pair in _pairs(before, beginning, lookup):
            first, _, second = pair.partition("_")
            shown = before if is_marked(before) else first
            head = _restored(typed, words[:-2], shown, lookup)
            found[f"{head}{typed[words[-2].start : words[-2].start]}{shown} {second}"] = None
            if len(found) == limit:
                return tuple(found)
    if not found:
        head = typed[: words[-1].start]
        for term, _ in lookup(fold(beginning), LOOKED_AT):
            accented = term.partition("|")[2]
            if accented.startswith(beginning) or not is_marked(beginning):
                found[head + accented.replace("_", " ")] = None
                if len(found) == limit:
                    break
    return tuple(found)


def _pairs(before: str, beginning: str, lookup: Lookup) -> Iterable[str]:
    for term, _ in lookup(f"{fold(before)}_{fold(beginning)}", LOOKED_AT):
        pair = term.partition("|")[2]
        first, _, second = pair.partition("_")
        if is_marked(before) and first != before:
            continue
        if is_marked(beginning) and not second.startswith(beginning):
            continue
        yield pair


def _restored(typed: str, words: list[Token], after: str, lookup: Lookup) -> str:
    """Return what was typed before `after`, its last three words with the marks most frequent there."""
    head = typed[: words[0].start] if words else ""
    shown: list[str] = []
    for word in reversed(words[-3:]):
        text = word.text
        if not is_marked(text):
            wanted = f"{fold(text)}_{fold(after)}|"
            found = (term.partition("|")[2].split("_") for term, _ in lookup(wanted, LOOKED_AT))
            text = next((first for first, second in found if second == after), text)
        shown.append(text)
        after = text
    head = typed[: words[-3:][0].start] if words else head
    return head + "".join(f"{text} " for text in reversed(shown))
