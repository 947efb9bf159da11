"""Where documents begin and end: a stack of pages, cut, joined and put in order by keys."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from api.asking import Rooms, Who
from api.desk.checking import Queue
from api.problems import BadRequest
from api.render import render
from api.stack import Stack, StackDocument, StackPage, seen_of, stack_of
from api.typed import Typed, TypedForm
from catalog import arrangement, boundary, undo
from catalog.access import Scope
from catalog.identifiers import DocumentId, PageId
from catalog.page import get as get_page
from catalog.undo import Act, UndoTooLate

router = APIRouter()

Part = Annotated[str, Query(max_length=64)]


@router.get("/check/{document}/arrange")
def show(
    request: Request, visitor: Who, rooms: Rooms, document: DocumentId, queue: Queue, page: Part = ""
) -> Response:
    """Show the stack, with the page on which one stands."""
    rooms.room.document(visitor.scope, document)  # a look at it
    with rooms.register.read() as conn:
        stack = stack_of(conn, visitor.scope, document)
    here = page or next(
        (one.pages[0].id for one in stack.documents if one.document.id == document and one.pages), ""
    )
    return render(request, "check_arrange.html", stack=stack, queue=queue, document=document, at=PageId(here))


@router.post("/check/{document}/arrange")
def act(
    request: Request, visitor: Who, rooms: Rooms, document: DocumentId, queue: Queue, form: TypedForm
) -> Response:
    """Do one thing to the stack at one page, and show it again there."""
    page = PageId(form.one("page"))
    with rooms.register.write() as conn:
        stack = stack_of(conn, visitor.scope, document)
        _act(conn, visitor.scope, stack, page, form)
    with rooms.register.read() as conn:
        now = get_page(conn, visitor.scope, page).document
    to = queue.to(f"/check/{now}/arrange", page=page)
    return RedirectResponse(to, status_code=303)


def _act(conn: Connection, scope: Scope, stack: Stack, page: PageId, form: Typed) -> None:
    seen = seen_of(form.one("seen"))
    at, here, standing = _standing(stack, page)
    match form.one("act"):
        case "cut":
            if standing.suggested is not None:
                boundary.confirm(conn, scope, standing.suggested.id, seen=seen)
            else:
                arrangement.split(conn, scope, here.document.id, standing.number, seen=seen)
        case "reject" if standing.suggested is not None:
            boundary.reject(conn, scope, standing.suggested.id)
        case "merge" if at > 0:
            before = stack.documents[at - 1].document.id
            arrangement.merge(conn, scope, [before, here.document.id], seen=seen)
        case "earlier" | "later" | "to":
            _move(conn, scope, stack, at, standing, form)
        case "apart":
            why = "blank" if standing.blank else "separator"
            arrangement.set_apart(conn, scope, [page], why, seen=seen)
        case "put-back":
            arrangement.put_back(conn, scope, [page], seen=seen)
        case "undo" if stack.last is not None:
            undo.undo(conn, scope, the_one_named(stack.last, form))
        case _:
            raise BadRequest("nothing of the kind can be done at this page")


def the_one_named(last: Act, form: Typed) -> str:
    """Return the id of the newest act, where it is the one (`last`) that the button spoke of.

    Raises:
        UndoTooLate: somebody did something else since.
    """
    if form.one("last") != last.id:
        raise UndoTooLate("this is no longer the newest act")
    return last.id


def _standing(stack: Stack, page: PageId) -> tuple[int, StackDocument, StackPage]:
    for at, one in enumerate(stack.documents):
        for standing in one.pages:
            if standing.id == page:
                return at, one, standing
    raise BadRequest("this page does not lie in this stack")


def _move(conn: Connection, scope: Scope, stack: Stack, at: int, standing: StackPage, form: Typed) -> None:
    """Move a page by one place, or (`to`) before another; over the edge it comes into the next document."""
    seen = seen_of(form.one("seen"))
    here = stack.documents[at]
    counted = [page.id for page in here.pages if page.number]
    place = counted.index(standing.id) if standing.id in counted else -1
    act = form.one("act")
    if act == "to":
        into_at, into, target = _standing(stack, PageId(form.one("to")))
        if into_at != at:
            arrangement.move_pages(
                conn, scope, [standing.id], into.document.id, seen=seen, before=target.number or None
            )
            return
        rest = [page for page in counted if page != standing.id]
        rest.insert(rest.index(target.id), standing.id) if target.id in rest else rest.append(standing.id)
        arrangement.put_pages_in_order(conn, scope, here.document.id, rest, seen=seen)
        return
    step = -1 if act == "earlier" else 1
    if 0 <= place + step < len(counted) and place >= 0:
        counted[place], counted[place + step] = counted[place + step], counted[place]
        arrangement.put_pages_in_order(conn, scope, here.document.id, counted, seen=seen)
        return
    if not 0 <= at + step < len(stack.documents):
        raise BadRequest("there is no document on that side")
    neighbour = stack.documents[at + step].document.id
    before = None if act == "earlier" else 1
    arrangement.move_pages(conn, scope, [standing.id], neighbour, seen=seen, before=before)
