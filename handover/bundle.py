"""Small files of a parcel in one body, whole: a question for each would be nearly all waiting.

A first line that says what it is; then for each file a line of its size and path, and its bytes. The digest
of the whole goes beside it, those of the files stand in the parcel's list: so nothing more is said here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from luutru.errors import InvalidInput

MOST_FILES = 500
MOST_BYTES = 1 << 20  #: of the files in one; a cut loses so much: a line of 2 Mbit/s carries it in 4 s
LARGEST = 256 << 10  #: bytes of a file that goes in one; a larger one goes in blocks, from where it stands

_FIRST = b"luutru-bundle 1\n"
_HEAD = re.compile(rb"(0|[1-9][0-9]{0,7}) ([^\n]+)\n")
_LONGEST_HEAD = 9 + 4 * 255 + 1  #: bytes: a path has at most 255 characters


class BundleWrong(InvalidInput):
    """A body that is no bundle of files."""

    slug = "bundle-wrong"


def groups(files: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    """Yield which files (path, size) go together, in their order; those that are too large go in none."""
    some: list[str] = []
    room = MOST_BYTES
    for path, size in files:
        if size > LARGEST:
            continue
        if some and (len(some) == MOST_FILES or size > room):
            yield some
            some, room = [], MOST_BYTES
        some.append(path)
        room -= size
    if some:
        yield some


def made(files: Mapping[str, bytes]) -> bytes:
    """Return files, by path, as one body."""
    pieces = [_FIRST]
    for path, content in files.items():
        pieces += [b"%d %s\n" % (len(content), path.encode()), content]
    return b"".join(pieces)


def opened(body: bytes) -> dict[str, bytes]:
    """Return the files of a body, by path; what paths may be is not asked here.

    Raises:
        BundleWrong: it ends within a file, names one twice, holds too many, or is something else.
    """
    if not body.startswith(_FIRST):
        raise BundleWrong("it does not begin as a bundle does")
    found: dict[str, bytes] = {}
    at = len(_FIRST)
    while at < len(body):
        head = _HEAD.match(body, at, at + _LONGEST_HEAD)
        if head is None or len(found) == MOST_FILES:
            raise BundleWrong(f"after {len(found)} files (at most {MOST_FILES}) stands no size and path")
        try:
            path = head[2].decode()
        except UnicodeDecodeError as error:
            raise BundleWrong("a path that is no UTF-8") from error
        at = head.end() + int(head[1])
        if at > len(body) or path in found:
            raise BundleWrong(f"file {len(found) + 1} is not there whole, or stands there twice")
        found[path] = body[head.end() : at]
    return found
