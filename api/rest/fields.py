"""What is known of a document, and what was read off a page: seen and said, for programs."""

from fastapi import APIRouter

from api.asking import Rooms, Who
from api.rest.field_shapes import (
    FieldSaid,
    FieldsChange,
    FieldsState,
    KeySaid,
    PlaceShape,
    ReadingChange,
    ReadingState,
    ReadingVersion,
    SomebodyAtDesk,
)
from api.rest.shapes import LineRead, WordRead
from catalog.answer import Place
from catalog.field_value import FieldValue
from catalog.identifiers import DocumentId, PageId, ReadingId
from luutru.errors import InvalidInput
from review.correcting import LineEdit, NewLine, Shown
from review.filling import Form

router = APIRouter(tags=["records"])


class ChangeUnclear(InvalidInput):
    """A change that asks for two things that exclude each other, or for nothing."""

    slug = "change-unclear"


@router.get("/documents/{document}/fields", summary="What a document is")
def document_fields(visitor: Who, rooms: Rooms, document: DocumentId) -> FieldsState:
    """Values in force with evidence (pixels of the master image), confidence and source."""
    rooms.room.document(visitor.scope, document)  # a look at it
    return _fields(rooms.filling.open(visitor.scope, document))


@router.patch("/documents/{document}/fields", summary="Say what a document is")
def change_fields(visitor: Who, rooms: Rooms, document: DocumentId, change: FieldsChange) -> FieldsState:
    """Set `fields`, accept what is in force in `accept`, take back what people said last in `take_back`.

    All of it or nothing. 400 (fields-invalid) with `errors` by field; 409 (fields-changed) with `names` that
    somebody else changed after `base`.
    """
    if set(change.fields) & {*change.accept, *change.take_back} or set(change.accept) & set(change.take_back):
        raise ChangeUnclear("one field is named twice: it is set, accepted or taken back")
    return _fields(
        rooms.filling.change(
            visitor.scope,
            document,
            base=change.base,
            values=change.fields,
            accept=change.accept,
            take_back=change.take_back,
            places={
                name: [Place(PageId(place.page), place.box) for place in places]
                for name, places in change.places.items()
            },
        )
    )


@router.get("/documents/{document}/fields/history", summary="Everything ever said of a document")
def fields_history(
    visitor: Who, rooms: Rooms, document: DocumentId, name: str | None = None
) -> list[FieldSaid]:
    """Newest first; who said it and when."""
    rooms.room.document(visitor.scope, document)
    return [_field(value) for value in rooms.filling.history(visitor.scope, document, name)]


@router.get("/pages/{page}/reading", summary="The words of a page, with their versions")
def page_reading(visitor: Who, rooms: Rooms, page: PageId) -> ReadingState:
    """Lines and words as they count now, and every version there is; 409 (nothing-to-correct) without any."""
    rooms.room.bare_page(visitor.scope, page)
    return _reading(rooms.correcting.open(visitor.scope, page))


@router.put("/pages/{page}/reading", summary="Correct the words of a page")
def correct_reading(visitor: Who, rooms: Rooms, page: PageId, change: ReadingChange) -> ReadingState:
    """Say what lines say; unchanged words keep their places. Or `choose` an older version.

    409 (reading-changed) where another reading than `base` is current by now.
    """
    base = ReadingId(change.base)
    if (change.choose is None) == (not change.lines and not change.added):
        raise ChangeUnclear("send lines to change or add, or a version to choose")
    if change.choose is not None:
        return _reading(rooms.correcting.choose(visitor.scope, page, ReadingId(change.choose), base=base))
    shown = rooms.correcting.correct(
        visitor.scope,
        page,
        [LineEdit(edit.line, edit.text) for edit in change.lines],
        added=[NewLine(new.after, new.text, new.box) for new in change.added],
        base=base,
    )
    return _reading(shown)


def _fields(form: Form) -> FieldsState:
    known = form.fields
    return FieldsState(
        document=known.document,
        version=known.version,
        state=known.state,
        reason=known.reason,
        starts=list(known.starts),
        fields={name: _field(value) for name, value in known.values.items()},
        keys=[
            KeySaid(
                name=key.name,
                value=key.value,
                confidence=key.confidence,
                evidence=[PlaceShape(page=place.page, box=place.box) for place in key.evidence],
                source=key.source.value,
            )
            for key in form.keys
        ],
        others=[SomebodyAtDesk(name=other.actor, since=other.since) for other in form.others],
    )


def _field(value: FieldValue) -> FieldSaid:
    return FieldSaid(
        name=value.name,
        value=value.value,
        confidence=value.confidence,
        confident=value.confident,
        evidence=[PlaceShape(page=place.page, box=place.box) for place in value.evidence],
        alternatives=list(value.alternatives),
        asked=value.asked,
        source=value.source.value,
        by=value.actor,
        at=value.made_at,
        version=value.version,
        in_force=value.in_force,
        withdrawn_by=value.withdrawn_by,
    )


def _reading(shown: Shown) -> ReadingState:
    return ReadingState(
        page=shown.page.id,
        reading=shown.version.id,
        source=shown.version.source,
        width=shown.reading.width,
        height=shown.reading.height,
        rotation=shown.reading.rotation,
        text=shown.reading.text,
        lines=[
            LineRead(
                text=line.text,
                box=line.box,
                words=[
                    WordRead(text=w.text, box=w.box, confidence=w.confidence, agreed=w.agreed)
                    for w in line.words
                ],
            )
            for line in shown.reading.lines
        ],
        versions=[
            ReadingVersion(
                reading=version.id,
                source=version.source,
                by=version.actor,
                at=version.made_at,
                corrects=version.corrects,
                words=version.words,
                current=version.current,
            )
            for version in shown.versions
        ],
    )
