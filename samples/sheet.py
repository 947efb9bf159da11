"""One page in type, before any scanner saw it: words in their places, rules, seals, stamps."""

from dataclasses import dataclass, field

from samples.fonts import font
from samples.truth import Box, TrueLine, TrueWord

PAGE_MM = (210.0, 297.0)


@dataclass(frozen=True)
class Glyphs:
    """One word to be drawn: its text, origin on the baseline, face and ink."""

    text: str
    x: int
    y: int  #: baseline
    style: str
    size: int  #: pixels an em
    ink: str = "black"  #: "black", "red" or "blue"
    hand: bool = False
    family: str = "serif"

    @property
    def box(self) -> Box:
        """The pixels the word covers."""
        if self.hand:
            return (
                self.x,
                self.y - round(self.size * 0.78),
                self.x + hand_width(self.text, self.size),
                self.y + 2,
            )
        x0, y0, x1, y1 = font(self.family, self.style, self.size).getbbox(self.text, anchor="ls")
        return (self.x + round(x0), self.y + round(y0), self.x + round(x1), self.y + round(y1))


@dataclass
class Sheet:
    """One page in type, before any scanner saw it."""

    dpi: int
    lines: list[tuple[str, list[Glyphs]]] = field(default_factory=list)  #: part and words
    rules: list[Box] = field(default_factory=list)
    signatures: list[tuple[int, int, int]] = field(default_factory=list)  #: centre x, centre y, width
    seals: list[tuple[int, int, str]] = field(default_factory=list)  #: centre x, centre y, agency
    frames: list[Box] = field(default_factory=list)  #: edges of rubber stamps, in red

    @property
    def width(self) -> int:
        """Pixels."""
        return round(PAGE_MM[0] * self.dpi / 25.4)

    @property
    def height(self) -> int:
        """Pixels."""
        return round(PAGE_MM[1] * self.dpi / 25.4)

    def true_lines(self) -> tuple[TrueLine, ...]:
        """What is printed, from top to bottom, on one height from left to right."""
        ordered = sorted(self.lines, key=lambda line: (line[1][0].y, line[1][0].x))
        return tuple(
            TrueLine(tuple(TrueWord(glyphs.text, glyphs.box, glyphs.hand) for glyphs in words), part)
            for part, words in ordered
        )


def hand_width(text: str, size: int) -> int:
    """Return how wide a handwritten word stands."""
    return round(len(text) * size * 0.56)
