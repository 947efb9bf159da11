"""The application: the gate, the desk for people, `/api/v1` for programs."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

import anyio
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import Scope as AsgiScope

from api.desk import (
    arranging,
    batches,
    board,
    bulk,
    checking,
    dossiers,
    handover,
    handover_fonds,
    lists,
    people,
    printing,
    quality,
    receiving,
    sampling,
    search,
    secret,
    sign_in,
    signing,
    text,
    upload,
    viewer,
    work,
)
from api.doors import Doors
from api.gate import Gate
from api.headers import SECURITY_HEADERS, SecurityHeaders
from api.problems import BadRequest, MethodNotAllowed, NothingHere
from api.refusal import crashed, refuse, route_of
from api.render import STATIC, static
from api.rest import description, fields, intake, records, tokens
from api.rest import handover as carriage
from api.rest.shapes import Problem
from luutru.errors import LuuTruError

log = logging.getLogger("luutru.api")

API = "/api/v1"
ABOUT = (
    "Batches, files, search, documents, pages and PDF/A of the archive. Send a token in "
    "`Authorization: Bearer`. Refusals are problem documents (RFC 9457) with a stable `slug`."
)


def create_app(doors: Doors) -> FastAPI:
    """Return the application over the rooms that `doors` leads to."""
    app = FastAPI(
        title="Lưu Trữ",
        version=doors.version,
        description=ABOUT,
        docs_url=None,  # FastAPI's own pages fetch scripts from elsewhere
        redoc_url=None,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        lifespan=_lifespan,
    )
    app.state.doors = doors
    app.state.live_streams = set()
    app.state.closing = False
    app.state.uploads = anyio.CapacityLimiter(doors.limits.uploads_at_once)
    app.include_router(search.router, include_in_schema=False)  # asked most: each route passed by costs time
    _add_rest(app, records)
    for desk in (
        sign_in,
        dossiers,
        printing,
        viewer,
        checking,
        text,
        arranging,
        quality,
        work,
        board,
        handover,
        handover_fonds,
        receiving,
        sampling,
        signing,
        bulk,
        lists,
        batches,
        upload,
        people,
        secret,
    ):
        app.include_router(desk.router, include_in_schema=False)
    _add_rest(app, intake, fields, carriage, tokens, description)
    app.add_api_route("/health", health, include_in_schema=False)
    app.add_api_route("/favicon.ico", favicon, include_in_schema=False)
    app.mount("/static", _Static(directory=STATIC), name="static")
    _say_no(app)
    app.add_middleware(Gate, reception=doors.reception, limits=doors.limits)
    if doors.allowed_hosts != ("*",):
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(doors.allowed_hosts))
    app.add_middleware(SecurityHeaders)  # the last added is the outermost
    return app


def health() -> Response:
    """Say that the desk answers, and nothing else."""
    return PlainTextResponse("ok")


def favicon() -> Response:
    """Lead to the mark."""
    return RedirectResponse(static("mark.svg"), status_code=308)


class _Static(StaticFiles):
    """Our own files; those asked for with their digest never change."""

    async def get_response(self, path: str, scope: AsgiScope) -> Response:
        answer = await super().get_response(path, scope)
        versioned = scope.get("query_string", b"").startswith(b"v=")
        lasting = "public, max-age=31536000, immutable"
        answer.headers["Cache-Control"] = lasting if versioned else "no-cache"
        return answer


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.closing = True


def _add_rest(app: FastAPI, *modules: ModuleType) -> None:
    refusals = {"4XX": {"model": Problem, "description": "refused, with the reason"}}
    rest = APIRouter(prefix=API, responses=refusals)  # type: ignore[arg-type]  # FastAPI takes "4XX" as well
    for module in modules:
        rest.include_router(module.router)
    app.include_router(rest)


def _say_no(app: FastAPI) -> None:
    @app.exception_handler(LuuTruError)
    async def refused(request: Request, error: LuuTruError) -> Response:
        return refuse(request, error)

    @app.exception_handler(RequestValidationError)
    async def not_understood(request: Request, error: RequestValidationError) -> Response:
        said = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:5])
        return refuse(request, BadRequest(said))

    @app.exception_handler(HTTPException)
    async def not_served(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:
            return refuse(request, MethodNotAllowed(f"{request.method} is not for this address"))
        if error.status_code == 404:
            return refuse(request, NothingHere("there is no such address"))
        return refuse(request, BadRequest(str(error.detail)))

    @app.exception_handler(Exception)
    async def broke(request: Request, error: Exception) -> Response:
        log.error("crashed route=%s error=%s", route_of(request), type(error).__name__, exc_info=error)
        answer = crashed(request)
        answer.headers.update(SECURITY_HEADERS)  # this answer is made outside of our own middleware
        answer.headers["Cache-Control"] = "private, no-store"
        return answer
