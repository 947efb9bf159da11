"""Many small files: seal, export twice with identical digests, and verify, in how long and how much memory.

    python -m bench.parcels [--files 100000] [--parcels 50] [--folder DIR]

Dossiers of one-page documents are entered as the pipeline leaves them (each document: the scan, its PDF/A,
ALTO and text), sealed, exported twice into folders, and both compared file by file. Times are those of the
clock and of the processor; memory is the most that one process held. What is verified is the first export, by
`luutru handover verify`, with every check but that for viruses (what is proposed is told, and does not
count: the stock's scans are no real ones); memory is that of the verb, and of children that it waited for.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from catalog import people, transfer_draft, transfer_parcel
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.identifiers import ObjectKey
from handover import export, sealing
from luutru.bootstrap import Archive, open_archive, set_up
from luutru.settings import Settings
from tests.handover.many import Put, fill, sides

DOCUMENTS = 24
"""Of a dossier: with their scans, ALTO, text and descriptions, 137 files."""

MOST_MEGABYTES = 300


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 where something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--parcels", type=int, default=50, help="at least so many (default 50)")
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    parser.add_argument("--step", choices=("seal", "export", "verify"), help=argparse.SUPPRESS)
    parser.add_argument("--to", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.step is not None:
        return _step(given)
    with tempfile.TemporaryDirectory(prefix="parcels-", dir=given.folder) as folder:
        return _run(given, Path(folder))


def _run(given: argparse.Namespace, folder: Path) -> int:
    archive = _archive(folder / "home")
    scope = _scope(archive)
    places = sides(archive.register, archive.system)
    began = time.monotonic()
    count = 1 + given.files // (5 * DOCUMENTS + 17)
    names = fill(
        archive.register,
        _quick(folder / "home"),
        archive.system,
        places,
        dossiers=count,
        documents=DOCUMENTS,
    )
    with archive.register.write() as conn:
        found = transfer_draft.draft(
            conn,
            scope,
            giver=places.giver,
            receiver=places.receiver,
            case="xa-merged",
            title="Bàn giao",
            decision_number="12/QĐ-UBND",
            decision_date=date(2026, 7, 1),
        )
        transfer_draft.add(conn, scope, found.id, names)
    archive.close()
    _say(f"{count} dossiers of {DOCUMENTS} documents entered in {time.monotonic() - began:.0f} s")
    steps = [_measured(given, folder, "seal", None)]
    for number in (1, 2):
        (folder / f"out-{number}").mkdir()
        steps.append(_measured(given, folder, "export", folder / f"out-{number}"))
    steps.append(_measured(given, folder, "verify", folder / "out-1"))
    archive = _archive(folder / "home")
    with archive.register.read() as conn:
        rows = transfer_parcel.parcels(conn, scope, found.id)
    archive.close()
    first, second = (dict(_digests(folder / f"out-{number}")) for number in (1, 2))
    same = first == second
    worst = max(step["megabytes"] for step in steps)
    _say(f"{len(first)} files, {sum(row.bytes for row in rows) / 1e6:.0f} MB in {len(rows)} parcels")
    for step in steps:
        _say(
            f"{step['step']:<7} {step['seconds']:7.1f} s  {step['processor']:7.1f} s of processor  "
            f"{step['megabytes']:4.0f} MB  {step['said']}"
        )
    _say(f"both exports identical: {same}; most memory {worst:.0f} MB, at most {MOST_MEGABYTES}")
    good = same and worst <= MOST_MEGABYTES and len(rows) >= given.parcels and len(first) >= given.files
    return 0 if good else 1


def _measured(given: argparse.Namespace, folder: Path, step: str, to: Path | None) -> dict[str, Any]:
    words = [sys.executable, "-m", "bench.parcels", "--step", step, "--folder", str(folder)]
    words += ["--files", str(given.files), "--parcels", str(given.parcels)]
    words += ["--to", str(to)] if to is not None else []
    ended = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return told


def _step(given: argparse.Namespace) -> int:
    if given.step == "verify":
        return _verify(given)
    archive = _archive(given.folder / "home")
    scope = _scope(archive)
    with archive.register.read() as conn:
        (found,) = transfers.transfers(conn, scope)
    began, processor = time.monotonic(), time.process_time()
    if given.step == "seal":
        most = given.files // given.parcels
        sealing.seal(
            archive.register,
            archive.store,
            scope,
            archive.system,
            found.id,
            version="bench",
            limits=sealing.Limits(files=min(most, sealing.Limits().files)),
        )
    else:
        export.export(archive.register, archive.store, scope, found.id, given.to)
    _say(
        json.dumps(
            {
                "step": given.step,
                "seconds": time.monotonic() - began,
                "processor": time.process_time() - processor,
                "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "said": "",
            }
        )
    )
    return 0


def _verify(given: argparse.Namespace) -> int:
    began = time.monotonic()
    (place,) = given.to.iterdir()
    words = ["handover", "verify", str(place), "--json", "--no-virus-scan"]
    done = subprocess.run([sys.executable, "-m", "luutru", *words], capture_output=True, text=True)
    report = json.loads(done.stdout or "{}")
    if "parcels" not in report:
        raise SystemExit(f"verifying broke: {done.stdout} {done.stderr}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    proposed = Counter(one["proposal"] for parcel in report["parcels"] for one in parcel["dossiers"])
    _say(
        json.dumps(
            {
                "step": given.step,
                "seconds": time.monotonic() - began,
                "processor": used.ru_utime + used.ru_stime,
                "megabytes": used.ru_maxrss / 1024,
                "said": ", ".join(f"{count} {what}" for what, count in sorted(proposed.items())),
            }
        )
    )
    return 0


def _archive(home: Path) -> Archive:
    settings = Settings(
        home=home, database_url=f"sqlite:///{home / 'register.db'}", quay=home / "quay", index=home / "index"
    )
    set_up(settings)
    return open_archive(settings)


def _scope(archive: Archive) -> Scope:
    with archive.register.read() as conn:
        return people.find(conn, archive.system, "quantri").scope


def _quick(home: Path) -> Put:
    """Return how bytes are put without waiting for the disk: what is measured comes later."""

    def put(data: bytes) -> ObjectKey:
        key = ObjectKey(hashlib.sha256(data).hexdigest())
        place = home / "objects" / "objects" / key[:2] / key[2:4]
        place.mkdir(parents=True, exist_ok=True)
        (place / key).write_bytes(data)
        return key

    return put


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
