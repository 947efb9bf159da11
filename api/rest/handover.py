"""Handovers between installations, for programs: announce, send what lacks, finish, fetch the receipt.

The token is a person's who is an archivist of the receiver, or of the giver as the receiver's register knows
it. Nothing is accepted here: people decide, and the receipt says what.
"""

from typing import Annotated, Literal

import anyio
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.asking import Rooms, Who
from api.incoming import with_body
from api.problems import TooLarge
from api.rest.shapes import example
from catalog.identifiers import TransferId
from catalog.transfer_paper import TransferPaperNotFound
from handover import announcement, kept_receipt, listed

router = APIRouter(tags=["handovers"])

OCTETS = "application/octet-stream"

BINARY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
DIGEST = r"^[0-9a-f]{64}$"


class ParcelState(BaseModel):
    """One parcel of a handover that came."""

    model_config = example(name="BG-2026-000123-P0001", digest="9f" * 32, state="checked")

    name: str
    digest: str
    state: str  #: planned (nothing came whole), checked


class HandoverState(BaseModel):
    """A handover that came, and how far it is."""

    model_config = example(
        transfer="01a2187e298d75269b3a933cbd4283d1",
        number="BG-2026-000123",
        state="under-check",
        parcels=[{"name": "BG-2026-000123-P0001", "digest": "9f" * 32, "state": "checked"}],
    )

    transfer: str
    number: str
    state: str
    parcels: list[ParcelState]


class LackingFile(BaseModel):
    """One file that has not come whole: send on from `offset`."""

    path: str
    offset: int


class Lacks(BaseModel):
    """What lacks of a parcel; nothing where it is here, or was taken before."""

    lacks: list[LackingFile]


class FileState(BaseModel):
    """How far a file has come."""

    model_config = example(path="data/01/representations/rep1/data/H49.64.33.2001.160.1.pdf", offset=8388608)

    path: str
    offset: int


class FilesState(BaseModel):
    """How many files of a bundle are here now."""

    model_config = example(files=396)

    files: int


class Checked(BaseModel):
    """What checking a parcel came to; people see the whole report."""

    name: str
    again: bool  #: it was here before, and nothing was done
    outcome: str  #: passed, failed, could-not-run, not-asked
    dossiers: dict[str, str]  #: what is proposed for each, by identifier


@router.post(
    "/handovers",
    summary="Announce a handover",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {}}}},
)
async def announce(request: Request, visitor: Who, rooms: Rooms) -> HandoverState:
    """The body is `handover.json`. The same again is the same handover."""
    data = await _text(request, announcement.MOST_BYTES)
    found = await run_in_threadpool(rooms.handing_over.arrivals.announce, visitor.scope, data)
    return await run_in_threadpool(_state, visitor, rooms, found.id)


@router.get("/handovers/{transfer}", summary="How far a handover is")
def handover_state(visitor: Who, rooms: Rooms, transfer: str) -> HandoverState:
    """To both sides alone."""
    return _state(visitor, rooms, TransferId(transfer))


@router.put(
    "/handovers/{transfer}/parcels/{parcel}/list",
    summary="List a parcel's files; ask what lacks",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {}}}},
)
async def list_files(request: Request, visitor: Who, rooms: Rooms, transfer: str, parcel: str) -> Lacks:
    """The body: `{"files": [{"path", "size", "sha256"}, …]}`, every file of the parcel, tag files too.

    Bytes that the archive keeps and that one may read need not be sent again.
    """
    data = await _text(request, listed.MOST_LIST_BYTES)

    def lacks() -> Lacks:
        lacking = rooms.handing_over.arrivals.lacking(
            visitor.scope, TransferId(transfer), parcel, listed.from_json(data)
        )
        return Lacks(lacks=[LackingFile(path=one.path, offset=one.offset) for one in lacking])

    return await run_in_threadpool(lacks)


@router.get("/handovers/{transfer}/parcels/{parcel}/files/{path:path}", summary="Where a file stands")
def file_state(visitor: Who, rooms: Rooms, transfer: str, parcel: str, path: str) -> FileState:
    """Send on from `offset`."""
    stands = rooms.handing_over.arrivals.stands(visitor.scope, TransferId(transfer), parcel, path)
    return FileState(path=path, offset=stands)


