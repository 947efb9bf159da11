"""What the checks of a dossier, and those of its parcel that touch it, speak for; a person decides."""

from collections.abc import Iterable, Sequence

from handover.bag_check import ALIKE
from handover.marked_words import CODE as MARKED
from handover.outcome import MORE, Outcome
from handover.report import Finding, Level, Proposal

UNSAFE = frozenset({"bag-link", ALIKE, "bag-special-file", "bag-path-unsafe", "bag-path-outside"})
"""Codes of `bag_check` that are about what is safe, not about what is whole."""

DESCRIBED = frozenset(
    {"ead-field-lacks", "ead-field-too-long", "ead-field-wrong", "date-impossible", "series-gap", MORE}
)
"""Codes of what is wrong with a description alone: the records are whole, and can be put right here.

Of how many more there are (`MORE`) each kind is told beside it, and counts.
"""

_HOLDING = frozenset({"dossier-of-other-parcel", "dossier-not-announced", "virus", MARKED, *UNSAFE})


def propose(found: Sequence[Finding], parcel: Iterable[Finding], *, proven: bool, for_us: bool) -> Proposal:
    """Return what speaks of a dossier: `found` are its own checks, `parcel` all of its parcel.

    `proven`: its package is the one that was announced. `for_us`: as far as anybody says.
    """
    around = [each for each in parcel if not each.check.subject.startswith("data/")]
    wrong, wrong_around = _failed(found), _failed(around)
    holds = {Level.R3, Level.R5}
    if not proven:  # its own digest would say that it is as sealed, whatever was done around it
        holds |= {Level.R0, Level.R1}
    if any(each.check.code in _HOLDING for each in wrong):
        return Proposal.HOLD
    if any(each.check.code not in DESCRIBED for each in wrong):
        return Proposal.RETURN
    holding = [each for each in wrong_around if each.level in holds]
    if holding and proven and for_us and _only_rewritten(holding, around):
        return Proposal.LOOK
    if holding or not for_us:
        return Proposal.HOLD
    if wrong_around and not proven:
        return Proposal.LOOK
    if wrong:
        return Proposal.RESERVE
    if any(each.check.outcome is Outcome.COULD_NOT_RUN for each in [*found, *around]):
        return Proposal.LOOK
    return Proposal.ACCEPT


def _failed(findings: Iterable[Finding]) -> list[Finding]:
    return [each for each in findings if each.check.outcome is Outcome.FAILED]


def _only_rewritten(holding: list[Finding], around: list[Finding]) -> bool:
    """Return whether all that holds a parcel up is that its signature is over the list which was announced,
    and another list lies there: a dossier that is as announced is then no worse for it, and a person looks.
    """
    rewritten = any(each.check.code == "parcel-digest-other" for each in around)
    return rewritten and {each.check.code for each in holding} == {"signature-bytes-changed"}
