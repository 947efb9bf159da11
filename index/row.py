"""Whether words stand in a row in an entry, told by what is kept of the entry instead of by the engine.

An engine compares the places of every word in every entry that has the words; of a phrase that stands on
half of all pages only the heaviest are shown, and those are quicker read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from index.analysis import clean, loosen, normalise, tokens
from index.entry import Kind
from index.plan import Every, Field, Most, Node, Row, Term


def rows_of(node: Node) -> tuple[Row, ...] | None:
    """Return the rows that an entry matching `node` holds; None where reading it would not tell."""
    match node:
        case Row(_, words, slop, open):
            in_order = all(place == number for number, (place, _) in enumerate(words))
            return (node,) if in_order and not slop and not open else None
        case Every(nodes):
            found = [rows_of(part) for part in nodes]
            return None if None in found else tuple(row for rows in found for row in rows or ())
        case Most(nodes):
            return None if any(rows_of(part) != () for part in nodes) else ()
        case _:
            return ()


def anywhere(node: Node) -> Node:
    """Return `node` with the words of its rows anywhere; it matches all that `node` matches."""
    match node:
        case Row(field, words):
            return Every(tuple(Term(field, word) for _, word in words))
        case Every(nodes):
            return Every(tuple(anywhere(part) for part in nodes))
        case _:
            return node


def stands(row: Row, kept: Mapping[str, Any]) -> bool:
    """Return whether the entry that `index.entry.from_stored` gave as `kept` holds `row`."""
    words = [word for _, word in row.words]
    if row.field is Field.FOLDED:
        return _within(words, kept["folded"]) or _in_heading(row, kept)
    text, starts, ends = kept["body"], kept["starts"], kept["ends"]
    for first in _places([loosen(word) for word in words], kept["folded"]):
        if all(normalise(text[starts[at] : ends[at]]) == word for at, word in enumerate(words, first)):
            return True
    return _in_heading(row, kept)


def _in_heading(row: Row, kept: Mapping[str, Any]) -> bool:
    if kept["kind"] != Kind.PAGE:
        return False  # a dossier's body has it all
    heading = [token for token in tokens(clean(kept["name"])) if not token.whole]
    forms = [token.folded if row.field is Field.FOLDED else token.text for token in heading]
    return _within([word for _, word in row.words], " ".join(forms))


def _within(words: list[str], text: str) -> bool:
    return f" {' '.join(words)} " in f" {text} "


def _places(words: list[str], text: str) -> Iterator[int]:
    """Yield the numbers of the words of `text` at which `words` begin."""
    wanted, within = f" {' '.join(words)} ", f" {text} "
    at = within.find(wanted)
    while at >= 0:
        yield within.count(" ", 0, at)
        at = within.find(wanted, at + 1)
