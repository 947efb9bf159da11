"""A stack of documents as it lies: their pages in order, and where documents may begin."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog import arrangement, arranging, boundary, undo
from catalog.access import Role, Scope
from catalog.boundary import Boundary
from catalog.document import Document
from catalog.document import get as get_document
from catalog.dossier import Dossier
from catalog.dossier import find as find_dossier
from catalog.identifiers import DocumentId, PageId
from catalog.undo import Act
from luutru.errors import NotFound

MOST_DOCUMENTS = 60
"""Documents shown at once: those around the one that was opened."""


@dataclass(frozen=True)
class StackPage:
    """One page of the stack."""

    id: PageId
    number: int  #: 1, 2, ... in its document; 0 = set apart
    blank: bool
    apart: str  #: separator or blank; "" = a page of the document
    suggestions: tuple[Boundary, ...]  #: open ones that say a document begins here

    @property
    def suggested(self) -> Boundary | None:
        """The likeliest of the suggestions."""
        return max(self.suggestions, key=lambda one: one.confidence, default=None)


@dataclass(frozen=True)
class StackDocument:
    """One document of the stack."""

    document: Document
    pages: Sequence[StackPage]


@dataclass(frozen=True)
class Stack:
    """Documents that lie one behind the other."""

    dossier: Dossier | None
    documents: Sequence[StackDocument]
    open_suggestions: int
    last: Act | None  #: the newest act that may be undone

    @property
    def seen(self) -> str:
        """The arrangement of each document, for a form: what the one who acts had before their eyes."""
        return " ".join(f"{one.document.id}:{one.document.arrangement}" for one in self.documents)


def stack_of(conn: Connection, scope: Scope, document: DocumentId) -> Stack:
    """Return the documents around one: those of its dossier, else it alone.

    Raises:
        DocumentNotFound, NotAllowed: as they say.
    """
    scope.require(Role.ARCHIVIST)
    here = get_document(conn, scope, document)
    order = [here.id]
    dossier = None
    if here.dossier is not None:
        dossier = find_dossier(conn, scope, here.dossier)
        order = _around(arranging.in_order(conn, scope, here.dossier), here.id)
    documents = []
    for name in order:
        with suppress(NotFound):  # all its pages were set apart
            documents.append(
                _document(conn, scope, here if name == here.id else get_document(conn, scope, name))
            )
    last = None
    with suppress(NotFound):
        last = undo.last(conn, scope, dossier=here.dossier, document=here.id)
    count = sum(bool(page.suggestions) for one in documents for page in one.pages)
    return Stack(dossier, documents, count, last)


def seen_of(text: str) -> dict[DocumentId, int]:
    """Return the arrangements that a form says one saw; what is no such pair is left out."""
    pairs = (pair.partition(":") for pair in text.split())
    return {DocumentId(name): int(number) for name, _, number in pairs if number.isdecimal()}


def _around(order: Sequence[DocumentId], here: DocumentId) -> list[DocumentId]:
    place = order.index(here) if here in order else 0
    start = max(0, min(place - MOST_DOCUMENTS // 3, len(order) - MOST_DOCUMENTS))
    return list(order[start : start + MOST_DOCUMENTS]) or [here]


def _document(conn: Connection, scope: Scope, document: Document) -> StackDocument:
    suggested: dict[PageId, list[Boundary]] = {}
    for one in boundary.boundaries(conn, scope, document=document.id):
        suggested.setdefault(one.page, []).append(one)
    pages = [
        StackPage(page.id, page.number, page.state == "blank", "", tuple(suggested.get(page.id, ())))
        for page in document.pages
    ]
    apart: Mapping[PageId, str] = arrangement.pages_apart(conn, scope, document.id)
    pages += [StackPage(name, 0, why == "blank", why, ()) for name, why in apart.items()]
    return StackDocument(document, pages)
