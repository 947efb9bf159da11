"""How often suggested boundaries of generated stacks are right, with separator sheets and by print alone."""

import argparse
import random
import time
from collections.abc import Sequence

from catalog.reading import Line, Reading, Word
from catalog.scan import PageImage
from classify.boundary import StackPage, suggest
from ingest.inspect import inspect
from ingest.separator import find, flags, is_separator
from samples.pages import SamplePage
from samples.stack import make_stack

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàạnộ"


def true_reading(page: SamplePage, *, noise: float = 0.0, rng: random.Random | None = None) -> Reading:
    """Return what really stands on the page as a reading; `noise` is the share of letters misread."""

    def misread(text: str) -> str:
        if not noise or rng is None:
            return text
        return "".join(rng.choice(LETTERS) if rng.random() < noise else letter for letter in text)

    lines = tuple(
        Line(tuple(Word(misread(word.text), word.box, 0.9, True) for word in line.words), line.box)
        for line in page.truth.lines
        if line.words
    )
    truth = page.truth
    return Reading(lines, truth.width, truth.height, truth.dpi, truth.rotation, truth.skew, {"truth": "1"})


def seen(page: SamplePage, *, noise: float, rng: random.Random) -> tuple[StackPage, float]:
    """Return the page as the ledger would know it, and the seconds that looking for marks took."""
    image = PageImage(page.image, page.dpi)
    started = time.perf_counter()
    marks = find(image)
    seconds = time.perf_counter() - started
    blank = is_separator(marks) or inspect(image).blank
    reading = None if blank else true_reading(page, noise=noise, rng=rng)
    return StackPage(reading, tuple(sorted(flags(marks))), blank), seconds


def score(first: int, stacks: int, *, separators: bool, noise: float) -> dict[str, float]:
    """Return counts over stacks of seeds `first`, `first` + 1, ..."""
    total = {"stacks": 0, "right": 0, "pages": 0, "starts": 0, "found": 0, "wrong": 0, "surely_wrong": 0}
    times: list[float] = []
    for seed in range(first, first + stacks):
        sheets = list(make_stack(seed, separators=separators))
        rng = random.Random(f"noise {seed}")
        looked = [seen(sheet.page, noise=noise, rng=rng) for sheet in sheets]
        times += [seconds for _, seconds in looked]
        found = {s.before: s for s in suggest([page for page, _ in looked])}
        true = {place: sheet.starts for place, sheet in enumerate(sheets, 1) if sheet.starts}
        kinds = all(found[p].kind == kind for p, kind in list(true.items())[1:] if p in found)
        total["stacks"] += 1
        total["right"] += set(found) == set(true) and (kinds or not separators)
        total["pages"] += len(sheets)
        total["starts"] += len(true)
        total["found"] += len(set(found) & set(true))
        total["wrong"] += len(set(found) - set(true))
        total["surely_wrong"] += sum(s.confidence >= 0.9 for p, s in found.items() if p not in true)
    times.sort()
    return {**total, "ms_median": times[len(times) // 2] * 1e3, "ms_95": times[int(len(times) * 0.95)] * 1e3}


def main(words: Sequence[str] | None = None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stacks", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1000, help="first seed")
    args = parser.parse_args(words)
    for name, separators, noise in (
        ("sheets", True, 0.02),
        ("print", False, 0.0),
        ("print, 4 % noise", False, 0.04),
    ):
        found = score(args.seed, args.stacks, separators=separators, noise=noise)
        print(name, {key: round(value, 1) for key, value in found.items()})


if __name__ == "__main__":
    main()
