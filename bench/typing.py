"""How well are dossiers typed? By rules alone, model alone and both, on dossiers well and badly read.

    python -m bench.typing LABELLED.json [--noise 0 0.1 0.2] [--seed 7] [--model MODEL.npz]

LABELLED.json: [{"id", "code", "title", "folder_label", "documents": [{"type", "subject", "text"}]}]. Accuracy
is of what was answered; a mixed dossier (KHAC) is rightly asked about, and wrong however it is answered.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from classify.dossier_evidence import Evidence, Labelled, load_labelled
from classify.dossier_model import Model, from_bytes, shipped
from classify.dossier_noise import noised_evidence
from classify.dossier_rules import has_own_phrase
from classify.dossier_taxonomy import MIXED, taxonomy
from classify.dossier_type import TypeAnswer, classify

VOTERS = (("rules", "rules alone"), ("model", "model alone"), ("both", "rules + model"))
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)


@dataclass(frozen=True)
class Answered:
    """One dossier and what was made of it."""

    code: str
    answer: TypeAnswer
    has_phrase: bool  #: a phrase of its own kind stands on it, before any noise

    @property
    def right(self) -> bool:
        """Answered, and rightly."""
        return self.answer.code == self.code

    @property
    def wrong(self) -> bool:
        """Answered, and wrongly."""
        return self.answer.code is not None and not self.right


def main(arguments: list[str] | None = None) -> int:
    """Print the tables and return 0, or 2 where there is nothing to score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("--noise", type=float, nargs="*", default=[0.0, 0.1, 0.2], metavar="LEVEL")
    parser.add_argument("--seed", type=int, default=7, help="of the noise")
    parser.add_argument("--model", type=Path, help="another model than the one that comes with the service")
    options = parser.parse_args(arguments)
    dossiers = load_labelled(options.labelled.read_text(encoding="utf-8"))
    if not dossiers:
        print("no dossier to score", file=sys.stderr)
        return 2
    model = from_bytes(options.model.read_bytes()) if options.model else shipped()
    counted = Counter(one.code for one in dossiers)
    print(
        f"{len(dossiers)} dossiers of {len(counted)} kinds, {counted[MIXED]} of them mixed; "
        f"kinds without any: {', '.join(code for code in taxonomy().codes if not counted[code]) or 'none'}"
    )
    for level in options.noise:
        rng = random.Random(options.seed)
        read = [(one, noised_evidence(one.evidence, rng, level=level)) for one in dossiers]
        print(f"\n## Noise {level}\n")
        told = {by: answered(read, model, by) for by, _ in VOTERS}
        print(table(told))
        if level == options.noise[0]:
            print(f"\n### Confusion, rules + model\n\n{confusion(told['both'])}")
        print(f"\n### Reliability, rules + model\n\n{reliability(told['both'])}")
    return 0


def answered(read: Sequence[tuple[Labelled, Evidence]], model: Model, by: str) -> list[Answered]:
    """Return what one voter makes of every dossier."""
    return [
        Answered(one.code, classify(evidence, model=model, by=by), has_own_phrase(one.evidence, one.code))
        for one, evidence in read
    ]


def table(told: dict[str, list[Answered]]) -> str:
    """Return accuracy and answered share by voter, and by whether a phrase of the rules stands there."""
    rows = [
        "| voter | dossiers | n | accuracy on answered | answered | wrong | likeliest right | mixed: asked |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for by, name in VOTERS:
        for which, kept in (
            ("all", told[by]),
            ("with a phrase", [one for one in told[by] if one.has_phrase]),
            ("without", [one for one in told[by] if not one.has_phrase and one.code != MIXED]),
        ):
            rows.append(f"| {name} | {which} {_row(kept)}")
    return "\n".join(rows)


def _row(kept: Sequence[Answered]) -> str:
    typed = [one for one in kept if one.code != MIXED]
    mixed = [one for one in kept if one.code == MIXED]
    right, wrong = sum(one.right for one in kept), sum(one.wrong for one in kept)
    given = sum(one.answer.code is not None for one in typed)
    likeliest = sum(one.answer.likeliest == one.code for one in typed)
    asked = sum(one.answer.code is None for one in mixed)
    return (
        f"| {len(typed)} + {len(mixed)} | {_percent(right, right + wrong)} "
        f"| {_percent(given, len(typed))} | {wrong} | {_percent(likeliest, len(typed))} "
        f"| {asked} of {len(mixed)} |"
    )


def confusion(told: Sequence[Answered]) -> str:
    """Return, kind by kind, what its dossiers were taken for; what was asked, with its likeliest kind."""
    by_code: defaultdict[str, list[Answered]] = defaultdict(list)
    for one in told:
        by_code[one.code].append(one)
    rows = [
        "| kind | n | right | asked | asked, likeliest another | answered as another |",
        "|---|---|---|---|---|---|",
    ]
    for code in (*taxonomy().codes, MIXED):
        some = by_code.get(code, [])
        asked = [one.answer.likeliest or "-" for one in some if one.answer.code is None]
        others = [likeliest for likeliest in asked if likeliest != code and code != MIXED]
        rows.append(
            f"| {code} | {len(some)} | {sum(one.right for one in some)} | {len(asked)} "
            f"| {_named(others)} | {_named(one.answer.code or '' for one in some if one.wrong)} |"
        )
    return "\n".join(rows)


def _named(codes: Iterable[str]) -> str:
    return ", ".join(f"{code} {times}" for code, times in Counter(codes).most_common())


def reliability(told: Sequence[Answered]) -> str:
    """Return how often the likeliest kind is right, by the confidence it is given."""
    rows = ["| confidence | dossiers | mean confidence | likeliest right |", "|---|---|---|---|"]
    for low, high in pairwise(BINS):
        some = [one for one in told if low <= one.answer.confidence < high]
        mean = sum(one.answer.confidence for one in some) / len(some) if some else 0.0
        right = sum(one.answer.likeliest == one.code for one in some)
        rows.append(
            f"| {low:.2f} to {min(high, 1.0):.2f} | {len(some)} | {mean:.3f} | {_percent(right, len(some))} |"
        )
    return "\n".join(rows)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


if __name__ == "__main__":
    raise SystemExit(main())
