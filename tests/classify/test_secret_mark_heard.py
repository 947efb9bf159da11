"""What one look comes to, by its text and by how likely the reader holds the words it was asked for."""

import pytest

from classify.secret_mark_heard import WORDS, Heard
from classify.secret_mark_text import CLEAR, DOUBTFUL, WEAK, Level, Said


def heard(text: str, **nats: float) -> Heard:
    """Return a look at which the words that are not named are out of the question."""
    return Heard(text, tuple(nats.get(word, 60.0) for word in WORDS))


def test_a_mark_that_is_a_close_second_is_said_however_its_letters_look() -> None:
    look = heard("ZỐT Mộ", TOIMAT=2.0, MAT=12.0)

    assert look.said is not None
    assert look.said.level is Level.HIGH
    assert look.said.likeness >= CLEAR
    assert look.in_capitals


def test_an_unlikely_mark_is_none_though_half_its_letters_are_there() -> None:
    assert Heard("TÓI MRC").said is not None
    assert heard("TÓI MRC", TOIMAT=25.0).said is None
    assert not heard("TÓI MRC", TOIMAT=25.0).hints


def test_a_mark_between_asks_for_another_look() -> None:
    look = heard("TUYETYATI", TUYETMAT=20.0)

    assert look.said is None or look.said.likeness == WEAK
    assert look.hints
    assert look.allows(Level.TOP)
    assert not look.allows(Level.HIGH)


def test_of_three_letters_all_must_be_there() -> None:
    assert heard("MÀ", MAT=4.3).said is None
    assert heard("MAl", MAT=6.4).said == Said(Level.PLAIN, WEAK)
    assert heard("MAT", MAT=0.4).said == Said(Level.PLAIN, 1.0)


@pytest.mark.parametrize(
    ("text", "other", "mark"),
    [("D GI /MẠT", "GIAIMAT", "TOIMAT"), ("HA TUC", "HOATOC", "TOIMAT"), ("NẪT", "MAU", "MAT")],
)
def test_other_words_that_are_likelier_end_the_matter(text: str, other: str, mark: str) -> None:
    look = heard(text, **{other: 3.0, mark: 4.5})

    assert look.said is None
    assert not look.hints


def test_haste_and_denial_are_known_by_likelihood_too() -> None:
    assert heard("H0 T0", HOATOC=4.0).urges
    assert heard("D GI /M", GIAIMAT=5.0).denies
    assert heard("D GI /M", GIAIMAT=5.0).clearly_denies
    assert not heard("D GI /M", GIAIMAT=10.0).clearly_denies
    assert not heard("H0 T0", HOATOC=30.0).urges
    assert not heard("ZỐT MẬT", GIAIMAT=8.0, TOIMAT=1.0).denies


def test_a_text_that_says_a_mark_counts_whatever_stands_beside_it() -> None:
    look = heard("Độ mật: TỐI MẬT", TOIMAT=15.0, MAT=24.0)

    assert look.said is not None
    assert look.said.likeness == 1.0


def test_small_letters_alone_make_no_clear_mark() -> None:
    look = heard("mật", MAT=4.9)

    assert look.said is None or look.said.likeness <= DOUBTFUL or not look.in_capitals
    assert not look.in_capitals


def test_the_first_word_of_the_highest_mark_by_itself_is_half_of_it() -> None:
    look = heard("TUYỆT", MAT=17.8, TUYETMAT=31.0)

    assert look.said == Said(Level.TOP, WEAK)
    assert look.hints
    assert look.allows(Level.TOP)


@pytest.mark.parametrize("text", ["TUYẾT", "Tuyệt", "TUYỆT ĐỐI", "QUYẾT"])
def test_what_looks_like_its_first_word_is_none(text: str) -> None:
    assert heard(text, MAT=17.8, TUYETMAT=31.0).said is None


def test_a_title_that_names_several_marks_says_none() -> None:
    assert heard("MẬT, TÕI MẬT", TOIMAT=9.0).said is None
    assert heard("TÕI MẬT", TOIMAT=9.0).said is not None


@pytest.mark.parametrize("text", ["TỐI MẬT, HỎA TỐC", "TỐI MẬT,||"])
def test_haste_or_a_frame_behind_a_comma_makes_no_list_of_a_mark(text: str) -> None:
    said = heard(text, TOIMAT=1.0).said

    assert said is not None
    assert said.level is Level.HIGH


def test_the_highest_mark_that_is_likely_is_whole_though_its_first_word_alone_is_given() -> None:
    likely, unlikely = heard("TUYỆT", TUYETMAT=7.5).said, heard("TUYỆT", TUYETMAT=31.0).said

    assert likely is not None
    assert unlikely is not None
    assert likely.likeness > unlikely.likeness


def test_what_may_deny_a_mark_has_no_part_that_is_one() -> None:
    assert heard("D GI /MẠT", TOIMAT=12.4, DAGIAIMAT=12.8).beside == ""
    assert heard("MAT ỆN BẢN", MAT=14.5).beside == "MAT ỆN BẢN"
