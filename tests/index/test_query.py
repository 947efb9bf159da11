"""What an official types is understood, and what is not understood is read as words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.entry import Kind
from index.plan import loose, strict, tight
from index.query import MAX_LENGTH, MAX_WORDS, Form, Query, parse


def shape(query: Query) -> list[tuple[str, str]]:
    return [(part.form.value, " ".join(word.text for word in part.words)) for part in query.parts]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("ủy ban", [("word", "ủy"), ("word", "ban")]),
        ('"ủy ban" xã', [("phrase", "ủy ban"), ("word", "xã")]),
        ("“ủy ban” xã", [("phrase", "ủy ban"), ("word", "xã")]),
        ("45/QĐ-UBND", [("number", "45 qđ ubnd")]),
        ("Hà Nội,Huế", [("word", "hà"), ("word", "nội"), ("word", "huế")]),
        ("nghệ*", [("prefix", "nghệ")]),
        ("a*", [("word", "a")]),
        ("45/QĐ*", [("word", "45"), ("prefix", "qđ")]),
        ('"chưa đóng', [("word", "chưa"), ("word", "đóng")]),
        ("Số: 45", [("word", "số"), ("word", "45")]),
        ("năm: 2017", [("word", "năm"), ("word", "2017")]),
        ("năm:hai", [("word", "năm"), ("word", "hai")]),
        ("số:45/QĐ", [("word", "số"), ("number", "45 qđ")]),
        ("phòng - họp", [("word", "phòng"), ("word", "họp")]),
        ("xã-phường", [("number", "xã phường")]),
    ],
)
def test_parts_of_a_query(typed: str, wanted: list[tuple[str, str]]) -> None:
    assert shape(parse(typed)) == wanted


@pytest.mark.parametrize("typed", ["-bán", '-"bán nhà"', "-nghệ*", "-45/QĐ", "-loai:x"])
def test_minus_excludes(typed: str) -> None:
    query = parse(f"đất {typed}")

    assert shape(query) == [("word", "đất")]
    assert query.excluded


def test_typed_filters_become_fields() -> None:
    query = parse('đất phong:SYT đơn_vị nam:2015-2017 loại:"Công văn" lô:b1 kiểu:hoso unit:u')

    assert query.fonds == {"SYT"}
    assert query.unit == {"u"}
    assert query.year == (2015, 2017)
    assert query.type == {"Công văn"}
    assert query.batch == {"b1"}
    assert query.kind is Kind.DOSSIER


def test_a_filter_given_replaces_the_one_typed() -> None:
    query = parse("phong:SYT nam:2015", fonds={"STNMT"}, year=(2000, 2001))

    assert query.fonds == {"STNMT"}
    assert query.year == (2000, 2001)


def test_codes_are_resolved_to_ids() -> None:
    query = parse("phong:SYT phong:XYZ").resolved("fonds", {"SYT": ["f1"]}.get)  # type: ignore[arg-type]  # None = unknown

    assert query.fonds == {"f1", "XYZ"}


def test_a_pasted_page_is_cut_to_its_beginning() -> None:
    query = parse("từ " * 10_000)

    assert len(query.text) <= MAX_LENGTH
    assert len(query.words) == MAX_WORDS


@given(st.text(alphabet='abđếọ*"-:/ 45QĐ.()nam:loai\u0301\n', max_size=80))
def test_anything_can_be_typed(text: str) -> None:
    query = parse(text)

    assert len(query.words) <= MAX_WORDS
    assert all(part.words for part in (*query.parts, *query.excluded))
    for plan in (strict(query), tight(query), loose(query)):
        assert plan is None or plan.ranks


@given(st.text(max_size=80))
def test_decomposed_letters_ask_the_same(text: str) -> None:
    assert parse(unicodedata.normalize("NFD", text)) == parse(text)


def test_a_prefix_part_has_one_word() -> None:
    assert all(len(part.words) == 1 for part in parse("a/b/c* d-e*").parts if part.form is Form.PREFIX)
