"""Short ways to do what the pipeline does, with the register alone: no bytes, no engines."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog import batch, contradiction, describing, document, fonds, looking, source_file, unit, work
from catalog.access import Role, Scope
from catalog.batch import Batch
from catalog.description import Value
from catalog.fonds import Fonds
from catalog.identifiers import (
    BatchId,
    DocumentId,
    DossierId,
    ObjectKey,
    PageId,
    SourceFileId,
    UnitId,
    UserId,
    new_id,
)
from catalog.page import Finding, StoredReading
from catalog.register import Register

SYSTEM = Scope("luutru", None, frozenset(), everywhere=True, grants=frozenset({(Role.ADMINISTRATOR, None)}))


def scope_of(role: Role, *units: UnitId, name: str = "lan") -> Scope:
    """Return the scope of somebody with `role` in `units`."""
    grants: frozenset[tuple[Role, UnitId | None]] = frozenset((role, place) for place in units)
    return Scope(name, UserId(hashlib.md5(name.encode()).hexdigest()), frozenset(units), grants=grants)


@dataclass(frozen=True)
class Office:
    """Two communes and their records."""

    register: Register
    an_lac: UnitId
    ha_tu: UnitId
    fonds: Fonds  #: of An Lạc
    other: Fonds  #: of Hà Tu

    def batch(self, conn: Connection, *, priority: int = 0, of: Fonds | None = None) -> Batch:
        """Open a batch."""
        made = batch.create(conn, SYSTEM, "lô", of or self.fonds, origin="folder", priority=priority)
        return batch.find(conn, SYSTEM, made)

    @property
    def archivist(self) -> Scope:
        """The archivist of An Lạc."""
        return scope_of(Role.ARCHIVIST, self.an_lac)

    @property
    def reader(self) -> Scope:
        """A reader of An Lạc."""
        return scope_of(Role.READER, self.an_lac, name="minh")

    @property
    def stranger(self) -> Scope:
        """The archivist of Hà Tu."""
        return scope_of(Role.ARCHIVIST, self.ha_tu, name="tam")


def make_office(register: Register) -> Office:
    """Enter the two communes."""
    with register.write() as conn:
        an_lac = unit.add(conn, SYSTEM, "UBND xã An Lạc", code="H49.64.33").id
        ha_tu = unit.add(conn, SYSTEM, "UBND phường Hà Tu").id
        return Office(
            register,
            an_lac,
            ha_tu,
            fonds.add(conn, SYSTEM, "ANLAC", unit=an_lac),
            fonds.add(conn, SYSTEM, "HATU", unit=ha_tu),
        )


def sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def arrive(
    conn: Connection,
    into: Batch,
    path: str,
    *,
    content: str = "",
    dossier: DossierId | None = None,
    scope: Scope = SYSTEM,
) -> SourceFileId:
    """Register a file that came from `path`; its bytes are told apart by `content`."""
    made = source_file.register(
        conn,
        scope,
        into,
        origin=f"folder/{path}",
        path=path,
        sha256=sha256(content or path),
        size=100,
        quay_name=new_id(),
        dossier=dossier,
    )
    assert made is not None
    return made


def take(conn: Connection, stage: work.Stage, identifier: str = "", owner: str = "w") -> work.Claim:
    """Claim what comes next, which must be that; descriptions that come before it are made by the way."""
    claim = work.claim(conn, SYSTEM, owner=owner)
    while claim is not None and claim.stage is work.Stage.DESCRIBE and stage is not work.Stage.DESCRIBE:
        described(conn, claim)
        claim = work.claim(conn, SYSTEM, owner=owner)
    assert claim is not None
    assert claim.stage is stage
    assert claim.id == identifier or not identifier
    return claim


def opened(conn: Connection, claim: work.Claim, pages: int = 1) -> DocumentId:
    """Record that a claimed file holds so many pages."""
    return source_file.opened(
        conn, SYSTEM, claim, media_type="application/pdf", pages=pages, signed=False, name="công văn"
    )


def looked(conn: Connection, claim: work.Claim, state: str = "read") -> None:
    """Record what a claimed page came to."""
    if state == "held":
        looking.looked_at(conn, SYSTEM, claim, Finding("held", code="broken", reason="it cannot be decoded"))
    elif state == "blank":
        looking.looked_at(conn, SYSTEM, claim, Finding("blank", 100, 200, 300))
    else:
        looking.looked_at(conn, SYSTEM, claim, Finding("read", 100, 200, 300), reading=reading(claim.id))


def reading(words: str) -> StoredReading:
    """Return a stored reading of its own."""
    return StoredReading(
        key=ObjectKey(sha256(f"reading {words}")),
        size=10,
        source="machine",
        engines={"truth": "1"},
        settings_hash="x",
        mean_confidence=0.9,
        agreed_share=0.9,
        words=3,
        degraded=False,
    )


def admitted(conn: Connection, claim: work.Claim) -> list[PageId]:
    """Record that the store keeps a claimed file."""
    file = source_file.get(conn, SYSTEM, SourceFileId(claim.id))
    return source_file.admitted(conn, SYSTEM, claim, key=ObjectKey(file.sha256), size=file.size)


def described(conn: Connection, claim: work.Claim, **fields: Value) -> None:
    """Record what a claimed document was found to be."""
    wanted = describing.to_describe(conn, SYSTEM, claim)
    describing.described(conn, SYSTEM, claim, wanted, fields)


def bound(conn: Connection, claim: work.Claim) -> None:
    """Record that a claimed document is bound."""
    pdf = ObjectKey(sha256(f"pdf {claim.id} {claim.attempt}"))
    document.bound(conn, SYSTEM, claim, pdf=(pdf, 10), alto={})


def do(conn: Connection, claim: work.Claim, *, pages: int = 1, state: str = "read") -> None:
    """Do what a claim is for."""
    match claim.stage:
        case work.Stage.OPEN:
            opened(conn, claim, pages)
        case work.Stage.LOOK:
            looked(conn, claim, state)
        case work.Stage.ADMIT:
            admitted(conn, claim)
        case work.Stage.DESCRIBE:
            described(conn, claim)
        case work.Stage.BIND:
            bound(conn, claim)


def work_off(register: Register, *, pages: int = 1, state: str = "read", owner: str = "w") -> int:
    """Do everything there is to do; return how many tasks that was."""
    done = 0
    while True:
        with register.write() as conn:
            claim = work.claim(conn, SYSTEM, owner=owner)
        if claim is None:
            return done
        with register.write() as conn:
            do(conn, claim, pages=pages, state=state)
        done += 1


def ledger_of(register: Register, of: BatchId) -> batch.Ledger:
    """Return where every page of a batch is."""
    with register.read() as conn:
        return batch.ledger(conn, SYSTEM, of)


def contradictions(register: Register) -> list[tuple[str, str]]:
    """Return what the register says that cannot be."""
    with register.read() as conn:
        return [*contradiction.contradictions(conn, SYSTEM), *describing.contradictions(conn, SYSTEM)]
