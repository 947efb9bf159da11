"""Looking at a page: its picture with the hits boxed, its text, its place, and what can be taken along."""

import string
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse

from api import upright, wording
from api.asking import Rooms, Who
from api.finding import dates_of
from api.gate import local_address
from api.limits import Limits
from api.page_picture import LONGEST_SIDE, WIDTHS
from api.reading_room import Outgoing, upright_boxes
from api.render import address, language_of, render
from catalog.identifiers import DocumentId, DossierId, PageId
from catalog.page import Page
from catalog.reading import Box, Reading
from luutru.errors import InvalidInput

router = APIRouter()

Text = Annotated[str, Query(max_length=Limits().query_characters)]
Width = Annotated[int | None, Query(description=f"one of {', '.join(map(str, WIDTHS))}; without: as scanned")]

_PLAIN = frozenset(string.ascii_letters + string.digits + "._- ")

UNSURE_BELOW = 0.6
"""Words less sure than this are dotted, as are those on which the readers differ."""


class BadWidth(InvalidInput):
    """Pictures come in a few widths only."""

    slug = "bad-width"


@dataclass(frozen=True)
class _Word:
    text: str
    hit: bool
    unsure: bool


@dataclass(frozen=True)
class _Line:
    box: Box  #: on the upright page
    words: tuple[_Word, ...]


@router.get("/pages/{page}")
def show_page(
    request: Request, visitor: Who, rooms: Rooms, page: PageId, q: Text = "", back: str = ""
) -> Response:
    """Show a page in its document."""
    shown = rooms.room.page(visitor.scope, page)
    reading = rooms.room.reading(shown.page) if shown.page.state == "read" else None
    boxes = rooms.room.boxes(reading, q) if reading else []
    lines = _lines(reading, boxes) if reading else None
    pages = shown.document.pages
    place = next((i for i, other in enumerate(pages) if other.id == shown.page.id), 0)
    say = wording.speaker(language_of(request))

    def to_page(other: PageId) -> str:
        return address(f"/pages/{other}", q=q, back=back)

    def flag_text(flag: str) -> str:
        key = f"flag.{flag}"
        return say(key) if key in wording.SENTENCES["vi"] else flag

    return render(
        request,
        "page.html",
        shown=shown,
        page=shown.page,
        document=shown.document,
        query=q,
        back=local_address(back) if back else address("/search", q=q),
        to_page=to_page,
        previous=pages[place - 1].id if place > 0 else None,
        next=pages[place + 1].id if place + 1 < len(pages) else None,
        boxes=upright_boxes(reading, boxes) if reading else [],
        lines=lines,
        any_unsure=any(word.unsure for line in lines or () for word in line.words),
        confidence=reading.mean_confidence if reading and reading.words else None,
        agreed=reading.agreed_share if reading else 0.0,
        degraded=bool(reading and reading.degraded),
        picture_size=_picture_size(shown.page),
        size_upright=upright.size(reading.width, reading.height, reading.rotation) if reading else None,
        flag_text=flag_text,
        scan_flags=[flag for flag in shown.page.flags if ":" not in flag],
        separator=next((flag for flag in shown.page.flags if flag.startswith("separator:")), None),
        longest=Limits().query_characters,
    )


@router.get("/pages/{page}/image")
def picture(request: Request, visitor: Who, rooms: Rooms, page: PageId, width: Width = None) -> Response:
    """Send the upright page as JPEG."""
    if width is not None and width not in WIDTHS:
        raise BadWidth(f"the width is one of {', '.join(map(str, WIDTHS))}, found {width}")
    return send_picture(request, rooms.room.picture(visitor.scope, page, width))


@router.get("/pages/{page}/boxes")
def hit_boxes(visitor: Who, rooms: Rooms, page: PageId, q: Text = "") -> Response:
    """Send where the hits stand on the upright page, in its pixels."""
    found = rooms.room.bare_page(visitor.scope, page)
    reading = rooms.room.reading(found) if found.state == "read" else None
    if reading is None:
        width, height = upright.size(found.width or 0, found.height or 0, found.rotation)
        return JSONResponse({"width": width, "height": height, "boxes": []})
    width, height = upright.size(reading.width, reading.height, reading.rotation)
    boxes = upright_boxes(reading, rooms.room.boxes(reading, q))
    return JSONResponse({"width": width, "height": height, "boxes": [{"box": box} for box in boxes]})


@router.get("/pages/{page}/master")
def master(visitor: Who, rooms: Rooms, page: PageId) -> Response:
    """Send the scanned file, byte for byte."""
    return download(rooms.room.master(visitor.scope, page))


@router.get("/documents/{document}")
def show_document(visitor: Who, rooms: Rooms, document: DocumentId, q: Text = "") -> Response:
    """Lead to the first page of a document."""
    found = rooms.room.document(visitor.scope, document)
    return RedirectResponse(address(f"/pages/{found.pages[0].id}", q=q), status_code=303)


@router.get("/documents/{document}/pdf")
def pdf(visitor: Who, rooms: Rooms, document: DocumentId) -> Response:
    """Send the document's PDF/A."""
    return download(rooms.room.pdf(visitor.scope, document))


@router.get("/dossiers/{dossier}")
def show_dossier(
    request: Request, visitor: Who, rooms: Rooms, dossier: DossierId, back: str = ""
) -> Response:
    """Show a dossier, on paper or scanned."""
    found, documents = rooms.room.dossier(visitor.scope, dossier)
    return render(
        request,
        "dossier.html",
        dossier=found,
        dates=dates_of(found),
        documents=documents,
        passages=rooms.room.passages(visitor.scope, dossier),
        back=local_address(back) if back else "/search",
    )


def send_picture(request: Request, path: Path) -> Response:
    """Send a picture, or say that the browser has it already.

    The browser may keep it but must ask each time: who may see a page can change.
    """
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{path.parent.name}-{path.stem}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type="image/jpeg", headers=headers)


def download(outgoing: Outgoing) -> Response:
    """Send bytes to be saved under their name."""
    return StreamingResponse(
        outgoing.chunks(),
        media_type=outgoing.media_type,
        headers={"Content-Disposition": disposition(outgoing.name), "Content-Length": str(outgoing.size)},
    )


def disposition(name: str) -> str:
    """Return the header by which a browser saves bytes under `name` (RFC 6266, RFC 5987)."""
    plain = "".join(letter if letter in _PLAIN else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _picture_size(page: Page) -> tuple[int, int]:
    """Return width and height of the largest picture drawn of a page; zeros where nobody looked yet."""
    width, height = upright.size(page.width or 0, page.height or 0, page.rotation)
    scale = min(1.0, LONGEST_SIDE / max(width, height, 1))
    return round(width * scale), round(height * scale)


def _lines(reading: Reading, hits: Collection[Box]) -> list[_Line]:
    asked = set(hits)
    return [
        _Line(
            upright.box(line.box, reading.width, reading.height, reading.rotation),
            tuple(
                _Word(word.text, word.box in asked, word.confidence < UNSURE_BELOW or not word.agreed)
                for word in line.words
            ),
        )
        for line in reading.lines
    ]
