"""What really stands on an invented page, in a form tests and benches can hold a reading against."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the final image as stored in its file, top-left origin, x1 and y1 exclusive."""


@dataclass(frozen=True)
class TrueWord:
    """One printed word, NFC."""

    text: str
    box: Box
    hand: bool = False  #: written by hand, not printed


@dataclass(frozen=True)
class TrueLine:
    """One run of words on one line of one column or table cell."""

    words: tuple[TrueWord, ...]
    part: str  #: nation, issuer, number, date, title, address, basis, body, table, recipients, signer, page

    @property
    def text(self) -> str:
        """The words with one blank between them."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """The smallest box around the words."""
        boxes = [word.box for word in self.words]
        x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
        return (min(x0s), min(y0s), max(x1s), max(y1s))


@dataclass(frozen=True)
class TruePage:
    """One page: its print from top to bottom (left before right on one height), its look, its document."""

    lines: tuple[TrueLine, ...]
    cls: str  #: see `samples.scan.CLASSES`, or "digital", "blank"
    dpi: int  #: true dots per inch of the image; for born-digital pages the dpi of the boxes
    width: int  #: pixels
    height: int  #: pixels
    fields: Mapping[str, str] = field(default_factory=dict)  #: of the document that starts here, else empty
    matter: str = ""  #: code of the kind of dossier
    rotation: int = 0  #: degrees clockwise that turn the image upright: 0 or 180
    skew: float = 0.0  #: degrees clockwise still to turn after `rotation`
    blank: bool = False

    @property
    def text(self) -> str:
        """The printed lines, one a line; "" for a blank page."""
        return "\n".join(line.text for line in self.lines)

    @property
    def words(self) -> tuple[TrueWord, ...]:
        """All words in order."""
        return tuple(word for line in self.lines for word in line.words)


@dataclass(frozen=True)
class TrueFile:
    """One file of a batch and what should become of it."""

    path: str  #: POSIX, relative to the batch's folder; a page in an archive: "folder/a.zip!b.tif"
    media: str
    fate: str  #: "read", "duplicate" or "refused"
    pages: tuple[TruePage, ...] = ()
    reason: str = ""  #: for a refused file: "damaged" or "unknown-format"
    same_as: str = ""  #: for a duplicate: the path of the file it equals, byte for byte


@dataclass(frozen=True)
class Truth:
    """All that stands in one batch."""

    seed: int
    size: str
    files: tuple[TrueFile, ...]

    @property
    def pages(self) -> tuple[TruePage, ...]:
        """The pages of all files that should be read, duplicates left out, in order."""
        return tuple(page for file in self.files if file.fate == "read" for page in file.pages)

    def save(self, path: Path) -> None:
        """Write the truth as JSON (UTF-8), each page with its `text` beside its lines."""
        document = dataclasses.asdict(self)
        for file, made in zip(self.files, document["files"], strict=True):
            for page, into in zip(file.pages, made["pages"], strict=True):
                into["text"] = page.text
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> Truth:
    """Return the truth that `Truth.save` wrote."""
    document = json.loads(path.read_text(encoding="utf-8"))
    files = tuple(
        TrueFile(**{**item, "pages": tuple(_page(page) for page in item["pages"])})
        for item in document["files"]
    )
    return Truth(seed=document["seed"], size=document["size"], files=files)


def _page(item: dict[str, object]) -> TruePage:
    values = {key: value for key, value in item.items() if key != "text"}
    lines = values["lines"]
    assert isinstance(lines, list)
    values["lines"] = tuple(
        TrueLine(
            words=tuple(TrueWord(word["text"], tuple(word["box"]), word["hand"]) for word in line["words"]),
            part=line["part"],
        )
        for line in lines
    )
    return TruePage(**values)  # type: ignore[arg-type]  # the file is our own `save`
