"""Describe records whose fields are known and tell, field by field, how many are right, asked, and wrong.

    python -m bench.describing [--documents 250] [--seed 2611] [--keep FOLDER]
                               [--scans FOLDER] [--gold IMAGES --truth TRANSCRIPTIONS] [--wrong]

Records are made by `samples.documents` from a seed; `--scans` is a folder of images with `.json` fields
beside them; `--gold` scores against the sealed fields of `bench/gold_fields.json`. `--keep` keeps readings:
a second run takes seconds. A field counts where the record has it, or where the machine says so.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench import gold
from bench.reading import as_inspected, load
from catalog.description import CONFIDENT, Value
from catalog.reading import Reading, from_bytes, to_bytes
from catalog.scan import PageImage
from classify.describe import describe
from classify.kinds import by_line
from ocr.engines import Engines, open_engines
from ocr.read import read_page
from samples.documents import make_document
from samples.scan import CLASSES

MAIN = ("code", "date", "type", "issuer", "subject", "signer")
"""The fields that a floor is set for."""

SEED = 2611
_EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)


@dataclass(frozen=True)
class Case:
    """One record: its readings and what a registrar would write down."""

    name: str
    cls: str
    pages: tuple[Reading, ...]
    truth: Mapping[str, str]  #: "" where the record shows none
    by_hand: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answer:
    """One field of one record, answered and judged."""

    case: Case
    field: str
    value: Value
    right: bool
    by: str = gold.PRINTED


def generated(count: int, seed: int, keep: Path | None) -> Iterator[Case]:
    """Yield records made from `seed`, the classes in turn; what was read once is not read again."""
    engines: Engines | None = None
    names = tuple(CLASSES)
    for i in range(count):
        told = keep / f"{i:04d}.json" if keep is not None else None
        if told is not None and told.is_file():
            known = json.loads(told.read_text(encoding="utf-8"))
            pages = [
                from_bytes(told.with_name(f"{i:04d}_{k}.gz").read_bytes()) for k in range(known["pages"])
            ]
        else:
            engines = engines or open_engines(tesseract="pytesseract", trueocr=True)
            document = make_document(random.Random(f"document {seed} {i}"), names[i % len(names)])
            pages = [
                read_page(as_inspected(PageImage(page.image, page.dpi)), engines=engines)
                for page in document.pages
            ]
            known = {
                "cls": document.cls, "style": document.style, "hand": sorted(document.by_hand),
                "fields": dict(document.fields), "pages": len(pages),
            }  # fmt: skip
            if told is not None:
                told.parent.mkdir(parents=True, exist_ok=True)
                for k, reading in enumerate(pages):
                    told.with_name(f"{i:04d}_{k}.gz").write_bytes(to_bytes(reading))
                told.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
        truth = truth_of(known["fields"])
        yield Case(f"{i:04d}", known["cls"], tuple(pages), truth, frozenset(known["hand"]))


def scanned(folder: Path, keep: Path | None) -> Iterator[Case]:
    """Yield the records of a folder of images with `.json` fields beside them."""
    for told in sorted(folder.glob("*.json")):
        fields = json.loads(told.read_text(encoding="utf-8"))["fields"]
        image = next(path for path in sorted(folder.glob(f"{told.stem}.*")) if path.suffix in _IMAGES)
        truth = truth_of(fields | {"code": fields["number"], "number": ""})
        del truth["number"], truth["notation"]
        yield Case(told.stem, told.stem.rpartition("_")[0], (_read(image, keep),), truth)


_IMAGES = {".png", ".jpg", ".jpeg", ".tif", ".tiff"}


def _read(image: Path, keep: Path | None) -> Reading:
    kept = keep / f"{image.stem}.gz" if keep is not None else None
    if kept is not None and kept.is_file():
        return from_bytes(kept.read_bytes())
    reading = read_page(load(image), engines=open_engines(tesseract="pytesseract", trueocr=True))
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(to_bytes(reading))
    return reading


def truth_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Return a record's fields under the names and definitions of `catalog.description`."""
    truth = {name: fields[name] for name in fields if name not in ("agency", "parent", "kind", "type")}
    named = by_line(fields["kind"])
    truth |= {"issuer": fields["agency"], "issuer_parent": fields["parent"]}
    truth["type"] = named[0].name if named else ""
    subject = fields["subject"].removeprefix("V/v ")
    truth["subject"] = subject or (named[2] if named else "")
    truth.setdefault("notation", "")
    return truth


def judged(case: Case) -> list[Answer]:
    """Return an answer for every field the truth knows of; where one document was split, all are wrong."""
    documents = describe(case.pages)
    found = documents[0].fields if len(documents) == 1 else {}
    answers = []
    for name, true in case.truth.items():
        value = found.get(name, Value(None))
        right = gold.normalised(value.value or "") == gold.normalised(true)
        if true or value.value is not None:
            by = gold.HANDWRITTEN if name in case.by_hand else gold.PRINTED
            answers.append(Answer(case, name, value, right, by))
    return answers


