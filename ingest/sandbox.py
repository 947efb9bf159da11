"""Foreign bytes are read only here: in a child that may die, hang or swell without harm.

The child gets its own session, the limits, no output, and dies with its parent. What it hands back is
unpickled by a reader that builds nothing but plain values and the archive's own dataclasses.
"""

import contextlib
import ctypes
import errno
import io
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import Enum
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

from ingest.limits import Limits, apply_to_this_process
from ingest.refusal import BY_SLUG, Bomb, Crashed, Refused, TimedOut
from luutru.errors import BackendError

Result = TypeVar("Result")

_CONTEXT = multiprocessing.get_context("forkserver")
_LOADED = ["ingest.open_file"]
_CONTEXT.set_forkserver_preload(_LOADED)

GRACE = 5.0
"""Seconds a child that has answered, or was killed, gets to be gone."""

_PLAIN = {
    "builtins": {"set", "frozenset"},
    "pathlib": {"PosixPath"},
    "pathlib._local": {"PosixPath"},
    "numpy": {"ndarray", "dtype"},
    "numpy._core.multiarray": {"_reconstruct"},
    "numpy._core.numeric": {"_frombuffer"},
}
_OURS = ("ingest.", "catalog.")
_PR_SET_PDEATHSIG = 1
_LOST_SIGHT = 255
"""What `multiprocessing` says of a child whose fork server was killed, and which ended with it."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
OUR_OWN = {errno.EIO, errno.ENFILE, errno.ESTALE, errno.ETIMEDOUT, errno.ENODEV}
"""Failures of a disk, a share or the system: they say nothing about the file that was being read."""


class SandboxUnavailable(BackendError):
    """No child process could be started, or there is no room on the disk for its work."""

    slug = "sandbox-unavailable"


class Killed(Crashed):
    """The program that read it was killed by none of our limits: by a machine short of memory, or a person.

    It may be the file's doing or not; intake tells it as any other crash.
    """


def begin_with(modules: Iterable[str]) -> None:
    """Have children begin with these modules loaded, too, else each loads what it reads with anew.

    Until the first child of this process is asked for; after it nothing changes. None that starts threads.
    """
    _LOADED.extend(name for name in modules if name not in _LOADED)
    _CONTEXT.set_forkserver_preload(_LOADED)


def run_in_child(
    function: Callable[..., Result], *args: Any, limits: Limits, seconds: float | None = None
) -> Result:
    """Return what `function(*args, limits=limits)` returns in a child process of its own.

    `function` must be importable by name; its result may hold plain values, arrays and dataclasses of
    `ingest` and `catalog`. `seconds` of wall clock stand in for `limits.seconds_per_file`.

    Raises:
        Refused: the leaf that the child raised; or `TimedOut`, `Bomb` (memory, unpacked bytes),
            `Crashed` where the child came to grief, of this `Killed` where somebody else ended it.
        SandboxUnavailable: the child could not be started or found no room, which says nothing about
            the file.
    """
    allowed = limits.seconds_per_file if seconds is None else seconds
    limits = replace(limits, seconds_per_file=allowed)
    receiving, sending = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_child, args=(sending, os.getpid(), function, args, limits))
    try:
        process.start()
    except (OSError, EOFError) as error:  # a fork server that just dies ends its answer in the middle
        receiving.close()
        sending.close()
        raise SandboxUnavailable(f"no child process could be started: {error}") from error
    sending.close()
    overdue = threading.Event()

    def end() -> None:
        overdue.set()
        _kill(process.pid)

    clock = threading.Timer(allowed, end)
    clock.daemon = True
    clock.start()
    try:
        answer = receiving.recv_bytes(limits.memory_bytes)
    except (EOFError, OSError):
        answer = b""
    finally:
        clock.cancel()
        receiving.close()
        process.join(GRACE if not overdue.is_set() else 0)
        lingered = process.is_alive()
        _kill(process.pid)
        process.join(GRACE)
        exit_code = process.exitcode
        with contextlib.suppress(ValueError):  # still dying: the fork server reaps it
            process.close()
    if not answer:
        raise _cause_of_death(exit_code, overdue=overdue.is_set(), lingered=lingered, seconds=allowed)
    return cast(Result, _understand(answer))


def _child(
    sending: Connection, parent: int, function: Callable[..., Any], args: tuple[Any, ...], limits: Limits
) -> None:
    os.setsid()
    _die_with_the_parent(parent)
    _be_silent()
    apply_to_this_process(limits)
    message: tuple[str, Any]
    try:
        message = ("done", function(*args, limits=limits))
    except Refused as error:
        message = (error.slug, str(error))
    except MemoryError:
        message = (Bomb.slug, f"reading it needs more than {limits.memory_bytes >> 20} MiB of memory")
    except OSError as error:
        if error.errno in NO_ROOM:
            message = (SandboxUnavailable.slug, f"there is no room to work in: {error.strerror}")
        elif error.errno in OUR_OWN:
            message = (SandboxUnavailable.slug, f"this machine could not read it: {error.strerror}")
        else:
            message = (Crashed.slug, f"the reader broke down over it ({type(error).__name__})")
    except Exception as error:  # whatever a parser throws at foreign bytes is told, not lost
        message = (Crashed.slug, f"the reader broke down over it ({type(error).__name__})")
    with contextlib.suppress(BrokenPipeError):
        sending.send_bytes(_told(message))
    sending.close()


def _die_with_the_parent(parent: int) -> None:
    """Have the kernel end this child with the fork server, which ends with the one who asked."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    try:
        os.kill(parent, 0)
    except ProcessLookupError:
        os._exit(1)


