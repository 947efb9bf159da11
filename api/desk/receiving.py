"""The receiver's side of a handover: the check report, one decision a dossier, acceptance, the papers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from api.asking import Rooms, Who
from api.desk.handover import ITEMS, opened
from api.desk.printing import PDF, XLSX, printed_bytes, written_bytes
from api.desk.viewer import disposition
from api.doors import Doors
from api.problems import BadRequest
from api.render import language_of, render
from api.told import telling
from api.typed import Typed, TypedForm
from api.wording import speaker
from catalog import transfer as transfers
from catalog import transfer_decision, transfer_totals, transfer_undo
from catalog.access import Role, Scope
from catalog.identifiers import TransferId, TransferItemId
from catalog.instants import now
from catalog.inventory import COUNTED
from catalog.transfer_decision import Said
from catalog.transfer_item import Decision, Item, items
from catalog.transfer_item import find as find_item
from catalog.transfer_paper import TransferPaper, TransferPaperNotFound, papers
from catalog.transfer_parcel import ParcelRow
from catalog.transfer_sample import parcels
from catalog.transfer_totals import Totals
from handover import drawing_up, kept_receipt
from handover.check_rows import every_check, rows_of, short_subject
from handover.grouping import group_of, groups
from handover.minutes import Signatories
from handover.minutes_paper import catalogues
from handover.outcome import Outcome
from handover.report import Level, Proposal
from luutru.errors import NotFound
from paper.form import Form

router = APIRouter()

FAULTS_SHOWN = 20
"""Findings shown of one dossier; the check report has all."""

ROWS_SHOWN = 500
"""Rows of one parcel on the page; the printed sheet has all."""

GROUPS_SHOWN = 30
"""Groups of dossiers that wait for one reason; the largest come first."""


SAID_OF_SIGNING = {
    "signed": "signing.minutes_signed",
    "receipt-signed": "signing.receipt_signed",
    "not-opened": "signing.not_opened",
}


@dataclass(frozen=True)
class Looked:
    """What the checks say of one dossier."""

    proposal: str  #: `handover.report.Proposal`; "" = nothing was checked
    outcome: str
    faults: tuple[Mapping[str, str], ...]  #: what failed or could not run


NOT_LOOKED = Looked("", "", ())


@router.get("/handover/{transfer}/decide")
def decide(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    transfer: TransferId,
    after: Annotated[int, Query(ge=0, le=100_000)] = 0,
    only: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    """Show the dossiers that came, with what the checks say of each, to be decided by keys."""
    with rooms.register.read() as conn:
        found = opened(conn, visitor, rooms, transfer, after)
        transfers.require_decider(visitor.scope, found.transfer)
        if found.concluded:
            return RedirectResponse(f"/handover/{transfer}", status_code=303)
        shown = found.items
        if only == "undecided":
            every = items(conn, visitor.scope, transfer, after=after)
            shown = [one for one in every if one.decision is None][:ITEMS]
    looked = looked_at(found.parcels)
    inside = every_item(rooms, visitor.scope, transfer)
    good = _accepted_by_checks(inside, looked)
    return render(
        request,
        "handover_decide.html",
        found=found,
        transfer=found.transfer,
        items=shown,
        looked=looked,
        not_looked=NOT_LOOKED,
        good=len(good),
        **telling(request),
        sample=rooms.samples.sample(visitor.scope, transfer),
        groups=groups(inside, found.parcels)[:GROUPS_SHOWN],
        checked=bool(looked),
        decisions=[one.value for one in Decision],
        after=after,
        only=only,
        more=found.more if not only else len(shown) == ITEMS,
    )


@router.post("/handover/{transfer}/decide")
def said(request: Request, visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Write down what is decided on one dossier; an empty decision takes it back."""
    name = TransferItemId(form.one("item"))
    wanted = form.one("decision")
    with rooms.register.write() as conn:
        if not wanted:
            transfer_undo.take_back(conn, visitor.scope, transfer, [name])
        else:
            transfer_decision.decide(conn, visitor.scope, transfer, {name: _said(form)})
        totals = transfer_totals.totals(conn, visitor.scope, transfer)
        item = find_item(conn, visitor.scope, transfer, name)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse(_told(request, item, totals))
    back = f"/handover/{transfer}/decide?after={max(0, item.ordinal - 1)}"
    return RedirectResponse(back, status_code=303)


@router.post("/handover/{transfer}/accept-good")
def accept_good(visitor: Who, rooms: Rooms, transfer: TransferId) -> Response:
    """Accept every undecided dossier for which all checks speak."""
    inside = every_item(rooms, visitor.scope, transfer)
    with rooms.register.read() as conn:
        looked = looked_at(parcels(conn, visitor.scope, transfer))
    good = {name: Said(Decision.ACCEPTED) for name in _accepted_by_checks(inside, looked)}
    with rooms.register.write() as conn:
        transfer_decision.decide(conn, visitor.scope, transfer, good)
    return RedirectResponse(f"/handover/{transfer}/decide", status_code=303)


