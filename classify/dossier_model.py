"""A trained model's vote on a dossier's kind, as plain numbers: an archive loads no code.

The stored form is a ZIP of NumPy arrays (`.npz`, read with `allow_pickle=False`) and two JSON texts. Nothing
in it can run; every size is checked before it is unpacked. It is made by `classify.dossier_training`.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classify.dossier_evidence import Evidence
from classify.dossier_features import PARTS, counts
from luutru.errors import IntegrityError

FORMAT = 2
LIMIT_BYTES = 64 << 20
"""Largest model taken, unpacked; ours has under 2 MiB."""

UNKNOWN = 0.3
"""What an unknown feature counts in the length of a dossier beside a known one: most of them are names."""

SHIPPED = Path(__file__).parent / "data" / "starting-model.npz"

_PART = {part: number for number, part in enumerate(PARTS)}

Floats = npt.NDArray[np.float32]


class ModelDamaged(IntegrityError):
    """A stored model is not one, or not one this version can use."""

    slug = "model-damaged"


@dataclass(frozen=True)
class Curve:
    """How sure an answer really is: share of right answers, by what speaks for and against it."""

    weights: tuple[float, ...]  #: of `dossier_votes.signs`, the last for none of them
    points: tuple[tuple[float, float], ...]  #: (so weighed, right), rising
    threshold: float  #: confidence below which a person is asked

    def confidence(self, signs: Sequence[float]) -> float:
        """Return how often answers with these signs were right, 0.0 to 1.0."""
        at, right = zip(*self.points, strict=True)
        return float(np.interp(self.weighed(signs), at, right))

    def weighed(self, signs: Sequence[float]) -> float:
        """Return the signs added up by their weights."""
        return sum(weight * sign for weight, sign in zip(self.weights, (*signs, 1.0), strict=True))


@dataclass(frozen=True)
class Blend:
    """How the votes of rules and model are put together."""

    rules: float  #: what one point of the rules weighs
    model: float  #: what one unit of the model's log share weighs
    together: Curve
    alone: Curve  #: of the model without the rules


@dataclass(frozen=True, eq=False)  # arrays are not equal or unequal as a whole
class Model:
    """One model: features by kind, and how its vote is weighed."""

    codes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    idf: Floats
    weights: npt.NDArray[np.int8]  #: features by kinds, in 127ths of `scale`
    scale: Floats  #: by kind
    bias: Floats  #: by kind
    blend: Blend
    about: Mapping[str, Any]  #: trained on what

    @cached_property
    def _places(self) -> dict[str, int]:
        return {feature: place for place, feature in enumerate(self.vocabulary)}

    def vote(self, evidence: Evidence) -> "ModelVote":
        """Return what the model says of a dossier."""
        places, values = weighed(counts(evidence), self._places, self.idf)
        sums = self.bias + (values @ self.weights[places].astype(np.float32)) * (self.scale / 127)
        sums = sums - sums.max()
        shares = (sums - np.log(np.exp(sums).sum())).tolist()
        return ModelVote(dict(zip(self.codes, shares, strict=True)), self, places, values)


@dataclass(frozen=True, eq=False)
class ModelVote:
    """What a model says of a dossier, and by which of its features."""

    log_shares: Mapping[str, float]  #: logarithm of the share of each kind
    model: Model
    places: npt.NDArray[np.intp]  #: of the dossier's features in the model's vocabulary
    values: Floats  #: of each

    def because(self, code: str, *, most: int = 5) -> list[str]:
        """Return the words that spoke most for `code`, strongest first."""
        worth = self.values * self.model.weights[self.places, self.model.codes.index(code)]
        vocabulary = self.model.vocabulary
        ranked = (vocabulary[self.places[at]] for at in np.argsort(-worth) if worth[at] > 0)
        return [feature[2:] for feature in islice((one for one in ranked if one.startswith("w:")), most)]


def weighed(
    counted: Mapping[str, float], places: Mapping[str, int], idf: Floats
) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return the counted features that a model knows, by place and value.

    Folded words, words with marks and runs are each brought to length 1, unknown ones counted in: of a title
    of strange words little is left, and so the model says little of it.
    """
    at: list[int] = []
    value: list[float] = []
    part: list[int] = []
    unknown = dict.fromkeys(PARTS, 0.0)
    rare = float(idf.mean()) if len(idf) else 1.0
    rarely = {count: (count * rare) ** 2 for count in set(counted.values())}
    for feature, count in counted.items():
        of = feature[:2]
        if (place := places.get(feature)) is not None:
            at.append(place)
            value.append(count)
            part.append(_PART[of])
        else:
            unknown[of] += rarely[count]
    known = np.asarray(at, dtype=np.intp)
    values = np.asarray(value, dtype=np.float32) * idf[known]
    parts = np.asarray(part, dtype=np.int8)
    for of, number in _PART.items():
        mine = parts == number
        if mine.any():
            values[mine] /= np.sqrt(float(values[mine] @ values[mine]) + UNKNOWN * unknown[of])
    return known, values


