"""`luutru digitise`: what it answers, what it refuses to begin, and how it ends when it is told to."""

import os
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.batch import Ledger
from catalog.identifiers import BatchId
from ingest.arrangement import plan
from luutru.audit import check
from luutru.bootstrap import acting
from luutru.commands import digitise
from luutru.commands.digitise import (
    LONGEST_LOOK_SECONDS,
    LOOK_SECONDS,
    LOOK_SHARE,
    ensure_fonds,
    follow,
    take_in,
)
from luutru.crew import Crew
from tests.faults.installation import Installation
from tests.faults.processes import all_gone
from tests.faults.stocked import LETTER, Stocked, make_folder, png
from tests.faults.workplace import new_archive, wait_until


def test_digitise_ends_with_the_ledger(stocked: Stocked) -> None:
    said = stocked.said

    assert set(said) >= {"batch", "received", "read", "indexed", "blank", "duplicate", "held", "refused"}
    assert (said["files"], said["already"]) == (6, 0)
    assert (said["received"], said["read"], said["indexed"], said["blank"]) == (5, 4, 4, 1)
    assert (said["duplicate"], said["held"]) == (1, 0)
    assert {(Path(item["name"]).name, item["code"]) for item in said["refused"]} == {
        ("03 Hỏng.pdf", "damaged"),
        ("ghi chú.txt", "unsupported"),
    }
    assert all(item["reason"] for item in said["refused"])


def test_what_a_batch_names_for_the_first_time_waits_to_be_confirmed(stocked: Stocked) -> None:
    fonds = stocked.installation.ask("fonds", "list", "--json").json["fonds"]
    units = stocked.installation.ask("unit", "list", "--json").json["units"]

    assert [(one["code"], one["to_confirm"]) for one in fonds] == [("SYT", True)]
    assert [(one["name"], one["to_confirm"]) for one in units] == [("Sở Y tế", True)]


def test_a_folder_that_is_not_there_is_told_and_nothing_begins(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")

    answer = installation.do("digitise", str(tmp_path / "nowhere"), "--fonds", "SYT", "--json")

    assert answer.code == 3
    assert answer.json["error"]["code"] == "no-such-path"
    assert str(tmp_path / "nowhere") in answer.err
    assert installation.ask("status", "--json").json["error"]["code"] == "not-set-up"


def test_an_empty_folder_is_told_and_no_batch_begins(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    empty = tmp_path / "trống"
    empty.mkdir()

    answer = installation.do("digitise", str(empty), "--fonds", "SYT", "--json")

    assert (answer.code, answer.json["error"]["code"]) == (3, "nothing-there")
    assert installation.ask("status", "--json").json["error"]["code"] == "not-set-up"


def test_without_its_engines_digitise_says_so_and_ends_and_holds_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "quét"
    folder.mkdir()
    (folder / "1.png").write_bytes(png(*LETTER))
    without = Installation(tmp_path / "home", {"LUUTRU_TESSDATA": str(tmp_path / "nowhere")})
    words = ("digitise", str(folder), "--fonds", "SYT", "--json")

    failed = without.do(*words)
    state = without.ask("status", "--json").json
    later = Installation(tmp_path / "home", {"LUUTRU_TRUEOCR": "no"}).do(*words)

    assert (failed.code, failed.json["error"]["code"]) == (7, "helper-fails")
    assert "the reading engines cannot be opened" in failed.err
    assert (state["waiting"]["look"], state["batches"][0]["held"]) == (1, 0)
    assert all_gone(without.run, seconds=10) == []
    assert (later.code, later.json["read"], later.json["already"]) == (0, 1, 1)


def test_stopped_from_the_keyboard_it_ends_politely_and_goes_on_the_next_time(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home", {"LUUTRU_TRUEOCR": "no"})
    folder = make_folder(tmp_path / "quét")
    for number in range(20):  # more than a quick machine reads before it is stopped
        (folder / f"{number:02d} thêm.png").write_bytes(png(*LETTER, f"Số {number}"))
    said = tmp_path / "said.log"
    running = installation.start("digitise", str(folder), "--fonds", "SYT", "--json", said=said)
    wait_until(lambda: installation.working() is not None)

    os.killpg(running.pid, signal.SIGINT)
    code = running.wait(30)
    left = all_gone(installation.run, seconds=10)
    again = installation.do("digitise", str(folder), "--fonds", "SYT", "--json")

    assert code == 130
    assert "stopped" in said.read_text()
    assert "Traceback" not in said.read_text()
    assert left == []
    assert (again.code, again.json["read"], again.json["already"]) == (0, 24, 26)


def test_a_file_that_vanishes_while_it_is_received_leaves_one_refusal_and_no_empty_batch(
    tmp_path: Path,
) -> None:
    archive = new_archive(tmp_path / "home")
    folder = make_folder(tmp_path / "quét")
    planned = plan([folder])
    shutil.rmtree(folder)
    scope = acting(archive, "")
    fonds = ensure_fonds(archive, scope, "SYT")

    batches = [take_in(archive, scope, fonds, planned, origin=str(folder), name="quét")[0] for _ in range(2)]

    assert batches[0] == batches[1]
    assert check(archive).faults == ()


@pytest.mark.parametrize(
    ("seconds", "waited"), [(0.0, LOOK_SECONDS), (0.06, 0.06 / LOOK_SHARE), (0.3, LONGEST_LOOK_SECONDS)]
)
def test_a_ledger_that_is_dear_to_ask_is_asked_less_often(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seconds: float, waited: float
) -> None:
    done = Ledger(1, 1, 1, 1, 1, 0, 0, (), (), 0, 0, 0, 0, 0, 0, 0, 0)
    told = [*[replace(done, pages_to_index=1)] * 2, replace(done, documents_to_bind=1), done]
    pauses: list[float] = []

    def ask(*_: object) -> Ledger:
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass
        return told.pop(0)

    monkeypatch.setattr(digitise, "_ledger", ask)
    monkeypatch.setattr(digitise, "_waits", lambda *_: False)
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(Crew, "keep_up", lambda self: None)
    archive = new_archive(tmp_path)

    assert follow(archive, archive.system, BatchId("1"), Crew(), quiet=True) is done
    assert len(pauses) == 2
    assert all(waited <= pause < waited + 0.5 for pause in pauses)


def test_while_a_task_of_the_batch_waits_its_ledger_is_not_asked_again_and_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = Ledger(1, 1, 1, 1, 1, 0, 0, (), (), 0, 0, 0, 0, 0, 0, 0, 0)
    told, waits = [replace(done, pages_to_read=1)] * 2 + [done], [True] * 3 + [False]
    kept_up = list[Crew]()
    monkeypatch.setattr(digitise, "_ledger", lambda *_: told.pop(0))
    monkeypatch.setattr(digitise, "_waits", lambda *_: waits.pop(0))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(Crew, "keep_up", lambda self: kept_up.append(self))
    archive = new_archive(tmp_path)

    assert follow(archive, archive.system, BatchId("1"), Crew(), quiet=True) is done
    assert (told, waits) == ([], [])
    assert len(kept_up) == 4  # whoever reads is started again within a pause, not within two seconds
