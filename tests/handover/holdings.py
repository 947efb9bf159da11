"""A dossier to hand over, made by hand."""

import hashlib
import io
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from handover import record as records
from handover.holding import HeldDocument, HeldDossier, HeldFile
from handover.record import Document, Dossier, Fonds, Page, Record, Signed, SourceFile
from handover.sealed import Office, Sealed

SEALED = Sealed(
    transfer="BG-2026-000001",
    namespace=uuid.UUID(int=7),
    at=datetime(2026, 11, 26, 3, 0, tzinfo=UTC),
    giver=Office("UBND xã Tân Hòa", "H49.64.33"),
    receiver=Office("UBND xã Tân An Hội", "H49.64.34"),
    agreement="12/QĐ-UBND",
)


def held(name: str, data: bytes, media_type: str = "application/pdf") -> HeldFile:
    digest = hashlib.sha256(data).hexdigest()
    return HeldFile(name, "tên gốc.pdf", media_type, len(data), digest, lambda: io.BytesIO(data))


def dossier(number: int = 160, documents: int = 2, *, aip: bool = False) -> HeldDossier:
    code = f"H49.64.33.2001.{number}"
    fields = {
        "arcFileCode" if aip else "fileCode": code,
        "title": "Tập tờ khai đăng ký kết hôn năm 2001",
        "maintenance": "01",
        "mode": "01",
        "language": "01",
        "startDate": "02/01/2001",
        "endDate": "28/12/2001",
        "totalDoc": str(documents),
        "numberOfPaper": str(documents),
        "numberOfPage": str(documents),
        "riskRecovery": "0",
    }
    return HeldDossier(
        code, "HATU", fields, tuple(_document(code, each, aip=aip) for each in range(1, documents + 1))
    )


def _document(code: str, number: int, *, aip: bool) -> HeldDocument:
    name = f"{code}.{number}"
    fields = {
        "docCode": f"{code}.{number:07d}",
        "typeName": "02",
        "issuedDate": "02/01/2001",
        "organName": "UBND xã Tân Hòa",
        "subject": "Về việc công nhận",
        "language": "01",
        "numberOfPage": "1",
        "mode": "01",
    }
    own = {"arcFileCode": code, "docOrdinal": str(number)} if aip else {
        "docId": name,
        "maintenance": "01",
        "riskRecovery": "0",
    }  # fmt: skip
    return HeldDocument(
        name,
        {**fields, **own},
        held(f"{name}.pdf", f"%PDF-1.7 {name}".encode()),
        (held(f"{name}.tif", f"II* {name}".encode(), "image/tiff"),),
        (held(f"{name}.xml", b"<alto/>", "application/xml"),),
    )


_TEXTS = ("label", "title", "place", "keyword", "description")
_STANDS = {"access_mode": "01", "language": "01", "state": "signed-off", "label": "HS 1"}
_BLANK = {"image_index": 0, "part": 0, "state": "blank", "flags": ()}


def blank(number: int, identifier: str, signed: Signed | None = None) -> Document:
    """Return what a record tells of the document of that number: one page, the first of file `f<number>`."""
    leaf = {"id": f"p{number}", "file": f"f{number}", **_BLANK}
    page = Page(**{**dict.fromkeys(Page.__dataclass_fields__), **leaf})  # type: ignore[arg-type]  # by name
    return Document(
        f"d{number}", identifier, identifier, None, None, None, None, f"f{number}", signed, (page,), (), ()
    )


def record(identifier: str, documents: Sequence[Document], files: Sequence[SourceFile]) -> Record:
    """Return a record of a dossier of which nothing more is known."""
    nothing = dict.fromkeys(Dossier.__dataclass_fields__)
    said = {**nothing, **dict.fromkeys(_TEXTS, ""), **_STANDS, "id": "h1", "identifier": identifier}
    dossier = Dossier(**said)  # type: ignore[arg-type]  # by name
    return Record(records.FORMAT, Fonds("F", "F", None), dossier, tuple(files), tuple(documents), ())
