"""What a check came to. "Could not run" is never "passed", and "not asked" is said to be so."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The four ends of a check."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_RUN = "could-not-run"
    NOT_ASKED = "not-asked"


@dataclass(frozen=True, order=True, slots=True)
class Check:
    """One check of one thing. `code` is stable: programs test it, and each has a fixture that shows it."""

    code: str  #: what was looked for, "bag-digest-wrong"
    outcome: Outcome
    subject: str = ""  #: what it is about: a path within the package, an id, "" for the whole
    detail: str = ""  #: what was expected and what was found, for the reader who must act
    unread: str = ""  #: `AGAIN`, `LEFT`: what strangers wrote was not read; "" else


AGAIN = "again"
"""Why something was not read: this machine could not (no memory, no child). Asked again, it may be read."""

LEFT = "left"
"""Why something was not read: too much else of the same sending ended its reader. That is decided."""


def failed(code: str, subject: str = "", detail: str = "") -> Check:
    """Return a check that found a fault."""
    return Check(code, Outcome.FAILED, subject, detail)


def passed(code: str, subject: str = "", detail: str = "") -> Check:
    """Return a check that found all as it should be."""
    return Check(code, Outcome.PASSED, subject, detail)


def could_not_run(code: str, subject: str = "", detail: str = "", *, unread: str = "") -> Check:
    """Return a check whose tool, key or file was not to be had."""
    return Check(code, Outcome.COULD_NOT_RUN, subject, detail, unread)


def not_asked(code: str, subject: str = "", detail: str = "") -> Check:
    """Return a check that nobody asked for here."""
    return Check(code, Outcome.NOT_ASKED, subject, detail)


@dataclass(frozen=True)
class Verdict:
    """All checks of one thing, and the one word they come to."""

    checks: tuple[Check, ...]

    @property
    def outcome(self) -> Outcome:
        """Failed if any failed; else could-not-run if any could not; else passed if any passed."""
        counted = Counter(check.outcome for check in self.checks)
        for outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN, Outcome.PASSED):
            if counted[outcome]:
                return outcome
        return Outcome.NOT_ASKED

    @property
    def faults(self) -> tuple[Check, ...]:
        """Every check that failed, in the order they were made."""
        return tuple(check for check in self.checks if check.outcome is Outcome.FAILED)


def verdict(checks: Iterable[Check]) -> Verdict:
    """Return all of `checks` as one verdict."""
    return Verdict(tuple(checks))


Plain = tuple[str, str, str, str, str]
"""Code, outcome, subject and detail of a check, and why it is unread, as they come out of a child
(`ingest.sandbox`)."""


LONGEST_DETAIL = 500
"""Characters of a detail that come out of a child: what a parser says may hold all that it read."""

LONGEST_SUBJECT = 1_000
"""Characters: METS name paths of any length."""

MOST_TOLD = 1_000
"""Checks of one kind that are told of a package; how many more there are is told too."""

MORE = "package-more-faults"
"""Code of how many more there are."""


def plain(check: Check) -> Plain:
    """Return a check as plain values, its subject and detail no longer than people read."""
    subject, detail = check.subject[:LONGEST_SUBJECT], check.detail[:LONGEST_DETAIL]
    return check.code, check.outcome.value, subject, detail, check.unread


def bounded(checks: Iterable[Check], name: str, most: int = MOST_TOLD) -> list[Plain]:
    """Return the first `most` of `checks` on what is called `name` as plain values, and what was cut.

    Of what was cut each kind that was not told yet is told once, so that what is proposed stays the same;
    how many more there are is as bad as the worst of them.
    """
    every = list(checks)
    told, cut = every[:most], every[most:]
    if cut:
        kinds = {_kind(each) for each in cut} - set(map(_kind, told))
        told += [Check(code, outcome, name, "", unread) for code, outcome, unread in sorted(kinds)]
        told.append(Check(MORE, verdict(cut).outcome, name, f"{len(cut)} more"))
    return list(map(plain, told))


def _kind(check: Check) -> tuple[str, Outcome, str]:
    return check.code, check.outcome, check.unread


@dataclass
class Telling:
    """How many checks may still be told of things that came together; more of each are cut (`bounded`)."""

    left: int

    def bounded(self, checks: Iterable[Check], name: str, most: int = MOST_TOLD) -> list[Plain]:
        """Return what may be told of one of them."""
        told = bounded(checks, name, min(most, self.left))
        self.left = max(0, self.left - len(told))
        return told


def from_plain(told: Plain) -> Check:
    """Return the check that plain values are."""
    code, outcome, subject, detail, unread = told
    return Check(code, Outcome(outcome), subject, detail, unread)
