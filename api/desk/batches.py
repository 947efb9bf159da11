"""Batches as archivists watch them: figures that move by themselves, and every file that got stuck."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.asking import Rooms, Who
from api.doors import Doors
from api.gate import SESSION_COOKIE
from api.intake import troubled
from api.problems import TooManyTries
from api.render import render, render_text
from api.view import Progress, Visitor
from catalog.identifiers import BatchId, SourceFileId
from luutru.errors import LuuTruError

router = APIRouter()

SHOWN = 20
CHECK_SESSION_SECONDS = 30.0


@router.get("/batches")
def batches(
    request: Request, visitor: Who, rooms: Rooms, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> Response:
    """List batches, the newest first."""
    found = rooms.intake.batches(visitor.scope, offset, SHOWN + 1)
    return render(
        request, "batches.html", batches=found[:SHOWN], more=len(found) > SHOWN, offset=offset, limit=SHOWN
    )


@router.get("/batches/{batch}")
def show_batch(request: Request, visitor: Who, rooms: Rooms, batch: BatchId) -> Response:
    """Show how one batch goes, and what got stuck."""
    progress = rooms.intake.progress(visitor.scope, batch)
    ledger = progress.ledger
    held, refused = troubled(ledger.held), troubled(ledger.refused)
    return render(request, "batch.html", progress=progress, held=held, refused=refused)


@router.get("/batches/{batch}/progress")
async def live_progress(request: Request, visitor: Who, rooms: Rooms, batch: BatchId) -> Response:
    """Send the figures again whenever they change (server-sent events)."""
    first = await run_in_threadpool(rooms.intake.progress, visitor.scope, batch)
    streams = request.app.state.live_streams
    if len(streams) >= rooms.limits.live_streams:
        raise TooManyTries("too many pages are watching; this one will try again", retry_after=10)
    return StreamingResponse(
        _live(request, visitor, rooms, batch, first),
        media_type="text/event-stream",
        headers={"Cache-Control": "private, no-store", "X-Accel-Buffering": "no"},
    )


@router.post("/files/{file}/retry")
def retry(request: Request, visitor: Who, rooms: Rooms, file: SourceFileId) -> Response:
    """Put one file back in the queue."""
    batch = rooms.intake.retry(visitor.scope, file)
    if request.headers.get("hx-request"):
        return render(request, "retried.html")
    return RedirectResponse(f"/batches/{batch}", status_code=303)


@router.post("/batches/{batch}/retry")
def retry_all(visitor: Who, rooms: Rooms, batch: BatchId, csrf: Annotated[str, Form()] = "") -> Response:
    """Put everything refused back in the queue."""
    rooms.intake.retry_all(visitor.scope, batch)
    return RedirectResponse(f"/batches/{batch}", status_code=303)


async def _live(
    request: Request, visitor: Visitor, rooms: Doors, batch: BatchId, progress: Progress
) -> AsyncIterator[str]:
    streams: set[object] = request.app.state.live_streams
    ticket = object()
    streams.add(ticket)
    began = checked = time.monotonic()
    said = ""
    stuck = _stuck_count(progress)
    try:
        while True:
            text = render_text(request, "progress.html", progress=progress)
            if text != said:
                said = text
                yield _event("progress", text)
            if progress.ledger.finished and progress.batch.closed_at is not None:
                yield _event("finished", "1")
                return
            if _stuck_count(progress) != stuck:
                yield _event("troubled", "1")
                return
            now = time.monotonic()
            if now - began > rooms.limits.live_seconds or request.app.state.closing:
                return
            if now - checked > CHECK_SESSION_SECONDS:
                checked = now
                secret = request.cookies.get(SESSION_COOKIE, "")
                if await run_in_threadpool(rooms.reception.visitor, secret) is None:
                    return
            await asyncio.sleep(rooms.limits.live_pause_seconds)
            if await request.is_disconnected():
                return
            try:
                progress = await run_in_threadpool(rooms.intake.progress, visitor.scope, batch)
            except LuuTruError:
                return  # the browser asks again and is told
    finally:
        streams.discard(ticket)


def _event(name: str, text: str) -> str:
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\n{lines}\n"


def _stuck_count(progress: Progress) -> int:
    return len(progress.ledger.held) + len(progress.ledger.refused)
