"""Slowing down whoever guesses passwords."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

FREE_TRIES = 5
"""Wrong tries before anyone waits; people mistype."""

FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 900.0
FORGET_SECONDS = 3600.0
REMEMBERED = 10_000
"""Names and addresses remembered at most; the oldest go first."""


@dataclass
class _Record:
    failures: int
    last: float  #: seconds of the clock


class Backoff:
    """Counts failures by key (a name, an address); each one over the free tries doubles the wait.

    Counts live in this process: several processes behind a proxy each allow the free tries.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: dict[str, _Record] = {}
        self._lock = threading.Lock()

    def wait(self, *keys: str) -> int:
        """Return how many whole seconds the next try has to wait, for the worst of `keys`; 0 = none."""
        with self._lock:
            return max((self._wait(key) for key in keys), default=0)

    def failed(self, *keys: str) -> None:
        """Count one more failure for each of `keys`."""
        with self._lock:
            now = self._clock()
            for key in keys:
                record = self._records.pop(key, None)
                stale = record is None or now - record.last > FORGET_SECONDS
                self._records[key] = _Record(1 if record is None or stale else record.failures + 1, now)
            while len(self._records) > REMEMBERED:
                del self._records[next(iter(self._records))]

    def succeeded(self, *keys: str) -> None:
        """Forget the failures of `keys`."""
        with self._lock:
            for key in keys:
                self._records.pop(key, None)

    def _wait(self, key: str) -> int:
        record = self._records.get(key)
        if record is None or record.failures < FREE_TRIES:
            return 0
        pause = min(FIRST_WAIT_SECONDS * 2 ** min(record.failures - FREE_TRIES, 20), LONGEST_WAIT_SECONDS)
        left = record.last + pause - self._clock()
        return int(left) + 1 if left > 0 else 0
