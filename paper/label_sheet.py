"""Labels for boxes and dossiers, several to a sheet, each with a QR code that names its record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from luutru.errors import InvalidInput
from paper.print_run import PrintRun
from paper.sheet_mark import SheetMark, squares
from paper.typeface import typeface


class LabelSheetUnknown(InvalidInput):
    """No sheet of labels is cut so."""

    slug = "label-sheet-unknown"


@dataclass(frozen=True)
class Cut:
    """How a sheet of labels is cut, mm."""

    across: int
    down: int
    width: float
    height: float
    left: float  #: of the first label
    top: float
    gap: float = 0.0  #: between columns


CUTS: Mapping[int, Cut] = {
    2: Cut(1, 2, 190, 138, 10, 10),
    8: Cut(2, 4, 99.1, 67.7, 4.7, 13.1, 2.5),
    14: Cut(2, 7, 99.1, 38.1, 4.7, 15.2, 2.5),
}
"""By number of labels to the sheet; 8 and 14 are sheets that stationers sell cut."""


@dataclass(frozen=True)
class Label:
    """What stands on one label."""

    mark: SheetMark
    head: str  #: whose records: the fonds
    big: str  #: what is looked for on the shelf: "HỘP SỐ 12", "01.TCCB"
    title: str = ""
    lines: tuple[str, ...] = ()  #: dates, retention, place


def print_labels(
    labels: Iterable[Label],
    out: BinaryIO,
    *,
    per_sheet: int = 8,
    made_at: datetime,
    fonts: Path | None = None,
) -> int:
    """Write the labels as PDF/A-2b, `per_sheet` to a page, and return the number of pages.

    Raises:
        LabelSheetUnknown: `per_sheet` is none of `CUTS`.
        TypefaceMissing: no typeface to print them in.
    """
    cut = CUTS.get(per_sheet)
    if cut is None:
        raise LabelSheetUnknown(
            f"a sheet holds {', '.join(map(str, sorted(CUTS)))} labels, found {per_sheet}"
        )
    run = PrintRun(out, typeface(fonts), title="Nhãn", made_at=made_at)
    for number, label in enumerate(labels):
        place = number % per_sheet
        if not place:
            run.page()
        across, down = place % cut.across, place // cut.across
        _draw(run, label, cut, cut.left + across * (cut.width + cut.gap), cut.top + down * cut.height)
    if not run.pages:
        run.page()
    run.finish()
    return run.pages


def _draw(run: PrintRun, label: Label, cut: Cut, x: float, y: float) -> None:
    scale = min(1.9, cut.height / 67.7)
    pad = 3.5 if cut.height < 60 else 5.0
    side = min(cut.height - 2 * pad, 0.3 * cut.width, 42.0)
    run.frame(x + 1, y + 1, cut.width - 2, cut.height - 2, 0.3)
    run.squares(x + cut.width - pad - side, y + pad, side, squares(label.mark))
    room = cut.width - side - 3 * pad
    small, large = max(8.0, 10 * scale), max(14.0, 24 * scale)
    at, lowest = y + pad, y + cut.height - pad
    for line in run.wrap(label.head, room, small)[:2]:
        at += small * 0.42
        run.write(x + pad, at, line, small)
    while large > 11 and len(run.wrap(label.big, room, large, "bold")) > 1:
        large -= 1
    for line in run.wrap(label.big, room, large, "bold")[:2]:
        at += large * 0.42
        run.write(x + pad, at, line, large, "bold")
    at += 0.8
    foot = sum(len(run.wrap(line, room, small)) for line in label.lines) * small * 0.42
    for line in _shortened(run, label.title, room, small + 1, int((lowest - foot - at) / (small * 0.46))):
        at += small * 0.46
        run.write(x + pad, at, line, small + 1)
    for line in (part for text in label.lines for part in run.wrap(text, room, small)):
        at += small * 0.42
        if at <= lowest:
            run.write(x + pad, at, line, small)


def _shortened(run: PrintRun, text: str, width: float, size: float, most: int) -> list[str]:
    """Return at most `most` lines; what is left out leaves "…"."""
    lines = run.wrap(text, width, size) if text else []
    if len(lines) <= most:
        return lines
    if most < 1:
        return []
    kept, last = lines[: most - 1], lines[most - 1]
    while last and run.word_width(f"{last}…", size) > width:
        last = last[:-1]
    return [*kept, f"{last.rstrip()}…"]
