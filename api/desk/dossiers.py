"""Dossiers as archivists keep them: listed in natural order, edited, arranged, signed off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from api import wording
from api.asking import Rooms, Who
from api.checking_room import kind_name
from api.desk.arranging import the_one_named
from api.doors import Doors
from api.problems import BadRequest
from api.render import language_of, render
from api.stack import seen_of
from api.typed import Typed, TypedForm
from api.view import Visitor
from catalog import (
    arrangement,
    arranging,
    dossier_change,
    dossier_parts,
    sheet,
    type_label,
    typed_before,
    undo,
)
from catalog import document as documents
from catalog import dossier as dossiers
from catalog.access import Role, Scope
from catalog.document import Document
from catalog.dossier import Dossier
from catalog.dossier_change import DossierChanged, DossierFieldInvalid
from catalog.fonds import find as find_fonds
from catalog.identifiers import DocumentId, DossierId
from catalog.sheet import Counted
from catalog.undo import Act
from classify import retention
from classify.dossier_taxonomy import MIXED, taxonomy
from classify.retention import RetentionAnswer
from luutru.errors import NotFound
from review import sign_off
from review.dossier_kind import with_known_type
from review.sign_off import DossierIncomplete, Gap

router = APIRouter()

SHOWN = 100
STATES = ("open", "checked", "signed-off")
DATES = ("date_from", "date_to")
PLAIN = (
    "title", "label", "code", "box", "place", "date_from", "date_to", "access_mode", "keyword",
    "physical_state", "description",
)  # fmt: skip
OWN = "own"
"""The retention choice that no rule proposes: the person says it in words."""

Part = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True)
class Opened:
    """A dossier on the desk."""

    dossier: Dossier
    documents: list[Document]
    counted: Counted
    gaps: list[Gap]
    last: Act | None
    beside: list[Dossier]  #: others of its fonds, to move documents to or to merge with
    proposals: RetentionAnswer
    span: tuple[date, date] | None  #: first and last day of its documents, as far as they are known

    @property
    def open(self) -> bool:
        """It may be changed."""
        return self.dossier.state in ("open", "checked")

    @property
    def type_asked(self) -> bool:
        """Nobody has said of what type it is, and the machine is not sure."""
        return self.dossier.type_source != "person"


@router.get("/dossiers")
def listed(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    fonds: Part = "",
    state: Annotated[str, Query(max_length=16)] = "",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """List dossiers by fonds and box, in the order a person counts."""
    visitor.scope.require(Role.ARCHIVIST)
    with rooms.register.read() as conn:
        place = find_fonds(conn, visitor.scope, fonds).id if fonds else None
        found = dossiers.dossiers(
            conn,
            visitor.scope,
            fonds=place,
            state=state if state in STATES else None,
            offset=offset,
            limit=SHOWN + 1,
        )
    return render(
        request,
        "dossiers.html",
        dossiers=found[:SHOWN],
        more=len(found) > SHOWN,
        offset=offset,
        limit=SHOWN,
        fonds=rooms.intake.fonds(visitor.scope),
        chosen={"fonds": fonds, "state": state},
        states=STATES,
        kind_name=kind_name,
        has_key=rooms.signing.has_key,
    )


@router.get("/dossiers/{dossier}/edit")
def show(request: Request, visitor: Who, rooms: Rooms, dossier: DossierId) -> Response:
    """Show everything a person may say of a dossier."""
    rooms.room.dossier(visitor.scope, dossier)  # a look at it
    return _screen(request, visitor, rooms, dossier)


@router.post("/dossiers/{dossier}/edit")
def edit(request: Request, visitor: Who, rooms: Rooms, dossier: DossierId, form: TypedForm) -> Response:
    """Write down what a person says of a dossier."""
    try:
        changes = with_known_type(_changes(form))
        with rooms.register.write() as conn:
            dossier_change.edit(conn, visitor.scope, dossier, changes, revision=form.number("revision"))
            if changes.get("type"):  # what people say of types is learned from
                type_label.confirm(conn, visitor.scope, dossier, str(changes["type"]))
    except (DossierFieldInvalid, DossierChanged) as error:
        key = "dossiers.overtaken" if isinstance(error, DossierChanged) else "dossiers.invalid"
        return _screen(request, visitor, rooms, dossier, said=key, detail=str(error), typed=form.values)
    return RedirectResponse(f"/dossiers/{dossier}/edit", status_code=303)


@router.post("/dossiers/{dossier}/act")
def act(request: Request, visitor: Who, rooms: Rooms, dossier: DossierId, form: TypedForm) -> Response:
    """Arrange, check, sign off, open again, take back."""
    try:
        with rooms.register.write() as conn:
            to = _act(conn, visitor.scope, dossier, form)
    except DossierIncomplete:
        return _screen(request, visitor, rooms, dossier, said="dossiers.incomplete", status=409)
    except DossierChanged as error:
        return _screen(
            request, visitor, rooms, dossier, said="dossiers.overtaken", detail=str(error), status=409
        )
    return RedirectResponse(f"/dossiers/{to}/edit", status_code=303)


@router.post("/dossiers/{dossier}/shift")
def shift(visitor: Who, rooms: Rooms, dossier: DossierId, form: TypedForm) -> Response:
    """Put one document (`up` or `down`) one place earlier or later."""
    step = -1 if form.one("up") else 1
    with rooms.register.write() as conn:
        _shift(conn, visitor.scope, dossier, DocumentId(form.one("up") or form.one("down")), step)
    return RedirectResponse(f"/dossiers/{dossier}/edit", status_code=303)


def _act(conn: Connection, scope: Scope, dossier: DossierId, form: Typed) -> DossierId:
    chosen = [DocumentId(name) for name in form.all("document")]
    match form.one("act"):
        case "check":
            sign_off.check(conn, scope, dossier, revision=form.number("revision"))
        case "sign-off":
            sign_off.sign_off(conn, scope, dossier, revision=form.number("revision"))
        case "reopen":
            sign_off.reopen(conn, scope, dossier, reason=form.one("reason"))
        case "merge":
            dossier_parts.merge_dossiers(conn, scope, dossier, [DossierId(form.one("other"))])
        case "split":
            seen = _arrangements(conn, scope, chosen, form)
            return dossier_parts.split_dossier(
                conn, scope, dossier, chosen, form.one("label"), title=form.one("title"), seen=seen
            )
        case "move":
            seen = _arrangements(conn, scope, chosen, form)
            arrangement.move(conn, scope, chosen, DossierId(form.one("other")), seen=seen)
        case "undo":
            last = undo.last(conn, scope, dossier=dossier)
            undo.undo(conn, scope, the_one_named(last, form) if form.one("last") else last.id)
        case _:
            raise BadRequest("there is no such act on a dossier")
    return dossier


def _shift(conn: Connection, scope: Scope, dossier: DossierId, document: DocumentId, step: int) -> None:
    order = arranging.in_order(conn, scope, dossier)
    place = order.index(document) if document in order else -1
    if place >= 0 and 0 <= place + step < len(order):
        order[place], order[place + step] = order[place + step], order[place]
        arrangement.put_in_order(conn, scope, dossier, order)


def _arrangements(
    conn: Connection, scope: Scope, chosen: list[DocumentId], form: Typed
) -> dict[DocumentId, int]:
    """Return how the ticked documents lay when the form was shown (`seen`); else, how they lie now."""
    shown_so = seen_of(form.one("seen"))
    return {name: shown_so.get(name) or documents.get(conn, scope, name).arrangement for name in chosen}


def _changes(form: Typed) -> dict[str, str | date | None]:
    """Return what was changed in the form, as `dossier_change.edit` takes it."""
    sent = form.values
    changes: dict[str, str | date | None] = {name: sent[name] for name in PLAIN if name in sent}
    for name in DATES:
        if name in changes:
            changes[name] = _iso(sent[name])
    if "type" in sent:
        changes["type"] = sent["type"] or None
    chosen = form.one("retention")
    if chosen == OWN and form.one("own_retention").strip():
        value = retention.true_value(form.one("own_retention"))
        changes |= {
            "retention": value,
            "retention_code": retention.code_of(value),
            "retention_rule": form.one("own_rule") or None,
            "retention_source": form.one("own_source") or None,
        }
    elif chosen and chosen != OWN:
        rule = next((one for one in retention.rules() if one.id == chosen), None)
        if rule is None:
            raise BadRequest("there is no such rule of retention")
        changes |= {
            "retention": rule.value,
            "retention_code": rule.code,
            "retention_rule": rule.id,
            "retention_source": rule.source[:500],
        }
    return changes


def _iso(text: str) -> str | None:
    """Return a day typed as in Vietnam as ISO 8601; anything else as it is, to be refused."""
    parts = text.strip().replace(".", "/").replace("-", "/").split("/")
    if len(parts) == 3 and all(part.isdecimal() for part in parts) and len(parts[2]) == 4:
        return f"{parts[2]}-{int(parts[1]):02}-{int(parts[0]):02}"
    return text.strip() or None


def _screen(
    request: Request,
    visitor: Visitor,
    rooms: Doors,
    dossier: DossierId,
    *,
    said: str = "",
    detail: str = "",
    typed: Mapping[str, str] | None = None,
    status: int = 0,
) -> Response:
    with rooms.register.read() as conn:
        found = _opened(conn, visitor.scope, dossier)
    say = wording.speaker(language_of(request))

    def gap_text(gap: Gap) -> str:
        return say(f"gap.{gap.code}", count=gap.count)

    return render(
        request,
        "dossier_edit.html",
        status=status or (400 if said else 200),
        found=found,
        dossier=found.dossier,
        shown=shown_values(found.dossier) | dict(typed or {}),
        was=shown_values(found.dossier),
        kinds=[(code, taxonomy().types[code].name) for code in taxonomy().codes]
        + [(MIXED, kind_name(MIXED))],
        kind_name=kind_name,
        codes=[(value, code) for value, code in _periods()],
        gap_text=gap_text,
        message=say(said) if said else "",
        detail=detail,
    )


def _periods() -> list[tuple[str, str]]:
    values = ("Vĩnh viễn", "70 năm", "50 năm", "30 năm", "20 năm", "15 năm", "10 năm", "5 năm")
    return [(value, retention.code_of(value)) for value in values]


def _opened(conn: Connection, scope: Scope, dossier: DossierId) -> Opened:
    scope.require(Role.ARCHIVIST)
    found = dossiers.find(conn, scope, dossier)
    inside = {one.id: one for one in documents.of_dossier(conn, scope, dossier)}
    order = [inside[name] for name in arranging.in_order(conn, scope, dossier) if name in inside]
    last: Act | None = None
    try:
        last = undo.last(conn, scope, dossier=dossier)
    except NotFound:
        last = None
    beside = [
        one
        for one in dossiers.dossiers(conn, scope, fonds=found.fonds, limit=500)
        if one.id != dossier and one.state == "open"
    ]
    try:
        proposals = retention.propose(found.type)
    except NotFound:  # a code of another list
        proposals = retention.propose(None)
    return Opened(
        found,
        order,
        sheet.count_dossier(conn, scope, dossier),
        sign_off.gaps(conn, scope, dossier),
        last,
        beside,
        proposals,
        typed_before.span(conn, scope, dossier),
    )


def shown_values(dossier: Dossier) -> dict[str, str]:
    """Return what the form shows of a dossier, as people write it."""

    def day(value: date | None) -> str:
        return wording.day(value) if value else ""

    return {
        "title": dossier.title,
        "label": dossier.label,
        "code": dossier.code or "",
        "box": dossier.box_label or "",
        "place": dossier.place,
        "date_from": day(dossier.date_from),
        "date_to": day(dossier.date_to),
        "type": dossier.type or "",
        "access_mode": dossier.access_mode,
        "keyword": dossier.keyword,
        "physical_state": dossier.physical_state or "",
        "description": dossier.description,
    }
