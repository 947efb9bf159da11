"""A dossier that another installation gave us, entered whole: with its own ids here, and its old ones beside.

Everything in one transaction, and findable when it ends: pages with their readings, values with who gave
them, PDF/A and page descriptions. Nothing of it is work: it was done where it came from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from catalog import describing, event, index_feed, objects, schema
from catalog import dossier as dossiers
from catalog import fonds as fonds_register
from catalog import unit as units
from catalog.access import NotAllowed, Role, Scope
from catalog.fonds import Fonds
from catalog.identifiers import BatchId, DocumentId, DossierId, ObjectKey, PageId, UnitId, new_id
from catalog.instants import now, today
from catalog.natural_order import sort_key
from catalog.register import lock_subject
from luutru.errors import Conflict

Row = Mapping[str, Any]


class FondsCodeTaken(Conflict):
    """A fonds of another unit bears the code here; a person says which is which."""

    slug = "fonds-code-taken"


@dataclass(frozen=True)
class Kept:
    """An object that the store keeps, about to be listed."""

    key: ObjectKey
    size: int
    kind: str


@dataclass(frozen=True)
class TakenPage:
    """One page: its own columns, and its reading's where it was read."""

    came_as: str  #: the giver's id
    file: str  #: the giver's id of its file
    columns: Row
    reading: Row | None
    alto: ObjectKey | None
    mark_released: bool = False  #: a custodian saw that what reads like a secret mark is none


@dataclass(frozen=True)
class TakenDocument:
    """One document; `values` and `keys` name pages by the giver's ids."""

    came_as: str
    file: str
    columns: Row
    pdf: ObjectKey  #: before it was signed
    pages: Sequence[TakenPage]
    values: Sequence[Row]
    keys: Sequence[Row]
    signed: Row | None = None  #: columns of its signed form, if it has one


@dataclass(frozen=True)
class TakenFile:
    """One source file."""

    came_as: str
    columns: Row
    key: ObjectKey


@dataclass(frozen=True)
class TakenDossier:
    """Everything of one dossier."""

    came_as: str
    fonds: Fonds
    box: str | None
    columns: Row
    files: Sequence[TakenFile]
    documents: Sequence[TakenDocument]
    keys: Sequence[Row]
    objects: Sequence[Kept]


def fonds_for(
    conn: Connection,
    scope: Scope,
    code: str,
    title: str,
    unit: Row | None,
    *,
    giver: UnitId,
    receiver: UnitId,
) -> Fonds:
    """Return our fonds of this code, entering it, and the unit it is of, where they are new.

    `unit`: name, code, validity and instrument of the office it is of; None: that of `giver`. The giver chose
    the code: what it files under one that is here already has to be of the same office, by name and code, and
    never goes by itself into a fonds of the receiver's own.

    Raises:
        FondsCodeTaken: there is one, and nothing shows that it is the same.
    """
    scope.require(Role.ADMINISTRATOR)
    lock_subject(conn, f"fonds:{code}")
    row = conn.execute(
        select(schema.fonds, schema.unit.c.name.label("unit_name"), schema.unit.c.code.label("unit_code"))
        .outerjoin(schema.unit, schema.unit.c.id == schema.fonds.c.unit_id)
        .where(schema.fonds.c.code == code)
    ).first()
    if row is not None:
        same = row.unit_id == giver
        if unit is not None:
            same = _is(unit, row.unit_name, row.unit_code, known=same)
        if row.unit_id is None or row.unit_id == receiver or not same:
            ours = _called(row.unit_name, row.unit_code) if row.unit_id is not None else "nobody yet"
            theirs = _called(unit["name"], unit["code"]) if unit is not None else "the giver"
            raise FondsCodeTaken(
                f"fonds {code} is of {ours} here, of {theirs} there: say which of ours it is, "
                f"luutru handover accept NUMBER --fonds {code}=OURS"
            )
        return Fonds.from_row(row)
    owner = giver if unit is None else _unit(conn, scope, unit)
    return fonds_register.add(conn, scope, code, title=title, unit=owner)


def _is(told: Row, name: str, code: str | None, *, known: bool) -> bool:
    """Return whether a unit of ours is the one that is told; without codes only where it is `known` to be."""
    return (told["name"], told["code"] or None) == (name, code or None) and bool(code or known)


def _called(name: str, code: str | None) -> str:
    return f"{name} ({code})" if code else name


def fonds_said(conn: Connection, scope: Scope, ours: str, *, giver: UnitId) -> Fonds:
    """Return the fonds of ours that a person says theirs is: the giver's, or one that they keep themselves.

    Raises:
        FondsNotFound, NotAllowed: as they say.
    """
    found = fonds_register.find(conn, scope, ours)
    if found.unit is None and not scope.may_everywhere(Role.ARCHIVIST):
        raise NotAllowed(f"{scope.actor} is no archivist of fonds {found.code}, which is of nobody yet")
    if found.unit != giver:
        scope.require(Role.ARCHIVIST, found.unit)
    return found


