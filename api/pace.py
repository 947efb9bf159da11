"""How fast a batch goes: pages done against the clock, over the last minute or two."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW_SECONDS = 120.0
SHORTEST_SECONDS = 5.0
"""Nothing is said before this long: two samples a second apart say little."""

REMEMBERED = 500


class Pace:
    """Samples of pages done, by batch; kept in this process and lost with it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._samples: OrderedDict[str, deque[tuple[float, int]]] = OrderedDict()
        self._lock = threading.Lock()

    def per_minute(self, batch: str, done: int) -> float | None:
        """Note that `done` pages have a result now; return pages per minute, None: not known yet."""
        now = self._clock()
        with self._lock:
            samples = self._samples.setdefault(batch, deque())
            self._samples.move_to_end(batch)
            while len(self._samples) > REMEMBERED:
                self._samples.popitem(last=False)
            if samples and done < samples[-1][1]:
                samples.clear()  # a retry put pages back
            if not samples or now - samples[-1][0] >= 0.5:
                samples.append((now, done))
            while len(samples) > 2 and now - samples[1][0] > WINDOW_SECONDS:
                samples.popleft()
            since, before = samples[0]
        if now - since < SHORTEST_SECONDS or done == before:
            return None
        return 60 * (done - before) / (now - since)
