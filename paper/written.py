"""A written form, as minutes are: paragraphs and several tables, one below the other.

Which stand in it, in what order and words, is data (`paper/data/written.toml`), so that another form takes
another file. A paragraph or table whose matter is not there is left out where the template says so.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from paper.form import Column, FormUnknown, Row, Signer, column_from

FILE = Path(__file__).parent / "data" / "written.toml"

STYLES = ("regular", "bold", "italic", "bold-italic")


@dataclass(frozen=True)
class Part:
    """One paragraph, or one table, of a written form."""

    text: str = ""  #: holds placeholders in braces
    style: str = "regular"
    indent: bool = True  #: the first line is set in
    each: str = ""  #: the paragraph comes once for every entry of this list
    table: str = ""  #: rows of this name
    columns: tuple[Column, ...] = ()
    keep: float = 0.0  #: mm that follow on the same page: no heading alone at the foot, no small table cut
    when: str = ""  #: only where this value, list or table is not empty


@dataclass(frozen=True)
class WrittenTemplate:
    """A written form as its decree draws it."""

    code: str
    title: str
    subtitle: str
    source: str
    verified: bool
    unverified: str
    parts: tuple[Part, ...]
    signers: tuple[Signer, ...]


@dataclass(frozen=True)
class Written:
    """One written form, filled in."""

    template: WrittenTemplate
    values: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    tables: Mapping[str, Iterable[Row]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Return whether there is anything of this name."""
        return bool(self.values.get(name) or self.lists.get(name) or self.tables.get(name))


def written_template(code: str) -> WrittenTemplate:
    """Return the written form called `code`, as "minutes".

    Raises:
        FormUnknown: there is none.
    """
    found = written_templates().get(code)
    if found is None:
        known = ", ".join(sorted(written_templates()))
        raise FormUnknown(f"no written form is called {code!r}; there are {known}")
    return found


@cache
def written_templates() -> Mapping[str, WrittenTemplate]:
    """Return every written form by its code."""
    with FILE.open("rb") as file:
        document = tomllib.load(file)
    return {code: _template(code, entry) for code, entry in document.items()}


def _template(code: str, entry: Mapping[str, Any]) -> WrittenTemplate:
    return WrittenTemplate(
        code=code,
        title=entry["title"],
        subtitle=entry.get("subtitle", ""),
        source=entry["source"],
        verified=entry["verified"],
        unverified=entry.get("unverified", ""),
        parts=tuple(_part(part) for part in entry["parts"]),
        signers=tuple(Signer(**signer) for signer in entry.get("signers", ())),
    )


def _part(entry: Mapping[str, Any]) -> Part:
    columns = tuple(column_from(column) for column in entry.get("columns", ()))
    return Part(**{**entry, "columns": columns})
