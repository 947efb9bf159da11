"""What people saw of the dossiers that were drawn for them to look at: check R7 of what came.

A mark is of the parcel as it lay there: where another one takes its place, nobody has looked at that yet.
Under one list a dossier that was whole is the same one, and its mark stays; that of a spoilt one goes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from catalog import event, schema, transfer_parcel
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.harmless import harmless
from catalog.identifiers import TransferId, TransferItemId
from catalog.instants import now
from catalog.transfer_item import items
from catalog.transfer_parcel import ParcelRow
from catalog.transfer_state import State, require_state
from luutru.errors import Conflict, InvalidInput

OUTCOMES = ("passed", "failed")
LONGEST_NOTE = 1000

LEVEL, CODE = "R7", "sample"
"""How the check is called in a verdict (`handover.report`)."""

_FOR = ("accept", "look", "reserve")
"""Proposals that do not stand against what a person saw."""
_HELD = "hold"
"""Proposal for what nobody may open: a secret mark, a virus, a package that is unsafe."""
_MARK = "secret-mark"
_LOOKED_THROUGH = frozenset({_MARK, "package-unread"})
"""Checks of the words of a dossier, and whether they could be read: unless they passed, nobody opens it."""
_NOT_PASSED = ("failed", "could-not-run")
_WORST = ("failed", "could-not-run", "passed", "not-asked")


class SampleMarkInvalid(InvalidInput):
    """A mark that is neither passed nor failed, or says failed without a word why."""

    slug = "sample-mark-invalid"


class SampleNotHere(Conflict):
    """Nothing to look at: the parcel has not come, nothing checked it yet, or the checks hold the dossier."""

    slug = "sample-not-here"


@dataclass(frozen=True)
class Mark:
    """What a person saw of one dossier."""

    item: TransferItemId
    digest: str  #: of the parcel that they looked at
    outcome: str  #: passed or failed
    note: str
    by: str
    at: datetime

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "Mark":
        """Build from a row of `schema.transfer_sample`."""
        r = row._mapping
        return cls(
            TransferItemId(r["item_id"]), r["digest"], r["outcome"], r["note"], r["looked_by"], r["looked_at"]
        )


def mark(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    item: TransferItemId,
    outcome: str,
    note: str = "",
) -> Mark:
    """Write down what a person of the receiver saw of a dossier; a second look takes the first one's place.

    Raises:
        SampleMarkInvalid, SampleNotHere: as they say.
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    note = note.strip()
    if outcome not in OUTCOMES or len(note) > LONGEST_NOTE:
        raise SampleMarkInvalid(f"passed or failed, and at most {LONGEST_NOTE} characters")
    if outcome == "failed" and not note:
        raise SampleMarkInvalid("failed: say what is wrong")
    found = transfers.held(conn, scope, transfer)
    transfers.require_receiver(scope, found)
    require_state(found.number, found.state, State.DELIVERED, State.UNDER_CHECK)
    one = next((each for each in items(conn, scope, transfer) if each.id == item), None)
    row = next(
        (r for r in transfer_parcel.parcels(conn, scope, transfer) if one and r.number == one.parcel), None
    )
    digest = seen_digest(row)
    if one is None or one.withheld or not digest or is_held(found, row, one.identifier):
        raise SampleNotHere("there is nothing of this dossier to look at here")
    table = schema.transfer_sample
    conn.execute(table.delete().where(table.c.item_id == item))
    made = Mark(item, digest, outcome, note, scope.actor, now())
    conn.execute(
        table.insert().values(
            item_id=item,
            digest=digest,
            outcome=outcome,
            note=note,
            looked_by=made.by,
            looked_at=made.at,
        )
    )
    event.record(conn, scope, f"sample-{outcome}", f"transfer:{transfer}", {"item": item, "parcel": digest})
    return made


