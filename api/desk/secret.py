"""What is held for a secret mark, as its custodian sees it: where the paper lies, and two acts."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.asking import Rooms, Who
from api.render import render
from catalog.identifiers import SourceFileId

router = APIRouter()

Said = Annotated[str, Form(max_length=500)]


@router.get("/secret")
def held(request: Request, visitor: Who, rooms: Rooms) -> Response:
    """List what is held, and what was decided before."""
    found = rooms.custody.reports(visitor.scope)
    return render(
        request,
        "secret.html",
        held=[one for one in found if one.state == "held"],
        decided=[one for one in found if one.state != "held"],
    )


@router.post("/secret/{file}/release")
def release(
    visitor: Who, rooms: Rooms, file: SourceFileId, reason: Said = "", instrument: Said = ""
) -> Response:
    """Let a file go on as ordinary work."""
    rooms.custody.release(visitor.scope, file, reason=reason, instrument=instrument)
    return RedirectResponse("/secret", status_code=303)


@router.post("/secret/{file}/wipe")
def wipe(
    visitor: Who, rooms: Rooms, file: SourceFileId, reason: Said = "", instrument: Said = ""
) -> Response:
    """Wipe a file for good."""
    rooms.custody.wipe(visitor.scope, file, reason=reason, instrument=instrument)
    return RedirectResponse("/secret", status_code=303)
