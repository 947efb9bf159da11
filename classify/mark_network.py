"""A small network that was taught what secret marks look like, asked where on a page one stands.

It looks at the page at 100 dpi, eight pixels at a time, and tells for each of the three marks how sure it is
that the middle of one lies there: stamped or printed, in any ink, at any lean, framed, outlined, faded, on
print. It was taught on invented pages alone; docs/secret-mark-network.md says how, and how to do it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.reading import Box
from catalog.scan import Pixels
from classify.secret_mark_text import Level
from luutru.errors import BackendError

SHIPPED = Path(__file__).parent / "data" / "secret-marks.onnx"

SEEN_DPI = 100
"""Dots per inch at which it looks: a capital letter of a mark, 3 to 8 mm, is 12 to 32 pixels high."""
CELL = 8
"""Pixels, both ways, for which it gives one answer."""
STEP = 16
"""What height and width of its picture are multiples of."""
TILE, OVERLAP = 1792, 512
"""Pixels of the longest picture that it is given at once, and how much two of them share; A3 is 1,654 long.
The longest mark is 140 mm; the network sees 300 pixels round the middle of it."""
PAPER = 255
LEVELS = (Level.PLAIN, Level.HIGH, Level.TOP)
"""In the order of its answers."""
AROUND = 3.2
"""Inches of page each way round the middle of a place, when it is looked at again: all that bears on it."""
CLOSER = (1.15, 1.3, 1.0)
"""How much nearer it goes then, in turn."""
NOTHING = 0.0
"""Score of one of these looks below which no other is worth its time: most end at the first."""
OFF = 0.1
"""Inches by which the middle may be off."""
PALEST = 16
"""Grey levels by which the palest ink that anybody can read is darker than its paper."""
LETTER, LETTERS = 6, 3
"""Pixels of the smallest letter of a mark (1.5 mm), and how many of them a mark has that is in pieces."""
JOINED = 24
"""Pixels from which one piece may be all of a mark: its frame, or letters that touch."""
MIDDLE = (0.32, 0.4)
"""Share of a mark's width and height that it was taught to call its middle."""

EDGE = 2.0
"""Logits below the best cell of a place down to which others are of the mark's middle."""

Heat = NDArray[np.float32]
"""3 levels x rows x columns of cells; logits."""


class NetworkBroke(BackendError):
    """The network cannot be opened, or broke over a page; the page was not looked through."""

    slug = "mark-network-broke"


@dataclass(frozen=True)
class Seen:
    """A place that may be a mark."""

    level: Level
    score: float  #: logit; docs/secret-marks.md says what marks and pages without one come to
    box: Box  #: about where it lies, pixels of the picture that was given


