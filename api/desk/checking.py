"""Checking documents: the queue, one document with its page and its form, saved while one types."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from api import wording
from api.asking import Rooms, Who
from api.checked_field import END_REGIONS, LOOKED_UP, REGIONS, SHOWN, CheckedField, shown
from api.checking_room import OnDesk, Overruled
from api.doors import Doors
from api.page_strip import json_of, strip_of
from api.refusal import wants_problem
from api.render import address, language_of, render
from api.typed import KEY, TypedForm
from api.view import Visitor
from catalog.answer import Source
from catalog.field_rules import TYPES, FieldsInvalid
from catalog.identifiers import BatchId, DocumentId, DossierId
from classify.kinds import kinds
from review.queue import Filter

router = APIRouter()

SHOWN_AT_ONCE = 50

STAY_SECONDS = 60
"""How often an open screen says that it is still there; `catalog.at_desk.LEASE` is three times that."""

FILTERS = ("batch", "fonds", "dossier", "mine", "asked")

WORDS = (
    "saved_at",
    "saving",
    "not_saved",
    "left",
    "none_left",
    "again_to_leave",
    "conflict",
    "yours",
    "keep_mine",
    "take_theirs",
    "nothing",
    "no_previous",
    "here_too",
    "invalid",
    "look_again",
)
"""Sentences that the page's own script says."""

REFUSALS = (
    "sign-in-needed",
    "password-must-change",
    "request-forged",
    "not-allowed",
    "dossier-signed-off",
    "arrangement-changed",
    "document-not-ready",
    "fields-changed",
)
"""Slugs for which it has a sentence of its own."""

Part = Annotated[str, Query(max_length=64)]
Flag = Annotated[str, Query(max_length=1)]


class Narrowed:
    """The filters of the queue, as an address or a form names them."""

    def __init__(
        self,
        visitor: Who,
        rooms: Rooms,
        batch: Part = "",
        fonds: Part = "",
        dossier: Part = "",
        mine: Flag = "",
        asked: Flag = "",
    ) -> None:
        self.named = {"batch": batch, "fonds": fonds, "dossier": dossier, "mine": mine, "asked": asked}
        self.filter = Filter(
            batch=BatchId(batch) if batch else None,
            fonds=rooms.checking.fonds_named(visitor.scope, fonds) if fonds else None,
            dossier=DossierId(dossier) if dossier else None,
            mine=bool(mine),
            asked=bool(asked),
        )

    def to(self, path: str, **other: object) -> str:
        """Return `path` with these filters; `other` stands instead of some of them."""
        return address(path, **{**self.named, **other})


Queue = Annotated[Narrowed, Depends()]


@router.get("/check")
def waiting(request: Request, visitor: Who, rooms: Rooms, queue: Queue, empty: Flag = "") -> Response:
    """Show what waits, the most urgent first."""
    found = rooms.checking.waiting(visitor.scope, queue.filter, SHOWN_AT_ONCE)
    return render(
        request,
        "check_queue.html",
        waiting=found,
        queue=queue,
        batches=rooms.intake.batches(visitor.scope, 0, SHOWN_AT_ONCE),
        fonds=rooms.intake.fonds(visitor.scope),
        all_done=bool(empty) and not found.counts.to_do,
        shown_at_once=SHOWN_AT_ONCE,
    )


@router.post("/check/next")
def begin(visitor: Who, rooms: Rooms, queue: Queue) -> Response:
    """Lead to the most urgent document that nobody else has."""
    return RedirectResponse(_next(visitor, rooms, queue), status_code=303)


@router.get("/check/{document}")
def check(
    request: Request, visitor: Who, rooms: Rooms, document: DocumentId, queue: Queue, page: Part = ""
) -> Response:
    """Show a document with its form."""
    return _screen(request, visitor, rooms, rooms.checking.open(visitor.scope, document), queue, page=page)


@router.post("/check/{document}")
def save(
    request: Request, visitor: Who, rooms: Rooms, document: DocumentId, queue: Queue, form: TypedForm
) -> Response:
    """Keep what was typed and accepted."""
    return _saved(request, visitor, rooms, document, queue, form, done=False)


