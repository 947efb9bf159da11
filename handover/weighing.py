"""What outranks what: the checks of a dossier in what is proposed, and two verdicts on one parcel.

    found to be unsafe, or at fault     whatever could not be read beside it
    could not be asked or read          whatever is wrong with a description alone
    the rest

So it is between verdicts (as the register keeps them), too: what could not be read, or was not asked, says
nothing, and neither beats a fault that was found nor a copy that was found good, whichever came first.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from handover.bag_check import ALIKE
from handover.looked_for import Verdict, all_asked, finds_more, unanswered, with_what_stands
from handover.marked_words import CODE as MARKED
from handover.origin import LACKS
from handover.outcome import AGAIN, MORE, Outcome
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
_GOOD = frozenset({Proposal.ACCEPT.value, Proposal.LOOK.value, Proposal.RESERVE.value})
"""Proposals for dossiers of which nobody found that they are not whole and unchanged."""
_BYTES = frozenset({Level.R1.value, Level.R2.value})
"""Where it is looked at whether a parcel came as it was sent."""
_UNSIGNED = frozenset({LACKS, "signature-unreadable"})
_OF_A_COPY = frozenset({Level.R1, Level.R2, Level.R3})
"""The same, and what lies in `signatures/`, which its list leaves out."""


# --- what is proposed for a dossier ---------------------------------------------------------------------


def propose(found: Sequence[Finding], parcel: Iterable[Finding], *, proven: bool, for_us: bool) -> Proposal:
    """Return what speaks of a dossier: `found` are its own checks, `parcel` all of its parcel.

    `proven`: its package is the one that was announced. `for_us`: as far as anybody says.
    """
    around = one_of_each_around(parcel)
    wrong, wrong_around = _failed(found), _failed(around)
    holds = {Level.R3, Level.R5}
    if not proven:  # its own digest would say that it is as sealed, whatever was done around it
        holds |= {Level.R0, Level.R1}
    if any(each.check.code in _HOLDING for each in wrong):
        return Proposal.HOLD
    if any(each.check.code not in DESCRIBED for each in wrong):
        return Proposal.RETURN
    if not for_us or any(each.level in holds for each in wrong_around):
        return Proposal.HOLD
    if wrong_around and not proven:
        return Proposal.LOOK
    if any(each.check.outcome is Outcome.COULD_NOT_RUN for each in [*found, *around]):
        return Proposal.LOOK
    if wrong:
        return Proposal.RESERVE
    return Proposal.ACCEPT


def one_of_each_around(parcel: Iterable[Finding]) -> list[Finding]:
    """Return, of what was found of a parcel and is of no file in `data`, one of each level and end.

    No more is weighed for a dossier, however many files lie beside it.
    """
    around = (each for each in parcel if not each.check.subject.startswith("data/"))
    return list({(each.level, each.check.outcome): each for each in around}.values())


def _failed(findings: Iterable[Finding]) -> list[Finding]:
    return [each for each in findings if each.check.outcome is Outcome.FAILED]


def as_sent(found: Iterable[Finding]) -> bool:
    """Return whether nothing was found in a parcel that another copy under the same list might not have."""
    return not any(
        each.check.unread or (each.level in _OF_A_COPY and each.check.outcome is Outcome.FAILED)
        for each in found
    )


# --- two verdicts on one parcel --------------------------------------------------------------------------


def weighed(
    after: Verdict, before: Verdict | None, announced: Collection[str], *, same: Callable[[], bool]
) -> Verdict | None:
    """Return what counts of a parcel that came where another one lies here; None: what lies here stays.

    `announced`: the codes of its dossiers. `same`: says whether both are the same bytes.

    The same bytes: as `checked_again` says. Others: where more of its dossiers were found good, among them
    all that are good here, and no other gets worse: none is unread that was found at fault here, none at
    fault that was not read here and may be good; and every fault here was looked for in the other one.
    """
    if before is None:
        return after
    if after == before:
        return None
    if same():
        return checked_again(after, before)
    here, came = _good(before, announced), _good(after, announced)
    beaten = _faulty(before, announced) & _left(after, announced)
    lost = _faulty(after, announced) & _left(before, announced)
    better = here < came and not beaten and not lost - _faulty(before, announced)
    return after if better and not unanswered(before, after, announced) else None


def checked_again(after: Verdict, before: Verdict) -> Verdict | None:
    """Return what counts where the same bytes were checked once more; None: what was found before.

    A fault that was not found before counts, beside all that were and that nobody looked for now. Else it
    counts where all that was asked and read before was asked and read again.
    """
    if finds_more(after, before):
        return with_what_stands(after, before)
    return after if _unread(after) <= _unread(before) and all_asked(before, after) else None


def asks_again(verdict: Verdict | None) -> bool:
    """Return whether something of a parcel could not be read for want of this machine's."""
    return any(each.get("unread") == AGAIN for _dossier, each in _every(verdict or {}))


def whole(verdict: Verdict | None) -> bool:
    """Return whether all of a parcel was read, and nothing stands in the way of accepting its dossiers."""
    if verdict is None:
        return False
    return not _unread(verdict) and {one["proposal"] for one in _dossiers(verdict)} <= _GOOD


def unspoilt(verdict: Verdict | None) -> bool:
    """Return whether a verdict finds nothing that the same parcel, sent again, would not have."""
    if verdict is None:
        return False
    return not any(
        each["level"] in _BYTES and each["outcome"] == Outcome.FAILED.value
        for _dossier, each in _every(verdict)
    )


def not_as_sent(verdict: Verdict | None) -> frozenset[str]:
    """Return the dossiers whose bytes were found to be others than was announced, or were not all read."""
    return frozenset(
        dossier
        for dossier, each in _every(verdict or {})
        if dossier
        and each["level"] in _BYTES
        and (each["outcome"] == Outcome.FAILED.value or each.get("unread"))
    )


def bears_none(verdict: Verdict | None) -> bool:
    """Return whether a parcel is at fault for bearing no signature, or none that can be read."""
    return any(
        not dossier and each["code"] in _UNSIGNED and each["outcome"] == Outcome.FAILED.value
        for dossier, each in _every(verdict or {})
    )


def _dossiers(verdict: Verdict) -> Iterable[Mapping[str, Any]]:
    told: Iterable[Mapping[str, Any]] = verdict.get("dossiers", ())
    return told


def _every(verdict: Verdict) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each finding with the code of its dossier; "" for those of the parcel."""
    for each in verdict.get("findings", ()):
        yield "", each
    for one in _dossiers(verdict):
        for each in one["findings"]:
            yield one["identifier"], each


def _unread(verdict: Verdict) -> frozenset[tuple[str, str, str]]:
    return frozenset(
        (dossier, each["code"], each["subject"]) for dossier, each in _every(verdict) if each.get("unread")
    )


def _left(verdict: Verdict, announced: Collection[str]) -> frozenset[str]:
    """Return the dossiers of which something was not read; where it was of the parcel, all."""
    unread = {dossier for dossier, _code, _subject in _unread(verdict)}
    return frozenset(announced if "" in unread else unread)


def _good(verdict: Verdict, announced: Collection[str]) -> frozenset[str]:
    """Return the dossiers that were found whole and unchanged; an earlier version's codes may be escaped."""
    good = {one["identifier"] for one in _dossiers(verdict) if one["proposal"] in _GOOD}
    return frozenset(good & frozenset(announced)) - _left(verdict, announced)


def _faulty(verdict: Verdict, announced: Collection[str]) -> frozenset[str]:
    good = {one["identifier"] for one in _dossiers(verdict) if one["proposal"] in _GOOD}
    return frozenset(announced) - good
