"""What the checks say of each dossier that came, where a decision must not pass over it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from catalog.access import Scope
from catalog.harmless import harmless
from catalog.transfer import Transfer
from catalog.transfer_item import Item
from catalog.transfer_sample import Mark, parcels
from luutru.errors import Conflict

AGAINST = ("hold", "return")
"""Proposals that speak against accepting."""


class PackageNotHere(Conflict):
    """A dossier cannot be accepted whose package has not come, or was not checked."""

    slug = "package-not-here"


class ChecksAgainst(Conflict):
    """The checks speak against it, or were not all made: accept it with a reason, or decide otherwise."""

    slug = "checks-against"


@dataclass(frozen=True)
class Looked:
    """What the checks say of one dossier."""

    proposal: str  #: accept, look, reserve, hold, return, ...
    here: bool  #: its package lies in the parcel
    note: str = ""  #: what whoever decides should know, in the middle of a sentence
    unread: bool = False  #: something of it or around it could not be read
    at: datetime | None = None  #: when the checks of its parcel came to that


NOT_LOOKED = Looked("awaited", False)
ESCAPED = Looked("hold", False, " (checked by an earlier version, which spelt it otherwise: check it again)")
"""Of a code that only earlier versions kept with escapes: whose checks these are can no longer be told."""
Verdicts = Mapping[tuple[int, str], Looked]
"""What was said, by number of the parcel and identifier of the dossier."""


def verdicts(conn: Connection, scope: Scope, transfer: Transfer) -> Verdicts | None:
    """Return what the checks, and people who saw the sample, say of each dossier.

    None: nothing is checked here; what goes elsewhere is written down from a paper or a receipt.
    """
    if transfer.direction != "in" and transfer.route != "inside":
        return None
    return {
        (row.number, one["identifier"]): Looked(
            one["proposal"], bool(one["folder"]), unread=_unread(row.verdict) or _unread(one), at=row.at
        )
        for row in parcels(conn, scope, transfer.id)
        if row.state == "checked" and row.verdict
        for one in row.verdict.get("dossiers", ())
    }


def _unread(told: Mapping[str, Any]) -> bool:
    return any(each.get("unread") for each in told.get("findings", ()))


def require_here(transfer: Transfer, item: Item, told: Verdicts | None) -> None:
    """Pass if the package of a dossier that is to be accepted lies here; one of paper alone has none.

    Inside one installation nothing has to come.

    Raises:
        PackageNotHere: it does not.
    """
    if transfer.direction != "in":
        return
    if told is not None and item.digest is not None and not _looked(item, told).here:
        raise PackageNotHere(
            f"{harmless(item.identifier)}: its package is not here; it cannot be accepted"
            f"{_looked(item, told).note}"
        )


def require_for(item: Item, told: Verdicts | None) -> None:
    """Pass if the checks do not speak against accepting a dossier, and all that was to be read was.

    Raises:
        ChecksAgainst: they do, or something was not read: nothing verifies it again once it is accepted.
    """
    if told is None or item.digest is None:
        return
    looked = _looked(item, told)
    if looked.proposal in AGAINST:
        raise ChecksAgainst(
            f"{harmless(item.identifier)}: the checks say {looked.proposal}{looked.note}; accepted all the "
            "same, it needs a reason"
        )
    if looked.unread:
        raise ChecksAgainst(
            f"{harmless(item.identifier)}: something of it could not be read: check it again; "
            "accepted all the same, it needs a reason"
        )


def require_still_for(item: Item, told: Verdicts | None, seen: Mark | None) -> None:
    """Pass if nothing speaks against a dossier that was accepted, or it was accepted for a reason after that.

    `seen`: what a person saw of it in the sample; None: nobody looked.

    Raises:
        ChecksAgainst: something does, and nobody said why it is accepted all the same.
    """
    looked = _looked(item, told) if told is not None else NOT_LOOKED
    since = [looked.at, seen.at if seen is not None and seen.outcome == "failed" else None]
    decided = item.decided_at
    if item.reason is None or any(at and (decided is None or at > decided) for at in since):
        require_for(item, told)


def _looked(item: Item, told: Verdicts) -> Looked:
    number, shown = item.parcel or 0, harmless(item.identifier)
    escaped = shown != item.identifier and (number, shown) in told
    return told.get((number, item.identifier), ESCAPED if escaped else NOT_LOOKED)
