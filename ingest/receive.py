"""Receiving: a file comes onto the quay, durable, hashed and registered, before anybody looks at it."""

import json
from dataclasses import dataclass
from pathlib import Path

from catalog import dossier, secret_mark, source_file
from catalog.access import Scope
from catalog.batch import Batch
from catalog.fonds import Fonds
from catalog.identifiers import DossierId, SourceFileId
from catalog.register import Register, lock_subject
from ingest.arrangement import Arrival
from luutru.errors import BackendError, InvalidInput
from storage.hashing import digest
from storage.quay import Landed, Quay

QUAY = "quay"
"""Named by every transaction that registers a landed file, or lets one go that nobody registered."""


class LandingLost(BackendError):
    """The file no longer lies on the quay: registering it took so long that it was swept away."""

    slug = "landing-lost"


@dataclass(frozen=True)
class Received:
    """What became of one arrival."""

    source_file: SourceFileId | None  #: None: refused, or here already
    already: bool = False  #: these bytes from this origin had been received before
    refused: str | None = None  #: slug of the reason


def receive(
    arrival: Arrival,
    *,
    register: Register,
    scope: Scope,
    quay: Quay,
    batch: Batch,
    fonds: Fonds,
    limit_bytes: int,
    dossier_of: DossierId | None = None,
    parent: SourceFileId | None = None,
) -> Received:
    """Take one file of a folder, or a member of an archive, in.

    When this returns, it is durable and registered, or its refusal is.

    May be called again for the same arrival: nothing is doubled.

    Raises:
        BackendError: the quay or the register failed; nothing was acknowledged.
    """
    with register.read() as conn:
        known = source_file.known(conn, scope, batch, origin=arrival.origin)
    try:
        if known and _sha256(arrival.path) in known:
            return Received(None, already=True)
        with arrival.path.open("rb") as data:
            landed = quay.land(data, limit_bytes=limit_bytes)
    except (OSError, InvalidInput) as error:
        code = error.slug if isinstance(error, InvalidInput) else "unreadable"
        reason = str(error) if isinstance(error, InvalidInput) else f"it cannot be read: {error.strerror}"
        with register.write() as conn:
            source_file.turn_away(
                conn,
                scope,
                batch,
                origin=arrival.origin,
                path=arrival.relative,
                code=code,
                reason=reason,
            )
        return Received(None, refused=code)
    return enter(
        landed,
        origin=arrival.origin,
        path=arrival.relative,
        box=arrival.box,
        dossier_label=arrival.dossier,
        register=register,
        scope=scope,
        quay=quay,
        batch=batch,
        fonds=fonds,
        place=dossier_of,
        parent=parent,
    )


def enter(
    landed: Landed,
    *,
    origin: str,
    path: str,
    box: str | None,
    dossier_label: str | None,
    register: Register,
    scope: Scope,
    quay: Quay,
    batch: Batch,
    fonds: Fonds,
    place: DossierId | None = None,
    parent: SourceFileId | None = None,
) -> Received:
    """Register a file that lies on the quay (from a folder or an upload); a second copy is let go.

    Entered twice under one name (the answer got lost, or two asked at once), it stays: the record needs it.

    Bytes that are held for a secret mark, or were wiped, are held again at once, and nobody opens them.

    Raises:
        LandingLost: the file is no longer there; nothing was registered, it must land again.
    """
    sealed = quay.seal(landed.sha256)
    with register.read() as conn:
        secret = secret_mark.known(conn, scope, sealed)
    if secret:
        quay.held.keep(note_of(path=path, origin=origin, sha256=landed.sha256), landed.name)
    with register.write() as conn:
        lock_subject(conn, QUAY)
        if not quay.path(landed.name).exists():
            raise LandingLost("the file waited too long on the quay to be registered; send it again")
        lock_subject(conn, f"bytes:{landed.sha256}")
        if secret_mark.known(conn, scope, sealed) != secret:
            raise LandingLost("what is known of these bytes changed just now; send the file again")
        if place is None and dossier_label is not None:
            in_box = dossier.box(conn, scope, fonds.id, box) if box is not None else None
            place = dossier.in_place(conn, scope, fonds, dossier_label, box=in_box)
        identifier = source_file.register(
            conn,
            scope,
            batch,
            origin=f"secret:{quay.seal(origin)}" if secret else origin,
            path="" if secret else path,
            sha256=sealed if secret else landed.sha256,
            size=landed.size,
            quay_name=landed.name,
            dossier=place,
            parent=parent,
            secret=secret,
        )
        if secret and identifier is not None:
            secret_mark.note(conn, scope, identifier, secret_mark.KNOWN_BYTES)
        spare = identifier is None and not source_file.stands_on(conn, scope, batch, landed.name)
    if spare:
        (quay.wipe if secret else quay.release)(landed.name)
        quay.held.wipe(landed.name)
    if identifier is None:
        return Received(None, already=True)
    return Received(identifier)


def note_of(*, path: str, origin: str, sha256: str) -> bytes:
    """Return what the quay keeps of a held file and the register does not."""
    return json.dumps({"path": path, "origin": origin, "sha256": sha256}, ensure_ascii=False).encode()


def _sha256(path: Path) -> str:
    with path.open("rb") as data:
        return digest(data).sha256
