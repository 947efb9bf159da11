"""All measurements in one run, on pages that anybody can make again; the tables go to `docs/benchmarks.md`.

    script/bench [--quick] [--scans FOLDER --truth FOLDER] [--pdfs FOLDER]

Without folders of one's own, the pages are made by `samples` from a seed that no rule was tuned on.
"""

import argparse
import datetime
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from bench.compare import sides
from bench.compare import table as reading_table
from bench.end_to_end import measure
from samples.batch import make_pages
from samples.scan import CLASSES

SEED = 202_611
"""Of the pages made for the bench; the tests use others."""

BY_HAND = "## On scans of one's own\n"
"""Where the part of the report begins that the bench leaves as it is."""

REPORT = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def make_scans(folder: Path, per_class: int) -> None:
    """Write `per_class` pages of every class and their truths into `folder`."""
    for kind in CLASSES:
        for number, page in enumerate(make_pages(per_class, SEED, [kind])):
            name = folder / f"{kind}_{number:02d}"
            Image.fromarray(page.image).save(name.with_suffix(".png"), dpi=(page.dpi, page.dpi))
            name.with_suffix(".txt").write_text(page.text, encoding="utf-8")


def _module(name: str, *words: str) -> str:
    """Return what a bench of its own prints, in a process of its own."""
    done = subprocess.run([sys.executable, "-m", name, *words], stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout.strip()


def main() -> None:
    """Measure, print, and write the report."""
    parser = argparse.ArgumentParser(
        prog="script/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the work; the report is not written")
    parser.add_argument("--scans", type=Path, help="page images of your own")
    parser.add_argument("--truth", type=Path, help="their truths, if not beside them")
    parser.add_argument("--pdfs", type=Path, help="scanned PDFs of your own, for the end-to-end rate")
    parser.add_argument("--copies", type=int, default=0)
    args = parser.parse_args()
    parts: list[str] = []

    def part(title: str, body: str) -> None:
        print(f"\n## {title}\n\n{body}", flush=True)
        parts.append(f"## {title}\n\n{body}")

    with tempfile.TemporaryDirectory(prefix="bench-scans-") as made:
        scans = args.scans or Path(made)
        if args.scans is None:
            make_scans(scans, 1 if args.quick else 4)
        readers = sides(["ours", "tesserocr", "tesseract", "trueocr", "ocrmypdf"], 0)
        part(
            "Reading: CER / WER in percent, by class",
            reading_table(scans, args.truth or scans, readers, one_class=False),
        )
        copies = args.copies or (1 if args.quick else 5)
        engines = ["pytesseract", "tesserocr"]
        part(
            "End to end: files in, PDF/A and index out, warm-up counted",
            measure(args.pdfs or scans, copies=copies, rounds=1, tesseract=engines),
        )
    pages, rounds = ("2000", "20") if args.quick else ("20000", "100")
    part(
        "Search through HTTP, signed in: tantivy",
        _module("bench.http_search", "--pages", pages, "--rounds", rounds),
    )
    few = ("500", "5") if args.quick else ("2000", "20")
    part(
        "Search through HTTP, signed in: Whoosh",
        _module("bench.http_search", "--engine", "whoosh", "--pages", few[0], "--rounds", few[1]),
    )
    part("Search in the process, and building", _module("bench.search", "--pages", pages))
    if not args.quick:
        REPORT.write_text(_report(parts) + _by_hand(), encoding="utf-8")
        print(f"\nwritten to {REPORT}")


def _by_hand() -> str:
    """Return the last part of the report: what needs scans that are not the project's, measured by hand."""
    _above, mark, rest = REPORT.read_text(encoding="utf-8").partition(BY_HAND)
    return f"\n{mark}{rest}"


def _report(parts: list[str]) -> str:
    head = (
        "# Benchmarks\n\n"
        f"Made by `script/bench` on {datetime.datetime.now(datetime.UTC):%d/%m/%Y}: "
        f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, Python {platform.python_version()}. "
        "Ratios within one table are what counts; a lone time says little about another machine.\n"
    )
    return head + "\n" + "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
