"""Learns what dossiers of each kind look like: from made-up ones, and from those that people have confirmed.

Every figure a model carries was measured on wording it had not seen: the made-up dossiers are dealt into
parts by the lines they are made of, the confirmed ones by their digest. The model itself then learns from all.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from classify.dossier_evidence import Labelled
from classify.dossier_examples import FOLDS, all_lines, examples, in_fold, wording_digest
from classify.dossier_features import counts
from classify.dossier_model import Blend, Curve, Model, vector
from classify.dossier_rules import vote
from classify.dossier_taxonomy import MIXED, taxonomy
from classify.dossier_votes import POINTS, together

EACH = 70
"""Made-up dossiers of each kind."""

WORDS, RUNS = 7_000, 9_000
"""Features kept: those that tell the kinds apart best. Twice as many gain nothing on unseen wording."""

LEAST_SEEN = 3
CONFIRMED = 3.0
"""What a dossier that a person confirmed weighs beside a made-up one."""

SURE = 0.99
"""Share of right answers that the threshold is set for, on unseen wording; the floor asked for is 0.98."""

FORGOTTEN = 0.5
"""Share of the rules' phrases left out while the votes are weighed: the wordings were written by those who wrote
the rules, and an archive's own clerks were not asked."""

_SEED = 20_261_126


@dataclass(frozen=True)
class Tried:
    """One dossier as answered by a model that has not seen its wording."""

    code: str
    points: Mapping[str, float]  #: of the rules
    log_shares: Mapping[str, float]  #: of the model


