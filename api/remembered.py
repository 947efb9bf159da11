"""Answers that may be a few seconds old: what would cost more to ask anew on every search than the search."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

MOST = 1000
"""Answers kept at once; past it all are forgotten."""


class Remembered(Generic[Value]):
    """Keeps answers by what was asked (the scope that asked is part of it) for `seconds`."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._kept: dict[Hashable, tuple[float, Value]] = {}
        self._lock = threading.Lock()

    def get(self, asked: Hashable, find: Callable[[], Value]) -> Value:
        """Return the kept answer; where there is none, or it is too old, what `find` gives."""
        now = self._clock()
        with self._lock:
            kept = self._kept.get(asked)
        if kept is not None and now - kept[0] < self._seconds:
            return kept[1]
        value = find()
        with self._lock:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[asked] = (now, value)
        return value
