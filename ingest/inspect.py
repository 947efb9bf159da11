"""What a scan is worth: resolution, skew, sharpness, contrast, cut edges, and whether anything is on it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.scan import PageImage, Pixels

MINIMUM_DPI = 200
"""TT 05/2025, article 8: records at 200 dpi or more (maps and drawings: 300, the caller's to say)."""
DPI_TOLERANCE = 0.98
"""Scanners round: 199 dpi from page sizes in whole points is 200."""
LOOK_DPI = 100
"""Resolution at which all but sharpness is measured: a pen stroke of 0.3 mm is still one pixel wide."""
ASSUMED_LONG_SIDE = 11.69
"""Inches of A4's long side, taken where the file does not say its dpi."""
MM = LOOK_DPI / 25.4
"""Pixels of the downscaled page in a millimetre."""
LEAST_SIDE = 8
"""Pixels of the downscaled page (2 mm) below which nothing can be measured: for a person to look at."""

INK = 0.20
"""Least darkness of ink against the paper round it, as a share of the paper's level."""
FIRM_INK = 0.45
"""Darkness the darkest tenth of a piece of writing reaches; print seen from the other side never does."""
FAINT_INK = 0.07
"""Darkness from which something may be faded ink, pencil, or print seen from the other side: which of
them, only its edges tell. Paper and scanner noise stay under 0.05."""
SHARP_EDGE = 0.46
"""Width in mm of an edge of ink on this side. Measured: faded typewriting 0.37-0.42 (median of places),
print blurred by the paper between from 0.50; pencil as typewriting."""
LEAST_SPAN = 10.0
"""Grey levels between ink and paper from which an edge can be measured over the noise."""
SPECK = 0.8 * MM
"""Longest side of dust."""
HOLE = (3.5 * MM, 9.0 * MM)
"""Diameter of punch holes (ISO 838: 6 mm, with shadow)."""
HOLE_ZONE = 25 * MM
"""Punch holes lie this close to an edge."""
HOLE_FILL = 0.55
"""Share of its box that a hole's dark disc takes (a circle: 0.79, with a bright spot inside less)."""
REACH = 2.5 * MM
"""Strokes closer than this belong to one piece of writing."""
LEAST_EXTENT, LEAST_INK = 3.0 * MM, 10
"""Pixels across, and pixels of ink, of the smallest piece of writing: a page number, an initial."""
LINE = (0.9 * MM, 12 * MM)
"""A fold, a streak of the scanner, the rim of a sheet: thinner than the first, longer than the second."""
FEW_LINES = 4
"""More lines than this are a form or a table, which is not blank."""
BORDER_LEVEL = 110
"""Grey under which the dark round a sheet on the scanner's bed lies."""
BORDER_WIDTH = 2.0 * MM
"""Dark parts at the rim wider than this are the scanner's bed, not print."""

BLURRED = 0.42
"""Width of an ink edge in mm; a sharp scan at 200 dpi has 0.25, one blurred by 1.5 pixels 0.5."""
BLURRED_PIXELS = 3.2
"""The same in pixels: a coarse scan is not blurred, only coarse."""
FAINT = 0.35
"""Contrast of ink to paper under which readers start to lose strokes."""
SKEWED = 1.5
"""Degrees beyond which the scanner's feed should be looked at; reading straightens up to 15."""
MOST_SKEW = 12.0
"""Degrees looked at either way."""
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

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]


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


