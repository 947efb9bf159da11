"""Where a stack breaks: before a head with number and state, never before an appendix or a further page."""

from classify.describe import describe
from tests.classify.pages import MOTTO, NATION, Print, centred, decision, letter, page


def body(number: int) -> list[Print]:
    return [centred(105, 12, str(number)), Print(30, 30, "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.")]


def test_a_head_in_the_middle_begins_a_document() -> None:
    stack = [page(decision()), page(body(2)), page(letter()), page(body(2))]

    documents = describe(stack)

    assert [document.pages for document in documents] == [(1, 2), (3, 4)]
    assert [document.fields["type"].value for document in documents] == ["Quyết định", "Công văn"]


def test_an_appendix_stays_with_its_document() -> None:
    appendix = [
        centred(105, 20, "PHỤ LỤC"),
        centred(105, 26, "(Kèm theo Quyết định số 45/QĐ-UBND ngày 05 tháng 01 năm 2012)"),
        Print(30, 50, "1. Hộ bà Nguyễn Thị Hòa."),
    ]

    documents = describe([page(decision()), page(appendix)])

    assert [document.pages for document in documents] == [(1, 2)]


def test_an_enclosed_form_with_the_states_name_but_no_number_stays() -> None:
    form = [centred(105, 20, NATION.text), centred(105, 26, MOTTO.text), centred(105, 40, "TỜ KHAI")]

    documents = describe([page(letter()), page(form)])

    assert [document.pages for document in documents] == [(1, 2)]


def test_evidence_names_the_page_of_the_stack() -> None:
    last = [centred(105, 12, "2"), centred(150, 40, "CHỦ TỊCH"), centred(150, 70, "Đỗ Văn Tám")]
    first = [line for line in decision() if line.y < 120]

    documents = describe([page(decision()), page(first), page(last)])

    assert [document.pages for document in documents] == [(1,), (2, 3)]
    assert documents[1].fields["signer"].value == "Đỗ Văn Tám"
    assert [one.page for one in documents[1].fields["signer"].evidence] == [3]
    assert [one.page for one in documents[1].fields["code"].evidence] == [2]
