"""What `/api/v1` takes and answers of fields and corrected readings."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.rest.shapes import ID, LineRead, example
from catalog.description import FIELDS
from review.correcting import LONGEST_LINE, MOST_EDITS

Box = tuple[int, int, int, int]
Name = Annotated[str, Field(max_length=32)]
Text = Annotated[str, Field(max_length=4000)]


class PlaceShape(BaseModel):
    """Where a value stands; `box` is x0, y0, x1, y1 in pixels of the page's master image."""

    page: Annotated[str, Field(max_length=32)]
    box: Box


class FieldSaid(BaseModel):
    """One answer to what stands in a field."""

    name: str
    value: str | None
    confidence: float
    confident: bool  #: may be taken without a look
    evidence: list[PlaceShape]
    alternatives: list[str]
    asked: bool  #: something stands there that no machine reads
    source: str  #: machine, list or person
    by: str
    at: datetime
    version: int
    in_force: bool
    withdrawn_by: str | None


class KeySaid(BaseModel):
    """What else a document is looked for by."""

    name: str
    value: str
    confidence: float
    evidence: list[PlaceShape]
    source: str


class SomebodyAtDesk(BaseModel):
    """Who else has the document open just now."""

    name: str
    since: datetime


_ANSWER = {
    "name": "code",
    "value": "45/QĐ-UBND",
    "confidence": 0.97,
    "confident": True,
    "evidence": [{"page": ID, "box": [210, 330, 520, 362]}],
    "alternatives": ["46/QĐ-UBND"],
    "asked": False,
    "source": "machine",
    "by": "luutru",
    "at": "2026-11-23T08:00:00Z",
    "version": 1,
    "in_force": True,
    "withdrawn_by": None,
}


class FieldsState(BaseModel):
    """What is known of a document now."""

    model_config = example(
        document=ID,
        version=3,
        state="described",
        reason=None,
        starts=[],
        fields={"code": _ANSWER},  # type: ignore[dict-item]  # a list of floats is JSON as well
        keys=[
            {
                "name": "person",
                "value": "Lê Thị Bình",
                "confidence": 0.92,
                "evidence": [],
                "source": "machine",
            }
        ],
        others=[],
    )
    document: str
    version: int  #: to be sent as `base` with a change
    state: str  #: waiting, described or held
    reason: str | None
    starts: list[str]  #: first pages of the documents that seem to lie in it, if several
    fields: dict[str, FieldSaid]
    keys: list[KeySaid]
    others: list[SomebodyAtDesk]


class FieldsChange(BaseModel):
    """What a person says of a document's fields; a field that is not named stays as it is."""

    model_config = example(
        base=3, fields={"signer": "Nguyễn Văn An", "urgency": None}, accept=["code", "date"]
    )
    base: Annotated[int, Field(ge=0)]
    fields: Annotated[dict[Name, Text | None], Field(max_length=len(FIELDS))] = {}
    accept: Annotated[list[Name], Field(max_length=len(FIELDS))] = []
    take_back: Annotated[list[Name], Field(max_length=len(FIELDS))] = []
    places: Annotated[
        dict[Name, Annotated[list[PlaceShape], Field(max_length=50)]], Field(max_length=len(FIELDS))
    ] = {}


class LineChange(BaseModel):
    """What a line says; no text takes it out."""

    line: Annotated[int, Field(ge=0)]  #: 0, 1, ... of the reading `base`
    text: Annotated[str, Field(max_length=LONGEST_LINE)]


class LineAdded(BaseModel):
    """A line that no reader found."""

    after: Annotated[int, Field(ge=-1)]  #: the line before it; -1 = first of the page
    text: Annotated[str, Field(max_length=LONGEST_LINE)]
    box: Box


class ReadingChange(BaseModel):
    """A correction of a page's words, or an older version to be made current again."""

    model_config = example(base=ID, lines=[{"line": 4, "text": "Số: 45/QĐ-UBND"}])
    base: Annotated[str, Field(max_length=32)]
    lines: Annotated[list[LineChange], Field(max_length=MOST_EDITS)] = []
    added: Annotated[list[LineAdded], Field(max_length=MOST_EDITS)] = []
    choose: Annotated[str, Field(max_length=32)] | None = None


class ReadingVersion(BaseModel):
    """One version of a page's words."""

    reading: str
    source: str  #: machine, text-layer or person
    by: str
    at: datetime
    corrects: str | None
    words: int
    current: bool


class ReadingState(BaseModel):
    """A page's words as they count now."""

    model_config = example(
        page=ID,
        reading=ID,
        source="person",
        width=1654,
        height=2339,
        rotation=0,
        text="Số: 45/QĐ-UBND",
        lines=[],
        versions=[
            {
                "reading": ID,
                "source": "person",
                "by": "lan",
                "at": "2026-11-23T08:00:00Z",
                "corrects": ID,
                "words": 2,
                "current": True,
            }
        ],
    )
    page: str
    reading: str  #: to be sent as `base` with a correction
    source: str
    width: int
    height: int
    rotation: int
    text: str
    lines: list[LineRead]
    versions: list[ReadingVersion]
