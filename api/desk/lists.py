"""Lists of dossiers and documents from Excel: sent, looked through cell by cell, entered all at once."""

import hashlib
import tempfile
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.asking import Rooms, Who
from api.doors import Doors
from api.gate import check_form_token
from api.problems import BadRequest, TooLarge
from api.render import render
from api.view import Visitor
from catalog.access import Role
from catalog.fonds import find as find_fonds
from catalog.instants import today
from ingest.limits import Limits
from ingest.listing import read_list
from ingest.sandbox import run_in_child
from review.office_list import ListHasFaults, Plan, dry_run, enter

router = APIRouter()

LARGEST = 32 * 1024 * 1024
"""Bytes of a list; one of 100,000 rows has some ten million."""

SHOWN = 500
"""Faults and changes on one page."""


@router.get("/import")
def form(request: Request, visitor: Who, rooms: Rooms) -> Response:
    """Show where to send a list."""
    visitor.scope.require(Role.ARCHIVIST)
    return _screen(request, visitor, rooms)


@router.post("/import")
async def take(request: Request, visitor: Who, rooms: Rooms) -> Response:
    """Look through a list; enter it where `apply` was ticked and nothing is wrong.

    The gate leaves the form's token to this route.
    """
    visitor.scope.require(Role.ARCHIVIST)
    async with request.form(max_files=1, max_fields=10) as sent:
        check_form_token(visitor, str(sent.get("csrf", "")))
        file = sent.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise BadRequest("choose a file")
        data = await file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise TooLarge(f"a list has at most {LARGEST} bytes")
        fonds, doing = str(sent.get("fonds", "")), bool(sent.get("apply"))
        plan, done = await run_in_threadpool(_plan, visitor, rooms, fonds, data, doing=doing)
    return _screen(request, visitor, rooms, plan=plan, done=done, fonds=fonds, name=Path(file.filename).name)


def _plan(visitor: Visitor, rooms: Doors, code: str, data: bytes, *, doing: bool) -> tuple[Plan, bool]:
    """Return what the list would do (or did), and whether it was entered."""
    with tempfile.TemporaryDirectory(prefix="luutru-list-") as folder:
        path = Path(folder) / "list.xlsx"
        path.write_bytes(data)
        listing = run_in_child(read_list, path, today(), limits=Limits())
    if not doing:
        with rooms.register.read() as conn:
            return dry_run(conn, visitor.scope, find_fonds(conn, visitor.scope, code), listing), False
    try:
        digest = hashlib.sha256(data).hexdigest()
        return enter(rooms.register, visitor.scope, code, listing, digest=digest), True
    except ListHasFaults as error:
        return error.plan, False


def _screen(
    request: Request,
    visitor: Visitor,
    rooms: Doors,
    *,
    plan: Plan | None = None,
    done: bool = False,
    fonds: str = "",
    name: str = "",
) -> Response:
    return render(
        request,
        "import.html",
        plan=plan,
        done=done,
        chosen=fonds,
        name=name,
        shown=SHOWN,
        fonds=rooms.intake.fonds(visitor.scope),
    )
