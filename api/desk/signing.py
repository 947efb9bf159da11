"""Signing at the desk: what waits for the office's signature, the passphrase that opens its key, progress."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.asking import Rooms, Who
from api.doors import Doors
from api.problems import BadRequest
from api.render import address, render
from api.typed import TypedForm
from api.view import Visitor
from catalog import transfer as transfers
from catalog.access import Role
from catalog.identifiers import TransferId
from handover.signing import Side
from handover.signing_key import KeyUnusable

router = APIRouter()

OfTransfer = Annotated[str, Query(max_length=64)]
SIDES = {"giver": Side.GIVER, "receiver": Side.RECEIVER}


@router.get("/signing")
def show(request: Request, visitor: Who, rooms: Rooms, transfer: OfTransfer = "") -> Response:
    """Show what waits for a signature, and how far the run is."""
    return _screen(request, visitor, rooms, transfer)


@router.get("/signing/job")
def job(request: Request, visitor: Who, rooms: Rooms) -> Response:
    """Show how far the run is; when it is over the page comes anew."""
    found = rooms.signing.job(visitor.scope)
    headers = {"HX-Refresh": "true"} if found is None or found.over else {}
    return render(request, "signing_job.html", job=found, headers=headers)


@router.post("/signing")
def sign(request: Request, visitor: Who, rooms: Rooms, form: TypedForm) -> Response:
    """Begin to sign what waits; the passphrase goes to the key and nowhere else."""
    wanted = form.one("transfer")
    try:
        rooms.signing.sign_documents(
            visitor.scope, form.one("passphrase"), TransferId(wanted) if wanted else None
        )
    except KeyUnusable:
        return _screen(request, visitor, rooms, wanted, said="signing.not_opened", status=400)
    return RedirectResponse(address("/signing", transfer=wanted), status_code=303)


@router.post("/handover/{transfer}/sign-minutes")
def sign_minutes(visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Sign the newest minutes for one side."""
    side = SIDES.get(form.one("side"))
    if side is None:
        raise BadRequest("for the giver or for the receiver")
    here = f"/handover/{transfer}/papers"
    try:
        rooms.signing.sign_minutes(visitor.scope, form.one("passphrase"), transfer, side)
    except KeyUnusable:
        return RedirectResponse(f"{here}?said=not-opened", status_code=303)
    return RedirectResponse(f"{here}?said=signed", status_code=303)


@router.post("/handover/{transfer}/sign-receipt")
def sign_receipt(visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Sign the receipt of what was concluded, for the receiver."""
    here = f"/handover/{transfer}/papers"
    try:
        rooms.signing.sign_receipt(visitor.scope, form.one("passphrase"), transfer)
    except KeyUnusable:
        return RedirectResponse(f"{here}?said=not-opened", status_code=303)
    return RedirectResponse(f"{here}?said=receipt-signed", status_code=303)


def _screen(
    request: Request, visitor: Visitor, rooms: Doors, wanted: str, *, said: str = "", status: int = 200
) -> Response:
    visitor.scope.require(Role.ARCHIVIST)
    of = None
    if wanted:
        with rooms.register.read() as conn:
            of = transfers.find(conn, visitor.scope, TransferId(wanted))
    return render(
        request,
        "signing.html",
        status=status,
        transfer=of,
        has_key=rooms.signing.has_key,
        waiting=rooms.signing.waiting(visitor.scope, of.id if of else None),
        pending=rooms.signing.pending(visitor.scope),
        job=rooms.signing.job(visitor.scope),
        said=said,
    )
