"""Our separator sheets and labels, found again on scanned pages by their QR codes."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from catalog.reading import Box
from catalog.scan import PageImage, Pixels
from ingest.inspect import ASSUMED_LONG_SIDE
from paper.sheet_mark import SheetMark, understood

FIRST_DPI = 100
"""Resolution of the first look: a cell of a separator's code is 9 pixels there, of a label's 3."""

SHEET_SIDE = 34.0
"""mm of the smallest code on a separator sheet (42 as printed), and more than any sticker's: a code that
somebody stuck on a page of writing does not make that page empty."""

_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
"""Bar codes beside it would cost 7 to 25 ms a page, and we print none."""

LEAST_SIDE = 40
"""Pixels under which no code can be."""


@dataclass(frozen=True)
class Mark:
    """One of our codes, and where it is on the page."""

    mark: SheetMark
    box: Box  #: pixels of the master image
    side: float  #: mm


def find(image: PageImage) -> tuple[Mark, ...]:
    """Return every mark of ours on the page, top to bottom; about 5 ms of one core for A4 at 200 dpi.

    Looks at a reduced page first; only where a code is seen there and cannot be read does it look at the
    full one. Codes that are not ours say nothing. Raises nothing of its own.
    """
    grey = image.pixels if image.pixels.ndim == 2 else _darkest(image.pixels)
    if min(grey.shape) < LEAST_SIDE:
        return ()
    dpi = image.dpi or max(grey.shape) / ASSUMED_LONG_SIDE
    step = max(1, int(dpi / FIRST_DPI + 0.1))
    found, unclear = _read(_reduced(grey, step), step, dpi)
    if not found and unclear:
        for closer in dict.fromkeys((max(1, step // 2), 1)):
            found, _unclear = _read(_reduced(grey, closer), closer, dpi)
            if found:
                break
    return tuple(sorted(found, key=lambda each: (each.box[1], each.box[0])))


def flags(marks: tuple[Mark, ...]) -> frozenset[str]:
    """Return what the ledger should know of a page with these marks.

    "separator:document", "separator:dossier" or "separator:box": the sheet only says what begins after it.
    "names:dossier:<id>", "names:box:<id>": a label or separator that names its record.
    """
    said = set()
    for each in marks:
        if each.mark.role == "separator":
            said.add(f"separator:{each.mark.kind}")
        if each.mark.id:
            said.add(f"names:{each.mark.kind}:{each.mark.id}")
    return frozenset(said)


def is_separator(marks: tuple[Mark, ...]) -> bool:
    """Return whether the page is a sheet of ours that holds nothing to read."""
    return any(each.mark.role == "separator" and each.side >= SHEET_SIDE for each in marks)


def _read(grey: Pixels, step: int, dpi: float) -> tuple[list[Mark], bool]:
    """Return the marks, and whether there is a code that could not be read."""
    found: list[Mark] = []
    unclear = False
    for code in zxingcpp.read_barcodes(
        grey,
        formats=_QR,
        try_downscale=False,
        try_invert=False,
        return_errors=True,
    ):
        mark = understood(code.text) if code.valid else None
        unclear = unclear or not code.valid
        if mark is not None:
            found.append(_placed(mark, code.position, grey, step, dpi))
    return found, unclear


def _placed(mark: SheetMark, at: zxingcpp.Position, grey: Pixels, step: int, dpi: float) -> Mark:
    corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    height, width = grey.shape
    box = (
        max(0, min(xs)) * step,
        max(0, min(ys)) * step,
        min(width, max(xs) + 1) * step,
        min(height, max(ys) + 1) * step,
    )
    edge = math.dist((xs[0], ys[0]), (xs[1], ys[1]))
    return Mark(mark, box, round(edge * step / dpi * 25.4, 1))


def _reduced(grey: Pixels, step: int) -> Pixels:
    """Return every `step` x `step` pixels as one; whole pixels go several times faster than others."""
    if step == 1:
        return np.ascontiguousarray(grey)
    height, width = grey.shape[0] // step, grey.shape[1] // step
    part = grey[: height * step, : width * step]
    return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _darkest(pixels: Pixels) -> Pixels:
    """Return a colour page as grey; codes are printed black."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
