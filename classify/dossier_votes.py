"""Puts the votes of rules and model together: shares of one, by kind of dossier."""

import math
from collections.abc import Mapping

from classify.dossier_model import Blend, Curve
from classify.dossier_taxonomy import MIXED

POINTS = (-8.0, 14.0)
"""Least and most points of the rules that count; more says nothing more."""

RULES_WEIGHT = 0.75
"""What one point of the rules weighs when they are alone."""

RULES_MIXED = 2.5
"""Points of "mixed" when the rules are alone: less than one clear phrase is no answer."""

RULES_CURVE = Curve(
    points=((0.0, 0.0), (0.3, 0.35), (0.5, 0.6), (0.7, 0.8), (0.8, 0.88), (0.9, 0.94), (0.97, 0.975), (1.0, 0.99)),
    threshold=0.93,
)
"""How often the rules alone were right on made-up dossiers of other wording (`bench.typing`)."""


def rules_alone(points: Mapping[str, float]) -> dict[str, float]:
    """Return the share of each kind by the rules."""
    return _shares({code: RULES_WEIGHT * _clipped(one) for code, one in (points | {MIXED: RULES_MIXED}).items()})


def together(points: Mapping[str, float], log_shares: Mapping[str, float], blend: Blend) -> dict[str, float]:
    """Return the share of each kind by both."""
    given = dict(points) | {MIXED: blend.mixed}
    return _shares(
        {
            code: blend.rules * _clipped(given.get(code, 0.0)) + blend.model * share
            for code, share in log_shares.items()
        }
    )


def _clipped(points: float) -> float:
    return min(max(points, POINTS[0]), POINTS[1])


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    most = max(weights.values())
    powers = {code: math.exp(weight - most) for code, weight in weights.items()}
    total = sum(powers.values())
    return {code: power / total for code, power in powers.items()}
