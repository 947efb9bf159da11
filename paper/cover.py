"""Covers of dossiers (bìa hồ sơ): whose, what, from when to when, how many sheets, kept how long."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from paper.form import filled, template
from paper.print_run import PrintRun
from paper.sheet_mark import SheetMark, squares
from paper.typeface import typeface


@dataclass(frozen=True)
class Cover:
    """What stands on one cover; names as `review.form_data` gives them."""

    values: Mapping[str, str]
    mark: SheetMark


def print_covers(
    covers: Iterable[Cover], out: BinaryIO, *, made_at: datetime, fonts: Path | None = None
) -> int:
    """Write one page a cover as PDF/A-2b and return how many there are."""
    run = PrintRun(out, typeface(fonts), title="Bìa hồ sơ", made_at=made_at)
    for cover in covers:
        run.page()
        _draw(run, cover)
    if not run.pages:
        run.page()
    run.finish()
    return run.pages


def _draw(run: PrintRun, cover: Cover) -> None:
    values = cover.values
    form = template("cover")
    left, inner = 30.0, run.width - 45.0
    middle = left + inner / 2
    run.frame(left - 8, 15, inner + 16, run.height - 30, 1.2)
    y = 26.0
    for name, style in (("agency_parent", "regular"), ("agency", "bold")):
        if values.get(name):
            for line in run.wrap(values[name].upper(), inner, 14, style):
                run.write(middle, y, line, 14, style, "center")
                y += 7
    run.write(middle, 82, form.title, 40, "bold", "center")
    run.write(middle, 94, filled("Số, ký hiệu: {code}", values), 14, "regular", "center")
    y = 112.0
    title = filled("{title}", values)
    size = 20 if len(title) < 200 else 15
    for line in run.wrap(title, inner - 10, size, "bold")[:12]:
        run.write(middle, y, line, size, "bold", "center")
        y += size * 0.48
    y = max(y + 8, 180.0)
    run.write(middle, y, filled("Từ ngày {date_from} đến ngày {date_to}", values), 14, "regular", "center")
    run.write(middle, y + 9, filled("Gồm: {sheets} tờ", values), 14, "regular", "center")
    y = max(y + 26, 232.0)
    for line in ("Phông: {fonds}", "Hộp số: {box}", "Nơi để: {shelf}", "Hồ sơ số: {number}"):
        run.write(left, y, filled(line, values), 13)
        y += 8
    run.write(left + 62, y - 32, "THỜI HẠN BẢO QUẢN", 12, "bold")
    run.write(left + 62, y - 22, filled("{retention}", values), 15, "bold")
    run.squares(run.width - 20 - 34, y - 38, 34, squares(cover.mark))
    if form.unverified:
        run.write(left - 8, run.height - 9, form.unverified, 8, "italic")
