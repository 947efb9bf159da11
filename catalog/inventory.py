"""Counts of records, as both sides of a handover name and compare them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

COUNTED = ("dossiers", "documents", "pages", "sheets")
"""What is counted item by item, so that it must add up; boxes and metres are told of the whole."""

MEDIA = ("paper", "digital", "both")


@dataclass(frozen=True)
class Counts:
    """How many of each; none is negative.

    Raises:
        ValueError: one is.
    """

    dossiers: int = 0
    documents: int = 0
    pages: int = 0
    sheets: int = 0

    def __post_init__(self) -> None:
        if min(self.dossiers, self.documents, self.pages, self.sheets) < 0:
            raise ValueError(f"a count below zero: {self}")

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def to_plain(self) -> dict[str, int]:
        """Return it as JSON keeps it."""
        return {name: getattr(self, name) for name in COUNTED}

    @classmethod
    def from_plain(cls, plain: Mapping[str, int]) -> "Counts":
        """Return what `to_plain` gave."""
        return cls(*(plain[name] for name in COUNTED))


NOTHING = Counts()


@dataclass(frozen=True)
class Inventory:
    """What a giver announces: fixed at sealing, and what all decisions must add up to."""

    completed: Counts  #: of matters that were settled
    unfinished: Counts  #: of work that the giver could not end
    by_medium: Mapping[str, Counts]  #: paper, digital, both: the same dossiers once more
    boxes: int  #: of paper
    centimetres: int | None  #: of shelf, unarranged material included; None: nobody measured

    @property
    def total(self) -> Counts:
        """Completed and unfinished together."""
        return self.completed + self.unfinished

    @property
    def metres(self) -> float | None:
        """Metres of shelf; None: nobody measured."""
        return None if self.centimetres is None else self.centimetres / 100

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "completed": self.completed.to_plain(),
            "unfinished": self.unfinished.to_plain(),
            "by_medium": {name: self.by_medium.get(name, NOTHING).to_plain() for name in MEDIA},
            "boxes": self.boxes,
            "centimetres": self.centimetres,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Inventory":
        """Return what `to_plain` gave."""
        return cls(
            Counts.from_plain(plain["completed"]),
            Counts.from_plain(plain["unfinished"]),
            {name: Counts.from_plain(counts) for name, counts in plain["by_medium"].items()},
            plain["boxes"],
            plain["centimetres"],
        )
