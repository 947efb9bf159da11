"""Writes a PDF straight through, so that a dossier of any size needs the memory of one page."""

import hashlib
import zlib
from decimal import Decimal
from typing import BinaryIO

from pikepdf import Array, Dictionary, Name, Object, Stream

from paper.picture import PictureRefused

_DEEPEST = 24
_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class PdfWriter:
    """A PDF being written; each object goes out as it is handed in.

    Streams that are equal, byte for byte, are written once. `out` is only ever written to.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._at = 0
        self._digest = hashlib.sha256()
        self._starts: list[int] = []
        self._streams: dict[bytes, int] = {}
        self._put(_HEAD)

    def reserve(self) -> int:
        """Return the number of an object that is to be written later."""
        self._starts.append(-1)
        return len(self._starts)

    def write(self, body: bytes, number: int | None = None) -> int:
        """Write an object other than a stream and return its number."""
        number = self.reserve() if number is None else number
        self._starts[number - 1] = self._at
        self._put(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        return number

    def write_stream(self, data: bytes, entries: bytes = b"", *, compress: bool = True) -> int:
        """Write a stream and return its number; compressed unless told not to or `entries` name a filter."""
        if compress and b"/Filter " not in entries:
            data, entries = zlib.compress(data, 6), entries + b" /Filter /FlateDecode"
        digest = hashlib.sha256(entries + b"\0" + data).digest()
        known = self._streams.get(digest)
        if known is not None:
            return known
        number = self.reserve()
        self._starts[number - 1] = self._at
        self._put(b"%d 0 obj\n<<%s /Length %d>>\nstream\n" % (number, entries, len(data)))
        self._put(data)
        self._put(b"\nendstream\nendobj\n")
        self._streams[digest] = number
        return number

    def write_object(self, item: Object, *, depth: int = 0) -> int:
        """Write `item` of a pikepdf document, with all it refers to, and return its number.

        Raises:
            PictureRefused: its parts refer to one another in a circle.
        """
        if isinstance(item, Stream):
            entries = b"".join(
                b" %s %s" % (_name(key), self._direct(value, depth + 1))
                for key, value in sorted(item.items())
                if key != "/Length"
            )
            return self.write_stream(item.read_raw_bytes(), entries)
        return self.write(self._direct(item, depth + 1, inside=True))

    def finish(self, *, root: int, info: int) -> None:
        """Write the table of objects and the end; every reserved number must have been written by now."""
        missing = [number for number, start in enumerate(self._starts, 1) if start < 0]
        if missing:
            raise ValueError(f"objects {missing} were reserved and never written")
        identity = self._digest.digest()[:16].hex().encode()
        table = self._at
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % (len(self._starts) + 1))
        self._put(b"".join(b"%010d 00000 n \n" % start for start in self._starts))
        entries = (len(self._starts) + 1, root, info, identity, identity)
        self._put(b"trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>]>>\n" % entries)
        self._put(b"startxref\n%d\n%%%%EOF\n" % table)

    def _direct(self, value: object, depth: int, *, inside: bool = False) -> bytes:
        """Return `value` as it stands in a file, what it refers to being written first."""
        if depth > _DEEPEST:
            raise PictureRefused("the parts of a master's picture refer to one another without end")
        if isinstance(value, Object):
            if isinstance(value, Stream) or (value.is_indirect and not inside):
                return b"%d 0 R" % self.write_object(value, depth=depth)
            if isinstance(value, Dictionary):
                pairs = sorted(value.items())
                return b"<<%s>>" % b" ".join(
                    b"%s %s" % (_name(key), self._direct(item, depth + 1)) for key, item in pairs
                )
            if isinstance(value, Array):
                return b"[%s]" % b" ".join(self._direct(item, depth + 1) for item in value)
            return value.unparse()
        if isinstance(value, bool):
            return b"true" if value else b"false"
        if isinstance(value, int):
            return b"%d" % value
        if isinstance(value, Decimal):
            return f"{value:f}".encode("ascii")
        if value is None:
            return b"null"
        raise TypeError(f"{type(value).__name__} has no place in a PDF")

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)
        self._at += len(data)


def text_string(text: str) -> bytes:
    """Return `text` as a PDF holds text: UTF-16, in hexadecimal."""
    return b"<feff%s>" % text.encode("utf-16-be").hex().encode()


def _name(key: str) -> bytes:
    return Name(key).unparse()
