"""What every search index promises (`index.search_index.SearchIndex`).

Subclass it, give it `make` (open the index in a folder), and it is tested.
"""

import os
import signal
import subprocess
import sys
import textwrap
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from catalog.access import NOBODY, Scope
from catalog.identifiers import BatchId, DocumentId, DossierId, FondsId, PageId, UnitId
from index.entry import DossierEntry, Kind, PageEntry, dossier_key, page_key
from index.query import parse
from index.search_index import DEEPEST, Found, IndexBusy, SearchIndex, TooDeep

HEALTH, LAND = UnitId("health"), UnitId("land")
ALL = Scope(actor="test", user=None, units=frozenset(), everywhere=True)
HEALTH_ONLY = Scope(actor="nurse", user=None, units=frozenset({HEALTH}))
LAND_ONLY = Scope(actor="surveyor", user=None, units=frozenset({LAND}))

PAGES = {
    "bán": "Hợp đồng bán nhà số 12 phố Huế",
    "bản": "Bản sao có chứng thực",
    "bàn": "Biên bản bàn giao mặt bằng",
    "nghean": "UBND tỉnh Nghệ An, huyện Quỳnh Lưu",
    "ở": "Giấy chứng nhận quyền sở hữu nhà ở",
    "yte": "Sở Y tế kính gửi các bệnh viện",
    "hoà": "Công ty TNHH Hoà Bình, uỷ quyền cho bà Thuý",
    "đặng": "Ông Đặng Văn Lý, sinh ngày 03/02/1954",
    "quyếtđịnh": "Số: 45/QĐ-UBND\nQuyết định về việc thu hồi đất",
    "hộiđồng": "Nghị quyết 145/2016/NQ-HĐND của Hội đồng",
    "đảng": "Quyết định số 123-QĐ/HU của Huyện ủy",
    "misread": "về việc kiêm toàn Ban chi đạo phòng chống lụt bão",
    "scattered": "Ban kiện toàn hồ sơ; phòng họp; đạo đức; chỉ tiêu; chống thấm",
    "khánh": "Người lập biểu Trần Quốc Khánh",
}


def page(identifier: str, text: str, **fields: object) -> PageEntry:
    entry = PageEntry(
        page=PageId(identifier),
        document=DocumentId(f"document-{identifier}"),
        dossier=DossierId("d1"),
        fonds=FondsId("SYT"),
        unit=HEALTH,
        batch=BatchId("b1"),
        name="scan.pdf",
        number=1,
        text=text,
        type="Quyết định",
        year=2017,
        readers=frozenset({HEALTH}),
        revision=1,
    )
    return replace(entry, **fields)  # type: ignore[arg-type]  # a test names fields by keyword


def dossier(identifier: str, title: str, **fields: object) -> DossierEntry:
    entry = DossierEntry(
        dossier=DossierId(identifier),
        fonds=FondsId("SYT"),
        unit=HEALTH,
        title=title,
        code="HS-01",
        place="Kho 2, giá 5, hộp 17",
        date_from=date(1987, 3, 1),
        date_to=date(1989, 12, 31),
        type="Hồ sơ vụ việc",
        year=1987,
        paper_only=True,
        readers=frozenset({HEALTH}),
        revision=1,
    )
    return replace(entry, **fields)  # type: ignore[arg-type]  # a test names fields by keyword


def names(found: Found) -> list[str]:
    return [str(hit.page or hit.dossier) for hit in found.hits]


def ask(index: SearchIndex, text: str, scope: Scope = ALL) -> list[str]:
    return names(index.search(parse(text), scope=scope))


