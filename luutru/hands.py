"""Hands: child processes that read, describe and bind pages, one single-threaded process each.

A hand never opens the register. It gets an order, works with no transaction open anywhere, and answers in
plain bytes; one that dies, hangs or swells costs its page one try and nothing else.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import stat
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from catalog.page import Finding
from classify.mark_network import network
from ingest.limits import Limits, apply_to_this_process
from luutru.binding import BindOrder, bind_pages
from luutru.bootstrap import EngineChoice
from luutru.describing import Described, DescribeOrder, describe_pages
from luutru.errors import BackendError, InvalidInput
from luutru.garbage import settle
from luutru.pipeline import Looked, LookOrder, look
from luutru.screening import FoundMark, ScreenOrder, screen
from ocr.engines import Engines, open_engines

_SPAWN = multiprocessing.get_context("spawn")
_PR_SET_PDEATHSIG = 1
_READY = "ready"

START_SECONDS = 120.0
"""Longest wait for a hand to load its engines; about 2 s on an idle machine."""

READING_SECONDS = 120.0
"""Reading on top of decoding one page; a dense A3 page at 300 dpi takes about 6 s."""

SECONDS_FOR_ANOTHER = 20.0
"""For each further page that is looked at in the same go; where that is too short, each is tried alone."""

BINDING_SECONDS_PER_PAGE = 20.0
DESCRIBING_SECONDS_PER_PAGE = 2.0
"""Forty times what a dense page takes."""

LARGEST_ANSWER = 1 << 28

_MALLOPT = {-3: 32 << 20, -1: 256 << 20}
"""M_MMAP_THRESHOLD, M_TRIM_THRESHOLD of glibc: pictures come from memory that the hand keeps.

Else each step of each page asks the system for new pages of memory: 2 to 5 % of a page's time."""

STARTS = 3
"""Tries to start a hand; one that was killed while it loaded says nothing about the engines."""


class HandDied(BackendError):
    """The process that worked on a page died or hung."""

    slug = "hand-died"


class EngineBroke(BackendError):
    """An engine failed over a page."""

    slug = "engine-broke"


class EnginesUnavailable(BackendError):
    """The engines cannot be opened here; no page is to blame, and no page can be read."""

    slug = "engines-unavailable"


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
        self._folder: PassingFolder | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it lives."""
        return self._process.pid if self._process is not None else None

    def look(self, orders: Sequence[LookOrder]) -> list[Looked]:
        """Have pages looked at, in one go.

        Raises:
            HandDied: it died or ran out of time.
            EngineBroke: an engine failed.
            EnginesUnavailable: no hand can be started.
        """
        asked = {
            "look": [
                {
                    "path": str(order.path),
                    "index": order.index,
                    "media_type": order.media_type,
                    "mark_released": order.mark_released,
                }
                for order in orders
            ]
        }
        seconds = self._limits.seconds_per_page + READING_SECONDS + SECONDS_FOR_ANOTHER * (len(orders) - 1)
        return [_looked(answer) for answer in self._ask(asked, seconds)["looked"]]

    def screen(self, order: ScreenOrder) -> FoundMark | None:
        """Have one kept page looked through for a secret mark.

        Raises:
            Refused: it cannot be decoded; the page was not looked through.
            HandDied, EngineBroke, EnginesUnavailable: as for `look`; nor was it then.
        """
        asked = {
            "screen": {
                "path": str(order.path),
                "index": order.index,
                "media_type": order.media_type,
                "reading": b64encode(order.reading).decode() if order.reading is not None else None,
            }
        }
        mark = self._ask(asked, self._limits.seconds_per_page + READING_SECONDS)["mark"]
        return FoundMark(**mark) if mark is not None else None

    def bind(self, order: BindOrder) -> None:
        """Have one document bound into the order's folder.

        Raises:
            Refused: a page of it cannot be bound.
            HandDied, EngineBroke, EnginesUnavailable: as for `look`.
        """
        seconds = 60 + BINDING_SECONDS_PER_PAGE * len(order.pages)
        self._ask({"bind": order.to_plain()}, seconds)

    def describe(self, order: DescribeOrder) -> Described:
        """Have one document described.

        Raises:
            HandDied, EngineBroke, EnginesUnavailable: as for `look`.
        """
        seconds = 30 + DESCRIBING_SECONDS_PER_PAGE * len(order.readings)
        return Described.from_plain(self._ask({"describe": order.to_plain()}, seconds))

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
            self._folder.close()
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
        why = ""
        for _ in range(STARTS):
            self.close()
            self._folder = PassingFolder(self._scratch)
            ours, theirs = _SPAWN.Pipe()
            self._process = _SPAWN.Process(
                target=_work, args=(theirs, self._engines, self._limits, str(self._folder.path)), daemon=True
            )
            with _deaf_to_the_keyboard():
                self._process.start()
            theirs.close()
            self._pipe = ours
            try:
                why = ours.recv_bytes().decode() if ours.poll(START_SECONDS) else "they did not load in time"
            except (EOFError, OSError):
                why = "the process that loads them died"
                continue
            if why == _READY:
                return
            break
        self.close()
        raise EnginesUnavailable(f"the reading engines cannot be opened: {why}")


def _looked(answer: dict[str, Any]) -> Looked:
    finding = answer["finding"]
    finding["flags"] = tuple(finding["flags"])
    reading, mark = answer["reading"], answer["mark"]
    return Looked(
        Finding(**finding),
        b64decode(reading) if reading is not None else None,
        answer["settings_hash"],
        FoundMark(**mark) if mark is not None else None,
    )


class PassingFolder:
    """A folder for passing files, locked by the process that made it, so that nobody sweeps it away."""

    def __init__(self, scratch: Path) -> None:
        self._inside = memory_folder(scratch) or scratch
        while True:
            self._inside.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                self.path = Path(tempfile.mkdtemp(prefix="hand-", dir=self._inside))
                self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
                fcntl.flock(self._lock, fcntl.LOCK_EX)
            except FileNotFoundError:
                continue  # swept between making and locking
            if self.path.exists():
                break
            os.close(self._lock)

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)
        if self._inside.parent == _MEMORY:
            with contextlib.suppress(OSError):  # others are still at work in it
                self._inside.rmdir()


_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, readable by us alone


def memory_folder(scratch: Path) -> Path | None:
    """Return where in memory the passing files of `scratch` lie; None: the system offers no such place."""
    digest = hashlib.sha256(str(scratch).encode()).hexdigest()[:12]
    folder = _MEMORY / f"luutru-{os.getuid()}-{digest}"
    return folder if os.access(_MEMORY, os.W_OK) and _ours(folder) else None


def passing_place() -> Path:
    """Return a scratch folder of our own where there is no archive: what is in it may be swept away."""
    folder = Path(tempfile.gettempdir()) / f"luutru-{os.getuid()}"
    return folder if _ours(folder) else Path(tempfile.mkdtemp(prefix="luutru-"))


def _ours(folder: Path) -> bool:
    """Return whether nobody else has taken this name, in a place where everybody may make folders."""
    try:
        facts = folder.lstat()
    except FileNotFoundError:
        return True
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not facts.st_mode & 0o022


def sweep(scratch: Path) -> None:
    """Remove the folders of hands whose leaders were killed; those of living ones stay."""
    for folder in (memory_folder(scratch), scratch):
        for left in folder.glob("hand-*") if folder is not None else ():
            try:
                lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            except OSError:
                continue
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            else:
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)


@contextlib.contextmanager
def _deaf_to_the_keyboard() -> Iterator[None]:
    """Start children that Ctrl+C does not reach: whoever leads them ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in the child ---------------------------------------------------------------------------------------


