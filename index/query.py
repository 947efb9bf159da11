"""What an official types, understood: words, "phrases", -minus, prefix* and filters such as `nam:2017`.

Nothing typed is an error: what does not fit the language is read as words (docs/search.md).
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from index.analysis import Token, clean, fold, is_marked, runs, tokens, whole
from index.entry import Kind

MAX_LENGTH = 500
"""Characters of a query that are read."""

MAX_WORDS = 32
"""Words of a query that are searched; a pasted paragraph is found by its beginning."""

SHORTEST_PREFIX = 2
"""Letters before the star; `a*` is read as the word a."""

SHORTEST_PASTED = 4
"""Words from which a question with a minus may be a copied text such as `Độc lập -Tự do -Hạnh phúc`."""

MAX_VALUES = 50
"""Values of one filter."""


class Form(StrEnum):
    """How a part of a query was written."""

    WORD = "word"
    NUMBER = "number"  #: words joined as in 45/QĐ-UBND: they stand in a row
    PHRASE = "phrase"  #: in quotes: exactly these words in a row
    PREFIX = "prefix"


@dataclass(frozen=True)
class Word:
    """One word asked for."""

    text: str  #: accented form
    folded: str
    marked: bool  #: typed with marks: these letters are meant

    @property
    def forgiving(self) -> bool:
        """Whether one wrong letter may be overlooked: four letters or more, no digit."""
        return len(self.folded) >= 4 and self.folded.isalpha()


@dataclass(frozen=True)
class Part:
    """One thing asked for: a word, or words that belong in a row."""

    form: Form
    words: tuple[Word, ...]  #: at least one
    whole: Word | None = None  #: a document number in one piece


@dataclass(frozen=True)
class Query:
    """A question to the index. An empty set of a filter's values means any."""

    text: str = ""  #: as typed, NFC
    parts: tuple[Part, ...] = ()
    excluded: tuple[Part, ...] = ()
    pasted: tuple[Part, ...] = ()  #: all of it, if each minus may be a dash of a copied text; else empty
    begins_with_dash: bool = False
    fonds: frozenset[str] = field(default=frozenset())
    unit: frozenset[str] = field(default=frozenset())
    type: frozenset[str] = field(default=frozenset())
    batch: frozenset[str] = field(default=frozenset())
    code: frozenset[str] = field(default=frozenset())  #: a document's own number, or a part of it
    person: frozenset[str] = field(default=frozenset())
    parcel: frozenset[str] = field(default=frozenset())
    sheet: frozenset[str] = field(default=frozenset())  #: map sheet; with a parcel: that parcel on that sheet
    year: tuple[int, int] | None = None  #: first and last, both included
    kind: Kind | None = None

    @property
    def words(self) -> tuple[Word, ...]:
        """Every word asked for, in the order typed."""
        return tuple(word for part in self.parts for word in part.words)

    def resolved(
        self, name: Literal["fonds", "unit", "batch", "type"], lookup: Callable[[str], Collection[str]]
    ) -> "Query":
        """Return the query with the values of the filter `name` put through `lookup` (a code to its ids).

        A value that `lookup` does not know stays as it is and so finds nothing.
        """
        values: frozenset[str] = getattr(self, name)
        found = frozenset(identifier for value in values for identifier in (lookup(value) or (value,)))
        match name:
            case "fonds":
                return replace(self, fonds=found)
            case "unit":
                return replace(self, unit=found)
            case "batch":
                return replace(self, batch=found)
            case _:
                return replace(self, type=found)


_FILTERS = {
    "phong": "fonds",
    "fonds": "fonds",
    "donvi": "unit",
    "unit": "unit",
    "loai": "type",
    "type": "type",
    "so": "code",
    "number": "code",
    "nguoi": "person",
    "person": "person",
    "thua": "parcel",
    "parcel": "parcel",
    "to": "sheet",
    "sheet": "sheet",
    "nam": "year",
    "year": "year",
    "lo": "batch",
    "batch": "batch",
    "kieu": "kind",
    "kind": "kind",
}
_KEYS = ("code", "person", "parcel", "sheet")
_KINDS = {"trang": Kind.PAGE, "page": Kind.PAGE, "hoso": Kind.DOSSIER, "dossier": Kind.DOSSIER}
_QUOTES = str.maketrans("“”„«»＂", '""""""')
_PIECE = re.compile(
    r"(?P<minus>(?<!\S)-(?=[^\s-]))?"
    r'(?:(?P<name>[^\W\d_]+):(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))'
    r'|"(?P<phrase>[^"]*)"'
    r'|(?P<plain>[^\s"]+)|")'
)
_YEARS = re.compile(r"(\d{4})(?:(?:-|–|\.\.)(\d{4}))?")


