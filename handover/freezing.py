"""From the register to what is fixed at sealing: the circular's fields, our own, every file by its digest."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from catalog.dossier import Dossier
from catalog.field_value import FieldValue
from catalog.holding import Holding, KeptDocument
from catalog.identifiers import ObjectKey, SourceFileId
from catalog.inventory import Counts
from catalog.transfer_draft import counts_of
from handover import names
from handover.frozen import FORMAT, text_of
from handover.outcome import Check, failed
from ingest.list_columns import codes
from storage.object_store import ObjectStore

DIGITISED = "02"
"""Confidence level (mức độ tin cậy) of what was scanned from paper; says nothing of how well it was read."""

NOT_IN_RECOVERY = "0"
"""riskRecovery: the archive does not know of a recovery copy (chế độ dự phòng)."""

_OTHER_TYPE = "32"


@dataclass(frozen=True)
class Fixed:
    """One dossier, ready to be sealed."""

    frozen: Mapping[str, Any]
    identifier: str
    title: str
    counts: Counts
    left_out: int  #: files that would carry pages of another dossier: their PDF/A go alone


def freeze(held: Holding, store: ObjectStore, *, archive_code: str, unfinished: bool, medium: str) -> Fixed:
    """Return everything that the package of a dossier is made of; reads the readings, and nothing else.

    `archive_code`: of the giver, as it stands before a paper dossier's place (mã cơ quan lưu trữ).
    """
    one = held.dossier
    code = code_of(one)
    identifier = names.portable(code)
    counted = Counts(1, **counts_of(held.counted, held.listed.values if held.listed is not None else {}))
    names_of_masters: dict[SourceFileId, str] = {}
    documents = [
        _document(held, each, number, identifier, code, store, names_of_masters)
        for number, each in enumerate(held.documents, start=1)
    ]
    fields = {
        "fileCode": code,
        "title": one.title[:1000],
        "maintenance": one.retention.code or "",
        "mode": one.access_mode,
        "language": ", ".join(one.language.split(",")),
        "startDate": _day(one.date_from),
        "endDate": _day(one.date_to),
        "keyword": one.keyword,
        "totalDoc": str(counted.documents),
        "numberOfPaper": str(counted.sheets),
        "numberOfPage": str(counted.pages),
        "format": one.physical_state or "",
        "confidenceLevel": DIGITISED if medium != "digital" else "01",
        "paperFileCode": _paper_code(held, archive_code) if medium != "digital" else "",
        "riskRecovery": NOT_IN_RECOVERY,
        "description": one.description,
    }
    seen = {page.source_file for each in held.documents for page in each.pages}
    frozen = {
        "format": FORMAT,
        "identifier": identifier,
        "fonds": one.fonds_code,
        "fields": {name: value for name, value in fields.items() if value},
        "retention": one.retention.value or "",
        "unfinished": unfinished,
        "medium": medium,
        "documents": documents,
        "events": [
            {
                "id": each.id,
                "at": each.at.isoformat(),
                "actor": each.actor,
                "kind": each.kind,
                "subject": each.subject,
                "instrument": each.instrument or "",
                "payload": each.payload,
            }
            for each in held.events
        ],
    }
    return Fixed(frozen, identifier, one.title, counted, len(seen) - len(names_of_masters))


def code_of(one: Dossier) -> str:
    """Return the code of a dossier (mã hồ sơ): its own, else by the template; "" where neither can be."""
    day = one.date_to or one.date_from
    year = day.year if day is not None else None
    return names.dossier_code(one.code, fonds=one.fonds_code, year=year, label=one.label)


def faults(one: Dossier) -> list[Check]:
    """Return what makes a dossier's name impossible: without one it is in no package."""
    if not names.portable(code_of(one)):
        said = "neither code nor year: enter the code (mã hồ sơ), or the dates it covers"
        return [failed("dossier-code-lacks", one.label, said)]
    return []


# --- one document --------------------------------------------------------------------------------------


