"""A process that has the verbs loaded; whatever is asked of it is done by a child of its own.

Loading is most of what a verb takes, half a second to two, and it is the same each time. The child is a
process like any other: its own surroundings, streams, exit code and end. Begun by
`python -m tests.faults.ready`.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]

LATER = ("handover.export", "handover.inside", "handover.sealing", "luutru.signing", "paper.form_pdf")
"""What verbs load at their work."""

_lock = threading.Lock()
_running: subprocess.Popen[str] | None = None


def ask(words: tuple[str, ...], environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Have a verb done; return its exit code and what it said to either stream."""
    with _lock, tempfile.TemporaryDirectory(prefix="ready-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        order = {"words": words, "environment": dict(environment), "out": str(out), "err": str(err)}
        try:
            code = _told(json.dumps(order))
        except BaseException:  # a test that ran out of time, for one: the next begins with a new process
            end()
            raise
        return code, out.read_text("utf-8"), err.read_text("utf-8")


def end() -> None:
    """End the process and what it does just now."""
    global _running
    if _running is None:
        return
    with suppress(ProcessLookupError):
        os.killpg(_running.pid, signal.SIGKILL)
    with _running:
        _running = None


def _told(order: str) -> int:
    global _running
    if _running is None:
        _running = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.ready"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_THREAD_LIMIT": "1"}, start_new_session=True,
        )  # fmt: skip
        atexit.register(end)
    assert _running.stdin is not None
    assert _running.stdout is not None
    _running.stdin.write(order + "\n")
    _running.stdin.flush()
    return int(_running.stdout.readline())


def serve() -> None:
    """Do what comes on the standard input, one line a verb, and answer each with its exit code."""
    from luutru.commands import NAMES, load

    for name in NAMES:
        load(name)
    for later in LATER:
        import_module(later)
    gc.freeze()  # what is loaded is left alone
    while line := sys.stdin.readline():
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _become(order: dict[str, dict[str, str] | list[str] | str]) -> None:
    """Be the verb and end as it ends."""
    from luutru.__main__ import main

    os.environ.clear()
    os.environ.update(order["environment"])  # type: ignore[arg-type]  # `ask` wrote texts
    for stream, path in ((0, os.devnull), (1, order["out"]), (2, order["err"])):
        opened = os.open(str(path), os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    sys.argv = ["luutru", *order["words"]]
    try:
        code = main(sys.argv[1:])
    except SystemExit as ended:
        code = int(ended.code or 0)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    # As children of `multiprocessing` end: taking down what all share would take half a second.
    os._exit(code)


if __name__ == "__main__":
    serve()