def to_bytes(model: Model) -> bytes:
    """Return the stored form: the same bytes for the same model."""
    out = io.BytesIO()
    np.savez_compressed(
        out,
        about=_text(
            {"format": FORMAT, "codes": model.codes, "blend": asdict(model.blend), "about": model.about}
        ),
        vocabulary=_text(model.vocabulary),
        idf=model.idf.astype(np.float32),
        weights=model.weights,
        scale=model.scale.astype(np.float32),
        bias=model.bias.astype(np.float32),
    )
    return out.getvalue()


def from_bytes(data: bytes) -> Model:
    """Return the model that `to_bytes` stored.

    Raises:
        ModelDamaged: it is not one, it is too large, or its parts do not fit together.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > LIMIT_BYTES:
            raise ModelDamaged(f"a model of {unpacked} bytes, at most {LIMIT_BYTES} are taken")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            told, vocabulary = _read(arrays["about"]), tuple(map(str, _read(arrays["vocabulary"])))
            if told["format"] != FORMAT:
                raise ModelDamaged(f"a model of format {told['format']}, expected {FORMAT}")
            model = Model(
                codes=tuple(map(str, told["codes"])),
                vocabulary=vocabulary,
                idf=arrays["idf"].astype(np.float32),
                weights=arrays["weights"],
                scale=arrays["scale"].astype(np.float32),
                bias=arrays["bias"].astype(np.float32),
                blend=_blend(told["blend"]),
                about=told["about"],
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ModelDamaged(f"a stored model cannot be understood: {error}") from error
    _require_sound(model)
    return model


def _require_sound(model: Model) -> None:
    kinds, features = len(model.codes), len(model.vocabulary)
    shapes = (model.idf.shape, model.weights.shape, model.scale.shape, model.bias.shape)
    if shapes != ((features,), (features, kinds), (kinds,), (kinds,)) or model.weights.dtype != np.int8:
        raise ModelDamaged(f"a model of {features} features and {kinds} kinds with arrays of {shapes}")
    if not all(np.isfinite(part).all() for part in (model.idf, model.scale, model.bias)):
        raise ModelDamaged("a model with numbers that are none")


def _text(said: object) -> npt.NDArray[np.uint8]:
    return np.frombuffer(json.dumps(said, ensure_ascii=False, sort_keys=True).encode(), dtype=np.uint8)


def _read(array: npt.NDArray[np.uint8]) -> Any:
    return json.loads(array.tobytes().decode("utf-8"))


def _blend(told: Mapping[str, Any]) -> Blend:
    return Blend(float(told["rules"]), float(told["model"]), _curve(told["together"]), _curve(told["alone"]))


def _curve(told: Mapping[str, Any]) -> Curve:
    points: Sequence[Sequence[float]] = told["points"]
    if not points:
        raise ValueError("a curve without points")
    return Curve(
        tuple(map(float, told["weights"])),
        tuple((float(weighed), float(right)) for weighed, right in points),
        float(told["threshold"]),
    )


@cache
def shipped() -> Model:
    """Return the model that comes with the service, trained on made-up dossiers (`data/wording/`)."""
    return from_bytes(SHIPPED.read_bytes())
