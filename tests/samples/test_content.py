"""What records say: every matter and kind, in whole sentences, each record its own."""

import random
import re
import unicodedata

import pytest

from samples.content import Document, Para, Table, matters
from samples.forms import forms
from samples.layout import typeset
from samples.pages import WITH_TABLE, invent

CASES = [(matter, kind) for matter, told in matters().items() for kind in told["kinds"]]


def sentences(document: Document) -> list[str]:
    return [f"{block.lead} {block.text}".strip() for block in document.blocks if isinstance(block, Para)]


@pytest.mark.parametrize(("matter", "kind"), CASES)
def test_every_kind_of_record_is_whole(matter: str, kind: str) -> None:
    for seed in range(12):
        table = 5 if seed % 2 and kind in WITH_TABLE else 0

        document = invent(random.Random(seed), matter=matter, abbreviation=kind, table=table)

        text = "\n".join([document.subject, *sentences(document)])
        assert text == unicodedata.normalize("NFC", text)
        assert not re.search(r"[{}|]|  ", text), text
        assert document.signers and document.fields["kind"]
        assert any(isinstance(block, Table) for block in document.blocks) == bool(table)


def test_articles_are_numbered_and_the_last_one_is_named_to_the_recipients() -> None:
    for seed in range(20):
        document = invent(random.Random(seed), matter="khieu-nai", abbreviation="QĐ")

        leads = [block.lead for block in document.blocks if isinstance(block, Para) and block.lead]

        assert leads == [f"Điều {i}." for i in range(1, len(leads) + 1)]
        assert document.recipients[0] == f"Như Điều {len(leads)};"


def test_a_law_is_named_only_in_the_years_it_was_in_force() -> None:
    for seed in range(60):
        document = invent(random.Random(seed), matter="cap-giay-chung-nhan", abbreviation="QĐ")

        text = "\n".join(sentences(document))

        assert ("26 tháng 11 năm 2003" in text) <= (2004 <= document.day.year <= 2015)
        assert ("29 tháng 11 năm 2013" in text) <= (document.day.year >= 2015)


def test_four_words_in_a_row_mostly_point_to_one_record() -> None:
    documents = [invent(random.Random(seed), paragraphs=7) for seed in range(120)]
    seen: dict[tuple[str, ...], set[int]] = {}
    for number, document in enumerate(documents):
        words = " ".join(sentences(document)).split()
        for span in zip(words, words[1:], words[2:], words[3:], strict=False):
            seen.setdefault(span, set()).add(number)

    alone = sum(len(owners) == 1 for owners in seen.values())

    assert alone / len(seen) > 0.6


def test_there_are_hundreds_of_distinct_sentences() -> None:
    told = [
        line
        for matter in matters().values()
        for text in matter["text"].values()
        for line in text.splitlines()
    ]
    told += [line for form in forms().values() for line in form["text"].splitlines()]

    assert len(set(told)) >= 200


def test_setting_in_type_loses_no_word_and_numbers_later_pages() -> None:
    document = invent(random.Random(4), matter="kinh-te-xa-hoi", abbreviation="BC", paragraphs=24, table=8)

    sheets = typeset(document, dpi=200)

    printed = sorted(word.text for sheet in sheets for _, line in sheet.lines for word in line)
    for sentence in sentences(document):
        assert set(sentence.split()) <= set(printed)
    assert len(sheets) > 1
    for number, sheet in enumerate(sheets[1:], start=2):
        assert sheet.true_lines()[0].text == str(number)
        assert all(
            word.box[0] > 0 and word.box[2] < sheet.width and word.box[3] < sheet.height
            for line in sheet.true_lines()
            for word in line.words
        )
