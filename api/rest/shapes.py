"""What `/api/v1` takes and answers; others script against these names, so they only ever grow."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

ID = "01930f6e8c1b7d2aa4b7c0ffee123456"


def example(**values: JsonValue) -> ConfigDict:
    """Return the settings of a shape with an example for the documentation."""
    return ConfigDict(json_schema_extra={"example": values})


class Problem(BaseModel):
    """A refusal (RFC 9457); `slug` is stable and may be tested by programs."""

    model_config = example(
        type="urn:luutru:problem:page-not-found",
        slug="page-not-found",
        title="Not Found",
        status=404,
        detail="no such page",
    )
    type: str
    slug: str
    title: str
    status: int
    detail: str
    errors: dict[str, str] | None = None  #: what is wrong with each field, where fields were sent
    names: list[str] | None = None  #: fields that somebody else changed meanwhile


class NewBatch(BaseModel):
    """A batch to be opened."""

    model_config = example(fonds="UBND-X-ANLAC", name="Hộp 12")
    fonds: Annotated[str, Field(min_length=1, max_length=64)]
    unit: Annotated[str, Field(max_length=64)] | None = None
    name: Annotated[str, Field(max_length=200)] = ""


class OpenedBatch(BaseModel):
    """A batch that waits for files."""

    model_config = example(batch=ID)
    batch: str


class ClosedBatch(BaseModel):
    """A batch to which everything announced was sent."""

    model_config = example(batch=ID)
    batch: str | None  #: None: nothing in it was new, so it was taken back


class Unfinished(BaseModel):
    """A file or page that was held or refused."""

    file: str
    name: str
    page: int | None
    code: str
    reason: str


class BatchState(BaseModel):
    """Where everything in a batch is; counts are pages but `files` and the lists."""

    model_config = example(
        batch=ID,
        name="Hộp 12",
        fonds="UBND-X-ANLAC",
        made_at="2026-11-23T08:00:00Z",
        by="lan",
        closed=True,
        finished=True,
        files=12,
        received=120,
        read=114,
        described=114,
        indexed=114,
        blank=5,
        duplicate=0,
        waiting=0,
        pages_per_minute=None,
        secret_files=0,
        held=[],
        refused=[
            {
                "file": ID,
                "name": "scan-013.pdf",
                "page": None,
                "code": "encrypted",
                "reason": "needs a password",
            }
        ],
    )
    batch: str
    name: str
    fonds: str
    made_at: datetime
    by: str
    closed: bool
    finished: bool
    files: int
    received: int
    read: int
    described: int  #: pages of documents of which is known what they are
    indexed: int
    blank: int
    duplicate: int
    waiting: int
    pages_per_minute: float | None
    secret_files: int = Field(
        description="files held for a secret mark; their names are the custodian's to know"
    )
    held: list[Unfinished]
    refused: list[Unfinished]


class NewUpload(BaseModel):
    """A file about to be sent in pieces."""

    model_config = example(path="Hồ sơ 45/scan-001.pdf", size=734003200)
    path: Annotated[str, Field(min_length=1, max_length=1000)]
    size: Annotated[int, Field(ge=0)]
    deep: bool = False  #: the first folder of `path` holds folders of files, so it is a box
    changed: Annotated[int, Field(ge=0, lt=1 << 62)] = 0
    """When the file was last changed, in any unit; another number is another file, sent from the start."""


class UploadState(BaseModel):
    """How far a file has come; send on from `offset`."""

    model_config = example(upload=ID, offset=8388608, size=734003200, received=False, again=False)
    upload: str
    offset: int
    size: int
    received: bool
    again: bool


class SearchHit(BaseModel):
    """A page, or a dossier where `page` is null."""

    document: str | None
    page: int | None  #: number in the document, from 1
    page_id: str | None
    dossier: str | None
    name: str
    title: str | None = None  #: type, number and subject of the document, as far as they are known
    fonds: str
    snippet: str
    marked: list[str]
    score: float
    paper_only: bool
    place: str


class Count(BaseModel):
    """One value of a facet."""

    value: str
    label: str
    count: int


class CoverageState(BaseModel):
    """How much of what was searched has been read."""

    fonds: str
    pages: int
    read: int
    paper_dossiers: int


class SearchAnswer(BaseModel):
    """What was found."""

    model_config = example(
        total=1,
        hits=[
            {
                "document": ID,
                "page": 2,
                "page_id": ID,
                "dossier": None,
                "name": "scan-001.pdf",
                "fonds": "UBND-X-ANLAC",
                "snippet": "… ông Nguyễn Văn An, thửa đất số 45 …",
                "marked": ["Nguyễn", "Văn", "An"],
                "score": 12.5,
                "paper_only": False,
                "place": "",
            }
        ],
        facets={"fonds": [{"value": "UBND-X-ANLAC", "label": "UBND-X-ANLAC", "count": 1}]},
        coverage={"fonds": "", "pages": 1200, "read": 1100, "paper_dossiers": 14},
        widened=False,
        as_asked=1,
        other_marks=False,
    )
    total: int
    hits: list[SearchHit]
    facets: dict[str, list[Count]]
    coverage: CoverageState
    widened: bool  #: near misses are among the hits, ranked last
    as_asked: int  #: of the total, those that match as asked
    other_marks: bool  #: typed with marks, and no hit of this page has all these words with these marks


class PageInDocument(BaseModel):
    """A page of a document."""

    id: str
    number: int
    state: str


class DocumentState(BaseModel):
    """A document with its pages in order."""

    model_config = example(
        document=ID,
        name="scan-001.pdf",
        fonds="UBND-X-ANLAC",
        dossier=None,
        dossier_title=None,
        batch=ID,
        title=None,
        type=None,
        year=None,
        pdf=True,
        pages=[{"id": ID, "number": 1, "state": "read"}],
    )
    document: str
    name: str
    fonds: str
    dossier: str | None
    dossier_title: str | None
    batch: str
    title: str | None  #: type, number and subject, as far as they are known
    type: str | None
    year: int | None
    pdf: bool  #: its PDF/A has been made
    pages: list[PageInDocument]


class PageState(BaseModel):
    """A page; sizes are pixels of the master image."""

    model_config = example(
        page=ID,
        document=ID,
        number=1,
        state="read",
        width=1654,
        height=2339,
        dpi=200,
        rotation=0,
        skew=0.3,
        flags=[],
        media_type="application/pdf",
    )
    page: str
    document: str
    number: int
    state: str
    width: int | None
    height: int | None
    dpi: int | None
    rotation: int  #: degrees clockwise that turn the master upright
    skew: float | None
    flags: list[str]
    media_type: str


class WordRead(BaseModel):
    """A word; `box` is x0, y0, x1, y1 in pixels of the master image, top-left origin."""

    text: str
    box: tuple[int, int, int, int]
    confidence: float
    agreed: bool


class LineRead(BaseModel):
    """A line of print."""

    text: str
    box: tuple[int, int, int, int]
    words: list[WordRead]


class PageWords(BaseModel):
    """What was read off a page, as `luutru read --json` has it."""

    model_config = example(
        number=1,
        width=1654,
        height=2339,
        dpi=200,
        rotation=0,
        text="QUYẾT ĐỊNH",
        lines=[
            {
                "text": "QUYẾT ĐỊNH",
                "box": [600, 400, 1050, 440],
                "words": [
                    {"text": "QUYẾT", "box": [600, 400, 810, 440], "confidence": 0.99, "agreed": True},
                    {"text": "ĐỊNH", "box": [830, 400, 1050, 440], "confidence": 0.98, "agreed": True},
                ],
            }
        ],
    )
    number: int
    width: int
    height: int
    dpi: int
    rotation: int
    text: str
    lines: list[LineRead]


class NewToken(BaseModel):
    """A token to be made."""

    model_config = example(label="nhập từ phần mềm một cửa", days=365)
    label: Annotated[str, Field(min_length=1, max_length=100)]
    days: Annotated[int, Field(ge=1, le=730)] = 365


class MadeToken(BaseModel):
    """A new token; its secret is shown this once."""

    model_config = example(secret="lt_…")  # noqa: S106 - no secret: it shows the shape
    secret: str


class TokenState(BaseModel):
    """One of one's own tokens."""

    model_config = example(
        id=ID, label="nhập từ một cửa", made_at="2026-11-23T08:00:00Z", until="2027-11-23T08:00:00Z"
    )
    id: str
    label: str
    made_at: datetime
    until: datetime | None
