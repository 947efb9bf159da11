"""What every search index promises of finding by key: own number, people, parcels, type and year."""

import pytest

from catalog.identifiers import DocumentId
from index.entry import PageEntry
from index.query import parse
from index.search_index import SearchIndex
from tests.contracts.search_records import ALL, HEALTH_ONLY, LAND, OnAnIndex, ask, dossier, names, page

AN, BAN = "Nguyễn Văn An", "Nguyễn Văn Bản"


def own(identifier: str, text: str, number: int = 1, **fields: object) -> PageEntry:
    """Return a page of the decision 45/QĐ-UBND."""
    known: dict[str, object] = {
        "document": DocumentId("decision"),
        "number": number,
        "title": "Quyết định 45/QĐ-UBND: thu hồi đất",
        "code": "45/QĐ-UBND",
        "signer": "Trần Thị Lý",
        "people": (AN, BAN),
        "parcels": (("12", "5"), ("9", "4")),
        "keys": ("BA 123456",),
    }
    return page(identifier, text, **(known | fields))


class FindingByKey(OnAnIndex):
    """Who is found by number, person and parcel, and what else is not."""

    @pytest.fixture
    def keyed(self, index: SearchIndex) -> SearchIndex:
        mention = "Căn cứ Quyết định số 45/QĐ-UBND, sửa đổi Quyết định 45/QĐ-UBND, theo 45/QĐ-UBND"
        index.apply(
            [
                page("mention", mention),
                own("own", "số 4S/QD-UBND thu hồi đất của các hộ dân"),
                own("second", "Điều 2. Giao phòng Tài nguyên", 2),
                page("other", "Công văn", code="450/QĐ-UBND", people=("Nguyễn Văn", "An Thị Bản")),
                page("form", "Tờ khai viết tay", code="7/TK", people=("Nguyễn Văn Bàn",), year=1998),
                dossier("d9", "Hồ sơ đất", people=("Lê Thị Hồng",), parcels=(("77", "3"),)),
            ],
            [],
            1,
        )
        return index

    def test_the_document_whose_own_number_it_is_comes_before_those_that_mention_it(
        self, keyed: SearchIndex
    ) -> None:
        assert ask(keyed, "45/QĐ-UBND") == ["own", "mention"]
        assert ask(keyed, "45/qd-ubnd") == ["own", "mention"]
        assert ask(keyed, "Số:45/QĐ-UBND")[0] == "own"

    def test_also_when_more_is_asked_for(self, keyed: SearchIndex) -> None:
        assert ask(keyed, "45/QĐ-UBND thu hồi đất")[0] == "own"

    @pytest.mark.parametrize("typed", ["so:45/QĐ-UBND", "so:45/qd-ubnd", "so:045/QĐ-UBND", "so:45", "SO:45"])
    def test_by_number_only_the_document_itself_is_found(self, keyed: SearchIndex, typed: str) -> None:
        assert set(ask(keyed, typed)) == {"own", "second"}

    def test_by_notation_all_of_that_notation_are_found(self, keyed: SearchIndex) -> None:
        assert set(ask(keyed, "so:QĐ-UBND")) == {"own", "second", "other"}

    def test_by_number_and_words_the_page_of_that_document_is_found(self, keyed: SearchIndex) -> None:
        assert ask(keyed, "so:45/QĐ-UBND tài nguyên") == ["second"]

    def test_an_unknown_number_finds_nothing(self, keyed: SearchIndex) -> None:
        assert ask(keyed, "so:46/QĐ-UBND") == []

    @pytest.mark.parametrize(
        "typed", ['nguoi:"Nguyễn Văn An"', 'người:"nguyen van an"', 'NGUOI:"NGUYỄN VĂN AN"']
    )
    def test_a_person_is_found_with_and_without_marks(self, keyed: SearchIndex, typed: str) -> None:
        assert set(ask(keyed, typed)) == {"own", "second"}

    def test_no_name_runs_from_one_person_into_the_next(self, keyed: SearchIndex) -> None:
        assert ask(keyed, 'nguoi:"Văn An Thị"') == []

    def test_the_name_as_typed_comes_before_other_marks(self, keyed: SearchIndex) -> None:
        assert ask(keyed, 'nguoi:"Nguyễn Văn Bàn"')[0] == "form"
        assert set(ask(keyed, 'nguoi:"Nguyễn Văn Bản"')[:2]) == {"own", "second"}

    def test_the_signer_is_a_person_too(self, keyed: SearchIndex) -> None:
        assert set(ask(keyed, 'nguoi:"trần thị lí"')) == {"own", "second"}

    def test_a_person_of_a_dossier_on_paper_is_found(self, keyed: SearchIndex) -> None:
        assert ask(keyed, 'nguoi:"le thi hong"') == ["d9"]
        assert ask(keyed, "Lê Thị Hồng")[0] == "d9"

    @pytest.mark.parametrize(
        ("typed", "wanted"),
        [
            ("thua:12", {"own", "second"}),
            ("thua:12 to:5", {"own", "second"}),
            ("thửa:012 tờ:05", {"own", "second"}),
            ("thua:12 to:4", set()),
            ("thua:9 to:4", {"own", "second"}),
            ("to:5", {"own", "second"}),
            ("thua:77 to:3", {"d9"}),
            ("thua:1", set()),
        ],
    )
    def test_a_parcel_is_found_on_its_own_map_sheet(
        self, keyed: SearchIndex, typed: str, wanted: set[str]
    ) -> None:
        assert set(ask(keyed, typed)) == wanted

    def test_what_is_known_is_found_on_the_first_page_by_plain_words(self, keyed: SearchIndex) -> None:
        assert ask(keyed, "BA 123456") == ["own"]
        assert ask(keyed, "quyết định thu hồi đất")[0] == "own"

    def test_a_hit_says_what_its_document_is(self, keyed: SearchIndex) -> None:
        hit = keyed.search(parse("so:45/QĐ-UBND"), scope=ALL).hits[0]

        assert hit.title == "Quyết định 45/QĐ-UBND: thu hồi đất"

    def test_type_and_year_narrow_and_are_counted(self, keyed: SearchIndex) -> None:
        found = keyed.search(parse('nguoi:"nguyen van ban" nam:1998'), scope=ALL)
        both = keyed.search(parse('nguoi:"nguyen van ban"'), scope=ALL)

        assert names(found) == ["form"]
        assert dict(both.facets["year"]) == {"2017": 2, "1998": 1}
        assert dict(both.facets["type"]) == {"Quyết định": 3}

    def test_a_key_opens_nothing_to_those_who_may_not_see(self, index: SearchIndex) -> None:
        index.apply([own("land", "thu hồi đất", readers=frozenset({LAND}))], [], 1)

        for typed in ("so:45/QĐ-UBND", 'nguoi:"nguyen van an"', "thua:12 to:5", "45/QĐ-UBND"):
            assert names(index.search(parse(typed), scope=HEALTH_ONLY)) == []

    @pytest.mark.parametrize(
        "typed",
        ["so:", 'nguoi:""', "thua:", "to:/", "so:.", "thua:a b", "so:45/QĐ UBND", "to:-", 'nguoi:"-"'],
    )
    def test_a_key_without_a_value_is_no_error(self, keyed: SearchIndex, typed: str) -> None:
        keyed.search(parse(typed), scope=ALL)
