"""What a dossier shows of itself: its title and folder, its papers, the heads of their pages."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from catalog.description import Description
from catalog.reading import Reading
from classify.dossier_taxonomy import taxonomy
from classify.dossier_words import marked_words, words
from luutru.errors import InvalidInput

MAX_PAPERS = 40
"""Papers of a dossier that are looked at; a year's bundle of 137 says no more than its first forty."""

HEAD_LETTERS = 1500
"""Letters of a paper's text that are looked at: letterhead, subject and the first paragraphs."""

TITLE_LETTERS = 1000
"""TT 05/2025: a dossier's title has at most 1,000 letters."""

MAX_LABELLED_BYTES = 256 << 20
"""Largest list of labelled dossiers taken: some 100,000 of them."""

_HEADING_LINES = 25
_CAPITALS = 0.7


class EvidenceInvalid(InvalidInput):
    """A list of labelled dossiers cannot be read."""

    slug = "evidence-invalid"


@dataclass(frozen=True)
class Paper:
    """One document of a dossier, as far as it is known."""

    type: str = ""  #: Vietnamese name, "Tờ khai"
    subject: str = ""  #: trích yếu
    text: str = ""  #: head of its text, one line of print a line

    @property
    def heading(self) -> str:
        """Kind, subject, and what is set in capitals near the top of the page."""
        return "\n".join(filter(None, (f"{self.type} {self.subject}".strip(), *capitals(self.text))))


@dataclass(frozen=True)
class Evidence:
    """Everything the type of a dossier is told from."""

    title: str = ""
    labels: tuple[str, ...] = ()  #: of the folder and the box
    papers: tuple[Paper, ...] = ()

    @cached_property
    def zones(self) -> dict[str, list[str]]:
        """The folded words by zone (`dossier_taxonomy.ZONES`), within the limits above."""
        return {zone: words(said) for zone, said in self._said.items()}

    @cached_property
    def marked_zones(self) -> dict[str, list[str]]:
        """The same words with their marks."""
        return {zone: marked_words(said) for zone, said in self._said.items()}

    @cached_property
    def _said(self) -> dict[str, str]:
        papers = self.papers[:MAX_PAPERS]
        return {
            "title": "\n".join((self.title, *self.labels))[:TITLE_LETTERS],
            "heading": "\n".join(paper.heading[:TITLE_LETTERS] for paper in papers),
            "body": "\n".join(paper.text[:HEAD_LETTERS] for paper in papers),
        }

    @property
    def digest(self) -> str:
        """SHA-256 of what counts; two dossiers that look alike have the same."""
        said = json.dumps(self.zones, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Labelled:
    """A dossier whose kind a person has confirmed."""

    evidence: Evidence
    code: str
    id: str = field(default="", compare=False)


def capitals(text: str) -> list[str]:
    """Return the lines near the top that are set in capitals: where a form says what it is."""
    found = []
    for line in text.splitlines()[:_HEADING_LINES]:
        letters = [letter for letter in line if letter.isalpha()]
        if len(letters) > 3 and sum(map(str.isupper, letters)) >= _CAPITALS * len(letters):
            found.append(line.strip())
    return found


def of_pages(
    readings: Sequence[Reading],
    descriptions: Sequence[Description] = (),
    *,
    title: str = "",
    labels: Sequence[str] = (),
) -> Evidence:
    """Return what a stack of pages shows; pages that no description covers are papers of one page each."""
    papers: list[Paper] = []
    covered: set[int] = set()
    for one in descriptions:
        covered.update(one.pages)
        first = [readings[page - 1].text for page in one.pages[:2] if 0 < page <= len(readings)]
        said = {
            name: (one.fields[name].value or "") if name in one.fields else "" for name in ("type", "subject")
        }
        papers.append(Paper(said["type"], said["subject"], "\n".join(first)))
    papers += [Paper(text=page.text) for number, page in enumerate(readings, 1) if number not in covered]
    return Evidence(title, tuple(labels), tuple(papers))


def from_json(told: Mapping[str, Any]) -> Labelled:
    """Return one labelled dossier: `{"id", "code", "title", "folder_label", "documents": [...]}`.

    Raises:
        EvidenceInvalid: a field is missing or of the wrong kind.
        TypeUnknown: the code is none of the list.
    """
    try:
        papers = tuple(
            Paper(str(one.get("type") or ""), str(one.get("subject") or ""), str(one.get("text") or ""))
            for one in told.get("documents") or ()
        )
        labels = tuple(str(told[name]) for name in ("folder_label", "box_label") if told.get(name))
        evidence = Evidence(str(told.get("title") or ""), labels, papers)
        return Labelled(evidence, taxonomy().code(str(told["code"])), str(told.get("id") or ""))
    except (KeyError, AttributeError, TypeError) as error:
        raise EvidenceInvalid(f"a labelled dossier cannot be read: {error!r}") from error


def to_json(one: Labelled) -> dict[str, Any]:
    """Return what `from_json` reads."""
    return {
        "id": one.id,
        "code": one.code,
        "title": one.evidence.title,
        "folder_label": "\n".join(one.evidence.labels),
        "documents": [asdict(paper) for paper in one.evidence.papers],
    }


def load_labelled(text: str) -> list[Labelled]:
    """Return the dossiers of a JSON list, or of `{"dossiers": [...]}`.

    Raises:
        EvidenceInvalid: it is neither, or one of them cannot be read.
        TypeUnknown: a code is none of the list.
    """
    try:
        told = json.loads(text)
    except ValueError as error:
        raise EvidenceInvalid(f"this is no JSON: {error}") from error
    listed = told.get("dossiers") if isinstance(told, dict) else told
    if not isinstance(listed, list):
        raise EvidenceInvalid('expected a list of dossiers, or {"dossiers": [...]}')
    return [from_json(one) for one in listed]
