"""What each way of ending means to a script that called the command line."""

from luutru.errors import BackendError, Conflict, IntegrityError, InvalidInput, LuuTruError, NotFound

DONE = 0
FAULTS = 1
"""`check` found something wrong; the list says what."""
USAGE = 2
"""The words on the command line are off."""
PROGRAM_FAULT = 70
"""Something that the program did not foresee; its log says more."""

BY_FAMILY: dict[type[LuuTruError], int] = {
    InvalidInput: 3,
    NotFound: 4,
    Conflict: 5,
    IntegrityError: 6,
    BackendError: 7,
    LuuTruError: PROGRAM_FAULT,
}
"""Families of errors; only 7 is worth trying again as it is."""

INTERRUPTED = 130
"""Stopped from the keyboard; what was acknowledged is kept."""


def exit_code(error: LuuTruError) -> int:
    """Return the exit code of an error: that of its family."""
    return next(code for family, code in BY_FAMILY.items() if isinstance(error, family))
