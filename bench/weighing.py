"""Weigh anew what speaks for one reader or the other where they differ: the weights of `ocr/weigh.py`.

    python -m bench.weighing --documents 100 --seed 66001 [--tesseract tesserocr]

Records are made, read by both readers, and every stretch of a line over which they differ is held against the
truth; where one of the two is right, that is a case. A logistic regression gives the weights, and
cross-validation (whole pages left out) how often they are right, beside those in use.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from bench.scoring import folded
from catalog.scan import PageImage
from ocr.clean import clean, straighten
from ocr.engines import Engines, open_engines
from ocr.fuse import TOO_DIFFERENT, Ground, Part, ground_of, split
from ocr.language import START, Language, letters
from ocr.reader import ReadLine
from ocr.weigh import Said, evidence, odds
from samples.documents import make_document
from samples.scan import CLASSES

LIKE_ENOUGH = 75.0
"""Per cent of likeness from which a line of the truth is the one that was read."""


@dataclass(frozen=True)
class Case:
    """A stretch over which the readers differ, and which of them is right."""

    page: int
    ground: Ground
    told: tuple[float, ...]  #: see `ocr.weigh.evidence`
    in_use: bool  #: the first reader is right, by the weights in use
    right: bool  #: it is


def cases(
    page: int, lines: Sequence[tuple[ReadLine, ReadLine]], truth: str, language: Language
) -> Iterator[Case]:
    """Yield what the readers' `lines` of a page, whose print is `truth`, have to teach."""
    printed = [folded(line) for line in truth.splitlines() if line.strip()]
    for first, second in lines:
        if not first.words or not second.words or not printed:
            continue
        if Levenshtein.normalized_distance(first.text, second.text) > TOO_DIFFERENT:
            continue
        likeness, line = max(
            (max(fuzz.ratio(read.text, line) for read in (first, second)), line) for line in printed
        )
        if likeness >= LIKE_ENOUGH:
            yield from _of_line(page, split(first, second), frozenset(line.split()), language)


def _of_line(page: int, parts: Sequence[Part], words: frozenset[str], language: Language) -> Iterator[Case]:
    before = START
    for number, part in enumerate(parts):
        said = part.said
        after = None
        if number + 1 < len(parts):
            after = next((found for word in parts[number + 1].second if (found := letters(word.text))), None)
        x, y = (words.issuperset(folded(one.text).split()) for one in said)
        if said[0].text != said[1].text and x != y:
            yield Case(
                page,
                ground_of(said[0].text, said[1].text, language),
                evidence(*said, before=before, after=after, language=language),
                odds(*said, before=before, after=after, language=language) > 0,
                x,
            )
        right: Said = said[0] if x and not y else said[1]
        before = next(reversed(right.syllables), before)


def _read(documents: int, seed: int, engines: Engines) -> Iterator[Case]:
    names = tuple(CLASSES)
    page = 0
    for i in range(documents):
        made = make_document(random.Random(f"document {seed} {i}"), names[i % len(names)])
        for sheet in made.pages:
            lines = _lines(PageImage(sheet.image, sheet.dpi), engines)
            yield from cases(page, lines, sheet.text, engines.language)
            page += 1


def _lines(image: PageImage, engines: Engines) -> list[tuple[ReadLine, ReadLine]]:
    straight = straighten(image)
    seen = engines.orienter.orientation(straight.pixels, dpi=straight.dpi)
    page = clean(straight, rotation=seen.rotation if seen.sure else image.rotation)
    lines = [page.line(box) for box in engines.finder.find(page.plain)]
    first, second = (reader.read(lines) for reader in engines.readers)
    return list(zip(first, second, strict=True))


def tell(found: Sequence[Case]) -> None:
    """Print the weights that fit best, and how often they and those in use are right."""
    told, right = np.array([case.told for case in found]), np.array([case.right for case in found])
    model = LogisticRegression(C=1.0, max_iter=1000).fit(told, right)
    print("WEIGHTS =", tuple(round(float(value), 2) for value in (*model.coef_[0], model.intercept_[0])))
    pages = np.array([case.page for case in found])
    left_out = cross_val_predict(
        LogisticRegression(C=1.0, max_iter=1000), told, right, groups=pages, cv=GroupKFold(8)
    )
    by: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for case, new in zip(found, left_out, strict=True):
        for name in (case.ground.name, "all"):
            by[name].append((case.in_use == case.right, bool(new) == case.right))
    print("| ground | cases | in use, % right | anew, pages left out |\n|---|---|---|---|")
    for name, both in sorted(by.items()):
        in_use, anew = (100 * sum(column) / len(both) for column in zip(*both, strict=True))
        print(f"| {name} | {len(both)} | {in_use:.1f} | {anew:.1f} |")


def main() -> None:
    """Read, weigh, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--tesseract", choices=("pytesseract", "tesserocr"), default="pytesseract")
    args = parser.parse_args()
    tell(list(_read(args.documents, args.seed, open_engines(tesseract=args.tesseract))))


if __name__ == "__main__":
    main()
