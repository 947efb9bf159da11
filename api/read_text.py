"""The words of a page as the correcting screen shows them: line by line, with what is unsure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.checked_field import Spot, spot_of
from api.doubtful import Piece, unsure
from catalog.identifiers import ReadingId
from review.correcting import Shown


@dataclass(frozen=True)
class TextLine:
    """One line of print."""

    number: int  #: 0, 1, ... in the reading
    text: str
    pieces: tuple[Piece, ...]  #: word by word, with the blanks between them
    spot: Spot

    @property
    def unsure(self) -> bool:
        """A word of it should be looked at."""
        return any(mark for _text, mark in self.pieces)

    @property
    def place(self) -> str:
        """Its place as the page's script reads it."""
        return ",".join(map(str, self.spot.box))


@dataclass(frozen=True)
class ReadText:
    """A page's words as they count now."""

    lines: Sequence[TextLine]
    reading: ReadingId
    by: str  #: who corrected it last; "" = nobody
    at: datetime
    undo: ReadingId | None  #: the reading before the last correction

    @property
    def unsure(self) -> int:
        """Lines with a word that should be looked at."""
        return sum(line.unsure for line in self.lines)


def read_text(shown: Shown) -> ReadText:
    """Return what a person sees of a page's words."""
    lines = []
    for number, line in enumerate(shown.reading.lines):
        cut: list[Piece] = []
        for word in line.words:
            cut += [(" ", False)] if cut else []
            cut.append((word.text, unsure(word)))
        lines.append(TextLine(number, line.text, tuple(cut), spot_of(shown.page, line.box)))
    version = shown.version
    corrected = version.source == "person"
    return ReadText(lines, version.id, version.actor if corrected else "", version.made_at, version.corrects)