def forget(
    conn: Connection, scope: Scope, transfer: TransferId, parcel: int, identifiers: Collection[str]
) -> None:
    """Let go of what people saw of dossiers in whose place others come; the log has it. Twice is harmless.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    inside = items(conn, scope, transfer, parcel=parcel)
    mine = sorted(one.id for one in inside if one.identifier in identifiers)
    table = schema.transfer_sample
    if conn.execute(table.delete().where(table.c.item_id.in_(mine))).rowcount:
        event.record(conn, scope, "sample-outdated", f"transfer:{transfer}", {"items": mine})


def seen_digest(row: ParcelRow | None) -> str:
    """Return the digest of a parcel as it lies here by its verdict; "" where nothing was checked."""
    if row is None or row.state != "checked" or not row.verdict:
        return ""
    return str(row.verdict.get("digest", ""))


def is_held(transfer: transfers.Transfer, row: ParcelRow | None, identifier: str) -> bool:
    """Return whether the checks hold a dossier: then nobody opens it for a sample, not even a custodian.

    So it is where its words were not looked through for a secret mark, for whatever reason and whatever is
    proposed for it; inside one installation that was done before it was sealed.
    """
    came = transfer.direction == "in"
    told = (row.verdict or {}).get("dossiers", ()) if row is not None else ()
    own = [one for one in told if one["identifier"] == identifier]
    escaped = [one for one in told if one["identifier"] == harmless(identifier)]
    return any(_holds(one, came=came) for one in own or escaped)  # escapes: earlier versions kept them


def _holds(dossier: Mapping[str, Any], *, came: bool) -> bool:
    found = dossier.get("findings", ())
    looked = {each["outcome"] for each in found if each["code"] == _MARK}
    if dossier["proposal"] == _HELD or (came and looked != {"passed"}):
        return True
    return any(each["code"] in _LOOKED_THROUGH and each["outcome"] in _NOT_PASSED for each in found)


def marks(
    conn: Connection, scope: Scope, transfer: TransferId, rows: Iterable[ParcelRow]
) -> dict[TransferItemId, Mark]:
    """Return what people saw of a handover's parcels as they lie here now, by dossier.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    transfers.find(conn, scope, transfer)
    here = {row.number: seen_digest(row) for row in rows}
    item, sample = schema.transfer_item.c, schema.transfer_sample
    seen = conn.execute(
        select(sample, item.parcel)
        .join_from(sample, schema.transfer_item, item.id == sample.c.item_id)
        .where(item.transfer_id == transfer)
    )
    found = [(Mark.from_row(row), row.parcel) for row in seen]
    return {one.item: one for one, parcel in found if one.digest == here.get(parcel)}


def parcels(conn: Connection, scope: Scope, transfer: TransferId) -> list[ParcelRow]:
    """Return the parcels of a handover, with what people saw as check R7 of their verdicts.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    rows = transfer_parcel.parcels(conn, scope, transfer)
    seen = marks(conn, scope, transfer, rows)
    if not seen:
        return rows
    inside: dict[int, dict[str, Mark]] = {}
    for one in items(conn, scope, transfer):
        if one.id in seen:
            inside.setdefault(one.parcel or 0, {})[one.identifier] = seen[one.id]
    return [_with(row, inside.get(row.number, {})) for row in rows]


def _with(row: ParcelRow, seen: Mapping[str, Mark]) -> ParcelRow:
    if not row.verdict or not seen:
        return row
    dossiers = [
        _told(one, seen[one["identifier"]]) if one["identifier"] in seen else one
        for one in row.verdict["dossiers"]
    ]
    whole = _worst([*(each["outcome"] for each in dossiers), *_outcomes(row.verdict["findings"])])
    return replace(row, verdict={**row.verdict, "dossiers": dossiers, "outcome": whole})


def _told(dossier: Mapping[str, Any], seen: Mark) -> dict[str, Any]:
    kept = [each for each in dossier["findings"] if each["level"] != LEVEL]
    found = {"level": LEVEL, "code": CODE, "outcome": seen.outcome, "subject": "", "detail": seen.note}
    against = seen.outcome == "failed" and dossier["proposal"] in _FOR
    return {
        **dossier,
        "findings": [*kept, found],
        "outcome": _worst(_outcomes([*kept, found])),
        "proposal": "return" if against else dossier["proposal"],
    }


def _outcomes(findings: list[Mapping[str, Any]]) -> list[str]:
    return [each["outcome"] for each in findings]


def _worst(outcomes: list[str]) -> str:
    return min(outcomes, key=_WORST.index, default="not-asked")
