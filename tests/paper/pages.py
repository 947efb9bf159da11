"""Made-up scans and readings for the tests of what is printed or sent."""

import io
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from catalog.reading import Line, Reading, Word
from ocr.geometry import Turn
from paper.searchable_pdf import BoundPage, bind

MADE_AT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
WIDTH, HEIGHT, DPI = 827, 1169, 100
"""A4 at 100 dpi: small, so that the tests are quick; the text layer knows only points."""

LETTER = (
    ("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    ("HUYỆN CHỢ LÁCH", "Độc lập - Tự do - Hạnh phúc"),
    ("Số: 45/QĐ-UBND", "Chợ Lách, ngày 03 tháng 5 năm 1998"),
    ("QUYẾT ĐỊNH",),
    ("Về việc giao quyền sử dụng đất cho hộ gia đình ông Nguyễn Văn Đường",),
    ("Căn cứ Luật Tổ chức Hội đồng nhân dân và Ủy ban nhân dân ngày 21/6/1994;",),
    ("Xét đề nghị của Trưởng phòng Địa chính tại Tờ trình số 12/TT-ĐC;",),
    ("Điều 1. Giao cho hộ ông Nguyễn Văn Đường 1.250 m² đất tại ấp Phụng Châu,",),
    ("xã Sơn Định, thuộc thửa đất số 217, tờ bản đồ số 4.",),
    ("- Như Điều 3;",),
    ("- Lưu: VT.",),
)
"""Rows of one or more phrases; a row of several is two columns wide."""


def reading(
    rows: Sequence[Sequence[str]] = LETTER,
    *,
    rotation: int = 0,
    skew: float = 0.0,
    width: int = WIDTH,
    height: int = HEIGHT,
    dpi: int = DPI,
) -> Reading:
    """Return a reading of `rows` on a master of `width` x `height` pixels, turned and skewed as told.

    Letters are 0.07 inch wide, lines 0.14 inch high; every phrase is a line of the reading.
    """
    turn = Turn(width, height, rotation, skew)
    letter, tall = round(0.072 * dpi), round(0.14 * dpi)
    upright_width, upright_height = turn.upright_size
    first_left = round((upright_width - 6.2 * dpi) / 2)
    first_top = round((upright_height - 0.30 * dpi * len(rows)) / 2)
    lines = []
    for number, row in enumerate(rows):
        top = first_top + round(0.30 * number * dpi)
        for column, phrase in enumerate(row):
            left = first_left + round(3.2 * column * dpi)
            words = []
            for text in phrase.split(" "):
                right = left + letter * len(text)
                if text:
                    words.append(Word(text, turn.box_to_master((left, top, right, top + tall)), 0.97, True))
                left = right + round(0.05 * dpi)
            edges = [word.box for word in words]
            whole = (
                min(box[0] for box in edges),
                min(box[1] for box in edges),
                max(box[2] for box in edges),
                max(box[3] for box in edges),
            )
            lines.append(Line(tuple(words), whole))
    return Reading(tuple(lines), width, height, dpi, rotation, skew, {"tesseract": "5.3.0 vie"})


def blank(*, width: int = WIDTH, height: int = HEIGHT) -> Reading:
    """Return the reading of a page without words."""
    return Reading((), width, height, DPI, 0, 0.0, {"tesseract": "5.3.0 vie"})


def sheet(mode: str = "RGB", *, width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Return a sheet with a frame, a red disc and some texture, so that no two corners look alike."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, width - 20, height // 3), outline="black", width=4)
    draw.ellipse((width // 2, height // 2, width // 2 + 150, height // 2 + 150), fill=(200, 20, 30))
    noise = np.random.default_rng(7).integers(0, 60, (height // 4, width // 4, 3), dtype=np.uint8)
    image.paste(Image.fromarray(noise), (0, height * 3 // 4))
    if mode == "1":
        return image.convert("L").point(lambda value: 255 * (value > 128)).convert("1")
    return image.convert(mode)


def jpeg_master(folder: Path, mode: str = "RGB", **more: Any) -> Path:
    """Write a JPEG master and return where it is."""
    return save(folder / "scan.jpg", sheet(mode), "JPEG", quality=80, **more)


def save(path: Path, image: Image.Image, form: str, **more: Any) -> Path:
    """Write `image` to `path` and return the path."""
    image.save(path, form, dpi=(DPI, DPI), **more)
    return path


def bound_page(
    master: Path, of: Reading, *, media_type: str = "image/jpeg", index: int = 0, embedded: bool = True
) -> BoundPage:
    """Return the page of `master` that `of` was read from."""
    return BoundPage(master, media_type, index, of, embedded)


def bound(*pages: BoundPage, title: str = "Quyết định số 45/QĐ-UBND") -> bytes:
    """Return `pages` bound."""
    out = io.BytesIO()
    bind(pages, out, title=title, made_at=MADE_AT)
    return out.getvalue()


def pdftotext(file: Path, *options: str) -> str:
    """Return what poppler reads out of `file`."""
    done = subprocess.run(["pdftotext", *options, str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def squeezed(text: str) -> list[str]:
    """Return the lines of `text` that have letters, with one blank between words."""
    return [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]
