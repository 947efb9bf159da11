"""Are pages found by half-remembered words? Seeded four-word spans of each page's truth, typed three ways.

    python -m bench.finding TRUTH_FOLDER [--seed 1] [--spans 3]

Asks the archive of LUUTRU_HOME, into which the pages were digitised before; a truth belongs to the page
whose file has its name. A hit is right if it is that page, or another picture of the same page (most of its
words in the same order). A span that stands word for word on several different pages names none of them; such
spans are told apart.
"""

import argparse
import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from bench.scoring import expected_text, normalised, without_diacritics
from catalog import page as pages
from catalog.identifiers import PageId
from index.query import parse
from luutru.bootstrap import Archive, open_archive
from luutru.indexing import stored_reading

SAME_PAGE = 80.0
"""Likeness (0 to 100) of two readings from which on they are of the same page; others stay under 60."""


def decomposed(span: str) -> str:
    """Return `span` as some keyboards type it: letters and marks apart."""
    return unicodedata.normalize("NFD", span)


WAYS: dict[str, Callable[[str], str]] = {
    "with diacritics": str,
    "without": without_diacritics,
    "NFD": decomposed,
}


@dataclass(frozen=True)
class Asked:
    """One question and whether the right page came first."""

    way: str
    found_first: bool
    distinctive: bool  #: the span stands on this page alone


def ask(archive: Archive, truths: Sequence[Path], *, seed: int, spans: int) -> Iterator[Asked]:
    """Ask for `spans` spans of every truth, each in three ways."""
    index = archive.generations.reader()
    texts = dict(_texts(archive))
    folded = {page: _plain(text) for page, text in texts.items()}
    with archive.register.read() as conn:
        names = {
            item.page: Path(item.name).stem for item in pages.findable(conn, archive.system, list(texts))
        }
    for truth in truths:
        text = expected_text(truth.read_text(encoding="utf-8"))
        right = _pictures_of(truth.stem, names, texts)
        if not right:
            raise SystemExit(f"no page of {truth.stem} in this archive")
        words = text.split()
        chance = random.Random(f"{seed}:{truth.stem}")
        for _ in range(spans):
            start = chance.randrange(len(words) - 3)
            span = " ".join(words[start : start + 4])
            others = [page for page in texts if page not in right and _plain(span) in folded[page]]
            for way, typed in WAYS.items():
                hits = index.search(parse(typed(span)), scope=archive.system, limit=1).hits
                yield Asked(way, bool(hits) and hits[0].page in right, not others)


def _texts(archive: Archive) -> Iterator[tuple[PageId, str]]:
    with archive.register.read() as conn:
        everything = list(pages.should_be_indexed(conn, archive.system))
        found = pages.findable(conn, archive.system, everything)
    for item in found:
        yield item.page, stored_reading(archive, item.reading_key).text


def _pictures_of(stem: str, names: dict[PageId, str], texts: dict[PageId, str]) -> set[PageId]:
    own = [page for page, name in names.items() if name == stem]
    if not own:
        return set()
    return {page for page, text in texts.items() if fuzz.ratio(text, texts[own[0]]) >= SAME_PAGE}


def _plain(text: str) -> str:
    return " ".join(without_diacritics(normalised(text)).lower().split())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("truths", type=Path, help="folder of .txt files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spans", type=int, default=3)
    args = parser.parse_args()
    asked = list(
        ask(open_archive(prepare=False), sorted(args.truths.glob("*.txt")), seed=args.seed, spans=args.spans)
    )
    print("| typed | right page first | of distinctive spans |\n|---|---|---|")
    for way in [*WAYS, "all"]:
        of_way = [item for item in asked if way in (item.way, "all")]
        clear = [item for item in of_way if item.distinctive]
        print(
            f"| {way} | {_share([item.found_first for item in of_way])}"
            f" | {_share([item.found_first for item in clear])} |"
        )


def _share(results: Sequence[bool]) -> str:
    return f"{sum(results)}/{len(results)} ({sum(results) / max(1, len(results)):.1%})"


if __name__ == "__main__":
    main()
