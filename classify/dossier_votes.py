"""Puts the votes of rules and model together, and says how sure the answer is.

Title and papers are also asked one by one: a folder whose papers say different things, and whose title does
not say which counts, holds several matters, and a person must look at it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from classify.dossier_evidence import Evidence
from classify.dossier_model import Blend, Curve, Model, ModelVote
from classify.dossier_rules import RulesVote, vote

POINTS = (-8.0, 14.0)
"""Least and most points of the rules that count; more says nothing more."""

RULES_WEIGHT = 0.75
"""What one point of the rules weighs when they are alone."""

NOTHING_FOUND = 2.5
"""Points of "none of them" when the rules are alone: less than one clear phrase is no answer."""

RULES_CURVE = Curve(
    weights=(
        *(2.031, 2.1803, 0.4712, 0.4849, -1.2443, 3.8368, -3.3287, -1.0855, -1.7829, 0.6197, -0.6009, 0.4052),
        *(0.5049, 0.5323, -1.4203),
    ),
    points=(
        *((-4.0, 0.0), (-2.5, 0.03), (-1.5, 0.36), (0.0, 0.64), (0.5, 0.72), (1.0, 0.79), (1.75, 0.859)),
        *((2.5, 0.871), (2.75, 0.938), (3.5, 0.964), (4.0, 0.977), (5.0, 0.9935), (8.0, 0.9975)),
    ),
    threshold=0.938,
)
"""How often the rules alone were right on made-up dossiers of unseen wording, a third of the phrases
forgotten (`dossier_training.curve`, 26/11/2026)."""

MAX_PARTS = 12
"""Papers that are asked one by one."""

Shares = Mapping[str, float]
"""Points, shares or their logarithms by kind of dossier."""

How = Callable[[Shares, Shares], dict[str, float]]
"""Makes shares of one out of the rules' points and the model's log shares."""


@dataclass(frozen=True)
class Votes:
    """What rules and model say of a dossier, as a whole and part by part (title first)."""

    rules: RulesVote
    model: ModelVote | None  #: None: no model was asked
    title: tuple[Shares, Shares] | None  #: points of the rules, log shares; None: no title
    papers: tuple[tuple[Shares, Shares], ...]
    words: int

    @property
    def log_shares(self) -> Shares:
        """Of the model; empty without one."""
        return self.model.log_shares if self.model is not None else {}


def votes(evidence: Evidence, model: Model | None, *, without: frozenset[str] = frozenset()) -> Votes:
    """Return all votes on `evidence`; without a `model`, only those of the rules."""

    whole = model.vote(evidence) if model else None

    def part(one: Evidence) -> tuple[Shares, Shares]:
        if one == evidence:  # the only paper of a dossier without a title: its words are folded already
            return vote(evidence, misread=False, without=without).scores, whole.log_shares if whole else {}
        return vote(one, misread=False, without=without).scores, model.vote(one).log_shares if model else {}

    named = Evidence(evidence.title, evidence.labels)
    return Votes(
        rules=vote(evidence, without=without),
        model=whole,
        title=part(named) if named.zones["title"] else None,
        papers=tuple(part(Evidence(papers=(paper,))) for paper in evidence.papers[:MAX_PARTS]),
        words=sum(map(len, evidence.zones.values())),
    )


def rules_alone(points: Shares, _log_shares: Shares) -> dict[str, float]:
    """Return the share of each kind by the rules."""
    return _shares(
        {code: RULES_WEIGHT * _clipped(one) for code, one in points.items()}, RULES_WEIGHT * NOTHING_FOUND
    )


def model_alone(_points: Shares, log_shares: Shares) -> dict[str, float]:
    """Return the share of each kind by the model."""
    return {code: math.exp(share) for code, share in log_shares.items()}


@dataclass(frozen=True)
class Together:
    """The share of each kind by both."""

    rules: float
    model: float

    def __call__(self, points: Shares, log_shares: Shares) -> dict[str, float]:
        """Return it."""
        return _shares(
            {
                code: self.rules * _clipped(points.get(code, 0.0)) + self.model * share
                for code, share in log_shares.items()
            }
        )


def together(blend: Blend) -> Together:
    """Return how `blend` puts them together."""
    return Together(blend.rules, blend.model)


def signs(cast: Votes, how: How) -> tuple[str, dict[str, float], tuple[float, ...]]:
    """Return the likeliest kind, the shares of all, and what tells whether that is right (`SIGNS`)."""
    shares = how(cast.rules.scores, cast.log_shares)
    top, *others = sorted(shares, key=lambda code: -shares[code])
    second = shares[others[0]]
    points = cast.rules.scores
    title = how(*cast.title) if cast.title else {}
    papers = [how(*one) for one in cast.papers]
    dissent = [max((share, code) for code, share in one.items() if code != top)[0] for one in papers]
    title_dissent = max((share for code, share in title.items() if code != top), default=0.0)
    return (
        top,
        shares,
        (
            _logit(shares[top]),
            math.log((shares[top] + 1e-6) / (second + 1e-6)) / 4,
            title.get(top, 0.0),
            title_dissent,
            max((one[top] for one in papers), default=0.0),
            sum(one[top] for one in papers) / len(papers) if papers else 0.0,
            max(dissent, default=0.0),
            sum(dissent) / len(dissent) if dissent else 0.0,
            max(dissent, default=0.0) * (1.0 - title.get(top, 0.0)),
            min(max(points.get(top, 0.0), 0.0), 10.0) / 10,
            min(max((one for code, one in points.items() if code != top), default=0.0), 10.0) / 10,
            float(bool(title)),
            float(bool(papers)),
            math.log1p(cast.words) / 5,
        ),
    )


SIGNS = (
    "share", "lead", "title says so", "title says otherwise", "a paper says so", "papers say so",
    "a paper says otherwise", "papers say otherwise", "a paper and no title says otherwise",
    "phrases for it", "phrases for another", "has a title", "has papers", "words",
)  # fmt: skip
"""What `signs` gives, in its order."""


def _logit(share: float) -> float:
    share = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(share / (1 - share)) / 4


def _clipped(points: float) -> float:
    return min(max(points, POINTS[0]), POINTS[1])


def _shares(weights: Mapping[str, float], none: float = -math.inf) -> dict[str, float]:
    """Return the share of each; `none` is the weight of none of them."""
    most = max(*weights.values(), none)
    powers = {code: math.exp(weight - most) for code, weight in weights.items()}
    total = sum(powers.values()) + math.exp(none - most)
    return {code: power / total for code, power in powers.items()}


TITLE_SAYS, A_PAPER_SAYS = 0.5, 0.8
"""Shares from which a title names the likeliest kind, and a paper another: set on made-up mixed dossiers."""


def at_odds(told: Sequence[float]) -> bool:
    """Return whether a paper clearly says another kind and the title does not say which counts (`SIGNS`)."""
    return (
        told[SIGNS.index("title says so")] < TITLE_SAYS
        and told[SIGNS.index("a paper says otherwise")] > A_PAPER_SAYS
    )
