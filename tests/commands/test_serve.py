"""`luutru serve`: it opens its doors, works beside them, and leaves nobody behind when it ends."""

import errno
import threading
from pathlib import Path

import pytest

from luutru.commands import serve
from luutru.crew import Crew
from tests.faults.installation import Desk, Installation
from tests.faults.processes import all_gone, kill
from tests.faults.stocked import LETTER, png
from tests.faults.workplace import new_archive, received, wait_until


def test_told_to_stop_the_desk_closes_and_its_helpers_end(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    desk = Desk(installation, tmp_path / "serve.log")
    desk.keep_up()
    desk.wait()
    wait_until(lambda: bool(installation.processes("worker")) and bool(installation.processes("hold-index")))

    code = desk.end()

    told = (tmp_path / "serve.log").read_text()
    assert code == 0
    assert all_gone(installation.run, seconds=5) == []
    assert f"http://127.0.0.1:{desk.port}" in told
    assert "mật khẩu dùng một lần" in told
    assert "Traceback" not in told


def test_a_killed_desk_takes_its_helpers_with_it_and_killed_helpers_come_back(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    desk = Desk(installation, tmp_path / "serve.log")
    desk.keep_up()
    desk.wait()
    wait_until(lambda: bool(installation.processes("worker")))
    worker = installation.processes("worker")[0].pid

    kill(worker)
    wait_until(lambda: any(seen.pid != worker for seen in installation.processes("worker")), seconds=20)
    assert desk.process is not None
    kill(desk.process.pid)
    desk.process.wait(10)

    assert all_gone(installation.run, seconds=30) == []


def test_a_helper_for_which_there_is_no_memory_is_started_later(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    tries: list[int] = []

    class Short(Crew):
        def keep_up(self) -> None:
            tries.append(1)
            if len(tries) == 1:
                raise OSError(errno.ENOMEM, "Cannot allocate memory")
            over.set()

    monkeypatch.setattr(serve, "KEEP_UP_SECONDS", 0.01)

    serve._keep_up(Short(), over)

    assert len(tries) == 2


def test_a_worker_ends_when_told_and_a_second_one_says_that_there_is_one(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home", {"LUUTRU_TRUEOCR": "no"})
    installation.ask("init")
    first = installation.start("worker")
    wait_until(lambda: bool(installation.ask("status", "--json").json["worker"]))

    second = installation.do("worker", "--json")
    first.terminate()

    assert (second.code, second.json["error"]["code"]) == (5, "worker-runs")
    assert first.wait(30) == 0
    assert all_gone(installation.run, seconds=5) == []


def test_a_desk_whose_worker_cannot_run_stays_open_and_says_why(tmp_path: Path) -> None:
    settings = {"LUUTRU_TESSDATA": str(tmp_path / "nowhere")}
    installation = Installation(tmp_path / "home", settings)
    log = tmp_path / "serve.log"
    desk = Desk(installation, log)
    folder = tmp_path / "quét"
    folder.mkdir()
    (folder / "1.png").write_bytes(png(*LETTER))
    received(new_archive(tmp_path / "home"), folder)

    desk.keep_up()
    try:
        wait_until(lambda: log.exists() and "cannot keep running" in log.read_text(), seconds=180)
        desk.wait()
    finally:
        code = desk.end()

    assert "the reading engines cannot be opened" in log.read_text()
    assert code == 0
