"""Signing in the archive: documents by the thousand after their dossiers were signed off, minutes, stamps.

The order is that of TT 05/2025, Điều 8: read, PDF/A, signature, time stamp, hash (the object's key), package.
What waits follows from the register, so whoever is killed loses nothing: the next run signs what has no
signature. A signed form that was put and not recorded is a stray, and harms nothing.
"""

import fcntl
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from catalog import dossier as dossiers
from catalog import event, objects, schema, secret_mark, signed_pdf, transfer, transfer_item, transfer_paper
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import DocumentId, DossierId, ObjectKey, SignedPdfId, TransferId
from catalog.signed_pdf import SignedPdf, ToSign
from catalog.transfer_paper import TransferPaper
from handover.signing import (
    PdfNotSignable,
    Pending,
    Side,
    SignedAlready,
    Stamped,
    sign_minutes,
    sign_pdf,
    stamp_pdf,
)
from handover.signing_key import SigningKey
from handover.time_stamp import StampServer
from luutru.bootstrap import Archive
from luutru.errors import Conflict, InvalidInput
from storage.object_store import StoredObject

LARGEST = 1 << 30
"""Bytes of a PDF that is signed: it lies in memory three times over meanwhile. A document of 1,000 pages
of office scans has about 150 MB."""

AT_ONCE = 500
"""Dossiers that the register is asked of in one question: it takes some 30,000 values at most."""

Tell = Callable[[int], None]
"""Hears how many documents are through so far."""


class SigningRuns(Conflict):
    """Another run is signing in this home."""

    slug = "signing-runs"


class PdfTooLarge(InvalidInput):
    """A PDF too large to be signed in one piece; split the document."""

    slug = "pdf-too-large"


@dataclass(frozen=True)
class Failure:
    """A document that could not be signed, and why; the others were."""

    document: DocumentId
    code: str
    reason: str


@dataclass(frozen=True)
class Done:
    """What a run came to."""

    signed: int = 0
    stamped: int = 0  #: of those, or of those that waited for it
    pending: int = 0  #: without their time stamp still
    others: int = 0  #: of dossiers that somebody else keeps; not signed
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Signer:
    """Who signs, how it is shown, and who stamps."""

    key: SigningKey
    office: str  #: as paper shows it
    server: StampServer | None
    fonts: Path | None = None


