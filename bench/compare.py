"""How well pages are read, class by class: ours beside bare readers and OCRmyPDF, same files, same run.

    python -m bench.compare FOLDER [--truth FOLDER] [--dpi 200] [--sides ours,tesseract,ocrmypdf]

Images and truths go by name (`x.jpg`, `x.txt`); the class is the name up to its last `_`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import img2pdf
import pytesseract
from PIL import Image

from bench.reading import load
from bench.scoring import Score, expected_text, score, total
from ocr.engines import open_engines
from ocr.read import read_page

Read = Callable[[Path], str]
IMAGES = {".png", ".jpg", ".jpeg", ".tif", ".tiff"}


def ours(tesseract: str, dpi: int) -> Read:
    """Return our reading stage."""
    engines = open_engines(tesseract="tesserocr" if tesseract == "tesserocr" else "pytesseract")
    return lambda path: read_page(load(path, dpi), engines=engines).text


def bare_tesseract(path: Path) -> str:
    """Whole page, as most programs call it: nothing cleaned, page layout by Tesseract."""
    with Image.open(path) as image:
        return str(pytesseract.image_to_string(image, lang="vie"))


def bare_trueocr() -> Read:
    """Return trueocr alone, as its own documentation calls it."""
    from trueocr import OCRConfig, TrueOCR  # its models load when it is asked for, not before

    engine = TrueOCR(OCRConfig(threads=1))
    return lambda path: str(engine.predict(str(path)).text)


def ocrmypdf(path: Path) -> str:
    """The text beside the PDF that OCRmyPDF makes."""
    with tempfile.TemporaryDirectory() as folder:
        page, text = Path(folder) / "page.pdf", Path(folder) / "text.txt"
        wrapped = img2pdf.convert(str(path))
        assert wrapped is not None
        page.write_bytes(wrapped)
        words = ["-l", "vie", "--jobs", "1", "--output-type", "pdf", "--optimize", "0", "--quiet"]
        subprocess.run(
            [sys.executable, "-m", "ocrmypdf", *words, "--sidecar", str(text), str(page), str(page)],
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            check=True,
            stderr=subprocess.DEVNULL,
        )
        return text.read_text(encoding="utf-8")


def sides(names: Sequence[str], dpi: int) -> dict[str, Read]:
    """Return the readers by the name they have in the table."""
    made: dict[str, Callable[[], Read]] = {
        "ours": lambda: ours("pytesseract", dpi),
        "tesserocr": lambda: ours("tesserocr", dpi),
        "tesseract": lambda: bare_tesseract,
        "trueocr": bare_trueocr,
        "ocrmypdf": lambda: ocrmypdf,
    }
    titles = {
        "ours": "lưu trữ (pytesseract)",
        "tesserocr": "lưu trữ (tesserocr)",
        "tesseract": "Tesseract alone",
        "trueocr": "trueocr alone",
        "ocrmypdf": "OCRmyPDF",
    }
    return {titles[name]: made[name]() for name in names}


def table(folder: Path, truths: Path, readers: dict[str, Read], *, one_class: bool) -> str:
    """Return CER / WER in percent, a row a class, a column a reader."""
    scores: dict[str, dict[str, list[Score]]] = defaultdict(lambda: defaultdict(list))
    for image in sorted(folder.iterdir()):
        truth = truths / f"{image.stem}.txt"
        if image.suffix.lower() not in IMAGES or not truth.is_file():
            continue
        expected = expected_text(truth.read_text(encoding="utf-8"))
        kind = "all" if one_class else image.stem.rpartition("_")[0] or image.stem
        for name, read in readers.items():
            found = score(expected, read(image))
            scores[kind][name].append(found)
            if not one_class:
                scores["all"][name].append(found)
    rows = [f"| CER / WER % | pages | {' | '.join(readers)} |", "|---" * (2 + len(readers)) + "|"]
    for kind in sorted(scores, key=lambda name: (name == "all", name)):
        cells = []
        for name in readers:
            one = total(scores[kind][name])
            cells.append(f"{one.cer:.2f} / {one.wer:.1f}")
        pages = len(next(iter(scores[kind].values())))
        rows.append(f"| {kind} | {pages} | {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--dpi", type=int, default=0, help="of images that do not say")
    parser.add_argument("--one-class", action="store_true")
    parser.add_argument("--sides", default="ours,tesserocr,tesseract,trueocr,ocrmypdf")
    args = parser.parse_args()
    readers = sides(args.sides.split(","), args.dpi)
    print(table(args.folder, args.truth or args.folder, readers, one_class=args.one_class))


if __name__ == "__main__":
    main()
