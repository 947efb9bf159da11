"""What was found for one field while a page is looked at: text, where it stands, how sure."""

from dataclasses import dataclass, field
from itertools import groupby

from catalog.description import Evidence, Value
from classify.upright import Piece, union


@dataclass(frozen=True)
class Found:
    """One field's answer before it is rounded for the register."""

    value: str | None
    confidence: float = 0.0  #: 0.0 to 1.0
    pieces: tuple[Piece, ...] = ()  #: where it stands
    others: tuple[str, ...] = field(default=())  #: what else it could be, likeliest first
    asked: bool = False

    def as_value(self) -> Value:
        """Return the answer as the register keeps it; one box a page."""
        ordered = sorted(self.pieces, key=lambda piece: piece.page)
        evidence = tuple(
            Evidence(page, union(piece.box for piece in pieces))
            for page, pieces in groupby(ordered, key=lambda piece: piece.page)
        )
        others = tuple(dict.fromkeys(other for other in self.others if other and other != self.value))
        asked = self.asked or (self.value is None and bool(evidence))
        return Value(self.value, round(self.confidence, 4), evidence, others[:5], asked)
