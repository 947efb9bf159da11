"""How much a document needs a person: what the machines are unsure of, as one number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

WEIGHED = ("code", "date", "issuer", "type", "subject", "signer")
"""The fields by which a document is found and handed over; doubt about the others does not count."""

ASKED = 0.5
"""A field that only a person can give counts as one that is right every other time."""

LEAST = 0.01
"""No document is beyond doubt: the important ones are still looked at in their order."""


class Answer(Protocol):
    """What is said of one field, by whomever."""

    @property
    def value(self) -> str | None:
        """What stands there; None: nothing, or nobody could read it."""
        ...

    @property
    def confidence(self) -> float:
        """0.0 to 1.0."""
        ...

    @property
    def asked(self) -> bool:
        """A person must give it."""
        ...


@dataclass(frozen=True)
class Doubt:
    """What the queue keeps of a document."""

    doubt: float  #: 0.0 to 1.0
    asked: int  #: fields that a person must give


def doubt_of(
    fields: Mapping[str, Answer], *, agreed_share: float | None = None, mean_confidence: float | None = None
) -> Doubt:
    """Return how much a document with these fields needs a person.

    One minus the chance that every weighed field that has an answer is right, where the answers are worth as
    much as the print: of a page on which the readers agree on few words, they are worth less.
    """
    sure = 1.0
    for name in WEIGHED:
        value = fields.get(name)
        if value is None:
            continue
        if value.asked:
            sure *= ASKED
        elif value.value is not None:
            sure *= value.confidence
    legible = min(1.0 if share is None else share for share in (agreed_share, mean_confidence))
    doubt = 1.0 - sure * (0.5 + 0.5 * legible)
    asked = sum(value.asked for value in fields.values())
    return Doubt(min(1.0, max(LEAST, doubt)), asked)
