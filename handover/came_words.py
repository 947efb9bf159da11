"""The words of a dossier that is taken in: page descriptions of strangers (ALTO), read in children.

Their packages were read when they came, and nobody knows that they could be: people accept what could not
be looked at, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.reading import to_bytes
from handover.marked_words import Marked, ReadPage, marked
from handover.record import Page
from ingest.limits import Limits
from ingest.sandbox import run_in_child
from paper.alto_reading import AltoInvalid, reading_of

AT_ONCE = 50
"""Pages read in one child: it hands back their words, 30 kB a page, at worst some MB."""

SECONDS_PER_PAGE = 0.5


@dataclass(frozen=True)
class CameReading:
    """A page's words as they are kept here."""

    stored: bytes
    mean_confidence: float
    agreed_share: float
    words: int


def marks_among(pages: Sequence[ReadPage], *, limits: Limits) -> list[Marked]:
    """Return the marked ones of a dossier's pages.

    Raises:
        AltoInvalid: the words of one cannot be understood; none has passed.
        Refused, SandboxUnavailable: whoever read them came to grief.
    """
    if not pages:
        return []
    found, why = run_in_child(find_marks, pages, limits=limits, seconds=_seconds(limits, len(pages)))
    if why:
        raise AltoInvalid(why)
    return [Marked(*each) for each in found]


def find_marks(pages: Sequence[ReadPage], *, limits: Limits) -> tuple[list[tuple[str, str, int, str]], str]:
    """Return the marked pages, and why the words of one could not be read; runs in a child."""
    del limits
    try:
        return [(one.page, one.document, one.number, one.level) for one in marked(pages)], ""
    except AltoInvalid as error:
        return [], str(error)


def readings(pages: Sequence[tuple[Page, Path]], *, limits: Limits) -> Iterator[tuple[Page, CameReading]]:
    """Yield each page with its words; with each comes where they lie.

    Raises:
        AltoInvalid: the words of one cannot be understood.
        Refused, SandboxUnavailable: whoever read them came to grief.
    """
    for at in range(0, len(pages), AT_ONCE):
        some = pages[at : at + AT_ONCE]
        rows, why = run_in_child(read, some, limits=limits, seconds=_seconds(limits, len(some)))
        if why:
            raise AltoInvalid(why)
        for (page, _path), row in zip(some, rows, strict=True):
            yield page, CameReading(*row)


def read(
    pages: Sequence[tuple[Page, Path]], *, limits: Limits
) -> tuple[list[tuple[bytes, float, float, int]], str]:
    """Return the words of each page, and why those of one could not be read; runs in a child."""
    del limits
    rows = []
    for page, path in pages:
        told = page.reading
        assert told is not None  # asked of read pages only
        try:
            found = reading_of(
                path.read_bytes(),
                dpi=page.dpi or 0,
                doubted=told.doubted,
                engines=told.engines,
                degraded=told.degraded,
            )
        except AltoInvalid as error:
            return [], f"page {page.id}: {error}"
        rows.append((to_bytes(found), found.mean_confidence, found.agreed_share, len(found.words)))
    return rows, ""


def _seconds(limits: Limits, pages: int) -> float:
    return limits.seconds_per_file + pages * SECONDS_PER_PAGE