@router.patch(
    "/handovers/{transfer}/parcels/{parcel}/files/{path:path}",
    summary="Send the next block of a file",
    openapi_extra=BINARY,
)
async def append(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    transfer: str,
    parcel: str,
    path: str,
    upload_offset: Annotated[int, Header(ge=0, description="where this block begins, in bytes")],
    upload_sha256: Annotated[str, Header(pattern=DIGEST, description="SHA-256 of this block")],
) -> FileState:
    """At most 8 MiB. 409 where the file stands elsewhere; a block that the line spoilt is not kept."""
    limiter: anyio.CapacityLimiter = request.app.state.uploads
    stands = await with_body(
        request,
        lambda body: rooms.handing_over.arrivals.append(
            visitor.scope,
            TransferId(transfer),
            parcel,
            path,
            offset=upload_offset,
            sha256=upload_sha256,
            data=body,
        ),
        limiter,
    )
    return FileState(path=path, offset=stands)


@router.post(
    "/handovers/{transfer}/parcels/{parcel}/files", summary="Send small files whole", openapi_extra=BINARY
)
async def take(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    transfer: str,
    parcel: str,
    upload_sha256: Annotated[str, Header(pattern=DIGEST, description="SHA-256 of the body")],
) -> FilesState:
    """A line `luutru-bundle 1`, then for each file a line of its size and path, and its bytes.

    At most 500 files, 8 MiB. All of it is kept or nothing; what is here already is passed over.
    """
    limiter: anyio.CapacityLimiter = request.app.state.uploads
    arrivals = rooms.handing_over.arrivals
    count = await with_body(
        request,
        lambda body: arrivals.take(
            visitor.scope, TransferId(transfer), parcel, sha256=upload_sha256, data=body
        ),
        limiter,
    )
    return FilesState(files=count)


@router.post("/handovers/{transfer}/parcels/{parcel}/finish", summary="Say that a parcel is whole")
def finish(visitor: Who, rooms: Rooms, transfer: str, parcel: str) -> Checked:
    """Every file is hashed again from the disk, then checked; 409 `files-lack`: ask what, and send it."""
    handing = rooms.handing_over
    report = handing.arrivals.finish(visitor.scope, TransferId(transfer), parcel, scratch=handing.scratch)
    if report is None:
        return Checked(name=parcel, again=True, outcome="not-asked", dossiers={})
    return Checked(
        name=report.name,
        again=False,
        outcome=report.outcome.value,
        dossiers={one.identifier: one.proposal.value for one in report.dossiers},
    )


@router.get("/handovers/{transfer}/receipt", summary="The receipt", response_class=Response)
def fetch_receipt(visitor: Who, rooms: Rooms, transfer: str) -> Response:
    """Once everything is decided, and the same bytes at every asking; 409 before."""
    told = rooms.handing_over.receipt(visitor.scope, TransferId(transfer))
    return Response(told.data, media_type=kept_receipt.MEDIA_TYPE)


@router.get(
    "/handovers/{transfer}/receipt/{what}",
    summary="The signature over the receipt, or its time stamp",
    response_class=Response,
)
def fetch_signature(
    visitor: Who, rooms: Rooms, transfer: str, what: Literal["signature", "stamp"]
) -> Response:
    """The office's detached signature (CMS, DER), or the time stamp (RFC 3161) over that; 404: none yet."""
    told = rooms.handing_over.receipt(visitor.scope, TransferId(transfer))
    data = told.p7s if what == "signature" else told.tsr
    if data is None:
        raise TransferPaperNotFound(f"the receipt has no {what} yet")
    return Response(data, media_type="application/pkcs7-signature" if what == "signature" else OCTETS)


async def _text(request: Request, most: int) -> bytes:
    """Return a body that is read whole.

    Raises:
        TooLarge: it has more than `most` bytes; no more of it was read.
    """
    limiter: anyio.CapacityLimiter = request.app.state.uploads
    data = await with_body(request, lambda body: body.read(most + 1), limiter)
    if len(data) > most:
        raise TooLarge(f"this has at most {most} bytes")
    return data


def _state(visitor: Who, rooms: Rooms, transfer: TransferId) -> HandoverState:
    found, rows = rooms.handing_over.arrivals.parcels(visitor.scope, transfer)
    return HandoverState(
        transfer=found.id,
        number=found.number,
        state=found.state.value,
        parcels=[ParcelState(name=row.name, digest=row.digest, state=row.state) for row in rows],
    )
