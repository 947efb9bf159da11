"""Taking in an accepted dossier that came from another installation: bytes into the store, then the register.

The package is hashed again from where it lies, whatever a check said of it before. Objects first, each
under its own digest, then everything in one transaction: killed before it, only strays are left; asked again,
nothing is done twice. Nothing is read again: the words come from the giver's page descriptions.
"""

import hashlib
import io
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from catalog import event, taken_over, transfer_acceptance, transfer_fonds, transfer_item
from catalog import transfer as transfers
from catalog.access import Role, Scope
from catalog.fonds import Fonds
from catalog.identifiers import DossierId, ObjectKey, TransferId
from catalog.register import Register, lock_subject
from catalog.taken_over import Kept, TakenDocument, TakenDossier, TakenFile, TakenPage
from catalog.transfer import Transfer
from catalog.transfer_item import Item
from handover import record as records
from handover.came_words import CameReading, marks_among, readings
from handover.marked_words import SecretMarkCame, pages
from handover.package_digest import package_digest
from handover.record import Document, Key, Page, Record, Signed, Value
from ingest.limits import Limits
from luutru.errors import IntegrityError, InvalidInput
from storage.object_store import ObjectStore
from storage.ranges import Stretch

_SPARE = ("identifier", "box", "id")
"""What a dossier's record says that is no column of ours."""


MOST_NAMED = 5
"""Pages with a mark that a message names."""


class PackageChanged(IntegrityError):
    """What lies here of a package is not what was announced."""

    slug = "package-changed"


class PackageWithoutRecord(InvalidInput):
    """A package of another system: it says nothing of pages and readings, and is taken in as scans are."""

    slug = "package-without-record"


@dataclass(frozen=True)
class House:
    """Where a dossier is taken in."""

    register: Register
    store: ObjectStore
    system: Scope  #: the service itself, which enters the rows
    scope: Scope  #: on whose behalf
    no_mark: Mapping[str, str] = field(default_factory=dict)  #: identifier -> why: a custodian saw no mark
    limits: Limits = field(default_factory=Limits)  #: of a child that reads what strangers wrote


def take_in(house: House, transfer: Transfer, item: Item, package: Path) -> DossierId:
    """Take in one accepted dossier from the folder of its package; return it. Twice is harmless.

    Raises:
        PackageChanged: a file of it is not what was announced; nothing was entered.
        PackageWithoutRecord, RecordInvalid, AltoInvalid: it cannot be understood.
        Refused: its words ended whoever read them, or outlived their time.
        SecretMarkCame: a page reads like a secret mark; nothing was kept or entered.
        FondsCodeTaken, ObjectPurged, TransferStateWrong, NotAllowed: as they say.
    """
    if item.dossier is not None:
        return item.dossier
    files = _hashed(package, item)
    told = _record(package)
    if told.dossier.identifier != item.identifier:
        raise PackageChanged(f"{item.identifier}: the record inside is of {told.dossier.identifier}")
    seen = _require_unmarked(house, transfer, item, told, files)
    kept, words = _keep(house, files, told, package)
    with house.register.write() as conn:
        lock_subject(conn, f"taking-in:{item.id}")
        again = transfer_item.find(conn, house.scope, transfer.id, item.id)
        if again.dossier is not None:
            return again.dossier
        held = transfers.find(conn, house.scope, transfer.id)
        fonds = _fonds(conn, house, told, held)
        batch = taken_over.batch_for(conn, house.system, fonds, transfer.id, held.number)
        dossier = taken_over.enter(
            conn,
            house.system,
            _taken(told, fonds, kept, words, files, package, seen),
            batch=batch,
            origin=f"handover:{held.namespace}",
            authority=held.to_unit,
            keeper=held.to_unit if held.paper_passed or item.medium == "digital" else held.from_unit,
            instrument=held.decision_number,
        )
        transfer_acceptance.taken_in(conn, house.scope, item.id, dossier)
        if seen:
            reason = house.no_mark[item.identifier]
            about = {"pages": len(seen), "reason": reason}
            event.record(conn, house.scope, "secret-no-mark", f"dossier:{dossier}", about)
    return dossier


