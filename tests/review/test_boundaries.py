"""Boundaries of a stack as suggestions: the page, the sheet to set apart, the reason."""

from catalog.identifiers import PageId
from catalog.reading import Line, Reading, Word
from review.boundaries import Found, look_for, suggestions

EMPTY = Reading((), 1654, 2339, 200, 0, 0.0, {})


def written(*words: str, down: int = 1000) -> Reading:
    lines = tuple(
        Line(
            (Word(text, (700, down + 40 * at, 900, down + 40 * at + 30), 0.9, True),), (700, down, 900, down)
        )
        for at, text in enumerate(words)
    )
    return Reading(lines, 1654, 2339, 200, 0, 0.0, {})


TEXT = written("Điều")


def test_a_separator_is_the_sheet_to_set_apart() -> None:
    found = look_for([TEXT, EMPTY, TEXT], [(), ("separator:document",), ()])

    assert found == [Found(3, 2, "separator", 0.99)]


def test_the_blank_back_of_a_separator_does_not_hide_it() -> None:
    found = look_for([TEXT, EMPTY, EMPTY, TEXT], [(), ("separator:dossier",), (), ()])

    assert found == [Found(4, 2, "separator", 0.99)]


def test_a_document_of_one_record_has_no_boundary() -> None:
    assert look_for([TEXT, TEXT, EMPTY], []) == []


def test_suggestions_name_the_pages_of_the_stack() -> None:
    pages = [PageId("a"), PageId("b"), PageId("c")]

    (said,) = suggestions([Found(3, 2, "separator", 0.99)], pages)

    assert (said.page, said.sheet, said.reason) == ("c", "b", "separator")
