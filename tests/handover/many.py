"""Many dossiers at once, as the pipeline and people leave them: rows and small bytes, no engines."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from catalog import describing, dossier, fonds, schema, unit
from catalog.access import Scope
from catalog.fonds import Fonds
from catalog.identifiers import DocumentId, DossierId, ObjectKey, UnitId, new_id
from catalog.instants import now
from catalog.reading import Line, Reading, Word, to_bytes
from catalog.register import Register
from paper.alto import alto
from storage.object_store import ObjectStore

Put = Callable[[bytes], ObjectKey]
"""Keeps bytes, and says under which key."""

WIDTH, HEIGHT, DPI = 1654, 2339, 200


@dataclass(frozen=True)
class Sides:
    """A giver with a fonds, and a receiver."""

    giver: UnitId
    receiver: UnitId
    fonds: Fonds


def sides(register: Register, system: Scope) -> Sides:
    """Enter a commune that ended, and the one it was merged into."""
    with register.write() as conn:
        giver = unit.add(conn, system, "UBND xã Tân Hòa", code="H49.64.33").id
        receiver = unit.add(conn, system, "UBND xã Tân An Hội", code="H49.64.34").id
        return Sides(giver, receiver, fonds.add(conn, system, "TANHOA", unit=giver))


def reading_of(words: str) -> Reading:
    """Return a page with one line of `words`."""
    line = tuple(
        Word(word, (100 + 150 * at, 200, 240 + 150 * at, 240), 0.95, at % 9 != 8)
        for at, word in enumerate(words.split())
    )
    return Reading((Line(line, line[0].box),), WIDTH, HEIGHT, DPI, 0, 0.0, {"truth": "1"})


def fill(
    register: Register,
    put: Put,
    system: Scope,
    given: Sides,
    *,
    dossiers: int,
    documents: int = 2,
    first: int = 1,
    signed: bool = True,
    padding: int = 0,
) -> list[DossierId]:
    """Enter dossiers of one-page documents, all read, bound and signed off; return them.

    `first`: number of the first. `padding`: bytes by which every scan is larger.
    """
    made = []
    numbers = range(first, first + dossiers)
    for at in range(0, dossiers, 50):
        with register.write() as conn:
            made += [
                _dossier(conn, put, system, given, number, documents, signed, padding)
                for number in numbers[at : at + 50]
            ]
    return made


def _dossier(
    conn: Connection,
    put: Put,
    system: Scope,
    given: Sides,
    number: int,
    documents: int,
    signed: bool,
    padding: int,
) -> DossierId:
    box = dossier.box(conn, system, given.fonds.id, f"Hộp {(number - 1) // 20 + 1}")
    name = dossier.add(
        conn,
        system,
        given.fonds,
        f"HS {number}",
        box=box,
        title=f"Tập tờ khai đăng ký khai sinh, quyển số {number}",
        code=f"H49.64.33.2001.{number}",
        date_from=date(2001, 1, 2),
        date_to=date(2001, 12, 28),
        type="HT-KS",
    )
    made_of = _rows(put, given.fonds, name, number, documents, padding)
    for table, those in made_of.items():
        conn.execute(schema.metadata.tables[table].insert(), those)
    for each in made_of["document"]:
        basis = describing.basis_of(conn, system, DocumentId(each["id"]))
        mine = schema.description.c.id == each["id"]
        conn.execute(schema.description.update().where(mine).values(basis=basis))
    values = {
        "state": "signed-off",
        "signed_by": "lan",
        "signed_at": now(),
        "checked_by": "lan",
        "checked_at": now(),
        "retention": "Vĩnh viễn",
        "retention_code": "01",
        "retention_state": "decided",
    }
    if signed:
        conn.execute(schema.dossier.update().where(schema.dossier.c.id == name).values(**values))
    return name


def _rows(
    put: Put, fonds: Fonds, place: DossierId, number: int, documents: int, padding: int
) -> dict[str, list[dict[str, Any]]]:
    moment, batch = now(), new_id()
    rows: dict[str, list[dict[str, Any]]] = {
        "batch": [
            {
                "id": batch,
                "name": f"lô {number}",
                "fonds_id": fonds.id,
                "unit_id": fonds.unit,
                "origin": f"folder:{batch}",
                "created_by": "lan",
                "created_at": moment,
                "closed_at": moment,
            }
        ],
        "source_file": [],
        "document": [],
        "page": [],
        "arrangement": [],
        "reading": [],
        "derivative": [],
        "kept_object": [],
        "description": [],
    }
    for at in range(1, documents + 1):
        _document(rows, put, fonds, place, batch, number, at, padding)
    return rows


def _document(
    rows: dict[str, list[dict[str, Any]]],
    put: Put,
    fonds: Fonds,
    place: DossierId,
    batch: str,
    number: int,
    at: int,
    padding: int,
) -> None:
    moment = now() - timedelta(seconds=5)
    read = reading_of(f"Tờ khai đăng ký khai sinh số {at} quyển {number} của ông Nguyễn Văn An")
    scan = f"II*\0 quyển {number} tờ {at}".encode() + b"\0" * padding
    text = alto(read, page_number=1, image_name="1", made_at=moment)
    objects = {
        "master": scan,
        "reading": to_bytes(read),
        "pdfa": f"%PDF-1.7 quyển {number} tờ {at}\n".encode(),
        "alto": text,
    }
    keys = {kind: put(data) for kind, data in objects.items()}
    known = {row["key"] for row in rows["kept_object"]}
    rows["kept_object"] += [
        {"key": keys[kind], "size": len(data), "kind": kind, "kept_at": moment}
        for kind, data in objects.items()
        if keys[kind] not in known
    ]
    file, document, page, reading = new_id(), new_id(), new_id(), new_id()
    path = f"Hộp/HS {number}/to khai {at}.tif"
    rows["source_file"].append(
        {
            "id": file,
            "batch_id": batch,
            "fonds_id": fonds.id,
            "dossier_id": place,
            "origin": f"folder:{batch}/{path}",
            "path": path,
            "size": len(scan),
            "sha256": keys["master"],
            "media_type": "image/tiff",
            "signed": False,
            "pages": 1,
            "waiting_pages": 0,
            "state": "done",
            "object_key": keys["master"],
            "received_at": moment,
            "done_at": moment,
        }
    )
    rows["document"].append(
        {
            "id": document,
            "fonds_id": fonds.id,
            "dossier_id": place,
            "batch_id": batch,
            "source_file_id": file,
            "name": f"to khai {at}.tif",
            "ordinal": at,
            "arrangement": 1,
            "pages": 1,
            "pages_read": 1,
            "state": "bound",
            "pdf_key": keys["pdfa"],
            "created_at": moment,
        }
    )
    rows["page"].append(
        {
            "id": page,
            "source_file_id": file,
            "image_index": 0,
            "part": 0,
            "document_id": document,
            "batch_id": batch,
            "state": "read",
            "reading_id": reading,
            "sheet": at,
            "side": 1,
            "screened": 1,
            "published": True,
            "width": WIDTH,
            "height": HEIGHT,
            "dpi": DPI,
            "rotation": 0,
            "embedded": True,
            "skew": 0.0,
            "flags": [],
        }
    )
    rows["arrangement"].append({"document_id": document, "revision": 1, "ordinal": 1, "page_id": page})
    rows["reading"].append(
        {
            "id": reading,
            "page_id": page,
            "source": "machine",
            "actor": "luutru",
            "made_at": moment,
            "engines": {"truth": "1"},
            "settings_hash": "x",
            "mean_confidence": 0.95,
            "agreed_share": 0.9,
            "words": len(read.words),
            "degraded": False,
            "object_key": keys["reading"],
        }
    )
    rows["derivative"] += [
        {
            "id": new_id(),
            "document_id": document,
            "page_id": page if kind == "alto" else None,
            "kind": kind,
            "arrangement": 1,
            "object_key": keys[kind],
            "made_at": moment,
        }
        for kind in ("pdfa", "alto")
    ]
    rows["description"].append(
        {"id": document, "state": "described", "pages": 1, "starts": [], "described_at": moment}
    )


def into(store: ObjectStore) -> Put:
    """Return how bytes are put into a store."""
    return lambda data: store.put(io.BytesIO(data)).key
