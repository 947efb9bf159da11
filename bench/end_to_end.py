"""Files in, PDF/A and index out: pages an hour, beside OCRmyPDF at its fastest, on the same files in one run.

    python -m bench.end_to_end FOLDER [--copies 20] [--rounds 1] [--tesseract pytesseract,tesserocr]

Every file is copied as distinct bytes (a comment after its end), images are first wrapped into PDFs, so both
sides get the same files. The clock counts everything: starting up, warming up, PDF/A, index.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import img2pdf
import pikepdf

IMAGES = {".jpg", ".jpeg", ".png", ".tif", ".tiff"}


@dataclass(frozen=True)
class Run:
    """One side's go at one workload."""

    side: str
    pages: int  #: that came through
    seconds: float

    @property
    def pages_per_hour(self) -> float:
        """Wall clock."""
        return self.pages / self.seconds * 3600


def workload(source: Path, target: Path, copies: int) -> int:
    """Lay `copies` distinct copies of every scan in `source` into `target`; return the number of pages."""
    target.mkdir(parents=True)
    pages = 0
    for path in sorted(source.iterdir()):
        if path.suffix.lower() in IMAGES:
            data = img2pdf.convert(str(path))
            assert data is not None
        elif path.suffix.lower() == ".pdf":
            data = path.read_bytes()
        else:
            continue
        for copy in range(copies):
            place = target / f"{path.stem}-{copy:03d}.pdf"
            place.write_bytes(data + f"\n% copy {copy}\n".encode())
            with pikepdf.open(place) as pdf:
                pages += len(pdf.pages)
    return pages


def ours(folder: Path, tesseract: str) -> Run:
    """Digitise `folder` into a fresh home."""
    with tempfile.TemporaryDirectory(prefix="bench-home-") as home:
        environment = {**os.environ, "LUUTRU_HOME": home, "LUUTRU_TESSERACT": tesseract}
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "luutru", "digitise", str(folder), "--fonds", "BENCH", "--json"],
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        seconds = time.monotonic() - started
        ledger = json.loads(done.stdout.splitlines()[-1])
        checked = subprocess.run(
            [sys.executable, "-m", "luutru", "check", "--json"], env=environment, stdout=subprocess.PIPE
        )
        if checked.returncode:
            raise SystemExit(f"the archive is not clean after the bench: {checked.stdout.decode()}")
    return Run(f"lưu trữ ({tesseract})", ledger["indexed"] + ledger["blank"], seconds)


def ocrmypdf(folder: Path) -> Run:
    """OCRmyPDF's fastest set-up on two cores: two files at once, one job each, no PDF/A, no optimisation."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    with tempfile.TemporaryDirectory(prefix="bench-ocrmypdf-") as out:

        def one(path: Path) -> int:
            target = Path(out) / path.name
            words = ["-l", "vie", "--jobs", "1", "--output-type", "pdf", "--optimize", "0", "--quiet"]
            done = subprocess.run(
                [sys.executable, "-m", "ocrmypdf", *words, str(path), str(target)],
                env=environment,
                stderr=subprocess.DEVNULL,
            )
            if done.returncode:
                return 0
            with pikepdf.open(target) as pdf:
                return len(pdf.pages)

        started = time.monotonic()
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            pages = sum(pool.map(one, sorted(folder.iterdir())))
        return Run("OCRmyPDF", pages, time.monotonic() - started)


def table(runs: Sequence[Run], baseline: str = "OCRmyPDF") -> str:
    """Return the result as a Markdown table: medians, and ratios to `baseline`."""
    rows = ["| | pages | seconds | pages/hour | ratio |", "|---|---|---|---|---|"]
    sides = list(dict.fromkeys(run.side for run in runs))

    def rate(side: str) -> float:
        return statistics.median(run.pages_per_hour for run in runs if run.side == side)

    for side in sides:
        of_side = [run for run in runs if run.side == side]
        seconds = statistics.median(run.seconds for run in of_side)
        ratio = rate(side) / rate(baseline) if baseline in sides else float("nan")
        rows.append(f"| {side} | {of_side[0].pages} | {seconds:.0f} | {rate(side):,.0f} | {ratio:.2f} |")
    return "\n".join(rows)


def measure(source: Path, *, copies: int, rounds: int, tesseract: Sequence[str]) -> str:
    """Return the table for the scans in `source`."""
    with tempfile.TemporaryDirectory(prefix="bench-work-") as work:
        folder = Path(work) / "scans"
        pages = workload(source, folder, copies)
        sides: list[Callable[[], Run]] = [lambda: ocrmypdf(folder)]
        sides += [lambda engine=engine: ours(folder, engine) for engine in tesseract]  # type: ignore[misc]  # mypy cannot type a lambda's default
        runs = [side() for _ in range(rounds) for side in sides]
        shutil.rmtree(folder)
    return f"{pages} pages, {rounds} round(s)\n\n{table(runs)}"


def main() -> None:
    """Measure one folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--tesseract", default="pytesseract,tesserocr")
    args = parser.parse_args()
    print(measure(args.folder, copies=args.copies, rounds=args.rounds, tesseract=args.tesseract.split(",")))


if __name__ == "__main__":
    main()
