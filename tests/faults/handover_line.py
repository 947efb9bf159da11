"""A handover between installations, the line cut and processes killed; then all sides are reckoned up.

`python -m tests.faults.handover_line --dossiers 200 --cuts 20 --kills 20 --seed 1`: the giver seals and sends
on-line to a desk behind a line that is cut at random moments, while the sender, the desk, and afterwards the
taking in are killed (kill -9) at random moments; at the same time by a disk, into a third installation, with
export, receiving and taking in killed. Each command is started again as a person would. Exit 1 if anything is
lost, doubled or different at the end.
"""

import argparse
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from catalog import schema
from luutru.bootstrap import Archive, set_up
from luutru.settings import from_environment
from tests.faults.installation import Answer, Desk, Installation
from tests.faults.many_dossiers import GIVER, RECEIVER, fill, name_units
from tests.services.ports import free_ports

BYTES = 200_000
"""Of one dossier's package, about."""

PATIENCE = 3600.0
"""Seconds that one step may take with all that is done to it."""


class Wire:
    """A line between two ports of this machine that is cut at random moments."""

    def __init__(self, to: int, chance: random.Random, *, cuts: int, within: int) -> None:
        """Lie to port `to`; `cuts` times to be cut, about once in `within` bytes."""
        self.to, self.left, self.cuts, self._chance, self._within = to, cuts, 0, chance, within
        self.port = free_ports(1)[0]
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self._over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Hang up for good."""
        self._over.set()
        self._listening.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                near, _address = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to), timeout=5)
            except OSError:
                near.close()
                continue
            budget = [self._chance.randint(200, self._within)]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target, budget), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, budget: list[int]) -> None:
        with suppress(OSError):
            while data := source.recv(16_384):
                budget[0] -= len(data)
                if budget[0] < 0 and self.left > 0:
                    self.left -= 1
                    self.cuts += 1
                    target.sendall(data[: len(data) // 2])  # in the middle of a block
                    break
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass
class Report:
    """What happened."""

    said: Callable[[str], None]
    kills: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Killing:
    """Commands that are killed some times at random moments, and started again until they end well."""

    def __init__(self, report: Report, chance: random.Random) -> None:
        self._report, self._chance = report, chance

    def do(
        self,
        installation: Installation,
        words: tuple[str, ...],
        *,
        kills: int,
        beside: Callable[[], None] | None = None,
    ) -> None:
        """Run a verb to its good end, `kills` of its processes killed on the way."""
        until = time.monotonic() + PATIENCE
        left = kills
        while time.monotonic() < until:
            process = installation.start(*words)
            if left > 0:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(self._chance.uniform(0.8, 4.0))
            while left <= 0 or process.poll() is not None:
                with suppress(subprocess.TimeoutExpired):
                    code = process.wait(0.5)
                    if code in (0, 1):  # 1: something could not be checked (no ClamAV): told, and kept
                        return
                    break
                if time.monotonic() > until:
                    break
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()
                left -= 1
                self._report.kills.append(" ".join(words[:2]))
        self._report.faults.append(f"{' '.join(words[:2])} did not come to its end in {PATIENCE:.0f} s")


def installation(home: Path) -> tuple[Installation, Archive]:
    """Return a new installation that knows both offices."""
    one = Installation(home)
    set_up(from_environment({"LUUTRU_HOME": str(home)}))
    archive = one.open()
    name_units(archive)
    name, index = archive.generations.begin()
    archive.generations.switch(name)
    index.close()
    return one, archive


def expected(one: Installation, *words: str, ends: tuple[int, ...] = (0,)) -> Answer:
    """Run a verb that must end well, or with another of the exit codes in `ends`."""
    answer = one.do(*words, "--json", seconds=PATIENCE)
    if answer.code not in ends:
        raise RuntimeError(
            f"{' '.join(words)} ended with {answer.code}: {answer.err[-500:]}{answer.out[-700:]}"
        )
    return answer


def sealed(giver: Installation, title: str) -> str:
    """Draft and seal a handover of all that the giver has; return its number."""
    number: str = expected(
        giver, "handover", "draft", "--from", GIVER, "--to", RECEIVER, "--case", "xa-merged",
        "--title", title, "--decision", "12/QĐ-UBND", "--date", "2026-07-01", "--receives-as", "successor",
    ).json["number"]  # fmt: skip
    expected(giver, "handover", "add", number, "--fonds", "TANHOA")
    return number


def run(folder: Path, *, dossiers: int, cuts: int, kills: int, seed: int, report: Report) -> None:
    """Do all of it below `folder`; what is wrong at the end stands in the report."""
    giver, archive = installation(folder / "giver")
    fill(archive, dossiers)
    archive.close()
    report.said(f"{dossiers} dossiers entered")
    number = sealed(giver, "Bàn giao")
    killing = Killing(report, random.Random(seed))
    killing.do(giver, ("handover", "seal", number, "--most-files", "400"), kills=max(1, kills // 10))
    report.said(f"sealed as {number}")
    receivers = [installation(folder / name) for name in ("on-line", "by-disk")]
    for _receiver, there in receivers:
        there.close()
    with ThreadPoolExecutor() as both:  # any mix of routes: both at once
        on_line, by_disk = (
            Passing(report, giver, receiver, number, dossiers, random.Random(seed + way))
            for way, (receiver, _there) in enumerate(receivers, 1)
        )
        routes = (
            both.submit(_on_line, on_line, folder, cuts, kills),
            both.submit(_by_disk, by_disk, folder, max(1, kills // 6)),
        )
    for route in routes:
        if error := route.exception():
            report.faults.append(f"{type(error).__name__}: {error}")
    if not report.faults:
        _receipt(on_line, folder)


@dataclass
class Passing:
    """One route of a handover."""

    report: Report
    giver: Installation
    receiver: Installation
    number: str
    dossiers: int
    chance: random.Random

    @property
    def killing(self) -> Killing:
        """Whoever kills on this route."""
        return Killing(self.report, self.chance)


def _on_line(one: Passing, folder: Path, cuts: int, kills: int) -> None:
    report, receiver, killing = one.report, one.receiver, one.killing
    token = expected(receiver, "user", "token", "giver").json["token"]
    (folder / "token").write_text(token)
    desk = Desk(receiver, folder / "desk.log")
    wire = Wire(desk.port, one.chance, cuts=cuts, within=one.dossiers * BYTES // max(1, cuts))
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_desk, args=(receiver, desk, one.chance, kills // 3, stop, report))
    keeper.start()
    try:
        started = time.monotonic()
        send = ("handover", "send", one.number, "--to", f"http://127.0.0.1:{wire.port}")
        killing.do(one.giver, (*send, "--token-file", str(folder / "token")), kills=kills // 3)
        report.said(f"sent in {time.monotonic() - started:.0f} s, line cut {wire.cuts} times")
    finally:
        stop.set()
        keeper.join()
        wire.close()
    if wire.left:
        report.faults.append(f"the line was cut {wire.cuts} times only")
    _decide_and_take_in(one, kills - 2 * (kills // 3))
    _reckon("on-line", one)


def _by_disk(one: Passing, folder: Path, kills: int) -> None:
    (folder / "disk").mkdir()
    export = ("handover", "export", one.number, str(folder / "disk"), "--disk")
    one.killing.do(one.giver, export, kills=kills)
    receive = ("handover", "receive", str(folder / "disk" / one.number), "--no-virus-scan")
    one.killing.do(one.receiver, receive, kills=kills)
    # Twice is the same. Nobody signed these parcels: that could not be checked is told by the exit code.
    expected(one.receiver, *receive, ends=(0, 1))
    one.report.said("by disk: received twice")
    _decide_and_take_in(one, kills)
    _reckon("by disk", one)


def _keep_desk(
    one: Installation, desk: Desk, chance: random.Random, kills: int, stop: threading.Event, report: Report
) -> None:
    """Keep the desk open, and kill it at random moments."""
    left = kills
    while not stop.is_set():
        if desk.process is None or desk.process.poll() is not None:
            desk.process = one.start("serve", "--port", str(desk.port), "--no-work")
        stop.wait(chance.uniform(3.0, 9.0))
        if left > 0 and not stop.is_set():
            desk.process.kill()
            desk.process.wait()
            left -= 1
            report.kills.append("serve")
    if desk.process is not None:
        desk.process.kill()
        desk.process.wait()


def _decide_and_take_in(one: Passing, kills: int) -> None:
    expected(one.receiver, "handover", "decide", one.number, "accept", "--rest")
    one.killing.do(one.receiver, ("handover", "accept", one.number), kills=kills)
    expected(one.receiver, "handover", "accept", one.number)  # twice is the same


def _reckon(how: str, one: Passing) -> None:
    """Write into the report whatever is lost, doubled or wrong in the receiver's archive."""
    receiver, dossiers, report = one.receiver, one.dossiers, one.report
    expected(receiver, "reindex")
    checked = receiver.do("check", "--json", seconds=PATIENCE)
    if checked.code != 0:
        report.faults.append(f"{how}: check ends with {checked.code}: {checked.out[-300:]}")
    archive = receiver.open()
    with archive.register.read() as conn:
        for table, wanted in (
            (schema.dossier, dossiers),
            (schema.document, 2 * dossiers),
            (schema.page, 2 * dossiers),
            (schema.reading, 2 * dossiers),
            (schema.source_file, 2 * dossiers),
        ):
            found = conn.execute(select(func.count()).select_from(table)).scalar_one()
            if found != wanted:
                report.faults.append(f"{how}: {found} rows of {table.name}, not {wanted}")
        item = schema.transfer_item.c
        left = select(func.count()).where(item.dossier_id.is_(None))
        if lacking := conn.execute(left).scalar_one():
            report.faults.append(f"{how}: {lacking} dossiers were not taken in")
    archive.close()
    left_over = [path for path in (receiver.home / "received").rglob("*") if path.is_file()]
    if any(path.name != "handover.json" for path in left_over):
        report.faults.append(f"{how}: {len(left_over)} files are left in the receiving room")
    report.said(f"{how}: reckoned up")


def _receipt(one: Passing, folder: Path) -> None:
    """Carry the receipt back, twice."""
    file = str(folder / "receipt.json")
    expected(one.receiver, "handover", "receipt", one.number, "--write", file)
    for _again in range(2):
        answer = expected(one.giver, "handover", "receipt", "--take", file)
        if answer.json["state"] != "accepted":
            one.report.faults.append(f"the receipt leaves the giver's handover {answer.json['state']}")


def main() -> int:
    """Run it, say what happened, end with 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=200)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    started = time.monotonic()

    def said(text: str) -> None:
        sys.stdout.write(f"{time.monotonic() - started:7.0f} s  {text}\n")
        sys.stdout.flush()

    report = Report(said)
    with tempfile.TemporaryDirectory(prefix="handover-line-", dir=given.folder) as folder:
        run(
            Path(folder),
            dossiers=given.dossiers,
            cuts=given.cuts,
            kills=given.kills,
            seed=given.seed,
            report=report,
        )
    for victim in sorted(set(report.kills)):
        said(f"killed {report.kills.count(victim)} times: {victim}")
    for fault in report.faults:
        said(f"FAULT: {fault}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
