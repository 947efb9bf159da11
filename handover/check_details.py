"""What a check saw, for people: paper, screens and the command line say it in Vietnamese.

Verdicts keep the words that were written down when a check ran, which programs and older registers have too;
they are told anew each time somebody reads them. What was found (a name, a number, a digest) stays as it is.
"""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from handover.outcome import Check, Outcome

FILE = Path(__file__).parent / "data" / "details.toml"

AS_IT_IS = frozenset({"virus", "ead-field-wrong", "sample"})
"""Codes whose other details are no words of ours: a virus, a value, what a person wrote."""

_GAP = re.compile(r"\{(\w+)\}")
_FAULTY = (Outcome.FAILED.value, Outcome.COULD_NOT_RUN.value)


def spoken(code: str, detail: str, outcome: str = Outcome.FAILED.value) -> str:
    """Return the detail of a check as people read it; words of a library as what the machine said."""
    said = _said(detail)
    if said is not None:
        return said
    # What passed, or was not asked, names something (an office, a version); a bare number counts something.
    named = outcome not in _FAULTY or code in AS_IT_IS or not detail or detail.isdecimal()
    return detail if named else f"máy báo: {detail}"


def spoken_check(check: Check) -> str:
    """Return the detail of a check as people read it."""
    return spoken(check.code, check.detail, check.outcome.value)


@cache
def _forms() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return how each form is known again, those that say most first, with its Vietnamese."""
    with FILE.open("rb") as file:
        told: dict[str, str] = tomllib.load(file)
    most_first = sorted(told, key=lambda form: -len(_GAP.sub("", form)))
    return tuple((re.compile(_pattern(form), re.DOTALL), told[form]) for form in most_first)


def _pattern(form: str) -> str:
    parts = _GAP.split(form)  # words and names of gaps by turns
    return "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))


@lru_cache(maxsize=8192)
def _said(detail: str) -> str | None:
    for pattern, words in _forms():
        if found := pattern.fullmatch(detail):
            values = found.groupdict()
            if "why" in values:
                values["why"] = _said(values["why"]) or values["why"]
            return words.format_map(values)
    return None
