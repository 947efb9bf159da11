"""An archive behind the doors, served as it is in an office, and people who come to them."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.archive import doors
from tests.api.stock import PASSWORD, Stock, copied, make

Enter = Callable[[str], httpx.Client]


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    """An archive with a few records; not to be changed."""
    made = make(tmp_path_factory.mktemp("stock"))
    yield made
    made.archive.close()


@pytest.fixture(scope="session")
def app(stock: Stock) -> FastAPI:
    """The doors of that archive."""
    return create_app(doors(stock.archive, stock.settings))


@pytest.fixture(scope="session")
def address(app: FastAPI) -> Iterator[str]:
    """Where that archive is served."""
    with served(app) as where:
        yield where


@pytest.fixture(scope="session")
def mould(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    """An archive with people and nothing else, to be copied."""
    made = make(tmp_path_factory.mktemp("mould") / "home", stocked=False)
    made.archive.close()
    return made


@pytest.fixture
def empty(mould: Stock, tmp_path: Path) -> Iterator[Stock]:
    """An archive with people and nothing else; may be changed."""
    made = copied(mould, tmp_path / "home")
    yield made
    made.archive.close()


@pytest.fixture
def empty_app(empty: Stock) -> FastAPI:
    """The doors of that archive."""
    return create_app(doors(empty.archive, empty.settings))


@pytest.fixture
def empty_address(empty_app: FastAPI) -> Iterator[str]:
    """Where that archive is served."""
    with served(empty_app) as where:
        yield where


@pytest.fixture
def enter(address: str) -> Iterator[Enter]:
    """Let somebody sign in at the doors of the stocked archive."""
    with people_at(address) as let_in:
        yield let_in


@pytest.fixture
def enter_empty(empty_address: str) -> Iterator[Enter]:
    """Let somebody sign in at the doors of the empty archive."""
    with people_at(empty_address) as let_in:
        yield let_in


@pytest.fixture
def stranger(address: str) -> Iterator[httpx.Client]:
    """Somebody who did not sign in."""
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve `app` on a free port while the block runs."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="error", server_header=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@contextmanager
def people_at(address: str) -> Iterator[Enter]:
    """Let people sign in at `address`; each gets a browser of their own, closed at the end."""
    clients: list[httpx.Client] = []

    def let_in(name: str) -> httpx.Client:
        client = httpx.Client(base_url=address, timeout=60)
        clients.append(client)
        sign_in(client, name)
        return client

    yield let_in
    for client in clients:
        client.close()


def sign_in(client: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    """Sign in as a browser does, and have the session's token sent along from now on."""
    token = csrf_of(client.get("/sign-in").text)
    answer = client.post("/sign-in", data={"name": name, "password": password, "csrf": token})
    assert answer.status_code == 303, answer.text
    page = client.get("/", follow_redirects=True)
    client.headers["X-CSRF"] = csrf_of(page.text)
    return answer


def csrf_of(html: str) -> str:
    """Return the token that a page gives to its forms."""
    found = re.search(r'name="csrf" (?:content|value)="([^"]+)"', html)
    assert found is not None
    return found[1]
