"""Who is at work in a home: one worker to a home, which the system sees to, until it is told to end.

Apart from the worker itself, which takes half a second to load: `status` asks here, and the index holder
ends the same way.
"""

import contextlib
import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from luutru.errors import Conflict

LOOK_SECONDS = 0.25
"""Pause before the lock is tried again."""


class WorkerRuns(Conflict):
    """Another worker is at work in this home."""

    slug = "worker-runs"


@contextmanager
def only_worker(home: Path, *, wait: Callable[[], bool] | None = None) -> Iterator[None]:
    """Hold the home's worker lock; the system frees it when the process ends, however it ends.

    `wait`: asked again and again whether to go on waiting for the lock; None = do not wait.

    Raises:
        WorkerRuns: somebody else holds it.
    """
    with (home / "worker.lock").open("a+") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if wait is None or not wait():
                    raise WorkerRuns(f"another worker is at work in {home}") from error
                time.sleep(LOOK_SECONDS)
            else:
                break
        yield


def is_worked_on(home: Path) -> bool:
    """Return whether a worker is at work in this home just now."""
    try:
        with only_worker(home):
            return False
    except WorkerRuns:
        return True


def end_when_told(stop: Callable[[], None], *, helper: bool) -> None:
    """Call `stop` on SIGTERM and SIGINT, and, of a helper, when the process that started it is gone."""

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    if not helper:
        return

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1):
                pass
        stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()