def inspect(image: PageImage, *, minimum_dpi: int = MINIMUM_DPI) -> Quality:
    """Measure `image`; about 20 ms for A4 at 200 dpi. Raises nothing of its own.

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
    darkness = _darkness(look)
    border = _scanner_border(look)
    writing = _writing((darkness >= INK) & ~border, darkness >= FIRM_INK)
    if not writing.any():
        doubtful = _writing((darkness >= FAINT_INK) & ~border, None)
        if doubtful.any() and _is_sharp(image.pixels, doubtful, assumed):
            writing = doubtful
    blank = not writing.any()
    if blank:
        cut, skew, blur, contrast = frozenset[str](), 0.0, 0.0, 0.0
    else:
        cut, skew = _cut_edges(writing), _skew(writing)
        blur, contrast = _sharpness(image.pixels, writing, assumed)
    flags = set(_dpi_flags(image.dpi, minimum_dpi))
    if blur > BLURRED and blur * assumed / 25.4 > BLURRED_PIXELS:
        flags.add("blurred")
    if not blank and contrast < FAINT:
        flags.add("faint")
    if cut:
        flags.add("cut-edge")
    if abs(skew) > SKEWED:
        flags.add("skewed")
    return Quality(image.dpi, skew, blur, contrast, cut, blank, frozenset(flags))


def _dpi_flags(dpi: int, minimum_dpi: int) -> frozenset[str]:
    if not dpi:
        return frozenset({"dpi-unknown"})
    return frozenset({f"below-{minimum_dpi}-dpi"} if dpi < minimum_dpi * DPI_TOLERANCE else ())


def _downscaled(pixels: Pixels, scale: float) -> Grey:
    """Return the page at `LOOK_DPI`, the darkest of its colours: blue ink and red stamps count fully."""
    small = pixels
    if scale < 1.0:
        resized = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        small = np.asarray(resized, dtype=np.uint8)
    if small.ndim == 2:
        return small
    red, green, blue = cv2.split(small)
    return np.asarray(cv2.min(cv2.min(red, green), blue), dtype=np.uint8)


def _darkness(grey: Grey) -> NDArray[np.float32]:
    """Return how much darker each pixel is than the paper round it, 0.0 to 1.0 of the paper's level."""
    tiny = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(tiny, np.ones((9, 9), np.uint8)), 15)
    whole = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    level = np.maximum(np.asarray(whole, dtype=np.float32), 40.0)
    return np.clip((level - grey) / level, 0.0, 1.0).astype(np.float32)


