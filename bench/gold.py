"""True fields of scans that may not be shown: who holds the pages can score, and nobody can read them.

`gold_fields.json` keeps for every page and field HMAC-SHA256 of the value, with the bytes of the page's
transcription as key, and whether the value is printed, stamped or handwritten on the page.
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PRINTED, STAMPED, HANDWRITTEN = "printed", "stamped", "handwritten"

_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "\u00a0": " "})


@dataclass(frozen=True)
class SealedField:
    """One true value, sealed."""

    seal: str  #: 64 hex digits
    by: str  #: PRINTED, STAMPED or HANDWRITTEN

    def holds(self, value: str, key: bytes) -> bool:
        """Whether `value` is the true one; `key` is the page's transcription as its file has it."""
        return hmac.compare_digest(self.seal, sealed(value, key))


def normalised(value: str) -> str:
    """Return what two values must share to be the same: NFC, plain dashes, single blanks."""
    return " ".join(unicodedata.normalize("NFC", value).translate(_DASHES).split())


def sealed(value: str, key: bytes) -> str:
    """Return the seal of `value` under `key`."""
    return hmac.new(key, normalised(value).encode("utf-8"), hashlib.sha256).hexdigest()


def load() -> Mapping[str, Mapping[str, SealedField]]:
    """Return the sealed fields by page and name; a page that shows none has an empty table."""
    text = Path(__file__).with_name("gold_fields.json").read_text(encoding="utf-8")
    return {
        page: {name: SealedField(item["sealed"], item["by"]) for name, item in fields.items()}
        for page, fields in json.loads(text).items()
    }