def _document(
    held: Holding,
    each: KeptDocument,
    number: int,
    dossier: str,
    code: str,
    store: ObjectStore,
    taken: dict[SourceFileId, str],
) -> dict[str, Any]:
    name = names.document(dossier, number)
    masters: list[dict[str, Any]] = []
    for source in dict.fromkeys(page.source_file for page in each.pages):
        file = held.files.get(source)
        if file is None or not file.whole or source in taken:
            continue
        taken[source] = names.master(name, len(masters) + 1, file.media_type)
        masters.append(_kept(taken[source], file.name, file.media_type, file.key, file.size))
    pdf = each.access
    assert pdf is not None  # sealing refuses what is not bound
    access = _kept(f"{name}.pdf", "", "application/pdf", pdf, held.sizes[pdf])
    return {
        "identifier": name,
        "fields": _document_fields(held, each, number, name, code),
        "access": access,
        "masters": masters,
        "readings": [*_alto(held, each, name), _text(each, name, store)],
    }


def _alto(held: Holding, each: KeptDocument, name: str) -> list[dict[str, Any]]:
    return [
        _kept(
            names.reading(name, number),
            "",
            "application/xml",
            each.alto[page.id],
            held.sizes[each.alto[page.id]],
        )
        for number, page in enumerate(each.pages, start=1)
        if page.id in each.alto
    ]


def _text(each: KeptDocument, name: str, store: ObjectStore) -> dict[str, Any]:
    of = [page.reading_key or "" for page in each.pages]
    data = text_of(store, of)
    digest = hashlib.sha256(data).hexdigest()
    return {
        "name": f"{name}.txt",
        "original": "",
        "media_type": "text/plain",
        "size": len(data),
        "sha256": digest,
        "of": of,
    }


def _kept(name: str, original: str, media_type: str, key: ObjectKey, size: int) -> dict[str, Any]:
    return {
        "name": name,
        "original": unicodedata.normalize("NFC", original),
        "media_type": media_type,
        "size": size,
        "sha256": key,
    }


def _document_fields(held: Holding, each: KeptDocument, number: int, name: str, code: str) -> dict[str, str]:
    one, sure = held.dossier, _sure(each.fields, signed=held.dossier.state == "signed-off")
    fields = {
        "docId": name,
        "docCode": names.document_code(code, number)[-100:],
        "maintenance": one.retention.code or "",
        "typeName": _type(sure.get("type", "")),
        "codeNumber": sure.get("number", "")[:11],
        "codeNotation": sure.get("notation", "")[:30],
        "issuedDate": _iso_day(sure.get("date", "")),
        "organName": sure.get("issuer", "")[:200],
        "subject": sure.get("subject", "")[:500],
        "language": ", ".join(one.language.split(",")),
        "numberOfPage": str(len(each.pages)),
        "mode": one.access_mode,
        "confidenceLevel": DIGITISED,
        "format": one.physical_state or "",
        "riskRecovery": NOT_IN_RECOVERY,
    }
    return {field: value for field, value in fields.items() if value}


def _sure(fields: Mapping[str, FieldValue], *, signed: bool) -> dict[str, str]:
    """Return what may be said: all that is in force once a person signed for it, else what is sure."""
    return {
        name: value.value
        for name, value in fields.items()
        if value.value is not None and (signed or value.confident)
    }


def _type(name: str) -> str:
    """Return the code of a kind of document; 32, other, of one that the list does not have; "" of none."""
    if not name:
        return ""
    wanted = names.portable(name).casefold()
    for code, known in codes("document").items():
        if names.portable(known).casefold() == wanted:
            return code
    return _OTHER_TYPE


def _paper_code(held: Holding, archive_code: str) -> str:
    """Return where the paper is: archive, store or box, number of the dossier (TT 05/2025, paperFileCode)."""
    one = held.dossier
    parts = (archive_code, "/".join(filter(None, (one.place, one.box_label))), one.label)
    return ".".join(filter(None, parts))[:100]


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day is not None else ""


def _iso_day(day: str) -> str:
    try:
        return _day(date.fromisoformat(day)) if day else ""
    except ValueError:
        return ""