def gold_answers(images: Path, truths: Path, keep: Path | None) -> list[Answer]:
    """Return an answer for every sealed field of the pages that lie in `images`."""
    answers = []
    for page, fields in gold.load().items():
        image = next((path for path in sorted(images.glob(f"{page}.*")) if path.suffix in _IMAGES), None)
        if image is None or not fields:
            continue
        key = (truths / f"{page}.txt").read_bytes()
        case = Case(page, "gold", (_read(image, keep),), {})
        found = describe(case.pages)[0].fields
        for name, true in fields.items():
            value = found.get(name, Value(None))
            right = value.value is not None and true.holds(value.value, key)
            answers.append(Answer(case, name, value, right, true.by))
    return answers


def table(answers: Sequence[Answer]) -> str:
    """Return, by field: how many, exact, answered, confident, confidently wrong."""
    rows = ["field             n   exact  answered  confident  confidently wrong"]
    groups = _by(answers, lambda one: one.field)
    for name, some in groups.items():
        sure = [one for one in some if one.value.confident]
        rows.append(
            f"{name:14} {len(some):4} {_share(one.right for one in some):6.1f}% "
            f"{_share(one.value.value is not None for one in some):7.1f}% "
            f"{100 * len(sure) / len(some):9.1f}% "
            f"{sum(not one.right for one in sure):12}"
        )
    return "\n".join(rows)


def by_class(answers: Sequence[Answer]) -> str:
    """Return the share of exact answers by class of page for the main fields."""
    rows = ["class        " + "".join(f"{name:>9}" for name in MAIN)]
    for cls, some in sorted(_by(answers, lambda one: one.case.cls).items()):
        cells = []
        for name in MAIN:
            of_field = [one.right for one in some if one.field == name]
            cells.append(f"{_share(of_field):8.1f}%" if of_field else f"{'-':>9}")
        rows.append(f"{cls:13}" + "".join(cells))
    return "\n".join(rows)


def reliability(answers: Sequence[Answer]) -> str:
    """Return how many answers of each confidence are right."""
    rows = ["confidence      n   right"]
    given = [one for one in answers if one.value.value is not None]
    for low, high in pairwise(_EDGES):
        some = [one.right for one in given if low <= one.value.confidence < high]
        if some:
            rows.append(f"{low:.2f} - {min(high, 1.0):.2f} {len(some):5} {_share(some):6.1f}%")
    return "\n".join(rows)


def _by(answers: Iterable[Answer], key: Callable[[Answer], str]) -> dict[str, list[Answer]]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for one in answers:
        groups[key(one)].append(one)
    return groups


def _share(these: Iterable[bool]) -> float:
    values = list(these)
    return 100 * sum(values) / len(values) if values else 0.0


def _tell(title: str, answers: Sequence[Answer], *, classes: bool, wrong: bool) -> None:
    for by in (gold.PRINTED, gold.STAMPED, gold.HANDWRITTEN):
        some = [one for one in answers if one.by == by]
        if some:
            print(f"\n## {title}: {by}\n\n{table(some)}")
            if by == gold.PRINTED:
                given = [one for one in some if one.value.value is not None]
                print(f"\nanswered and exact: {_share(one.right for one in some):.1f}% of {len(some)}, "
                      f"right of answered: {_share(one.right for one in given):.1f}%")  # fmt: skip
                if classes:
                    print(f"\n{by_class(some)}")
    print(f"\n{reliability(answers)}")
    sure = [one for one in answers if one.value.confident and not one.right]
    print(
        f"\nconfidently wrong: {len(sure)} of {sum(one.value.confident for one in answers)} confident answers"
    )
    for one in answers if wrong else sure:
        if not one.right and one.case.truth:
            print(f"  {one.case.name} {one.case.cls} {one.field}: {one.case.truth[one.field]!r} "
                  f"read as {one.value.value!r} ({one.value.confidence:.2f})")  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--documents", type=int, default=250)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--scans", type=Path, help="images with .json fields beside them")
    parser.add_argument("--gold", type=Path, help="images whose fields are sealed")
    parser.add_argument("--truth", type=Path, help="their transcriptions")
    parser.add_argument("--keep", type=Path, help="folder to keep readings in")
    parser.add_argument("--wrong", action="store_true", help="list every wrong answer")
    options = parser.parse_args(arguments)
    kept = options.keep
    if options.documents:
        cases = list(generated(options.documents, options.seed, kept / str(options.seed) if kept else None))
        pages = sum(len(case.pages) for case in cases)
        answers = [answer for case in cases for answer in judged(case)]
        _tell(f"{len(cases)} records, {pages} pages, seed {options.seed}", answers, classes=True,
              wrong=options.wrong)  # fmt: skip
    if options.scans:
        cases = list(scanned(options.scans, kept / "scans" if kept else None))
        answers = [answer for case in cases for answer in judged(case)]
        _tell(f"{len(cases)} scans", answers, classes=True, wrong=options.wrong)
    if options.gold and options.truth:
        answers = gold_answers(options.gold, options.truth, kept / "gold" if kept else None)
        _tell("sealed scans", answers, classes=False, wrong=options.wrong)
    print(f"\nconfident: {CONFIDENT} and above")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
