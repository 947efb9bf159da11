"""The kinds of dossier (loại hồ sơ) a commune or district keeps, as `data/dossier-types.toml` tells them."""

import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from classify.dossier_words import folded
from luutru.errors import NotFound

DATA = Path(__file__).parent / "data"

MIXED = "KHAC"
"""Unknown or of several kinds: never an answer, always a question to a person."""

ZONES = ("title", "heading", "body")
"""Where words of a dossier stand: title, folder and box; kind, subject, form heading; running text."""


class TypeUnknown(NotFound):
    """No kind of dossier has this code."""

    slug = "dossier-type-unknown"


@dataclass(frozen=True)
class Phrase:
    """Words that speak for a kind of dossier."""

    say: str  #: as an archivist writes it, NFC
    words: str  #: folded, one blank between words
    weight: float  #: 6 settles it, 4 is clear, 2 leans that way
    where: frozenset[str]  #: of `ZONES`


@dataclass(frozen=True)
class DossierType:
    """One kind of dossier."""

    code: str
    name: str
    levels: tuple[str, ...]  #: X commune, H district
    documents: tuple[str, ...]  #: usual papers in it
    phrases: tuple[Phrase, ...]
    against: tuple[str, ...]  #: folded
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taxonomy:
    """All kinds of dossier, by code, in the order of the list."""

    version: str
    types: Mapping[str, DossierType]
    aliases: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes that may be an answer."""
        return tuple(self.types)

    @cached_property
    def phrases_by_word(self) -> Mapping[str, Sequence[str]]:
        """The folded phrases by each of their words; one that has a word twice stands there twice."""
        folded_phrases = {phrase.words for kind in self.types.values() for phrase in kind.phrases}
        table: dict[str, list[str]] = defaultdict(list)
        for phrase in sorted(folded_phrases):
            for word in phrase.split():
                table[word].append(phrase)
        return table

    def code(self, written: str) -> str:
        """Return the code that `written` stands for: itself, an alias, or `MIXED`.

        Raises:
            TypeUnknown: it stands for none.
        """
        wanted = unicodedata.normalize("NFC", written).strip().upper()
        if wanted in self.types or wanted == MIXED:
            return wanted
        if wanted in self.aliases:
            return self.aliases[wanted]
        raise TypeUnknown(f"no kind of dossier has the code {written!r}; 'luutru model types' lists them")

    def name(self, code: str) -> str:
        """Return the Vietnamese name of a kind."""
        return "Không rõ, hỗn hợp" if code == MIXED else self.types[self.code(code)].name


def load(name: str) -> dict[str, Any]:
    """Return the data file `name` (without .toml) of this package, NFC."""
    text = (DATA / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(unicodedata.normalize("NFC", text))


@cache
def taxonomy() -> Taxonomy:
    """Return the list that this version of the service knows."""
    told = load("dossier-types")
    types = {one["code"]: _type(one) for one in told["type"]}
    return Taxonomy(
        version=told["version"],
        types=types,
        aliases={alias: one.code for one in types.values() for alias in one.aliases},
    )


def _type(told: Mapping[str, Any]) -> DossierType:
    return DossierType(
        code=told["code"],
        name=told["name"],
        levels=tuple(told["level"]),
        documents=tuple(told["documents"]),
        phrases=tuple(
            Phrase(say, folded(say), float(group["weight"]), frozenset(group["where"]))
            for group in told["phrases"]
            for say in group["say"]
        ),
        against=tuple(folded(say) for say in told.get("against", ())),
        aliases=tuple(told.get("aliases", ())),
    )
