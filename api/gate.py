"""The door itself: nobody gets past it without a name, and nothing changes without proof of intent.

Default is refusal. A path is served to a stranger only where `OPEN` or `OPEN_FOLDERS` names it, so a
route that somebody adds tomorrow is closed until they open it here.
"""

import hmac
import secrets
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.limits import MOST_FIELDS, Limits
from api.problems import PasswordMustChange, RequestForged, SignInNeeded, TooLarge
from api.reception import Reception
from api.refusal import refuse
from api.view import Visitor

OPEN = frozenset({"/sign-in", "/health", "/favicon.ico"})
OPEN_FOLDERS = ("/static/", "/language/")
BEFORE_PASSWORD = frozenset({"/password", "/sign-out"})
"""What someone with a one-time password may reach."""

SESSION_COOKIE = "luutru_session"
FORM_COOKIE = "luutru_form"
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site under which a changing request is ours ("none": typed or bookmarked)."""

CHECKS_FORM_ITSELF = frozenset({"/upload/files", "/import"})
"""Multipart forms whose route compares the token before it takes anything."""


class Gate:
    """Finds out who asks; turns strangers away; refuses changes that another site may have caused."""

    def __init__(self, app: ASGIApp, reception: Reception, limits: Limits) -> None:
        self._app = app
        self._reception = reception
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no websockets here: never accepted
        request = Request(scope, receive)
        path = request.url.path
        visitor = None
        if not path.startswith("/static/") and path != "/health":
            visitor = await run_in_threadpool(self._visitor, request)
        scope.setdefault("state", {})["visitor"] = visitor

        if visitor is None and path not in OPEN and not path.startswith(OPEN_FOLDERS):
            browser = not path.startswith("/api/") and request.method in SAFE
            error = SignInNeeded("sign in first, or send a valid token")
            answer = refuse(request, error, to=_sign_in_address(request) if browser else None)
            await answer(scope, receive, send)
            return
        if visitor and visitor.must_change_password and not _before_password(path):
            await self._to_password(request, scope, receive, send)
            return
        if request.method not in SAFE and not (visitor and visitor.program):
            try:
                receive = await self._require_intent(request, visitor, receive)
            except (RequestForged, TooLarge) as error:
                await refuse(request, error)(scope, receive, send)
                return
        if visitor is None and path == "/sign-in":
            send = _with_form_cookie(request, scope, send)
        await self._app(scope, receive, send)

    def _visitor(self, request: Request) -> Visitor | None:
        authorization = request.headers.get("authorization", "")
        if authorization:
            kind, _, token = authorization.partition(" ")
            in_api = request.url.path.startswith("/api/")
            return self._reception.program(token.strip()) if in_api and kind.lower() == "bearer" else None
        secret = request.cookies.get(SESSION_COOKIE)
        return self._reception.visitor(secret) if secret else None

    async def _to_password(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        browser = not request.url.path.startswith("/api/") and request.method in SAFE
        error = PasswordMustChange("replace the one-time password first")
        answer = refuse(request, error, to="/password" if browser else None)
        await answer(scope, receive, send)

    async def _require_intent(self, request: Request, visitor: Visitor | None, receive: Receive) -> Receive:
        """Return a `receive` that gives the body again.

        Raises:
            RequestForged: no token, a wrong one, or the browser says that another site asked.
            TooLarge: a form over the limit.
        """
        if request.headers.get("sec-fetch-site", "same-origin") not in OWN_SITE:
            raise RequestForged("the request came from another site")
        expected = visitor.csrf if visitor else request.cookies.get(FORM_COOKIE, "")
        header = request.headers.get(CSRF_HEADER)
        if header is not None:
            _compare(header, expected)
            return receive
        if request.url.path in CHECKS_FORM_ITSELF and visitor:
            return receive
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if content_type != "application/x-www-form-urlencoded":
            raise RequestForged(f"send the session's token in {CSRF_HEADER}")
        body = await _body(receive, self._limits.form_bytes)
        try:
            fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise TooLarge(f"a form has at most {MOST_FIELDS} fields") from error
        _compare(fields.get(CSRF_FIELD, [""])[0], expected)
        return _again(body, receive)


def check_form_token(visitor: Visitor, token: str) -> None:
    """Pass if a form that the gate let through carries the session's token.

    Raises:
        RequestForged: it does not.
    """
    _compare(token, visitor.csrf)


def local_address(address: str | None) -> str:
    """Return `address` if it leads to a page of ours, else the front page: no open redirects."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    return "/" if any(ord(letter) < 32 for letter in address) or "\\" in address else address


def _before_password(path: str) -> bool:
    return path in BEFORE_PASSWORD or path in OPEN or path.startswith(OPEN_FOLDERS)


def _compare(found: str, expected: str) -> None:
    if not expected or not hmac.compare_digest(found.encode(), expected.encode()):
        raise RequestForged("the form is too old or not ours; load the page again")


def _sign_in_address(request: Request) -> str:
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/sign-in" if address == "/" else f"/sign-in?next={quote(address, safe='')}"


async def _body(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    total = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestForged("the form ended early")
        part = message.get("body", b"")
        total += len(part)
        if total > limit:
            raise TooLarge(f"a form holds at most {limit} bytes")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _with_form_cookie(request: Request, scope: Scope, send: Send) -> Send:
    """Give a stranger the token their sign-in form must carry (double submit)."""
    known = request.cookies.get(FORM_COOKIE)
    token = known or secrets.token_urlsafe(24)
    scope["state"]["form_token"] = token
    if known:
        return send

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            secure = "; Secure" if scope.get("scheme") == "https" else ""
            cookie = f"{FORM_COOKIE}={token}; Path=/sign-in; HttpOnly; SameSite=Strict; Max-Age=3600{secure}"
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return send_with_cookie