def _be_silent() -> None:
    """Send what parsers print (file names, text of records) nowhere."""
    sys.stdout.flush()
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _kill(pid: int | None) -> None:
    """End the child with all it started (its session bears its own number)."""
    if pid is None:
        return
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _cause_of_death(exit_code: int | None, *, overdue: bool, lingered: bool, seconds: float) -> Refused:
    if overdue or exit_code == -signal.SIGXCPU:
        return TimedOut(f"it was not read within {seconds:g} seconds")
    if exit_code == -signal.SIGXFSZ:
        return Bomb("it unpacks to more bytes than the limits allow")
    if exit_code in (-signal.SIGKILL, _LOST_SIGHT) and not lingered:
        return Killed("the reader was killed, not by its limits: is the machine short of memory?")
    if exit_code is not None and exit_code < 0:
        return Crashed(f"the reader was ended by signal {-exit_code} over it")
    return Crashed("the reader broke down over it")


def _told(message: tuple[str, Any]) -> bytes:
    """Return what the child hands back, in a form that `_understand` takes."""
    written = io.BytesIO()
    _PlainPickler(written).dump(message)
    return written.getvalue()


def _understand(answer: bytes) -> Any:
    try:
        kind, value = _PlainUnpickler(io.BytesIO(answer)).load()
    except Exception as error:
        raise Crashed("the reader gave an answer that cannot be understood") from error
    if kind == "done":
        return value
    if kind == SandboxUnavailable.slug:
        raise SandboxUnavailable(value)
    raise BY_SLUG.get(kind, Crashed)(value)


class _PlainPickler(pickle.Pickler):
    """Writes an enumeration by its value: Python 3.11.2, Debian 12's, writes a call of `getattr` instead."""

    def reducer_override(self, obj: Any) -> Any:
        return (type(obj), (obj.value,)) if isinstance(obj, Enum) else NotImplemented


class _PlainUnpickler(pickle.Unpickler):
    """Builds plain values only: a child taken over by a file must not take over its parent."""

    def find_class(self, module: str, name: str) -> Any:
        if name in _PLAIN.get(module, ()):
            return super().find_class(module, name)
        if module.startswith(_OURS) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} may not come out of a sandbox")
