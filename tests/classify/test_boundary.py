"""Where records begin in a stack: by separator sheets, first pages, page numbers; with reasons."""

import random

import pytest

from bench.boundaries import true_reading
from catalog.reading import Line, Reading, Word
from classify.boundary import StackPage, Suggestion, suggest
from samples.stack import make_stack

WIDTH, HEIGHT = 1654, 2339


def page(*lines: tuple[float, float, str], rotation: int = 0, flags: tuple[str, ...] = ()) -> StackPage:
    """Return an A4 page with lines at (across, down) of the upright page, as shares."""
    made = []
    for across, down, text in lines:
        x, y = across * WIDTH, down * HEIGHT
        match rotation:
            case 180:
                x, y = WIDTH - x, HEIGHT - y
            case 90:
                x, y = down * WIDTH, (1 - across) * HEIGHT
            case 270:
                x, y = (1 - down) * WIDTH, across * HEIGHT
        box = (int(x) - 40, int(y) - 10, int(x) + 40, int(y) + 10)
        made.append(Line(tuple(Word(word, box, 0.9, True) for word in text.split()), box))
    return StackPage(Reading(tuple(made), WIDTH, HEIGHT, 200, rotation, 0.0, {}), flags)


NATION = (0.7, 0.08, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
NUMBER = (0.25, 0.14, "Số: 12/QĐ-UBND")
DATE = (0.7, 0.14, "Tân Hòa, ngày 5 tháng 3 năm 2001")
BODY = (0.5, 0.5, "Điều 1. Phê duyệt kế hoạch")
FIRST = page(NATION, NUMBER, DATE, BODY)
NEXT = page(BODY)
BLANK = StackPage(None, blank=True)


def separator(kind: str, name: str = "") -> StackPage:
    names = (f"names:{kind}:{name}",) if name else ()
    return StackPage(None, (f"separator:{kind}", *names), blank=True)


def starts(*pages: StackPage) -> dict[int, str]:
    return {found.before: found.kind for found in suggest(pages)}


def reasons(found: Suggestion) -> list[str]:
    return [reason.slug for reason in found.reasons]


def test_an_empty_stack_and_one_of_blanks_hold_nothing() -> None:
    assert suggest([]) == ()
    assert suggest([BLANK, BLANK]) == ()


def test_the_first_page_with_writing_always_begins_something() -> None:
    assert starts(BLANK, NEXT, NEXT) == {2: "document"}


def test_what_follows_a_separator_begins_what_the_sheet_says() -> None:
    found = starts(FIRST, separator("document"), NEXT, separator("dossier"), NEXT, separator("box"), NEXT)

    assert found == {1: "document", 3: "document", 5: "dossier", 7: "box"}


def test_the_blank_back_of_a_separator_belongs_to_it() -> None:
    assert starts(NEXT, separator("document"), BLANK, NEXT) == {1: "document", 4: "document"}


def test_of_several_separators_the_largest_counts() -> None:
    found = suggest([NEXT, separator("box", "a" * 32), separator("dossier"), separator("document"), NEXT])

    assert (found[1].before, found[1].kind, found[1].names) == (5, "box", "a" * 32)


def test_a_separator_at_the_very_end_begins_nothing() -> None:
    assert starts(FIRST, separator("document")) == {1: "document"}


def test_the_head_of_a_record_is_found_with_its_evidence() -> None:
    found = suggest([FIRST, NEXT, FIRST])[1]

    assert (found.before, reasons(found)) == (3, ["first-page"])
    assert found.confidence >= 0.9
    assert {place.page for place in found.reasons[0].evidence} == {3}


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_on_its_side_has_its_head_where_it_is_upright(rotation: int) -> None:
    assert starts(FIRST, NEXT, page(NATION, NUMBER, DATE, rotation=rotation)) == {
        1: "document",
        3: "document",
    }


def test_a_misread_head_is_still_one() -> None:
    blurred = page((0.7, 0.08, "CÔNG HOA XÂ HÔI CHU NGHIA VIÊT NAM"), (0.3, 0.14, "Sô: 12/QÐ-UBND"))

    assert starts(FIRST, NEXT, blurred) == {1: "document", 3: "document"}


def test_words_about_the_nation_in_the_text_are_no_head() -> None:
    prose = page((0.5, 0.6, "Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam"))

    assert starts(FIRST, prose) == {1: "document"}


def test_an_annex_that_repeats_number_and_date_goes_on() -> None:
    annex = page((0.5, 0.08, "PHỤ LỤC"), (0.5, 0.12, "Kèm theo Quyết định số: 12/QĐ-UBND"), DATE)

    assert starts(FIRST, annex) == {1: "document"}


def test_a_later_page_with_a_head_goes_on() -> None:
    second = page((0.5, 0.04, "2"), NATION, NUMBER, DATE)

    assert starts(FIRST, second) == {1: "document"}


def test_numbers_that_begin_again_are_a_reason() -> None:
    def numbered(text: str) -> StackPage:
        return page((0.5, 0.96, text), BODY)

    found = suggest(
        [numbered("Trang 1/2"), numbered("Trang 2/2"), numbered("Trang 1/3"), numbered("Trang 2/3")]
    )

    assert [(each.before, reasons(each)) for each in found][1:] == [(3, ["numbering"])]


def test_a_page_without_a_number_between_3_and_2_begins() -> None:
    def top(text: str) -> StackPage:
        return page((0.5, 0.04, text), BODY)

    assert starts(NEXT, top("2"), top("- 3 -"), NEXT, top("2")) == {1: "document", 4: "document"}


def test_the_end_of_a_record_and_a_blank_suggest_the_next() -> None:
    last = page(BODY, (0.2, 0.8, "Nơi nhận:"), (0.2, 0.83, "- Như Điều 3;"))

    with_blank, without = suggest([FIRST, last, BLANK, NEXT]), suggest([FIRST, last, NEXT])

    assert [(each.before, reasons(each)) for each in with_blank][1:] == [(4, ["blank"])]
    assert [each.before for each in without] == [1]


@pytest.mark.parametrize("seed", range(300, 302))
def test_stacks_with_separators_are_cut_where_the_sheets_lie(seed: int) -> None:
    sheets = list(make_stack(seed, cls="bilevel200"))
    stack = [
        StackPage(
            None if one.separator or one.page.truth.blank else true_reading(one.page, noise=0.03,
                                                                              rng=random.Random(seed)),
            (f"separator:{one.separator}",) if one.separator else (),
            bool(one.separator or one.page.truth.blank),
        )
        for one in sheets
    ]  # fmt: skip

    found = {each.before: each.kind for each in suggest(stack)}

    assert list(found) == [place for place, one in enumerate(sheets, 1) if one.starts]
    assert list(found.values())[1:] == [one.starts for one in sheets if one.starts][1:]


def test_two_stacks_scanned_with_our_own_sheets_are_cut_rightly() -> None:
    from bench.boundaries import score

    found = score(400, 2, separators=True, noise=0.02)

    assert (found["right"], found["wrong"]) == (2, 0)
