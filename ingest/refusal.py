"""Why intake says no to a file: one leaf a reason, each with the slug that people and programs see.

No message holds a file's name or its text: the reason stands beside the file where it is shown, and
may go to a log.
"""

from luutru.errors import InvalidInput


class Refused(InvalidInput):
    """A file or a page cannot be taken in as it is."""

    slug = "refused"


class Unsupported(Refused):
    """The content is of no kind that the archive takes."""

    slug = "unsupported"


class Empty(Refused):
    """There is nothing in it: no bytes, no page, no member."""

    slug = "empty"


class Damaged(Refused):
    """The content is of a known kind and cannot be read whole."""

    slug = "damaged"


class Encrypted(Refused):
    """It opens only with a password."""

    slug = "encrypted"


class TooLarge(Refused):
    """More bytes than the limits allow."""

    slug = "too-large"


class TooManyPages(Refused):
    """More pages than the limits allow."""

    slug = "too-many-pages"


class TooManyMembers(Refused):
    """More members in an archive than the limits allow."""

    slug = "too-many-members"


class Bomb(Refused):
    """Small outside, enormous inside: pixels, memory or unpacked bytes beyond the limits."""

    slug = "bomb"


class TooDeep(Refused):
    """An archive in an archive, deeper than the limits allow."""

    slug = "too-deep"


class UnsafeName(Refused):
    """A member's name leads out of its folder or cannot be written."""

    slug = "unsafe-name"


class SpecialFile(Refused):
    """Not a plain file: a link, a pipe, a device."""

    slug = "special-file"


class TimedOut(Refused):
    """It was still not done when its time was over."""

    slug = "timed-out"


class Crashed(Refused):
    """The program that read it broke down over it."""

    slug = "crashed"


class NoListThere(Refused):
    """A workbook without the heads of a list."""

    slug = "no-list-there"


BY_SLUG: dict[str, type[Refused]] = {
    leaf.slug: leaf
    for leaf in (
        Refused,
        Unsupported,
        Empty,
        Damaged,
        Encrypted,
        TooLarge,
        TooManyPages,
        TooManyMembers,
        Bomb,
        TooDeep,
        UnsafeName,
        SpecialFile,
        TimedOut,
        Crashed,
        NoListThere,
    )
}
"""Every refusal of intake by its slug."""