@router.post("/check/{document}/done")
def finish(
    request: Request, visitor: Who, rooms: Rooms, document: DocumentId, queue: Queue, form: TypedForm
) -> Response:
    """Keep what was typed, accept all that is sure, and lead to the next document."""
    return _saved(request, visitor, rooms, document, queue, form, done=True)


@router.post("/check/{document}/later")
def later(
    request: Request, visitor: Who, rooms: Rooms, document: DocumentId, queue: Queue, form: TypedForm
) -> Response:
    """Keep what was typed, leave the document in the queue, and lead to the next one."""
    return _saved(request, visitor, rooms, document, queue, form, done=None)


@router.post("/check/{document}/stay")
def stay(visitor: Who, rooms: Rooms, document: DocumentId) -> Response:
    """Say that the document is still open here; tell who else has it open."""
    return JSONResponse({"others": rooms.checking.stay(visitor.scope, document)})


@router.post("/check/{document}/leave")
def leave(visitor: Who, rooms: Rooms, document: DocumentId) -> Response:
    """Put the document back."""
    rooms.checking.leave(visitor.scope, document)
    return Response(status_code=204)


@router.get("/check/{document}/before")
def before(visitor: Who, rooms: Rooms, document: DocumentId) -> Response:
    """Send the values of the document before this one, to be copied."""
    return JSONResponse(rooms.checking.before(visitor.scope, document))


