"""Screening again: what was kept before this was looked for, or screened by older rules, is looked through.

Page by page, from the stored reading and the picture; each page says in the register that it was done, so
that a run that broke off goes on where it was.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from catalog import index_feed, secret_screen, taken_over
from catalog.identifiers import PageId, TransferId
from catalog.secret_mark import Found
from luutru.bootstrap import Archive
from luutru.hands import EngineBroke, Hand, HandDied, Refused
from luutru.index_holder import rebuild
from luutru.screening import SCREENED_BY, ScreenOrder
from luutru.withholding import hold_file
from storage.in_place import as_file
from storage.object_store import ObjectChanged, ObjectNotFound

log = logging.getLogger("luutru.rescreening")

AT_ONCE = 50
"""Pages taken from the register at once."""


NOT_SEEN = (Refused, HandDied, EngineBroke, ObjectNotFound, ObjectChanged)
"""What is wrong with one page and says nothing of the others."""


@dataclass(frozen=True)
class Screened:
    """What a run came to. What could not be looked at has not passed."""

    looked: int  #: pages
    held: int  #: files
    unseen: int  #: kept pages that nothing could decode or read: a person must look at the paper


def screen_archive(
    archive: Archive, *, of: TransferId | None = None, tell: Callable[[int, int], None] | None = None
) -> Screened:
    """Look through whatever was not looked through by today's rules; hold what has a mark.

    `of`: only what was taken in of this handover.

    Where something was held, now or in a run that broke off, the index is built anew: segments of the old
    one still hold its words. A page that nothing could look at waits for the next run, and is told.

    Raises:
        BackendError: an engine, disk or server failed; what was looked through stays so.
    """
    looked = held = 0
    origin = taken_over.origin_of(of) if of is not None else None
    skip: set[PageId] = set()
    hand = Hand(archive.engines, archive.limits, archive.scratch)
    try:
        while True:
            with archive.register.read() as conn:
                left = secret_screen.left(conn, archive.system, SCREENED_BY, origin=origin)
                pages = secret_screen.to_screen(
                    conn, archive.system, SCREENED_BY, limit=AT_ONCE, skip=skip, origin=origin
                )
            if not pages:
                break
            for one in pages:
                if tell:
                    tell(looked, looked + left)
                left -= 1
                try:
                    held += _screen(archive, hand, one)
                    looked += 1
                except NOT_SEEN as error:
                    log.warning("secret.unseen page=%s slug=%s", one.page, error.slug)
                    skip.add(one.page)
    finally:
        hand.close()
    with archive.register.read() as conn:
        owed = index_feed.rebuild_owed(conn, archive.system)
        unseen = secret_screen.unseen(conn, archive.system, skip)
    if owed:
        rebuild(archive)
    return Screened(looked, held, unseen)


def _screen(archive: Archive, hand: Hand, one: secret_screen.ToScreen) -> bool:
    reading = None
    if one.reading_key is not None:
        with archive.store.get(one.reading_key) as stream:
            reading = stream.read()
    with as_file(archive.store, one.object_key, scratch=archive.scratch) as path:
        mark = hand.screen(ScreenOrder(path, one.image_index, one.media_type, reading))
    if mark is None:
        with archive.register.write() as conn:
            secret_screen.screened(conn, archive.system, one.page, SCREENED_BY)
        return False
    found = Found(one.image_index + 1, mark.level, mark.confidence, mark.found_by)
    hold_file(archive, one.source_file, found)
    return True
