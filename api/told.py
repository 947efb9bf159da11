"""What checks are called and what they saw, in the visitor's language: programs get it in English."""

from typing import Any

from starlette.requests import Request

from api.render import language_of
from handover.check_details import spoken
from handover.check_words import check_words, reason_of


def telling(request: Request) -> dict[str, Any]:
    """Return what templates that show checks need: `words` by code, `seen_by` a check, the `reason_why`."""
    if language_of(request) == "vi":
        return {"words": check_words(), "seen_by": spoken, "reason_why": reason_of}
    return {"words": {}, "seen_by": _as_written, "reason_why": _code}


def _as_written(_code: str, detail: str, _outcome: str = "") -> str:
    return detail


def _code(code: str, outcome: str) -> str:
    return f"{code}: {outcome}"
