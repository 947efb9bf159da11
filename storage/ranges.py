"""A stretch of a longer stream, read as if it were all there is."""

import io
from collections.abc import Callable


class Stretch(io.RawIOBase):
    """At most `length` bytes of what `read` gives, forward only; `release` runs once, on closing."""

    def __init__(self, read: Callable[[int], bytes], length: int, *, release: Callable[[], object]) -> None:
        self._read = read
        self._left = length
        self._release = release

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # narrower than Buffer
        """Fill `buffer` as far as there is something left, and return how far."""
        data = self._read(min(len(buffer), self._left)) if self._left else b""
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        """Let go of the longer stream."""
        if not self.closed:
            self._release()
        super().close()
