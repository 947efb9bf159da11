"""The seam of search: what every index of pages and dossiers promises, whatever engine is behind it.

An index is a replica of the register. It has a cursor (the number of the last register change it holds)
and can always be built again. `tests/contracts/search_index.py` is the contract.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from catalog.access import Scope
from catalog.identifiers import DocumentId, DossierId, FondsId, PageId, UnitId
from index.entry import Entry, Kind
from index.query import Query
from luutru.errors import BackendError, Conflict, IntegrityError, InvalidInput, NotFound

FACETS = ("fonds", "unit", "type", "year", "batch", "kind")
"""What hits are counted by."""

FACET_VALUES = 50
"""Values counted for each facet, the most frequent first."""

DEEPEST = 10_000
"""Hits that can be paged through; a searcher narrows the question long before."""


class IndexBusy(Conflict):
    """Another process is writing to this index."""

    slug = "index-busy"


class IndexMissing(NotFound):
    """There is no index here yet; `luutru reindex` makes one."""

    slug = "index-missing"


class IndexOutdated(Conflict):
    """The index was built by another version of the archive or of its engine; `luutru reindex` makes one."""

    slug = "index-outdated"


class IndexDamaged(IntegrityError):
    """The files of the index cannot be understood; `luutru reindex` makes a new one."""

    slug = "index-damaged"


class IndexFailed(BackendError):
    """The engine or its disk failed."""

    slug = "index-failed"


class TooDeep(InvalidInput):
    """Nobody pages that far."""

    slug = "too-deep"


@dataclass(frozen=True)
class Hit:
    """One page or dossier found."""

    key: str
    kind: Kind
    page: PageId | None  #: None for a dossier
    document: DocumentId | None
    dossier: DossierId | None
    fonds: FondsId
    unit: UnitId | None
    name: str
    number: int | None  #: of the page in its document, from 1
    type: str | None
    year: int | None
    paper_only: bool
    snippet: tuple[tuple[str, bool], ...]  #: pieces of text, and whether a piece is what was asked for
    score: float  #: higher is better; only comparable within one answer
    title: str | None = None  #: type, number and subject of a page's document; the dossier's title


@dataclass(frozen=True)
class Found:
    """The answer to a query."""

    total: int  #: all entries that match and may be seen
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)  #: by name in `FACETS`
    widened: bool = False  #: too little matched as asked, so near misses are among the hits, ranked last
    as_asked: int = 0  #: of the total, those that match as asked
    other_marks: bool = False  #: typed with marks, and no hit shown has all these words with these marks


class SearchIndex(Protocol):
    """Pages and dossiers by their words; one writer at a time, any number of readers."""

    def apply(self, puts: Sequence[Entry], removes: Sequence[str], cursor: int) -> None:
        """Take in changes and remember `cursor`, all in one commit; doing it again changes nothing.

        An entry older than the one held is dropped. A key both put and removed is removed. The cursor never
        goes back. When this returns, the changes are on disk and found by this object.

        Raises:
            IndexBusy: another process is writing; nothing was taken in.
            IndexFailed: nothing was taken in; may be tried again.
        """
        ...

    def cursor(self) -> int:
        """Return the cursor of the last commit; 0 for a new index."""
        ...

    def search(self, query: Query, *, scope: Scope, offset: int = 0, limit: int = 20) -> Found:
        """Return what `scope` may see of what `query` asks for, best first; no words = everything.

        Raises:
            TooDeep: offset and limit together are negative or more than `DEEPEST`.
            IndexFailed: the engine broke.
        """
        ...

    def suggest(self, prefix: str, *, scope: Scope, limit: int = 8) -> tuple[str, ...]:
        """Return `prefix` with its last word completed, most frequent first, lower case, with its marks.

        Only from entries that `scope` may see: a word of a restricted dossier is never offered to others.
        """
        ...

    def keys(self) -> Iterator[tuple[str, int]]:
        """Yield key and revision of every entry, in order of key; for `check`."""
        ...

    def count(self) -> int:
        """Return the number of entries."""
        ...

    def refresh(self) -> None:
        """See what other processes committed."""
        ...

    def close(self) -> None:
        """Let go of the files; may be called twice."""
        ...
