"""Kill -9, again and again, at random moments of a batch; then reckon whether anything was lost or doubled.

`python -m tests.faults.kill --kills 40 --seed 1`: a folder is digitised and another uploaded, with the desk
and a re-indexing running beside them. The victims take turns: the worker, a hand, the index holder, the
uploader, the desk, `digitise`, `reindex`. After each kill things are started again as a person or systemd
would. Prints every kill with its moment and what became of it; exit 1 if the reckoning does not come out.
"""

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from samples.batch import make_batch
from samples.truth import Truth, load
from tests.faults.installation import Desk, Installation
from tests.faults.processes import all_gone, kill
from tests.faults.reckoning import Expected, faults, left_over

VICTIMS = ("worker", "hand", "hold-index", "uploader", "serve", "digitise", "reindex")
"""Each dies as often as the others, as far as it is there to die: the uploader is done first of all."""

LONGEST_PAUSE = 6.0
"""Seconds between one kill and the next; a page takes one to three."""

ROUND_KILLS = 10
"""Kills in one batch; then it must come to its end, and the next one begins."""

PATIENCE = 400.0
"""Seconds that a batch may take to come to its end after its last kill."""


@dataclass(frozen=True)
class Kill:
    """One kill -9."""

    number: int
    round: int
    second: float  #: since the batch began
    victim: str
    moment: str  #: what waited just then: files to open, pages to look at, files to admit, documents to bind
    back_after: float | None = None  #: seconds until one of its kind was there again; None: nobody needed it
    outcome: str = ""


