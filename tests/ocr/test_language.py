import math
import time

import pytest

from ocr.language import START, Language, letters
from ocr.syllable import is_well_formed


def test_the_figures_load_at_once() -> None:
    started = time.perf_counter()

    Language.load()

    assert time.perf_counter() - started < 0.3


def test_letters_are_lower_case_nfc_without_marks_and_digits() -> None:
    assert letters("«QUYE\u0302\u0301T,12»") == "quyết"


@pytest.mark.parametrize("syllable", ["hòa", "hoà", "gì", "giếng", "quyền", "khuê", "nghiệp", "yêu", "uỷ"])
def test_what_is_spelt_by_the_rules_is_well_formed(syllable: str) -> None:
    assert is_well_formed(syllable)


@pytest.mark.parametrize("syllable", ["nghiêp", "viet", "ctn", "bạạn", "", "zăn", "ngx", "hồc"])
def test_what_breaks_the_rules_is_not(syllable: str) -> None:
    assert not is_well_formed(syllable)


def test_what_laws_say_follows_is_likelier(language: Language) -> None:
    said = language.likelihood(["định"], before="quyết", after=None)
    unsaid = language.likelihood(["đinh"], before="quyết", after=None)

    assert said > unsaid + 2


@pytest.mark.parametrize("before", [START, "quyết", "xyzzy", ""])
def test_every_step_has_a_chance_between_nothing_and_certainty(language: Language, before: str) -> None:
    for syllable in ("định", "xyzzy", ""):
        chance = math.exp(language.likelihood([syllable], before=before, after=None))
        assert 0.0 < chance <= 1.0
