"""What checking a delivery came to: for the whole, for each parcel, and for each dossier.

Nothing here decides. What is proposed for a dossier follows from its own checks and from those of its parcel
that touch it; a person decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catalog.harmless import harmless
from handover.outcome import Check, Outcome, verdict


class Level(StrEnum):
    """What is looked at, in this order."""

    R0 = "R0"  #: for us, expected, not taken yet
    R1 = "R1"  #: safe to open
    R2 = "R2"  #: whole and unchanged
    R3 = "R3"  #: from whom it says
    R4 = "R4"  #: a package as the circular and E-ARK have it
    R5 = "R5"  #: files that are what they say, can be opened, and carry no virus
    R6 = "R6"  #: the list agrees with what is there
    R7 = "R7"  #: a sample that a person looked at


class Proposal(StrEnum):
    """What the checks speak for."""

    ACCEPT = "accept"
    LOOK = "look"  #: something could not be checked: a person looks at it
    RESERVE = "reserve"  #: whole and unchanged; its description is at fault, to be put right by a day
    HOLD = "hold"  #: whole or not, it is not proven to come from the giver, or not for us, or unsafe
    RETURN = "return"  #: at fault itself: a corrected one in a supplement
    MISSING = "missing"  #: announced, and not there
    AWAITED = "awaited"  #: its parcel has not come yet


@dataclass(frozen=True, slots=True)
class Finding:
    """One check and its level."""

    level: Level
    check: Check


@dataclass(frozen=True)
class DossierReport:
    """One dossier of a parcel."""

    identifier: str  #: fileCode, as far as it is known
    folder: str  #: of its package below data/; "" where there is none
    findings: tuple[Finding, ...]
    proposal: Proposal
    sample: tuple[str, ...] = ()  #: documents drawn for a person to look at

    @property
    def outcome(self) -> Outcome:
        """The one word that its checks come to."""
        return verdict(each.check for each in self.findings).outcome


@dataclass(frozen=True)
class ParcelReport:
    """One parcel, or one thing that came instead of a parcel."""

    name: str
    digest: str  #: of its tag manifest; "" where it has none
    findings: tuple[Finding, ...]
    dossiers: tuple[DossierReport, ...] = ()
    here: bool = True

    @property
    def outcome(self) -> Outcome:
        """The one word that its checks and those of its dossiers come to."""
        return verdict(_all(self)).outcome


@dataclass(frozen=True)
class DeliveryReport:
    """Everything that was found in one place."""

    transfer: str  #: "" where nothing says which
    findings: tuple[Finding, ...]
    parcels: tuple[ParcelReport, ...]

    @property
    def outcome(self) -> Outcome:
        """The one word that everything comes to."""
        inner = [check for parcel in self.parcels for check in _all(parcel)]
        return verdict([*(each.check for each in self.findings), *inner]).outcome

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Every check that failed, wherever."""
        every = [*self.findings]
        for parcel in self.parcels:
            every += [*parcel.findings, *(each for one in parcel.dossiers for each in one.findings)]
        return tuple(each for each in every if each.check.outcome is Outcome.FAILED)

    @property
    def dossiers(self) -> Mapping[str, DossierReport]:
        """The report of every dossier by its identifier; the best of several (it may have come twice)."""
        found: dict[str, DossierReport] = {}
        for parcel in self.parcels:
            for one in parcel.dossiers:
                held = found.get(one.identifier)
                if held is None or BEST_FIRST.index(one.proposal) < BEST_FIRST.index(held.proposal):
                    found[one.identifier] = one
        return found


BEST_FIRST = (
    Proposal.ACCEPT,
    Proposal.RESERVE,
    Proposal.LOOK,
    Proposal.RETURN,
    Proposal.HOLD,
    Proposal.MISSING,
    Proposal.AWAITED,
)
"""Which counts where a dossier came twice: one that could not be looked at comes after any that was, and is
whole.
"""


def _all(parcel: ParcelReport) -> Iterable[Check]:
    yield from (each.check for each in parcel.findings)
    for one in parcel.dossiers:
        yield from (each.check for each in one.findings)


def plain(report: DeliveryReport) -> dict[str, Any]:
    """Return the report as JSON has it; codes and words are stable."""
    return {
        "transfer": report.transfer,
        "outcome": report.outcome.value,
        "findings": [_finding(each) for each in report.findings],
        "parcels": [plain_parcel(parcel) for parcel in report.parcels],
    }


def plain_parcel(parcel: ParcelReport) -> dict[str, Any]:
    """Return one parcel's report as JSON has it, and as a register can keep it.

    What strangers wrote is told harmlessly, but for the code and folder of a dossier: by these it is found
    again, and two that differ must not be told alike. Whoever shows them tells them harmlessly.
    """
    return {
        "name": harmless(parcel.name),
        "digest": parcel.digest,
        "here": parcel.here,
        "outcome": parcel.outcome.value,
        "findings": [_finding(each) for each in parcel.findings],
        "dossiers": [
            {
                "identifier": one.identifier,
                "folder": one.folder,
                "outcome": one.outcome.value,
                "proposal": one.proposal.value,
                "sample": list(map(harmless, one.sample)),
                "findings": [_finding(each) for each in one.findings],
            }
            for one in parcel.dossiers
        ],
    }


def _finding(finding: Finding) -> dict[str, str]:
    check = finding.check
    unread = {"unread": check.unread} if check.unread else {}
    return unread | {
        "level": finding.level.value,
        "code": check.code,
        "outcome": check.outcome.value,
        "subject": harmless(check.subject),
        "detail": harmless(check.detail),
    }
