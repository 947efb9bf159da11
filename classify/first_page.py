"""Where a stack of pages breaks into documents, by what first pages show and what further pages do not."""

from collections.abc import Sequence

from classify.letterhead import find_head
from classify.upright import Sheet

_PAGE_NUMBER = 30.0
"""mm from the top within which a page number stands."""


def documents(sheets: Sequence[Sheet]) -> list[tuple[Sheet, ...]]:
    """Return the stack cut before every page that begins a document beyond doubt."""
    stacks: list[list[Sheet]] = []
    for sheet in sheets:
        if not stacks or begins(sheet):
            stacks.append([])
        stacks[-1].append(sheet)
    return [tuple(stack) for stack in stacks]


def begins(sheet: Sheet) -> bool:
    """Whether the page begins a document: the state's name with an office and a number or date at its head.

    An appendix repeats neither; a form enclosed with a letter ("Mẫu số 01") may print the state's name, but
    no office with a number.
    """
    head = find_head(sheet)
    if head is None or not head.strong or head.nation is None or head.nation.y > sheet.height * 0.4:
        return False
    return not _numbered(sheet) and head.number is not None and bool(head.left)


def _numbered(sheet: Sheet) -> bool:
    """Whether a page number above 1 stands alone in the middle of the top margin."""
    return any(
        piece.y < _PAGE_NUMBER
        and abs(piece.centre - sheet.width / 2) < 15
        and (number := piece.text.strip(" -.")).isdecimal()
        and int(number) > 1
        for piece in sheet.pieces[:3]
    )
