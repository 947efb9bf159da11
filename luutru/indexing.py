"""The index step: what the register says now is put into the index, entry by entry."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog import dossier, index_feed, known, page
from catalog.identifiers import DossierId, ObjectKey, PageId
from catalog.known import Known
from catalog.reading import Reading, from_bytes, text_of
from index.entry import DossierEntry, Entry, PageEntry
from index.search_index import SearchIndex
from luutru.bootstrap import Archive
from luutru.errors import IntegrityError, NotFound
from luutru.searched_keys import searched

log = logging.getLogger("luutru.indexing")


def index_changes(archive: Archive, index: SearchIndex, generation: str, *, limit: int = 200) -> int:
    """Bring the index up to the register by at most `limit` changes; return how many were taken in.

    What the changes say now is read, not what they said then: doing it again is harmless.
    """
    with archive.register.read() as conn:
        cursor = min(index.cursor(), index_feed.cursor(conn, archive.system, generation))
        changes = index_feed.since(conn, archive.system, cursor, limit=limit)
        if not changes:
            return 0
        wanted = dict.fromkeys(change.entry for change in changes)
        described = describe(archive, conn, list(wanted))
    entries = [entry_of(archive, item) for item in described]
    present = {entry.key for entry in entries}
    last = changes[-1].seq
    index.apply(entries, [key for key in wanted if key not in present], last)
    record_indexed(archive, entries)
    with archive.register.write() as conn:
        index_feed.taken_in(conn, archive.system, generation, last)
    return len(changes)


def record_indexed(archive: Archive, entries: Sequence[Entry]) -> None:
    """Write down which revision of each record search holds now."""
    with archive.register.write() as conn:
        index_feed.mark(
            conn,
            archive.system,
            pages={entry.page: entry.revision for entry in entries if isinstance(entry, PageEntry)},
            dossiers={entry.dossier: entry.revision for entry in entries if isinstance(entry, DossierEntry)},
        )


@dataclass(frozen=True)
class Described:
    """One record that search should hold, and what is known of it beside its words."""

    found: page.Findable | dossier.Findable
    known: Known


def describe(archive: Archive, conn: Connection, keys: Sequence[str]) -> list[Described]:
    """Return what the register says of those entries that search should hold."""
    named = [key.split(":", 1) for key in keys]
    pages = [PageId(name) for kind, name in named if kind == "page"]
    dossiers = [DossierId(name) for kind, name in named if kind == "dossier"]
    sheets = page.findable(conn, archive.system, pages)
    files = dossier.findable(conn, archive.system, dossiers)
    papers = known.of_documents(conn, archive.system, {sheet.document for sheet in sheets})
    folders = known.of_dossiers(conn, archive.system, {file.dossier for file in files})
    return [
        *(Described(sheet, papers[sheet.document]) for sheet in sheets),
        *(Described(file, folders[file.dossier]) for file in files),
    ]


def entry_of(archive: Archive, described: Described) -> Entry:
    """Return the index's entry of a page or dossier; a page's words come from its stored reading."""
    found, about = described.found, described.known
    keys = searched(about.keys)
    if isinstance(found, dossier.Findable):
        return DossierEntry(
            dossier=found.dossier,
            fonds=found.fonds,
            unit=found.unit,
            title=found.title,
            code=found.code,
            place=found.place,
            date_from=found.date_from,
            date_to=found.date_to,
            type=found.type,
            year=found.date_from.year if found.date_from else None,
            paper_only=found.paper_only,
            readers=found.readers,
            revision=found.revision,
            retention=found.retention,
            people=keys.people,
            parcels=keys.parcels,
            keys=keys.others,
        )
    return PageEntry(
        page=found.page,
        document=found.document,
        dossier=found.dossier,
        fonds=found.fonds,
        unit=found.unit,
        batch=found.batch,
        name=found.name,
        number=found.number,
        text=_words(archive, found),
        type=found.type,
        year=found.year,
        readers=found.readers,
        revision=found.revision,
        title=found.title,
        code=about.code,
        signer=about.signer,
        people=keys.people,
        parcels=keys.parcels,
        keys=keys.others,
    )


def _words(archive: Archive, found: page.Findable) -> str:
    """Return what was read off a page; "" where its reading is gone or damaged.

    `check` names such an object. Search must not stand still for all other pages meanwhile.
    """
    try:
        with archive.store.get(found.reading_key) as stream:
            return text_of(stream.read())
    except (NotFound, IntegrityError) as error:
        log.error("index.no_reading page=%s slug=%s", found.page, error.slug)
        return ""


def stored_reading(archive: Archive, key: ObjectKey) -> Reading:
    """Return a reading from the store."""
    with archive.store.get(key) as stream:
        return from_bytes(stream.read())
