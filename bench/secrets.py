"""Secret marks: how many are missed on marked pages, how many pages without one are held for nothing.

    python -m bench.secrets --marked 200 --free 1000 --seed S [--fonts FOLDER]... [--out FILE]

The pages are made by `samples.secret` with faces, places and inks apart from those tuned on (`FRESH`); its
faces are of packages that nothing else needs: install them, or unpack them and name the folder.
A run that was stopped goes on where `--out` ends: one line of JSON for each page that was looked at.
"""

import argparse
import json
import resource
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.scan import PageImage
from luutru.screening import mark_on
from ocr.engines import Engines, open_engines
from ocr.read import read_page
from samples import mark_ink
from samples.secret import FRESH, JUDGED, TUNING, UNSEEN, SecretSample, free_pages, marked_pages

SETS = {"tuning": TUNING, "unseen": UNSEEN, "judged": JUDGED, "fresh": FRESH}


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; 1 where a mark was missed or more than 1 % of pages without one were held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--marked", type=int, default=200)
    parser.add_argument("--free", type=int, default=1000)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--drawn", choices=sorted(SETS), default="fresh", help="which faces, places and inks")
    parser.add_argument(
        "--fonts",
        type=Path,
        action="append",
        default=[],
        help="a folder with more faces, as /usr/share/fonts/truetype is",
    )
    parser.add_argument("--out", type=Path, help="where each page's result is kept, and gone on from")
    parser.add_argument("--tesseract", choices=("pytesseract", "tesserocr"), default="tesserocr")
    parser.add_argument("--without-trueocr", action="store_true")
    options = parser.parse_args(arguments)
    drawn = SETS[options.drawn]
    mark_ink.FACE_FOLDERS.extend(options.fonts)
    done = _done(options.out)
    engines = open_engines(tesseract=options.tesseract, trueocr=not options.without_trueocr)
    results = list(done)
    for kind, pages, wanted in (("marked", marked_pages, options.marked), ("free", free_pages, options.free)):
        before = sum(result["set"] == kind for result in done)
        for result in _look(kind, pages(wanted, options.seed, drawn, first=before), engines):
            results.append(result)
            if options.out:
                with options.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(result, ensure_ascii=False) + "\n")
    return _tell(results)


def _done(out: Path | None) -> list[dict[str, Any]]:
    if out is None or not out.exists():
        return []
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def _look(kind: str, samples: Iterator[SecretSample], engines: Engines) -> Iterator[dict[str, Any]]:
    for sample in samples:
        image = PageImage(sample.pixels, sample.dpi)
        begun = _cpu()
        reading = read_page(image, engines=engines)
        read = _cpu()
        mark = mark_on(image, reading)
        stamp = sample.stamp
        yield {
            "set": kind,
            "right": bool(mark) == bool(sample.level),
            "level_right": mark is not None and mark.level == sample.level,
            "found_by": mark.found_by if mark else "",
            "told": sample.told,
            "scanner": sample.cls,
            "place": sample.place,
            "text": stamp.text if stamp else "",
            "face": stamp.face if stamp else "",
            "ink": stamp.ink if stamp else "",
            "shape": stamp.shape if stamp else "",
            "frame": stamp.frame if stamp else "",
            "lean": ("over 10°" if abs(stamp.angle) > 10 else "up to 10°") if stamp else "",
            "strength": ("faded" if stamp.strength < 0.8 else "full") if stamp else "",
            "touching": str(sample.touching),
            "read_seconds": read - begun,
            "mark_seconds": _cpu() - read,
        }


def _cpu() -> float:
    own, started = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + started.ru_utime + started.ru_stime


def _tell(results: list[dict[str, Any]]) -> int:
    marked = [result for result in results if result["set"] == "marked"]
    free = [result for result in results if result["set"] == "free"]
    missed = [result for result in marked if not result["right"]]
    alarms = [result for result in free if not result["right"]]
    print(f"marked pages {len(marked)}, missed {len(missed)}")
    print(f"of those found, level right {sum(result['level_right'] for result in marked)}")
    print(f"pages without a mark {len(free)}, false alarms {len(alarms)} ({_share(len(alarms), len(free))})")
    for name in ("read_seconds", "mark_seconds"):
        for told, some in (("marked", marked), ("free", free)):
            if some:
                print(f"{name} {told}: {sum(result[name] for result in some) / len(some):.3f} CPU s a page")
    for field in ("face", "place", "ink", "shape", "frame", "scanner", "lean", "strength", "touching"):
        all_, bad = Counter(r[field] for r in marked), Counter(r[field] for r in missed)
        print(f"missed by {field}: " + ", ".join(f"{key} {bad[key]}/{n}" for key, n in sorted(all_.items())))
    print(
        "found by: "
        + ", ".join(f"{key or 'none'} {n}" for key, n in Counter(r["found_by"] for r in marked).items())
    )
    for result in missed:
        print(f"MISSED {result['told']}")
    for result in alarms:
        print(f"ALARM {result['told']} by {result['found_by']}")
    return int(bool(missed) or len(alarms) * 100 > len(free))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"


if __name__ == "__main__":
    raise SystemExit(main())
