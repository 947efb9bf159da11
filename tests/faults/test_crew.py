"""The crew starts again whoever was killed, and does not start for ever what cannot run."""

import os
import signal
import sys
from pathlib import Path

import pytest

from luutru import crew
from luutru.crew import Helper, HelperFails
from tests.faults.workplace import wait_until

UNTIL_TOLD = "import sys; sys.stdin.read()"


class Played(Helper):
    """A helper whose program the test writes; every start is noted."""

    def __init__(self, program: str, folder: Path) -> None:
        super().__init__("worker")
        self._program = program
        self._log = folder / "starts.log"

    def _command(self) -> list[str]:
        note = f"import os; open({str(self._log)!r}, 'a').write(f'{{os.getpid()}}\\n')"
        return [sys.executable, "-c", f"{note}\n{self._program}"]

    @property
    def starts(self) -> list[int]:
        """The process ids, in order."""
        return [int(line) for line in self._log.read_text().splitlines()] if self._log.exists() else []


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "RESTART_SECONDS", 0.0)
    monkeypatch.setattr(crew, "PAUSE_SECONDS", 0.5)


def test_a_killed_helper_is_started_again(tmp_path: Path) -> None:
    helper = Played(UNTIL_TOLD, tmp_path)
    helper.keep_up()
    wait_until(lambda: len(helper.starts) == 1)

    os.kill(helper.starts[0], signal.SIGKILL)

    def again() -> bool:
        helper.keep_up()
        return len(helper.starts) == 2

    wait_until(again)
    helper.end(10)


def test_a_helper_that_ends_with_an_error_every_time_is_given_up_and_tried_again_later(
    tmp_path: Path,
) -> None:
    helper = Played("raise SystemExit(7)", tmp_path)

    def given_up() -> bool:
        try:
            helper.keep_up()
        except HelperFails:
            return True
        return False

    wait_until(given_up)
    starts = len(helper.starts)
    wait_until(lambda: given_up() or len(helper.starts) > starts, seconds=10)
    helper.end(10)

    assert starts == crew.MOST_ERRORS


def test_a_helper_asked_to_end_is_waited_for(tmp_path: Path) -> None:
    helper = Played(f"{UNTIL_TOLD}\nimport time; time.sleep(0.3)", tmp_path)
    helper.keep_up()
    wait_until(lambda: len(helper.starts) == 1)

    helper.end(10)

    with pytest.raises(ProcessLookupError):
        os.kill(helper.starts[0], 0)
