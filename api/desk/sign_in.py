"""Coming in and going out: sign-in, password, language."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api import wording
from api.asking import Rooms, Who, address
from api.gate import SESSION_COOKIE, local_address
from api.problems import TooManyTries
from api.render import LANGUAGE_COOKIE, language_of, render
from catalog.people import PASSWORD_LENGTH, BadCredentials, PasswordTooWeak
from luutru.errors import NotFound

router = APIRouter()

YEAR_SECONDS = 365 * 86_400


class NoSuchLanguage(NotFound):
    """The desk does not speak it."""

    slug = "no-such-language"


@router.get("/sign-in")
def form(request: Request, next: str = "/") -> Response:
    """Show the sign-in form."""
    if request.state.visitor:
        return RedirectResponse(local_address(next), status_code=303)
    return render(request, "sign_in.html", next=local_address(next), name="", message="")


@router.post("/sign-in")
def sign_in(
    request: Request,
    rooms: Rooms,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=256)],
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Let somebody in, or say why not."""
    say = wording.speaker(language_of(request))
    try:
        secret = rooms.reception.sign_in(name.strip(), password, address(request))
    except BadCredentials:
        return render(
            request,
            "sign_in.html",
            status=401,
            next=local_address(next),
            name=name,
            message=say("sign_in.wrong"),
        )
    except TooManyTries as error:
        message = say("sign_in.wait", seconds=error.retry_after)
        headers = {"Retry-After": str(error.retry_after)}
        return render(
            request,
            "sign_in.html",
            status=429,
            headers=headers,
            next=local_address(next),
            name=name,
            message=message,
        )
    return _with_session(request, RedirectResponse(local_address(next), status_code=303), secret)


@router.post("/sign-out")
def sign_out(request: Request, rooms: Rooms) -> Response:
    """End the session."""
    secret = request.cookies.get(SESSION_COOKIE)
    if secret:
        rooms.reception.sign_out(secret)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'  # nothing of the records stays in the browser
    return answer


@router.get("/password")
def password_form(request: Request, visitor: Who) -> Response:
    """Show the form for one's own password."""
    return render(request, "password.html", shortest=PASSWORD_LENGTH, message="")


@router.post("/password")
def change_password(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    current: Annotated[str, Form(max_length=256)],
    new: Annotated[str, Form(max_length=256)],
    again: Annotated[str, Form(max_length=256)],
) -> Response:
    """Replace one's own password."""
    say = wording.speaker(language_of(request))
    try:
        if new != again:
            raise PasswordTooWeak(say("password.differ"))
        secret = rooms.reception.change_password(visitor, current, new, address(request))
    except BadCredentials:
        message = say("password.wrong")
    except TooManyTries as error:
        message = say("sign_in.wait", seconds=error.retry_after)
    except PasswordTooWeak:
        message = say("password.differ") if new != again else say("password.weak", count=PASSWORD_LENGTH)
    else:
        return _with_session(request, RedirectResponse("/", status_code=303), secret)
    return render(request, "password.html", status=400, shortest=PASSWORD_LENGTH, message=message)


@router.get("/language/{language}")
def choose_language(request: Request, language: str, next: str = "/") -> Response:
    """Speak this language from now on."""
    if language not in wording.LANGUAGES:
        raise NoSuchLanguage(f"known are {', '.join(wording.LANGUAGES)}")
    answer = RedirectResponse(local_address(next), status_code=303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def _with_session(request: Request, answer: Response, secret: str) -> Response:
    # No Max-Age: the browser forgets it when it closes; the register ends it after a working day anyway.
    answer.set_cookie(
        SESSION_COOKIE, secret, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return answer
