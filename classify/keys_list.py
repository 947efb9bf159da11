"""What is particular to a dossier of each kind: names, labels and key-in forms, from `data/keys.toml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from classify.dossier_taxonomy import load, taxonomy

KINDS = ("person", "text", "date", "year", "number", "parcel")


@dataclass(frozen=True)
class Key:
    """One thing by which dossiers of a kind are asked for."""

    name: str  #: English, as search filters call it
    label: str  #: Vietnamese, as an archivist sees it
    kind: str  #: of `KINDS`
    after: tuple[re.Pattern[str], ...] = ()  #: on a line without marks; the value follows
    section: re.Pattern[str] | None = None  #: a line after which `then` says where the value is
    then: re.Pattern[str] | None = None
    pattern: re.Pattern[str] | None = None  #: the value itself, on the line as printed
    choices: tuple[str, ...] = ()  #: offered while keying in
    restricted: bool = False  #: never read by machine, never searched, shown to those who check (who accused)


@dataclass(frozen=True)
class KeyInField:
    """One field of a key-in form."""

    key: Key
    required: bool


@cache
def keys() -> Mapping[str, Key]:
    """Return every key by name."""
    told = load("keys")
    return {name: _key(name, one, told["choices"]) for name, one in told["key"].items()}


def keys_of(type_code: str) -> tuple[Key, ...]:
    """Return the keys of a kind of dossier, in the order they are keyed in.

    Raises:
        TypeUnknown: the code is none of the list.
    """
    return tuple(field.key for field in key_in_form(type_code))


@lru_cache(maxsize=256)
def key_in_form(type_code: str) -> tuple[KeyInField, ...]:
    """Return the fields that a person keys in for a dossier of this kind, in order.

    Raises:
        TypeUnknown: the code is none of the list.
    """
    told = load("keys")["types"][taxonomy().code(type_code)]
    return tuple(KeyInField(keys()[name.rstrip("!")], name.endswith("!")) for name in told)


def filters() -> Mapping[str, str]:
    """Return the labels of all keys that search may filter by, by name."""
    return {name: key.label for name, key in keys().items() if not key.restricted}


def restricted(name: str) -> bool:
    """Return whether only those who check may see a key: who accuses is protected (Luật Tố cáo)."""
    return name in keys() and keys()[name].restricted


def _key(name: str, told: Mapping[str, Any], choices: Mapping[str, list[str]]) -> Key:
    def compiled(field: str) -> re.Pattern[str] | None:
        return re.compile(told[field]) if field in told else None

    return Key(
        name=name,
        label=told["label"],
        kind=told["kind"],
        after=tuple(re.compile(rf"(?<!\w)(?:{words})(?!\w)") for words in told.get("after", ())),
        section=compiled("section"),
        then=compiled("then"),
        pattern=compiled("is"),
        choices=tuple(choices[told["choices"]]) if "choices" in told else (),
        restricted=told.get("restricted", False),
    )
