"""The line to another installation: one question, one answer, and what to make of an answer that is none."""

import http.client
import json
import ssl
import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from luutru.errors import BackendError, Conflict, InvalidInput

SECONDS = 120.0  #: for one answer
IDLE = 3.0  #: seconds after which it dials anew: a receiver hangs up when nobody asks for 5
MOST_ANSWER = 64 << 20
_NOT_NOW = frozenset({502, 503, 504})
"""What a gateway says while nobody is behind it, and the receiver while its database or store is away."""
_FULL = 507
"""There is no room on its disk: asking again makes none."""


class LineBroken(BackendError):
    """The line to the receiver broke, or nobody answers; what came through is kept there."""

    slug = "line-broken"


class PeerFails(LineBroken):
    """The receiver answers that something broke in it: once may be chance."""

    slug = "peer-fails"


class PeerRefused(Conflict):
    """The receiver said no; its reason follows."""

    slug = "peer-refused"

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(f"the receiver said no ({slug}): {detail}")
        self.their_slug = slug


class PeerAddress(InvalidInput):
    """An address that a handover is not sent to."""

    slug = "peer-address"


class Line(Protocol):
    """Carries one request to the receiver and its answer back."""

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the answer.

        Raises:
            LineBroken: the line broke; it may be asked again.
            PeerFails: the receiver broke over it.
            PeerRefused: the receiver said no.
        """
        ...


class HttpLine:
    """The line to another installation's `/api/v1`; plain HTTP within one machine alone.

    Raises:
        PeerAddress: another scheme, or plain HTTP to another machine.
    """

    def __init__(self, address: str, token: str, *, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(address)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if (
            parts.scheme not in ("https", "http")
            or not parts.hostname
            or (parts.scheme == "http" and not local)
        ):
            raise PeerAddress("send to https://…; records do not go over an open line")
        if parts.username or parts.query or parts.fragment:
            raise PeerAddress("an address is a scheme, a host and a path; the token goes apart")
        self._host, self._port = parts.hostname, parts.port
        self._secure = parts.scheme == "https"
        self._base = parts.path.rstrip("/") + "/api/v1"
        self._token = token
        self._context = context
        self._open: http.client.HTTPConnection | None = None
        self._used = 0.0

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the answer; see `Line`."""
        told = {"Authorization": f"Bearer {self._token}", "Content-Length": str(len(body)), **(headers or {})}
        try:
            connection = self._connection()
            connection.request(method, self._base + path, body=body, headers=told)
            answer = connection.getresponse()
            data = answer.read(MOST_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise LineBroken(f"the line to {self._host} broke: {type(error).__name__}") from error
        self._used = time.monotonic()
        if answer.status in _NOT_NOW:
            raise LineBroken(f"{self._host} answers {answer.status}")
        if answer.status >= 500 and answer.status != _FULL:
            raise PeerFails(f"{self._host} answers {answer.status}")
        try:
            found = json.loads(data)
            if not isinstance(found, dict) or len(data) > MOST_ANSWER:
                raise ValueError("no object")
        except ValueError as error:
            raise PeerRefused("answer-not-understood", f"{answer.status} from {self._host}") from error
        if answer.status >= 400:
            raise PeerRefused(str(found.get("slug", answer.status)), str(found.get("detail", "")))
        return found

    def close(self) -> None:
        """Hang up; the next question dials again."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _connection(self) -> http.client.HTTPConnection:
        if time.monotonic() - self._used > IDLE:
            self.close()
        if self._open is None:
            if self._secure:
                context = self._context or ssl.create_default_context()
                self._open = http.client.HTTPSConnection(
                    self._host, self._port, timeout=SECONDS, context=context
                )
            else:
                self._open = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS)
        return self._open
