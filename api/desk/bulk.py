"""Changing many records at once: chosen, seen before, done, taken back."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.asking import Rooms, Who
from api.checked_field import SHOWN as DOCUMENT_FIELDS
from api.checked_field import shown
from api.doors import Doors
from api.problems import BadRequest
from api.render import render
from api.typed import TypedForm
from api.view import Visitor
from catalog.access import Role
from catalog.description import FIELDS
from catalog.dossier_change import DossierFieldInvalid
from catalog.field_rules import TYPES, FieldsInvalid
from classify.dossier_taxonomy import taxonomy
from review import bulk_edit
from review.bulk_edit import BulkEdit

router = APIRouter()

DOSSIER_FIELDS = ("title", "box", "place", "type", "access_mode", "keyword", "physical_state", "description")
MOST_SHOWN = 200

Of = Annotated[str, Query(pattern="^(documents|dossiers)$")]


@router.get("/bulk")
def choose(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    of: Of = "documents",
    id: Annotated[tuple[str, ...], Query(max_length=5000)] = (),
) -> Response:
    """Choose a field and its new value for the records that were ticked."""
    visitor.scope.require(Role.ARCHIVIST)
    return _form(request, of, tuple(dict.fromkeys(id)))


@router.post("/bulk/preview")
def look(request: Request, visitor: Who, rooms: Rooms, form: TypedForm) -> Response:
    """Show what the change would do; nothing is written."""
    of, subjects = form.one("of"), tuple(dict.fromkeys(form.all("id") or form.one("ids").split()))
    change = _change(form)
    try:
        with rooms.register.read() as conn:
            preview = bulk_edit.preview(conn, visitor.scope, of, subjects, change)
    except (FieldsInvalid, DossierFieldInvalid) as error:
        return _form(request, of, subjects, chosen=form.one("field"), value=form.one("value"), bad=str(error))
    return render(
        request,
        "bulk_preview.html",
        preview=preview,
        marks=json.dumps(preview.marks, separators=(",", ":")),
        field=form.one("field"),
        value=form.one("value"),
        shown=shown,
        most=MOST_SHOWN,
        ids=" ".join(subjects),
    )


@router.post("/bulk")
def apply(visitor: Who, rooms: Rooms, form: TypedForm) -> Response:
    """Do it, to all records that still are as they were seen."""
    try:
        marks = json.loads(form.one("marks"))
    except ValueError as error:
        raise BadRequest("the marks of the preview are missing") from error
    if not isinstance(marks, dict) or not all(isinstance(mark, str) for mark in marks.values()):
        raise BadRequest("the marks of the preview are missing")
    with rooms.register.write() as conn:
        bulk = bulk_edit.begin(conn, visitor.scope, form.one("of"), _change(form), marks)
    _go_on(rooms, visitor, bulk)
    return RedirectResponse(f"/bulk/{bulk}", status_code=303)


@router.get("/bulk/{bulk}")
def result(request: Request, visitor: Who, rooms: Rooms, bulk: str) -> Response:
    """Show what became of an act."""
    with rooms.register.read() as conn:
        found = bulk_edit.find(conn, visitor.scope, bulk)
        left = bulk_edit.items(conn, visitor.scope, bulk, limit=MOST_SHOWN)
    return render(request, "bulk_done.html", bulk=found, left=left)


@router.post("/bulk/{bulk}/undo")
def undo(visitor: Who, rooms: Rooms, bulk: str) -> Response:
    """Take an act back, where nobody changed the records since."""
    with rooms.register.write() as conn:
        bulk_edit.undo(conn, visitor.scope, bulk)
    _go_on(rooms, visitor, bulk)
    return RedirectResponse(f"/bulk/{bulk}", status_code=303)


@router.post("/bulk/{bulk}/go-on")
def go_on(visitor: Who, rooms: Rooms, bulk: str) -> Response:
    """Finish an act that was interrupted."""
    _go_on(rooms, visitor, bulk)
    return RedirectResponse(f"/bulk/{bulk}", status_code=303)


def _go_on(rooms: Doors, visitor: Visitor, bulk: str) -> BulkEdit:
    """Do an act chunk by chunk, each in a short transaction, until it is over."""
    while True:
        with rooms.register.write() as conn:
            found = bulk_edit.step(conn, visitor.scope, bulk)
        if found.state not in ("applying", "undoing"):
            return found


def _change(form: TypedForm) -> dict[str, str | None]:
    field = form.one("field")
    known = FIELDS if form.one("of") == "documents" else DOSSIER_FIELDS
    if field not in known:
        raise BadRequest("choose a field")
    return {field: form.one("value").strip() or None}


def _form(
    request: Request, of: str, subjects: tuple[str, ...], *, chosen: str = "", value: str = "", bad: str = ""
) -> Response:
    return render(
        request,
        "bulk.html",
        status=400 if bad else 200,
        of=of,
        ids=subjects,
        fields=DOCUMENT_FIELDS if of == "documents" else DOSSIER_FIELDS,
        chosen=chosen,
        value=value,
        bad=bad,
        types=list(TYPES.values()),
        kinds=[(code, taxonomy().types[code].name) for code in taxonomy().codes],
    )
