"""Batches and files, for programs: opened, sent whole or in pieces, watched."""

from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Query, Request, Response

from api.asking import Rooms, Who
from api.incoming import with_body
from api.intake import Sent
from api.rest.shapes import (
    BatchState,
    ClosedBatch,
    NewBatch,
    NewUpload,
    OpenedBatch,
    Unfinished,
    UploadState,
)
from api.view import Progress
from catalog import batch as catalog_batch
from catalog.identifiers import BatchId, UnitId
from luutru.errors import InvalidInput

router = APIRouter(tags=["batches"])


class LengthNeeded(InvalidInput):
    """A header that says how long or where the body is cannot be understood."""

    slug = "length-needed"


@router.get("/batches", summary="List batches, the newest first")
def batches(
    visitor: Who,
    rooms: Rooms,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> list[BatchState]:
    """Batches of the units in which one is an archivist, and one's own."""
    return [_state(progress) for progress in rooms.intake.batches(visitor.scope, offset, limit)]


@router.post("/batches", summary="Open a batch", status_code=201)
def open_batch(visitor: Who, rooms: Rooms, wanted: NewBatch) -> OpenedBatch:
    """An unknown fonds is entered and marked "to confirm"."""
    unit = UnitId(wanted.unit) if wanted.unit else None
    return OpenedBatch(batch=rooms.intake.open_batch(visitor.scope, wanted.fonds, unit, wanted.name))


@router.get("/batches/{batch}", summary="How a batch goes")
def batch_state(visitor: Who, rooms: Rooms, batch: BatchId) -> BatchState:
    """The ledger: received = read + blank + held pages + waiting."""
    return _state(rooms.intake.progress(visitor.scope, batch))


@router.post("/batches/{batch}/close", summary="Say that everything was sent")
def close_batch(visitor: Who, rooms: Rooms, batch: BatchId) -> ClosedBatch:
    """May be called twice. Reading does not wait for it."""
    return ClosedBatch(batch=rooms.intake.close_batch(visitor.scope, batch))


@router.put(
    "/batches/{batch}/files/{path:path}",
    summary="Send a whole file",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_file(
    request: Request, response: Response, visitor: Who, rooms: Rooms, batch: BatchId, path: str
) -> UploadState:
    """The body is the file; sub-folders in the path are box and dossier. 200 where it was here already.

    When the answer comes, the file is on the disk and registered. To go on after a broken line, use uploads.
    """
    size = _number(request.headers.get("content-length"))
    limiter: anyio.CapacityLimiter = request.app.state.uploads
    sent = await with_body(
        request, lambda body: rooms.intake.put(visitor.scope, batch, path, size, body), limiter
    )
    if sent.again:
        response.status_code = 200
    return _sent(sent)


@router.post("/batches/{batch}/uploads", summary="Begin a file that is sent in pieces", status_code=201)
def begin_upload(visitor: Who, rooms: Rooms, batch: BatchId, wanted: NewUpload) -> UploadState:
    """Begun before by the same person, for the same batch, path, size and date: goes on from `offset`."""
    sent = rooms.intake.announce(
        visitor.scope, batch, wanted.path, wanted.size, deep=wanted.deep, changed=wanted.changed
    )
    return _sent(sent)


@router.get("/uploads/{upload}", summary="How far a file has come")
def upload_state(visitor: Who, rooms: Rooms, upload: str) -> UploadState:
    """Send on from `offset`."""
    return _sent(rooms.intake.stand(visitor.scope, upload))


@router.patch(
    "/uploads/{upload}",
    summary="Send the next piece of a file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def append(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    upload: str,
    upload_offset: Annotated[int, Header(ge=0, description="where this piece begins, in bytes")],
) -> UploadState:
    """409 where the file stands elsewhere: ask for its offset. The last piece answers `received`: true."""
    limiter: anyio.CapacityLimiter = request.app.state.uploads
    return _sent(
        await with_body(
            request, lambda body: rooms.intake.append(visitor.scope, upload, upload_offset, body), limiter
        )
    )


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal():
        raise LengthNeeded("Content-Length is a number of bytes")
    return int(text)


def _sent(sent: Sent) -> UploadState:
    return UploadState(
        upload=sent.upload, offset=sent.offset, size=sent.size, received=sent.received, again=sent.again
    )


def _state(progress: Progress) -> BatchState:
    ledger, batch = progress.ledger, progress.batch
    return BatchState(
        batch=batch.id,
        name=batch.name,
        fonds=batch.fonds_code,
        made_at=batch.created_at,
        by=batch.created_by,
        closed=batch.closed_at is not None,
        finished=ledger.finished,
        files=ledger.files,
        received=ledger.received,
        read=ledger.read,
        described=ledger.described,
        indexed=ledger.indexed,
        blank=ledger.blank,
        duplicate=ledger.duplicate,
        waiting=ledger.pages_to_read,
        pages_per_minute=progress.pages_per_minute,
        held=[_unfinished(item) for item in ledger.held],
        refused=[_unfinished(item) for item in ledger.refused],
    )


def _unfinished(item: catalog_batch.Unfinished) -> Unfinished:
    return Unfinished(
        file=item.source_file, name=item.name, page=item.page, code=item.code, reason=item.reason
    )
