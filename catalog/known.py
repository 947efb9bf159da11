"""What search knows of a record beside its words: its number, its people, its parcels."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog import findability, key_value
from catalog.access import Role, Scope
from catalog.answer import Source
from catalog.identifiers import DocumentId, DossierId
from catalog.key_value import KeyValue


@dataclass(frozen=True)
class Known:
    """What search must know of a record beside its words; of a dossier only the keys."""

    code: str | None = None
    subject: str | None = None
    issuer: str | None = None
    signer: str | None = None
    keys: tuple[KeyValue, ...] = ()


def of_documents(
    conn: Connection, scope: Scope, documents: Collection[DocumentId]
) -> dict[DocumentId, Known]:
    """Return what search must know of those documents; for the index."""
    scope.require(Role.ADMINISTRATOR)
    values = findability.usable(conn, scope, documents)
    keys = key_value.among(conn, scope, documents=documents)
    return {
        name: Known(
            code=values.get(name, {}).get("code"),
            subject=values.get(name, {}).get("subject"),
            issuer=values.get(name, {}).get("issuer"),
            signer=values.get(name, {}).get("signer"),
            keys=usable_keys(keys.get(name, ())),
        )
        for name in documents
    }


def of_dossiers(conn: Connection, scope: Scope, dossiers: Collection[DossierId]) -> dict[DossierId, Known]:
    """Return what search must know of those dossiers; for the index."""
    scope.require(Role.ADMINISTRATOR)
    keys = key_value.among(conn, scope, dossiers=dossiers)
    return {name: Known(keys=usable_keys(keys.get(name, ()))) for name in dossiers}


def usable_keys(keys: Collection[KeyValue]) -> tuple[KeyValue, ...]:
    """Return those of `keys` that may be searched by."""
    return tuple(
        key for key in keys if key.source is not Source.MACHINE or key.confidence >= findability.USABLE
    )
