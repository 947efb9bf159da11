"""The crew: the helper processes that do the work while a command or the desk looks on."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from luutru.errors import BackendError

RESTART_SECONDS = 1.0
"""Pause before a helper that ended is started anew."""


SHORT_LIFE = 10.0
"""Seconds; a helper that lives shorter could not do its work (killed ones live longer on average)."""

MOST_SHORT_LIVES = 8


class HelperFails(BackendError):
    """A helper process cannot keep running."""

    slug = "helper-fails"


class Helper:
    """A verb of the command line run as a child of this process, and started anew when it ends."""

    def __init__(self, *words: str) -> None:
        self._words = words
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0
        self._short_lives = 0

    def keep_up(self) -> None:
        """Start the child if it is not running; call again now and then.

        Raises:
            HelperFails: it ended at once, several times in a row.
        """
        if self._process is not None and self._process.poll() is None:
            return
        moment = time.monotonic()
        if moment < self._not_before:
            return
        lived = moment - (self._not_before - RESTART_SECONDS)
        self._short_lives = self._short_lives + 1 if self._process is not None and lived < SHORT_LIFE else 0
        if self._short_lives >= MOST_SHORT_LIVES:
            raise HelperFails(
                f"'luutru {' '.join(self._words)}' ends as soon as it starts; its message says why"
            )
        self._not_before = moment + RESTART_SECONDS
        self._process = subprocess.Popen(  # noqa: S603 - our own program with fixed words
            [sys.executable, "-m", "luutru", *self._words, "--stand-by"], stdin=subprocess.PIPE
        )

    def end(self, seconds: float = 60.0) -> None:
        """Ask the child to finish what it has in hand, and wait; after `seconds` it is killed."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class Crew:
    """A worker and an index holder; each stands by while another of its kind is at work in this home."""

    def __init__(self) -> None:
        self._helpers = (Helper("worker"), Helper("hold-index"))

    def keep_up(self) -> None:
        """Start whoever is not running; call again now and then."""
        for helper in self._helpers:
            helper.keep_up()

    def end(self) -> None:
        """Let everybody finish what they have in hand."""
        for helper in self._helpers:
            helper.end()


@contextmanager
def crew() -> Iterator[Crew]:
    """Give a crew that is at work until the block ends."""
    at_work = Crew()
    try:
        at_work.keep_up()
        yield at_work
    finally:
        at_work.end()
