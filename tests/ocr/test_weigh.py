"""Which of two readers is right, by all that speaks for either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.language import START, Language
from ocr.weigh import Said, chance, odds

LANGUAGE = Language.load()


def first_is_right(x: tuple[str, float], y: tuple[str, float], *, before: str = START) -> bool:
    first, second = (
        Said(text, sure, [w for w in text.lower().split() if w.isalpha()]) for text, sure in (x, y)
    )
    return odds(first, second, before=before, after=None, language=LANGUAGE) > 0


def test_a_reader_that_is_sure_beats_one_that_is_not_however_likely_its_word() -> None:
    assert not first_is_right(("Cấm", 0.5), ("Cẩm", 0.97))
    assert first_is_right(("Thể", 0.98), ("Thế", 0.55))


def test_of_two_that_are_as_sure_the_likelier_word_is_right() -> None:
    assert first_is_right(("nhân", 0.95), ("nhăn", 0.85), before="ban")
    assert not first_is_right(("nhăn", 0.95), ("nhân", 0.85), before="ban")


@pytest.mark.parametrize("dirty", ["| Nguyễn", "¡ Nguyễn", "~ Nguyễn"])
def test_a_rule_beside_a_word_is_no_sign_of_it(dirty: str) -> None:
    assert first_is_right(("Nguyễn", 0.95), (dirty, 0.75))


@given(st.floats(-50, 50))
def test_a_chance_is_one_in_two_at_least(lead: float) -> None:
    assert 0.5 <= chance(lead) <= 1.0
    assert chance(lead) == chance(-lead)


def test_the_farther_apart_the_surer() -> None:
    assert [round(chance(lead), 2) for lead in (0.0, 1.5, 3.5, 5.5)] == [0.5, 0.73, 0.95, 0.99]
