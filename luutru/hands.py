"""Hands: child processes that read and bind pages, one single-threaded process each.

A hand never opens the register. It gets an order, works with no transaction open anywhere, and answers in
plain bytes; one that dies, hangs or swells costs its page one try and nothing else.
"""

import contextlib
import ctypes
import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import tempfile
from base64 import b64decode, b64encode
from dataclasses import asdict
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from catalog.page import Finding
from ingest.limits import Limits, apply_to_this_process
from luutru.bootstrap import EngineChoice
from luutru.errors import BackendError, InvalidInput
from luutru.pipeline import BindOrder, Looked, LookOrder, bind_pages, look
from ocr.engines import open_engines

_SPAWN = multiprocessing.get_context("spawn")
_PR_SET_PDEATHSIG = 1

START_SECONDS = 120.0
"""Longest wait for a hand to load its engines; about 2 s on an idle machine."""

READING_SECONDS = 120.0
"""Reading on top of decoding one page; a dense A3 page at 300 dpi takes about 6 s."""

BINDING_SECONDS_PER_PAGE = 20.0
LARGEST_ANSWER = 1 << 28


class HandDied(BackendError):
    """The process that worked on a page died or hung."""

    slug = "hand-died"


class EngineBroke(BackendError):
    """An engine failed over a page."""

    slug = "engine-broke"


class Refused(InvalidInput):
    """What a hand was given cannot be worked on; `code` says why."""

    slug = "refused"

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Hand:
    """One child process and the pipe to it; used by one thread, started anew when it dies."""

    def __init__(self, engines: EngineChoice, limits: Limits, scratch: Path) -> None:
        self._engines = engines
        self._limits = limits
        self._scratch = scratch
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._folder: Path | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it lives."""
        return self._process.pid if self._process is not None else None

    def look(self, order: LookOrder) -> Looked:
        """Have one page looked at.

        Raises:
            HandDied: it died or ran out of time.
            EngineBroke: an engine failed.
        """
        asked = {"look": {"path": str(order.path), "index": order.index, "media_type": order.media_type}}
        answer = self._ask(asked, self._limits.seconds_per_page + READING_SECONDS)
        finding = answer["finding"]
        finding["flags"] = tuple(finding["flags"])
        reading = answer["reading"]
        return Looked(
            Finding(**finding), b64decode(reading) if reading is not None else None, answer["settings_hash"]
        )

    def bind(self, order: BindOrder) -> None:
        """Have one document bound into the order's folder.

        Raises:
            Refused: a page of it cannot be bound.
            HandDied, EngineBroke: as for `look`.
        """
        seconds = 60 + BINDING_SECONDS_PER_PAGE * len(order.pages)
        self._ask({"bind": order.to_plain()}, seconds)

    def close(self) -> None:
        """End the process; may be called twice."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None and self._process.pid is not None:
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    kill(self._process.pid, signal.SIGKILL)
            self._process.join(5)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._process = self._pipe = self._folder = None

    def _ask(self, order: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._process is None or not self._process.is_alive():
            self._start()
        assert self._pipe is not None
        try:
            self._pipe.send_bytes(json.dumps(order).encode())
            if not self._pipe.poll(seconds):
                self.close()
                raise HandDied(f"no answer within {seconds:.0f} s")
            answer: dict[str, Any] = json.loads(self._pipe.recv_bytes(LARGEST_ANSWER))
        except (EOFError, OSError, ValueError) as error:
            self.close()
            raise HandDied("the reading process died over it") from error
        if "refused" in answer:
            raise Refused(answer["refused"], answer["reason"])
        if "broke" in answer:
            raise EngineBroke(answer["broke"])
        return answer

    def _start(self) -> None:
        self.close()
        self._folder = Path(tempfile.mkdtemp(prefix="hand-", dir=_memory_backed(self._scratch)))
        ours, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(
            target=_work, args=(theirs, self._engines, self._limits, str(self._folder)), daemon=True
        )
        self._process.start()
        theirs.close()
        self._pipe = ours
        try:
            ready = ours.recv_bytes() if ours.poll(START_SECONDS) else b"it did not start in time"
        except (EOFError, OSError):
            ready = b"it died while it started"
        if ready != b"ready":
            self.close()
            raise EngineBroke(f"the reading engines could not be opened: {ready.decode()}")


def _memory_backed(scratch: Path) -> Path:
    """Return where passing files lie: in memory where the system offers it, under the archive's own name."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, readable by us alone
    if not os.access(memory, os.W_OK):
        return scratch
    digest = hashlib.sha256(str(scratch).encode()).hexdigest()[:12]
    ours = memory / f"luutru-{os.getuid()}-{digest}"
    ours.mkdir(mode=0o700, exist_ok=True)
    return ours


def sweep(scratch: Path) -> None:
    """Remove what hands that were killed left behind; only when none is at work."""
    for folder in (_memory_backed(scratch), scratch):
        for left in folder.iterdir():
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


# --- in the child ---------------------------------------------------------------------------------------


def _work(pipe: Connection, choice: EngineChoice, limits: Limits, folder: str) -> None:
    os.setsid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    try:
        engines = open_engines(tesseract=choice.tesseract, trueocr=choice.trueocr, tessdata=choice.tessdata)
    except BackendError as error:
        pipe.send_bytes(str(error).encode())
        return
    apply_to_this_process(limits, long_lived=True)
    pipe.send_bytes(b"ready")
    while True:
        try:
            order = json.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        answer: dict[str, Any]
        try:
            if "look" in order:
                asked = LookOrder(
                    Path(order["look"]["path"]), order["look"]["index"], order["look"]["media_type"]
                )
                looked = look(asked, engines=engines, limits=limits)
                answer = {
                    "finding": asdict(looked.finding),
                    "reading": b64encode(looked.reading).decode() if looked.reading is not None else None,
                    "settings_hash": looked.settings_hash,
                }
            else:
                bind_pages(BindOrder.from_plain(order["bind"]))
                answer = {}
        except InvalidInput as error:
            answer = {"refused": error.slug, "reason": str(error)}
        except BackendError as error:
            answer = {"broke": str(error)}
        except MemoryError:
            answer = {"refused": "bomb", "reason": "it needs more memory than the limits allow"}
        except Exception as error:  # whatever a parser throws over foreign bytes is told, not lost
            answer = {"broke": f"{type(error).__name__} over this page"}
        pipe.send_bytes(json.dumps(answer).encode())
