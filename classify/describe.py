"""What a stack of pages is: its documents, each with the fields that can be read off it."""

from collections.abc import Sequence

from catalog.description import Description
from catalog.reading import Reading


def describe(pages: Sequence[Reading]) -> list[Description]:
    """Return the stack as one document of which nothing is known yet: no field is guessed."""
    return [Description(tuple(range(1, len(pages) + 1)))] if pages else []
