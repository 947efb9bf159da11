"""A few documents that wait for a person: sure ones, doubtful ones, one that nobody can read by machine."""

import io
from dataclasses import dataclass

from catalog import authority, dossier, field_value, fonds, people
from catalog import batch as batches
from catalog import document as documents
from catalog.access import Role
from catalog.description import Evidence, Value
from catalog.identifiers import DocumentId, DossierId
from ingest.receive import enter
from review import queue
from tests.api.stock import PASSWORD, Leaf, Stock, as_pdf, sheets, work_through

VALUES = {
    "code": "45/QĐ-UBND",
    "number": "45",
    "notation": "QĐ-UBND",
    "date": "1999-08-04",
    "place": "An Lạc",
    "issuer": "ỦY BAN NHÂN DÂN XÃ AN LẠC",
    "type": "Quyết định",
    "subject": "Về việc giải quyết khiếu nại",
    "signer": "Bùi Viết Sơn",
    "signer_title": "CHỦ TỊCH",
}


@dataclass(frozen=True)
class DeskStock:
    """The archive, and documents by what is to be done with them."""

    stock: Stock
    dossier: DossierId
    sure: tuple[DocumentId, ...]
    doubtful: tuple[DocumentId, ...]  #: code has another reading, date must be typed, signer is unsure
    stack: DocumentId  #: several pages


def furnish(stock: Stock, *, sure: int = 2, doubtful: int = 3) -> DeskStock:
    """Take documents into an archive without any; `hoa` comes to work beside `lan`."""
    archive, system = stock.archive, stock.archive.system
    with archive.register.write() as conn:
        hoa, once = people.add(conn, system, "hoa", full_name="Trần Thị Hoà")
        people.grant(conn, system, hoa, Role.ARCHIVIST, stock.an_lac)
        people.change_password(conn, people.find(conn, system, "hoa").scope, once, PASSWORD)
        anlac = fonds.find(conn, system, "ANLAC")
        scope = people.find(conn, system, "lan").scope
        batch = batches.find(conn, scope, batches.create(conn, scope, "Hộp 13", anlac, origin="upload:13"))
    one = sheets(11, matter="khieu-nai", abbreviation="QĐ", paragraphs=4)[:1]
    many = sheets(5, matter="kinh-te-xa-hoi", abbreviation="BC", paragraphs=40)
    told: dict[object, list[Leaf]] = {}
    names = [f"sure-{n}" for n in range(sure)] + [f"doubtful-{n}" for n in range(doubtful)] + ["stack"]
    for number, name in enumerate(names):
        leaves = list(many if name == "stack" else one)
        data = as_pdf(leaves) + b"\n%" + str(number).encode()  # the same print, other bytes
        received = enter(
            archive.quay.land(io.BytesIO(data), limit_bytes=1 << 30),
            origin=f"upload:13/{name}",
            path=f"Hộp 13/HS 7/{name}.pdf",
            box="Hộp 13",
            dossier_label="HS 7",
            register=archive.register,
            scope=scope,
            quay=archive.quay,
            batch=batch,
            fonds=anlac,
        )
        told[received.source_file] = leaves
    with archive.register.write() as conn:
        batches.close(conn, scope, batch.id)
    work_through(archive, told)  # type: ignore[arg-type]
    with archive.register.read() as conn:
        place = next(one for one in dossier.dossiers(conn, system) if one.label == "HS 7").id
        inside = {one.name: one.id for one in documents.of_dossier(conn, system, place)}
    for name, identifier in inside.items():
        say(stock, identifier, doubtful=name.startswith("doubtful"))
    return DeskStock(
        stock,
        place,
        tuple(inside[f"sure-{n}.pdf"] for n in range(sure)),
        tuple(inside[f"doubtful-{n}.pdf"] for n in range(doubtful)),
        inside["stack.pdf"],
    )


def say(stock: Stock, document: DocumentId, *, doubtful: bool, **others: str) -> None:
    """Let the machine say what the document is."""
    archive = stock.archive
    spot = (Evidence(1, (150, 120, 420, 150)),)
    values = {name: Value(value, 0.98, spot) for name, value in (VALUES | others).items()}
    if doubtful:
        values["code"] = Value("45/QD-UBND", 0.6, spot, ("45/QĐ-UBND",))
        values["date"] = Value(None, 0.0, spot, (), asked=True)
        values["signer"] = Value("Bùi Viết Sơn", 0.7, spot)
    with archive.register.write() as conn:
        authority.lock_document(conn, archive.system, document)
        pages = [page.id for page in documents.get(conn, archive.system, document).pages]
        field_value.record_machine(conn, archive.system, document, values, pages=pages)
        queue.weigh(conn, archive.system, document)
