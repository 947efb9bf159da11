"""The desk for checking, served over an archive with documents that wait; for the tests that look at it."""

import re
from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from api.archive import doors
from catalog.identifiers import DocumentId
from tests.api.conftest import Enter, people_at, served
from tests.api.desk_stock import DeskStock, furnish
from tests.api.stock import Stock, copied


@pytest.fixture(scope="module")
def desk(mould: Stock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskStock]:
    """An archive with documents that wait; each test takes its own."""
    made = furnish(copied(mould, tmp_path_factory.mktemp("desk") / "home"), sure=3, doubtful=8)
    yield made
    made.stock.archive.close()


@pytest.fixture(scope="module")
def at(desk: DeskStock) -> Iterator[str]:
    """Where it is served."""
    with served(create_app(doors(desk.stock.archive, desk.stock.settings))) as where:
        yield where


@pytest.fixture(scope="module")
def come(at: str) -> Iterator[Enter]:
    """Let somebody sign in there; once for all tests of the module."""
    with people_at(at) as let_in:
        known: dict[str, httpx.Client] = {}

        def enter(name: str) -> httpx.Client:
            if name not in known:
                known[name] = let_in(name)
            return known[name]

        yield enter


def base_of(client: httpx.Client, document: DocumentId) -> str:
    found = re.search(r'name="base" value="(\d+)"', client.get(f"/check/{document}").text)
    assert found is not None
    return found[1]


def seen_of(client: httpx.Client, document: DocumentId) -> dict[str, str]:
    """Return what a form says of what the person saw."""
    page = client.get(f"/check/{document}").text
    return dict(re.findall(r'name="(base|arrangement)" value="(\d+)"', page))
