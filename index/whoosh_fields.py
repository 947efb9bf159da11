"""The fields of a Whoosh index, and an entry as it goes into them."""

from collections.abc import Iterable
from typing import Any

import whoosh.fields
from whoosh.analysis import RegexTokenizer

from index import completion
from index.analysis import tokens
from index.entry import Entry, to_stored
from index.finder import type_key
from index.keys import key_fields
from index.plan import Field

_GAP = "|"  # parts heading and body, so that no row runs from one into the other; never a word


def schema() -> Any:
    """Return the fields of the index."""
    words = RegexTokenizer(r"[^ ]+")
    text = {
        name: whoosh.fields.TEXT(analyzer=words, phrase=True, stored=False)
        for name in (
            Field.EXACT.value,
            Field.FOLDED.value,
            Field.PERSON.value,
            Field.PERSON_EXACT.value,
        )
    }
    lists = {
        name: whoosh.fields.TEXT(analyzer=words, phrase=False, stored=False)
        for name in (Field.NUMBER.value, Field.CODE.value, Field.PARCEL.value, "completion")
    }
    names = {
        name: whoosh.fields.ID(stored=False)
        for name in ("key_revision", "type_key", "year", "fonds", "unit", "type", "batch", "kind")
    }
    return whoosh.fields.Schema(
        key=whoosh.fields.ID(unique=True),
        readers=whoosh.fields.TEXT(analyzer=words, phrase=False, stored=False),
        stored=whoosh.fields.STORED(),
        **text,
        **lists,
        **names,
    )


def document(entry: Entry) -> dict[str, Any]:
    """Return what Whoosh keeps of an entry, by field; those without a value are left out."""
    body, heading = tokens(entry.body), tokens(entry.heading)
    words = [token for token in body if not token.whole]
    fields = {
        "key": entry.key,
        "key_revision": f"{entry.key}@{entry.revision}",
        "kind": entry.kind.value,
        "fonds": entry.fonds,
        "unit": entry.unit,
        "type": entry.type,
        "type_key": None if entry.type is None else type_key(entry.type),
        "batch": entry.batch,
        "year": None if entry.year is None else str(entry.year),
        "readers": " ".join(sorted(entry.readers)),
        **key_fields(entry),
        "exact": f"{_joined(token.text for token in words)} {_GAP} "
        + _joined(token.text for token in heading if not token.whole),
        "folded": f"{_joined(token.folded for token in words)} {_GAP} "
        + _joined(token.folded for token in heading if not token.whole),
        "number": _joined(token.folded for token in (*body, *heading) if token.whole),
        "completion": _joined(completion.terms((token.text, token.folded) for token in body)),
        "stored": to_stored(entry, words),
    }
    return {name: value for name, value in fields.items() if value}


def _joined(words: Iterable[str]) -> str:
    return " ".join(words)
