"""Tries a new model beside the one in use, on confirmed dossiers that neither has seen."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from classify.dossier_evidence import Labelled
from classify.dossier_model import Model
from classify.dossier_taxonomy import MIXED
from classify.dossier_training import Trained, seen_mark
from classify.dossier_type import TypeAnswer, answer, classify

LEAST_TRIED = 20
"""Dossiers that a trial needs; on fewer, chance decides."""

WRONG_COSTS = 20
"""What one wrong answer costs, counted in right ones: nobody looks again at what was answered."""


def beside(new: Trained, in_use: Model, name: str) -> dict[str, Any]:
    """Return how `new` did beside `in_use` (called `name`), as the register keeps it.

    "better" is true only where both were tried on `LEAST_TRIED` dossiers and the new one is worth no less.
    """
    seen = set(in_use.about.get("seen", ()))
    fresh = [(one, cast) for one, cast in new.unseen if seen_mark(one) not in seen]
    figures = _figures((one, answer(cast, new.model)) for one, cast in fresh)
    before = _figures((one, classify(one.evidence, model=in_use)) for one, _ in fresh)
    everything = _figures((one, answer(cast, new.model)) for one, cast in new.unseen)
    enough = len(fresh) >= LEAST_TRIED
    return {
        "beside": name,
        "tried": len(fresh),
        "worth": figures["worth"],
        "worth_in_use": before["worth"],
        "better": enough and figures["worth"] >= before["worth"],
        "new": figures,
        "in_use": before,
        "all_unseen": everything,
        "why": "" if enough else f"tried on {len(fresh)} dossiers, at least {LEAST_TRIED} are needed",
    }


def _figures(answered: Iterable[tuple[Labelled, TypeAnswer]]) -> dict[str, Any]:
    by_type: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one, given in answered:
        by_type[one.code][outcome(one.code, given)] += 1
    total = sum(by_type.values(), Counter[str]())
    many = sum(total.values())
    worth = (total["right"] - WRONG_COSTS * total["wrong"]) / many if many else 0.0
    return {
        "dossiers": many,
        **{name: total[name] for name in ("right", "asked", "wrong")},
        "worth": round(worth, 4),
        "by_type": {code: dict(sorted(counted.items())) for code, counted in sorted(by_type.items())},
    }


def outcome(code: str, given: TypeAnswer) -> str:
    """Return "right", "asked" or "wrong"; to ask about a mixed dossier is right."""
    if given.code is None:
        return "right" if code == MIXED else "asked"
    return "right" if given.code == code else "wrong"
