"""The log of events as a chain: each sealed event names the one before it, and a tree stands over them all.

Events are written in the transactions of whoever acts, and none waits for another there. One sealer at a
time gives them, shortly after, their place: a sequence number, the link of the event before, and a link of
their own over both and all that the event says (of its data the digest, so that data which must lawfully be
forgotten breaks no chain). Links are the leaf hashes of an RFC 6962 tree. Until it is sealed an event is as
safe as the database; `luutru.sealing` says how long that is.

Who can write to the database can chain it anew from the first change on. What they cannot change is a
checkpoint that somebody else holds: then the root differs, or the log is shorter than it was.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from catalog import merkle, schema
from catalog.access import NotAllowed, Role, Scope
from catalog.checkpoint import Checkpoint
from catalog.instants import now
from catalog.register import lock_subject
from luutru.errors import Conflict, IntegrityError

AT_ONCE = 500
"""Events sealed in one transaction: on an embedded register nobody else writes meanwhile, about 20 ms."""

MOST_NAMED = 100
"""Missing numbers told one by one; of a longer gap, its ends."""


class NotYetSoFar(Conflict):
    """The log is shorter than the checkpoint: there is nothing to prove, `verify` tells the fault."""

    slug = "checkpoint-beyond-log"


class LogDamaged(IntegrityError):
    """The log cannot be reckoned up as it stands; `verify` tells what was done to it."""

    slug = "audit-log-damaged"


@dataclass(frozen=True)
class ChainFault:
    """One thing that is wrong with the log; `code` is stable."""

    code: str
    subject: str  #: event:<id>, sequence:<number>, checkpoint:<size>
    detail: str


@dataclass(frozen=True)
class Verified:
    """What a look through the whole log came to."""

    checkpoint: Checkpoint  #: of what is there now
    unsealed: int  #: events that the chain does not cover yet
    faults: tuple[ChainFault, ...]


def entry(row: Any, sequence: int, previous: str) -> bytes:
    """Return what an event's link is taken over: canonical JSON."""
    told = {
        "actor": row.actor,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "id": row.id,
        "instrument": row.instrument,
        "kind": row.kind,
        "payload_sha256": row.payload_sha256,
        "previous": previous,
        "sequence": sequence,
        "subject": row.subject,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def has_unsealed(conn: Connection, scope: Scope) -> bool:
    """Return whether some event waits to be sealed."""
    scope.require(Role.ADMINISTRATOR)
    event = schema.event.c
    return conn.execute(select(event.id).where(event.sequence.is_(None)).limit(1)).first() is not None


def seal(conn: Connection, scope: Scope, *, limit: int = AT_ONCE) -> int:
    """Give the oldest `limit` events that lack it their place in the chain; return how many.

    One sealer at a time: another one waits until this transaction ends.
    """
    scope.require(Role.ADMINISTRATOR)
    lock_subject(conn, "event-chain")
    table, event = schema.event, schema.event.c
    last = conn.execute(
        select(event.sequence, event.link)
        .where(event.sequence.is_not(None))
        .order_by(event.sequence.desc())
        .limit(1)
    ).first()
    sequence, previous = (last.sequence, last.link) if last is not None else (0, "")
    rows = conn.execute(select(table).where(event.sequence.is_(None)).order_by(event.id).limit(limit)).all()
    places = []
    for row in rows:
        sequence += 1
        link = merkle.leaf_hash(entry(row, sequence, previous)).hex()
        places.append({"of": row.id, "at_place": sequence, "before": previous, "own": link})
        previous = link
    if places:
        conn.execute(
            table.update()
            .where(event.id == bindparam("of"))
            .values(sequence=bindparam("at_place"), previous=bindparam("before"), link=bindparam("own")),
            places,
        )
    return len(places)


def seal_all(conn: Connection, scope: Scope) -> int:
    """Seal whatever waits, this transaction's own events too; return how many."""
    done = 0
    while count := seal(conn, scope):
        done += count
    return done


def checkpoint(conn: Connection, scope: Scope, size: int | None = None) -> Checkpoint:
    """Return the checkpoint of all that is sealed, or of its first `size` events.

    A million links take about three seconds.

    Raises:
        LogDamaged: something in it is no link.
        NotAllowed: the one who asks does not keep the whole archive.
    """
    _require_all(scope)
    tree, log = merkle.Growing(), ""
    for link in _links(conn, size):
        log = log or link[:16]
        tree.add(bytes.fromhex(link))
    return Checkpoint(tree.size, tree.root.hex(), log, now())


def prove(conn: Connection, scope: Scope, first: int, second: int) -> tuple[str, ...]:
    """Return the proof (RFC 6962, hex) that the log of `second` events goes on from the one of `first`.

    Raises:
        NotYetSoFar: there are not so many sealed events.
        LogDamaged: something in it is no link.
        NotAllowed: the one who asks does not keep the whole archive.
    """
    _require_all(scope)
    leaves = [bytes.fromhex(link) for link in _links(conn, second)]
    if len(leaves) < second or first > second:
        raise NotYetSoFar(f"asked for a proof from {first} to {second} events; {len(leaves)} are sealed")
    return tuple(part.hex() for part in merkle.consistency(leaves, first))


def is_proved(first: Checkpoint, second: Checkpoint, proof: Sequence[str]) -> bool:
    """Return whether `proof` shows that the log of `second` goes on from that of `first`."""
    parts = [bytes.fromhex(part) for part in proof]
    was, now_is = bytes.fromhex(first.root), bytes.fromhex(second.root)
    return merkle.is_consistent(first.size, was, second.size, now_is, parts)


def verify(conn: Connection, scope: Scope, held: Sequence[Checkpoint] = ()) -> Verified:
    """Look through the whole log, and hold it against checkpoints that were kept elsewhere.

    Raises:
        NotAllowed: the one who asks does not keep the whole archive.
    """
    _require_all(scope)
    event = schema.event.c
    faults: list[ChainFault] = []
    tree, roots, log = merkle.Growing(), {0: merkle.EMPTY.hex()}, ""
    sizes = {one.size for one in held}
    place, before, whole = 0, "", True
    sealed = select(schema.event).where(event.sequence.is_not(None)).order_by(event.sequence)
    for row in conn.execute(sealed.execution_options(yield_per=1000)):
        if row.sequence != place + 1:
            faults += _out_of_place(row, place)
            whole = False
        elif row.previous != before:
            faults.append(
                ChainFault(
                    "audit-chain-broken",
                    f"event:{row.id}",
                    f"event {row.sequence} names {(row.previous or '')[:16] or 'nothing'} before it, "
                    f"found {before[:16] or 'nothing'}",
                )
            )
        own = merkle.leaf_hash(entry(row, row.sequence, row.previous or "")).hex()
        if own != row.link:
            faults.append(_changed(row, "who, when, what or where"))
        elif hashlib.sha256(row.payload.encode()).hexdigest() != row.payload_sha256:
            faults.append(_changed(row, "its data"))
        link = row.link if _is_link(row.link) else own  # what stands there may be anything
        place, before, log = max(row.sequence, place), link, log or link[:16]
        tree.add(bytes.fromhex(link))
        if place in sizes:
            roots[place] = tree.root.hex()
    unsealed = conn.execute(select(func.count()).where(event.sequence.is_(None))).scalar_one()
    found = Checkpoint(place, tree.root.hex(), log, now())
    for one in held:
        faults += _held_against(one, found, roots.get(one.size), whole=whole)
    return Verified(found, unsealed, tuple(faults))


def _held_against(
    one: Checkpoint, found: Checkpoint, root: str | None, *, whole: bool
) -> Iterator[ChainFault]:
    subject = f"checkpoint:{one.size}"
    if one.log and found.log and one.log != found.log:
        yield ChainFault("audit-other-log", subject, f"of log {one.log}, this one is {found.log}")
    elif one.size > found.size:
        gone = one.size - found.size
        yield ChainFault(
            "audit-tail-truncated",
            subject,
            f"the log had {one.size} events and has {found.size}: {gone} lack",
        )
    elif whole and root != one.root:  # with a gap, which was told, no root can be had
        yield ChainFault(
            "audit-history-rewritten",
            subject,
            f"its first {one.size} events had root {one.root[:16]} and have {(root or 'none')[:16]}",
        )


def _out_of_place(row: Any, place: int) -> list[ChainFault]:
    """Return what is wrong where an event does not stand right after number `place`: at least one fault."""
    if row.sequence > place + 1:
        return _missing(place + 1, row.sequence - 1)
    told = f"it stands at {row.sequence}, after {place}"
    return [ChainFault("audit-event-doubled", f"event:{row.id}", told)]


def _is_link(text: str | None) -> bool:
    return text is not None and re.fullmatch(r"[0-9a-f]{64}", text) is not None


def _missing(first: int, last: int) -> list[ChainFault]:
    if last - first >= MOST_NAMED:
        named = f"events {first} to {last} lack"
        return [ChainFault("audit-event-removed", f"sequence:{first}-{last}", named)]
    return [
        ChainFault("audit-event-removed", f"sequence:{number}", f"event {number} lacks")
        for number in range(first, last + 1)
    ]


def _changed(row: Any, what: str) -> ChainFault:
    return ChainFault(
        "audit-event-changed", f"event:{row.id}", f"event {row.sequence} is not as sealed: {what}"
    )


def _links(conn: Connection, most: int | None = None) -> Iterator[str]:
    event = schema.event.c
    wanted = select(event.link).where(event.sequence.is_not(None)).order_by(event.sequence)
    if most is not None:
        wanted = wanted.limit(most)
    with conn.execute(wanted.execution_options(yield_per=5000)) as rows:
        for link in rows.scalars():
            if not _is_link(link):
                raise LogDamaged("a link of the log is no digest; `luutru audit verify` tells which event")
            yield link


def _require_all(scope: Scope) -> None:
    if not scope.may_everywhere(Role.ARCHIVIST):
        raise NotAllowed(f"{scope.actor} does not keep the whole archive")
