"""Taking records in: a folder dragged onto the page, or files chosen in a plain form."""

import json
from typing import Annotated

import anyio
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api import wording
from api.asking import Rooms, Who
from api.gate import check_form_token
from api.render import language_of, render
from catalog.access import Role
from catalog.identifiers import BatchId, UnitId

router = APIRouter()

WORDS = (
    "chosen",
    "sending",
    "sent",
    "some_failed",
    "waiting",
    "sending_file",
    "sent_file",
    "same_file",
    "failed_file",
    "too_large",
    "needs_fonds",
    "needs_files",
    "lost",
)
MOST_FILES = 1000
"""Files in one plain form; a browser with scripts sends them one by one, without limit."""


@router.get("/upload")
def form(
    request: Request, visitor: Who, rooms: Rooms, batch: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Show where to drop a folder."""
    visitor.scope.require(Role.ARCHIVIST)
    found = rooms.intake.progress(visitor.scope, BatchId(batch)).batch if batch else None
    say = wording.speaker(language_of(request))
    return render(
        request,
        "upload.html",
        batch=found,
        fonds=rooms.intake.fonds(visitor.scope),
        units=rooms.intake.units(visitor.scope),
        limit_bytes=rooms.limits.upload_bytes,
        words=json.dumps({word: say(f"upload.{word}") for word in WORDS}, ensure_ascii=False),
        message="",
    )


@router.post("/upload/files")
async def plain_form(request: Request, visitor: Who, rooms: Rooms) -> Response:
    """Take files from a browser without scripts; the gate leaves the form's token to this route."""
    visitor.scope.require(Role.ARCHIVIST)
    async with request.form(max_files=MOST_FILES, max_fields=20) as form:
        check_form_token(visitor, str(form.get("csrf", "")))
        batch = str(form.get("batch", ""))
        if not batch:
            batch = await run_in_threadpool(
                rooms.intake.open_batch,
                visitor.scope,
                str(form.get("fonds", "")),
                UnitId(str(form.get("unit"))) if form.get("unit") else None,
                str(form.get("name", "")),
            )
        limiter: anyio.CapacityLimiter = request.app.state.uploads
        for item in form.getlist("files"):
            if isinstance(item, UploadFile) and item.filename:
                await anyio.to_thread.run_sync(
                    rooms.intake.put,
                    visitor.scope,
                    BatchId(batch),
                    item.filename,
                    item.size,
                    item.file,
                    limiter=limiter,
                )
        await run_in_threadpool(rooms.intake.close_batch, visitor.scope, BatchId(batch))
    return RedirectResponse(f"/batches/{batch}", status_code=303)