def _work(pipe: Connection, choice: EngineChoice, limits: Limits, folder: str) -> None:
    os.setsid()
    with contextlib.suppress(OSError, AttributeError):
        system = ctypes.CDLL(None, use_errno=True)
        system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        for which, size in _MALLOPT.items():
            system.mallopt(which, size)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    try:
        engines = open_engines(
            tesseract=choice.tesseract,
            trueocr=choice.trueocr,
            tessdata=choice.tessdata,
            sealed_names=choice.sealed_names,
        )
        network()
    except BackendError as error:
        pipe.send_bytes(str(error).encode())
        return
    except Exception as error:  # a broken installation throws what it likes
        pipe.send_bytes(f"{type(error).__name__}: {error}".encode())
        return
    apply_to_this_process(limits, long_lived=True)
    settle()
    try:
        pipe.send_bytes(_READY.encode())
    except OSError:  # whoever wanted a hand is gone
        return
    while True:
        try:
            order = json.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        answer: dict[str, Any]
        try:
            if "look" in order:
                answer = _look(order["look"], engines, limits)
            elif "screen" in order:
                answer = _screen(order["screen"], limits)
            elif "describe" in order:
                answer = describe_pages(DescribeOrder.from_plain(order["describe"])).to_plain()
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


def _look(asked: list[dict[str, Any]], engines: Engines, limits: Limits) -> dict[str, Any]:
    orders = [
        LookOrder(Path(one["path"]), one["index"], one["media_type"], one["mark_released"]) for one in asked
    ]
    return {
        "looked": [
            {
                "finding": asdict(looked.finding),
                "reading": b64encode(looked.reading).decode() if looked.reading is not None else None,
                "settings_hash": looked.settings_hash,
                "mark": looked.mark.to_plain() if looked.mark is not None else None,
            }
            for looked in look(orders, engines=engines, limits=limits)
        ]
    }


def _screen(asked: dict[str, Any], limits: Limits) -> dict[str, Any]:
    reading = b64decode(asked["reading"]) if asked["reading"] is not None else None
    order = ScreenOrder(Path(asked["path"]), asked["index"], asked["media_type"], reading)
    mark = screen(order, limits=limits)
    return {"mark": mark.to_plain() if mark is not None else None}