@router.post("/handover/{transfer}/decide-group")
def decide_group(visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Decide the same on all dossiers that wait for one reason; why is kept with each, and in the event."""
    decision, reason = _decision(form), form.one("reason").strip()
    if not reason:
        raise BadRequest("say why: it is kept")
    inside = every_item(rooms, visitor.scope, transfer)
    with rooms.register.read() as conn:
        every = groups(inside, parcels(conn, visitor.scope, transfer))
    one = group_of(every, form.one("group"), form.number("count"))
    if decision not in one.allowed:
        raise BadRequest(f"{decision.value} is said of one dossier at a time here")
    deadline = _day(form.one("deadline")) if decision is Decision.RESERVED else None
    said = dict.fromkeys(one.items, Said(decision, reason, deadline))
    codes = [code for code, _outcome in one.reasons]
    told = {"proposal": one.proposal, "codes": codes, "reason": reason}
    with rooms.register.write() as conn:
        transfer_decision.decide(conn, visitor.scope, transfer, said, group=told)
    return RedirectResponse(f"/handover/{transfer}/decide", status_code=303)


@router.post("/handover/{transfer}/check")
def check(visitor: Who, rooms: Rooms, transfer: TransferId) -> Response:
    """Begin to read every byte again (inside one installation)."""
    with rooms.register.read() as conn:
        found = transfers.find(conn, visitor.scope, transfer)
    rooms.handovers.check(visitor.scope, found)
    return RedirectResponse(f"/handover/{transfer}", status_code=303)


@router.post("/handover/{transfer}/accept")
def accept(visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Conclude: authority and access pass now."""
    with rooms.register.read() as conn:
        found = transfers.find(conn, visitor.scope, transfer)
    rooms.handovers.accept(
        visitor.scope,
        found,
        paper=form.one("paper") == "1",
        copy_until=_day(form.one("copy_until")),
    )
    return RedirectResponse(f"/handover/{transfer}", status_code=303)


@router.get("/handover/{transfer}/checks")
def checks(request: Request, visitor: Who, rooms: Rooms, transfer: TransferId) -> Response:
    """Show every check of everything that came, with its outcome."""
    with rooms.register.read() as conn:
        found = opened(conn, visitor, rooms, transfer)
    every = {row.name: every_check(row.verdict) for row in found.parcels}
    counted = Counter(each["outcome"] for those in every.values() for each in those)
    return render(
        request,
        "handover_checks.html",
        found=found,
        transfer=found.transfer,
        counted={outcome.value: counted[outcome.value] for outcome in Outcome},
        levels=[level.value for level in Level],
        findings={name: rows_of(those) for name, those in every.items()},
        most=ROWS_SHOWN,
        **telling(request),
    )


# --- the papers ---------------------------------------------------------------------------------------


@router.get("/handover/{transfer}/papers")
def paper_room(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    transfer: TransferId,
    said: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    """Show what there is on paper, and the form of the minutes."""
    with rooms.register.read() as conn:
        found = opened(conn, visitor, rooms, transfer)
        lists: tuple[Form, ...] = ()
        if found.totals.add_up:
            lists = catalogues(drawing_up.minutes_of(conn, visitor.scope, transfer))
    return render(
        request,
        "handover_papers.html",
        found=found,
        transfer=found.transfer,
        catalogues=[form.values["retention"] for form in lists],
        to_sign=newest_minutes(found.papers) if rooms.signing.has_key else None,
        receipt_waits=rooms.signing.receipt_waits(visitor.scope, found.transfer, found.papers),
        said=SAID_OF_SIGNING.get(said, ""),
    )


@router.post("/handover/{transfer}/minutes")
def draw_up(visitor: Who, rooms: Rooms, transfer: TransferId, form: TypedForm) -> Response:
    """Draw the minutes up, and keep them."""
    visitor.scope.require(Role.ARCHIVIST)
    fields = Signatories.__dataclass_fields__
    made = Signatories(**{name: form.one(name).strip()[:300] for name in fields})
    paper = drawing_up.draw_up(
        rooms.register,
        rooms.handovers.store,
        visitor.scope,
        rooms.handovers.system,
        transfer,
        made,
        fonts=rooms.fonts,
    )
    return RedirectResponse(f"/handover/{transfer}/papers#{paper.id}", status_code=303)


@router.get("/handover/{transfer}/papers/{paper}")
def kept_paper(visitor: Who, rooms: Rooms, transfer: TransferId, paper: str) -> Response:
    """Send a paper that is kept, byte for byte."""
    visitor.scope.require(Role.ARCHIVIST)
    with rooms.register.read() as conn:
        found = transfers.find(conn, visitor.scope, transfer)
        one = _paper(papers(conn, visitor.scope, transfer), paper)
    with rooms.handovers.store.get(one.object_key) as stream:
        data = stream.read()
    name = {"minutes": "bien-ban", "catalogue": "muc-luc", "receipt": "bien-nhan"}.get(one.kind, one.kind)
    ending = "pdf" if one.media_type == PDF else "json"
    headers = {"Content-Disposition": disposition(f"{name}-{found.number}.{ending}")}
    return Response(data, media_type=one.media_type, headers=headers)


@router.get("/handover/{transfer}/papers/{paper}/{what}")
def beside_paper(
    visitor: Who, rooms: Rooms, transfer: TransferId, paper: str, what: Literal["p7s", "tsr"]
) -> Response:
    """Send the signature that lies beside a receipt, or the time stamp over it."""
    visitor.scope.require(Role.ARCHIVIST)
    with rooms.register.read() as conn:
        found = transfers.find(conn, visitor.scope, transfer)
        one = _paper(papers(conn, visitor.scope, transfer), paper)
    data = kept_receipt.beside(one, what)
    if data is None:
        raise TransferPaperNotFound(f"there is no {what} beside this paper")
    ending = {"p7s": "p7s", "tsr": "p7s.tsr"}[what]  # as `luutru handover receipt --take` looks for them
    headers = {"Content-Disposition": disposition(f"bien-nhan-{found.number}.json.{ending}")}
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.get("/handover/{transfer}/print/{which}.{kind}")
def printed(
    visitor: Who,
    rooms: Rooms,
    transfer: TransferId,
    which: Literal["catalogue", "unfinished", "unarranged", "check-report"],
    kind: Literal["pdf", "xlsx"],
    part: Annotated[int, Query(ge=0, le=9)] = 0,
) -> Response:
    """Send a list that goes with the minutes."""
    visitor.scope.require(Role.ARCHIVIST)
    with rooms.register.read() as conn:
        found = transfers.find(conn, visitor.scope, transfer)
        form = drawing_up.list_form(conn, visitor.scope, transfer, which, part=part)
    if kind == "xlsx":
        data, media_type = written_bytes(drawing_up.saver_of(form)), XLSX
    else:
        data = printed_bytes(drawing_up.writer_of(form, made_at=now(), fonts=rooms.fonts))
        media_type = PDF
    headers = {"Content-Disposition": disposition(f"{which}-{found.number}.{kind}")}
    return Response(data, media_type=media_type, headers=headers)


# --- how ----------------------------------------------------------------------------------------------


def looked_at(rows: Sequence[ParcelRow]) -> dict[tuple[int, str], Looked]:
    """Return what the checks say of every dossier, by number of the parcel and its identifier."""
    found = {}
    for row in rows:
        for one in (row.verdict or {}).get("dossiers", ()):
            bad = tuple(
                {**each, "subject": short_subject(each["subject"])}
                for each in one["findings"]
                if each["outcome"] in (Outcome.FAILED.value, Outcome.COULD_NOT_RUN.value)
            )
            found[row.number, one["identifier"]] = Looked(one["proposal"], one["outcome"], bad[:FAULTS_SHOWN])
    return found


def newest_minutes(every: Sequence[TransferPaper]) -> TransferPaper | None:
    """Return the minutes that would be signed next, of papers newest first; None: none were drawn up."""
    return next((one for one in every if one.kind == "minutes"), None)


def every_item(rooms: Doors, scope: Scope, transfer: TransferId) -> list[Item]:
    """Return every dossier of a handover."""
    with rooms.register.read() as conn:
        return items(conn, scope, transfer)


def _accepted_by_checks(
    inside: Sequence[Item], looked: Mapping[tuple[int, str], Looked]
) -> list[TransferItemId]:
    return [
        one.id
        for one in inside
        if one.decision is None
        and not one.withheld
        and looked.get((one.parcel or 0, one.identifier), NOT_LOOKED).proposal == Proposal.ACCEPT.value
    ]


def _decision(form: Typed) -> Decision:
    wanted = form.one("decision")
    if wanted not in set(Decision):
        raise BadRequest(f"a decision is one of {', '.join(Decision)}")
    return Decision(wanted)


def _said(form: Typed) -> Said:
    decision = _decision(form)
    deadline = _day(form.one("deadline")) if decision is Decision.RESERVED else None
    reason = "" if decision is Decision.ACCEPTED else form.one("reason")
    # a reservation bears the reason of one dossier: it may go against the checks, plain acceptance may not
    return Said(decision, reason, deadline, although=decision is Decision.RESERVED)


def _told(request: Request, item: Item, totals: Totals) -> dict[str, Any]:
    say = speaker(language_of(request))
    return {
        "item": item.id,
        "decision": item.decision.value if item.decision else "",
        "label": say(f"handover.decision_{item.decision.value}") if item.decision else "",
        "reason": item.reason or "",
        "deadline": item.deadline.isoformat() if item.deadline else "",
        "totals": {one.value: totals.of(one).to_plain() for one in Decision},
        "undecided": totals.undecided.to_plain(),
        "adds_up": totals.add_up,
        "counted": list(COUNTED),
    }


def _paper(every: Sequence[TransferPaper], name: str) -> TransferPaper:
    for one in every:
        if one.id == name:
            return one
    raise NotFound("no such paper of this handover")


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise BadRequest("a day is written 2026-12-31") from None
