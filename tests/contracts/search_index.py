"""What every search index promises (`index.search_index.SearchIndex`).

Subclass it, give it `make` (open the index in a folder), and it is tested.
"""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.access import NOBODY
from catalog.identifiers import BatchId, DossierId, FondsId, PageId
from index.entry import Kind, dossier_key, page_key
from index.query import parse
from index.search_index import DEEPEST, IndexBusy, SearchIndex, TooDeep
from tests.contracts.search_finding import Finding
from tests.contracts.search_keys import FindingByKey
from tests.contracts.search_records import (
    ALL,
    HEALTH,
    HEALTH_ONLY,
    LAND,
    LAND_ONLY,
    PAGES,
    ask,
    dossier,
    names,
    page,
)


class SearchIndexContract(Finding, FindingByKey):
    """Everything: finding, narrowing, scope, suggestions, changes, several processes."""

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
    from tests.contracts.search_records import page
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
