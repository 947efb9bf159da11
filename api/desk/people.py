"""People and programs: who may come in, seen by administrators; one's own tokens, by everybody."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api import wording
from api.asking import Rooms, Who
from api.doors import Doors
from api.render import language_of, render
from api.view import Visitor
from catalog import people, tokens, unit
from catalog.access import Role
from catalog.identifiers import UnitId, UserId
from luutru.errors import Conflict, InvalidInput

router = APIRouter()

EVERYWHERE = "*"
LONGEST_DAYS = 730

Name = Annotated[str, Form(max_length=64)]
Title = Annotated[str, Form(max_length=200)]
Place = Annotated[str, Form(max_length=64)]


def _place(unit_or_all: str) -> UnitId | None:
    """Return the unit that a form names; only "*" means everywhere: an empty field grants nothing.

    Raises:
        UnitNeeded: the form names neither.
    """
    if not unit_or_all:
        raise UnitNeeded("choose a unit, or everywhere")
    return None if unit_or_all == EVERYWHERE else UnitId(unit_or_all)


class UnitNeeded(InvalidInput):
    """A role counts in a unit, or everywhere: one must be chosen."""

    slug = "unit-needed"


@router.get("/users")
def users(request: Request, visitor: Who, rooms: Rooms) -> Response:
    """List everybody."""
    return _users(request, visitor, rooms)


@router.post("/users")
def add(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    name: Name,
    role: Annotated[Role, Form()],
    unit: Place,
    full_name: Title = "",
) -> Response:
    """Enter a person with a first role; show their one-time password."""
    with rooms.register.write() as conn:
        identifier, once = people.add(conn, visitor.scope, name, full_name=full_name.strip())
        people.grant(conn, visitor.scope, identifier, role, _place(unit))
    return _users(request, visitor, rooms, said="users.added", name=name.strip(), secret=once)


@router.post("/users/{person}/password")
def reset(request: Request, visitor: Who, rooms: Rooms, person: UserId) -> Response:
    """Give a new one-time password."""
    with rooms.register.write() as conn:
        once = people.reset_password(conn, visitor.scope, person)
    return _users(request, visitor, rooms, said="users.was_reset", person=person, secret=once)


@router.post("/users/{person}/grants")
def grant(
    request: Request, visitor: Who, rooms: Rooms, person: UserId, role: Annotated[Role, Form()], unit: Place
) -> Response:
    """Give a role."""
    with rooms.register.write() as conn:
        people.grant(conn, visitor.scope, person, role, _place(unit))
    return _users(request, visitor, rooms, said="users.granted", person=person)


@router.post("/users/{person}/revoke")
def revoke(
    request: Request, visitor: Who, rooms: Rooms, person: UserId, role: Annotated[Role, Form()], unit: Place
) -> Response:
    """Take a role back."""
    with rooms.register.write() as conn:
        people.revoke(conn, visitor.scope, person, role, _place(unit))
    return _users(request, visitor, rooms, said="users.revoked")


@router.post("/users/{person}/active")
def set_active(
    request: Request, visitor: Who, rooms: Rooms, person: UserId, active: Annotated[str, Form()] = ""
) -> Response:
    """Lock an account, or open it again; nobody locks themselves out."""
    if person == visitor.scope.user:
        raise OwnAccount("ask another administrator to lock your account")
    with rooms.register.write() as conn:
        people.set_active(conn, visitor.scope, person, bool(active))
    return RedirectResponse("/users", status_code=303)


class OwnAccount(Conflict):
    """Not to be done to oneself."""

    slug = "own-account"


def _users(
    request: Request,
    visitor: Visitor,
    rooms: Doors,
    *,
    said: str = "",
    name: str = "",
    person: UserId | None = None,
    secret: str = "",
) -> Response:
    with rooms.register.read() as conn:
        everybody = people.people(conn, visitor.scope)
        units = unit.units(conn, visitor.scope)
    name = name or next((one.name for one in everybody if one.id == person), "")
    message = wording.speaker(language_of(request))(said, name=name) if said else ""
    return render(
        request,
        "users.html",
        users=everybody,
        units=units,
        unit_names={one.id: one.name for one in units},
        message=message,
        secret=secret,
    )


@router.get("/tokens")
def own_tokens(request: Request, visitor: Who, rooms: Rooms) -> Response:
    """List one's own tokens."""
    return _tokens(request, visitor, rooms)


@router.post("/tokens")
def add_token(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    label: Annotated[str, Form(min_length=1, max_length=100)],
    days: Annotated[int, Form(ge=1, le=LONGEST_DAYS)],
) -> Response:
    """Make a token and show its secret, once."""
    with rooms.register.write() as conn:
        secret = tokens.add(conn, visitor.scope, label.strip(), lasts=timedelta(days=days))
    return _tokens(request, visitor, rooms, said="tokens.made", secret=secret)


@router.post("/tokens/{token}/revoke")
def revoke_token(request: Request, visitor: Who, rooms: Rooms, token: str) -> Response:
    """End a token."""
    with rooms.register.write() as conn:
        tokens.revoke(conn, visitor.scope, token)
    return _tokens(request, visitor, rooms, said="tokens.revoked")


def _tokens(
    request: Request, visitor: Visitor, rooms: Doors, *, said: str = "", secret: str = ""
) -> Response:
    with rooms.register.read() as conn:
        mine = [token for token in tokens.tokens(conn, visitor.scope) if token.revoked_at is None]
    message = wording.speaker(language_of(request))(said) if said else ""
    return render(request, "tokens.html", tokens=mine, message=message, secret=secret)
