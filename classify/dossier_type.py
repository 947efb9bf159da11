"""What kind of dossier is this? Rules and a trained model vote; where they are unsure, a person is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.description import Description
from catalog.reading import Reading
from classify.dossier_evidence import Evidence
from classify.dossier_evidence import of_pages as evidence_of_pages
from classify.dossier_model import Curve, Model, shipped
from classify.dossier_taxonomy import taxonomy
from classify.dossier_votes import (
    RULES_CURVE,
    How,
    Votes,
    at_odds,
    model_alone,
    rules_alone,
    signs,
    together,
    votes,
)

LEAST_WORDS = 2
"""With fewer words than this a dossier says nothing, whatever the votes make of them."""

ALTERNATIVES = 3


@dataclass(frozen=True)
class TypeAnswer:
    """What kind a dossier is, or what a person should choose between."""

    code: str | None  #: None: a person must say
    confidence: float  #: 0.0 to 1.0: how often such answers are right; of the likeliest if asked
    asked: bool
    alternatives: tuple[
        tuple[str, float], ...
    ]  #: (code, share of the votes), likeliest first, `code` left out
    because: tuple[str, ...]  #: the phrases that spoke for the likeliest, then the words that did

    @property
    def likeliest(self) -> str | None:
        """The answer, or what it would have been."""
        return self.code or (self.alternatives[0][0] if self.alternatives else None)


def classify(evidence: Evidence, *, model: Model | None = None, by: str = "both") -> TypeAnswer:
    """Return what kind of dossier `evidence` shows; words typed without marks give the same answer, or none.

    Args:
        evidence: title, labels and papers.
        model: the model in use; the one that comes with the service where none is given.
        by: "both", or "rules" or "model" to ask only one of them (for measuring).
    """
    model = model or shipped()
    return answer(votes(evidence, None if by == "rules" else model), model, by=by)


def answer(cast: Votes, model: Model, *, by: str = "both") -> TypeAnswer:
    """Return what the votes `cast` on a dossier come to, as `model` weighs them."""
    how, curve = _ways(model)[by]
    if cast.words < LEAST_WORDS:
        return TypeAnswer(None, 0.0, True, (), ())
    top, shares, told = signs(cast, how)
    confidence = curve.confidence(told)
    asked = confidence < curve.threshold or at_odds(told)
    ranked = sorted(shares.items(), key=lambda one: -one[1])[: ALTERNATIVES + 1]
    others = tuple((code, round(share, 4)) for code, share in ranked if asked or code != top)
    because = [f"{one.say} ({one.zone})" for one in cast.rules.spoke if one.code == top and one.worth > 0]
    if by != "rules" and cast.model is not None:
        because += cast.model.because(top)
    return TypeAnswer(None if asked else top, confidence, asked, others[:ALTERNATIVES], tuple(because[:8]))


def of_pages(
    readings: Sequence[Reading],
    *,
    descriptions: Sequence[Description] = (),
    title: str = "",
    labels: Sequence[str] = (),
    model: Model | None = None,
) -> TypeAnswer:
    """Return what kind of dossier a stack of pages is, with what is known of its documents."""
    return classify(evidence_of_pages(readings, descriptions, title=title, labels=labels), model=model)


def _ways(model: Model) -> dict[str, tuple[How, Curve]]:
    return {
        "both": (together(model.blend), model.blend.together),
        "rules": (rules_alone, RULES_CURVE),
        "model": (model_alone, model.blend.alone),
    }


def name(code: str) -> str:
    """Return the Vietnamese name of a kind of dossier."""
    return taxonomy().name(code)
