"""Correcting the words that were read, line by line on the page image."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.asking import Rooms, Who
from api.desk.checking import Queue
from api.page_strip import json_of, strip_of
from api.problems import BadRequest
from api.read_text import ReadText, read_text
from api.render import render
from api.typed import TypedForm
from catalog.correction import NothingToCorrect
from catalog.identifiers import DocumentId, PageId, ReadingId
from review.correcting import LineEdit

router = APIRouter()

Part = Annotated[str, Query(max_length=64)]


@router.get("/check/{document}/text")
def show(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    document: DocumentId,
    queue: Queue,
    page: Part = "",
    line: Annotated[int | None, Query(ge=0, le=100_000)] = None,
) -> Response:
    """Show a page with its lines; without scripts, `line` is the one that is being corrected."""
    desk = rooms.checking.open(visitor.scope, document)
    pages = desk.document.pages
    number = next((at for at, one in enumerate(pages) if one.id == page), 0)
    strip = strip_of(pages, number)
    try:
        text: ReadText | None = read_text(rooms.correcting.open(visitor.scope, pages[number].id))
    except NothingToCorrect:
        text = None
    names = rooms.checking.names(visitor.scope, {text.by} if text and text.by else set())
    return render(
        request,
        "check_text.html",
        desk=desk,
        document=desk.document,
        queue=queue,
        strip=strip,
        pages_json=json_of(strip),
        page=pages[number],
        text=text,
        names=names,
        line=line,
        coming=None,
    )


@router.post("/check/{document}/text/{page}")
def correct(
    request: Request, visitor: Who, rooms: Rooms, document: DocumentId, page: PageId, form: TypedForm
) -> Response:
    """Say what a line says, or (`undo`) take the reading before the last correction again."""
    base = ReadingId(form.one("base"))
    if form.one("undo"):
        shown = rooms.correcting.choose(visitor.scope, page, ReadingId(form.one("undo")), base=base)
    elif form.one("line"):
        edit = LineEdit(form.number("line"), form.one("text"))
        shown = rooms.correcting.correct(visitor.scope, page, [edit], base=base)
    else:
        raise BadRequest("name a line, or a reading to take again")
    if request.headers.get("hx-request"):
        text = read_text(shown)
        names = rooms.checking.names(visitor.scope, {text.by} if text.by else set())
        return render(request, "check_lines.html", text=text, names=names, line=None)
    return RedirectResponse(f"/check/{document}/text?page={page}", status_code=303)
