"""What may stand in a field: lengths, dates and names that the law or good sense allows."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from catalog.description import FIELDS
from catalog.instants import today
from luutru.errors import InvalidInput

_FILE = Path(__file__).with_name("document_fields.toml")
_RULES: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))

LENGTHS: Mapping[str, int] = _RULES["lengths"]
"""Longest value of a field in characters, by its name."""

DATES = frozenset(_RULES["dates"]["fields"])
"""Fields that hold a day, ISO 8601."""

EARLIEST = date.fromisoformat(_RULES["dates"]["earliest"])

TYPES: Mapping[str, str] = _RULES["types"]
"""Kinds of documents: the code of the law's list and the Vietnamese name."""

_NUMBER = re.compile(r"(\d+[a-zđ]?)([/-])(.+)", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_VIETNAMESE_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class FieldsInvalid(InvalidInput):
    """Values that cannot stand in their fields; nothing was changed.

    `errors` names for each field what is wrong with it: unknown, too-long, no-date, too-early, in-future,
    not-in-list, needs-value, other-page.
    """

    slug = "fields-invalid"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {wrong}" for name, wrong in sorted(errors.items())))
        self.errors = dict(errors)


def cleaned(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return `values` as they are kept: NFC, one blank between words, a day as ISO; "" is None.

    Raises:
        FieldsInvalid: some cannot be kept; every one of them is named.
    """
    kept: dict[str, str | None] = {}
    errors: dict[str, str] = {}
    for name, given in values.items():
        value = " ".join(unicodedata.normalize("NFC", given).split()) if given else ""
        if name in DATES:
            value = _iso(value)
        if name == "type":
            value = _TYPE_NAMES.get(value.casefold(), value)
        wrong = _wrong(name, value)
        if wrong:
            errors[name] = wrong
        kept[name] = value or None
    if errors:
        raise FieldsInvalid(errors)
    return kept


def with_parts(values: Mapping[str, str | None], current: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return `values` with code, number and notation in step: a code gives its parts, parts give the code.

    What is given is never changed; `current` holds what is in force of the others.
    """
    made = dict(values)
    given = made.keys() & {"code", "number", "notation"}
    if given == {"code"}:
        parts = _NUMBER.fullmatch(made["code"] or "")
        made["number"] = parts[1] if parts else None
        made["notation"] = parts[3] if parts else made["code"]
    elif given and "code" not in given:
        number = made.get("number", current.get("number"))
        notation = made.get("notation", current.get("notation"))
        before = _NUMBER.fullmatch(current.get("code") or "")
        joiner = before[2] if before else "/"
        made["code"] = joiner.join(filter(None, (number, notation))) or None
    return made


_TYPE_NAMES = {name.casefold(): name for name in TYPES.values()}


def _iso(value: str) -> str:
    """Return a day typed as in Vietnam (5/3/2017) as ISO 8601; anything else as it is."""
    typed = _VIETNAMESE_DATE.fullmatch(value)
    return f"{typed[3]}-{int(typed[2]):02}-{int(typed[1]):02}" if typed else value


def _wrong(name: str, value: str) -> str | None:
    if name not in FIELDS:
        return "unknown"
    if not value:
        return None
    if name in DATES:
        return _wrong_day(value)
    if name == "type":
        return None if value in _TYPE_NAMES.values() else "not-in-list"
    return "too-long" if len(value) > LENGTHS[name] else None


def _wrong_day(value: str) -> str | None:
    try:
        day = date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None:
        return "no-date"
    if day < EARLIEST:
        return "too-early"
    return "in-future" if day > today() else None
