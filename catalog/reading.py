"""What was read off a page: lines of words, each with its place and how sure it is."""

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from luutru.errors import IntegrityError

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the master image, top-left origin, x1 and y1 exclusive."""

LAID = "name-shapes"
"""Stands for a reader in `Line.raw` where a name was laid over ink under a seal: its words are guesses."""

FORMAT = 1
"""Version of the stored form; a reader of the store refuses one it does not know."""


class ReadingDamaged(IntegrityError):
    """A stored reading cannot be understood."""

    slug = "reading-damaged"


@dataclass(frozen=True)
class Word:
    """One word as printed: NFC, no blank inside."""

    text: str
    box: Box
    confidence: float  #: 0.0 to 1.0
    agreed: bool  #: every reader that read the line gave this word


@dataclass(frozen=True)
class Line:
    """One line of print; `text` is its words with one blank between them."""

    words: tuple[Word, ...]
    box: Box
    raw: Mapping[str, str] = field(default_factory=dict)  #: what each reader gave, by reader's name

    @property
    def text(self) -> str:
        """The words of the line with one blank between them."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Reading:
    """One reading of one page, lines in reading order."""

    lines: tuple[Line, ...]
    width: int  #: pixels of the master image
    height: int  #: pixels of the master image
    dpi: int  #: dots per inch of the master image, as used for reading
    rotation: int  #: degrees clockwise that turn the master upright: 0, 90, 180 or 270
    skew: float  #: degrees clockwise still to turn after `rotation`, about -15 to 15
    engines: Mapping[str, str]  #: build of every engine that took part, by name
    degraded: bool = False  #: a reader or finder of the full set was missing

    @property
    def text(self) -> str:
        """The whole page, one line of print a line."""
        return "\n".join(line.text for line in self.lines)

    @property
    def words(self) -> tuple[Word, ...]:
        """All words in reading order."""
        return tuple(word for line in self.lines for word in line.words)

    @property
    def mean_confidence(self) -> float:
        """Mean over words, 0.0 to 1.0; 0.0 for a page without words."""
        words = self.words
        return sum(word.confidence for word in words) / len(words) if words else 0.0

    @property
    def agreed_share(self) -> float:
        """Share of words on which all readers agreed, 0.0 to 1.0; 0.0 for a page without words."""
        words = self.words
        return sum(word.agreed for word in words) / len(words) if words else 0.0


def to_bytes(reading: Reading) -> bytes:
    """Return the stored form of `reading`: gzipped JSON, the same bytes for the same reading."""
    document = {
        "format": FORMAT,
        "width": reading.width,
        "height": reading.height,
        "dpi": reading.dpi,
        "rotation": reading.rotation,
        "skew": round(reading.skew, 3),
        "engines": dict(sorted(reading.engines.items())),
        "degraded": reading.degraded,
        "lines": [
            {
                "box": line.box,
                "raw": dict(sorted(line.raw.items())),
                "words": [
                    [word.text, *word.box, round(word.confidence, 4), int(word.agreed)] for word in line.words
                ],
            }
            for line in reading.lines
        ],
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf-8"), mtime=0)


def from_bytes(data: bytes) -> Reading:
    """Return the reading that `to_bytes` stored.

    Raises:
        ReadingDamaged: the bytes are not a reading of a known format.
    """
    with _opened(data) as document:
        return Reading(
            lines=tuple(_line(item) for item in document["lines"]),
            width=document["width"],
            height=document["height"],
            dpi=document["dpi"],
            rotation=document["rotation"],
            skew=document["skew"],
            engines=document["engines"],
            degraded=document["degraded"],
        )


def text_of(data: bytes) -> str:
    """Return `from_bytes(data).text`, in a third of the time: search needs no places of words.

    Raises:
        ReadingDamaged: the bytes are not a reading of a known format.
    """
    with _opened(data) as document:
        return "\n".join([" ".join([text for text, *_ in line["words"]]) for line in document["lines"]])


@contextmanager
def _opened(data: bytes) -> Iterator[dict[str, Any]]:
    try:
        document = json.loads(gzip.decompress(data))
        if document["format"] != FORMAT:
            raise ReadingDamaged(f"reading of format {document['format']}, expected {FORMAT}")
        yield document
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise ReadingDamaged(f"a stored reading cannot be understood: {error}") from error


def _line(item: dict[str, Any]) -> Line:
    x0, y0, x1, y1 = item["box"]
    words = tuple(
        Word(text, (wx0, wy0, wx1, wy1), confidence, bool(agreed))
        for text, wx0, wy0, wx1, wy1, confidence, agreed in item["words"]
    )
    return Line(words=words, box=(x0, y0, x1, y1), raw=item["raw"])
