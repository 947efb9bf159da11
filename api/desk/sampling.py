"""The sample of a handover at the desk: its dossiers, their pages beside the record, one key for each."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.asking import Rooms, Who
from api.desk.handover import opened
from api.page_picture import WIDTHS
from api.render import render
from api.sample_room import MOST_PAGES
from api.typed import TypedForm
from catalog.field_rules import TYPES
from catalog.identifiers import TransferId, TransferItemId
from handover.drawing_up import PERIODS
from handover.sample import Sample, labels

router = APIRouter()

SHOWN = (
    *("title", "subject", "fileCode", "docCode", "typeName", "codeNumber", "codeNotation", "issuedDate"),
    *("organName", "startDate", "endDate", "maintenance", "totalDoc", "numberOfPaper", "numberOfPage"),
    *("keyword", "description"),
)
"""Fields that are held against the paper, in the order in which people look."""


@router.get("/handover/{transfer}/sample")
def listed(request: Request, visitor: Who, rooms: Rooms, transfer: TransferId) -> Response:
    """List the dossiers that were drawn, with what people saw of each."""
    with rooms.register.read() as conn:
        found = opened(conn, visitor, rooms, transfer)
    sample = rooms.samples.sample(visitor.scope, transfer)
    return render(
        request,
        "handover_sample.html",
        found=found,
        transfer=found.transfer,
        sample=sample,
        next=_next(sample, ""),
    )


@router.get("/handover/{transfer}/sample/{item}")
def look(
    request: Request, visitor: Who, rooms: Rooms, transfer: TransferId, item: TransferItemId
) -> Response:
    """Show a dossier of the sample: its pages, and beside them what its record says."""
    sample = rooms.samples.sample(visitor.scope, transfer)
    found = rooms.samples.opened(visitor.scope, transfer, item)
    names = [one.id for one in sample.drawn]
    place = names.index(item)
    return render(
        request,
        "handover_sample_one.html",
        transfer=sample.transfer,
        sample=sample,
        opened=found,
        item=found.item,
        mark=sample.marks.get(item),
        place=place + 1,
        previous=names[place - 1] if place else None,
        next=names[place + 1] if place + 1 < len(names) else None,
        dossier=_fields(found.described),
        documents=[(one, _fields(one.described), min(one.pages, MOST_PAGES)) for one in found.documents],
    )


@router.post("/handover/{transfer}/sample/{item}")
def mark(visitor: Who, rooms: Rooms, transfer: TransferId, item: TransferItemId, form: TypedForm) -> Response:
    """Write down what was seen, and go on to the next that nobody looked at."""
    rooms.samples.mark(visitor.scope, transfer, item, form.one("outcome"), form.one("note"))
    following = _next(rooms.samples.sample(visitor.scope, transfer), item)
    here = f"/handover/{transfer}/sample"
    return RedirectResponse(f"{here}/{following}" if following else here, status_code=303)


@router.get("/handover/{transfer}/sample/{item}/picture")
def picture(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    transfer: TransferId,
    item: TransferItemId,
    name: Annotated[str, Query(max_length=200)],
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)],
    width: int = WIDTHS[1],
) -> Response:
    """Send one page of a drawn document as JPEG; the browser asks each time whether it may keep it."""
    data, tag = rooms.samples.picture(visitor.scope, transfer, item, name, page, width)
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{tag}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/jpeg", headers=headers)


def _next(sample: Sample, after: str) -> TransferItemId | None:
    """Return the next dossier to look at, behind one of them; None: all that lie here were looked at."""
    names = [one.id for one in sample.drawn]
    place = names.index(TransferItemId(after)) + 1 if after in names else 0
    waiting = [
        name for name in names[place:] + names[:place] if name in sample.here and name not in sample.marks
    ]
    return waiting[0] if waiting else None


def _fields(described: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what is held against the paper, as label and value."""
    known = labels()
    return [(known.get(name, name), _spoken(name, described[name])) for name in SHOWN if described.get(name)]


def _spoken(name: str, value: str) -> str:
    """Return a value as people read it: the circular's codes of types and periods say nothing to them."""
    words: Mapping[str, str] = {"typeName": TYPES, "maintenance": PERIODS}.get(name, {})
    return words.get(value, value)
