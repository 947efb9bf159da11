"""Which columns a list has: those of a circular, or Vietnamese heads that are near enough."""

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from rapidfuzz import fuzz, process

FILE = Path(__file__).with_name("lists.toml")

About = Literal["dossier", "document"]

ALIKE = 84
"""Likeness (0 to 100) from which a Vietnamese head is taken for a known one; short heads must be equal."""
SHORT = 7
"""Letters up to which likeness means nothing: "giá" and "gói" differ in one."""


@dataclass(frozen=True)
class Column:
    """One column of a set."""

    head: str  #: as the set writes it
    field: str
    about: About
    length: int = 0  #: characters; 0 = any
    kind: str = "text"
    required: bool = False
    heads: tuple[str, ...] = ()  #: other spellings, for plain lists


@dataclass(frozen=True)
class ColumnSet:
    """The columns of one kind of list."""

    code: str  #: tt05, tt02, plain
    title: str
    dossier: tuple[Column, ...]
    document: tuple[Column, ...]

    def columns(self, about: About) -> tuple[Column, ...]:
        """Return the columns of one sheet."""
        return self.dossier if about == "dossier" else self.document


@dataclass(frozen=True)
class Recognised:
    """What the heads of a sheet were understood as."""

    set: str
    about: About | Literal["both"]  #: "both": a flat sheet, one row a document with its dossier's data
    columns: Mapping[int, Column]  #: by column number
    unknown: Mapping[int, str]  #: heads of columns that no set knows, kept as they stand
    missing: tuple[str, ...] = ()  #: heads of required columns that are not there


@cache
def sets() -> Mapping[str, ColumnSet]:
    """Return every column set by its code."""
    return {
        code: ColumnSet(code, entry["title"], _columns(entry, "dossier"), _columns(entry, "document"))
        for code, entry in _document().items()
        if code != "codes"
    }


@cache
def codes(name: str) -> Mapping[str, str]:
    """Return a code list: "retention", "access", "language" or "document"."""
    found: Mapping[str, str] = _document()["codes"][name]
    return found


@cache
def _document() -> Mapping[str, Any]:
    with FILE.open("rb") as file:
        return tomllib.load(file)


def _columns(entry: Mapping[str, Any], about: About) -> tuple[Column, ...]:
    return tuple(
        Column(**{**column, "heads": tuple(column.get("heads", ()))}, about=about) for column in entry[about]
    )


def english(heads: Mapping[int, str]) -> Recognised | None:
    """Return what a row of English names is; None: it is no such row.

    A sheet is about dossiers or about documents by where more of its names belong. One that has both
    (a title or code of the dossier, and a subject of the document) is flat: of a name that both have,
    the first column is the dossier's, the second the document's.
    """
    best: Recognised | None = None
    matched = 0
    for code in ("tt05", "tt02"):
        found = {about: _exact(heads, sets()[code].columns(about)) for about in ("dossier", "document")}
        exact = sum(
            column.head == heads[at].strip() for each in found.values() for at, column in each.items()
        )
        score = max(map(len, found.values())) * 100 + exact
        if score > matched and len(set(found["dossier"]) | set(found["document"])) >= 3:
            matched = score
            best = _about(code, heads, found)
    return best


def _exact(heads: Mapping[int, str], columns: Sequence[Column]) -> dict[int, Column]:
    by_name = {column.head.casefold(): column for column in columns}
    found: dict[int, Column] = {}
    for at, head in sorted(heads.items()):
        column = by_name.get(head.strip().casefold())
        if column is not None and column not in found.values():
            found[at] = column
    return found


def _about(code: str, heads: Mapping[int, str], found: Mapping[str, dict[int, Column]]) -> Recognised:
    names = {head.strip().casefold() for head in heads.values()}
    dossier, document = found["dossier"], found["document"]
    columns: dict[int, Column]
    about: About | Literal["both"]
    if "subject" in names and "title" in names:
        about = "both"
        columns = dict(dossier)
        columns |= {at: column for at, column in document.items() if at not in columns}
        taken = {column.field for column in columns.values() if column.about == "document"}
        again = {column.head.casefold(): column for column in document.values() if column.field not in taken}
        for at, head in sorted(heads.items()):
            column = again.get(head.strip().casefold())
            if at not in columns and column is not None:
                columns[at] = again.pop(head.strip().casefold())
    else:
        about = "document" if len(document) > len(dossier) else "dossier"
        columns = found[about]
        if about == "document":  # which dossier: by its code, where the sheet has that too
            columns |= {at: c for at, c in dossier.items() if c.field == "code" and at not in columns}
    wanted = sets()[code].dossier + sets()[code].document if about == "both" else sets()[code].columns(about)
    return _recognised(code, about, heads, columns, wanted)


def vietnamese(heads: Mapping[int, str]) -> Recognised | None:
    """Return what a row of Vietnamese heads is; None: it is no such row (no title, or fewer than three)."""
    columns = sets()["plain"].dossier
    spellings = {plain(head): column for column in columns for head in (column.head, *column.heads)}
    found: dict[int, Column] = {}
    unsure: list[tuple[float, int, Column]] = []
    for at, head in heads.items():
        bare = plain(head)
        if bare in spellings:
            unsure.append((100.0, at, spellings[bare]))
        elif len(bare) > SHORT:
            near = process.extractOne(bare, list(spellings), scorer=fuzz.ratio, score_cutoff=ALIKE)
            if near is not None:
                unsure.append((near[1], at, spellings[near[0]]))
    for _likeness, at, column in sorted(unsure, key=lambda each: (-each[0], each[1])):
        if at not in found and column not in found.values():
            found[at] = column
    if len(found) < 3 or not any(column.field == "title" for column in found.values()):
        return None
    return _recognised("plain", "dossier", heads, found, columns)


def _recognised(
    code: str,
    about: About | Literal["both"],
    heads: Mapping[int, str],
    columns: Mapping[int, Column],
    wanted: Sequence[Column],
) -> Recognised:
    there = {(column.about, column.field) for column in columns.values()}
    missing = tuple(c.head for c in wanted if c.required and (c.about, c.field) not in there)
    unknown = {at: head.strip() for at, head in heads.items() if at not in columns and head.strip()}
    return Recognised(code, about, dict(sorted(columns.items())), unknown, missing)


def plain(text: str) -> str:
    """Return small letters without marks or punctuation, one blank between words."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = "".join(
        letter if letter.isalnum() or letter.isspace() else " "
        for letter in bare
        if not unicodedata.combining(letter)
    )
    return " ".join(kept.split())
