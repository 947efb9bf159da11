"""An installation under test: a home of its own, and the command line run in it as people run it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from luutru.bootstrap import Archive, open_archive
from luutru.settings import from_environment
from tests.faults import ready
from tests.faults.processes import MARK, Seen, of_run
from tests.services.ports import free_ports

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The last line of its output, understood."""
        assert self.out, f"it ended with {self.code} and said nothing but: {self.err}"
        found: dict[str, Any] = json.loads(self.out.strip().splitlines()[-1])
        return found


@dataclass(frozen=True)
class Installation:
    """One archive, and the processes of one run in it."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)  #: LUUTRU_* beside the home
    run: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are started with; settings of the one who runs the tests do not count."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("LUUTRU_")}
        return own | {
            "LUUTRU_HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "OMP_THREAD_LIMIT": "1",
            MARK: self.run,
            **self.settings,
        }

    def open(self) -> Archive:
        """Open the archive in this process, to look at it."""
        return open_archive(from_environment({"LUUTRU_HOME": str(self.home), **self.settings}))

    def start(self, *words: str, said: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a verb and return at once; its output goes to `said`, or nowhere."""
        return self.start_module("luutru", *words, said=said)

    def start_module(self, *words: str, said: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a program of this project in a session of its own."""
        if said is None:
            return self._start(words, subprocess.DEVNULL)
        with said.open("ab") as log:
            return self._start(words, log.fileno())

    def _start(self, words: tuple[str, ...], out: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=self.environment,
            cwd=ROOT,
            start_new_session=True,
        )

    def do(self, *words: str, seconds: float = 300.0) -> Answer:
        """Run a verb to its end."""
        ended = subprocess.run(
            [sys.executable, "-m", "luutru", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=ROOT,
            timeout=seconds,
            check=False,
        )
        return Answer(ended.returncode, ended.stdout, ended.stderr)

    def ask(self, *words: str) -> Answer:
        """Have a verb done by a process that is loaded already: where only what it answers counts."""
        return Answer(*ready.ask(words, self.environment))

    def processes(self, role: str | None = None) -> list[Seen]:
        """Return its living processes, all or those of one role."""
        return [seen for seen in of_run(self.run) if role is None or seen.role == role]

    def working(self) -> Seen | None:
        """Return the worker that is at work (it leads hands), not one that stands by."""
        leading = {seen.parent for seen in self.processes("hand")}
        return next((seen for seen in self.processes("worker") if seen.pid in leading), None)

    @property
    def passing_folders(self) -> list[Path]:
        """Where passing files of this home lie."""
        return [self.home / "scratch", *Path("/dev/shm").glob(f"luutru-{os.getuid()}-*")]


class Desk:
    """`luutru serve`, started again whenever it is not there, as systemd does."""

    def __init__(self, installation: Installation, said: Path) -> None:
        self._installation = installation
        self._said = said
        self.port = free_ports(1)[0]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def keep_up(self) -> None:
        """Start it if it is not running."""
        if self.process is None or self.process.poll() is not None:
            self.process = self._installation.start("serve", "--port", str(self.port), said=self._said)

    def wait(self, seconds: float = 60.0) -> None:
        """Return when it answers.

        Raises:
            TimeoutError: it does not.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/api/v1/openapi.json", timeout=5):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError(f"the desk does not answer; see {self._said}")

    def end(self, seconds: float = 90.0) -> int:
        """Ask it to stop (SIGTERM) and return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(seconds)
