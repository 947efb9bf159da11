"""Handovers as both sides see them: the list, one of them, what it hinders, how far it is."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from api.asking import Rooms, Who
from api.desk.board import centimetres_of
from api.doors import Doors
from api.handover_room import Job
from api.problems import BadRequest
from api.render import render
from api.told import telling
from api.typed import TypedForm
from api.view import Visitor
from catalog import transfer as transfers
from catalog import transfer_acceptance, transfer_case, transfer_draft, transfer_sealing, transfer_totals
from catalog import unit as units
from catalog.access import Role, Scope
from catalog.fonds import find as find_fonds
from catalog.identifiers import DossierId, TransferId, TransferItemId
from catalog.inventory import Inventory
from catalog.transfer import RECEIVES_AS, ROUTES, Transfer
from catalog.transfer_case import Case
from catalog.transfer_item import Item, inventory, items
from catalog.transfer_paper import TransferPaper, papers
from catalog.transfer_parcel import ParcelRow, short, total_digest
from catalog.transfer_sample import parcels
from catalog.transfer_state import CONCLUDED, State
from catalog.transfer_totals import Totals
from handover.outcome import Check
from luutru.errors import InvalidInput

router = APIRouter()

SHOWN = 50
ITEMS = 200
"""Dossiers of a handover on one page."""

HINDRANCES = frozenset(
    f"dossier-{word}"
    for word in (
        "not-here", "not-givers", "merged", "not-signed-off", "not-bound", "files-on-the-way", "files-held",
        "pages-held", "code-lacks", "code-twice",
    )
)  # fmt: skip
"""What hinders a sealing, as far as the desk has words for it."""


@dataclass(frozen=True)
class Opened:
    """One handover on the desk."""

    transfer: Transfer
    giver: bool  #: the visitor works for the giver
    receiver: bool
    kept: Inventory
    totals: Totals
    items: list[Item]
    more: bool
    parcels: list[ParcelRow]
    digest: str
    papers: list[TransferPaper]
    case: Case
    against: tuple[int, int]  #: permanent and fixed-term dossiers for which the rules name another receiver
    job: Job | None
    left: int  #: dossiers that have not passed, or are not taken in, though all is decided
    unscreened: int  #: pages of what was taken in that were not looked through yet for secret marks

    @property
    def draft(self) -> bool:
        """Dossiers may come and go."""
        return self.transfer.state is State.DRAFT

    @property
    def concluded(self) -> bool:
        """All is decided on."""
        return self.transfer.state in CONCLUDED

    @property
    def decider(self) -> bool:
        """The visitor writes down here what was decided (`catalog.transfer.require_decider`)."""
        theirs = self.transfer.direction == "out" and self.transfer.route == "parcels"
        return self.giver if theirs else self.receiver


@router.get("/handover")
def listed(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    state: Annotated[str, Query(max_length=16)] = "",
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """List what goes out and what comes in, newest first."""
    visitor.scope.require(Role.ARCHIVIST)
    wanted = State(state) if state in set(State) else None
    with rooms.register.read() as conn:
        found = transfers.transfers(conn, visitor.scope, state=wanted, offset=offset, limit=SHOWN + 1)
    return render(
        request,
        "handover.html",
        transfers=found[:SHOWN],
        more=len(found) > SHOWN,
        offset=offset,
        limit=SHOWN,
        state=state,
        states=[one.value for one in State],
        incoming=lambda one: _works_for(visitor, one.to_unit) and not _works_for(visitor, one.from_unit),
    )


@router.get("/handover/new")
def new(request: Request, visitor: Who, rooms: Rooms) -> Response:
    """Show the form of a new draft."""
    visitor.scope.require(Role.ARCHIVIST)
    return _draft_form(request, visitor, rooms, {}, "")


@router.post("/handover/new")
def draft(request: Request, visitor: Who, rooms: Rooms, form: TypedForm) -> Response:
    """Begin a handover."""
    try:
        with rooms.register.write() as conn:
            made = transfer_draft.draft(
                conn,
                visitor.scope,
                giver=units.find(conn, visitor.scope, form.one("giver")).id,
                receiver=units.find(conn, visitor.scope, form.one("receiver")).id,
                case=form.one("case"),
                title=form.one("title"),
                route=form.one("route"),
                receives_as=form.one("receives_as") or None,
                decision_number=form.one("decision_number") or None,
                decision_date=_day(form.one("decision_date")),
                article=form.one("article") or None,
                boxes=form.number("boxes") if form.one("boxes") else None,
                centimetres=centimetres_of(form.one("metres")),
            )
    except InvalidInput as error:
        typed = {name: values[0] for name, values in form.fields.items()}
        return _draft_form(request, visitor, rooms, typed, str(error), status=400)
    return RedirectResponse(f"/handover/{made.id}", status_code=303)


@router.get("/handover/{transfer}")
def show(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    transfer: TransferId,
    after: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Show one handover."""
    return _screen(request, visitor, rooms, transfer, after=after)


