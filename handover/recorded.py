"""What the giver's register knows of a dossier, as the record in its package tells it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, and_, select

from catalog import schema
from catalog.access import Role, Scope
from catalog.holding import Holding, KeptDocument
from catalog.identifiers import DocumentId, DossierId, ObjectKey
from catalog.reading import Reading, from_bytes
from handover.freezing import Fixed
from handover.record import (
    FORMAT,
    Document,
    Dossier,
    Fonds,
    Key,
    Page,
    Read,
    Record,
    RecordInvalid,
    Signed,
    SourceFile,
    Unit,
    Value,
    to_plain,
)
from storage.object_store import ObjectStore

ReadingOf = Callable[[ObjectKey], Reading]
"""Gives a kept reading: which words its readers differed on stands there alone."""


@dataclass(frozen=True)
class Packaged:
    """A document as the package has it."""

    identifier: str  #: docId
    sha256: str  #: of its PDF/A, the signed one where there is one
    size: int
    signed: Signed | None = None


def with_record(conn: Connection, scope: Scope, fixed: Fixed, held: Holding, store: ObjectStore) -> Fixed:
    """Return what was fixed of a dossier with its record; nothing in it changes any more.

    Raises:
        RecordInvalid: something of it is not ready.
    """
    told = fixed.frozen["documents"]
    documents = {
        each.document.id: Packaged(
            row["identifier"], row["access"]["sha256"], row["access"]["size"], _signed(held, each)
        )
        for each, row in zip(held.documents, told, strict=True)
    }
    masters = {file["sha256"] for row in told for file in row["masters"]}

    def reading_of(key: ObjectKey) -> Reading:
        with store.get(key) as stream:
            return from_bytes(stream.read())

    record = record_of(
        conn, scope, held.dossier.id, fixed.identifier, documents, masters=masters, reading_of=reading_of
    )
    return replace(fixed, frozen={**fixed.frozen, "record": to_plain(record)})


def _signed(held: Holding, each: KeptDocument) -> Signed | None:
    one = each.signed
    if one is None:
        return None
    size = held.sizes[one.source]
    return Signed(one.source, size, one.office, one.certificate, one.actor, one.signed_at, one.stamp)


def record_of(
    conn: Connection,
    scope: Scope,
    dossier: DossierId,
    identifier: str,
    documents: Mapping[DocumentId, Packaged],
    *,
    masters: Collection[str],
    reading_of: ReadingOf,
) -> Record:
    """Return the record of a dossier.

    Args:
        identifier: fileCode, as the package names it.
        documents: those that go along, in their order.
        masters: SHA-256 of the files that go along. One that stays behind, since it has pages of other
            dossiers too, is stood for by the PDF/A of each document.

    Raises:
        RecordInvalid: something of it is not ready: a page that is held or not read.
        NotAllowed: only the service itself, which asked who may, reads whole dossiers so.
    """
    scope.require(Role.ADMINISTRATOR)
    names = list(documents)
    pages = _pages(conn, names)
    table = schema.document
    rows = {row.id: row for row in conn.execute(select(table).where(table.c.id.in_(names)))}
    wanted = {row.source_file_id for each in pages.values() for row in each}
    whole = {file.id: file for file in _files(conn, wanted) if file.sha256 in masters}
    files = dict(whole)
    gone = {
        row.id
        for each in pages.values()
        for row in each
        if row.source_file_id not in whole and row.set_apart is not None
    }
    known = {row.id for each in pages.values() for row in each} - gone
    values, keys = _values(conn, names, known), _keys(conn, dossier, names, known)
    told = []
    for name in names:
        packaged, found = documents[name], pages[name]
        # Numbered as they lie in the PDF/A; what is set apart is not in it, and stays behind.
        here = [row for row in found if row.id in known]
        bound = [row.id for row in found if row.set_apart is None]
        if any(row.source_file_id not in whole for row in here):
            files[name] = SourceFile(
                name,
                packaged.sha256,
                packaged.size,
                "application/pdf",
                rows[name].name,
                len(bound),
                packaged.signed is not None,
            )
        told.append(
            Document(
                id=name,
                identifier=packaged.identifier,
                name=rows[name].name,
                title=rows[name].title,
                type=rows[name].type,
                year=rows[name].year,
                ordinal=rows[name].ordinal,
                file=here[0].source_file_id if here[0].source_file_id in whole else name,
                signed=packaged.signed,
                pages=tuple(
                    _page(row, reading_of)
                    if row.source_file_id in whole
                    else replace(_page(row, reading_of), file=name, image_index=bound.index(row.id), part=0)
                    for row in here
                ),
                values=tuple(values[name]),
                keys=tuple(keys[name]),
            )
        )
    return Record(
        format=FORMAT,
        fonds=_fonds(conn, dossier),
        dossier=_dossier(conn, dossier, identifier),
        files=tuple(files[name] for name in sorted(files)),
        documents=tuple(told),
        keys=tuple(keys[dossier]),
    )


def _fonds(conn: Connection, dossier: DossierId) -> Fonds:
    fonds, unit = schema.fonds.c, schema.unit.c
    row = conn.execute(
        select(
            fonds.code.label("fonds_code"),
            fonds.title,
            unit.name,
            unit.code,
            unit.valid_from,
            unit.valid_until,
            unit.instrument,
        )
        .join_from(schema.dossier, schema.fonds, fonds.id == schema.dossier.c.fonds_id)
        .outerjoin(schema.unit, unit.id == fonds.unit_id)
        .where(schema.dossier.c.id == dossier)
    ).one()
    of = None
    if row.name is not None:
        of = Unit(row.name, row.code, row.valid_from, row.valid_until, row.instrument)
    return Fonds(row.fonds_code, row.title, of)


def _dossier(conn: Connection, dossier: DossierId, identifier: str) -> Dossier:
    row = conn.execute(
        select(schema.dossier, schema.box.c.label.label("box"))
        .outerjoin(schema.box, schema.box.c.id == schema.dossier.c.box_id)
        .where(schema.dossier.c.id == dossier)
    ).one()
    told = dict(row._mapping) | {"identifier": identifier}
    return Dossier(**{name: told[name] for name in Dossier.__dataclass_fields__})


def _files(conn: Connection, names: Collection[str]) -> list[SourceFile]:
    file = schema.source_file.c
    rows = conn.execute(select(schema.source_file).where(file.id.in_(names)).order_by(file.id)).all()
    unkept = [row.id for row in rows if row.object_key is None]
    if unkept:
        raise RecordInvalid(f"file {unkept[0]} is not kept yet")
    return [
        SourceFile(
            id=row.id,
            sha256=row.object_key,
            size=row.size,
            media_type=row.media_type,
            path=row.path,
            pages=row.pages,
            signed=row.signed,
        )
        for row in rows
    ]


def _pages(conn: Connection, documents: Sequence[DocumentId]) -> dict[str, list[Any]]:
    """Return the pages of each document in order, what is set apart too, with reading and ALTO."""
    page, arranged, reading = schema.page.c, schema.arrangement.c, schema.reading.c
    derivative = schema.derivative.c
    newest = (
        select(derivative.object_key)
        .where(derivative.page_id == page.id, derivative.kind == "alto")
        .order_by(derivative.id.desc())
        .limit(1)
        .correlate(schema.page)
        .scalar_subquery()
    )
    rows = conn.execute(
        select(
            schema.page,
            arranged.document_id.label("lies_in"),
            reading.source.label("read_source"),
            reading.actor.label("read_actor"),
            reading.made_at.label("read_at"),
            reading.engines,
            reading.settings_hash,
            reading.degraded,
            reading.object_key.label("reading_key"),
            newest.label("alto"),
        )
        .join_from(schema.document, schema.arrangement, and_(
            arranged.document_id == schema.document.c.id,
            arranged.revision == schema.document.c.arrangement,
        ))
        .join(schema.page, page.id == arranged.page_id)
        .outerjoin(schema.reading, reading.id == page.reading_id)
        .where(schema.document.c.id.in_(documents))
        .order_by(arranged.document_id, arranged.ordinal)
    )  # fmt: skip
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.lies_in].append(row)
    return found


def _page(row: Any, reading_of: ReadingOf) -> Page:
    if row.state not in ("read", "blank") or not row.published:
        raise RecordInvalid(f"page {row.id} is {row.state}: it can be in no package")
    read = None
    if row.state == "read":
        if row.alto is None:
            raise RecordInvalid(f"page {row.id} has no page description yet")
        words = reading_of(ObjectKey(row.reading_key)).words
        read = Read(
            alto=row.alto,
            source=row.read_source,
            actor=row.read_actor,
            made_at=row.read_at,
            engines=dict(row.engines),
            settings_hash=row.settings_hash,
            degraded=row.degraded,
            doubted=tuple(number for number, word in enumerate(words) if not word.agreed),
        )
    told = dict(row._mapping) | {"file": row.source_file_id, "reading": read, "flags": tuple(row.flags)}
    return Page(**{name: told[name] for name in Page.__dataclass_fields__})


def _values(
    conn: Connection, documents: Sequence[DocumentId], known: Collection[str]
) -> dict[str, list[Value]]:
    value = schema.field_value.c
    rows = conn.execute(
        select(schema.field_value)
        .where(value.document_id.in_(documents), value.superseded_at.is_(None))
        .order_by(value.document_id, value.name)
    )
    found: dict[str, list[Value]] = defaultdict(list)
    for row in rows:
        told = dict(row._mapping) | {
            "evidence": _places(row.evidence, known),
            "alternatives": tuple(row.alternatives),
        }
        found[row.document_id].append(Value(**{name: told[name] for name in Value.__dataclass_fields__}))
    return found


def _keys(
    conn: Connection, dossier: DossierId, documents: Sequence[DocumentId], known: Collection[str]
) -> dict[str, list[Key]]:
    key = schema.key_value.c
    mine = (key.document_id.in_(documents)) | (key.dossier_id == dossier)
    rows = conn.execute(
        select(schema.key_value).where(mine, key.superseded_at.is_(None)).order_by(key.name, key.id)
    )
    found: dict[str, list[Key]] = defaultdict(list)
    for row in rows:
        told = dict(row._mapping) | {"evidence": _places(row.evidence, known)}
        of = row.document_id or row.dossier_id
        found[of].append(Key(**{name: told[name] for name in Key.__dataclass_fields__}))
    return found


def _places(
    kept: Sequence[Sequence[Any]], known: Collection[str]
) -> tuple[tuple[str, int, int, int, int], ...]:
    """Return places on pages that go along; one on a page that stays behind stays with it."""
    return tuple(
        (str(page), int(x0), int(y0), int(x1), int(y1)) for page, x0, y0, x1, y1 in kept if page in known
    )
