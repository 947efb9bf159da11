"""Many records changed at once at the desk: seen before, done, taken back; and what is refused."""

import re
from collections.abc import Iterator

import pytest

from api.app import create_app
from api.archive import doors
from tests.api.conftest import Enter, people_at, served
from tests.api.desk_stock import DeskStock, furnish
from tests.api.stock import Stock, copied


@pytest.fixture(scope="module")
def desk(mould: Stock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskStock]:
    """An archive with two documents to change."""
    made = furnish(copied(mould, tmp_path_factory.mktemp("many") / "home"), sure=2, doubtful=0)
    yield made
    made.stock.archive.close()


@pytest.fixture(scope="module")
def come(desk: DeskStock) -> Iterator[Enter]:
    """Let somebody sign in there."""
    with (
        served(create_app(doors(desk.stock.archive, desk.stock.settings))) as at,
        people_at(at) as let_in,
    ):
        yield let_in


class TestManyAtOnce:
    def test_are_seen_before_changed_and_taken_back(self, come: Enter, desk: DeskStock) -> None:
        lan = come("lan")
        chosen = {
            "of": "documents",
            "ids": f"{desk.sure[0]} {desk.sure[1]}",
            "field": "place",
            "value": "Hà Tu",
        }

        preview = lan.post("/bulk/preview", data=chosen).text
        marks = re.findall(r'name="marks" value="([^"]+)"', preview)[0].replace("&#34;", '"')
        done = lan.post("/bulk", data={**chosen, "marks": marks}, follow_redirects=True)
        undone = lan.post(f"{done.url.path}/undo", follow_redirects=True)

        assert "Sẽ sửa 2 trong 2 mục" in preview
        assert "đã sửa xong" in done.text
        assert "đã hoàn tác" in undone.text

    def test_of_a_kind_that_is_none_are_not_changed(self, come: Enter, desk: DeskStock) -> None:
        chosen = {"of": "dossiers", "ids": desk.dossier, "field": "type", "value": "Đất đai"}

        answer = come("lan").post("/bulk/preview", data=chosen)

        assert answer.status_code == 400
        assert "no kind of dossier" in answer.text

    def test_are_not_a_readers_to_change(self, come: Enter) -> None:
        assert come("minh").get("/bulk").status_code == 403
