"""Hand over inside one installation while whoever does it is killed: one result, nothing passes twice.

`python -m tests.faults.handover_inside --dossiers 200 --kills 20 --seed 1`: draft, add, seal, export,
deliver, check, decide, accept and close, each on the command line; the process is killed (-9) at random
moments, most of them in the middle of the work, and the same words are said again, as a person would. Prints
every kill with how far it was; exit 1 if the reckoning does not come out.
"""

import argparse
import hashlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from catalog import people, schema, transfer_item, transfer_parcel, transfer_totals
from catalog import transfer as transfers
from catalog.instants import today
from handover import export, parcels
from luutru.audit import check_ledger, check_objects
from luutru.bootstrap import Archive, open_archive, set_up
from luutru.settings import Settings
from tests.faults.installation import Installation
from tests.faults.processes import kill
from tests.handover.many import Sides, fill, into, sides

AGAIN = ("export", "check", "accept")
"""Acts that are said once more until they were killed their share of times: there they are short."""

SLOWEST = 600.0
"""Seconds that one act may take without being killed."""


@dataclass
class Report:
    """What happened."""

    kills: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def run(
    folder: Path, *, dossiers: int, kills: int, seed: int, tell: Callable[[str], None] = lambda _line: None
) -> Report:
    """Hand `dossiers` over with `kills` kills, and reckon."""
    chance, report = random.Random(seed), Report()
    home = folder / "home"
    settings = Settings(
        home=home, database_url=f"sqlite:///{home / 'register.db'}", quay=home / "quay", index=home / "index"
    )
    set_up(settings)
    archive = open_archive(settings)
    given = sides(archive.register, archive.system)
    fill(archive.register, into(archive.store), archive.system, given, dossiers=dossiers)
    installation = Installation(home)
    (folder / "disk").mkdir()
    began = time.monotonic()
    _Acts(installation, archive, given, folder / "disk", chance, kills, report, tell).all()
    report.seconds = time.monotonic() - began
    report.faults += reckoned(archive, given, folder, dossiers)
    archive.close()
    return report


@dataclass
class _Acts:
    installation: Installation
    archive: Archive
    given: Sides
    disk: Path
    chance: random.Random
    kills: int
    report: Report
    tell: Callable[[str], None]
    number: str = ""
    usual: dict[str, float] = field(default_factory=dict)

    def all(self) -> None:
        """Do everything, in order; each act is killed its share of times."""
        self.do("draft", self._draft(), lambda: bool(self._found()))
        self.number = self._found()[0].number
        self.do("add", ("add", self.number, "--fonds", "TANHOA"), None)
        self.do("seal", ("seal", self.number, "--most-files", "400"), None)
        self.do("export", ("export", self.number, str(self.disk)), None)
        self.do("deliver", ("deliver", self.number), lambda: self._found()[0].state.value != "sealed")
        self.do("check", ("check", self.number), None)
        third = f"H49.64.33.2001.{3}"
        self.do("return", ("decide", self.number, "return", third, "--reason", "thiếu trang"), None)
        self.do("decide", ("decide", self.number, "accept", "--rest"), None)
        self.do("accept", ("accept", self.number), None)
        self.do("close", ("close", self.number), lambda: self._found()[0].state.value == "closed")

    def do(self, name: str, words: tuple[str, ...], done: Callable[[], bool] | None) -> None:
        """Say `words` until they are through; `done`: tells whether what was killed had been through."""
        heavy = name in ("seal", "accept", "export", "check", "add")
        for _try in range(100):
            if done is not None and done():
                return
            wanted = heavy and len(self.report.kills) < self._share(name)
            process = self.installation.start("handover", *words, "--json")
            started = time.monotonic()
            self._wait(process, name, started, wanted=wanted)
            if process.poll() is None:
                kill(process.pid)
                process.wait()
                state = self._found()[0].state.value if self._found() else "-"
                after, (far, whole) = time.monotonic() - started, self._progress(name)
                line = f"{len(self.report.kills) + 1:>3}  {name:<8}{after:6.2f} s: {far} of {whole}, {state}"
                self.report.kills.append(line)
                self.tell(line)
                continue
            self.usual[name] = time.monotonic() - started
            if process.returncode == 0:
                if name in AGAIN and len(self.report.kills) < self._share(name):
                    continue  # once more: said twice is said once
                return
            if done is None or not done():
                self.report.faults.append(f"{name} ended with {process.returncode}")
                return
        self.report.faults.append(f"{name} never came through")

    def _wait(self, process: subprocess.Popen[bytes], name: str, started: float, *, wanted: bool) -> None:
        """Wait until a process ends or, where that is `wanted`, until it is to be killed."""
        far, whole = self._progress(name)
        limit = SLOWEST
        if wanted and far >= whole:  # said once more, or one step: it may be killed at any moment
            limit = self.chance.uniform(0.5, 1.2 * self.usual.get(name, 6.0))
        until = self.chance.randrange(far, whole) if wanted and far < whole else None
        while process.poll() is None and time.monotonic() - started < limit:
            if until is not None and self._progress(name)[0] > until:
                limit, until = time.monotonic() - started + self.chance.uniform(0.0, 0.4), None
            time.sleep(0.02 if until is None else 0.1)

    def _progress(self, name: str) -> tuple[int, int]:
        """Return how many steps of an act are done, and how many it has."""
        item, parcel = schema.transfer_item.c, schema.transfer_parcel.c
        counted = {
            "seal": (item.digest.is_not(None), item),
            "accept": (item.passed_at.is_not(None), item),
            "export": (parcel.state != "planned", parcel),
            "check": (parcel.state == "checked", parcel),
        }
        if name not in counted:
            return 0, 0
        done, table = counted[name]
        with self.archive.register.read() as conn:
            far = conn.execute(select(func.count()).where(done)).scalar_one()
            whole = conn.execute(select(func.count(table.transfer_id))).scalar_one()
        return far, whole

    def _share(self, name: str) -> int:
        """Return how many kills there should have been once an act is through."""
        order = ("add", "seal", "export", "check", "accept")
        return self.kills * (order.index(name) + 1) // len(order)

    def _draft(self) -> tuple[str, ...]:
        return (
            "draft", "--from", "H49.64.33", "--to", "H49.64.34", "--case", "xa-merged", "--title", "Bàn giao",
            "--route", "inside", "--receives-as", "successor", "--decision", "12/QĐ-UBND",
            "--date", "2026-07-01",
        )  # fmt: skip

    def _found(self) -> list[transfers.Transfer]:
        with self.archive.register.read() as conn:
            return transfers.transfers(conn, self.archive.system)


