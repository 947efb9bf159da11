"""Quality control: lots of two rounds, their samples, and what was found in each document."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.asking import Rooms, Who
from api.checked_field import SHOWN as FIELDS
from api.page_strip import json_of, strip_of
from api.problems import BadRequest
from api.render import language_of, render
from api.typed import Typed, TypedForm
from catalog import document as documents
from catalog import dossier as dossiers
from catalog.access import Role
from catalog.identifiers import BatchId, DocumentId, DossierId
from review import quality
from review.mistake import Mistake, kinds, tally
from review.sampling import limits

router = APIRouter()

SHOWN = 100
Part = Annotated[str, Query(max_length=64)]


@router.get("/control")
def listed(request: Request, visitor: Who, rooms: Rooms, dossier: Part = "", batch: Part = "") -> Response:
    """List the lots, and offer to open one."""
    visitor.scope.require(Role.ARCHIVIST)
    with rooms.register.read() as conn:
        found = quality.lots(
            conn,
            visitor.scope,
            dossier=DossierId(dossier) if dossier else None,
            batch=BatchId(batch) if batch else None,
            limit=SHOWN,
        )
        inside = dossiers.among(conn, visitor.scope, [lot.dossier for lot in found if lot.dossier])
        of = dossiers.find(conn, visitor.scope, DossierId(dossier)) if dossier else None
        counted = tally(conn, visitor.scope)
    names = rooms.checking.names(
        visitor.scope, {lot.opened_by for lot in found} | {one.person for one in counted if one.person}
    )
    return render(
        request,
        "control.html",
        lots=found,
        dossiers=inside,
        dossier=of,
        batches=rooms.intake.batches(visitor.scope, 0, SHOWN),
        limits=limits(),
        tally=counted,
        kind_named=_kind_named(language_of(request)),
        names=names,
    )


@router.post("/control")
def begin(visitor: Who, rooms: Rooms, form: TypedForm) -> Response:
    """Put what is ready together and draw its sample."""
    share = form.number("share") if form.one("share") else 100
    with rooms.register.write() as conn:
        lot = quality.open_lot(
            conn,
            visitor.scope,
            form.number("round"),
            dossier=DossierId(form.one("dossier")) if form.one("dossier") else None,
            batch=BatchId(form.one("batch")) if form.one("batch") and not form.one("dossier") else None,
            share=share / 100,
            limit=form.one("limit") or None,
        )
    return RedirectResponse(f"/control/{lot}", status_code=303)


@router.get("/control/{lot}")
def show(request: Request, visitor: Who, rooms: Rooms, lot: str) -> Response:
    """Show a lot: its plan, its seed, its sample."""
    visitor.scope.require(Role.ARCHIVIST)
    with rooms.register.read() as conn:
        found = quality.find(conn, visitor.scope, lot)
        sample = quality.sample_of(conn, visitor.scope, lot)
        drawn = quality.drawn_rightly(conn, visitor.scope, lot)
        coming = quality.next_of(conn, visitor.scope, lot) if found.state == "open" else None
        shown = {name: documents.get(conn, visitor.scope, name) for name, _state in sample[:SHOWN]}
        of = dossiers.find(conn, visitor.scope, found.dossier) if found.dossier else None
    return render(
        request,
        "control_lot.html",
        lot=found,
        sample=sample,
        shown=shown,
        drawn_rightly=drawn,
        coming=coming,
        dossier=of,
        names=rooms.checking.names(visitor.scope, {found.opened_by}),
    )


@router.get("/control/{lot}/{document}")
def look(request: Request, visitor: Who, rooms: Rooms, lot: str, document: DocumentId) -> Response:
    """Show one document of the sample beside what was said of it."""
    with rooms.register.read() as conn:
        found = quality.find(conn, visitor.scope, lot)
        sample = dict(quality.sample_of(conn, visitor.scope, lot))
    desk = rooms.checking.open(visitor.scope, document)
    strip = strip_of(desk.document.pages)
    return render(
        request,
        "control_document.html",
        lot=found,
        judged=sample.get(document, ""),
        desk=desk,
        document=desk.document,
        page=desk.document.pages[0],
        strip=strip,
        pages_json=json_of(strip),
        kinds=list(kinds().values()),
        kind_named=_kind_named(language_of(request)),
        done=sum(state != "waiting" for state in sample.values()),
    )


@router.post("/control/{lot}/{document}")
def judge(visitor: Who, rooms: Rooms, lot: str, document: DocumentId, form: TypedForm) -> Response:
    """Record what was found in a document, and lead to the next of the sample."""
    with rooms.register.write() as conn:
        quality.judge(conn, visitor.scope, lot, document, _mistakes(form))
        found = quality.find(conn, visitor.scope, lot)
        coming = quality.next_of(conn, visitor.scope, lot) if found.state == "open" else None
    return RedirectResponse(f"/control/{lot}/{coming}" if coming else f"/control/{lot}", status_code=303)


def _mistakes(form: Typed) -> list[Mistake]:
    """Return the mistakes of the form (`wrong`: kind, or kind:field); none where `passed` was pressed."""
    if form.one("passed"):
        return []
    note = form.one("note").strip()
    found = []
    for text in dict.fromkeys(form.all("wrong")):
        kind, _, field = text.partition(":")
        found.append(Mistake(kind, field if field in FIELDS else None, None, note))
    if not found:
        raise BadRequest("say what is wrong, or that nothing is")
    return found


def _kind_named(language: str) -> dict[str, str]:
    return {code: kind.vi if language == "vi" else kind.en for code, kind in kinds().items()}
