"""The values of a document's fields: every answer that was ever given, by whom, and the one in force.

In force is the newest of a person, else of an imported list, else of the machine; what a person takes back
counts no longer. Nothing is ever overwritten: who said what, and when, is kept for ever.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, select

from catalog import authority, event, findability, recheck, schema
from catalog.access import Role, Scope
from catalog.answer import Place, Source, from_kept, on_pages, to_kept
from catalog.described import next_version
from catalog.description import CONFIDENT, FIELDS, Value
from catalog.field_rules import FieldsInvalid, cleaned, with_parts
from catalog.identifiers import DocumentId, PageId, new_id
from catalog.instants import now
from luutru.errors import Conflict

LONGEST = 4000
"""Characters of a machine's value that are kept; no field is longer, broken readings may be."""

MOST_ALTERNATIVES = 10


class FieldsChanged(Conflict):
    """Somebody else changed a value meanwhile; nothing was changed. Look at it and say it again."""

    slug = "fields-changed"

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(f"somebody else changed meanwhile: {', '.join(sorted(names))}")
        self.names = tuple(sorted(names))


@dataclass(frozen=True)
class FieldValue:
    """One answer."""

    name: str
    value: str | None  #: None: there is none, or a person must give it
    confidence: float  #: 0.0 to 1.0; 1.0 where a person gave it
    evidence: tuple[Place, ...]
    alternatives: tuple[str, ...]
    asked: bool  #: a person must give it
    source: Source
    actor: str
    made_at: datetime
    version: int  #: of the description with this answer
    in_force: bool
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None

    @property
    def confident(self) -> bool:
        """It may be taken without a look."""
        return self.value is not None and (self.source is not Source.MACHINE or self.confidence >= CONFIDENT)

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "FieldValue":
        """Build from a row of `schema.field_value`."""
        r = row._mapping
        return cls(
            r["name"],
            r["value"],
            r["confidence"],
            from_kept(r["evidence"]),
            tuple(r["alternatives"]),
            r["asked"],
            Source(r["source"]),
            r["actor"],
            r["made_at"],
            r["version"],
            r["superseded_at"] is None,
            r["withdrawn_by"],
            r["withdrawn_at"],
        )


@dataclass(frozen=True)
class Fields:
    """What is known of a document now; `version` goes with every change that is asked for."""

    document: DocumentId
    version: int
    state: str  #: waiting, described or held: how far the machine is
    reason: str | None  #: why it is held
    starts: tuple[PageId, ...]  #: first pages of the documents that seem to lie in it, if several
    values: Mapping[str, FieldValue]  #: in force, in the order of `FIELDS`; names without answer are absent

    def text(self, name: str) -> str | None:
        """Return the value in force, if there is one."""
        found = self.values.get(name)
        return found.value if found else None


def current(conn: Connection, scope: Scope, document: DocumentId) -> Fields:
    """Return what is known of the document now.

    Raises:
        DocumentNotFound: there is none that the one who asks may see.
    """
    authority.require_sight(conn, scope, document)
    return _current(conn, document)


def history(
    conn: Connection, scope: Scope, document: DocumentId, name: str | None = None
) -> list[FieldValue]:
    """Return every answer ever given (for `name`; None: for all fields), newest first.

    Raises:
        DocumentNotFound: there is none that the one who asks may see.
    """
    authority.require_sight(conn, scope, document)
    value = schema.field_value.c
    query = select(schema.field_value).where(value.document_id == document)
    if name is not None:
        query = query.where(value.name == name)
    rows = conn.execute(query.order_by(value.version.desc(), value.name, value.id.desc()))
    return [FieldValue.from_row(row) for row in rows]