@contextmanager
def only_signer(home: Path) -> Iterator[None]:
    """Hold the home's lock on signing; the system frees it when the process ends, however it ends.

    Raises:
        SigningRuns: somebody else holds it.
    """
    with (home / "sign.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SigningRuns("another run is signing here; wait for it, or stop it") from error
        yield


def dossiers_of_transfer(archive: Archive, scope: Scope, name: str) -> set[DossierId]:
    """Return the dossiers of a handover, by its number or id.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    with archive.register.read() as conn:
        found = transfer.find(conn, scope, name)
        items = transfer_item.items(conn, scope, found.id)
    return {item.dossier for item in items if item.dossier is not None}


def sign_documents(
    archive: Archive,
    scope: Scope,
    signer: Signer,
    *,
    of: Collection[DossierId] | None = None,
    tell: Tell = lambda _done: None,
) -> Done:
    """Sign every document that waits for it, of dossiers `of` or of all; return what it came to.

    Raises:
        SigningRuns: somebody else is at it.
        BackendError: store or register failed; what was signed so far is recorded, the same call goes on.
    """
    scope.require(Role.ARCHIVIST)
    signed = stamped = pending = others = 0
    failures: list[Failure] = []
    keeps: dict[DossierId, bool] = {}
    with only_signer(archive.home):
        for each in _waiting(archive, scope, of):
            if each.dossier not in keeps:
                with archive.register.read() as conn:
                    keeps[each.dossier] = _keeps(conn, scope, each.dossier)
            if not keeps[each.dossier]:
                others += 1
                continue
            try:
                stamp = _sign_one(archive, scope, signer, each)
            except (PdfNotSignable, PdfTooLarge, SignedAlready) as error:
                failures.append(Failure(each.document, error.slug, str(error)))
            else:
                signed += stamp is not None
                stamped += stamp is Stamped.STAMPED
                pending += stamp is Stamped.PENDING
            tell(signed + others + len(failures))
    return Done(signed, stamped, pending, others, tuple(failures))


def _waiting(archive: Archive, scope: Scope, of: Collection[DossierId] | None) -> Iterator[ToSign]:
    """Return what waits, some at a time, and each document once: one that cannot be signed waits on."""
    names = sorted(of or ())
    groups = [names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE)]
    for group in [None] if of is None else groups:
        after: DocumentId | None = None
        while True:
            with archive.register.read() as conn:
                found = signed_pdf.to_sign(conn, scope, of=group, after=after)
            if not found:
                break
            yield from found
            after = found[-1].document


def _keeps(conn: Connection, scope: Scope, dossier: DossierId) -> bool:
    with suppress(NotAllowed):
        dossiers.require_keeper(conn, scope, dossier)
        return True
    return False


def _sign_one(archive: Archive, scope: Scope, signer: Signer, wanted: ToSign) -> Stamped | None:
    """Sign one document and record it; None: it did not wait for it any more."""
    made = sign_pdf(
        _bytes_of(archive, wanted.pdf),
        signer.key,
        office=signer.office,
        server=signer.server,
        fonts=signer.fonts,
    )
    kept = archive.store.put(io.BytesIO(made.data))
    with archive.register.write() as conn:
        recorded = signed_pdf.record(
            conn,
            scope,
            wanted,
            pdf=(kept.key, kept.size),
            office=signer.office,
            certificate=signer.key.fingerprint,
            signed_at=made.at,
            stamp=made.stamp.value,
        )
        if not recorded:
            _let_go(archive, conn, kept, wanted.document)
    return made.stamp if recorded else None


def _let_go(archive: Archive, conn: Connection, kept: StoredObject, document: DocumentId) -> None:
    """Have what was put in vain erased where a page of the document was held for a secret mark meanwhile."""
    page = schema.page.c
    secret_mark.let_go(conn, archive.system, [kept.key], of=page.document_id == document)


def stamp_documents(
    archive: Archive, scope: Scope, server: StampServer, *, tell: Tell = lambda _done: None
) -> Done:
    """Add the time stamps that signed documents and minutes still lack; stop where the server is away.

    Raises:
        SigningRuns: somebody else is at it.
        BackendError: store or register failed; the same call goes on.
    """
    scope.require(Role.ARCHIVIST)
    stamped = 0
    after: SignedPdfId | None = None
    with only_signer(archive.home):
        while True:
            with archive.register.read() as conn:
                waiting = signed_pdf.pending(conn, scope, after=after)
            for each in waiting:
                after = each.id
                made = stamp_pdf(_bytes_of(archive, each.pdf), server)
                if isinstance(made, Pending):
                    return Done(stamped=stamped, pending=_count_pending(archive, scope))
                stamped += _record_stamp(archive, scope, each, made)
                tell(stamped)
            if not waiting:
                break
        for transfer_name, paper in _papers_without_stamp(archive, scope):
            made = stamp_pdf(_bytes_of(archive, paper.object_key), server)
            if isinstance(made, Pending):
                return Done(stamped=stamped, pending=_count_pending(archive, scope))
            signatures = [{**each, "stamp": Stamped.STAMPED.value} for each in paper.signatures]
            _keep_paper(archive, scope, transfer_name, made, signatures)
            stamped += 1
            tell(stamped)
    return Done(stamped=stamped, pending=_count_pending(archive, scope))


def _record_stamp(archive: Archive, scope: Scope, before: SignedPdf, data: bytes) -> bool:
    kept = archive.store.put(io.BytesIO(data))
    with archive.register.write() as conn:
        recorded = signed_pdf.stamped(conn, scope, before, pdf=(kept.key, kept.size))
        if not recorded:
            _let_go(archive, conn, kept, before.document)
    return recorded


def _count_pending(archive: Archive, scope: Scope) -> int:
    with archive.register.read() as conn:
        documents = signed_pdf.count_pending(conn, scope)
    return documents + len(_papers_without_stamp(archive, scope))


def _papers_without_stamp(archive: Archive, scope: Scope) -> list[tuple[TransferId, TransferPaper]]:
    """Return the newest minutes of each handover that `scope` may see, where a signature lacks its stamp."""
    table = schema.transfer_paper.c
    with archive.register.read() as conn:
        names = (
            conn.execute(select(table.transfer_id).where(table.kind == "minutes").distinct()).scalars().all()
        )
        found = []
        for name in map(TransferId, sorted(names)):
            with suppress(transfer.TransferNotFound):
                newest = transfer_paper.latest(conn, scope, name, "minutes")
                if any(each.get("stamp") == Stamped.PENDING.value for each in newest.signatures):
                    found.append((name, newest))
    return found


def sign_transfer_minutes(
    archive: Archive, scope: Scope, signer: Signer, name: str, side: Side
) -> tuple[ObjectKey, Stamped]:
    """Sign the newest minutes of a handover for one side; the signed ones become the newest.

    Raises:
        MinutesOutdated: something was decided since they were drawn up.
        TransferNotFound, TransferPaperNotFound, NotAllowed, SignedAlready, PdfNotSignable: as they say.
    """
    with archive.register.read() as conn:
        found = transfer.find(conn, scope, name)
        newest = transfer_paper.latest(conn, scope, found.id, "minutes")
        transfer_paper.require_current(conn, scope, found.id)
    unit = found.from_unit if side is Side.GIVER else found.to_unit
    scope.require(Role.ARCHIVIST, unit)
    made = sign_minutes(
        _bytes_of(archive, newest.object_key),
        signer.key,
        side,
        office=signer.office,
        server=signer.server,
        fonts=signer.fonts,
    )
    signature = {
        "who": signer.office,
        "role": "giver" if side is Side.GIVER else "receiver",
        "at": made.at.isoformat(),
        "stamp": made.stamp.value,
        "certificate": signer.key.fingerprint,
        "actor": scope.actor,
    }
    key = _keep_paper(archive, scope, found.id, made.data, [*newest.signatures, signature])
    return key, made.stamp


def _keep_paper(
    archive: Archive, scope: Scope, name: TransferId, data: bytes, signatures: Sequence[Mapping[str, Any]]
) -> ObjectKey:
    kept = archive.store.put(io.BytesIO(data))
    with archive.register.write() as conn:
        objects.note(conn, archive.system, kept.key, kept.size, "paper")
        transfer_paper.keep(conn, scope, name, "minutes", kept.key, signatures=signatures)
    return kept.key


def write_down(archive: Archive, scope: Scope, kind: str, subject: str, told: dict[str, str]) -> None:
    """Record that something outside the register was signed: a parcel, a file, a checkpoint."""
    scope.require(Role.ARCHIVIST)
    with archive.register.write() as conn:
        event.record(conn, scope, kind, subject, told)


def _bytes_of(archive: Archive, key: ObjectKey) -> bytes:
    if archive.store.size(key) > LARGEST:
        raise PdfTooLarge(f"a PDF of more than {LARGEST >> 20} MB is not signed in one piece")
    with archive.store.get(key) as stream:
        return stream.read()