def _unit(conn: Connection, scope: Scope, told: Row) -> UnitId:
    table = schema.unit.c
    found = conn.execute(
        select(table.id)
        .where(table.name == told["name"], table.code.is_not_distinct_from(told["code"]))
        .order_by(table.id)
        .limit(1)
    ).scalar()
    return UnitId(found) if found else units.add(conn, scope, to_confirm=True, **told).id


def origin_of(transfer: str) -> str:
    """Return the origin of the batches that tell of what came by a handover."""
    return f"handover:{transfer}"


def batch_for(conn: Connection, scope: Scope, fonds: Fonds, transfer: str, number: str) -> BatchId:
    """Return the batch that tells of what came by one handover into one fonds."""
    scope.require(Role.ADMINISTRATOR)
    origin = origin_of(transfer)
    lock_subject(conn, f"{origin}:{fonds.id}")
    table = schema.batch
    found = conn.execute(
        select(table.c.id).where(table.c.fonds_id == fonds.id, table.c.origin == origin)
    ).scalar()
    if found is not None:
        return BatchId(found)
    identifier = BatchId(new_id())
    conn.execute(
        table.insert().values(
            id=identifier,
            name=number,
            fonds_id=fonds.id,
            unit_id=fonds.unit,
            origin=origin,
            priority=0,
            created_by=scope.actor,
            created_at=now(),
            closed_at=now(),
        )
    )
    return identifier


def enter(
    conn: Connection,
    scope: Scope,
    taken: TakenDossier,
    *,
    batch: BatchId,
    origin: str,
    authority: UnitId,
    keeper: UnitId,
    instrument: str | None,
) -> DossierId:
    """Enter the dossier with all that is in it; search hears of it when the transaction ends.

    `origin`: what its files' origins begin with; a file that came with another dossier of the same handover
    is the same file.
    """
    scope.require(Role.ADMINISTRATOR)
    for kept in sorted(taken.objects, key=lambda one: one.key):  # as everybody takes them
        objects.note(conn, scope, kept.key, kept.size, kept.kind)
    box = dossiers.box(conn, scope, taken.fonds.id, taken.box) if taken.box else None
    dossier = DossierId(new_id())
    conn.execute(
        schema.dossier.insert().values(
            id=dossier,
            fonds_id=taken.fonds.id,
            box_id=box,
            sort_key=sort_key(taken.columns["label"]),
            created_at=now(),
            **taken.columns,
        )
    )
    _stand(conn, dossier, taken.fonds, authority, keeper, instrument)
    files = {one.came_as: _file(conn, taken, one, dossier, batch, origin) for one in taken.files}
    pages = {page.came_as: PageId(new_id()) for one in taken.documents for page in one.pages}
    documents = [_document(conn, scope, taken, one, dossier, batch, files, pages) for one in taken.documents]
    _keys(conn, taken.keys, pages, dossier=dossier)
    for document in documents:
        _described(conn, scope, document)
    read = [pages[page.came_as] for one in taken.documents for page in one.pages if page.reading is not None]
    told = {"came_as": taken.came_as, "documents": len(documents), "pages": len(pages)}
    event.record(conn, scope, "dossier-entered", f"dossier:{dossier}", told, instrument=instrument)
    entries = [index_feed.dossier_entry(dossier), *(index_feed.page_entry(page) for page in read)]
    index_feed.announce(conn, scope, entries)
    return dossier


def _stand(
    conn: Connection,
    dossier: DossierId,
    fonds: Fonds,
    authority: UnitId,
    keeper: UnitId,
    instrument: str | None,
) -> None:
    stands: list[tuple[str, str | None, str | None]] = [
        ("owner", None, fonds.id),
        ("authority", authority, None),
        ("keeper", keeper, None),
    ]
    conn.execute(
        schema.dossier_standing.insert(),
        [
            {
                "id": new_id(),
                "dossier_id": dossier,
                "kind": kind,
                "unit_id": unit,
                "fonds_id": owner,
                "valid_from": today(),
                "instrument": instrument,
            }
            for kind, unit, owner in stands
        ],
    )


