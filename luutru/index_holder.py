"""The index holder: keeps the current generation of the index up to the register, and builds new ones."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice

from catalog import dossier, index_feed, page, standing
from catalog.instants import today
from index.entry import Entry
from index.search_index import IndexDamaged, IndexMissing, IndexOutdated, SearchIndex
from luutru import indexing
from luutru.at_work import end_when_told
from luutru.bootstrap import Archive
from luutru.errors import BackendError, Conflict, LuuTruError
from luutru.sealing import Sealer

log = logging.getLogger("luutru.index")

IDLE_SECONDS = 0.3
"""Pause when the index holds everything. A correction is found within it, or within `LONGEST_REST` where
something else was just taken in, and one commit."""

AT_ONCE = 200
"""Changes taken in with one commit; a commit costs about 12 ms however many there are."""

TAKE_SHARE, LONGEST_REST = 0.03, 1.0
"""Share of a core that taking in may have, and seconds that it rests for that at most: changes gather
meanwhile, and a page that is found a second later cost those who read a quarter as much. Where very much
comes in, each second gives it its turn, and it takes a larger share."""


def hold_until_told(archive: Archive, *, helper: bool) -> None:
    """Keep the index up until told to stop; a helper stands by while another process does.

    Raises:
        IndexBusy: another process keeps it.
    """
    stop = threading.Event()
    end_when_told(stop.set, helper=helper)
    wait = (lambda: not stop.is_set()) if helper else None
    try:
        while not stop.is_set():
            with archive.generations.holding(wait=wait) as still:
                _hold(archive, stop, still)
    except Conflict:
        if not helper:
            raise


def _hold(archive: Archive, stop: threading.Event, still: Callable[[], bool]) -> None:
    while not stop.is_set() and still():
        try:
            name, index = current(archive, wait=lambda: not stop.is_set())
            keep_up(archive, index, name, stop)
        except LuuTruError as error:
            log.warning("index.trouble slug=%s", error.slug)
            stop.wait(1.0)


def current(archive: Archive, *, wait: Callable[[], bool] | None = None) -> tuple[str, SearchIndex]:
    """Return the generation that answers; where there is none that this version reads, build one."""
    try:
        return archive.generations.open_current()
    except (IndexMissing, IndexOutdated, IndexDamaged) as error:
        first_time = archive.generations.current() is None
        log.log(logging.INFO if first_time else logging.WARNING, "index.rebuilt slug=%s", error.slug)
        rebuild(archive, wait=wait)
        return archive.generations.open_current()


def keep_up(archive: Archive, index: SearchIndex, name: str, stop: threading.Event) -> None:
    """Take changes in until told to stop, or until another generation answers.

    At midnight (Vietnam's) search is told who began or ceased to see what, by the calendar alone; then, and
    when it begins, it builds the index anew where that is owed. Events are sealed by the way: there is one
    holder, and it is always there while anything happens.
    """
    followed: date | None = None
    sealer = Sealer(archive)
    try:
        while not stop.is_set() and archive.generations.current() == name:
            sealer.look()
            if followed != today():
                followed = today()
                with archive.register.write() as conn:
                    standing.follow_calendar(conn, archive.system, until=followed)
                    owed = index_feed.rebuild_owed(conn, archive.system)
                if owed:
                    rebuild(archive, wait=lambda: not stop.is_set())
                    return
            begun = time.process_time()  # of all threads: the engine has its own
            taken = indexing.index_changes(archive, index, name, limit=AT_ONCE)
            if taken < AT_ONCE:
                rest = (time.process_time() - begun) / TAKE_SHARE if taken else IDLE_SECONDS
                stop.wait(min(rest, LONGEST_REST))
        if archive.generations.current() == name:  # told to stop: what gathered while it rested, most of it
            indexing.index_changes(archive, index, name, limit=AT_ONCE)
    finally:
        with contextlib.suppress(BackendError):
            index.close()


def rebuild(
    archive: Archive,
    *,
    tell: Callable[[int, int], None] | None = None,
    wait: Callable[[], bool] | None = None,
) -> int:
    """Build a new generation from the register, let it answer, and return how many entries it holds.

    The old one answers until then. Killed, it leaves a folder that the next rebuild removes.

    Raises:
        IndexBusy: another process builds one, and `wait` (asked again and again) does not say to wait.
    """
    with archive.generations.building(wait=wait):
        return _build(archive, tell or (lambda _done, _total: None))


def _build(archive: Archive, tell: Callable[[int, int], None]) -> int:
    with archive.register.read() as conn:
        start = index_feed.latest(conn, archive.system)
        keys = [
            *(index_feed.page_entry(name) for name in page.should_be_indexed(conn, archive.system)),
            *(index_feed.dossier_entry(name) for name in dossier.should_be_indexed(conn, archive.system)),
        ]
    name, index = archive.generations.begin()
    done = 0
    for some in _batched(keys, AT_ONCE):
        with archive.register.read() as conn:
            described = indexing.describe(archive, conn, some)
        entries: list[Entry] = [indexing.entry_of(archive, item) for item in described]
        index.apply(entries, [], 0)
        done += len(some)
        indexing.record_indexed(archive, entries)
        tell(done, len(keys))
    index.apply([], [], start)
    with archive.register.write() as conn:
        index_feed.taken_in(conn, archive.system, name, start)
    while indexing.index_changes(archive, index, name):
        pass
    archive.generations.switch(name)
    with archive.register.write() as conn:
        index_feed.switched(conn, archive.system, name, since=start)
    archive.generations.sweep()
    index.close()
    return len(keys)


def _batched(items: Sequence[str], size: int) -> Iterator[list[str]]:
    remaining = iter(items)
    while some := list(islice(remaining, size)):
        yield some
