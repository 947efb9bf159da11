"""Time stamps (RFC 3161): somebody else's word that bytes were there at a moment, asked for over HTTP."""

import asyncio
import hashlib
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, handle_tsp_response

from luutru.errors import BackendError, InvalidInput

LARGEST = 64 * 1024
"""Bytes of an answer; one with its certificates has about 6 KB."""

REST_SECONDS = 60.0
"""How long a server that did not answer is left alone: a batch of thousands does not wait each time."""


class StampServerInvalid(InvalidInput):
    """The address of the time stamp server is none."""

    slug = "stamp-server-invalid"


class StampServerAway(BackendError):
    """The time stamp server cannot be reached, refuses, or answers something else."""

    slug = "stamp-server-away"


@dataclass(frozen=True)
class Pending:
    """There is no stamp yet; it is asked for again later, and nobody takes this for one."""

    reason: str


class StampServer:
    """A time stamp server, at an address; after a failure it is left alone for a while."""

    def __init__(self, url: str, *, seconds: float = 10.0, rest_seconds: float = REST_SECONDS) -> None:
        """Take the address; nothing is asked yet.

        Raises:
            StampServerInvalid: the address is not one of HTTP or HTTPS.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise StampServerInvalid("a time stamp server is named by its http:// or https:// address")
        self._url = url
        self._rest, self._rests_until = rest_seconds, 0.0
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=seconds, read=seconds), retries=False, maxsize=1
        )
        self.stamper = Stamper(self)

    def ask(self, request: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the server's answer, granted or not.

        Raises:
            StampServerAway: there is none, or it is no answer to a request for a stamp.
        """
        if time.monotonic() < self._rests_until:
            raise StampServerAway(
                "the time stamp server did not answer a moment ago; it is asked again later"
            )
        try:
            return self._asked(request.dump())
        except StampServerAway:
            self._rests_until = time.monotonic() + self._rest
            raise

    def _asked(self, body: bytes) -> tsp.TimeStampResp:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            answer = self._pool.request(
                "POST", self._url, body=body, headers=headers, preload_content=False, redirect=False
            )
            data = answer.read(LARGEST + 1)
            if len(data) > LARGEST:
                answer.close()  # with a rest that nobody reads: no connection for the next request
            else:
                answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise StampServerAway(f"the time stamp server did not answer: {type(error).__name__}") from error
        if answer.status != 200 or len(data) > LARGEST:
            raise StampServerAway(f"the time stamp server answered with status {answer.status}")
        try:
            response = tsp.TimeStampResp.load(data, strict=True)
            _status = response["status"]["status"].native
        except (ValueError, TypeError, KeyError) as error:
            raise StampServerAway("the time stamp server answered with something else") from error
        return response


class Stamper(TimeStamper):
    """Asks a `StampServer` on behalf of pyHanko."""

    def __init__(self, server: StampServer) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko leaves it untyped
        self._server = server

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the server's answer."""
        return await asyncio.to_thread(self._server.ask, req)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return the token, which is over `message_digest` and nothing else."""
        token = await super().async_timestamp(message_digest, md_algorithm)
        if imprint_of(token) != message_digest:
            raise StampServerAway("the time stamp server stamped something else")
        return token


def imprint_of(token: cms.ContentInfo) -> bytes:
    """Return the digest that a token stamps.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: it is no token.
    """
    return bytes(
        token["content"]["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native
    )


def stamp(data: bytes, server: StampServer) -> bytes | Pending:
    """Return a time stamp over `data`: the server's whole answer (DER), as `openssl ts -verify -in` takes it.

    A server that cannot be reached, refuses, or answers to something else gives `Pending`, with the reason.
    """
    digest = hashlib.sha256(data).digest()
    # pyHanko leaves it untyped.
    nonce, request = Stamper(server).request_cms(digest, "sha256")  # type: ignore[no-untyped-call]
    try:
        response = server.ask(request)
        if imprint_of(handle_tsp_response(response, nonce)) != digest:
            return Pending("the time stamp server stamped something else")
    except StampServerAway as error:
        return Pending(str(error))
    except TimestampRequestError as error:
        return Pending(f"the time stamp server refused: {error}"[:200])
    except (ValueError, TypeError, KeyError, AttributeError):
        return Pending("the time stamp server answered with something else")
    return bytes(response.dump())