@router.get("/handover/{transfer}/hindrances")
def hindrances(request: Request, visitor: Who, rooms: Rooms, transfer: TransferId) -> Response:
    """Show what hinders the sealing, dossier by dossier."""
    found = rooms.handovers.hindrances(visitor.scope, transfer)
    return render(
        request, "handover_hindrances.html", faults=found, known_hindrances=HINDRANCES, **telling(request)
    )


@router.get("/handover/{transfer}/job")
def job(request: Request, visitor: Who, rooms: Rooms, transfer: TransferId) -> Response:
    """Show how far the long act is; when it is over the page comes anew."""
    found = rooms.handovers.job(visitor.scope, transfer)
    headers = {"HX-Refresh": "true"} if found is None or found.over else {}
    return render(request, "handover_job.html", job=found, headers=headers)


@router.post("/handover/{transfer}/edit")
def edit(request: Request, visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Change what a draft says."""
    del request
    with rooms.register.write() as conn:
        changes = {
            "title": form.one("title"),
            "decision_number": form.one("decision_number"),
            "decision_date": _day(form.one("decision_date")),
            "article": form.one("article"),
            "boxes": form.number("boxes") if form.one("boxes") else None,
            "centimetres": centimetres_of(form.one("metres")),
        }
        transfer_draft.edit(conn, visitor.scope, transfer, changes)
    return _back(transfer)


@router.get("/handover/{transfer}/pick")
def pick(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    transfer: TransferId,
    fonds: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(max_length=16)] = "signed-off",
    kept: Annotated[str, Query(max_length=16)] = "",
    year: Annotated[str, Query(max_length=4)] = "",
) -> Response:
    """Show how many dossiers a filter finds, before any is put in."""
    chosen = {"fonds": fonds, "state": state, "kept": kept, "year": year}
    with rooms.register.read() as conn:
        found = transfers.find(conn, visitor.scope, transfer)
        transfers.require_giver(visitor.scope, found)
        names = _chosen(conn, visitor.scope, transfer, chosen)
    return render(
        request,
        "handover_pick.html",
        transfer=found,
        count=len(names),
        chosen=chosen,
        fonds=rooms.intake.fonds(visitor.scope),
    )


@router.post("/handover/{transfer}/pick")
def put_in(visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Put what a filter finds into the draft."""
    chosen = {name: form.one(name)[:64] for name in ("fonds", "state", "kept", "year")}
    with rooms.register.write() as conn:
        names = _chosen(conn, visitor.scope, transfer, chosen)
        unfinished = form.one("unfinished") == "1"
        transfer_draft.add(conn, visitor.scope, transfer, names, unfinished=unfinished)
    return _back(transfer)


@router.post("/handover/{transfer}/remove")
def remove(visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Take dossiers out of a draft."""
    with rooms.register.write() as conn:
        gone = [TransferItemId(name) for name in form.all("item")]
        transfer_draft.remove(conn, visitor.scope, transfer, gone)
    return _back(transfer)


@router.post("/handover/{transfer}/unarranged")
def unarranged(visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Put bundles that nobody has arranged on the draft's own list."""
    with rooms.register.write() as conn:
        transfer_draft.add_unarranged(
            conn,
            visitor.scope,
            transfer,
            form.one("description"),
            years=form.one("years"),
            amount=form.one("amount"),
            centimetres=centimetres_of(form.one("metres")),
            note=form.one("note"),
        )
    return _back(transfer)


@router.post("/handover/{transfer}/drop")
def drop(visitor: Who, rooms: Rooms, transfer: TransferId) -> Response:
    """Give a draft up."""
    with rooms.register.write() as conn:
        transfer_draft.drop(conn, visitor.scope, transfer)
    return RedirectResponse("/handover", status_code=303)


@router.post("/handover/{transfer}/seal")
def seal(request: Request, visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Seal, once the person typed the number to show that they mean it."""
    with rooms.register.read() as conn:
        found = transfers.find(conn, visitor.scope, transfer)
    if found.state is State.DRAFT and form.one("number").strip().upper() != found.number:
        return _screen(request, visitor, rooms, transfer, said="handover.type_number", status=400)
    rooms.handovers.seal(visitor.scope, found, by_profile=form.one("profile") or None)
    return _back(transfer)


@router.post("/handover/{transfer}/unseal")
def unseal(visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Make a draft again of what has not left the house."""
    with rooms.register.write() as conn:
        reason = form.one("reason")[:1000]
        transfer_sealing.abandon(conn, visitor.scope, transfer, reason=reason)
    return _back(transfer)


@router.post("/handover/{transfer}/deliver")
def deliver(visitor: Who, rooms: Rooms, transfer: TransferId) -> Response:
    """Say that the receiver has it: from now on the receiver decides."""
    with rooms.register.write() as conn:
        transfer_sealing.deliver(conn, visitor.scope, transfer)
    return _back(transfer)


# --- how ----------------------------------------------------------------------------------------------


def opened(conn: Connection, visitor: Visitor, rooms: Doors, transfer: TransferId, after: int = 0) -> Opened:
    """Return a handover as the desk shows it.

    Raises:
        TransferNotFound: there is none that the visitor may see.
    """
    visitor.scope.require(Role.ARCHIVIST)
    job = rooms.handovers.job(visitor.scope, transfer)  # before the register: what is over by now is in it
    found = transfers.find(conn, visitor.scope, transfer)
    part = items(conn, visitor.scope, found.id, after=after, limit=ITEMS + 1)
    rows = parcels(conn, visitor.scope, found.id)
    case = transfer_case.case(found.case)
    every = items(conn, visitor.scope, found.id) if found.state is State.DRAFT else []
    return Opened(
        found,
        visitor.scope.may(Role.ARCHIVIST, found.from_unit),
        visitor.scope.may(Role.ARCHIVIST, found.to_unit),
        found.announced or inventory(conn, visitor.scope, found.id),
        transfer_totals.totals(conn, visitor.scope, found.id),
        part[:ITEMS],
        len(part) > ITEMS,
        rows,
        total_digest(rows) if rows else "",
        papers(conn, visitor.scope, found.id),
        case,
        transfer_case.against(case, found.receives_as, [one.retention_code for one in every]),
        job,
        transfer_acceptance.left(conn, visitor.scope, found.id),
        rooms.handovers.unscreened(visitor.scope, found),
    )


def _screen(
    request: Request,
    visitor: Visitor,
    rooms: Doors,
    transfer: TransferId,
    *,
    after: int = 0,
    said: str = "",
    status: int = 200,
) -> Response:
    with rooms.register.read() as conn:
        found = opened(conn, visitor, rooms, transfer, after)
    return render(
        request,
        "handover_one.html",
        status=status,
        found=found,
        transfer=found.transfer,
        after=after,
        said=said,
        short=short,
        faults=_faults(found.job),
        known_hindrances=HINDRANCES,
        paper_kinds={paper.kind for paper in found.papers},
        to_sign=rooms.signing.waiting(visitor.scope, transfer) if found.draft and found.giver else 0,
        **telling(request),
    )


def _faults(job: Job | None) -> tuple[Check, ...]:
    return job.faults if job is not None and job.over else ()


def _draft_form(
    request: Request, visitor: Visitor, rooms: Doors, typed: dict[str, str], detail: str, status: int = 200
) -> Response:
    with rooms.register.read() as conn:
        every = units.units(conn, visitor.scope)
    mine = [one for one in every if visitor.scope.may(Role.ARCHIVIST, one.id)]
    return render(
        request,
        "handover_new.html",
        status=status,
        givers=mine,
        receivers=every,
        cases=transfer_case.cases(),
        routes=ROUTES,
        receives_as=RECEIVES_AS,
        typed=typed,
        detail=detail,
    )


def _chosen(conn: Connection, scope: Scope, transfer: TransferId, chosen: dict[str, str]) -> list[DossierId]:
    place = find_fonds(conn, scope, chosen["fonds"]).id if chosen["fonds"] else None
    year = chosen["year"]
    if year and not year.isdecimal():
        raise BadRequest("a year is four digits")
    return transfer_draft.chosen(
        conn,
        scope,
        transfer,
        fonds=place,
        state=chosen["state"] or None,
        permanent={"permanent": True, "fixed": False}.get(chosen["kept"]),
        year_until=int(year) if year else None,
    )


def _works_for(visitor: Visitor, unit: str) -> bool:
    return visitor.scope.everywhere or unit in visitor.scope.units


def _back(transfer: TransferId) -> Response:
    return RedirectResponse(f"/handover/{transfer}", status_code=303)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise BadRequest("a day is written 2026-12-31") from None
