"""Records in many styles: whole, the same again each time, with every field of their truth on the page."""

import itertools
import random

import pytest

from samples.content import Document
from samples.documents import make_documents
from samples.layout import typeset
from samples.pages import invent
from samples.styles import STYLES, dress


def decision(seed: int) -> Document:
    return invent(random.Random(seed), matter="cap-giay-chung-nhan", abbreviation="QĐ")


def printed(document: Document) -> str:
    return " ".join(line.text for sheet in typeset(document, dpi=150) for line in sheet.true_lines())


def test_a_record_depends_on_seed_and_place_alone() -> None:
    first = list(make_documents(2, seed=8, classes=["low150"]))
    again = next(itertools.islice(make_documents(2, seed=8, classes=["low150"]), 1, None))

    assert first[1].fields == again.fields
    assert [page.truth for page in first[1].pages] == [page.truth for page in again.pages]


@pytest.mark.parametrize("style", STYLES)
def test_what_the_truth_says_stands_on_the_paper(style: str) -> None:
    for seed in range(6):
        document = dress(decision(seed), style, rng=random.Random(seed))

        text = printed(document)

        assert f"{document.number}{document.joint}{document.notation}" in text
        for line in (*document.parent, *document.issuer, document.kind, document.signers[-1].name):
            assert line in text
        for mark in (document.urgency, document.copy_form, document.circulation):
            assert mark in text
        assert document.arrival is None or f"Số: {document.arrival.number}" in text


def test_styles_differ_where_offices_do() -> None:
    made = {style: dress(decision(3), style, rng=random.Random(3)) for style in STYLES}

    assert made["party"].code.count("-") == 1 and made["party"].nation == ("ĐẢNG CỘNG SẢN VIỆT NAM",)
    assert made["council"].kind == "NGHỊ QUYẾT" and made["council"].notation == "NQ-HĐND"
    assert made["old"].day.year < 2005 and "UBND" not in made["old"].notation
    assert made["normative"].notation.startswith(str(made["normative"].day.year))
    assert len(made["long"].subject) > len(decision(3).subject)


def test_what_is_written_by_hand_is_said_to_be_so() -> None:
    document = next(
        document for document in make_documents(8, seed=5, classes=["hand"]) if document.fields["code"]
    )

    hands = {word.text for page in document.pages for word in page.words if word.hand}

    assert document.fields["number"] in hands
    assert {"code", "number"} <= document.by_hand


def test_papers_that_no_office_issues_stay_as_they_are() -> None:
    form = invent(random.Random(1), matter="khieu-nai", abbreviation="ĐƠN")

    assert all(dress(form, style, rng=random.Random(1)) == form for style in STYLES)