def _require_unmarked(
    house: House, transfer: Transfer, item: Item, told: Record, files: Mapping[str, Path]
) -> frozenset[str]:
    """Pass if no page reads like a secret mark; return those of which a custodian says that it is none.

    Raises:
        SecretMarkCame: one does, and no custodian of the receiver says otherwise.
    """
    found = marks_among(pages(told, files), limits=house.limits)
    if found and not (
        house.no_mark.get(item.identifier, "").strip() and house.scope.may(Role.CUSTODIAN, transfer.to_unit)
    ):
        where = "; ".join(f"{one.document}, page {one.number}" for one in found[:MOST_NAMED])
        raise SecretMarkCame(
            f"{item.identifier}: {where}: it reads like a secret mark, and is not taken in; a custodian who "
            "is an archivist too and sees that it is none says so: luutru handover accept NUMBER --no-mark "
            f"{item.identifier} --reason …"
        )
    return frozenset(one.page for one in found)


def _fonds(conn: Connection, house: House, told: Record, held: Transfer) -> Fonds:
    """Return the fonds of ours that theirs is, as a person said, or as it was for the dossiers before."""
    code = told.fonds.code
    said = transfer_fonds.filed(conn, house.scope, held.id).get(code)
    if said is not None:
        return said.fonds
    found = taken_over.fonds_for(
        conn,
        house.system,
        code,
        told.fonds.title,
        asdict(told.fonds.unit) if told.fonds.unit else None,
        giver=held.from_unit,
        receiver=held.to_unit,
    )
    transfer_fonds.note(conn, house.system, held.id, code, found)
    return found


def left(house: House, transfer: TransferId) -> list[Item]:
    """Return the accepted dossiers with a package that are not taken in yet, in their order."""
    with house.register.read() as conn:
        found = transfer_item.items(conn, house.scope, transfer)
    return [item for item in found if waits(item)]


def waits(item: Item) -> bool:
    """Return whether a dossier with a package was accepted and is not taken in yet."""
    accepted = item.decision is not None and item.decision.passes
    return accepted and item.dossier is None and bool(item.digest)


def is_as_announced(package: Path, item: Item) -> bool:
    """Return whether what lies in the folder of a package is what was announced, every byte hashed now."""
    try:
        _hashed(package, item)
    except (PackageChanged, OSError):
        return False
    return True


# --- what lies in the package -----------------------------------------------------------------------------