@router.get("/check/{document}/typed")
def typed_before(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    document: DocumentId,
    name: Part,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Offer what was typed before in this field."""
    found = rooms.checking.typed_before(visitor.scope, document, name, q.strip())
    return render(request, "suggestions.html", suggestions=found)


@router.get("/check/{document}/fields/{name}")
def history(request: Request, visitor: Who, rooms: Rooms, document: DocumentId, name: str) -> Response:
    """Show who said what of a field, and when."""
    said, names = rooms.checking.history(visitor.scope, document, name)
    return render(request, "check_history.html", said=said, names=names, name=name, shown=shown)


@router.post("/check/{document}/fields/{name}/take-back")
def take_back(
    request: Request, visitor: Who, rooms: Rooms, document: DocumentId, name: str, form: TypedForm
) -> Response:
    """Take back what people said last in a field."""
    desk = rooms.checking.take_back(visitor.scope, document, name, base=form.number("base"))
    if wants_problem(request):
        return JSONResponse(_state(desk))
    return RedirectResponse(f"/check/{document}", status_code=303)


# --- saving ---------------------------------------------------------------------------------------------


def _saved(
    request: Request,
    visitor: Visitor,
    rooms: Doors,
    document: DocumentId,
    queue: Narrowed,
    form: TypedForm,
    *,
    done: bool | None,
) -> Response:
    """Keep a form; then stay (False), finish the document (True) or leave it for later (None).

    A document at whose fields a person must still look is left for later, whatever was asked.
    """
    values: dict[str, str | None] = {name: text or None for name, text in form.values.items()}
    keys = {name: text.splitlines() for name, text in form.keys.items()}
    accepted = [name for name in form.all("ok") if name in SHOWN]
    shown_again = {**values, **{f"{KEY}{name}": text for name, text in form.keys.items()}}
    try:
        rooms.checking.save(visitor.scope, document, values, accepted, base=form.number("base"), keys=keys)
        if done and rooms.checking.left(visitor.scope, document):
            done = None  # what nobody looked at is not done
        if done:
            seen = form.number("arrangement")
            rooms.checking.done(visitor.scope, document, base=form.number("base"), arrangement=seen)
    except Overruled as error:
        if wants_problem(request):
            now = _fields(rooms.checking.open(visitor.scope, document))
            return JSONResponse(_overruled(error) | {"fields": now}, status_code=409)
        return _again(request, visitor, rooms, document, queue, shown_again, overruled=error)
    except FieldsInvalid as error:
        if wants_problem(request):
            raise
        return _again(request, visitor, rooms, document, queue, shown_again, errors=error.errors)
    if done is False:
        if wants_problem(request):
            return JSONResponse(_state(rooms.checking.open(visitor.scope, document)))
        return RedirectResponse(queue.to(f"/check/{document}"), status_code=303)
    if done is None:
        rooms.checking.leave(visitor.scope, document)
    to = _next(visitor, rooms, queue, after=document)
    if wants_problem(request):
        return JSONResponse({"next": to})
    return RedirectResponse(to, status_code=303)


def _next(visitor: Visitor, rooms: Doors, queue: Narrowed, after: DocumentId | None = None) -> str:
    found = rooms.checking.take_next(visitor.scope, queue.filter, after)
    return queue.to(f"/check/{found}") if found is not None else queue.to("/check", empty=1)


def _state(desk: OnDesk) -> dict[str, Any]:
    """Return what the page's script needs to show a form as it is now."""
    return {
        "version": desk.version,
        "saved_at": wording.clock(),
        "left": desk.to_do,
        "fields": _fields(desk),
    }


def _fields(desk: OnDesk) -> dict[str, Any]:
    """Return every field and search key (`k.name`) as it is now, and who said so."""
    keys = {
        f"{KEY}{key.name}": {
            "value": "\n".join(key.values),
            "by": desk.names.get(key.by, key.by),
            "at": wording.moment(key.at) if key.at else "",
        }
        for key in desk.key_rows
    }
    return keys | {
        field.name: {
            "value": field.value,
            "state": field.state.value,
            "todo": field.to_do,
            "by": desk.names.get(field.by, field.by),
            "at": wording.moment(field.at) if field.at else "",
        }
        for field in desk.fields
    }


def _overruled(error: Overruled) -> dict[str, Any]:
    return {
        "slug": error.slug,
        "version": error.version,
        "theirs": [
            {"name": one.name, "value": one.theirs, "by": one.by, "at": wording.moment(one.at)}
            for one in error.theirs
        ],
    }


# --- the screen -----------------------------------------------------------------------------------------


def _again(
    request: Request,
    visitor: Visitor,
    rooms: Doors,
    document: DocumentId,
    queue: Narrowed,
    values: dict[str, str | None],
    *,
    errors: dict[str, str] | None = None,
    overruled: Overruled | None = None,
) -> Response:
    """Show the form again with what was typed, and why it was not kept."""
    desk = rooms.checking.open(visitor.scope, document)
    return _screen(
        request,
        visitor,
        rooms,
        desk,
        queue,
        typed=values,
        errors=errors or {},
        theirs={one.name: one for one in overruled.theirs} if overruled else {},
        status=409 if overruled else 400,
    )


def _screen(
    request: Request,
    visitor: Visitor,
    rooms: Doors,
    desk: OnDesk,
    queue: Narrowed,
    *,
    page: str = "",
    typed: dict[str, str | None] | None = None,
    errors: dict[str, str] | None = None,
    theirs: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    say = wording.speaker(language_of(request))
    pages = desk.document.pages
    number = next((at for at, one in enumerate(pages) if one.id == page), 0)

    strip = strip_of(pages, number)

    def who(actor: str) -> str:
        return desk.names.get(actor, actor)

    def by_machine(field: CheckedField) -> bool:
        return field.source is Source.MACHINE

    return render(
        request,
        "check.html",
        status=status,
        desk=desk,
        document=desk.document,
        queue=queue,
        strip=strip,
        pages_json=json_of(strip),
        page=pages[number],
        coming=rooms.checking.coming(visitor.scope, queue.filter, desk.document.id),
        typed=typed or {},
        errors=errors or {},
        theirs=theirs or {},
        who=who,
        by_machine=by_machine,
        regions=REGIONS,
        end_regions=END_REGIONS,
        looked_up=LOOKED_UP,
        types=[(name, _abbreviation(name)) for name in TYPES.values()],
        stay_seconds=STAY_SECONDS,
        words=json.dumps(
            {word: say(f"check.{word}") for word in WORDS}
            | {f"refused_{slug}": say(f"check.refused_{slug}") for slug in REFUSALS},
            ensure_ascii=False,
        ),
        problems=json.dumps(
            {
                key.removeprefix("wrong."): text
                for key, text in wording.SENTENCES[language_of(request)].items()
                if key.startswith("wrong.")
            },
            ensure_ascii=False,
        ),
    )


def _abbreviation(name: str) -> str:
    return next((kind.abbreviation for kind in kinds() if kind.name == name), "")