def record_machine(
    conn: Connection,
    scope: Scope,
    document: DocumentId,
    values: Mapping[str, Value],
    *,
    pages: Sequence[PageId],
    follow: bool = False,
) -> None:
    """Record what the machine says; a person's and a list's values stay in force.

    Fields it said something of before and says nothing of now have no value by it. The same answer again adds
    nothing. `pages`: those that evidence counts from 1. `follow`: let search look again in any case. The
    caller holds the document (`authority.lock_document`).
    """
    scope.require(Role.ADMINISTRATOR)
    before = _newest(conn, document, Source.MACHINE)
    rows = {
        name: {
            "value": said.value[:LONGEST] if said.value is not None else None,
            "confidence": round(min(max(said.confidence, 0.0), 1.0), 4),
            "evidence": to_kept(on_pages(said.evidence, pages)),
            "alternatives": [other[:LONGEST] for other in said.alternatives[:MOST_ALTERNATIVES]],
            "asked": said.asked,
        }
        for name, said in values.items()
        if name in FIELDS and (said.value is not None or said.asked or said.alternatives)
    }
    for name in before.keys() - rows.keys():
        rows[name] = {"value": None, "confidence": 0.0, "evidence": [], "alternatives": [], "asked": False}
    news = {name: row for name, row in rows.items() if name not in before or _differs(row, before[name])}
    changed = _add(conn, scope, document, Source.MACHINE, news)
    if changed or follow:
        findability.follow(conn, scope, document)


def set_by_person(
    conn: Connection,
    scope: Scope,
    document: DocumentId,
    values: Mapping[str, str | None],
    *,
    base: int,
    places: Mapping[str, Sequence[Place]] | None = None,
) -> Fields:
    """Let a person say what stands in some fields; None: there is nothing. Return what is known now.

    A code brings its number and notation along, and they it. What is in force already stays as it is.

    Args:
        base: the version that the person saw.
        places: where on the page it stands; without it, what was shown before stays.

    Raises:
        FieldsInvalid: values that cannot stand there, each named; nothing was changed.
        FieldsChanged: somebody else set one of these fields after `base`; nothing was changed.
        DocumentNotFound, NotAllowed: as `authority.require_change` says.
    """
    authority.require_change(conn, scope, document)
    wanted = cleaned(values)
    authority.lock_document(conn, scope, document)
    before = _current(conn, document)
    wanted = cleaned(with_parts(wanted, {name: held.value for name, held in before.values.items()}))
    _refuse_overtaken(before, wanted, base, scope.actor)
    _refuse_elsewhere(conn, document, places or {})
    rows = {}
    for name, value in wanted.items():
        held = before.values.get(name)
        if held is not None and held.source is Source.PERSON and held.value == value:
            continue
        shown = (places or {}).get(name)
        if shown is None:
            shown = held.evidence if held is not None and value is not None else ()
        rows[name] = _of_person(value, shown)
    return _by_person(conn, scope, before, rows, "fields-set")


def confirm(
    conn: Connection, scope: Scope, document: DocumentId, names: Collection[str], *, base: int
) -> Fields:
    """Let a person accept what is in force in those fields: it becomes theirs. Return what is known now.

    What a person gave already stays as it is.

    Raises:
        FieldsChanged: one of them changed after `base`, by whomever; nothing was changed.
        FieldsInvalid: the value cannot stand there, or there is none and a person must give it.
        DocumentNotFound, NotAllowed: as `authority.require_change` says.
    """
    authority.require_change(conn, scope, document)
    authority.lock_document(conn, scope, document)
    before = _current(conn, document)
    unknown = {name: "unknown" for name in names if name not in FIELDS}
    chosen = {name: before.values[name] for name in names if name in before.values}
    asked = {name: "needs-value" for name, held in chosen.items() if held.value is None and held.asked}
    if unknown or asked:
        raise FieldsInvalid(unknown | asked)
    newer = [name for name, held in chosen.items() if held.version > base and held.actor != scope.actor]
    if newer:
        raise FieldsChanged(newer)
    kept = cleaned({name: held.value for name, held in chosen.items()})
    rows = {
        name: _of_person(kept[name], held.evidence)
        for name, held in chosen.items()
        if held.source is not Source.PERSON
    }
    return _by_person(conn, scope, before, rows, "fields-confirmed")