class MarkNetwork:
    """The network, opened once for a process; one thread at a time."""

    def __init__(self, model: Path = SHIPPED) -> None:
        """Open `model`.

        Raises:
            NetworkBroke: it is not there or no network.
        """
        try:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.enable_mem_pattern = False  # pages differ in size
            self._session: Any = onnxruntime.InferenceSession(
                model.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as cause:
            raise NetworkBroke(f"the network for secret marks cannot be opened: {cause}") from cause

    def look(self, upright: Pixels, *, dpi: int, least: float) -> list[Seen]:
        """Return the places of a page (grey or RGB, upright) that score at least `least`, best first.

        Raises:
            NetworkBroke: it failed.
        """
        scale = SEEN_DPI / dpi
        picture = scaled(upright, scale)
        found = [
            Seen(
                seen.level,
                seen.score,
                _enlarged(seen.box, left=left, top=top, scale=scale, page=upright.shape),
            )
            for left, top, tile in _tiles(picture)
            for seen in _peaks(self._heat(tile), least)
        ]
        return sorted(found, key=lambda seen: -seen.score)

    def has_letters(self, pixels: Pixels, *, dpi: int) -> bool:
        """Return whether so much ink is on a page that a mark may be: the back of most sheets has less."""
        picture = scaled(pixels, SEEN_DPI / dpi)
        dark = picture if picture.ndim == 2 else picture.min(axis=2)  # ink of any colour lacks one of three
        ink = (np.median(dark) - dark.astype(np.int16) > PALEST).astype(np.uint8)
        _, _, pieces, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
        longer = np.maximum(pieces[1:, cv2.CC_STAT_WIDTH], pieces[1:, cv2.CC_STAT_HEIGHT])
        return bool((longer >= LETTER).sum() >= LETTERS or (longer >= JOINED).any())

    def look_again(self, upright: Pixels, seen: Seen, *, dpi: int) -> float:
        """Return the score of a place, on the average of looks at it by itself and from nearer.

        A mark that was hard to see scores more; what only looked like one falls off, mostly at the first.

        Raises:
            NetworkBroke: it failed.
        """
        x, y = (seen.box[0] + seen.box[2]) // 2, (seen.box[1] + seen.box[3]) // 2
        reach, off = round(AROUND * dpi), round(OFF * dpi)
        left, top = max(0, x - reach), max(0, y - reach)
        part = upright[top : y + reach, left : x + reach]
        scores = []
        for nearer in CLOSER:
            scale = SEEN_DPI * nearer / dpi
            heat = self._heat(scaled(part, scale)).max(axis=0)
            (x0, x1), (y0, y1) = (
                (int((at - off) * scale) // CELL, int((at + off) * scale) // CELL + 1)
                for at in (x - left, y - top)
            )
            scores.append(float(heat[max(0, y0) : y1, max(0, x0) : x1].max()))
            if scores[-1] < NOTHING:
                return scores[-1]
        return sum(scores) / len(scores)

    def _heat(self, tile: Pixels) -> Heat:
        try:
            return np.asarray(self._session.run(None, {"page": folded(fed(tile))})[0][0], np.float32)
        except Exception as cause:
            raise NetworkBroke(f"the network for secret marks failed: {type(cause).__name__}") from cause


def fed(picture: Pixels) -> Pixels:
    """Return a picture as the network was taught on it: 1 x 3 x height x width, filled up with paper."""
    height, width = picture.shape[:2]
    page = np.empty((1, 3, -(-height // STEP) * STEP, -(-width // STEP) * STEP), np.uint8)
    page[:, :, height:] = page[:, :, :, width:] = PAPER
    if picture.ndim == 2:
        page[0, :, :height, :width] = picture
    else:
        for colour, plane in zip(page[0], cv2.split(picture), strict=True):
            colour[:height, :width] = plane
    return page


def folded(page: Pixels) -> Pixels:
    """Return a page as the network takes it: the pixels of each two by two are twelve colours of one.

    So its first step, which goes by two pixels, gets twelve bytes at a time instead of three: a fifth less
    time for the whole.
    """
    _, colours, height, width = page.shape
    small = np.empty((1, 4 * colours, height // 2, width // 2), np.uint8)
    for place in range(4):
        small[:, place * colours : (place + 1) * colours] = page[:, :, place // 2 :: 2, place % 2 :: 2]
    return small


def scaled(pixels: Pixels, scale: float) -> Pixels:
    """Return a picture at `scale` times its size, less than one of its new pixels cut off."""
    whole = round(1 / scale) if scale < 1 else 1
    if abs(whole * scale - 1) < 0.001:  # 200, 300, 600 dpi: whole pixels go several times faster
        tall, wide = (side - side % whole or side for side in pixels.shape[:2])
        pixels = pixels[:tall, :wide]
    height, width = pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8)


@cache
def network() -> MarkNetwork:
    """Return the network of this process.

    Raises:
        NetworkBroke: it cannot be opened.
    """
    return MarkNetwork()


def _tiles(picture: Pixels) -> Iterator[tuple[int, int, Pixels]]:
    """Yield left, top and pixels of every part of a picture, the whole of it where that is small enough."""
    height, width = picture.shape[:2]
    for top in _starts(height):
        for left in _starts(width):
            yield left, top, picture[top : top + TILE, left : left + TILE]


def _starts(length: int) -> range:
    return range(0, max(1, length - OVERLAP), TILE - OVERLAP) if length > TILE else range(1)


def _peaks(heat: Heat, least: float) -> Iterator[Seen]:
    """Yield one place for each group of cells that score at least `least`."""
    best = heat.max(axis=0)
    count, labels = cv2.connectedComponents((best >= least).astype(np.uint8), connectivity=8)
    for number in range(1, count):
        rows, columns = np.nonzero(labels == number)
        top = int(np.argmax(best[rows, columns]))
        near = best[rows, columns] >= best[rows[top], columns[top]] - EDGE
        level = LEVELS[int(np.argmax(heat[:, rows[top], columns[top]]))]
        across, down = columns[near], rows[near]
        middle = (across.min(), down.min(), across.max() + 1, down.max() + 1)
        yield Seen(level, float(best[rows[top], columns[top]]), _whole(middle))


def _whole(middle: tuple[int, int, int, int]) -> Box:
    """Return the box of a mark whose middle is these cells."""
    x0, y0, x1, y1 = (int(cell) * CELL for cell in middle)
    beside = round((x1 - x0) * (1 / MIDDLE[0] - 1) / 2)
    above = round((y1 - y0) * (1 / MIDDLE[1] - 1) / 2)
    return x0 - beside, y0 - above, x1 + beside, y1 + above


def _enlarged(box: Box, *, left: int, top: int, scale: float, page: tuple[int, ...]) -> Box:
    """Return a box of a part as pixels of the page, within it."""
    x0, y0, x1, y1 = (
        round((value + off) / scale) for value, off in zip(box, (left, top, left, top), strict=True)
    )
    height, width = page[:2]
    return max(0, x0), max(0, y0), min(width, x1), min(height, y1)
