"""The bench of typing counts what was answered, asked and wrong, each where it belongs."""

from pathlib import Path

import pytest

from bench.typing import Answered, confusion, main, reliability, table
from classify.dossier_type import TypeAnswer


def answered(code: str, said: str | None, likeliest: str = "KN", *, phrase: bool = True) -> Answered:
    return Answered(
        code, TypeAnswer(said, 0.97 if said else 0.4, said is None, ((likeliest, 0.5),), ()), phrase
    )


TOLD = [
    answered("KN", "KN"),
    answered("KN", "TC"),
    answered("TC", None, phrase=False),
    answered("KHAC", None, phrase=False),
    answered("KHAC", "KN", phrase=False),
]


def test_accuracy_is_of_what_was_answered_and_a_mixed_one_answered_is_wrong() -> None:
    rows = table(dict.fromkeys(("rules", "model", "both"), TOLD)).splitlines()

    assert rows[2] == "| rules alone | all | 3 + 2 | 33.3 % | 66.7 % | 2 | 33.3 % | 1 of 2 |"
    assert rows[3] == "| rules alone | with a phrase | 2 + 0 | 50.0 % | 100.0 % | 1 | 50.0 % | 0 of 0 |"
    assert rows[4] == "| rules alone | without | 1 + 0 | - | 0.0 % | 0 | 0.0 % | 0 of 0 |"


def test_confusion_names_what_a_dossier_was_taken_for() -> None:
    rows = confusion(TOLD).splitlines()

    assert "| KN | 2 | 1 | 0 |  | TC 1 |" in rows
    assert "| TC | 1 | 0 | 1 | KN 1 |  |" in rows


def test_reliability_sets_confidence_beside_what_was_right() -> None:
    rows = reliability(TOLD).splitlines()

    assert "| 0.95 to 0.98 | 3 | 0.970 | 33.3 % |" in rows


def test_it_runs_on_a_list_and_refuses_an_empty_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    some, none = tmp_path / "some.json", tmp_path / "none.json"
    some.write_text('[{"code": "HT-KS", "title": "Hồ sơ đăng ký khai sinh 1999"}]', encoding="utf-8")
    none.write_text("[]", encoding="utf-8")

    codes = main([str(some), "--noise", "0"]), main([str(none)])

    assert codes == (0, 2)
    assert "1 dossiers of 1 kinds" in capsys.readouterr().out