@dataclass
class Report:
    """What happened."""

    kills: list[Kill] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield the report as a table."""
        yield f"{'no':>3} {'batch':>5} {'second':>7}  {'victim':<11} {'back':>10}  {'moment':<44} outcome"
        for one in self.kills:
            back = f"{one.back_after:.1f} s" if one.back_after is not None else "-"
            yield (
                f"{one.number:>3} {one.round:>5} {one.second:>7.1f}  {one.victim:<11} {back:>10}  "
                f"{one.moment:<44} {one.outcome}"
            )
        yield from (f"FAULT: {fault}" for fault in self.faults)


class Batch:
    """One folder digitised and one uploaded at the same time, and whoever does it."""

    def __init__(self, installation: Installation, desk: Desk, folder: Path, number: int, seed: int) -> None:
        self._installation = installation
        self._desk = desk
        self._token = installation.do("user", "token", f"sender {number}", "--json").json["token"]
        scans, sent = folder / f"quet-{number}", folder / f"gui-{number}"
        self.digitised = Expected(scans, str(scans), make_batch(scans, seed=seed, size="small"))
        self.uploaded = Expected(sent, f"upload:{sent.name}/", _few(sent, scans, seed=seed + 1))
        self._note = folder / f"note-{number}"
        self._said = folder / f"said-{number}.log"
        self._wrong: list[str] = []
        self.digitise: subprocess.Popen[bytes] | None = None
        self.uploader: subprocess.Popen[bytes] | None = None
        self.reindex: subprocess.Popen[bytes] | None = None

    def keep_up(self) -> None:
        """Start again whatever was killed, as a person or systemd would."""
        self._desk.keep_up()
        self._hear()
        if self.digitise is None or self.digitise.poll() not in (None, 0):
            self.digitise = self._installation.start(
                "digitise", str(self.digitised.folder), "--fonds", "SYT", "--json", said=self._said
            )
        if self.uploader is None or self.uploader.poll() not in (None, 0):
            self.uploader = self._installation.start_module(
                "tests.faults.uploader",
                self._desk.url,
                self._token,
                str(self.uploaded.folder),
                "GUI",
                str(self._note),
                said=self._said,
            )
        if not self.over and (self.reindex is None or self.reindex.poll() is not None):
            self.reindex = self._installation.start("reindex", "--json", said=self._said)

    @property
    def wrong(self) -> list[str]:
        """What went wrong so far."""
        return self._wrong

    def _hear(self) -> None:
        """Note who ended with an error of its own: a kill is no excuse for that."""
        for name, process, fine in (
            ("digitise", self.digitise, (0,)),
            ("uploader", self.uploader, (0,)),
            ("reindex", self.reindex, (0, 5)),  # 5: another one is at it
        ):
            code = process.poll() if process is not None else None
            if code is not None and code > 0 and code not in fine:
                self._wrong.append(f"{name} ended with {code}: {self._said.read_text()[-2000:]}")

    @property
    def over(self) -> bool:
        """Both folders are through."""
        ended = self.digitise is not None and self.digitise.poll() == 0
        sent = self.uploader is not None and self.uploader.poll() == 0
        return ended and sent and _waiting(self._installation.home) == {}

    def finish(self) -> list[str]:
        """Wait until the batch is through, without another kill; return what went wrong."""
        until = time.monotonic() + PATIENCE
        while not self.over and not self._wrong:
            if time.monotonic() > until:
                return [f"not through after {PATIENCE:.0f} s: {_waiting(self._installation.home)}"]
            self.keep_up()
            time.sleep(0.25)
        if self.reindex is not None:
            self.reindex.wait(PATIENCE)
        self._desk.wait()
        return self._wrong

    def victim(self, kind: str) -> int | None:
        """Return the process to kill; None: there is none of that kind just now."""
        if kind == "worker":
            working = self._installation.working()
            return working.pid if working is not None else None
        if kind == "hand":
            working = self._installation.working()
            hands = self._installation.processes("hand")
            return next((seen.pid for seen in hands if working and seen.parent == working.pid), None)
        found = self._installation.processes(kind)
        if kind == "digitise" and self.digitise is not None:
            return self.digitise.pid if self.digitise.poll() is None else None
        return found[0].pid if found else None


def _few(folder: Path, scans: Path, *, seed: int) -> Truth:
    """Make a folder to upload: one dossier's files, one of them bytes that the other folder has too."""
    truth = make_batch(folder, seed=seed, size="small")
    kept = [file for file in truth.files if file.path.startswith("Hộp 02/")][:3]
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and str(path.relative_to(folder)) not in {file.path for file in kept}:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    known = load(scans.with_name(scans.name + ".truth.json"))
    shared = next(file for file in known.files if file.media == "application/pdf" and file.fate == "read")
    target = folder / "Hộp 09" / "ban sao.pdf"
    target.parent.mkdir()
    target.write_bytes((scans / shared.path).read_bytes())
    return replace(truth, files=(*kept, replace(shared, path="Hộp 09/ban sao.pdf")))


def _waiting(home: Path) -> dict[str, int]:
    """Return what waits, by stage, asked past the service: it may be dead just now."""
    queries = {
        "open": "SELECT count(*) FROM source_file WHERE state = 'received'",
        "look": "SELECT count(*) FROM page WHERE state = 'waiting'",
        "admit": "SELECT count(*) FROM source_file WHERE state = 'opened'",
        "bind": "SELECT count(*) FROM document WHERE state IN ('looking', 'waiting')",
    }
    with closing(sqlite3.connect(home / "register.db", timeout=30)) as conn:
        counts = {stage: conn.execute(query).fetchone()[0] for stage, query in queries.items()}
    return {stage: count for stage, count in counts.items() if count}


def _moment(home: Path) -> str:
    return ", ".join(f"{stage} {count}" for stage, count in _waiting(home).items()) or "nothing waits"


def run(
    folder: Path,
    *,
    kills: int,
    seed: int,
    tell: Callable[[str], None] = lambda _line: None,
    settings: dict[str, str] | None = None,
    round_kills: int = ROUND_KILLS,
) -> Report:
    """Kill `kills` times in as many batches as that takes, and reckon after each."""
    installation = Installation(folder / "home", settings or {})
    installation.do("init", "--json")
    report = Report()
    try:
        _run(installation, report, folder, kills=kills, seed=seed, tell=tell, round_kills=round_kills)
        left = all_gone(installation.run, seconds=30)
        report.faults += [f"still runs: {seen.role} {seen.words}" for seen in left]
    finally:
        for seen in installation.processes():
            kill(seen.pid)
    report.faults += left_over(installation)
    return report


