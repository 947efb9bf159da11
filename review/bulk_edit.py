"""Changing many documents or dossiers at once: seen before, done in one act, taken back where untouched.

A preview writes nothing. What it showed is marked, so that nothing is changed that somebody else changed
meanwhile. The act is applied in chunks and can be gone on with after a crash; each record that could not be
changed is kept with the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select

from catalog import authority, dossier_change, event, field_value, schema
from catalog import dossier as dossiers
from catalog.access import Role, Scope
from catalog.field_rules import cleaned, with_parts
from catalog.identifiers import DocumentId, DossierId, new_id
from catalog.instants import now
from catalog.register import lock_rows
from luutru.errors import Conflict, InvalidInput, LuuTruError, NotFound
from review.dossier_kind import with_known_type

MOST = 5_000
"""Records of one act."""

CHUNK = 100
"""Records of one transaction: well under a second."""

DOCUMENTS, DOSSIERS = "documents", "dossiers"


class BulkEditInvalid(InvalidInput):
    """Too many records, none, or nothing to change."""

    slug = "bulk-edit-invalid"


class BulkEditNotFound(NotFound):
    """No such act, or not for the one who asks."""

    slug = "bulk-edit-not-found"


class BulkEditState(Conflict):
    """The act is not at the point where this can be done."""

    slug = "bulk-edit-state"


@dataclass(frozen=True)
class Line:
    """What an act would do to one record."""

    subject: str  #: id of the document or dossier
    name: str
    before: Mapping[str, str | None]
    after: Mapping[str, str | None]
    mark: str  #: of what was seen; goes back with `begin`
    problem: str | None  #: why it would not be changed: same, dossier-signed-off, not-allowed, ...


@dataclass(frozen=True)
class Preview:
    """What an act would do."""

    of: str  #: documents or dossiers
    change: Mapping[str, str | None]
    rows: tuple[Line, ...]

    @property
    def marks(self) -> dict[str, str]:
        """The records that would be changed, with their marks."""
        return {row.subject: row.mark for row in self.rows if row.problem is None}


@dataclass(frozen=True)
class BulkEdit:
    """One act on many records."""

    id: str
    of: str
    change: Mapping[str, str | None]
    state: str  #: applying, applied, undoing or undone
    actor: str
    waiting: int
    done: int
    conflicts: int
    undone: int
    kept: int  #: could not be taken back: changed since

    @classmethod
    def from_row(cls, row: Row[Any], counts: Mapping[str, int]) -> "BulkEdit":
        """Build from a row of `schema.bulk_edit` and its items counted by state."""
        return cls(
            row.id,
            row.of,
            row.change,
            row.state,
            row.actor,
            counts.get("waiting", 0),
            counts.get("done", 0),
            counts.get("conflict", 0),
            counts.get("undone", 0),
            counts.get("kept", 0),
        )


@dataclass(frozen=True)
class Item:
    """What became of one record of an act."""

    subject: str
    state: str  #: waiting, done, conflict, undone or kept
    reason: str | None


# --- before -------------------------------------------------------------------------------------------


def preview(
    conn: Connection, scope: Scope, of: str, subjects: Sequence[str], change: Mapping[str, str | None]
) -> Preview:
    """Return what changing `subjects` (documents or dossiers, by id) would do; nothing is written.

    Raises:
        BulkEditInvalid: none, too many, one twice, or nothing to change.
        FieldsInvalid, DossierFieldInvalid: a field or value that cannot be.
    """
    wanted = _wanted(of, change)
    if not subjects or len(subjects) > MOST or len(set(subjects)) != len(subjects):
        raise BulkEditInvalid(f"1 to {MOST} different records are changed at once; found {len(subjects)}")
    look = _look_at_document if of == DOCUMENTS else _look_at_dossier
    return Preview(of, wanted, tuple(look(conn, scope, subject, wanted) for subject in subjects))


def _wanted(of: str, change: Mapping[str, str | None]) -> dict[str, str | None]:
    if of not in (DOCUMENTS, DOSSIERS) or not change:
        raise BulkEditInvalid("documents or dossiers are changed, in one field at least")
    if of == DOCUMENTS:
        return dict(cleaned(with_parts(cleaned(change), {})))
    return {name: _plain(value) for name, value in dossier_change.checked(with_known_type(change)).items()}


def _plain(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


def _look_at_document(conn: Connection, scope: Scope, subject: str, wanted: Mapping[str, str | None]) -> Line:
    document = DocumentId(subject)
    try:
        fields = field_value.current(conn, scope, document)
        name = conn.execute(
            select(func.coalesce(schema.document.c.title, schema.document.c.name)).where(
                schema.document.c.id == subject
            )
        ).scalar_one()
        problem = None
        try:
            authority.require_archivist(conn, scope, document)
            place = conn.execute(
                select(schema.document.c.dossier_id).where(schema.document.c.id == subject)
            ).scalar()
            problem = _closed(conn, scope, place)
        except NotFound as error:
            problem = error.slug
    except NotFound as error:
        return Line(subject, "", {}, {}, "", error.slug)
    before = {each: fields.text(each) for each in wanted}
    return _row(subject, name, before, wanted, str(fields.version), problem)


def _look_at_dossier(conn: Connection, scope: Scope, subject: str, wanted: Mapping[str, str | None]) -> Line:
    try:
        found = dossiers.find(conn, scope, DossierId(subject))
    except NotFound as error:
        return Line(subject, "", {}, {}, "", error.slug)
    try:
        dossiers.require_keeper(conn, scope, found.id)
        problem = _closed(conn, scope, found.id)
    except NotFound as error:
        problem = error.slug
    columns = dossier_change.columns_of(conn, scope, found.id)
    before = {each: found.box_label if each == "box" else columns[each] for each in wanted}
    return _row(subject, found.title, before, wanted, str(found.revision), problem)


def _closed(conn: Connection, scope: Scope, place: str | None) -> str | None:
    if place is None:
        return None
    state = dossiers.find(conn, scope, DossierId(place)).state
    return {"signed-off": dossiers.DossierSignedOff.slug, "merged": dossiers.DossierMerged.slug}.get(state)


def _row(
    subject: str,
    name: str,
    before: Mapping[str, str | None],
    wanted: Mapping[str, str | None],
    mark: str,
    problem: str | None,
) -> Line:
    same = problem is None and all((before[each] or None) == (wanted[each] or None) for each in wanted)
    return Line(subject, name, before, dict(wanted), mark, "same" if same else problem)


# --- the act ------------------------------------------------------------------------------------------


def begin(
    conn: Connection, scope: Scope, of: str, change: Mapping[str, str | None], marks: Mapping[str, str]
) -> str:
    """Record an act on the records of `marks` (`Preview.marks`) and return its id; `step` then does it.

    Raises:
        BulkEditInvalid, FieldsInvalid, DossierFieldInvalid: as `preview` says.
        NotAllowed: the one who asks changes nothing.
    """
    scope.require(Role.ARCHIVIST)
    wanted = _wanted(of, change)
    if not marks or len(marks) > MOST:
        raise BulkEditInvalid(f"1 to {MOST} records are changed at once; found {len(marks)}")
    identifier = new_id()
    conn.execute(
        schema.bulk_edit.insert().values(
            id=identifier, of=of, change=wanted, state="applying", actor=scope.actor, at=now()
        )
    )
    conn.execute(
        schema.bulk_item.insert(),
        [
            {
                "bulk_id": identifier,
                "ordinal": at,
                "subject": subject,
                "expected": mark,
                "before": {},
                "state": "waiting",
            }
            for at, (subject, mark) in enumerate(marks.items(), start=1)
        ],
    )
    told = {"of": of, "fields": sorted(wanted), "records": len(marks)}
    event.record(conn, scope, "bulk-edit-begun", f"bulk_edit:{identifier}", told)
    return identifier


def step(conn: Connection, scope: Scope, bulk: str, *, limit: int = CHUNK) -> BulkEdit:
    """Do the next `limit` records of an act, or of its undoing; return where it is. Call until it is over.

    Raises:
        BulkEditNotFound: there is none that the one who asks began or may see.
    """
    found = find(conn, scope, bulk)
    lock_rows(conn, schema.bulk_edit, schema.bulk_edit.c.id == bulk)
    if found.state not in ("applying", "undoing"):
        return found
    item = schema.bulk_item
    undoing = found.state == "undoing"
    rows = conn.execute(
        select(item)
        .where(item.c.bulk_id == bulk, item.c.state == ("done" if undoing else "waiting"))
        .order_by(item.c.ordinal)
        .limit(limit)
    ).all()
    for row in rows:
        try:
            with conn.begin_nested():  # one that cannot be changed leaves nothing of its change behind
                values = _undo(conn, scope, found, row) if undoing else _apply(conn, scope, found, row)
        except LuuTruError as error:
            values = {"state": "kept" if undoing else "conflict", "reason": error.slug}
        conn.execute(
            item.update().where(item.c.bulk_id == bulk, item.c.ordinal == row.ordinal).values(**values)
        )
    if len(rows) < limit:
        state = "undone" if undoing else "applied"
        conn.execute(schema.bulk_edit.update().where(schema.bulk_edit.c.id == bulk).values(state=state))
        after = find(conn, scope, bulk)
        told = {"done": after.done, "conflicts": after.conflicts, "undone": after.undone, "kept": after.kept}
        event.record(conn, scope, f"bulk-edit-{state}", f"bulk_edit:{bulk}", told)
    return find(conn, scope, bulk)


def undo(conn: Connection, scope: Scope, bulk: str) -> BulkEdit:
    """Begin to take an act back; `step` then does it, and leaves what was changed since as it is.

    Raises:
        BulkEditNotFound: as it says.
        BulkEditState: it is not applied yet, or taken back already.
    """
    found = find(conn, scope, bulk)
    lock_rows(conn, schema.bulk_edit, schema.bulk_edit.c.id == bulk)
    if found.state != "applied":
        raise BulkEditState(f"this act is {found.state}; one that is applied can be taken back")
    conn.execute(
        schema.bulk_edit.update()
        .where(schema.bulk_edit.c.id == bulk)
        .values(state="undoing", undone_by=scope.actor, undone_at=now())
    )
    event.record(conn, scope, "bulk-edit-undoing", f"bulk_edit:{bulk}", {"records": found.done})
    return find(conn, scope, bulk)


def find(conn: Connection, scope: Scope, bulk: str) -> BulkEdit:
    """Return an act, to whoever began it and to those who keep the whole archive.

    Raises:
        BulkEditNotFound: there is none for the one who asks.
    """
    table, item = schema.bulk_edit, schema.bulk_item
    row = conn.execute(select(table).where(table.c.id == bulk)).first()
    if row is None or not (row.actor == scope.actor or scope.may_everywhere(Role.ARCHIVIST)):
        raise BulkEditNotFound("no such act")
    counts = conn.execute(
        select(item.c.state, func.count().label("items")).where(item.c.bulk_id == bulk).group_by(item.c.state)
    )
    return BulkEdit.from_row(row, {each.state: each.items for each in counts})


def items(
    conn: Connection,
    scope: Scope,
    bulk: str,
    *,
    states: Sequence[str] = ("conflict", "kept"),
    limit: int = MOST,
) -> list[Item]:
    """Return what became of the records of an act: by default those that were not changed, with the reason.

    Raises:
        BulkEditNotFound: as it says.
    """
    find(conn, scope, bulk)
    item = schema.bulk_item.c
    rows = conn.execute(
        select(item.subject, item.state, item.reason)
        .where(item.bulk_id == bulk, item.state.in_(states))
        .order_by(item.ordinal)
        .limit(limit)
    )
    return [Item(row.subject, row.state, row.reason) for row in rows]


def _apply(conn: Connection, scope: Scope, bulk: BulkEdit, row: Row[Any]) -> dict[str, Any]:
    if bulk.of == DOSSIERS:
        dossier = DossierId(row.subject)
        was = dossier_change.columns_of(conn, scope, dossier)
        after = dossier_change.edit(conn, scope, dossier, bulk.change, revision=int(row.expected))
        became = dossier_change.columns_of(conn, scope, dossier)
        changed = {name: value for name, value in was.items() if became[name] != value}
        return {"state": "done", "before": changed, "left_at": str(after.revision)}
    document = DocumentId(row.subject)
    seen = field_value.current(conn, scope, document)
    if str(seen.version) != row.expected:
        raise field_value.FieldsChanged(bulk.change)
    fields = field_value.set_by_person(conn, scope, document, bulk.change, base=seen.version)
    names = [name for name, held in fields.values.items() if held.version > seen.version]
    return {"state": "done", "before": {"fields": names}, "left_at": str(fields.version)}


def _undo(conn: Connection, scope: Scope, bulk: BulkEdit, row: Row[Any]) -> dict[str, Any]:
    if bulk.of == DOSSIERS:
        if row.before:
            dossier_change.put_back(
                conn, scope, DossierId(row.subject), row.before, revision=int(row.left_at)
            )
        return {"state": "undone"}
    document = DocumentId(row.subject)
    seen = field_value.current(conn, scope, document)
    if str(seen.version) != row.left_at:
        raise field_value.FieldsChanged(row.before["fields"])
    if row.before["fields"]:
        field_value.withdraw(conn, scope, document, row.before["fields"], base=seen.version)
    return {"state": "undone"}
