"""Seals events into the chain shortly after they happened, beside the work and out of its way."""

import time

from catalog import audit_chain
from luutru.bootstrap import Archive

SEAL_SECONDS = 2.0
"""How often it is looked whether events wait: while anything of the archive runs (the holder of the index
looks), none is unsealed for longer than this and one transaction. With nothing running nothing is done, and
what came last waits for the next start, checkpoint or handover."""


class Sealer:
    """Looks every `SEAL_SECONDS`, however often it is asked to."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._next = 0.0

    def look(self) -> int:
        """Seal what waits, if it is time to; return how many events that was."""
        if time.monotonic() < self._next:
            return 0
        done = seal_events(self._archive)
        self._next = time.monotonic() + SEAL_SECONDS
        return done


def seal_events(archive: Archive) -> int:
    """Seal whatever waits, some at a time so that nobody else waits long; return how many."""
    done = 0
    while True:
        with archive.register.read() as conn:
            if not audit_chain.has_unsealed(conn, archive.system):
                return done
        with archive.register.write() as conn:
            done += audit_chain.seal(conn, archive.system)
