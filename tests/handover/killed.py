"""Readers that come to grief, in a module that a child loads at once."""

import os
import signal
import time
from pathlib import Path

from ingest.limits import Limits


def be_killed(*_asked: object, limits: Limits) -> list[object]:
    """End as a machine that is short of memory ends a reader."""
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def be_killed_opening(_archive: Path, folder: Path, *_about: object, limits: Limits) -> list[object]:
    """End so in the middle of unpacking."""
    folder.mkdir()
    (folder / "half").write_bytes(b"of it")
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def die(*_asked: object, limits: Limits) -> list[object]:
    """End as a reader does whom something made for it breaks."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return []


def sleep(*_asked: object, limits: Limits) -> list[object]:
    """Outlive the time that is given."""
    time.sleep(limits.seconds_per_file + 30)
    return []
