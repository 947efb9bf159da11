"""A request's body as a plain stream: pieces are taken off the wire only as fast as they are written."""

import io
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO, TypeVar, cast

import anyio
import anyio.from_thread
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request

from luutru.errors import BackendError

Result = TypeVar("Result")


class SenderGone(BackendError):
    """The line broke while a file was being sent; what came before is kept, go on from there."""

    slug = "sender-gone"


class _Body(io.RawIOBase):
    """Reads the body from a worker thread; holds one piece of it at a time."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    async def _next(self) -> bytes | None:
        return await anext(self._pieces, None)

    def readinto(self, buffer: object) -> int:
        room = memoryview(buffer)  # type: ignore[arg-type]  # RawIOBase gives whatever can be written into
        while not self._left:
            try:
                piece = anyio.from_thread.run(self._next)
            except ClientDisconnect as error:
                raise SenderGone("the line broke; go on from the offset that is asked for") from error
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(room), len(self._left))
        room[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


async def with_body(
    request: Request, work: Callable[[BinaryIO], Result], limiter: anyio.CapacityLimiter
) -> Result:
    """Return what `work` makes of the body, in a thread; at most as many at once as `limiter` lets."""
    body = io.BufferedReader(_Body(request.stream()), 256 * 1024)
    return await anyio.to_thread.run_sync(work, cast(BinaryIO, body), limiter=limiter)
