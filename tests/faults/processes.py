"""Which processes an installation under test has running, seen from outside."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = "FAULT_RUN"
"""Environment variable that every process started by a fault run inherits; its value names the run."""


@dataclass(frozen=True)
class Seen:
    """One process as /proc shows it."""

    pid: int
    parent: int
    words: tuple[str, ...]  #: its command line

    @property
    def role(self) -> str:
        """What it is to the archive: a verb, hand, sandbox, tesseract, tracker, or other."""
        line = " ".join(self.words)
        if "luutru" in self.words and self.words.index("luutru") + 1 < len(self.words):
            return self.words[self.words.index("luutru") + 1]
        if "multiprocessing.spawn" in line:
            return "hand"
        if "multiprocessing.forkserver" in line:
            return "sandbox"
        if "multiprocessing.resource_tracker" in line:
            return "tracker"
        if "tests.faults.uploader" in line:
            return "uploader"
        if self.words and Path(self.words[0]).name == "tesseract":
            return "tesseract"
        return "other"


def of_run(run: str) -> list[Seen]:
    """Return every living process of the run, but for the caller."""
    return [seen for seen in _all(run) if seen.pid != os.getpid()]


def _all(run: str) -> Iterator[Seen]:
    wanted = f"{MARK}={run}".encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):
            if wanted not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            if state in ("Z", "X"):
                continue
            words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            yield Seen(int(folder.name), int(parent), tuple(word.decode(errors="replace") for word in words))


def kill(pid: int) -> bool:
    """Kill -9; False: it was gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def all_gone(run: str, *, seconds: float) -> list[Seen]:
    """Wait until no process of the run is left; return those that are still there after `seconds`."""
    until = time.monotonic() + seconds
    while (left := of_run(run)) and time.monotonic() < until:
        time.sleep(0.1)
    return left
