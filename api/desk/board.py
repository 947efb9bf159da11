"""The progress board: each office and the whole province, on the screen and on paper."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.asking import Rooms, Who
from api.desk.printing import PDF, XLSX, printed_bytes, written_bytes
from api.desk.viewer import disposition
from api.doors import Doors
from api.problems import BadRequest
from api.render import render
from api.typed import TypedForm
from api.view import Visitor
from api.wording import speaker
from catalog import unit as units
from catalog import unit_holding
from catalog.access import Role
from catalog.forecast import STAGES
from catalog.instants import now, today
from handover.board import Board, board, board_form
from paper.form_pdf import print_form
from paper.form_xlsx import save_form

router = APIRouter()


@router.get("/board")
def show(request: Request, visitor: Who, rooms: Rooms) -> Response:
    """Show how far every office is."""
    found = _board(visitor, rooms)
    with rooms.register.read() as conn:
        said = unit_holding.holdings(conn, visitor.scope)
        mine = [one for one in units.units(conn, visitor.scope) if visitor.scope.may(Role.ARCHIVIST, one.id)]
    return render(
        request,
        "board.html",
        board=found,
        said=said,
        units=mine,
        stages=STAGES,
        everything=visitor.scope.everywhere,
    )


@router.get("/board/print.{kind}")
def printed(request: Request, visitor: Who, rooms: Rooms, kind: Literal["pdf", "xlsx"]) -> Response:
    """Send the board on A4."""
    say = speaker("vi")  # paper is Vietnamese, whatever the screen speaks
    scope = say("board.province") if visitor.scope.everywhere else say("board.mine")
    form = board_form(_board(visitor, rooms), scope=scope)
    if kind == "xlsx":
        data, media_type = written_bytes(lambda path: save_form(form, path)), XLSX
    else:
        made_at, fonts = now(), rooms.fonts
        data = printed_bytes(lambda out: print_form(form, out, made_at=made_at, fonts=fonts))
        media_type = PDF
    headers = {"Content-Disposition": disposition(f"tien-do-{today():%Y-%m-%d}.{kind}")}
    return Response(data, media_type=media_type, headers=headers)


@router.post("/board/holding")
def say_holding(request: Request, visitor: Who, rooms: Rooms, form: TypedForm) -> Response:
    """Write down what an office says it holds, and by when it is to be handed over."""
    del request
    with rooms.register.write() as conn:
        unit_holding.say(
            conn,
            visitor.scope,
            units.find(conn, visitor.scope, form.one("unit")).id,
            centimetres=centimetres_of(form.one("metres")),
            dossiers=form.number("dossiers") if form.one("dossiers") else None,
            deadline=_day(form.one("deadline")),
            instrument=form.one("instrument")[:1000],
        )
    return RedirectResponse("/board", status_code=303)


def centimetres_of(typed: str) -> int | None:
    """Return metres of shelf as people type them ("12,5", "12.5") in centimetres; None: nothing was typed.

    Raises:
        BadRequest: it is no number of metres.
    """
    text = typed.strip().replace(",", ".")
    if not text:
        return None
    try:
        metres = Decimal(text)
    except InvalidOperation:
        raise BadRequest(f"metres are a number, as 12,5; found {typed!r}") from None
    if not metres.is_finite() or not 0 <= metres <= 1_000_000:
        raise BadRequest("metres are a number from 0")
    return int((metres * 100).to_integral_value())


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise BadRequest("a day is written 2026-12-31") from None


def _board(visitor: Visitor, rooms: Doors) -> Board:
    visitor.scope.require(Role.ARCHIVIST)
    with rooms.register.read() as conn:
        return board(conn, visitor.scope, today=today())
