"""The words of a page, set invisibly at the place where they are printed."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
import os

from catalog.reading import Box, Line, Reading
from paper.glyphless import EM, WIDE_GAP, Alphabet

MODE = os.environ.get("TLMODE", "A")

FONT_NAME = "F"
BASELINE = 0.2
WIDE = 0.9
NARROW = 0.2


@dataclass(frozen=True)
class Placed:
    """One word in the frame whose x axis runs along the line: points, y upwards."""

    text: str
    start: float
    end: float
    middle: float  #: y of the middle of the word
    height: float


def text_layer(reading: Reading, alphabet: Alphabet) -> bytes:
    """Return the content stream that sets the words of `reading`, in reading order; empty for a blank page.

    Coordinates are those of the page before its /Rotate: points, origin at the bottom left of the master.
    """
    frame = Frame(reading)
    lines = [placed for line in reading.lines if (placed := frame.line(line))]
    if not lines:
        return b""
    size_of = sizes([median(word.height for word in words) for words in lines])
    parts = ["BT", "3 Tr"]
    for words, size in zip(lines, size_of, strict=True):
        parts += set_line(words, size, frame, alphabet)
    parts.append("ET\n")
    return "\n".join(parts).encode("ascii")


class Frame:
    def __init__(self, reading: Reading) -> None:
        self.scale = 72 / reading.dpi
        self.height = reading.height
        self.rotation = reading.rotation
        skew = math.radians(reading.skew)
        angle = math.radians(reading.rotation) + skew
        self.cos, self.sin = math.cos(angle), math.sin(angle)
        r = math.radians(reading.rotation)
        self.rcos, self.rsin = round(math.cos(r)), round(math.sin(r))
        self.skew = abs(skew)

    def along(self, x: float, y: float) -> tuple[float, float]:
        return x * self.cos + y * self.sin, y * self.cos - x * self.sin

    def matrix(self, u: float, v: float) -> str:
        x, y = u * self.cos - v * self.sin, u * self.sin + v * self.cos
        if MODE in "B":
            c, s = self.rcos, self.rsin
        else:
            c, s = self.cos, self.sin
        return f"{c:.5f} {s:.5f} {-s:.5f} {c:.5f} {x:.2f} {y:.2f} Tm"

    def line(self, line: Line) -> list[Placed]:
        out = []
        for word in line.words:
            text = "".join(c for c in word.text if unicodedata.category(c) not in ("Cc", "Cs"))
            if text:
                out.append(self.word(text, word.box))
        return out

    def word(self, text: str, box: Box) -> Placed:
        x0, y0, x1, y1 = box
        u, v = self.along((x0 + x1) / 2 * self.scale, (self.height - (y0 + y1) / 2) * self.scale)
        bw, bh = (x1 - x0) * self.scale, (y1 - y0) * self.scale
        if self.rotation in (90, 270):
            bw, bh = bh, bw
        c, s = math.cos(self.skew), math.sin(self.skew)
        w = (bw * c - bh * s) / math.cos(2 * self.skew)
        h = (bh * c - bw * s) / math.cos(2 * self.skew)
        if h < 0.4 * bh or w < 0.4 * bw:
            w, h = bw, min(bh, bw)
        w, h = max(w, 0.5), max(h, 1.0)
        return Placed(text, u - w / 2, u + w / 2, v, h)


def sizes(heights: Sequence[float]) -> list[float]:
    usual = median(heights)
    return [usual if 0.7 < h / usual < 1.4 else h for h in heights]


def set_line(words: list[Placed], size: float, frame: Frame, alphabet: Alphabet) -> list[str]:
    out = [f"/{FONT_NAME} {size:.2f} Tf"]
    base = median(word.middle for word in words) + (BASELINE - 0.5) * size
    if MODE == "D":
        t = " ".join(w.text for w in words)
        out.append("/Span <</ActualText <feff%s>>> BDC" % t.encode("utf-16-be").hex())
    for i, word in enumerate(words):
        end = word.end
        gap = 0.0
        if i + 1 < len(words):
            gap = words[i + 1].start - end
            if gap < NARROW * size:
                end = max(word.start + 0.6 * (word.end - word.start), words[i + 1].start - NARROW * size)
                gap = words[i + 1].start - end
        v = base
        if MODE == "B":
            pass
        if MODE == "C":
            out.append("/Span <</ActualText <feff%s>>> BDC" % word.text.encode("utf-16-be").hex())
        out.append(frame.matrix(word.start, v))
        out.append(f"{100 * (end - word.start) / (len(word.text) * EM * size):.2f} Tz")
        out.append(f"<{alphabet.show(word.text)}> Tj")
        if MODE == "C":
            out.append("EMC")
        if gap > 0:
            wide = gap > WIDE * size and MODE != "D"
            out.append(f"{100 * gap / (EM * size):.2f} Tz")
            out.append(f"<{alphabet.code(WIDE_GAP if wide else ' '):04x}> Tj")
    if MODE == "D":
        out.append("EMC")
    return out