def _scanner_border(grey: Grey) -> Mask:
    """Return where the dark of the scanner's bed lies round the sheet, a rim of 1 mm with it."""
    dark = (grey < BORDER_LEVEL).astype(np.uint8)
    if not (dark[0].any() or dark[-1].any() or dark[:, 0].any() or dark[:, -1].any()):
        return np.zeros(grey.shape, dtype=bool)
    width = int(BORDER_WIDTH)
    framed = cv2.copyMakeBorder(dark, width, width, width, width, cv2.BORDER_REPLICATE)
    thick = cv2.morphologyEx(framed, cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
    thick = thick[width:-width, width:-width]
    _, labels = cv2.connectedComponents(thick, connectivity=4)
    at_rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    border = np.isin(labels, at_rim[at_rim > 0]).astype(np.uint8)
    reach = 2 * int(MM) + 1
    return np.asarray(cv2.dilate(border, np.ones((reach, reach), np.uint8)) > 0)


def _writing(ink: Mask, firm: Mask | None) -> Mask:
    """Return the pieces of `ink` that a person may have put there: no dust, no holes, no folds.

    With `firm`, a tenth of each piece must lie in it.
    """
    labels, stats = _components(ink)
    x, y, wide, high, area = (stats[:, column] for column in range(5))
    longest, shortest = np.maximum(wide, high), np.minimum(wide, high)
    rows, columns = ink.shape
    near_edge = (
        np.minimum.reduce([x + wide // 2, columns - x - wide // 2, y + high // 2, rows - y - high // 2])
        < HOLE_ZONE
    )
    round_ = (shortest >= HOLE[0]) & (longest <= HOLE[1]) & (shortest >= 0.75 * longest)
    hole = round_ & (area >= HOLE_FILL * wide * high) & near_edge
    keep = (longest > SPECK) & ~hole
    keep[0] = False
    at_edge = np.minimum.reduce([x, y, columns - x - wide, rows - y - high]) <= 2 * MM
    crossed = at_edge & (wide > columns / 2) & (high > rows / 2) & (area <= 2 * LINE[0] * (wide + high))
    long = np.flatnonzero(keep & (longest >= LINE[1])).tolist()
    lines = [label for label in long if crossed[label] or _is_line(labels, stats[label], label)]
    if len(lines) <= FEW_LINES:
        keep[lines] = False
    rows_of, columns_of = np.nonzero(ink)
    kept = keep[labels[rows_of, columns_of]]
    return _grouped(rows_of[kept], columns_of[kept], firm, (rows, columns))


def _grouped(
    rows_of: NDArray[np.intp], columns_of: NDArray[np.intp], firm: Mask | None, shape: tuple[int, int]
) -> Mask:
    """Return those ink pixels that are near enough to enough others to be writing."""
    coarse = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1), dtype=np.uint8)
    coarse[rows_of // 2, columns_of // 2] = 1
    reach = 2 * int(REACH / 4) + 1
    group_of, extents = _components(cv2.dilate(coarse, np.ones((reach, reach), np.uint8)) > 0)
    group = group_of[rows_of // 2, columns_of // 2]
    groups = len(extents)
    inked = np.bincount(group, minlength=groups)
    extent = 2 * (np.maximum(extents[:, 2], extents[:, 3]) - reach + 1)
    good = (inked >= LEAST_INK) & (extent >= LEAST_EXTENT)
    if firm is not None:
        good &= np.bincount(group[firm[rows_of, columns_of]], minlength=groups) >= 0.1 * inked
    good[0] = False
    writing = np.zeros(shape, dtype=bool)
    chosen = good[group]
    writing[rows_of[chosen], columns_of[chosen]] = True
    return writing


def _components(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the labels of connected parts and, by label, x, y, width, height, area; 0 is the rest."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    return np.asarray(labels, dtype=np.int32), np.asarray(stats, dtype=np.int32)


def _is_line(labels: NDArray[np.int32], box: NDArray[np.int32], label: int) -> bool:
    x, y, wide, high, area = (int(value) for value in box)
    if area > LINE[0] * 1.5 * max(wide, high):
        return False
    points = cv2.findNonZero((labels[y : y + high, x : x + wide] == label).astype(np.uint8))
    _, sides, _ = cv2.minAreaRect(points)
    return bool(min(sides) <= LINE[0])


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
    _, stats = _components(np.ascontiguousarray(writing[: int(2 * LETTER[1])]))
    y, wide, high = stats[1:, 1], stats[1:, 2], stats[1:, 3]
    letter = (np.minimum(wide, high) >= LETTER[0]) & (np.maximum(wide, high) <= LETTER[1])
    return int(np.count_nonzero(letter & (y <= 1))) >= CUT_PIECES


def _skew(writing: Mask) -> float:
    """Return the degrees clockwise that make the lines level (or upright, on a page lying sideways)."""
    ink = writing.view(np.uint8) * np.uint8(255)
    coarse = np.arange(-MOST_SKEW, MOST_SKEW + 0.5, 1.0)
    lying, standing = ink, np.ascontiguousarray(np.rot90(ink))
    scored = [(_alignment(each, coarse, thick=2, parts=2), each) for each in (lying, standing)]
    scores, best = max(scored, key=lambda each: float(each[0].max()))
    if scores.max() < CLEAR_PEAK * np.median(scores):
        return 0.0
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
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    blocks = cv2.blur(small, (1, 3))
    scores = np.empty(len(angles))
    for number, angle in enumerate(angles):
        slope = float(np.tan(np.radians(angle))) * 8
        shear = np.array([[1.0, 0.0, 0.0], [slope, 1.0, -slope * size[0] / 2]])
        level = cv2.warpAffine(blocks, shear, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        profiles = [part.sum(axis=1) for part in np.array_split(level, parts, axis=1)]
        scores[number] = sum(float((np.diff(profile) ** 2).sum()) for profile in profiles)
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
