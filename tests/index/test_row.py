"""Whether words stand in a row, told by what is kept of an entry: the same as the engine says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import finder
from index.analysis import tokens
from index.entry import from_stored, to_stored
from index.plan import Every, Field, Misread, Most, Row, Start, Term
from index.query import parse
from index.row import anywhere, rows_of, stands
from index.search_index import Found
from index.tantivy_index import TantivyIndex
from tests.contracts.search_records import ALL, dossier, page

WORDS = ["ủy", "uy", "ban", "bán", "nhân", "dân", "hòa", "hoà", "Đất", "45/QĐ-UBND", "03", ".", "\n"]


def row(text: str, field: Field = Field.FOLDED) -> Row:
    words = [token for token in tokens(text) if not token.whole]
    forms = [token.folded if field is Field.FOLDED else token.text for token in words]
    return Row(field, tuple(enumerate(forms)))


def kept(text: str, **fields: object) -> dict[str, object]:
    entry = page("a", text, **fields)
    return from_stored(to_stored(entry, [token for token in tokens(entry.body) if not token.whole]))


@pytest.mark.parametrize(
    ("asked", "field", "there"),
    [
        ("ban nhân dân", Field.FOLDED, True),
        ("ban nhan dan", Field.FOLDED, True),
        ("bàn nhân dân", Field.EXACT, False),
        ("ban nhân dân", Field.EXACT, True),
        ("ủy ban", Field.EXACT, True),
        ("uỷ ban", Field.EXACT, True),
        ("dân Ủy", Field.FOLDED, False),
        ("nhân dân tỉnh", Field.FOLDED, False),
        ("45/QĐ", Field.EXACT, True),
        ("bìa trước", Field.EXACT, True),  # in the name
        ("bia truoc", Field.FOLDED, True),
        ("UBND Bìa", Field.FOLDED, False),  # not from the text into the name
    ],
)
def test_a_row_is_seen_in_what_is_kept(asked: str, field: Field, there: bool) -> None:
    entry = kept("Ủy ban\nnhân dân, số 45/QĐ-UBND", name="Bìa trước.pdf")

    assert stands(row(asked, field), entry) is there


@given(
    st.lists(st.sampled_from(WORDS), max_size=30),
    st.lists(st.sampled_from(WORDS[:9]), min_size=2, max_size=3),
    st.sampled_from([Field.EXACT, Field.FOLDED]),
)
def test_it_is_what_the_words_themselves_say(text: list[str], asked: list[str], field: Field) -> None:
    wanted = row(" ".join(asked), field)
    words = [token for token in tokens(" ".join(text)) if not token.whole]
    forms = [token.folded if field is Field.FOLDED else token.text for token in words]
    size = len(wanted.words)
    rows = [tuple(enumerate(forms[at : at + size])) for at in range(len(forms) - size + 1)]

    assert stands(wanted, kept(" ".join(text), name="")) is (wanted.words in rows)


def test_the_places_of_words_are_kept_whatever_lies_between() -> None:
    text = "một" + " " * 300 + "hai" + "x" * 300 + "\n" * 70_000 + "ba"

    entry = kept(text)

    found = [text[start:end] for start, end in zip(entry["starts"], entry["ends"], strict=True)]  # type: ignore[call-overload]
    assert found == text.split()


def test_only_what_can_be_read_off_an_entry_is_read() -> None:
    one = row("ủy ban")

    assert rows_of(Every((one, Term(Field.FOLDED, "dan"), Start(Field.FOLDED, "ti")))) == (one,)
    assert rows_of(Most((one, Term(Field.FOLDED, "dan")))) is None
    assert rows_of(Most((Misread("khanh"), Term(Field.FOLDED, "dan")))) == ()
    assert rows_of(Row(Field.FOLDED, one.words, slop=1)) is None
    assert rows_of(Row(Field.FOLDED, one.words, open=True)) is None
    assert rows_of(Row(Field.FOLDED, ((0, "uy"), (2, "ban")))) is None
    assert anywhere(Every((one,))) == Every((Every((Term(Field.FOLDED, "uy"), Term(Field.FOLDED, "ban"))),))


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> TantivyIndex:
    """An index in which a phrase is common: on two pages of three, one of them without its marks."""
    index = TantivyIndex(tmp_path_factory.mktemp("common"), create=True)
    texts = ["Ủy ban nhân dân xã", "dân ủy nhân ban", "uy ban nhan dan huyen"]
    entries = [
        page(f"{number:04d}", f"{texts[number % 3]} {'đất ' * (number % 7)} tờ {number}")
        for number in range(finder.MANY + 100)
    ]
    index.apply([*entries, dossier("d1", "Ủy ban nhân dân")], [], 1)
    return index


@pytest.mark.parametrize(
    "typed",
    ["ủy ban nhân dân", "uy ban nhan dan", '"ủy ban nhân dân"', "nhan ban", "ủy ban -tờ", '"ban nhan" dat'],
)
@pytest.mark.parametrize("offset", [0, 20])
def test_a_common_phrase_is_answered_the_same_either_way(
    common: TantivyIndex, typed: str, offset: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer() -> Found:
        return common.search(parse(typed), scope=ALL, offset=offset, limit=20)

    read = answer()
    monkeypatch.setattr(finder, "MOST_READ", 0)

    assert read == answer()
    assert read.total > 0 or "-" in typed
