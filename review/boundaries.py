"""From what a stack of pages says of its boundaries to the suggestions that a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.boundary import REASONS, Suggestion
from catalog.identifiers import PageId
from catalog.reading import Reading
from classify.boundary import StackPage, suggest


@dataclass(frozen=True)
class Found:
    """One reason to think that a document begins, in numbers of the stack."""

    before: int  #: 2, 3, ...: the page that would be the first of it
    sheet: int  #: the separator or blank sheet to be set apart; 0 = none
    reason: str  #: one of `catalog.boundary.REASONS`
    confidence: float  #: 0.0 to 1.0


def look_for(readings: Sequence[Reading], flags: Sequence[Sequence[str]]) -> list[Found]:
    """Return where documents seem to begin after the first page; `flags` are the ledger's, page by page."""
    pages = [
        StackPage(reading if reading.lines else None, tuple(said), blank=not reading.lines)
        for reading, said in zip(readings, [*flags, *[()] * (len(readings) - len(flags))], strict=True)
    ]
    found = []
    for each in suggest(pages):
        for reason in each.reasons:
            if each.before > 1 and reason.slug in REASONS:
                sheet = _sheet(pages, each.before, reason.slug)
                found.append(Found(each.before, sheet, reason.slug, reason.confidence))
    return found


def suggestions(found: Sequence[Found], pages: Sequence[PageId]) -> list[Suggestion]:
    """Return what was found with the ids of the stack's pages."""
    return [
        Suggestion(
            pages[each.before - 1],
            pages[each.sheet - 1] if each.sheet else None,
            each.reason,
            each.confidence,
        )
        for each in found
    ]


def _sheet(pages: Sequence[StackPage], before: int, reason: str) -> int:
    """Return the nearest separator (or blank) above page `before`, with no writing between; 0 = none."""
    for number in range(before - 1, 0, -1):
        page = pages[number - 1]
        if not page.blank:
            return 0
        if reason == "blank" or any(flag.startswith("separator:") for flag in page.flags):
            return number if reason in ("blank", "separator") else 0
    return 0