def parse(
    text: str,
    *,
    fonds: Collection[str] = (),
    unit: Collection[str] = (),
    type: Collection[str] = (),
    batch: Collection[str] = (),
    year: tuple[int, int] | None = None,
    kind: Kind | None = None,
) -> Query:
    """Return the question that `text` asks; a filter given here replaces the same filter typed in `text`."""
    text = clean(text[: MAX_LENGTH * 4])[:MAX_LENGTH]
    wanted: list[Part] = []
    excluded: list[Part] = []
    pasted: list[Part] = []
    typed: dict[str, set[str]] = {name: set() for name in ("fonds", "unit", "type", "batch", *_KEYS)}
    for piece in _PIECE.finditer(text.translate(_QUOTES)):
        name = _filter(piece["name"]) if piece["name"] and not piece["minus"] else None
        value = clean(piece["quoted"] or piece["value"] or "")
        if name == "year" and (years := _YEARS.fullmatch(value)):
            year = year or _ordered(int(years[1]), int(years[2] or years[1]))
        elif name == "kind" and fold(value).lower() in _KINDS:
            kind = kind or _KINDS[fold(value).lower()]
        elif name in _KEYS and not _one_run(name, value):
            wanted.extend(_plain(value))
        elif name in typed and value:
            typed[name].add(value)
        elif piece["phrase"] is not None:
            (excluded if piece["minus"] else wanted).extend(_phrase(piece["phrase"]))
            pasted.extend(_phrase(piece["phrase"]))
        else:
            parts = _plain(piece[0].removeprefix("-") if piece["minus"] else piece[0])
            (excluded if piece["minus"] else wanted).extend(parts)
            pasted.extend(parts)
    return Query(
        text=text,
        parts=_limited(wanted),
        excluded=_limited(excluded),
        pasted=_limited(pasted) if wanted and excluded and _may_be_pasted(pasted) else (),
        begins_with_dash=text.lstrip().startswith("-"),
        fonds=frozenset(sorted(fonds or typed["fonds"])[:MAX_VALUES]),
        unit=frozenset(sorted(unit or typed["unit"])[:MAX_VALUES]),
        type=frozenset(sorted(type or typed["type"])[:MAX_VALUES]),
        batch=frozenset(sorted(batch or typed["batch"])[:MAX_VALUES]),
        code=frozenset(sorted(typed["code"])[:MAX_VALUES]),
        person=frozenset(sorted(typed["person"])[:MAX_VALUES]),
        parcel=frozenset(sorted(typed["parcel"])[:MAX_VALUES]),
        sheet=frozenset(sorted(typed["sheet"])[:MAX_VALUES]),
        year=year,
        kind=kind,
    )


def _filter(typed: str) -> str | None:
    """Return the filter of this name; "Số:45/QĐ" is copied from a letterhead and asks for words."""
    name = _FILTERS.get(fold(typed).lower())
    return None if name == "code" and is_marked(typed) else name


def _one_run(name: str, value: str) -> bool:
    """Return whether a value can be a key: a name has words, the others are one word or joined ones."""
    found = list(runs(value))
    return bool(found) and (name == "person" or len(found) == 1)


def _may_be_pasted(parts: list[Part]) -> bool:
    plain = all(part.form in (Form.WORD, Form.NUMBER) for part in parts)
    return plain and sum(len(part.words) for part in parts) >= SHORTEST_PASTED


def _ordered(first: int, last: int) -> tuple[int, int]:
    return (first, last) if first <= last else (last, first)


def _word(token: Token) -> Word:
    return Word(token.text, token.folded, is_marked(token.text))


def _phrase(text: str) -> list[Part]:
    words = tuple(_word(token) for token in tokens(text) if not token.whole)
    return [Part(Form.PHRASE, words)] if words else []


def _plain(text: str) -> list[Part]:
    parts: list[Part] = []
    for run in runs(text):
        number = whole(run, text)
        form = Form.NUMBER if len(run) > 1 else Form.WORD
        words = tuple(_word(token) for token in run)
        parts.append(Part(form, words, _word(number) if number else None))
    if text.endswith("*") and parts:
        *before, last = parts.pop().words
        parts.extend(Part(Form.WORD, (word,)) for word in before)
        long = len(fold(last.text)) >= SHORTEST_PREFIX
        parts.append(Part(Form.PREFIX if long else Form.WORD, (last,)))
    return parts


def _limited(parts: list[Part]) -> tuple[Part, ...]:
    kept: list[Part] = []
    room = MAX_WORDS
    for part in parts:
        words = part.words[:room]
        if words:
            kept.append(part if words == part.words else Part(part.form, words))
        room -= len(words)
    return tuple(kept)
