"""Turning what was found into a page in the visitor's language."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache, partial
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api import wording

HERE = Path(__file__).parent
STATIC = HERE / "static"
LANGUAGE_COOKIE = "luutru_language"

environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def static(path: str) -> str:
    """Return the address of a static file, with its digest, so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


def address(path: str, /, **query: object) -> str:
    """Return `path` with those of `query` that say something."""
    said = "&".join([_said(key, str(value)) for key, value in query.items() if value not in (None, "")])
    return f"{path}?{said}" if said else path


@lru_cache(maxsize=4096)
def _said(key: str, value: str) -> str:
    # A page of results says the same question in seventy addresses.
    return urlencode({key: value})


def marked(pieces: Iterable[tuple[str, bool]]) -> Markup:
    """Return a snippet for a page; one piece after the other in the template takes three times as long."""
    pieces = list(pieces)
    whole = "".join([text for text, _ in pieces])
    if escape(whole) != whole:  # fifty pieces a snippet, of which hardly one needs it
        pieces = [(escape(text), hit) for text, hit in pieces]
    said = [f"<mark>{text}</mark>" if hit else text for text, hit in pieces]
    return Markup("".join(said))  # noqa: S704 - every piece is escaped


environment.globals.update(static=static, address=address)
environment.filters.update(moment=wording.moment, day=wording.day, marked=marked)


def language_of(request: Request) -> str:
    """Return the language the visitor chose, else Vietnamese."""
    return wording.choose(request.cookies.get(LANGUAGE_COOKIE))


def render_text(request: Request, template: str, **context: Any) -> str:
    """Return the text that `template` makes of `context`, in the visitor's language."""
    language = language_of(request)
    state = request.scope.get("state", {})
    visitor = state.get("visitor")
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return environment.get_template(template).render(
        t=wording.speaker(language),
        language=language,
        other_language="en" if language == "vi" else "vi",
        number=partial(wording.number, language),
        share=partial(wording.share, language),
        size=partial(wording.size, language),
        duration=partial(wording.duration, language),
        reason=partial(wording.reason, language),
        named_dossier=partial(wording.named_dossier, language),
        visitor=visitor,
        csrf=visitor.csrf if visitor else state.get("form_token", ""),
        here=here,
        path=request.url.path,
        htmx_settings=json.dumps(HTMX),
        **context,
    )


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """Return the page that `template` makes of `context`."""
    html = render_text(request, template, **context)
    answer = HTMLResponse(html, status, headers=dict(headers or {}))
    answer.headers["Vary"] = "Cookie, HX-Request"
    answer.headers["Content-Language"] = language_of(request)
    return answer


HTMX: Mapping[str, object] = {
    "allowEval": False,  # the content policy forbids it anyway
    "allowScriptTags": False,
    "includeIndicatorStyles": False,  # no inline styles
    "selfRequestsOnly": True,
    "historyCacheSize": 0,  # records do not stay in the browser's storage
    "refreshOnHistoryMiss": True,
    "defaultSwapStyle": "innerHTML",
}
