"""Undecided dossiers that wait for one and the same reason: one look at it decides on all of them.

Where nothing looks for viruses here, or a time stamp has not come, the checks propose `look` for everything
that came; nobody says that twelve thousand times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.identifiers import TransferItemId
from catalog.transfer_item import Decision, Item
from catalog.transfer_parcel import ParcelRow
from handover.outcome import Outcome
from handover.report import Proposal
from luutru.errors import Conflict

ALLOWED: Mapping[str, tuple[Decision, ...]] = {
    Proposal.LOOK.value: (Decision.ACCEPTED, Decision.RESERVED, Decision.RETURNED),
    Proposal.RESERVE.value: (Decision.RESERVED, Decision.RETURNED),
    Proposal.RETURN.value: (Decision.RETURNED, Decision.REFUSED),
    Proposal.HOLD.value: (Decision.RETURNED, Decision.REFUSED),
    Proposal.MISSING.value: (Decision.MISSING,),
    Proposal.AWAITED.value: (Decision.MISSING,),
}
"""What may be decided on many at once; whatever goes against the checks is decided dossier by dossier."""

_BAD = (Outcome.FAILED.value, Outcome.COULD_NOT_RUN.value)


class GroupChanged(Conflict):
    """The dossiers of a group are no longer those that were shown: look again, then decide."""

    slug = "group-changed"


@dataclass(frozen=True)
class Group:
    """Undecided dossiers of one proposal, for the same reasons."""

    proposal: str  #: `handover.report.Proposal`
    reasons: tuple[tuple[str, str], ...]  #: code and outcome of what did not pass, of dossier and parcel
    items: tuple[TransferItemId, ...]

    @property
    def key(self) -> str:
        """Return what names the group in a form."""
        return ":".join([self.proposal, *(f"{code}={outcome}" for code, outcome in self.reasons)])

    @property
    def allowed(self) -> tuple[Decision, ...]:
        """What may be decided on all of it."""
        return ALLOWED[self.proposal]


def groups(inside: Sequence[Item], rows: Sequence[ParcelRow]) -> list[Group]:
    """Return the undecided dossiers by what the checks propose and why, the largest group first.

    Those for which everything speaks are in none, and those at which nobody looked.
    """
    told = {(row.number, one["identifier"]): (row, one) for row in rows for one in _dossiers(row)}
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[TransferItemId]] = {}
    for item in inside:
        row, one = told.get((item.parcel or 0, item.identifier), (None, None))
        if item.decision is not None or row is None or one is None or one["proposal"] not in ALLOWED:
            continue
        if item.withheld and one["proposal"] != Proposal.MISSING.value:
            continue
        found.setdefault((one["proposal"], _reasons(row, one)), []).append(item.id)
    made = [Group(proposal, reasons, tuple(names)) for (proposal, reasons), names in found.items()]
    return sorted(made, key=lambda one: (-len(one.items), one.key))


def group_of(every: Sequence[Group], key: str, count: int) -> Group:
    """Return the group that a person saw.

    Raises:
        GroupChanged: it is not there any more, or has more or fewer dossiers than they saw.
    """
    for one in every:
        if one.key == key and len(one.items) == count:
            return one
    raise GroupChanged("the dossiers that wait for this reason are others by now: look again")


def _dossiers(row: ParcelRow) -> Sequence[Mapping[str, Any]]:
    told: Sequence[Mapping[str, Any]] = (row.verdict or {}).get("dossiers", ())
    return told


def _reasons(row: ParcelRow, one: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    every = [*(row.verdict or {}).get("findings", ()), *one["findings"]]
    return tuple(sorted({(each["code"], each["outcome"]) for each in every if each["outcome"] in _BAD}))