def _file(
    conn: Connection, taken: TakenDossier, file: TakenFile, dossier: DossierId, batch: BatchId, origin: str
) -> str:
    """Return our id of a file; one that came with another dossier has some more pages now."""
    table = schema.source_file
    mine = sum(page.file == file.came_as for one in taken.documents for page in one.pages)
    known = conn.execute(
        select(table.c.id).where(
            table.c.fonds_id == taken.fonds.id,
            table.c.origin == f"{origin}:{file.came_as}",
            table.c.sha256 == file.key,
        )
    ).scalar()
    if known is not None:
        conn.execute(
            table.update()
            .where(table.c.id == known)
            .values(pages=table.c.pages + mine, dossier_id=None)  # it lies in several now
        )
        return str(known)
    identifier = new_id()
    conn.execute(
        table.insert().values(
            id=identifier,
            batch_id=batch,
            fonds_id=taken.fonds.id,
            dossier_id=dossier,
            origin=f"{origin}:{file.came_as}",
            sha256=file.key,
            object_key=file.key,
            pages=mine,
            waiting_pages=0,
            state="done",
            received_at=now(),
            done_at=now(),
            **file.columns,
        )
    )
    return identifier


def _document(
    conn: Connection,
    scope: Scope,
    taken: TakenDossier,
    one: TakenDocument,
    dossier: DossierId,
    batch: BatchId,
    files: Mapping[str, str],
    pages: Mapping[str, PageId],
) -> DocumentId:
    identifier = DocumentId(new_id())
    conn.execute(
        schema.document.insert().values(
            id=identifier,
            fonds_id=taken.fonds.id,
            dossier_id=dossier,
            batch_id=batch,
            source_file_id=files[one.file],
            arrangement=1,
            pages=len(one.pages),
            pages_read=len(one.pages),
            state="bound",
            pdf_key=one.pdf,
            created_at=now(),
            **one.columns,
        )
    )
    for page in one.pages:
        _page(conn, page, pages[page.came_as], identifier, batch, files[page.file])
    conn.execute(
        schema.arrangement.insert(),
        [
            {"document_id": identifier, "revision": 1, "ordinal": number, "page_id": pages[page.came_as]}
            for number, page in enumerate(one.pages, 1)
        ],
    )
    derived: list[tuple[str, PageId | None, ObjectKey]] = [("pdfa", None, one.pdf)]
    derived += [("alto", pages[page.came_as], page.alto) for page in one.pages if page.alto is not None]
    conn.execute(
        schema.derivative.insert(),
        [
            {
                "id": new_id(),
                "document_id": identifier,
                "page_id": page_id,
                "kind": kind,
                "arrangement": 1,
                "object_key": key,
                "made_at": now(),
            }
            for kind, page_id, key in derived
        ],
    )
    if one.signed is not None:
        signed = {"source_key": one.pdf, "arrangement": 1, **one.signed}
        conn.execute(schema.signed_pdf.insert().values(id=new_id(), document_id=identifier, **signed))
    read = sum(page.reading is not None and page.columns["set_apart"] is None for page in one.pages)
    conn.execute(
        schema.description.insert().values(
            id=identifier, state="described", pages=read, starts=[], version=1, described_at=now()
        )
    )
    if one.values:
        conn.execute(
            schema.field_value.insert(),
            [
                {
                    "id": new_id(),
                    "document_id": identifier,
                    "version": 1,
                    **row,
                    "evidence": _places(row, pages),
                }
                for row in one.values
            ],
        )
    _keys(conn, one.keys, pages, document=identifier)
    return identifier


def _page(
    conn: Connection, page: TakenPage, identifier: PageId, document: DocumentId, batch: BatchId, file: str
) -> None:
    reading = new_id() if page.reading is not None else None
    conn.execute(
        schema.page.insert().values(
            id=identifier,
            source_file_id=file,
            document_id=document,
            batch_id=batch,
            reading_id=reading,
            published=True,
            mark_released=page.mark_released,
            **page.columns,
        )
    )
    if page.reading is not None:
        conn.execute(schema.reading.insert().values(id=reading, page_id=identifier, **page.reading))


def _keys(
    conn: Connection,
    rows: Sequence[Row],
    pages: Mapping[str, PageId],
    *,
    document: DocumentId | None = None,
    dossier: DossierId | None = None,
) -> None:
    if rows:
        of = {"document_id": document, "dossier_id": dossier}
        conn.execute(
            schema.key_value.insert(),
            [{"id": new_id(), **of, **row, "evidence": _places(row, pages)} for row in rows],
        )


def _places(row: Row, pages: Mapping[str, PageId]) -> list[list[Any]]:
    return [[pages[page], *box] for page, *box in row["evidence"]]


def _described(conn: Connection, scope: Scope, document: DocumentId) -> None:
    """Say from what the document was described: from what it has now, so that nobody describes it again."""
    table = schema.description
    basis = describing.basis_of(conn, scope, document)
    conn.execute(table.update().where(table.c.id == document).values(basis=basis))
