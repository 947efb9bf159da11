"""Every way the archive says no, so that whoever must act knows what to do.

    LuuTruError
    ├── InvalidInput        what was given cannot be taken; giving it again changes nothing
    ├── NotFound            what was asked for is not here, or not for the one who asks
    ├── Conflict            it cannot be done now, because of what is already so
    ├── IntegrityError      what is kept is not what was put there
    └── BackendError        an engine, a disk or a server failed; the only family worth a retry

Leaves are defined beside what raises them; each has a stable `slug` that programs may test.
HTTP statuses and exit codes live at the edges (`api.problems`, `luutru.commands.exit_codes`).
"""

from typing import ClassVar


class LuuTruError(Exception):
    """Anything the archive raises on purpose.

    The message is for the reader who must act: the thing, what was expected, what was found.
    """

    slug: ClassVar[str] = "error"


class InvalidInput(LuuTruError):
    """What was given cannot be taken; giving the same again changes nothing."""

    slug = "invalid-input"


class NotFound(LuuTruError):
    """What was asked for is not here, or not for the one who asks."""

    slug = "not-found"


class Conflict(LuuTruError):
    """It cannot be done now, because of what is already so."""

    slug = "conflict"


class IntegrityError(LuuTruError):
    """What is kept is not what was put there."""

    slug = "integrity"


class BackendError(LuuTruError):
    """An engine, a disk or a server failed; trying again may help."""

    slug = "backend"
