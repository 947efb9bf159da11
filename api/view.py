"""What the desk and `/api/v1` show beside the catalog's own values."""

from dataclasses import dataclass

from catalog.access import Role, Scope
from catalog.batch import Batch, Ledger
from catalog.document import Document
from catalog.fonds import Fonds
from catalog.identifiers import DocumentId, DossierId, PageId
from catalog.page import Page


@dataclass(frozen=True)
class Visitor:
    """Who stands at the desk: a signed-in person, or a program with a person's token."""

    name: str
    scope: Scope
    csrf: str  #: proves that a changing request comes from one of our pages; "" for a program
    must_change_password: bool = False
    program: bool = False

    @property
    def archivist(self) -> bool:
        """Whether they may take in and check records somewhere."""
        return self.scope.may(Role.ARCHIVIST)

    @property
    def custodian(self) -> bool:
        """Whether they answer for state secrets somewhere."""
        return self.scope.may(Role.CUSTODIAN)

    @property
    def administrator(self) -> bool:
        """Whether they may manage people."""
        return self.scope.may(Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Covered:
    """How much of a fonds has been read, so that "not found" can be weighed."""

    fonds: str  #: code; "" = all that the one who asks may see
    pages: int
    read: int  #: read or found blank
    paper_dossiers: int  #: dossiers without a scanned page
    title: str = ""


@dataclass(frozen=True)
class Hit:
    """One result: a page, or a dossier where `page` is None."""

    page: PageId | None
    document: DocumentId | None
    dossier: DossierId | None
    name: str
    fonds: str  #: code
    number: int | None  #: of the page in its document, from 1
    dossier_title: str
    place: str  #: box and place of the paper, "" where none is recorded
    paper_only: bool
    dates: str
    snippet: tuple[tuple[str, bool], ...]  #: pieces, and whether a piece is what was asked for
    score: float
    title: str | None = None  #: type, number and subject of the document, as far as they are known


@dataclass(frozen=True)
class FacetValue:
    """One value to narrow by, with how many results it leaves."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facet:
    """One way to narrow: fonds, unit, type, year, batch, kind."""

    field: str
    values: tuple[FacetValue, ...]


FILTERS = ("fonds", "unit", "type", "year", "batch", "kind")


@dataclass(frozen=True)
class Wanted:
    """What is asked of the index."""

    text: str = ""
    fonds: str | None = None  #: code
    unit: str | None = None  #: id
    type: str | None = None
    year: int | None = None
    batch: str | None = None  #: id
    kind: str | None = None  #: page or dossier
    offset: int = 0
    limit: int = 20

    @property
    def filters(self) -> dict[str, str]:
        """The filters in use, by field."""
        chosen = {field: getattr(self, field) for field in FILTERS}
        return {field: str(value) for field, value in chosen.items() if value not in (None, "")}


@dataclass(frozen=True)
class Results:
    """What was found, narrowed and counted."""

    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    coverage: Covered
    widened: bool  #: near misses are among the hits, ranked last
    milliseconds: float
    as_asked: int = 0  #: of the total, those that match as asked
    other_marks: bool = False  #: typed with marks, and no hit shown has all these words with these marks


@dataclass(frozen=True)
class PageShown:
    """A page with its document and where both belong."""

    page: Page
    document: Document
    fonds: Fonds
    box: str
    file_name: str
    batch_name: str  #: "" for those who may not see batches


@dataclass(frozen=True)
class Progress:
    """How a batch goes, right now."""

    batch: Batch
    ledger: Ledger
    pages_per_minute: float | None  #: None: not seen long enough
    seconds_left: float | None

    @property
    def done(self) -> int:
        """Pages with a result."""
        return self.ledger.received - self.ledger.pages_to_read
