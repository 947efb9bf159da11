"""A form before it is printed: its template, what is filled in, and its rows.

Templates are data (`paper/data/*forms.toml`): columns and wording of the official forms with their source,
so that a changed decree is a changed file. Nothing here knows the register.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from luutru.errors import InvalidInput
from paper.in_words import in_words

_DATA = Path(__file__).parent / "data"
FILES = (_DATA / "forms.toml", _DATA / "handover-forms.toml")

BLANK = "…………"
"""What stands where nothing is known: room for a pen, never a guess."""

PERMANENT = "vĩnh viễn"

Align = Literal["left", "center", "right"]


class FormUnknown(InvalidInput):
    """There is no form of this name."""

    slug = "form-unknown"


@dataclass(frozen=True)
class Column:
    """One column as the form heads it."""

    head: str
    width: float  #: mm
    align: Align = "left"
    number: bool = False  #: holds whole numbers, which a spreadsheet may add up
    retention: bool = False  #: holds the retention period, which the foot counts
    mark: bool = False  #: holds what a QR code in the cell says


@dataclass(frozen=True)
class Signer:
    """Who signs at the foot."""

    title: str
    note: str = ""
    name: str = ""  #: placeholder of the name, where it is known
    dated: bool = False  #: place and date stand over it


@dataclass(frozen=True)
class Template:
    """A form as its decree draws it. Texts hold placeholders in braces: {year}, {count}."""

    code: str
    title: str
    source: str  #: decree and appendix; "" for the archive's own forms
    unverified: str = ""  #: what of it was not checked against the official text; printed at the foot
    verified: bool = False  #: somebody held it against the official text
    landscape: bool = False
    national: bool = True  #: office on the left, quốc hiệu on the right
    numbered_columns: bool = True  #: a row (1) (2) (3) under the heads
    above: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    below: tuple[str, ...] = ()
    below_unknown: str = ""  #: follows only where the retention of some row is not known
    signers: tuple[Signer, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row; a heading runs over the columns and is not counted."""

    cells: tuple[str, ...]
    heading: bool = False


@dataclass(frozen=True)
class Form:
    """One form to print. `rows` is gone through once, in the order given: sorting is the caller's."""

    template: Template
    values: Mapping[str, str] = field(default_factory=dict)
    rows: Iterable[Row] = ()


class Tally:
    """Counts rows while they pass, for the foot of the form."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._retention = next(
            (place for place, column in enumerate(form.template.columns) if column.retention), None
        )
        self.count = self.permanent = self.fixed = self.unknown = 0

    def rows(self) -> Iterator[Row]:
        """Yield the form's rows, counting them.

        Raises:
            ValueError: a row has other cells than the form has columns.
        """
        wanted = len(self._form.template.columns)
        for row in self._form.rows:
            if len(row.cells) != wanted:
                raise ValueError(f"a row of {len(row.cells)} cells in a form of {wanted} columns")
            if not row.heading:
                self.count += 1
                if self._retention is not None:
                    self._note(row.cells[self._retention].strip().casefold())
            yield row

    def _note(self, period: str) -> None:
        if not period:
            self.unknown += 1
        elif period == PERMANENT:
            self.permanent += 1
        else:
            self.fixed += 1

    @property
    def values(self) -> dict[str, str]:
        """What the foot may name; call it after the last row."""
        counts = {
            "count": self.count,
            "permanent": self.permanent,
            "fixed": self.fixed,
            "unknown": self.unknown,
        }
        words = {f"{name}_words": in_words(number) for name, number in counts.items()}
        return {name: f"{number:02d}" for name, number in counts.items()} | words

    @property
    def below(self) -> tuple[str, ...]:
        """The lines under the table."""
        template = self._form.template
        more = (template.below_unknown,) if template.below_unknown and self.unknown else ()
        return template.below + more


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its placeholders filled in, dots where nothing is known."""
    return text.format_map(_Dotted(values))


class _Dotted(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return BLANK

    def __getitem__(self, key: str) -> str:
        return self.get(key) or BLANK


def template(code: str) -> Template:
    """Return the form called `code`, as "catalogue".

    Raises:
        FormUnknown: there is none.
    """
    found = templates().get(code)
    if found is None:
        raise FormUnknown(f"no form is called {code!r}; there are {', '.join(sorted(templates()))}")
    return found


@cache
def templates() -> Mapping[str, Template]:
    """Return every form by its code."""
    return {code: _template(code, entry) for file in FILES for code, entry in _entries(file).items()}


def _entries(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def column_from(entry: Mapping[str, Any]) -> Column:
    """Return the column that a data file describes."""
    return Column(
        entry["head"],
        float(entry["width"]),
        cast(Align, entry.get("align", "left")),
        entry.get("number", False),
        entry.get("retention", False),
        entry.get("mark", False),
    )


def _template(code: str, entry: Mapping[str, Any]) -> Template:
    return Template(
        code=code,
        title=entry["title"],
        source=entry["source"],
        unverified=entry.get("unverified", ""),
        verified=entry.get("verified", not entry.get("unverified", "")),
        landscape=entry.get("landscape", False),
        national=entry.get("national", True),
        numbered_columns=entry.get("numbered_columns", True),
        above=tuple(entry.get("above", ())),
        columns=tuple(column_from(column) for column in entry.get("columns", ())),
        below=tuple(entry.get("below", ())),
        below_unknown=entry.get("below_unknown", ""),
        signers=tuple(Signer(**signer) for signer in entry.get("signers", ())),
    )
