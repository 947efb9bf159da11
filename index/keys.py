"""What a record is asked for by key: its own number, a person, a parcel; how it is kept and asked for.

A number is kept whole and in its two parts (`45/qd-ubnd`, `45`, `qd-ubnd`); a person's name as words in a
row; a parcel with its map sheet (`12@5`), without (`12@`), and the sheet alone (`@5`).
"""

from collections.abc import Iterable, Iterator, Sequence

from index.analysis import clean, loosen, runs, tokens, whole
from index.entry import Entry, Kind
from index.plan import Field, Most, Node, Row, Term
from index.query import Form, Query

Parcel = tuple[str | None, str | None]
"""Number of a parcel and of the map sheet it is drawn on; either may be unknown."""

GAP = "|"
"""Between two names, so that no row of words runs from one into the other; never a word."""


def code_terms(code: str) -> set[str]:
    """Return the terms under which a document's own number is kept, folded; none where it has no words."""
    found: set[str] = set()
    text = clean(code)
    for run in runs(text):
        number = whole(run, text)
        words = [part.folded for part in run]
        found.add(number.folded if number is not None else "-".join(words))
        if number is not None and words[0].isdigit() and len(words) > 1:
            found |= {words[0], "-".join(words[1:])}
    return found


def asked_code(code: str) -> str:
    """Return the term that a number is asked for by; "" where it has no words."""
    text = clean(code)
    terms = []
    for run in runs(text):
        number = whole(run, text)
        terms.append(number.folded if number is not None else "-".join(part.folded for part in run))
    return terms[0] if len(terms) == 1 else ""


def person_words(names: Iterable[str], *, folded: bool) -> str:
    """Return the words of names for a field with places, a gap between two names."""
    forms = [
        " ".join(word.folded if folded else word.text for word in tokens(name) if not word.whole)
        for name in names
    ]
    return f" {GAP} ".join(form for form in forms if form)


def parcel_terms(parcels: Sequence[Parcel]) -> set[str]:
    """Return the terms under which parcels are kept."""
    found: set[str] = set()
    for parcel, sheet in parcels:
        number, map_sheet = loosen(parcel or ""), loosen(sheet or "")
        if number:
            found |= {f"{number}@", f"{number}@{map_sheet}"}
        if map_sheet:
            found.add(f"@{map_sheet}")
    return found


def key_fields(entry: Entry) -> dict[str, str]:
    """Return what an engine keeps of an entry's keys, by field, terms with a blank between them."""
    people = [*entry.people, *filter(None, [entry.signer])]
    code = entry.code if entry.kind is Kind.PAGE else None  # of a dossier it is where it stands on the shelf
    return {
        Field.CODE.value: " ".join(sorted(code_terms(code or ""))),
        Field.PERSON.value: person_words(people, folded=True),
        Field.PERSON_EXACT.value: person_words(people, folded=False),
        Field.PARCEL.value: " ".join(sorted(parcel_terms(entry.parcels))),
    }


def limits(query: Query) -> Iterator[Node]:
    """Yield what an entry must match because of the keys that were asked for."""
    if query.code:
        yield _any(Term(Field.CODE, asked_code(value)) for value in query.code)
    if query.person:
        yield _any(_name(value, Field.PERSON) for value in query.person)
    if query.parcel or query.sheet:
        sheets = sorted(query.sheet) or [""]
        asked = [f"{loosen(number)}@{loosen(on)}" for number in sorted(query.parcel) or [""] for on in sheets]
        yield _any(Term(Field.PARCEL, term) for term in asked)


def own_number(query: Query) -> Node | None:
    """Return what a document matches whose own number is among what was asked for; None: none was."""
    asked = [
        Term(Field.CODE, part.whole.folded)
        for part in query.parts
        if part.form is Form.NUMBER and part.whole is not None
    ]
    return _any(asked) if asked else None


def weights(query: Query) -> tuple[Node, ...]:
    """Return what lets a name written with the marks as typed come before others."""
    return tuple(_name(value, Field.PERSON_EXACT) for value in sorted(query.person))


def _name(value: str, field: Field) -> Node:
    words = [word for word in tokens(value) if not word.whole]
    forms = [word.folded if field is Field.PERSON else word.text for word in words]
    return Term(field, forms[0]) if len(forms) == 1 else Row(field, tuple(enumerate(forms)))


def _any(nodes: Iterable[Node]) -> Node:
    listed = tuple(nodes)
    return listed[0] if len(listed) == 1 else Most(listed)
