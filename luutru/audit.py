"""The check of the whole archive: does the ledger add up, are all objects whole, does search agree."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog import batch as batches
from catalog import (
    contradiction,
    describing,
    dossier,
    index_feed,
    objects,
    page,
    quay_reading,
    secret_mark,
    source_file,
)
from index.search_index import SearchIndex
from luutru.bootstrap import Archive
from luutru.errors import LuuTruError
from storage.fixity import audit as audit_objects

MANY = 1_000_000


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it should be."""

    code: str
    subject: str
    detail: str


def check_ledger(archive: Archive) -> Iterator[Fault]:
    """Yield every batch whose numbers do not add up, and all that the register says twice and differently."""
    with archive.register.read() as conn:
        for batch in batches.batches(conn, archive.system, limit=MANY):
            ledger = batches.ledger(conn, archive.system, batch.id)
            if not ledger.adds_up:
                yield Fault(
                    "ledger",
                    f"batch:{batch.id}",
                    f"{ledger.received} pages received, but {ledger.read} read, {ledger.blank} blank, "
                    f"{ledger.held_pages} held, {ledger.secret_pages} secret, "
                    f"and {ledger.pages_to_read} waiting",
                )
        told = contradiction.contradictions(conn, archive.system)
        for subject, detail in [*told, *describing.contradictions(conn, archive.system)]:
            yield Fault("register", subject, detail)


def check_objects(archive: Archive) -> Iterator[Fault]:
    """Yield every object that is missing or changed; every byte is hashed again.

    Objects that nobody expects are told as strays: a crash between keeping and recording leaves them.
    """
    with archive.register.read() as conn:
        expected = [item.key for item in objects.kept(conn, archive.system)]
        referenced = objects.referenced(conn, archive.system)
        needed = source_file.on_quay(conn, archive.system)
        aside = _aside(conn, archive)
    for key in sorted(referenced - set(expected)):
        yield Fault("object-unlisted", key, "a record stands on an object that the register does not list")
    for found in audit_objects(archive.store, expected):
        yield Fault(f"object-{found.kind}", str(found.key), found.detail)
    here = {str(name) for name in archive.quay.names()}
    with archive.register.read() as conn:  # what was admitted while all was hashed is gone rightly
        needed &= source_file.on_quay(conn, archive.system)
        needed -= set(secret_mark.to_wipe(conn, archive.system).values())
    for name in sorted(needed - here):
        yield Fault("quay-missing", name, "a file that waits is no longer on the quay")

    here_aside = {*archive.quay.readings.names(), *archive.quay.held.names()}
    with archive.register.read() as conn:
        aside &= _aside(conn, archive)
    for name in sorted(aside - here_aside):
        yield Fault("quay-missing", name, "what belongs to a file that waits is no longer on the quay")


def _aside(conn: Connection, archive: Archive) -> set[str]:
    return quay_reading.needed(conn, archive.system) | secret_mark.held(conn, archive.system)


def check_index(archive: Archive, index: SearchIndex, generation: str) -> Iterator[Fault]:
    """Yield every record that search holds wrongly, or does not hold.

    Changes that the index has not taken in yet are no fault, as long as they are announced.
    """
    index.refresh()
    held = dict(index.keys())
    with archive.register.read() as conn:
        cursor = min(index.cursor(), index_feed.cursor(conn, archive.system, generation))
        pending = {change.entry for change in index_feed.since(conn, archive.system, cursor, limit=MANY)}
        wanted: dict[str, int] = {
            index_feed.page_entry(name): revision
            for name, revision in page.should_be_indexed(conn, archive.system).items()
        }
        wanted |= {
            index_feed.dossier_entry(name): revision
            for name, revision in dossier.should_be_indexed(conn, archive.system).items()
        }
    for entry in sorted((wanted.keys() | held.keys()) - pending):
        if entry not in held:
            yield Fault("index-lacks", entry, "search does not find it")
        elif entry not in wanted:
            yield Fault("index-extra", entry, "search finds what the register does not let be found")
        elif held[entry] != wanted[entry]:
            yield Fault("index-old", entry, f"search holds revision {held[entry]}, not {wanted[entry]}")


@dataclass(frozen=True)
class Outcome:
    """What a check came to. "Could not check" is never "passed"."""

    faults: tuple[Fault, ...]
    strays: int  #: objects that nobody expects; they harm nothing
    unchecked: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Everything was checked and everything is as it should be."""
        return not self.faults and not self.unchecked


def check(archive: Archive) -> Outcome:
    """Check ledger, objects and index."""
    found = [*check_ledger(archive), *check_objects(archive)]
    unchecked = [
        f"object {fault.subject}: {fault.detail}" for fault in found if fault.code == "object-unchecked"
    ]
    strays = sum(fault.code == "object-unknown" for fault in found)
    try:
        generation, index = archive.generations.open_current()
        found += check_index(archive, index, generation)
    except LuuTruError as error:
        unchecked.append(f"index: {error}")
    faults = tuple(fault for fault in found if fault.code not in ("object-unknown", "object-unchecked"))
    return Outcome(faults, strays, tuple(unchecked))
