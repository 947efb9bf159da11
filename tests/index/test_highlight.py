"""The words asked for are marked on the page image and in the list of hits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading import Line, Reading, Word
from index.analysis import clean, tokens
from index.highlight import SNIPPET, Body, Sought, mark, one_letter_apart
from index.query import parse


def reading(*lines: str) -> Reading:
    made = []
    for row, line in enumerate(lines):
        words = tuple(
            Word(
                text=word,
                box=(100 * column, 50 * row, 100 * column + 90, 50 * row + 40),
                confidence=0.9,
                agreed=True,
            )
            for column, word in enumerate(line.split())
        )
        made.append(Line(words=words, box=(0, 50 * row, 1000, 50 * row + 40)))
    return Reading(
        lines=tuple(made), width=1000, height=500, dpi=300, rotation=0, skew=0.0, engines={"tesseract": "5.3"}
    )


def marked(page: Reading, typed: str) -> list[str]:
    by_box = {word.box: word.text for word in page.words}
    return [by_box[box] for box in mark(page, parse(typed))]


def shown(body: str, typed: str) -> tuple[tuple[str, bool], ...]:
    body = clean(body)
    words = [token for token in tokens(body) if not token.whole]
    folded = " ".join(token.folded for token in words)
    kept = Body(body, folded, [token.start for token in words], [token.end for token in words])
    return Sought(parse(typed)).snippet(kept)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("ban", ["Ban,", "bán", "bản", "ban"]),
        ("bán", ["bán"]),
        ("bàn", ["Ban,", "bán", "bản", "ban"]),
        ("ban bán", ["Ban,", "bán", "bản", "ban"]),
        ("uỷ ban", ["ban", "Ủy"]),
        ("45/QĐ-UBND", ["45/QĐ-UBND"]),
        ("45", ["45/QĐ-UBND"]),
        ("QĐ-UBND", ["45/QĐ-UBND"]),
        ('"bán nhà"', ["bán", "nhà"]),
        ('"bán"', ["bán"]),
        ("ngh*", ["Nghệ"]),
        ("nghê", ["Nghệ"]),
        ("khxnh", ["Khánh,"]),
        ("không có", []),
        ("", []),
        ("-bán", []),
    ],
)
def test_words_asked_for_are_boxed(typed: str, wanted: list[str]) -> None:
    page = reading("Ban, bán nhà bản", "Số: 45/QĐ-UBND Nghệ", "Khánh, ban /Ủy")

    found = marked(page, typed)

    assert (
        [word.strip("/") for word in found] == wanted if typed != "uỷ ban" else {"/Ủy", "ban"} <= set(found)
    )


def test_a_row_across_two_lines_is_boxed() -> None:
    assert marked(reading("tỉnh Nghệ", "An và"), '"nghệ an"') == ["Nghệ", "An"]


def test_one_box_for_a_number_of_many_parts() -> None:
    assert len(mark(reading("Số: 45/QĐ-UBND"), parse("45/QĐ-UBND"))) == 1


def test_a_snippet_shows_the_place_where_the_words_stand_together() -> None:
    body = "đất " + "chữ khác " * 100 + "Quyết định thu hồi đất của ông Đặng" + " và nữa" * 100

    pieces = shown(body, "thu hoi dat")

    assert [text for text, hit in pieces if hit][-3:] == ["thu", "hồi", "đất"]
    assert pieces[0][0].startswith("…")
    assert pieces[-1][0].endswith("…")


def test_words_far_apart_give_two_fragments() -> None:
    body = "Trần Quốc Khánh " + "chữ " * 400 + "phòng tài chính"

    pieces = shown(body, "khanh tai chinh")

    assert {text for text, hit in pieces if hit} == {"Khánh", "tài", "chính"}
    assert any(" … " in text for text, _ in pieces)


def test_without_a_match_a_snippet_is_the_beginning() -> None:
    pieces = shown("chữ " * 200, "")

    assert len(pieces) == 1
    assert not pieces[0][1]
    assert 150 < len(pieces[0][0]) <= SNIPPET + 2
    assert pieces[0][0].endswith("…")
    assert shown("", "") == ()


@given(
    st.lists(
        st.sampled_from(["đất", "thu", "hồi", "45/QĐ-UBND", "x", "Nghệ", "an", ".", "\n"]), max_size=200
    ),
    st.sampled_from(["thu hoi dat", "45/QĐ-UBND", '"nghệ an"', "ngh*", "thx", "đất x"]),
)
def test_a_snippet_is_cut_from_the_page_and_never_long(words: list[str], typed: str) -> None:
    body = " ".join(words)

    pieces = shown(body, typed)

    text = "".join(piece for piece, _ in pieces)
    assert len(text) <= SNIPPET * 2
    for fragment in text.split("…"):
        assert fragment.strip() in body.replace("\n", " ")
    assert all(piece for piece, _ in pieces)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("khanh", "khxnh", True),
        ("khanh", "khnh", True),
        ("khanh", "khaanh", True),
        ("khanh", "khnah", True),
        ("khanh", "khanh", False),
        ("khanh", "khxnx", False),
        ("khanh", "kh", False),
    ],
)
def test_one_letter_apart(one: str, other: str, apart: bool) -> None:
    assert one_letter_apart(one, other) is apart
    assert one_letter_apart(other, one) is apart
