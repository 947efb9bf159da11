"""Which fonds of ours theirs is, said on the screen on which what came is decided on."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.asking import Rooms, Who
from api.render import render
from api.typed import TypedForm
from catalog import transfer as transfers
from catalog import transfer_fonds
from catalog.identifiers import TransferId
from luutru.errors import InvalidInput

router = APIRouter()


@router.get("/handover/{transfer}/fonds")
def show(request: Request, visitor: Who, rooms: Rooms, transfer: TransferId) -> Response:
    """Show into which fonds what came is filed, and the form that says so."""
    with rooms.register.read() as conn:
        found = transfers.find(conn, visitor.scope, transfer)
        transfers.require_receiver(visitor.scope, found)
        filed = transfer_fonds.filed(conn, visitor.scope, transfer)
    return render(
        request,
        "handover_fonds.html",
        transfer=found,
        filed=list(filed.values()),
        fonds=rooms.intake.fonds(visitor.scope),
    )


@router.post("/handover/{transfer}/fonds")
def say(visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Write down which fonds of ours theirs is."""
    theirs, ours = form.one("theirs").strip()[:200], form.one("ours").strip()[:200]
    if not theirs or not ours:
        raise InvalidInput("name their code, and our fonds")
    with rooms.register.write() as conn:
        transfer_fonds.say(conn, visitor.scope, transfer, {theirs: ours})
    return RedirectResponse(f"/handover/{transfer}/decide#fonds", status_code=303)
