"""Records for the search index's contract, and the index that each of its tests starts with."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from catalog.access import Scope
from catalog.identifiers import BatchId, DocumentId, DossierId, FondsId, PageId, UnitId
from index.entry import DossierEntry, PageEntry
from index.query import parse
from index.search_index import Found, SearchIndex

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


class OnAnIndex:
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
