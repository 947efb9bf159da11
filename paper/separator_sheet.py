"""Separator sheets (tờ phân cách): laid between records before scanning, found again by their QR codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from paper.print_run import PrintRun
from paper.sheet_mark import Kind, SheetMark, squares
from paper.typeface import typeface

LARGE, SMALL = 76.0, 42.0
"""Sides of the two codes in mm: a cell of the larger one is 2.3 mm, 18 pixels at 200 dpi, 7 at 75; the
smaller one at the other end of the sheet stands in where a hole or a crease spoils it."""

WORDS: dict[Kind, tuple[str, str]] = {
    "document": ("VĂN BẢN MỚI", "Đặt tờ này trước trang đầu của mỗi văn bản."),
    "dossier": ("HỒ SƠ MỚI", "Đặt tờ này trước bìa hoặc trang đầu của mỗi hồ sơ."),
    "box": ("HỘP MỚI", "Đặt tờ này trước hồ sơ đầu của mỗi hộp."),
}
BANDS: dict[Kind, int] = {"document": 1, "dossier": 2, "box": 3}
"""Bars along the head of the sheet, which tell the kinds apart in a stack seen from the side."""


@dataclass(frozen=True)
class Separator:
    """One sheet: what begins after it, and for people which dossier or box that is."""

    kind: Kind
    id: str = ""  #: of the dossier or box; "" = any
    lines: tuple[str, ...] = ()  #: code, title, place


def print_separators(
    sheets: Iterable[Separator], out: BinaryIO, *, made_at: datetime, fonts: Path | None = None
) -> int:
    """Write one page a sheet as PDF/A-2b and return how many there are."""
    run = PrintRun(out, typeface(fonts), title="Tờ phân cách", made_at=made_at)
    for sheet in sheets:
        run.page()
        _draw(run, sheet)
    run.finish()
    return run.pages


def _draw(run: PrintRun, sheet: Separator) -> None:
    mark = SheetMark("separator", sheet.kind, sheet.id)
    code = squares(mark)
    big, how = WORDS[sheet.kind]
    middle = run.width / 2
    for bar in range(BANDS[sheet.kind]):
        run.rule(15, 12 + bar * 5, run.width - 15, 12 + bar * 5, weight=8)
    run.write(middle, 42, "TỜ PHÂN CÁCH", 22, "regular", "center")
    run.write(middle, 62, big, 48, "bold", "center")
    run.squares(middle - LARGE / 2, 78, LARGE, code)
    run.write(middle, 164, mark.text, 9, "regular", "center")
    y = 178.0
    for text in sheet.lines:
        for line in run.wrap(text, run.width - 50, 15, "bold")[:3]:
            run.write(middle, y, line, 15, "bold", "center")
            y += 7.5
    run.write(25, 262, how, 13, "italic")
    run.write(25, 269, "Quét tờ này cùng tài liệu; in một mặt, dùng lại được nhiều lần.", 12)
    run.write(25, 276, "Phần mềm tự nhận ra và không lưu tờ này vào văn bản.", 12)
    run.squares(run.width - 20 - SMALL, 225, SMALL, code)