class SearchIndexContract:
    """Subclass, give it `make`, and it is tested."""

    program: str  #: module and class as `index.tantivy_index:TantivyIndex`, for a process of its own

    @pytest.fixture
    def make(self) -> Callable[[Path], SearchIndex]:
        raise NotImplementedError

    @pytest.fixture
    def index(self, make: Callable[[Path], SearchIndex], tmp_path: Path) -> Iterator[SearchIndex]:
        index = make(tmp_path / "index")
        yield index
        index.close()

    @pytest.fixture
    def filled(self, index: SearchIndex) -> SearchIndex:
        index.apply([page(name, text) for name, text in PAGES.items()], [], 7)
        return index

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

    # --- filters, facets, scope ------------------------------------------------------------------------

    @pytest.fixture
    def mixed(self, index: SearchIndex) -> SearchIndex:
        land = frozenset({LAND})
        index.apply(
            [
                page("h1", "thu hồi đất", year=2015),
                page("h2", "thu hồi đất", year=2016, type="Công văn", batch=BatchId("b2")),
                page("l1", "thu hồi đất", unit=LAND, readers=land, fonds=FondsId("STNMT"), year=2017),
                page("l2", "đất đai", unit=LAND, readers=land | {HEALTH}, fonds=FondsId("STNMT"), year=None),
                page("secret", "thu hồi đất mậtmã", readers=frozenset(), unit=None, type=None),
                dossier("d1", "Hồ sơ thu hồi đất xã Quỳnh Hậu"),
                dossier(
                    "d2",
                    "Sổ địa chính",
                    readers=land,
                    unit=LAND,
                    fonds=FondsId("STNMT"),
                    code=None,
                    place=None,
                    date_from=None,
                    date_to=None,
                ),
            ],
            [],
            1,
        )
        return index

    @pytest.mark.parametrize(
        ("typed", "wanted"),
        [
            ("đất nam:2015", {"h1"}),
            ("đất năm:2016-2017", {"h2", "l1", "secret"}),
            ("đất year:2017-2016", {"h2", "l1", "secret"}),
            ("đất phong:STNMT", {"l1", "l2"}),
            ('đất loai:"Công văn"', {"h2"}),
            ("đất loại:cong-van", {"h2"}),
            ("đất lo:b2", {"h2"}),
            ("đất donvi:land", {"l1", "l2"}),
            ("kieu:hoso", {"d1", "d2"}),
            ("đất kieu:trang nam:2015", {"h1"}),
            ("phong:SYT phong:STNMT kiểu:hoso", {"d1", "d2"}),
        ],
    )
    def test_typed_filters_narrow(self, mixed: SearchIndex, typed: str, wanted: set[str]) -> None:
        assert set(ask(mixed, typed)) == wanted

    def test_filters_given_narrow_too(self, mixed: SearchIndex) -> None:
        query = parse("đất", unit={"land"}, fonds={"STNMT"}, year=(2017, 2017), kind=Kind.PAGE)

        assert names(mixed.search(query, scope=ALL)) == ["l1"]

    def test_without_words_everything_in_the_filter_is_found(self, mixed: SearchIndex) -> None:
        assert mixed.search(parse(""), scope=ALL).total == 7
        assert mixed.search(parse("", fonds={"STNMT"}), scope=ALL).total == 3

    def test_nobody_sees_nothing(self, mixed: SearchIndex) -> None:
        found = mixed.search(parse("đất"), scope=NOBODY)

        assert (found.total, found.hits) == (0, ())
        assert not any(found.facets.values())
        assert mixed.suggest("thu h", scope=NOBODY) == ()

    def test_units_see_what_they_may_read_and_no_more(self, mixed: SearchIndex) -> None:
        assert set(ask(mixed, "đất", HEALTH_ONLY)) == {"h1", "h2", "l2", "d1"}
        assert set(ask(mixed, "đất", LAND_ONLY)) == {"l1", "l2"}
        assert set(ask(mixed, "", LAND_ONLY)) == {"l1", "l2", "d2"}
        assert ask(mixed, "mậtmã", HEALTH_ONLY) == []

    def test_facets_count_what_the_scope_sees(self, mixed: SearchIndex) -> None:
        found = mixed.search(parse("đất"), scope=HEALTH_ONLY)

        assert dict(found.facets["fonds"]) == {"SYT": 3, "STNMT": 1}
        assert dict(found.facets["unit"]) == {"health": 3, "land": 1}
        assert dict(found.facets["kind"]) == {"page": 3, "dossier": 1}
        assert dict(found.facets["year"]) == {"2015": 1, "2016": 1, "1987": 1}
        assert dict(found.facets["type"]) == {"Quyết định": 2, "Công văn": 1, "Hồ sơ vụ việc": 1}
        assert dict(found.facets["batch"]) == {"b1": 2, "b2": 1}
        assert found.facets["fonds"][0] == ("SYT", 3)

    def test_totals_and_facets_hold_for_widened_questions(self, mixed: SearchIndex) -> None:
        found = mixed.search(parse("hồxx thu hồi đất"), scope=LAND_ONLY)

        assert found.total == len(found.hits) == sum(count for _, count in found.facets["kind"])

    def test_pages_of_hits_neither_overlap_nor_leave_gaps(self, index: SearchIndex) -> None:
        index.apply([page(f"p{n:02d}", "thu hồi đất " + "x " * (n % 7)) for n in range(45)], [], 1)
        query = parse("thu hoi dat")

        shown = [
            name
            for offset in range(0, 60, 10)
            for name in names(index.search(query, scope=ALL, offset=offset, limit=10))
        ]

        assert sorted(shown) == [f"p{n:02d}" for n in range(45)]
        with pytest.raises(TooDeep):
            index.search(query, scope=ALL, offset=DEEPEST, limit=1)

    # --- dossiers --------------------------------------------------------------------------------------

    @pytest.mark.parametrize("typed", ["quỳnh hậu", "HS-01", "hop 17", "kho 2", "1987", "01/03/1987"])
    def test_a_dossier_on_paper_is_found_by_title_code_place_and_dates(
        self, mixed: SearchIndex, typed: str
    ) -> None:
        found = mixed.search(parse(f"{typed} kieu:hoso"), scope=ALL)

        assert names(found)[0] == "d1"
        assert found.hits[0].paper_only
        assert found.hits[0].page is None
        assert found.hits[0].name == "Hồ sơ thu hồi đất xã Quỳnh Hậu"

    def test_a_hit_says_what_it_is(self, index: SearchIndex) -> None:
        index.apply([page("p", "Quyết định thu hồi đất", number=3, name="hồ sơ 5.pdf")], [], 1)

        (hit,) = index.search(parse("thu hoi"), scope=ALL).hits

        assert hit.key == "page:p"
        assert (hit.page, hit.document, hit.dossier, hit.fonds) == ("p", "document-p", "d1", "SYT")
        assert (hit.name, hit.number, hit.kind, hit.year) == ("hồ sơ 5.pdf", 3, Kind.PAGE, 2017)
        assert hit.snippet == (
            ("Quyết định ", False),
            ("thu", True),
            (" ", False),
            ("hồi", True),
            (" đất", False),
        )
        assert hit.score > 0

    def test_a_page_is_found_by_the_name_of_its_document(self, index: SearchIndex) -> None:
        index.apply([page("p", "trang trắng", name="Tờ trình 17-TTr.pdf")], [], 1)

        assert ask(index, "tờ trình 17") == ["p"]
        assert ask(index, '"trắng tờ"') == []

    # --- suggestions -----------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("typed", "offered"),
        [
            ("nghe", "nghệ"),
            ("Nghệ A", "nghệ an"),
            ("nghe a", "nghệ an"),
            ("huyen quynh l", "huyện quỳnh lưu"),
            ("xin chao nghe a", "xin chao nghệ an"),
            ("đặng v", "đặng văn"),
            ("dang van l", "đặng văn lý"),
        ],
    )
    def test_the_last_word_is_completed_with_its_marks(
        self, filled: SearchIndex, typed: str, offered: str
    ) -> None:
        assert offered in filled.suggest(typed, scope=ALL)

    def test_typed_marks_are_kept(self, filled: SearchIndex) -> None:
        assert filled.suggest("bán", scope=ALL) == ("bán",)
        assert set(filled.suggest("ban", scope=ALL)) == {"ban", "bán", "bản", "bàn", "bằng"}

    def test_the_most_frequent_word_comes_first(self, index: SearchIndex) -> None:
        index.apply([page(f"p{n}", "đất" if n else "đạt đất") for n in range(3)], [], 1)

        assert index.suggest("da", scope=ALL, limit=1) == ("đất",)

    def test_no_word_of_a_restricted_record_is_offered(self, mixed: SearchIndex) -> None:
        assert mixed.suggest("mat", scope=HEALTH_ONLY) == ()
        assert mixed.suggest("đất mậ", scope=HEALTH_ONLY) == ()
        assert mixed.suggest("so dia ch", scope=HEALTH_ONLY) == ()
        assert "sổ địa chính" in mixed.suggest("so dia ch", scope=LAND_ONLY)

    # --- changes ---------------------------------------------------------------------------------------

    def test_a_new_index_is_empty_and_stands_at_zero(self, index: SearchIndex) -> None:
        assert (index.cursor(), index.count(), list(index.keys())) == (0, 0, [])
        assert index.search(parse("đất"), scope=ALL).total == 0

    def test_what_was_applied_is_counted_and_listed(self, filled: SearchIndex) -> None:
        assert filled.cursor() == 7
        assert filled.count() == len(PAGES)
        assert list(filled.keys()) == sorted((page_key(PageId(name)), 1) for name in PAGES)

    def test_a_newer_revision_replaces_the_entry(self, filled: SearchIndex) -> None:
        filled.apply([page("bán", "văn bằng", revision=2)], [], 8)

        assert ask(filled, '"bán"') == []
        assert ask(filled, "văn bằng")[0] == "bán"
        assert filled.count() == len(PAGES)
        assert ("page:bán", 2) in list(filled.keys())

    def test_an_older_revision_is_dropped(self, filled: SearchIndex) -> None:
        filled.apply([page("bán", "mới", revision=5)], [], 8)
        filled.apply([page("bán", "cũ", revision=4)], [], 9)

        assert ask(filled, '"mới"') == ["bán"]
        assert ask(filled, '"cũ"') == []
        assert filled.cursor() == 9

    def test_of_one_key_twice_the_newest_counts(self, index: SearchIndex) -> None:
        index.apply(
            [page("p", "một", revision=2), page("p", "hai", revision=3), page("p", "ba", revision=1)], [], 1
        )

        assert ask(index, "hai") == ["p"]
        assert index.count() == 1

    def test_doing_it_again_changes_nothing(self, filled: SearchIndex) -> None:
        before = (list(filled.keys()), filled.search(parse("ban"), scope=ALL).total)

        filled.apply([page(name, text) for name, text in PAGES.items()], ["page:gone"], 7)

        assert (list(filled.keys()), filled.search(parse("ban"), scope=ALL).total) == before

    def test_a_removed_entry_is_gone(self, filled: SearchIndex) -> None:
        filled.apply([page("nghean", "Nghệ An", revision=9)], [page_key(PageId("nghean"))], 8)

        assert ask(filled, '"nghệ an"') == []
        assert filled.count() == len(PAGES) - 1
        assert "nghệ" not in filled.suggest("ngh", scope=ALL)
        assert "page:nghean" not in dict(filled.keys())

    def test_a_page_and_a_dossier_of_one_id_are_two_entries(self, index: SearchIndex) -> None:
        index.apply([page("x", "đất"), dossier("x", "đất")], [], 1)
        index.apply([], [dossier_key(DossierId("x"))], 2)

        assert list(index.keys()) == [("page:x", 1)]

    def test_the_cursor_never_goes_back(self, index: SearchIndex) -> None:
        index.apply([], [], 2**40)
        index.apply([], [], 5)

        assert index.cursor() == 2**40
        assert index.count() == 0

    def test_the_cursor_is_no_entry(self, index: SearchIndex) -> None:
        index.apply([page("p", "cursor")], [], 3)

        assert index.search(parse(""), scope=ALL).total == 1
        assert ask(index, "cursor") == ["p"]
        assert ask(index, "-đất") == ["p"]

    # --- processes -------------------------------------------------------------------------------------

    def test_it_is_all_there_when_opened_again(
        self, filled: SearchIndex, make: Callable[[Path], SearchIndex], tmp_path: Path
    ) -> None:
        filled.close()
        filled.close()

        again = make(tmp_path / "index")

        assert again.cursor() == 7
        assert ask(again, "nghe an") == ["nghean"]
        again.close()

    def test_a_reader_sees_what_a_writer_commits(
        self, filled: SearchIndex, make: Callable[[Path], SearchIndex], tmp_path: Path
    ) -> None:
        reader = make(tmp_path / "index")
        assert ask(reader, "vườn") == []

        filled.apply([page("new", "vườn cây")], [], 8)
        reader.refresh()

        assert ask(reader, "vườn") == ["new"]
        assert reader.cursor() == 8
        reader.close()

    def test_a_second_writer_is_told_that_the_index_is_busy(self, index: SearchIndex, tmp_path: Path) -> None:
        with _writing(self.program, tmp_path / "index"), pytest.raises(IndexBusy):
            for _ in range(2_000):
                index.apply([], [], 1)

    def test_killed_while_writing_it_loses_nothing_acknowledged(
        self, make: Callable[[Path], SearchIndex], tmp_path: Path
    ) -> None:
        folder = tmp_path / "index"
        make(folder).close()
        for wait in (0.05, 0.2, 0.45):
            with _writing(self.program, folder) as acknowledged:
                time.sleep(wait)
            index = make(folder)

            cursor = index.cursor()
            kept = dict(index.keys())
            assert cursor >= acknowledged()
            assert len(kept) == cursor * 3  # every commit whole, none torn
            assert index.search(parse("thu hoi dat"), scope=ALL).total == len(kept)

            index.apply([], [], cursor)
            index.close()


