"""What to make of an answer: nobody there, broken, full, or no."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from api import problems
from handover.line import HttpLine, LineBroken, PeerFails, PeerRefused
from handover.receiving_room import RoomFull


class Says(BaseHTTPRequestHandler):
    """Answers with the status that the path ends with."""

    def do_GET(self) -> None:
        """Answer."""
        body = b'{"slug": "x", "detail": ""}'
        self.send_response(int(self.path.rpartition("/")[2]))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def line() -> Iterator[HttpLine]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Says)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    dialled = HttpLine(f"http://127.0.0.1:{server.server_port}", "token")
    yield dialled
    dialled.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (502, LineBroken),
        (503, LineBroken),
        (504, LineBroken),
        (500, PeerFails),
        (501, PeerFails),
        (507, PeerRefused),
        (409, PeerRefused),
    ],
)
def test_an_answer_is_taken_for_what_it_is(line: HttpLine, status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind) as told:
        line.ask("GET", f"/{status}")

    assert type(told.value) is kind


def test_a_full_room_is_said_so_that_nobody_tries_again_at_once() -> None:
    assert problems.status(RoomFull) == 507
