"""Work records: what each person did on each day, to be looked at or printed."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.asking import Rooms, Who
from api.render import language_of, render
from catalog.access import Role
from catalog.instants import today
from review import work_record

router = APIRouter()

Day = Annotated[date | None, Query()]


@router.get("/work")
def show(
    request: Request,
    visitor: Who,
    rooms: Rooms,
    since: Day = None,
    until: Day = None,
    person: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show the work of some days; by default of this week so far."""
    visitor.scope.require(Role.ARCHIVIST)
    until = until or today()
    since = since or until - timedelta(days=until.weekday())
    with rooms.register.read() as conn:
        report = work_record.report(conn, visitor.scope, since, until, person=person or None)
    people = {one.person for one in report.records}
    return render(
        request,
        "work.html",
        report=report,
        since=since,
        until=until,
        person=person,
        everybody=visitor.scope.may_everywhere(Role.ARCHIVIST),
        names=rooms.checking.names(visitor.scope, people),
        vietnamese=language_of(request) == "vi",
    )
