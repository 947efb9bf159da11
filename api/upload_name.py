"""The name a sent file gets within its batch: never a way out of it, never an odd character."""

import unicodedata

from luutru.errors import InvalidInput

LONGEST = 1000
"""Characters of a path within a batch; the deepest tree seen in the field has 9 levels."""

DEEPEST = 20


class BadPath(InvalidInput):
    """The name of a sent file cannot be a path within a batch."""

    slug = "bad-path"


def clean_path(path: str) -> str:
    """Return `path` in NFC, parts joined by "/".

    Raises:
        BadPath: it is empty, too long or too deep, absolute, or holds "..", a control character or "\\".
    """
    path = unicodedata.normalize("NFC", path)
    parts = path.split("/")
    if not path or len(path) > LONGEST or len(parts) > DEEPEST:
        raise BadPath(f"a path has 1 to {LONGEST} characters and at most {DEEPEST} levels, found {len(path)}")
    if any(part in ("", ".", "..") for part in parts):
        raise BadPath("a path is relative and has no empty part, '.' or '..'")
    if any(unicodedata.category(letter) in ("Cc", "Cs") or letter == "\\" for letter in path):
        raise BadPath("a path has no control characters and no backslash")
    return path