WRITER = """
    import sys
    from pathlib import Path
    from importlib import import_module
    from index.search_index import IndexBusy
    from tests.contracts.search_index import page
    module, name = sys.argv[1].split(":")
    index = getattr(import_module(module), name)(Path(sys.argv[2]), create=True)
    cursor = index.cursor()
    while True:
        cursor += 1
        entries = [page(f"p{cursor}-{n}", f"thu hồi đất số {cursor}") for n in range(3)]
        try:
            index.apply(entries, [], cursor)
        except IndexBusy:  # the test was faster; it must not win by ending its opponent
            cursor -= 1
            continue
        print(cursor, flush=True)
"""


class _writing:  # noqa: N801 - reads as a statement
    """A process that writes to the index until the block ends; then it is killed where it stands."""

    def __init__(self, program: str, folder: Path) -> None:
        self._command = [sys.executable, "-c", textwrap.dedent(WRITER), program, str(folder)]
        self._said = ""

    def __enter__(self) -> Callable[[], int]:
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        assert self._process.stdout is not None
        self._said = self._process.stdout.readline()
        assert self._said, "the writer did not start"
        return lambda: int(self._said.split()[-1])

    def __exit__(self, *error: object) -> None:
        self._process.send_signal(signal.SIGKILL)
        assert self._process.stdout is not None
        whole = self._process.stdout.read()
        self._process.stdout.close()
        self._process.wait()
        lines = (self._said + whole).split("\n")[:-1]  # a torn last line was not acknowledged
        self._said = lines[-1]