def withdraw(
    conn: Connection, scope: Scope, document: DocumentId, names: Collection[str], *, base: int
) -> Fields:
    """Take back what people said last in those fields; what was in force before is so again.

    Raises:
        FieldsChanged: somebody else set one of them after `base`; nothing was changed.
        DocumentNotFound, NotAllowed: as `authority.require_change` says.
    """
    authority.require_change(conn, scope, document)
    authority.lock_document(conn, scope, document)
    before = _current(conn, document)
    mine = {name: held for name, held in before.values.items() if held.source is Source.PERSON}
    taken = {name: held for name, held in mine.items() if name in names}
    newer = [name for name, held in taken.items() if held.version > base and held.actor != scope.actor]
    if newer:
        raise FieldsChanged(newer)
    if not taken:
        return before
    value = schema.field_value
    conn.execute(
        value.update()
        .where(value.c.document_id == document, value.c.name.in_(taken), value.c.superseded_at.is_(None))
        .values(withdrawn_at=now(), withdrawn_by=scope.actor)
    )
    next_version(conn, scope, document)
    put_in_force(conn, scope, document, taken)
    event.record(conn, scope, "fields-withdrawn", f"document:{document}", {"fields": sorted(taken)})
    findability.follow(conn, scope, document)
    return _after(conn, scope, before)


def set_from_list(
    conn: Connection, scope: Scope, document: DocumentId, values: Mapping[str, str | None]
) -> Fields:
    """Record what an imported list says; it beats the machine, and never a person.

    Raises:
        FieldsInvalid: values that cannot stand there, each named; nothing was changed.
        DocumentNotFound, NotAllowed: as `authority.require_change` says.
    """
    authority.require_change(conn, scope, document)
    wanted = cleaned(with_parts(cleaned(values), {}))
    authority.lock_document(conn, scope, document)
    seen, before = _current(conn, document), _newest(conn, document, Source.LIST)
    rows = {name: _of_person(value, ()) for name, value in wanted.items()}
    news = {
        name: row for name, row in rows.items() if name not in before or before[name].value != row["value"]
    }
    if news:
        changed = _add(conn, scope, document, Source.LIST, news)
        event.record(conn, scope, "fields-imported", f"document:{document}", {"fields": sorted(news)})
        if changed:
            findability.follow(conn, scope, document)
    return _after(conn, scope, seen)


# --- how it is kept -------------------------------------------------------------------------------------


def _of_person(value: str | None, places: Sequence[Place]) -> dict[str, Any]:
    return {
        "value": value,
        "confidence": 1.0,
        "evidence": to_kept(places),
        "alternatives": [],
        "asked": False,
    }


def _differs(row: Mapping[str, Any], before: FieldValue) -> bool:
    kept = _of_person(before.value, before.evidence) | {
        "confidence": before.confidence,
        "alternatives": list(before.alternatives),
        "asked": before.asked,
    }
    return row != kept


def _refuse_overtaken(before: Fields, wanted: Mapping[str, str | None], base: int, actor: str) -> None:
    """Raise FieldsChanged where another person or a list set a wanted field to something else after `base`.

    The machine may say something new meanwhile: a person beats it anyway.
    """
    newer = [
        name
        for name, value in wanted.items()
        if (held := before.values.get(name)) is not None
        and held.version > base
        and held.source is not Source.MACHINE
        and held.actor != actor
        and held.value != value
    ]
    if newer:
        raise FieldsChanged(newer)


def _refuse_elsewhere(conn: Connection, document: DocumentId, places: Mapping[str, Sequence[Place]]) -> None:
    """Raise FieldsInvalid where a value is said to stand on a page of another document."""
    if not places:
        return
    page = schema.page.c
    mine = set(conn.execute(select(page.id).where(page.document_id == document)).scalars())
    elsewhere = {
        name: "other-page" for name, shown in places.items() if any(place.page not in mine for place in shown)
    }
    if elsewhere:
        raise FieldsInvalid(elsewhere)


