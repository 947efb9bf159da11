"""Searching and reading records, for programs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.asking import Rooms, Who
from api.desk.search import Filter, Text, year_of
from api.desk.viewer import BadWidth, Width, download, send_picture
from api.limits import Limits
from api.page_picture import WIDTHS
from api.rest.shapes import (
    Count,
    CoverageState,
    DocumentState,
    LineRead,
    PageInDocument,
    PageState,
    PageWords,
    SearchAnswer,
    SearchHit,
    WordRead,
)
from api.view import Hit, Wanted
from catalog.identifiers import DocumentId, PageId
from luutru.errors import Conflict

router = APIRouter(tags=["records"])

LIMITS = Limits()


class NotRead(Conflict):
    """The page has no reading: it waits, is blank, or is held."""

    slug = "not-read"


@router.get("/search", summary="Find pages and dossiers", response_model=SearchAnswer)
def search(
    visitor: Who,
    rooms: Rooms,
    q: Text = "",
    fonds: Filter = "",
    unit: Filter = "",
    type: Filter = "",
    year: Filter = "",
    batch: Filter = "",
    kind: Filter = "",
    offset: Annotated[int, Query(ge=0, le=LIMITS.depth)] = 0,
    limit: Annotated[int, Query(ge=1, le=LIMITS.results)] = 20,
) -> Response:
    """Words, "phrases", -not, prefix*; with diacritics exact matches come first, without both are found."""
    wanted = Wanted(
        q,
        fonds or None,
        unit or None,
        type or None,
        year_of(year),
        batch or None,
        kind or None,
        offset,
        limit,
    )
    found = rooms.finding.find(visitor.scope, wanted)
    answer = SearchAnswer(
        total=found.total,
        hits=[_hit(hit) for hit in found.hits],
        facets={
            facet.field: [Count(value=v.value, label=v.label, count=v.count) for v in facet.values]
            for facet in found.facets
        },
        coverage=CoverageState(
            fonds=found.coverage.fonds,
            pages=found.coverage.pages,
            read=found.coverage.read,
            paper_dossiers=found.coverage.paper_dossiers,
        ),
        widened=found.widened,
        as_asked=found.as_asked,
        other_marks=found.other_marks,
    )
    # Written out here: FastAPI would check it once more, in another thread.
    return Response(answer.model_dump_json(), media_type="application/json")


@router.get("/suggest", summary="Ways to go on typing")
def suggest(visitor: Who, rooms: Rooms, q: Text) -> list[str]:
    """At most eight, the likeliest first."""
    return list(rooms.finding.suggest(visitor.scope, q))


@router.get("/documents/{document}", summary="A document with its pages")
def document_state(visitor: Who, rooms: Rooms, document: DocumentId) -> DocumentState:
    """Pages in order; ids of pages never change."""
    found = rooms.room.document(visitor.scope, document)
    return DocumentState(
        document=found.id,
        name=found.name,
        fonds=found.fonds_code,
        dossier=found.dossier,
        dossier_title=found.dossier_title,
        batch=found.batch,
        title=found.title,
        type=found.type,
        year=found.year,
        pdf=found.pdf_key is not None,
        pages=[PageInDocument(id=page.id, number=page.number, state=page.state) for page in found.pages],
    )


@router.get(
    "/documents/{document}/pdf",
    summary="A document's PDF/A-2b, with its text",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def document_pdf(visitor: Who, rooms: Rooms, document: DocumentId) -> Response:
    """409 (pdf-not-ready) while it is still being made."""
    return download(rooms.room.pdf(visitor.scope, document))


@router.get("/pages/{page}", summary="A page")
def page_state(visitor: Who, rooms: Rooms, page: PageId) -> PageState:
    """What is known of it; its words are asked for by themselves."""
    found = rooms.room.bare_page(visitor.scope, page)
    return PageState(
        page=found.id,
        document=found.document,
        number=found.number,
        state=found.state,
        width=found.width,
        height=found.height,
        dpi=found.dpi,
        rotation=found.rotation,
        skew=found.skew,
        flags=list(found.flags),
        media_type=found.media_type,
    )


@router.get(
    "/pages/{page}/image",
    summary="A page's picture, upright",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)
def page_image(request: Request, visitor: Who, rooms: Rooms, page: PageId, width: Width = None) -> Response:
    """JPEG made for looking at; the master is the file that was received."""
    if width is not None and width not in WIDTHS:
        raise BadWidth(f"the width is one of {', '.join(map(str, WIDTHS))}, found {width}")
    return send_picture(request, rooms.room.picture(visitor.scope, page, width))


@router.get(
    "/pages/{page}/master",
    summary="The file a page came in, byte for byte",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def page_master(visitor: Who, rooms: Rooms, page: PageId) -> Response:
    """As it was received."""
    return download(rooms.room.master(visitor.scope, page))


@router.get(
    "/pages/{page}/alto",
    summary="A page's words and their places as ALTO 4",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}}}},
)
def page_alto(visitor: Who, rooms: Rooms, page: PageId) -> Response:
    """For programs that know ALTO. 409 (alto-not-ready) until the document is bound."""
    return download(rooms.room.alto(visitor.scope, page))


@router.get("/pages/{page}/words", summary="What was read off a page")
def page_words(visitor: Who, rooms: Rooms, page: PageId) -> PageWords:
    """Lines and words in reading order, boxes in pixels of the master image. 409 (not-read) without any."""
    found = rooms.room.bare_page(visitor.scope, page)
    reading = rooms.room.reading(found) if found.state == "read" else None
    if reading is None:
        raise NotRead(f"the page is {found.state}; it has no reading")
    return PageWords(
        number=found.number,
        width=reading.width,
        height=reading.height,
        dpi=reading.dpi,
        rotation=reading.rotation,
        text=reading.text,
        lines=[
            LineRead(
                text=line.text,
                box=line.box,
                words=[
                    WordRead(text=w.text, box=w.box, confidence=w.confidence, agreed=w.agreed)
                    for w in line.words
                ],
            )
            for line in reading.lines
        ],
    )


def _hit(hit: Hit) -> SearchHit:
    return SearchHit(
        document=hit.document,
        page=hit.number,
        page_id=hit.page,
        dossier=hit.dossier,
        name=hit.name,
        title=hit.title,
        fonds=hit.fonds,
        snippet="".join(text for text, _marked in hit.snippet),
        marked=[text for text, marked in hit.snippet if marked],
        score=hit.score,
        paper_only=hit.paper_only,
        place=hit.place,
    )
