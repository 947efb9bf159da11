"""How a refusal looks: a problem document for programs, a plain page for people."""

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from api import problems
from api.render import render
from luutru.errors import LuuTruError

log = logging.getLogger("luutru.api")

PROBLEM_TYPE = "application/problem+json"


def refuse(request: Request, error: LuuTruError, *, to: str | None = None) -> Response:
    """Return the answer that says no: problem+json under /api, a page in the visitor's language else.

    `to`: where a person can do something about it; a browser is sent there.
    """
    status = problems.status(error)
    if status >= 500:
        log.error("refused slug=%s route=%s error=%s", error.slug, route_of(request), error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    retry = getattr(error, "retry_after", None)
    if retry:
        headers["Retry-After"] = str(retry)
    if to is not None:
        if request.headers.get("hx-request"):
            return Response(status_code=status, headers={"HX-Redirect": to})
        return RedirectResponse(to, status_code=303)
    if wants_problem(request):
        return JSONResponse(problems.document(error), status, headers=headers, media_type=PROBLEM_TYPE)
    key = problems.sentence(error)
    return render(
        request,
        "problem.html",
        status=int(status),
        headers=headers,
        title_key=f"problem.{key}_title",
        text_key=f"problem.{key}",
        slug=error.slug,
        detail=str(error) if status < 500 else "",
    )


def crashed(request: Request) -> Response:
    """Return what is said when the fault is ours and nothing more is known."""
    if wants_problem(request):
        problem = {
            "type": "urn:luutru:problem:crash",
            "slug": "crash",
            "title": "Internal Server Error",
            "status": 500,
            "detail": "an unexpected fault; it has been logged",
        }
        return JSONResponse(problem, 500, media_type=PROBLEM_TYPE)
    return render(
        request,
        "problem.html",
        status=500,
        title_key="problem.crash_title",
        text_key="problem.crash",
        slug="crash",
        detail="",
    )


def route_of(request: Request) -> str:
    """Return which route was asked for, for the log: an address itself may hold the name of a record."""
    return str(getattr(request.scope.get("route"), "path", "none"))


def wants_problem(request: Request) -> bool:
    """Return whether a program asks rather than a person."""
    return request.url.path.startswith("/api/") or "application/json" in request.headers.get("accept", "")
