"""Read a folder of page images and tell how far each class of them is from its truth.

    python -m bench.reading FOLDER [--truth FOLDER] [--tesseract tesserocr] [--without-trueocr]

Images and truths go by name (`x.jpg`, `x.txt`); the class is the name up to its last `_`. CPU seconds include
the programs that were started.
"""

import argparse
import resource
import sys
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from bench.scoring import Score, expected_text, score, total
from catalog.scan import PageImage
from ingest.inspect import inspect
from ocr.engines import Engines, open_engines
from ocr.read import read_page

_KINDS = {".png", ".jpg", ".jpeg", ".tif", ".tiff"}


def main(arguments: list[str] | None = None) -> int:
    """Print the table and return 0, or 2 where there is nothing to score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--truth", type=Path, help="folder of the .txt files, if not FOLDER")
    parser.add_argument("--tesseract", choices=("pytesseract", "tesserocr"), default="pytesseract")
    parser.add_argument("--without-trueocr", action="store_true")
    parser.add_argument("--dpi", type=int, default=0, help="for images that do not say")
    parser.add_argument("--one-class", action="store_true", help="all pages in one class")
    options = parser.parse_args(arguments)
    truths = options.truth or options.folder
    pages = [
        (image, truth)
        for image in sorted(options.folder.iterdir())
        if image.suffix.lower() in _KINDS and (truth := truths / f"{image.stem}.txt").is_file()
    ]
    if not pages:
        print(f"no image in {options.folder} has a .txt in {truths}", file=sys.stderr)
        return 2
    engines = open_engines(tesseract=options.tesseract, trueocr=not options.without_trueocr)
    scores: dict[str, list[Score]] = defaultdict(list)
    cpu = wall = 0.0
    for image, truth in pages:
        one, seconds, elapsed = _read(image, truth, options.dpi, engines)
        scores["all" if options.one_class else image.stem.rpartition("_")[0] or image.stem].append(one)
        cpu += seconds
        wall += elapsed
    _print(scores)
    print(f"{len(pages)} pages, {cpu / len(pages):.2f} CPU s and {wall / len(pages):.2f} s a page")
    return 0


def _read(image: Path, truth: Path, dpi: int, engines: Engines) -> tuple[Score, float, float]:
    page = load(image, dpi)
    cpu, wall = _cpu(), time.perf_counter()
    reading = read_page(page, engines=engines)
    cpu, wall = _cpu() - cpu, time.perf_counter() - wall
    return score(expected_text(truth.read_text(encoding="utf-8")), reading.text), cpu, wall


def load(path: Path, dpi: int = 0) -> PageImage:
    """Return the image at `path`; `dpi` counts where the file does not say."""
    with Image.open(path) as image:
        told = round(float(image.info.get("dpi", (0, 0))[0]))
        pixels = np.asarray(image.convert("L" if image.mode in {"1", "L"} else "RGB"))
    return as_inspected(PageImage(pixels, told or dpi))


def as_inspected(image: PageImage) -> PageImage:
    """Return `image` with what the pipeline knows of it before it is read."""
    return replace(image, lean=inspect(image).lean)


def _cpu() -> float:
    own, started = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + started.ru_utime + started.ru_stime


def _print(scores: dict[str, list[Score]]) -> None:
    print(f"{'class':16} {'pages':>5} {'CER':>6} {'bare':>6} {'WER':>6} {'INS':>6}")
    rows = sorted(scores.items())
    if len(rows) > 1:
        rows.append(("all", [one for _, some in rows for one in some]))
    for name, some in rows:
        one = total(some)
        print(
            f"{name:16} {len(some):5} {one.cer:6.2f} {one.bare_cer:6.2f} {one.wer:6.2f}"
            f" {one.inserted_rate:6.2f}"
        )


if __name__ == "__main__":
    raise SystemExit(main())