def train(confirmed: Sequence[Labelled] = (), *, each: int = EACH, seed: int = _SEED) -> Model:
    """Return a model that learnt from the made-up dossiers and from `confirmed` ones.

    The same arguments give the same model. Takes about a minute on one core.
    """
    made = list(examples(each, seed))
    tried: list[Tried] = []
    for fold in range(FOLDS):
        known = [one for one in confirmed if _part(one) != fold]
        learnt = _fit([*examples(each // 2, seed + fold, in_fold(fold, inside=False)), *known], len(known))
        unseen = [*examples(each // 4, seed + 100 + fold, in_fold(fold, inside=True))]
        tried += _try(learnt, [*unseen, *(one for one in confirmed if _part(one) == fold)], seed + fold)
    blend = weigh(tried)
    about = {
        "confirmed": len(confirmed),
        "made_up": len(made),
        "wording_sha256": wording_digest(),
        "confirmed_sha256": training_digest(confirmed),
    }
    return _fit([*made, *confirmed], len(confirmed), blend=blend, about=about)


def training_digest(confirmed: Iterable[Labelled]) -> str:
    """Return the SHA-256 of a training set, whatever its order."""
    lines = sorted(f"{one.code} {one.evidence.digest}" for one in confirmed)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _part(one: Labelled) -> int:
    return int(one.evidence.digest[:8], 16) % FOLDS


_UNWEIGHED = Blend(0.0, 1.0, 0.0, Curve(((0.0, 0.0), (1.0, 1.0)), 0.5), Curve(((0.0, 0.0), (1.0, 1.0)), 0.5))


def _fit(
    dossiers: Sequence[Labelled],
    confirmed: int,
    *,
    blend: Blend = _UNWEIGHED,
    about: Mapping[str, object] | None = None,
) -> Model:
    """Learn from `dossiers`, of which the last `confirmed` count `CONFIRMED` times."""
    codes = (*taxonomy().codes, MIXED)
    kinds = np.array([codes.index(one.code) for one in dossiers])
    vocabulary, idf = _vocabulary(dossiers, kinds, len(codes))
    places = {feature: place for place, feature in enumerate(vocabulary)}
    rows = [vector(one.evidence, places, idf) for one in dossiers]
    matrix = csr_matrix(
        (
            np.concatenate([values for _, values in rows]),
            np.concatenate([at for at, _ in rows]),
            np.cumsum([0, *(len(at) for at, _ in rows)]),
        ),
        shape=(len(dossiers), len(vocabulary)),
    )
    weight = np.ones(len(dossiers))
    if confirmed:
        weight[-confirmed:] = CONFIRMED
    learner = LogisticRegression(C=20.0, max_iter=60, tol=1e-3)
    learner.fit(matrix, kinds, sample_weight=weight)
    weights = np.zeros((len(vocabulary), len(codes)), dtype=np.float32)
    bias = np.full(len(codes), -20.0, dtype=np.float32)
    weights[:, learner.classes_] = learner.coef_.T
    bias[learner.classes_] = learner.intercept_
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-6).astype(np.float32)
    small = np.rint(weights / scale * 127).astype(np.int8)
    return Model(codes, vocabulary, idf, small, scale, bias, blend, dict(about or {}))


def _vocabulary(
    dossiers: Sequence[Labelled], kinds: npt.NDArray[np.intp], many: int
) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
    """Return the features that tell most (largest chi-square of standing on a kind), and how rare each is."""
    seen: dict[str, npt.NDArray[np.float32]] = {}
    for one, kind in zip(dossiers, kinds, strict=True):
        for feature in counts(one.evidence):
            if feature not in seen:
                seen[feature] = np.zeros(many, dtype=np.float32)
            seen[feature][kind] += 1
    named = [feature for feature, by_kind in seen.items() if by_kind.sum() >= LEAST_SEEN]
    table = np.stack([seen[feature] for feature in named])
    total = table.sum(axis=1, keepdims=True)
    expected = total * (np.bincount(kinds, minlength=many) / len(kinds))
    tells = ((table - expected) ** 2 / np.maximum(expected, 1e-9)).sum(axis=1)
    kept: list[int] = []
    for mark, most in (("w:", WORDS), ("c:", RUNS)):
        of_mark = [place for place, feature in enumerate(named) if feature.startswith(mark)]
        kept += sorted(of_mark, key=lambda place: (-tells[place], named[place]))[:most]
    idf = 1.0 + np.log((1 + len(dossiers)) / (1 + total[kept, 0]))
    return tuple(named[place] for place in kept), idf.astype(np.float32)


def _try(model: Model, dossiers: Iterable[Labelled], seed: int) -> list[Tried]:
    rng = np.random.default_rng(seed)
    phrases = sorted({phrase.words for kind in taxonomy().types.values() for phrase in kind.phrases})
    found = []
    for one in dossiers:
        forgotten = frozenset(phrase for phrase in phrases if rng.random() < FORGOTTEN)
        points = vote(one.evidence, without=forgotten).scores
        found.append(Tried(one.code, points, model.log_shares(one.evidence)))
    return found


def weigh(tried: Sequence[Tried]) -> Blend:
    """Return how the votes are best put together, and how sure their answers are."""
    best: tuple[float, float, float, float] | None = None
    for rules in (0.1, 0.2, 0.3, 0.45, 0.6, 0.8):
        for model in (0.4, 0.6, 0.8, 1.0, 1.3):
            for mixed in (0.0, 2.0, 4.0):
                blend = Blend(rules, model, mixed, _UNWEIGHED.together, _UNWEIGHED.alone)
                loss = -float(np.mean([np.log(together(one.points, one.log_shares, blend)[one.code] + 1e-12) for one in tried]))
                if best is None or loss < best[0]:
                    best = (loss, rules, model, mixed)
    assert best is not None
    blend = Blend(*best[1:], _UNWEIGHED.together, _UNWEIGHED.alone)
    both = [(one.code, together(one.points, one.log_shares, blend)) for one in tried]
    alone = [(one.code, {code: float(np.exp(share)) for code, share in one.log_shares.items()}) for one in tried]
    return Blend(*best[1:], curve(both), curve(alone))


def curve(answers: Sequence[tuple[str, Mapping[str, float]]]) -> Curve:
    """Return how often the likeliest kind is right, by the share it is given; a mixed one is never right."""
    given, right = [], []
    for code, shares in answers:
        top = max(shares, key=lambda one: shares[one])
        if top != MIXED:
            given.append(shares[top])
            right.append(float(top == code))
    # Two invented answers at the end, one of them wrong, keep it from ever claiming to be certain.
    line = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit([*given, 1.0, 1.0], [*right, 1.0, 0.0])
    at = np.unique(np.concatenate([np.linspace(0.0, 0.9, 10), 1 - np.logspace(-1, -5, 17), [1.0]]))
    points = tuple((round(float(x), 6), round(float(y), 4)) for x, y in zip(at, line.predict(at), strict=True))
    return Curve(points, _threshold(Curve(points, 0.0), given, right))


def _threshold(sure: Curve, given: Sequence[float], right: Sequence[float]) -> float:
    """Return the least confidence from which on `SURE` of all answers were right; never under a half."""
    ranked = sorted(((sure.confidence(one), hit) for one, hit in zip(given, right, strict=True)), reverse=True)
    hits, threshold = 0.0, 1.0
    for place, (confidence, hit) in enumerate(ranked, 1):
        hits += hit
        last = place == len(ranked) or ranked[place][0] < confidence
        if last and hits / place >= SURE:
            threshold = confidence
    return max(0.5, round(threshold, 4))


__all__ = ["POINTS", "Tried", "all_lines", "curve", "train", "training_digest", "weigh"]