def reckoned(archive: Archive, given: Sides, folder: Path, dossiers: int) -> Iterator[str]:
    """Yield everything that is not as it must be, whatever was killed."""
    system, day = archive.system, today()
    with archive.register.read() as conn:
        scope = people.find(conn, system, "quantri").scope
        found = transfers.transfers(conn, system)
        if len(found) != 1 or found[0].state.value != "closed":
            yield f"{len(found)} handovers, {[one.state.value for one in found]}"
            return
        one = found[0]
        inside = transfer_item.items(conn, system, one.id)
        total = transfer_totals.totals(conn, system, one.id)
        rows = transfer_parcel.parcels(conn, system, one.id)
        stands = schema.dossier_standing
        standing = conn.execute(select(stands)).all()
        kind = schema.event.c.kind
        counted = conn.execute(select(kind, func.count().label("many")).group_by(kind)).all()
        events: dict[str, int] = {row.kind: row.many for row in counted}
        succession = conn.execute(select(func.count()).select_from(schema.unit_succession)).scalar_one()
    if not total.add_up or total.announced.dossiers != dossiers or len(inside) != dossiers:
        yield f"totals: {total}"
    returned = {item.dossier for item in inside if item.decision and not item.decision.passes}
    if len(returned) != 1 or any(item.passed_at is None for item in inside):
        yield f"{len(returned)} returned; not every dossier has passed"
    for item in inside:
        mine = {
            (row.kind, row.unit_id): row
            for row in standing
            if row.dossier_id == item.dossier
            and row.valid_from <= day
            and (row.valid_until is None or row.valid_until > day)
        }
        governs, reads = given.receiver, {("reader", given.giver)}
        if item.dossier in returned:
            governs, reads = given.giver, set()
        wanted = {("owner", None), ("authority", governs), ("keeper", given.giver), *reads}
        if set(mine) != wanted:
            yield f"dossier {item.ordinal} stands as {sorted(map(str, mine))}"
    per = [row.dossier_id for row in standing if row.kind == "authority"]
    if len(per) != 2 * dossiers - 1 or succession != 1:
        yield f"{len(per)} rows of authority for {dossiers} dossiers, {succession} successions"
    once = {"transfer-drafted": 1, "transfer-sealed": 1, "transfer-delivered": 1, "transfer-closed": 1}
    once |= {"transfer-accepted-in-part": 1, "dossier-passed": dossiers - 1, "dossier-kept": 1}
    for name, count in once.items():
        if events.get(name, 0) != count:
            yield f"{events.get(name, 0)} events {name}, expected {count}"
    for row in rows:
        with archive.register.read() as conn:
            made = parcels.again(conn, system, one, row, len(rows), archive.store)
        if made.digest != row.digest:
            yield f"{row.name} has another digest now"
    yield from _same_bytes(archive, scope, one, folder)
    yield from (f"{fault.code} {fault.subject} {fault.detail}" for fault in check_ledger(archive))
    yield from (
        f"{fault.code} {fault.subject}" for fault in check_objects(archive) if fault.code != "object-unknown"
    )


def _same_bytes(archive: Archive, scope: Any, one: transfers.Transfer, folder: Path) -> Iterator[str]:
    """Yield a fault where what was written with kills differs from what is written in one go."""
    (folder / "again").mkdir()
    export.export(archive.register, archive.store, scope, one.id, folder / "again")
    first, second = (_digests(folder / name / one.number / "parcels") for name in ("disk", "again"))
    if first != second:
        yield f"two exports differ in {len(first.items() ^ second.items())} files"


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def main() -> int:
    """Run it and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--dossiers", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()

    def tell(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory(prefix="inside-") as folder:
        report = run(Path(folder), dossiers=given.dossiers, kills=given.kills, seed=given.seed, tell=tell)
    for fault in report.faults:
        tell(f"FAULT: {fault}")
    tell(
        f"{given.dossiers} dossiers, {len(report.kills)} kills, {report.seconds:.0f} s: "
        f"{'FAULTS' if report.faults else 'one result, all hashes right, nothing twice'}"
    )
    return 1 if report.faults or len(report.kills) < given.kills else 0


if __name__ == "__main__":
    sys.exit(main())
