"""`luutru watch`: taken when it lies still, put to done/ or refused/ once it is registered and opened."""

from pathlib import Path

from ingest.arrangement import plan
from luutru.commands.digitise import ensure_fonds, take_in
from luutru.commands.watch import Watch
from tests.faults.installation import Installation
from tests.faults.processes import all_gone
from tests.faults.stocked import DECISION, LETTER, png
from tests.faults.workplace import new_archive, wait_until

QUICK = ("--fonds", "SYT", "--scans", "1", "--every", "0.2", "--json")


def test_a_drop_folder_is_emptied_into_done_and_refused_and_all_is_read(tmp_path: Path) -> None:
    drop = tmp_path / "vào"
    (drop / "Hồ sơ 01").mkdir(parents=True)
    (drop / "Hồ sơ 01" / "1.png").write_bytes(png(*LETTER))
    (drop / "2.png").write_bytes(png(*DECISION))
    (drop / "3.pdf").write_bytes(b"%PDF-1.4\n" + bytes(range(256)) * 8)
    installation = Installation(tmp_path / "home", {"LUUTRU_TRUEOCR": "no"})

    answer = installation.do("watch", str(drop), *QUICK, "--once", seconds=120)

    assert answer.code == 0, answer.err
    assert sorted(path.name for path in drop.iterdir()) == ["done", "refused"]
    assert sorted(path.name for path in (drop / "done").iterdir()) == ["2.png", "Hồ sơ 01"]
    assert sorted(path.name for path in (drop / "refused").iterdir()) == ["3.pdf", "3.pdf.reason.txt"]
    assert "[damaged]" in (drop / "refused" / "3.pdf.reason.txt").read_text()
    status = installation.ask("status", "--json").json
    assert (status["read"], len(status["batches"])) == (2, 3)
    assert all(batch["finished"] for batch in status["batches"])


def test_what_was_digitised_from_there_before_is_put_to_done(tmp_path: Path) -> None:
    archive = new_archive(tmp_path / "home")
    drop = tmp_path / "vào"
    drop.mkdir()
    (drop / "1.png").write_bytes(png(*LETTER))
    fonds = ensure_fonds(archive, archive.system, "SYT")
    take_in(archive, archive.system, fonds, plan([drop / "1.png"]), origin="by hand", name="by hand")
    watch = Watch(archive, archive.system, fonds, drop, stable_scans=1)

    away = [item for _ in range(3) for item in watch.look()]

    assert [(item.entry, item.already, item.moved.parent.name) for item in away] == [("1.png", 1, "done")]


def test_a_share_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    drop, away = tmp_path / "vào", tmp_path / "away"
    drop.mkdir()
    said = tmp_path / "said.log"
    installation = Installation(tmp_path / "home", {"LUUTRU_TRUEOCR": "no"})
    running = installation.start("watch", str(drop), *QUICK, said=said)
    wait_until(lambda: bool(installation.processes("worker")))

    drop.rename(away)
    wait_until(lambda: said.exists() and "cannot be listed" in said.read_text())
    away.rename(drop)
    (drop / "1.png").write_bytes(png(*LETTER))
    wait_until(lambda: (drop / "done" / "1.png").exists())
    running.terminate()
    running.wait(30)

    assert said.read_text().count("cannot be listed") == 1
    assert all_gone(installation.run, seconds=20) == []


def test_a_folder_that_was_never_there_is_told(tmp_path: Path) -> None:
    answer = Installation(tmp_path / "home").do("watch", str(tmp_path / "nowhere"), *QUICK)

    assert (answer.code, answer.json["error"]["code"]) == (3, "no-such-path")
