"""Names within a bag or package: which are safe to follow on any system, and which only look alike.

No path from a name in a package is ever followed before it passed here (RFC 8493, section 5).
"""

import re
import unicodedata

MOST_BYTES = 4096  # of a path in a foreign bag; our own keep to 120
_DRIVE = re.compile(r"^[A-Za-z]:")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_SHELL = re.compile(r"^(~|%[A-Za-z]+%|\$\{?[A-Za-z])")


def fault(path: str) -> str | None:
    """Return why `path` may not be followed; None: it stays within its package on every system.

    What a shell or Windows would take for a place elsewhere ("~/x", "%TEMP%\\x", "C:x", "\\\\host") is
    refused too: the bag may be opened there. A name that merely contains such signs further on is fine.
    """
    if not path:
        return "an empty name"
    if len(path.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        return "a name longer than any file system takes"
    if "\x00" in path or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in path):
        return "a control character in the name"
    if path.startswith(("/", "\\")):
        return "an absolute path"
    if _DRIVE.match(path):
        return "a path on another drive"
    if _SHELL.match(path):
        return "a name that a shell reads as another place"
    parts = re.split(r"[/\\]", path)
    if ".." in parts:
        return "a path that leaves the package"
    return None


def portable_fault(path: str) -> str | None:
    """Return why `path` cannot be kept on every system a receiver may use; None: it can."""
    for part in path.split("/"):
        if _RESERVED.match(part):
            return "a name reserved by Windows"
        if part.endswith((" ", ".")):
            return "a name ending in a blank or a dot"
        if re.search(r'[<>:"|?*\\]', part):
            return "a sign that Windows does not take in names"
    return None


def plain(path: str) -> str:
    """Return `path` without leading "./", which md5sum-like tools put before it."""
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def alike(path: str) -> str:
    """Return what two names share that some file system would take for one: NFC, case put aside."""
    return unicodedata.normalize("NFC", path).casefold()
