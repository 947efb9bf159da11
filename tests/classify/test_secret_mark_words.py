"""Words on their own are a mark; words in a sentence are not."""

from dataclasses import replace

from catalog.reading import Line, Reading, Word
from classify.secret_mark_words import groups, marks


def line(text: str, y: int, *, x: int = 100, tall: int = 40, gap: int = 12) -> Line:
    """Return a line whose words are 20 pixels a letter; "  " is a wide blank."""
    words = []
    for piece in text.split(" "):
        if not piece:
            x += 4 * tall
            continue
        words.append(Word(piece, (x, y, x + 20 * len(piece), y + tall), 0.99, True))
        x += 20 * len(piece) + gap
    return Line(tuple(words), (words[0].box[0], y, words[-1].box[2], y + tall))


def reading(*lines: Line) -> Reading:
    return Reading(lines, 1654, 2339, 200, 0, 0.0, {})


def found(*lines: Line) -> list[str]:
    return [group.text for group, _ in marks(reading(*lines))]


def test_a_mark_on_a_line_of_its_own_is_found() -> None:
    assert found(line("Số: 12/UBND", 300), line("TỐI MẬT", 400)) == ["TỐI MẬT"]


def test_a_mark_beside_other_words_is_found_where_a_wide_blank_stands() -> None:
    assert found(line("MẬT  Độc lập - Tự do - Hạnh phúc", 200)) == ["MẬT"]


def test_the_word_in_a_title_is_no_mark() -> None:
    assert found(line("QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC", 500)) == []


def test_the_end_of_a_sentence_that_stands_alone_is_no_mark() -> None:
    assert found(line("VỀ VIỆC GIỮ GÌN BÍ", 500), line("MẬT", 545)) == []


def test_small_letters_are_no_mark() -> None:
    assert found(line("tối mật", 400)) == []


def test_letters_set_apart_are_one_group() -> None:
    [group] = groups(line("M Ậ T", 400, gap=70))

    assert group.text == "M Ậ T"


def test_a_mark_that_has_grown_together_with_print_is_found() -> None:
    assert found(line("PHÒNG TÀINGUYÊNTUVETMAT", 300)) == ["PHÒNG TÀINGUYÊNTUVETMAT"]
    assert found(line("ĐỘTUYỆTMẬT", 300)) == []


def test_the_line_above_is_found_though_another_was_read_in_between() -> None:
    heading = line("ĐỘ TUYỆT MẬT, TỐI MẬT VÀ", 500)
    beside = line("Điện Biên, ngày 3 tháng 4", 520, x=1100)

    assert found(heading, beside, line("MẬT", 545)) == []
    assert found(heading, beside, line("MẬT", 545, x=1100)) == ["MẬT"]


def test_the_line_above_is_found_on_a_page_that_lies_upside_down() -> None:
    heading, rest = line("ĐỘ TUYỆT MẬT, TỐI MẬT VÀ", 590), line("MẬT", 500)
    upright = reading(heading, rest)

    assert list(marks(replace(upright, rotation=180))) == []
    assert [group.text for group, _ in marks(upright)] == ["MẬT"]


def test_the_second_half_of_a_mark_is_found_whose_first_has_grown_together_with_print() -> None:
    whole = line("PHÒNG TÀI NGUYÊNUYỆT MẬT", 300)
    words = [*whole.words[:2], Word("NGUYÊNUYỆT", whole.words[2].box, 0.45, False), whole.words[3]]
    print_ = [*words[:2], Word("NGUYÊNUYỆT", whole.words[2].box, 0.99, True), words[3]]

    assert found(Line(tuple(words), whole.box)) == ["PHÒNG TÀI NGUYÊNUYỆT MẬT"]
    assert found(Line(tuple(print_), whole.box)) == []