def _hashed(package: Path, item: Item) -> dict[str, Path]:
    """Return the files of the package by their SHA-256, all of them hashed now.

    Raises:
        PackageChanged: they are not what was announced.
    """
    rows: list[tuple[str, str]] = []
    found: dict[str, Path] = {}
    for path in sorted(package.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise PackageChanged(f"{item.identifier}: a link or special file in its package")
        if path.is_file():
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            rows.append((f"{package.name}/{path.relative_to(package).as_posix()}", digest))
            found.setdefault(digest, path)
    digest = package_digest(rows)
    if digest != item.digest:
        raise PackageChanged(
            f"{item.identifier}: announced {(item.digest or '')[:16]}…, here lies {digest[:16]}…"
        )
    return found


def _record(package: Path) -> Record:
    path = package / records.PATH
    if not path.is_file():
        raise PackageWithoutRecord(f"{package.name} has no {records.PATH}")
    return records.from_json(path.read_bytes())


def _pdf(package: Path, document: Document) -> Path:
    path = package / "representations" / "rep1" / "data" / f"{document.identifier}.pdf"
    if "/" in document.identifier or not path.is_file():
        raise records.RecordInvalid(f"document {document.identifier} has no PDF/A in the package")
    return path


# --- bytes first -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    key: ObjectKey
    size: int
    columns: Mapping[str, Any]


def _keep(
    house: House, files: Mapping[str, Path], told: Record, package: Path
) -> tuple[dict[str, Kept], dict[str, _Reading]]:
    """Keep what the record names; return it by SHA-256, and each page's reading by the giver's page id.

    Raises:
        RecordInvalid: it names a file that is not in the package.
    """
    store = house.store
    kept: dict[str, Kept] = {}
    read: list[tuple[Page, Path]] = []

    def keep(digest: str, kind: str) -> None:
        if digest in kept:
            return
        path = files.get(digest)
        if path is None:
            raise records.RecordInvalid(f"the package lacks the file {digest[:16]}… that its record names")
        found = store.put_file(path)
        if found.key != digest:
            raise PackageChanged(f"{path.name} changed while it was kept")
        kept[digest] = Kept(found.key, found.size, kind)

    for file in told.files:
        keep(file.sha256, "master")
    by_path = {path: digest for digest, path in files.items()}
    for document in told.documents:
        path = _pdf(package, document)
        digest = by_path.get(path) or _digest(path)
        keep(digest, "signed" if document.signed is not None else "pdfa")
        if document.signed is not None:
            kept[document.signed.source] = _unsigned(store, path, document.signed)
        for page in document.pages:
            if page.reading is not None:
                keep(page.reading.alto, "alto")
                read.append((page, files[page.reading.alto]))
    return kept, {page.id: _reading(store, page, came) for page, came in readings(read, limits=house.limits)}


def _unsigned(store: ObjectStore, path: Path, told: Signed) -> Kept:
    """Keep a document as it was before it was signed: a signature is added behind, and changes nothing."""
    if told.size >= path.stat().st_size:
        raise records.RecordInvalid(f"{path.name} is no longer than before it was signed")
    stream = path.open("rb")
    with io.BufferedReader(Stretch(stream.read, told.size, release=stream.close)) as before:
        found = store.put(before)
    if found.key != told.source:
        raise records.RecordInvalid(f"{path.name} is not what was signed, and a signature")
    return Kept(found.key, found.size, "pdfa")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _reading(store: ObjectStore, page: Page, came: CameReading) -> _Reading:
    told = page.reading
    assert told is not None  # asked of read pages only
    kept = store.put(io.BytesIO(came.stored))
    return _Reading(
        kept.key,
        kept.size,
        {
            "source": told.source,
            "actor": told.actor[:64],
            "made_at": told.made_at,
            "engines": dict(told.engines),
            "settings_hash": told.settings_hash[:64],
            "mean_confidence": came.mean_confidence,
            "agreed_share": came.agreed_share,
            "words": came.words,
            "degraded": told.degraded,
            "object_key": kept.key,
        },
    )


# --- then the register -------------------------------------------------------------------------------------


def _taken(
    told: Record,
    fonds: Any,
    kept: Mapping[str, Kept],
    readings: Mapping[str, _Reading],
    files: Mapping[str, Path],
    package: Path,
    seen: Collection[str],
) -> TakenDossier:
    by_path = {path: digest for digest, path in files.items()}
    dossier = asdict(told.dossier)
    columns = {name: value for name, value in dossier.items() if name not in _SPARE}
    documents = []
    for document in told.documents:
        pdf = _pdf(package, document)
        digest = by_path.get(pdf) or _digest(pdf)
        documents.append(
            TakenDocument(
                came_as=document.id,
                file=document.file,
                columns={
                    "name": document.name,
                    "title": document.title,
                    "type": document.type,
                    "year": document.year,
                    "ordinal": document.ordinal,
                },
                pdf=ObjectKey(document.signed.source if document.signed is not None else digest),
                pages=[_taken_page(page, readings, seen) for page in document.pages],
                values=[_answer(value) for value in document.values],
                keys=[_answer(key) for key in document.keys],
                signed=_signature(digest, document.signed),
            )
        )
    return TakenDossier(
        came_as=told.dossier.id,
        fonds=fonds,
        box=told.dossier.box,
        columns=columns | {"code": told.dossier.code or told.dossier.identifier, "paper_only": not documents},
        files=[
            TakenFile(
                file.id,
                {"path": file.path, "size": file.size, "media_type": file.media_type, "signed": file.signed},
                ObjectKey(file.sha256),
            )
            for file in told.files
        ],
        documents=documents,
        keys=[_answer(key) for key in told.keys],
        objects=[
            *kept.values(),
            *(Kept(each.key, each.size, "reading") for each in readings.values()),
        ],
    )


def _signature(digest: str, told: Signed | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {
        "object_key": digest,
        "office": told.office,
        "certificate": told.certificate,
        "actor": told.actor[:64],
        "signed_at": told.signed_at,
        "stamp": told.stamp,
    }


def _taken_page(page: Page, readings: Mapping[str, _Reading], seen: Collection[str]) -> TakenPage:
    columns = asdict(page)
    for name in ("id", "file", "reading"):
        del columns[name]
    columns["flags"] = list(page.flags)
    read = readings.get(page.id)
    return TakenPage(
        came_as=page.id,
        file=page.file,
        columns=columns,
        reading=read.columns if read else None,
        alto=ObjectKey(page.reading.alto) if page.reading else None,
        mark_released=page.id in seen,
    )


def _answer(answer: Key | Value) -> dict[str, Any]:
    row = asdict(answer)
    row["evidence"] = [list(place) for place in answer.evidence]
    row["actor"] = answer.actor[:64]
    if isinstance(answer, Value):
        row["alternatives"] = list(answer.alternatives)
    return row
