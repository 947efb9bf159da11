"""What every search index promises of finding: Vietnamese, numbers, words together, what may be typed."""

import unicodedata

import pytest

from index.query import parse
from index.search_index import SearchIndex
from tests.contracts.search_records import ALL, PAGES, OnAnIndex, ask, names, page


class Finding(OnAnIndex):
    """Who finds what, and in which order."""

    # --- Vietnamese ------------------------------------------------------------------------------------

    def test_marks_as_typed_come_first_and_other_marks_after(self, filled: SearchIndex) -> None:
        found = ask(filled, "bán")

        assert found[0] == "bán"
        assert {"bản", "bàn"} <= set(found[1:])

    def test_without_marks_all_are_found(self, filled: SearchIndex) -> None:
        found = ask(filled, "ban")

        assert {"bán", "bản", "bàn"} <= set(found)

    @pytest.mark.parametrize(
        ("typed", "first"),
        [
            ("Nghệ An", "nghean"),
            ("nghe an", "nghean"),
            ("NGHỆ AN", "nghean"),
            ("nghệ an", "nghean"),
            ("Nghe An", "nghean"),
            ("nhà ở", "ở"),
            ("nha o", "ở"),
            ("y tế", "yte"),
            ("Y TE", "yte"),
            ("hòa bình", "hoà"),
            ("hoà bình", "hoà"),
            ("hoa binh", "hoà"),
            ("ủy quyền", "hoà"),
            ("uỷ quyền", "hoà"),
            ("bà Thúy", "hoà"),
            ("dang van ly", "đặng"),
            ("Đặng Văn Lí", "đặng"),
            ("Ðặng", "đặng"),  # with U+00D0
            ("dang van", "đặng"),
            ("đặng van lý", "đặng"),  # half with marks
        ],
    )
    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_a_page_is_found_however_it_is_typed(
        self, filled: SearchIndex, typed: str, first: str, form: str
    ) -> None:
        found = ask(filled, unicodedata.normalize("NFD" if form == "NFD" else "NFC", typed))

        assert found[0] == first

    def test_a_page_read_in_decomposed_letters_is_found(self, index: SearchIndex) -> None:
        index.apply([page("nfd", unicodedata.normalize("NFD", "Ủy ban nhân dân xã Hòa Đông"))], [], 1)

        assert ask(index, "ủy ban nhân dân") == ["nfd"]
        assert ask(index, "xa hoa dong") == ["nfd"]

    def test_one_letter_words_count(self, filled: SearchIndex) -> None:
        assert ask(filled, "ở")[0] == "ở"
        assert ask(filled, '"y tế"') == ["yte"]

    def test_half_typed_marks_narrow_the_order_word_by_word(self, index: SearchIndex) -> None:
        index.apply([page("sai", "hòa giai cơ sở"), page("đúng", "hoa giải cơ sở")], [], 1)

        assert ask(index, "hoa giải")[0] == "đúng"
        assert ask(index, "hòa giai")[0] == "sai"

    # --- numbers ---------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("typed", "wanted"),
        [
            ("45/QĐ-UBND", ["quyếtđịnh"]),
            ("45/qd-ubnd", ["quyếtđịnh"]),
            ("45", ["quyếtđịnh"]),
            ("QĐ-UBND", ["quyếtđịnh"]),
            ("45/QĐ–UBND", ["quyếtđịnh"]),
            ("145/2016/NQ-HĐND", ["hộiđồng"]),
            ("NQ-HĐND", ["hộiđồng"]),
            ("123-QĐ/HU", ["đảng"]),
            ("3/2/1954", ["đặng"]),
            ("03/02/1954", ["đặng"]),
            ("1954", ["đặng"]),
        ],
    )
    def test_a_number_is_found_whole_and_in_parts(
        self, filled: SearchIndex, typed: str, wanted: list[str]
    ) -> None:
        assert ask(filled, typed) == wanted

    def test_a_letter_doubled_by_the_reader_does_not_lose_a_number(self, index: SearchIndex) -> None:
        index.apply([page("one", "Số: 45/QĐÐ-UBND")], [], 1)

        assert ask(index, "45/QĐ-UBND") == ["one"]

    def test_another_number_is_no_near_miss(self, filled: SearchIndex) -> None:
        assert ask(filled, "46/QĐ-UBND") == []

    # --- words together --------------------------------------------------------------------------------

    def test_words_in_a_row_beat_words_near_beat_words_anywhere(self, index: SearchIndex) -> None:
        far = "sử " + "các hộ dân " * 20 + "đất " + "các hộ dân " * 20 + "dụng"
        index.apply(
            [
                page("far", far),
                page("near", "sử và dụng các loại đất"),
                page("row", "quyền sử dụng đất ở"),
                page("folded", "quyền su dung dat"),
            ],
            [],
            1,
        )

        assert ask(index, "sử dụng đất") == ["row", "folded", "near", "far"]

    def test_all_words_must_be_there_when_enough_pages_have_them(self, index: SearchIndex) -> None:
        index.apply([page(f"p{n}", "thu hồi đất nông nghiệp") for n in range(5)], [], 1)
        index.apply([page("half", "thu hồi công nợ")], [], 2)

        found = index.search(parse("thu hồi đất"), scope=ALL)

        assert found.total == 5
        assert not found.widened

    def test_a_misread_word_does_not_lose_the_page(self, filled: SearchIndex) -> None:
        found = filled.search(parse("kiện toàn ban chỉ đạo"), scope=ALL)

        assert names(found)[0] == "misread"  # before the page that has all the words, here and there
        assert found.widened

    def test_a_wrongly_remembered_word_does_not_lose_the_page(self, filled: SearchIndex) -> None:
        assert ask(filled, "người lập bảng trần quốc khánh")[0] == "khánh"

    def test_most_words_are_enough_when_nothing_else_is_found(self, filled: SearchIndex) -> None:
        assert ask(filled, "khánh quốc biểu xyzw lập")[0] == "khánh"

    # --- the language of queries -----------------------------------------------------------------------

    def test_quotes_ask_for_exactly_these_words_in_a_row(self, filled: SearchIndex) -> None:
        assert ask(filled, '"bàn giao mặt bằng"') == ["bàn"]
        assert ask(filled, '"ban giao mat bang"') == ["bàn"]
        assert ask(filled, '"giao bàn mặt bằng"') == []
        assert ask(filled, '"bán giao mặt bằng"') == []

    def test_a_quoted_word_is_meant_as_it_stands(self, filled: SearchIndex) -> None:
        assert ask(filled, '"bán"') == ["bán"]

    def test_minus_takes_pages_out(self, filled: SearchIndex) -> None:
        found = ask(filled, "ban -giao")

        assert "bàn" not in found
        assert "bản" in found

    def test_minus_with_marks_takes_only_these_marks_out(self, filled: SearchIndex) -> None:
        found = ask(filled, "ban -bán")

        assert "bán" not in found
        assert "bản" in found

    def test_minus_takes_phrases_out(self, filled: SearchIndex) -> None:
        found = ask(filled, 'ban -"bàn giao"')

        assert "bàn" not in found
        assert "bán" in found

    def test_a_dash_of_a_copied_text_is_no_minus(self, index: SearchIndex) -> None:
        index.apply(
            [page("motto", "Độc lập -Tự do -Hạnh phúc"), page("list", "-Thời gian họp: 8 giờ")], [], 1
        )
        index.apply([page("other", "gian họp và lập kế hoạch")], [], 2)

        assert ask(index, "Độc lập -Tự do") == ["motto"]
        assert ask(index, "-Thời gian họp: 8")[0] == "list"
        assert ask(index, "lập -do") == ["other"]
        assert ask(index, "gian họp và lập -thời") == ["other"]

    def test_only_minus_is_everything_else(self, filled: SearchIndex) -> None:
        found = filled.search(parse("-ban"), scope=ALL)

        assert found.total == len(PAGES) - 5

    @pytest.mark.parametrize(
        ("typed", "wanted"), [("nghi*", "hộiđồng"), ("quỳ*", "nghean"), ("qu* lu*", "nghean")]
    )
    def test_a_star_stands_for_the_rest_of_a_word(self, filled: SearchIndex, typed: str, wanted: str) -> None:
        assert wanted in ask(filled, typed)

    def test_a_star_after_marks_puts_those_marks_first(self, index: SearchIndex) -> None:
        index.apply([page("a", "bạnh vè"), page("b", "bánh chưng"), page("c", "bành trướng")], [], 1)

        assert ask(index, "bán*")[0] == "b"

    @pytest.mark.parametrize("typed", ["khxnh", "khnh", "khhanh", "khanhh"])
    def test_one_wrong_letter_is_overlooked(self, filled: SearchIndex, typed: str) -> None:
        found = filled.search(parse(typed), scope=ALL)

        assert "khánh" in names(found)
        assert found.widened

    def test_other_marks_than_those_typed_are_told(self, filled: SearchIndex) -> None:
        other, same, bare = (filled.search(parse(typed), scope=ALL) for typed in ("bặn", "bán", "ban"))

        assert (other.other_marks, same.other_marks, bare.other_marks) == (True, False, False)
        assert other.as_asked == other.total > 0

    def test_in_short_words_and_numbers_no_letter_is_overlooked(self, filled: SearchIndex) -> None:
        assert ask(filled, "bxn") == []
        assert ask(filled, "1955") == []

    @pytest.mark.parametrize(
        "typed",
        [
            "", " ", '"', '""', "-", "--", "*", "**", "a*", "-*", '-"', "()", "AND OR NOT", "[1 TO 2]", "a:b",
            "nam:", "nam:x", ":", "^~", "\\", "\x00", "/.*/", "loai:", "'", "\u0301", "🙂", '"a', 'a"b"c',
            "x" * 10_000, "từ " * 500, "+", "nam:2017-", "45/", "/45", "-45/QĐ", "kieu:x", "%", "{}",
            "a&&b||c!", "\n\t", "nam:9999-99999", "abc" * 40 + "*", "45/QĐ*", "nam:0000-9999",
        ],
    )  # fmt: skip
    def test_nothing_typed_is_an_error(self, filled: SearchIndex, typed: str) -> None:
        filled.search(parse(typed), scope=ALL)
        filled.suggest(typed, scope=ALL)
