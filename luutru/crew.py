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
"""Seconds; a helper that lives shorter did hardly any work (killed ones live longer on average)."""

LONG_LIFE = 600.0
"""Seconds after which what ended earlier helpers no longer counts."""

MOST_SHORT_LIVES = 8
MOST_ERRORS = 3
"""Ends in a row, of a short life or with an error of its own, after which somebody must act."""

PAUSE_SECONDS = 60.0
"""Pause after that, for those who go on all the same."""


class HelperFails(BackendError):
    """A helper process cannot keep running."""

    slug = "helper-fails"


class Helper:
    """A verb of the command line run as a child of this process, and started anew when it ends."""

    def __init__(self, *words: str) -> None:
        self._words = words
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._not_before = 0.0
        self._short_lives = self._errors = 0

    def keep_up(self) -> None:
        """Start the child if it is not running; call again now and then.

        Raises:
            HelperFails: it ended at once, or with an error, several times in a row; called again, it is
                started again after `PAUSE_SECONDS`.
        """
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            if self._process.stdin is not None:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
            self._process = None
            self._judge(code, time.monotonic() - self._started)
        moment = time.monotonic()
        if moment < self._not_before:
            return
        self._started, self._not_before = moment, moment + RESTART_SECONDS
        # A process group of its own: Ctrl+C reaches the one who started it, who asks it to finish.
        self._process = subprocess.Popen(  # noqa: S603 - our own program with fixed words
            self._command(), stdin=subprocess.PIPE, process_group=0
        )

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "luutru", *self._words, "--stand-by"]

    def _judge(self, code: int, lived: float) -> None:
        if lived > LONG_LIFE:
            self._short_lives = self._errors = 0
        self._short_lives = self._short_lives + 1 if lived < SHORT_LIFE else 0
        self._errors = self._errors + 1 if code > 0 else 0
        if self._short_lives >= MOST_SHORT_LIVES or self._errors >= MOST_ERRORS:
            self._short_lives = self._errors = 0
            self._not_before = time.monotonic() + PAUSE_SECONDS
            raise HelperFails(f"'luutru {' '.join(self._words)}' cannot keep running; its message says why")

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
