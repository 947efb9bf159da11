"""The reckoning after a fault run: is everything here, is everything here once, and is nothing left lying."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlalchemy import func, select

from catalog import page, schema, source_file
from catalog.index_feed import page_entry
from index.query import parse
from luutru.bootstrap import Archive
from luutru.hands import memory_folder
from luutru.indexing import stored_reading
from luutru.pipeline import sweep_quay
from samples.truth import Truth
from tests.faults.installation import Installation

PHRASE_WORDS = 6


@dataclass(frozen=True)
class Expected:
    """What a folder of samples must have come to."""

    folder: Path
    origin: str  #: what the origins of its files begin with
    truth: Truth

    @property
    def files(self) -> int:
        """Files of the folder, archives counted as such; their members are not files of the folder."""
        return len(self.truth.files)

    @property
    def pages(self) -> int:
        """Pages; a duplicate has those of its original."""
        by_path = {file.path: file for file in self.truth.files}
        return sum(len((by_path[file.same_as] if file.same_as else file).pages) for file in self.truth.files)

    @property
    def refused(self) -> int:
        """Files that no reader can open."""
        return sum(file.fate == "refused" for file in self.truth.files)


def faults(installation: Installation, expected: list[Expected]) -> list[str]:
    """Return what is wrong; empty = nothing lost, nothing twice, nothing left over."""
    checked = installation.do("check", "--json")
    found = [] if checked.code == 0 else [f"check ended with {checked.code}: {checked.out}{checked.err}"]
    archive = installation.open()
    try:
        found += [*_register(archive, expected), *_search(archive), *_quay(archive, installation.home)]
    finally:
        archive.close()
    return found


def _register(archive: Archive, expected: list[Expected]) -> Iterator[str]:
    file, pages = schema.source_file.c, schema.page.c
    with archive.register.read() as conn:
        rows = conn.execute(
            select(file.id, file.origin, file.sha256, file.state, file.parent_id, file.code, file.reason)
        ).all()
        for (origin, _digest), count in Counter((row.origin, row.sha256) for row in rows).items():
            if count > 1:
                yield f"{count} records of one file: {origin}"
        counted = conn.execute(select(pages.source_file_id, func.count()).group_by(pages.source_file_id))
        per_file: dict[str, int] = {row[0]: row[1] for row in counted}
        twice = conn.execute(
            select(pages.source_file_id, pages.image_index)
            .group_by(pages.source_file_id, pages.image_index, pages.part)
            .having(func.count() > 1)
        ).all()
        yield from (f"page {row.image_index} of file {row.source_file_id} is there twice" for row in twice)
        states = Counter(conn.execute(select(pages.state)).scalars())
        claimed = conn.execute(
            select(func.count()).select_from(schema.page).where(pages.claimed_until.is_not(None))
        ).scalar_one()
        sizes = conn.execute(
            select(schema.reading.c.page_id).group_by(schema.reading.c.page_id).having(func.count() > 1)
        ).all()
    if sizes:
        yield f"{len(sizes)} pages were read, and the reading recorded, more than once"
    if unfinished := {state: count for state, count in states.items() if state not in ("read", "blank")}:
        yield f"pages that are not through: {unfinished}"
    if claimed:
        yield f"{claimed} pages are still claimed"
    for one in expected:
        mine = [row for row in rows if row.origin.startswith(one.origin)]
        top = [row for row in mine if row.parent_id is None]
        if len(top) != one.files:
            yield f"{one.folder.name}: {len(top)} files registered, expected {one.files}"
        refused = [row for row in mine if row.state == "refused"]
        if len(refused) != one.refused:
            told = [(row.origin, row.code, row.reason) for row in refused]
            yield f"{one.folder.name}: {len(refused)} refused, expected {one.refused}: {told}"
        if held := [row for row in mine if row.state not in ("done", "refused")]:
            yield f"{one.folder.name}: not through: {[(row.origin, row.state, row.reason) for row in held]}"
        pages_here = sum(per_file.get(row.id, 0) for row in mine)
        if pages_here != one.pages:
            yield f"{one.folder.name}: {pages_here} pages, expected {one.pages}"


def _search(archive: Archive) -> Iterator[str]:
    _name, index = archive.generations.open_current()
    entries = index.keys()
    held = Counter(key for key, _revision in entries)
    yield from (f"search holds {key} {count} times" for key, count in held.items() if count > 1)
    with archive.register.read() as conn:
        wanted = list(page.should_be_indexed(conn, archive.system))
        described = page.findable(conn, archive.system, wanted)
    if missing := {page_entry(name) for name in wanted} - held.keys():
        yield f"search lacks {len(missing)} pages"
    for item in described:
        reading = stored_reading(archive, item.reading_key)
        words = max(
            _runs([word.text for line in reading.lines for word in line.words]),
            key=len,
        )[:PHRASE_WORDS]
        found = index.search(parse(f'"{" ".join(words)}"'), scope=archive.system, limit=100)
        times = sum(hit.page == item.page for hit in found.hits)
        if times != 1:
            yield f"a phrase of page {item.number} of {item.name!r} finds it {times} times"
    index.close()


def _runs(words: list[str]) -> Iterator[list[str]]:
    """Yield the runs of words that are letters only: what a phrase can be made of."""
    for plain, run in groupby(words, key=str.isalpha):
        if plain:
            yield list(run)


def _quay(archive: Archive, home: Path) -> Iterator[str]:
    sweep_quay(archive, older_seconds=0.0)
    with archive.register.read() as conn:
        needed = source_file.on_quay(conn, archive.system)
        kept_for_retry = set(
            conn.execute(
                select(schema.source_file.c.quay_name).where(schema.source_file.c.state == "refused")
            ).scalars()
        )
    names = {str(name) for name in archive.quay.names()}
    if names != needed:
        yield f"on the quay: {len(names - needed)} that nobody needs, {len(needed - names)} missing"
    if needed - kept_for_retry:
        yield f"{len(needed - kept_for_retry)} files on the quay that were not refused"
    for folder in (home / "quay" / "uploads", home / "quay" / "incoming", home / "uploads"):
        if left := list(folder.glob("*")):
            yield f"{len(left)} left in {folder.relative_to(home)}"


def left_over(installation: Installation) -> list[str]:
    """Return passing files that lie about though nothing of the installation runs any more."""
    scratch = installation.home / "scratch"
    memory = [memory_folder(scratch), memory_folder(scratch / "worker"), memory_folder(scratch / "read")]
    folders = [scratch, *(folder for folder in memory if folder is not None)]
    return [
        f"{path} is left over"
        for folder in folders
        if folder.exists()
        for path in folder.rglob("*")
        if path != scratch / "worker"
    ]
