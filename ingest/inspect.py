"""What a scan is worth: resolution, skew, sharpness, contrast, cut edges, and whether anything is on it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.scan import PageImage, Pixels
from ingest.writing import LOOK_DPI, MM, Grey, Mask, components, find_writing

MINIMUM_DPI = 200
"""TT 05/2025, article 8: records at 200 dpi or more (maps and drawings: 300, the caller's to say)."""
DPI_TOLERANCE = 0.98
"""Scanners round: 199 dpi from page sizes in whole points is 200."""
ASSUMED_LONG_SIDE = 11.69
"""Inches of A4's long side, taken where the file does not say its dpi."""
LEAST_SIDE = 8
"""Pixels of the downscaled page (2 mm) below which nothing can be measured: for a person to look at."""

SHARP_EDGE = 0.46
"""Width in mm of an edge of ink on this side. Measured: faded typewriting 0.37-0.42 (median of places),
print blurred by the paper between from 0.50; pencil as typewriting."""
LEAST_SPAN = 10.0
"""Grey levels between ink and paper from which an edge can be measured over the noise."""
BLURRED = 0.42
"""Width of an ink edge in mm; a sharp scan at 200 dpi has 0.25, one blurred by 1.5 pixels 0.5."""
BLURRED_PIXELS = 3.2
"""The same in pixels: a coarse scan is not blurred, only coarse."""
FAINT = 0.35
"""Contrast of ink to paper under which readers start to lose strokes."""
SKEWED = 1.5
"""Degrees beyond which the scanner's feed should be looked at; reading straightens up to 15."""
MOST_SKEW = 12.0
"""Degrees looked at either way; what leans further is not measured, only told to lean."""
LEAST_LOOK = 500
"""Pixels of the downscaled page's long side (A6) below which its lean is too coarse to go by."""
CLEAR_PEAK = 1.3
"""How much better than the middling angle the best one must be to mean anything."""
CUT_PIECES = 3
"""Letters running over one edge from which text is cut; one or two are stamps or dirt."""
LETTER = (0.6 * MM, 10 * MM)
"""Height and width of letters."""
TILES, TILE = 6, int(8 * MM)
"""Places looked at in full resolution, and their side on the downscaled page."""
DOUBTFUL_TILES = 24
"""Places looked at where the page may be blank."""


@dataclass(frozen=True)
class Quality:
    """What was measured on one page, before anything is cleaned."""

    dpi: int  #: as the file says; 0 = it doesn't
    skew: float  #: degrees clockwise still to turn the page by so that its lines are level
    blur: float  #: width of an ink edge in mm; 0.0 where nothing is on the page
    contrast: float  #: of ink to paper, 0.0 to 1.0; 0.0 where nothing is on the page
    cut_edges: frozenset[str]  #: of "top", "bottom", "left", "right", of the image as stored
    blank: bool  #: nothing was written or printed on this side
    flags: frozenset[str]  #: what an archivist should know, see `inspect`
    lean: float | None = None  #: the skew, where it was measured and is what the page leans by, within 0.25


def inspect(image: PageImage, *, minimum_dpi: int = MINIMUM_DPI) -> Quality:
    """Measure `image`; about 35 ms of one core for A4 at 200 dpi. Raises nothing of its own.

    Flags: "below-200-dpi" (or whichever `minimum_dpi` was asked for), "dpi-unknown", "blurred", "faint",
    "cut-edge", "skewed".
    """
    assumed = image.dpi or max(image.width, image.height) / ASSUMED_LONG_SIDE
    scale = min(1.0, LOOK_DPI / assumed)
    if min(image.width, image.height) * scale < LEAST_SIDE:
        return Quality(
            image.dpi, 0.0, 0.0, 0.0, frozenset(), blank=False, flags=_dpi_flags(image.dpi, minimum_dpi)
        )
    look = _downscaled(image.pixels, scale)
    writing, doubtful = find_writing(look)
    if doubtful.any() and _is_sharp(image.pixels, doubtful, assumed):
        writing = doubtful
    blank = not writing.any()
    if blank:
        cut, lean, blur, contrast = frozenset[str](), None, 0.0, 0.0
    else:
        cut, lean = _cut_edges(writing), _skew(writing)
        blur, contrast = _sharpness(image.pixels, writing, assumed)
    flags = set(_dpi_flags(image.dpi, minimum_dpi))
    if blur > BLURRED and blur * assumed / 25.4 > BLURRED_PIXELS:
        flags.add("blurred")
    if not blank and contrast < FAINT:
        flags.add("faint")
    if cut:
        flags.add("cut-edge")
    skew = lean or 0.0
    if abs(skew) > SKEWED:
        flags.add("skewed")
    told = lean if abs(skew) < MOST_SKEW and max(look.shape) >= LEAST_LOOK else None
    return Quality(image.dpi, skew, blur, contrast, cut, blank, frozenset(flags), told)


def _dpi_flags(dpi: int, minimum_dpi: int) -> frozenset[str]:
    if not dpi:
        return frozenset({"dpi-unknown"})
    return frozenset({f"below-{minimum_dpi}-dpi"} if dpi < minimum_dpi * DPI_TOLERANCE else ())


def _downscaled(pixels: Pixels, scale: float) -> Grey:
    """Return the page at `LOOK_DPI`, the darkest of its colours: blue ink and red stamps count fully."""
    small = pixels
    whole = round(1 / scale)
    if scale < 1.0 and abs(whole * scale - 1) < 0.01:  # 200, 300, 600 dpi: whole pixels go five times faster
        height, width = pixels.shape[0] // whole, pixels.shape[1] // whole
        part = pixels[: height * whole, : width * whole]
        small = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    elif scale < 1.0:
        resized = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        small = np.asarray(resized, dtype=np.uint8)
    if small.ndim == 2:
        return small
    red, green, blue = cv2.split(small)
    return np.asarray(cv2.min(cv2.min(red, green), blue), dtype=np.uint8)


def _cut_edges(writing: Mask) -> frozenset[str]:
    """Return the sides over which letters run."""
    sides = {
        "top": writing,
        "bottom": writing[::-1],
        "left": writing.T,
        "right": writing.T[::-1],
    }
    return frozenset(side for side, seen in sides.items() if _is_cut(seen))


def _is_cut(writing: Mask) -> bool:
    """Return whether letters run over the first row."""
    if np.count_nonzero(writing[:2]) < CUT_PIECES:
        return False
    _, stats = components(np.ascontiguousarray(writing[: int(2 * LETTER[1])]))
    y, wide, high = stats[1:, 1], stats[1:, 2], stats[1:, 3]
    letter = (np.minimum(wide, high) >= LETTER[0]) & (np.maximum(wide, high) <= LETTER[1])
    return int(np.count_nonzero(letter & (y <= 1))) >= CUT_PIECES


def _skew(writing: Mask) -> float | None:
    """Return the degrees clockwise that make the lines level (or upright, on a page lying sideways).

    None: no angle is clearly better than others.
    """
    ink = writing.view(np.uint8) * np.uint8(255)
    coarse = np.arange(-MOST_SKEW, MOST_SKEW + 0.5, 1.0)
    lying, standing = ink, np.ascontiguousarray(np.rot90(ink))
    scored = [(_alignment(each, coarse, thick=2, parts=2), each) for each in (lying, standing)]
    scores, best = max(scored, key=lambda each: float(each[0].max()))
    if scores.max() < CLEAR_PEAK * np.median(scores):
        return None
    slope = float(coarse[int(scores.argmax())])
    for reach, step, thick in ((0.75, 0.25, 2), (0.2, 0.05, 1)):
        angles = np.arange(slope - reach, slope + reach + step / 2, step)
        slope = float(angles[int(_alignment(best, angles, thick=thick).argmax())])
    return round(-slope, 2) + 0.0


def _alignment(ink: Grey, angles: NDArray[np.float64], *, thick: int, parts: int = 1) -> NDArray[np.float64]:
    """Return for each angle (degrees clockwise the lines may be turned) how sharply rows of ink stand out.

    Rows are `thick` pixels high; along them 8 times as many are taken together: no angle tells them apart.
    With `parts` the page is looked at in so many columns: less exact, but far from the angle not yet blind.
    """
    height, width = ink.shape
    size = (max(parts, width // (8 * thick)), max(1, height // thick))
    part = ink[: size[1] * thick, : size[0] * 8 * thick]  # whole blocks: much faster
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    blocks = cv2.blur(small, (1, 3))
    scores = np.empty(len(angles))
    for number, angle in enumerate(angles):
        slope = float(np.tan(np.radians(angle))) * 8
        shear = np.array([[1.0, 0.0, 0.0], [slope, 1.0, -slope * size[0] / 2]])
        level = cv2.warpAffine(blocks, shear, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        profiles = (
            cv2.reduce(side, 1, cv2.REDUCE_SUM).ravel() for side in np.array_split(level, parts, axis=1)
        )
        scores[number] = sum(float(steps @ steps) for steps in map(np.diff, profiles))
    return scores


def _sharpness(pixels: Pixels, writing: Mask, dpi: float) -> tuple[float, float]:
    """Return (width of an ink edge in mm, contrast of ink to paper) from the places with most ink."""
    edges = [_edge(tile) for tile in _tiles(pixels, writing, TILES)]
    widths = [width for width, _, _ in edges if width > 0]
    contrasts = [span / max(40.0, paper) for _, span, paper in edges]
    if not widths:
        return 0.0, 0.0
    return round(float(np.median(widths)) * 25.4 / dpi, 3), round(float(np.median(contrasts)), 3)


def _is_sharp(pixels: Pixels, doubtful: Mask, dpi: float) -> bool:
    """Return whether two places (or the only one) have edges too sharp for print seen through paper."""
    noise = 0.12 * dpi / 25.4  # mm: takes the scanner's noise, leaves the edges
    edges = [
        _edge(np.asarray(cv2.GaussianBlur(tile, (0, 0), noise), dtype=np.float32))
        for tile in _tiles(pixels, doubtful, DOUBTFUL_TILES)
    ]
    widths = sorted(width * 25.4 / dpi for width, span, _ in edges if width > 0 and span >= LEAST_SPAN)
    return bool(widths) and widths[min(1, len(widths) - 1)] <= SHARP_EDGE


def _tiles(pixels: Pixels, writing: Mask, most: int) -> list[NDArray[np.float32]]:
    """Return the places with most ink in full resolution, grey."""
    down, right = -(-writing.shape[0] // TILE), -(-writing.shape[1] // TILE)
    padded = np.zeros((down * TILE, right * TILE), dtype=bool)
    padded[: writing.shape[0], : writing.shape[1]] = writing
    cells = padded.reshape(down, TILE, right, TILE).sum(axis=(1, 3)).ravel()
    scale = pixels.shape[0] / writing.shape[0]
    side = max(8, int(TILE * scale))
    tiles = []
    for cell in np.argsort(cells)[::-1][:most]:
        if not cells[cell]:
            break
        top, left = int(cell // right * TILE * scale), int(cell % right * TILE * scale)
        tile = pixels[top : top + side, left : left + side]
        if min(tile.shape[:2]) >= 8:
            grey = tile if tile.ndim == 2 else np.asarray(cv2.cvtColor(tile, cv2.COLOR_RGB2GRAY))
            tiles.append(grey.astype(np.float32))
    return tiles


def _edge(grey: NDArray[np.float32]) -> tuple[float, float, float]:
    """Return (width in pixels of the steepest edges, 0.0 for none; grey levels they span; the paper's)."""
    ink, paper = np.percentile(grey, (2, 92))
    across = np.abs(grey[1:-1, 2:] - grey[1:-1, :-2])
    down = np.abs(grey[2:, 1:-1] - grey[:-2, 1:-1])
    steepest = float(np.percentile(np.maximum(across, down), 99)) / 2
    span = float(paper - ink)
    return (span / steepest if steepest > 0 else 0.0), span, float(paper)
