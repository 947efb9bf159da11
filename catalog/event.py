"""What happened, in an order of its own: who did what to which record, and by what right."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from catalog import schema
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import EventId, new_id
from catalog.instants import now


@dataclass(frozen=True)
class Event:
    """One act, as recorded; the payload is canonical JSON and never holds a record's text."""

    id: EventId
    at: datetime
    actor: str
    kind: str
    subject: str  #: table:id
    instrument: str | None  #: the decision or article behind it
    payload: str


def record(
    conn: Connection,
    scope: Scope,
    kind: str,
    subject: str,
    payload: Mapping[str, Any] | None = None,
    *,
    instrument: str | None = None,
) -> EventId:
    """Write down that `scope.actor` did `kind` to `subject`, in the caller's transaction."""
    row = _row(scope, kind, subject, payload, instrument)
    conn.execute(schema.event.insert().values(**row))
    return EventId(row["id"])


def record_all(
    conn: Connection, scope: Scope, kind: str, told: Sequence[tuple[str, Mapping[str, Any]]]
) -> None:
    """Write down that `scope.actor` did `kind` to each subject of `told`, with its payload, in that order."""
    if told:
        rows = [_row(scope, kind, subject, payload, None) for subject, payload in told]
        conn.execute(schema.event.insert(), rows)


def _row(
    scope: Scope, kind: str, subject: str, payload: Mapping[str, Any] | None, instrument: str | None
) -> dict[str, Any]:
    text = json.dumps(payload or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "id": new_id(),
        "at": now(),
        "actor": scope.actor,
        "kind": kind,
        "subject": subject,
        "instrument": instrument,
        "payload": text,
        "payload_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def events(conn: Connection, scope: Scope, subject: str, *, limit: int = 100) -> list[Event]:
    """Return the newest events about `subject` (table:id), for those who keep the whole archive.

    Raises:
        NotAllowed: the one who asks is no archivist, or not of all units: a subject may be of any.
    """
    if not scope.may_everywhere(Role.ARCHIVIST):
        raise NotAllowed(f"{scope.actor} is not an archivist of every unit")
    rows = conn.execute(
        select(schema.event)
        .where(schema.event.c.subject == subject)
        .order_by(schema.event.c.id.desc())
        .limit(limit)
    )
    return [
        Event(EventId(row.id), row.at, row.actor, row.kind, row.subject, row.instrument, row.payload)
        for row in rows
    ]
