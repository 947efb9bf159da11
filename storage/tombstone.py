"""What is left of bytes that a lawful act ended: which, when, by whom, on what ground. Never the bytes."""

import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from luutru.errors import IntegrityError, InvalidInput
from luutru.object_key import ObjectKey

REASON = re.compile(r"[a-z][a-z0-9-]{0,39}")
LONGEST = 500
"""Letters in a name or an instrument; a tombstone is a line in a book, not a file."""


class IncompleteAct(InvalidInput):
    """An act lacks who did it, the instrument it stands on, or its reason."""

    slug = "incomplete-act"


class TombstoneDamaged(IntegrityError):
    """A tombstone cannot be read back."""

    slug = "tombstone-damaged"


@dataclass(frozen=True)
class Act:
    """The recorded lawful act that ends the keeping of bytes.

    Raises:
        IncompleteAct: a part is blank or longer than 500 letters, or the reason is not a code.
    """

    who: str  #: as events record the person, NFC
    instrument: str  #: destruction minutes, decision, article of a law; NFC
    reason: str  #: a code such as "destruction" or "state-secret"

    def __post_init__(self) -> None:
        for field in ("who", "instrument"):
            text = unicodedata.normalize("NFC", getattr(self, field)).strip()
            if not 0 < len(text) <= LONGEST:
                raise IncompleteAct(f"{field}: expected 1 to {LONGEST} letters, found {len(text)}")
            object.__setattr__(self, field, text)
        if not REASON.fullmatch(self.reason):
            raise IncompleteAct(f"reason: expected a code like 'state-secret', found {self.reason[:60]!r}")


@dataclass(frozen=True)
class Tombstone:
    """The line that remains in the book; it holds nothing of the content."""

    key: ObjectKey
    when: datetime  #: UTC
    act: Act

    def to_bytes(self) -> bytes:
        """Return the one canonical form: JSON, UTF-8, sorted keys."""
        fields = {"key": self.key, "when": self.when.astimezone(UTC).isoformat(), "act": asdict(self.act)}
        return json.dumps(fields, ensure_ascii=False, sort_keys=True).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> "Tombstone":
        """Read what `to_bytes` wrote.

        Raises:
            TombstoneDamaged: it was not written by `to_bytes`.
        """
        try:
            fields = json.loads(data)
            when = datetime.fromisoformat(fields["when"]).astimezone(UTC)
            return cls(ObjectKey(fields["key"]), when, Act(**fields["act"]))
        except (ValueError, KeyError, TypeError, InvalidInput) as error:
            raise TombstoneDamaged(f"a tombstone of {len(data)} bytes cannot be read back") from error