def _run(
    installation: Installation,
    report: Report,
    folder: Path,
    *,
    kills: int,
    seed: int,
    tell: Callable[[str], None],
    round_kills: int,
) -> None:
    chance = random.Random(seed)
    deaths = dict.fromkeys(VICTIMS, 0)
    expected: list[Expected] = []
    with _desk(installation, folder) as desk:
        number = 0
        while len(report.kills) < kills and not report.faults:
            number += 1
            batch = Batch(installation, desk, folder, number, seed=seed * 1000 + 2 * number)
            expected += [batch.digitised, batch.uploaded]
            wanted = min(round_kills, kills - len(report.kills))
            made = _kill_in(batch, installation, deaths, chance, wanted, len(report.kills), number, tell)
            found = batch.finish() or faults(installation, expected)
            outcome = "FAULTS" if found else "finished, clean"
            report.kills += [replace(one, outcome=outcome) for one in made]
            report.faults += [f"batch {number}: {fault}" for fault in found]
            tell(f"batch {number}: {len(made)} kills, {outcome}")


@contextmanager
def _desk(installation: Installation, folder: Path) -> Iterator[Desk]:
    desk = Desk(installation, folder / "serve.log")
    desk.keep_up()
    try:
        desk.wait()
        yield desk
    finally:
        desk.keep_up()
        desk.wait()
        desk.end()


def _kill_in(
    batch: Batch,
    installation: Installation,
    deaths: dict[str, int],
    chance: random.Random,
    wanted: int,
    before: int,
    number: int,
    tell: Callable[[str], None],
) -> list[Kill]:
    made: list[Kill] = []
    began = time.monotonic()
    while len(made) < wanted:
        moment = time.monotonic() + chance.uniform(0.1, LONGEST_PAUSE)
        while time.monotonic() < moment:
            batch.keep_up()
            time.sleep(0.05)
        if batch.over or batch.wrong:
            break
        there_now = {kind: found for kind in VICTIMS if (found := batch.victim(kind)) is not None}
        if not there_now:
            continue
        victim = min(there_now, key=lambda kind: (deaths[kind], kind != "uploader", chance.random()))
        pid = there_now[victim]
        there = len(installation.processes(victim))
        state = _moment(installation.home)
        if not kill(pid):
            continue
        deaths[victim] += 1
        struck = time.monotonic()
        back = _back(batch, installation, victim, pid, there)
        one = Kill(before + len(made) + 1, number, struck - began, victim, state, back)
        made.append(one)
        tell(f"{one.number:>3} {one.second:>6.1f} s  {victim:<11} {state}")
    return made


def _back(batch: Batch, installation: Installation, victim: str, pid: int, there: int) -> float | None:
    """Return after how many seconds there were as many of its kind again; None: nobody needed another."""
    struck = time.monotonic()
    while time.monotonic() - struck < 12.0:
        batch.keep_up()
        now = [seen.pid for seen in installation.processes(victim)]
        if pid not in now and len(now) >= there:
            return time.monotonic() - struck
        if batch.over:
            return None
        time.sleep(0.05)
    return None


def main() -> int:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--setting", action="append", default=[], metavar="NAME=VALUE", help="a LUUTRU_* variable"
    )
    given = parser.parse_args()

    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))  # whatever runs is ended first
    settings = dict(setting.split("=", 1) for setting in given.setting)

    def tell(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        report = run(Path(folder), kills=given.kills, seed=given.seed, tell=tell, settings=settings)
    for line in report.lines():
        tell(line)
    return 1 if report.faults or len(report.kills) < given.kills else 0


if __name__ == "__main__":
    sys.exit(main())
