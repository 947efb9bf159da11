"""A model is numbers, learns from what people say, says how sure it is, and cannot run anything."""

import io
import json
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from classify.dossier_evidence import Evidence, EvidenceInvalid, Labelled, Paper, load_labelled, to_json
from classify.dossier_model import LIMIT_BYTES, SHIPPED, ModelDamaged, from_bytes, shipped, to_bytes
from classify.dossier_taxonomy import TypeUnknown
from classify.dossier_training import Trained, train, training_digest
from classify.dossier_trial import LEAST_TRIED, beside
from classify.dossier_type import classify


def house_words(number: int) -> Labelled:
    """A dossier in words that only this archive uses."""
    return Labelled(
        Evidence(
            f"Tập xanh số {number}", papers=(Paper("Phiếu", f"zêta {number} omega", "zêta omega kappa"),)
        ),
        "VPHC",
    )


OUR_OWN = [house_words(number) for number in range(40)]


@pytest.fixture(scope="module")
def learnt() -> Trained:
    """A small model that learnt our house's words."""
    return train(OUR_OWN, each=4, seed=3)


def test_a_model_learns_words_that_only_this_archive_uses(learnt: Trained) -> None:
    shares = learnt.model.vote(house_words(99).evidence).log_shares

    assert max(shares, key=lambda code: shares[code]) == "VPHC"
    assert learnt.model.about["confirmed"] == len(OUR_OWN)


def test_every_confirmed_dossier_is_tried_by_a_model_that_has_not_seen_it(learnt: Trained) -> None:
    assert sorted(one.evidence.title for one, _ in learnt.unseen) == sorted(
        one.evidence.title for one in OUR_OWN
    )


def test_a_stored_model_answers_as_before_and_is_stored_in_the_same_bytes(learnt: Trained) -> None:
    stored = to_bytes(learnt.model)

    again = from_bytes(stored)

    assert to_bytes(again) == stored
    assert classify(house_words(7).evidence, model=again) == classify(
        house_words(7).evidence, model=learnt.model
    )


def test_a_trial_counts_only_dossiers_that_neither_has_seen(learnt: Trained) -> None:
    told = beside(learnt, shipped(), "shipped")
    seen = beside(learnt, learnt.model, "itself")

    assert told["tried"] == len(OUR_OWN)
    assert told["worth"] >= told["worth_in_use"]
    assert told["better"] is True
    assert told["new"]["by_type"].keys() == {"VPHC"}
    assert (seen["tried"], seen["better"]) == (0, False)
    assert str(LEAST_TRIED) in seen["why"]


def test_a_model_that_answers_wrongly_is_worse(learnt: Trained) -> None:
    in_use = replace(learnt.model, about={})  # right, and does not say what it has seen
    taught_wrong = train([replace(one, code="TTHC") for one in OUR_OWN], each=3, seed=3)
    mistaken = Trained(
        taught_wrong.model, tuple((replace(one, code="VPHC"), cast) for one, cast in taught_wrong.unseen)
    )

    told = beside(mistaken, in_use, "in use")

    assert told["tried"] == len(OUR_OWN)
    assert told["new"]["wrong"] > 0
    assert told["better"] is False


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a model",
        pickle.dumps({"weights": 1}),
        SHIPPED.read_bytes()[:-100],
    ],
    ids=["empty", "text", "pickle", "cut short"],
)
def test_what_is_no_model_is_refused(data: bytes) -> None:
    with pytest.raises(ModelDamaged):
        from_bytes(data)


def test_a_model_that_holds_a_pickled_object_is_refused() -> None:
    out = io.BytesIO()
    np.savez(out, about=np.array([{"format": 1}], dtype=object))

    with pytest.raises(ModelDamaged, match="pickle"):
        from_bytes(out.getvalue())


def test_a_model_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("weights.npy", bytes(LIMIT_BYTES + 1))

    with pytest.raises(ModelDamaged, match="bytes"):
        from_bytes(out.getvalue())


def test_a_model_whose_parts_do_not_fit_is_refused() -> None:
    model = shipped()

    with pytest.raises(ModelDamaged, match="kinds"):
        from_bytes(to_bytes(replace(model, bias=model.bias[:-1])))


def test_the_shipped_model_is_small() -> None:
    assert SHIPPED.stat().st_size < 1_000_000


def test_a_training_set_is_known_by_its_digest_whatever_its_order() -> None:
    assert training_digest(OUR_OWN) == training_digest(OUR_OWN[::-1])
    assert training_digest(OUR_OWN) != training_digest(OUR_OWN[1:])


def test_labelled_dossiers_come_back_as_they_were_written() -> None:
    written = json.dumps({"dossiers": [to_json(one) for one in OUR_OWN]}, ensure_ascii=False)

    assert load_labelled(written) == OUR_OWN


@pytest.mark.parametrize(
    "text", ["{", "3", '[{"title": "x"}]', "[3]", '[{"code": "HT-KS", "documents": [1]}]']
)
def test_a_list_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(EvidenceInvalid):
        load_labelled(text)


def test_a_label_of_no_kind_is_refused() -> None:
    with pytest.raises(TypeUnknown):
        load_labelled('[{"code": "ABC"}]')
