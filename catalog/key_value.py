"""Keys of dossiers and documents: what else officials look for them by, as persons, parcels, certificates.

A key may have several values. What a person (or an imported list) says of a key stands instead of all that
the machine says of it, also where they say that the key has none; older answers are kept. Keys of a document
share the versions of its fields, those of a dossier its revisions: what somebody else said meanwhile is never
written over.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from catalog import authority, event, findability, recheck, schema
from catalog import dossier as dossiers
from catalog.access import Role, Scope
from catalog.answer import Place, Source, from_kept, on_pages, to_kept
from catalog.described import next_version
from catalog.description import Value
from catalog.dossier import hold_open
from catalog.field_rules import FieldsInvalid
from catalog.field_value import FieldsChanged
from catalog.identifiers import DocumentId, DossierId, PageId, new_id
from catalog.instants import now

LONGEST = 300
"""Characters of one value."""

MOST_VALUES = 500
"""Values of one key: a register book names some hundred people."""

_NONE = ""
"""Kept in force where a person or a list says that a key has no value: the machine is not asked again."""

_NAME = re.compile(r"[a-z][a-z_]{0,31}")


@dataclass(frozen=True)
class KeyValue:
    """One value of a key."""

    name: str  #: person, parcel, map_sheet, certificate, book...
    value: str
    confidence: float  #: 0.0 to 1.0; 1.0 where a person gave it
    evidence: tuple[Place, ...]
    source: Source
    actor: str
    made_at: datetime
    version: int = 0  #: of the document's fields, or revision of the dossier, when it was given


def of_document(conn: Connection, scope: Scope, document: DocumentId) -> list[KeyValue]:
    """Return the keys in force, by name, in the order given.

    Raises:
        DocumentNotFound: there is none that the one who asks may see.
    """
    authority.require_sight(conn, scope, document)
    return _in_force(conn, schema.key_value.c.document_id == document)


def of_dossier(conn: Connection, scope: Scope, dossier: DossierId) -> list[KeyValue]:
    """Return the keys in force of the dossier itself, by name, in the order given.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
    """
    dossiers.find(conn, scope, dossier)
    return _in_force(conn, schema.key_value.c.dossier_id == dossier)


def last_said(conn: Connection, scope: Scope, document: DocumentId, name: str) -> list[KeyValue]:
    """Return what stands in one key now, with one value "" where somebody said that it has none.

    Raises:
        DocumentNotFound, NotAllowed: they may not change it.
    """
    authority.require_archivist(conn, scope, document)
    return [key for key in _said(conn, schema.key_value.c.document_id == document) if key.name == name]


def record_machine(
    conn: Connection,
    scope: Scope,
    keys: Mapping[str, Sequence[Value]],
    *,
    document: DocumentId | None = None,
    dossier: DossierId | None = None,
    pages: Sequence[PageId] = (),
) -> bool:
    """Record what the machine says of one record's keys; return whether anything in force changed.

    A key of which a person or a list said something is left alone. `pages`: those that evidence counts from
    1. The caller holds the record, and lets search look again.
    """
    scope.require(Role.ADMINISTRATOR)
    mine = _of(document, dossier)
    before = _said(conn, mine)
    settled = {key.name for key in before if key.source is not Source.MACHINE}
    rows = [
        {
            "name": name,
            "value": _clean(said.value)[:LONGEST],
            "confidence": round(min(max(said.confidence, 0.0), 1.0), 4),
            "evidence": to_kept(on_pages(said.evidence, pages)),
        }
        for name, values in sorted(keys.items())
        if _NAME.fullmatch(name) and name not in settled
        for said in values[:MOST_VALUES]
        if said.value is not None and _clean(said.value)
    ]
    held = [
        {
            "name": key.name,
            "value": key.value,
            "confidence": key.confidence,
            "evidence": to_kept(key.evidence),
        }
        for key in before
        if key.source is Source.MACHINE
    ]
    if rows == held:
        return False
    _replace(conn, scope, Source.MACHINE, rows, mine, document, dossier, except_names=settled)
    return True


def set_by_person(
    conn: Connection,
    scope: Scope,
    name: str,
    values: Sequence[str],
    *,
    document: DocumentId | None = None,
    dossier: DossierId | None = None,
    source: Source = Source.PERSON,
    base: int,
) -> list[KeyValue]:
    """Let a person (or a list) say which values a key of one record has; return the keys in force now.

    What is in force already stays as it is.

    Args:
        base: the version of the document's fields, or the dossier's revision, that the person saw.

    Raises:
        FieldsChanged: somebody else said something else of this key after `base`; nothing was changed.
        FieldsInvalid: a name that is none, or values that are too long or too many; nothing was changed.
        DocumentNotFound, DossierNotFound, NotAllowed: as `catalog.authority` says.
    """
    kept = [value for value in map(_clean, values) if value]
    if not _NAME.fullmatch(name):
        raise FieldsInvalid({name: "unknown"})
    if len(kept) > MOST_VALUES or any(len(value) > LONGEST for value in kept):
        raise FieldsInvalid({name: "too-long"})
    mine = _of(document, dossier)
    if document is not None:
        authority.require_change(conn, scope, document)
        authority.lock_document(conn, scope, document)
    else:
        assert dossier is not None
        authority.require_archivist_of_dossier(conn, scope, dossier)
        hold_open(conn, scope, [dossier])
    before = [key for key in _said(conn, mine) if key.name == name]
    if source is Source.LIST and any(key.source is Source.PERSON for key in before):
        return _in_force(conn, mine)
    said = [key for key in before if key.source is not Source.MACHINE]
    if said and [key.value for key in said] == (kept or [_NONE]):
        if said[0].source is source:
            return _in_force(conn, mine)
    elif any(key.version > base and key.actor != scope.actor for key in said):
        raise FieldsChanged([name])
    version = _next_version(conn, scope, document, dossier)
    one = {"name": name, "version": version, "confidence": 1.0, "evidence": []}
    rows = [{**one, "value": value} for value in kept or [_NONE]]
    _replace(conn, scope, source, rows, mine, document, dossier, only=name)
    subject = f"document:{document}" if document is not None else f"dossier:{dossier}"
    event.record(conn, scope, "keys-set", subject, {"key": name, "values": len(kept)})
    if document is not None:
        findability.follow(conn, scope, document)
        if [key.value for key in before if key.value] != kept:
            recheck.after_change(conn, scope, document)
    elif dossier is not None:
        findability.follow_dossier(conn, scope, dossier)
    return _in_force(conn, mine)


def among(
    conn: Connection,
    scope: Scope,
    *,
    documents: Collection[DocumentId] = (),
    dossiers: Collection[DossierId] = (),
) -> dict[str, list[KeyValue]]:
    """Return the keys in force of several records, by their id; for the index."""
    scope.require(Role.ADMINISTRATOR)
    key = schema.key_value.c
    found: dict[str, list[KeyValue]] = {}
    for column, names in ((key.document_id, documents), (key.dossier_id, dossiers)):
        if names:
            rows = conn.execute(
                select(schema.key_value)
                .where(column.in_(set(names)), key.superseded_at.is_(None), key.value != _NONE)
                .order_by(key.name, key.id)
            )
            for row in rows:
                found.setdefault(row.document_id or row.dossier_id, []).append(_key(row))
    return found


def _of(document: DocumentId | None, dossier: DossierId | None) -> ColumnElement[bool]:
    if (document is None) == (dossier is None):
        raise ValueError("keys are of a document or of a dossier")
    key = schema.key_value.c
    return key.document_id == document if document is not None else key.dossier_id == dossier


def _in_force(conn: Connection, mine: ColumnElement[bool]) -> list[KeyValue]:
    return [key for key in _said(conn, mine) if key.value != _NONE]


def _said(conn: Connection, mine: ColumnElement[bool]) -> list[KeyValue]:
    key = schema.key_value.c
    rows = conn.execute(
        select(schema.key_value).where(mine, key.superseded_at.is_(None)).order_by(key.name, key.id)
    )
    return [_key(row) for row in rows]


def _key(row: Any) -> KeyValue:
    return KeyValue(
        row.name,
        row.value,
        row.confidence,
        from_kept(row.evidence),
        Source(row.source),
        row.actor,
        row.made_at,
        row.version,
    )


def _next_version(
    conn: Connection, scope: Scope, document: DocumentId | None, dossier: DossierId | None
) -> int:
    if document is not None:
        return next_version(conn, scope, document)
    now_at = select(schema.dossier.c.revision).where(schema.dossier.c.id == dossier)
    return int(conn.execute(now_at).scalar_one()) + 1  # `follow_dossier` counts it


def _replace(
    conn: Connection,
    scope: Scope,
    source: Source,
    rows: Sequence[Mapping[str, Any]],
    mine: ColumnElement[bool],
    document: DocumentId | None,
    dossier: DossierId | None,
    *,
    only: str | None = None,
    except_names: Collection[str] = (),
) -> None:
    key, moment = schema.key_value, now()
    old = key.update().where(mine, key.c.superseded_at.is_(None), key.c.name.not_in(list(except_names)))
    conn.execute((old.where(key.c.name == only) if only else old).values(superseded_at=moment))
    if rows:
        of = {"document_id": document, "dossier_id": dossier}
        by = {"source": source.value, "actor": scope.actor, "made_at": moment, "superseded_at": None}
        conn.execute(key.insert(), [{"id": new_id(), **of, **by, **row} for row in rows])


def _clean(value: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", value or "").split())
