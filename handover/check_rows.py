"""The checks of what came as rows for people: each fault with its dossier, and what went well in one line.

Twelve thousand dossiers have a hundred thousand checks; who reads the sheet looks for the few that matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalog.harmless import harmless
from handover.outcome import Outcome

Row = Mapping[str, str]
"""level, code, outcome, subject, detail: a finding as `handover.report.plain_parcel` keeps it."""

_FAULTY = (Outcome.FAILED.value, Outcome.COULD_NOT_RUN.value)
_WORST = (Outcome.FAILED, Outcome.COULD_NOT_RUN, Outcome.PASSED, Outcome.NOT_ASKED)
_DESCRIBING = ("representations/rep1/metadata/descriptive/", "metadata/descriptive/")


def every_check(verdict: Mapping[str, Any] | None) -> list[Row]:
    """Return each check of a parcel and of its dossiers, which stand in the subject."""
    told = verdict or {}
    every: list[Row] = list(told.get("findings", ()))
    for one in told.get("dossiers", ()):
        every += [
            {**each, "subject": _within(harmless(one["identifier"]), each["subject"])}
            for each in one["findings"]
        ]
    return every


def rows_of(every: Iterable[Row]) -> list[Row]:
    """Return checks as rows, the worst first; those that passed, or were not asked, one row for each kind."""
    faulty: list[Row] = []
    well: dict[tuple[str, str, str], list[Row]] = {}
    for each in every:
        if each["outcome"] in _FAULTY:
            faulty.append(each)
        else:
            well.setdefault((each["level"], each["code"], each["outcome"]), []).append(each)
    return sorted([*faulty, *map(_one_row, well.values())], key=_order)


def short_subject(subject: str) -> str:
    """Return what a check is about without the folders in which every package keeps its descriptions."""
    for folder in _DESCRIBING:
        if subject.startswith(folder):
            return subject.removeprefix(folder)
    return subject


def _within(identifier: str, subject: str) -> str:
    short = short_subject(subject)
    return identifier if short in ("", identifier) or short.startswith("uuid-") else f"{identifier}: {short}"


def _one_row(alike: Sequence[Row]) -> Row:
    if len(alike) == 1:
        return alike[0]
    return {**alike[0], "subject": f"{len(alike):,} lần kiểm tra".replace(",", "."), "detail": ""}


def _order(each: Row) -> tuple[int, str]:
    return _WORST.index(Outcome(each["outcome"])), each["level"]