def _by_person(
    conn: Connection, scope: Scope, before: Fields, rows: Mapping[str, dict[str, Any]], kind: str
) -> Fields:
    if rows:
        _add(conn, scope, before.document, Source.PERSON, rows)
        event.record(conn, scope, kind, f"document:{before.document}", {"fields": sorted(rows)})
        findability.follow(conn, scope, before.document)
    return _after(conn, scope, before)


def _after(conn: Connection, scope: Scope, before: Fields) -> Fields:
    after = _current(conn, before.document)
    if any(before.text(name) != after.text(name) for name in FIELDS):  # accepting alone changes none
        recheck.after_change(conn, scope, before.document)
    return after


def _current(conn: Connection, document: DocumentId) -> Fields:
    value, description = schema.field_value.c, schema.description
    about = conn.execute(select(description).where(description.c.id == document)).first()
    rows = conn.execute(
        select(schema.field_value).where(value.document_id == document, value.superseded_at.is_(None))
    )
    found = {row.name: FieldValue.from_row(row) for row in rows}
    return Fields(
        document,
        about.version if about else 0,
        about.state if about else "waiting",
        about.reason if about else None,
        tuple(PageId(page) for page in about.starts) if about else (),
        {name: found[name] for name in FIELDS if name in found},
    )


def _newest(conn: Connection, document: DocumentId, source: Source) -> dict[str, FieldValue]:
    """Return the newest answer of a source for each field, in force or not."""
    value = schema.field_value.c
    rows = conn.execute(
        select(schema.field_value)
        .where(value.document_id == document, value.source == source)
        .order_by(value.version)
    )
    return {row.name: FieldValue.from_row(row) for row in rows}


def _add(
    conn: Connection, scope: Scope, document: DocumentId, source: Source, rows: Mapping[str, dict[str, Any]]
) -> bool:
    """Add answers of one source under one new version; return whether another one came into force."""
    if not rows:
        return False
    version, moment = next_version(conn, scope, document), now()
    conn.execute(
        schema.field_value.insert(),
        [
            {
                "id": new_id(),
                "document_id": document,
                "name": name,
                "version": version,
                "source": source.value,
                "actor": scope.actor,
                "made_at": moment,
                "superseded_at": moment,
                **row,
            }
            for name, row in sorted(rows.items())
        ],
    )
    return put_in_force(conn, scope, document, rows)


def put_in_force(conn: Connection, scope: Scope, document: DocumentId, names: Collection[str]) -> bool:
    """Put in force, for each name, the newest of a person, else of a list, else of the machine."""
    scope.require(Role.ARCHIVIST)
    rows = conn.execute(_BY_RANK, {"document": document, "names": list(names)}).all()
    best = {row.name: row.id for row in rows if row.withdrawn_at is None}  # the last of each name wins
    chosen = set(best.values())
    old = [row.id for row in rows if row.superseded_at is None and row.id not in chosen]
    fresh = [row.id for row in rows if row.superseded_at is not None and row.id in chosen]
    for some, moment in ((old, now()), (fresh, None)):
        if some:
            conn.execute(_SUPERSEDE, {"some": some, "superseded_at": moment})
    return bool(old or fresh)


_value = schema.field_value.c
_BY_RANK = (
    select(_value.id, _value.name, _value.superseded_at, _value.withdrawn_at)
    .where(_value.document_id == bindparam("document"), _value.name.in_(bindparam("names", expanding=True)))
    .order_by(case({one.value: rank for rank, one in enumerate(Source)}, value=_value.source), _value.version)
)
_SUPERSEDE = schema.field_value.update().where(_value.id.in_(bindparam("some", expanding=True)))
