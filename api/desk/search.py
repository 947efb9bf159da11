"""Searching, as a person does it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.asking import Rooms, Who
from api.limits import Limits
from api.render import address, render
from api.view import Wanted

router = APIRouter()

SHOWN = 20
LIMITS = Limits()

Text = Annotated[str, Query(max_length=LIMITS.query_characters)]
Filter = Annotated[str, Query(max_length=100)]
Offset = Annotated[int, Query(ge=0, le=LIMITS.depth - SHOWN)]


def year_of(text: str) -> int | None:
    """Return the year that a filter names, None where it names none."""
    return int(text) if text.isdecimal() and len(text) == 4 else None


@router.get("/")
@router.get("/search")
def search(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    q: Text = "",
    fonds: Filter = "",
    unit: Filter = "",
    type: Filter = "",
    year: Filter = "",
    batch: Filter = "",
    kind: Filter = "",
    offset: Offset = 0,
) -> Response:
    """Show what was found; without a question, how to ask and what has been read."""
    wanted = Wanted(
        q.strip(),
        fonds or None,
        unit or None,
        type or None,
        year_of(year),
        batch or None,
        kind or None,
        offset,
        SHOWN,
    )
    asked = bool(wanted.text or wanted.filters)
    results = rooms.finding.find(visitor.scope, wanted) if asked else None

    filters = wanted.filters

    def narrowed(field: str, value: str | None) -> str:
        return address("/search", q=wanted.text, **{**filters, field: value})

    def paged(to: int) -> str:
        return address("/search", q=wanted.text, **filters, offset=max(0, to) or None)

    return render(
        request,
        "search.html",
        wanted=wanted,
        filters=filters,
        results=results,
        coverage=[] if asked else rooms.room.covered_each(visitor.scope),
        longest=LIMITS.query_characters,
        depth=LIMITS.depth,
        narrowed=narrowed,
        paged=paged,
    )


@router.get("/suggest")
def suggest(request: Request, visitor: Who, rooms: Rooms, q: Text = "") -> Response:
    """Offer ways to go on typing."""
    text = q.strip()
    found = rooms.finding.suggest(visitor.scope, text) if len(text) > 1 else []
    return render(request, "suggestions.html", suggestions=found)
