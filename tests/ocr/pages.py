"""Pages printed for the tests, with what they say."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from catalog.scan import Pixels

FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"),
    Path("/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"),
    Path("/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf"),
)

LETTER = (
    "ỦY BAN NHÂN DÂN HUYỆN CHÂU THÀNH",
    "Căn cứ Luật Tổ chức chính quyền địa phương;",
    "Xét đề nghị của Trưởng phòng Nội vụ huyện,",
    "Điều 1. Công nhận kết quả bầu cử của xã Vĩnh Hòa",
    "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.",
    "Chánh Văn phòng Ủy ban nhân dân huyện và các đơn vị",
    "có liên quan chịu trách nhiệm thi hành Quyết định này.",
    "Nơi nhận: các cơ quan có tên tại Điều 3, lưu văn thư.",
)


def font(size: int) -> ImageFont.FreeTypeFont:
    """Return a serif face with all Vietnamese letters."""
    path = next((path for path in FONTS if path.is_file()), None)
    if path is None:
        raise RuntimeError("the tests need fonts-dejavu-core or fonts-liberation")
    return ImageFont.truetype(str(path), size)


def printed(
    lines: tuple[str, ...] = LETTER,
    *,
    size: int = 32,
    pitch: int = 70,
    width: int = 1240,
    height: int = 1754,
    ink: str = "black",
    paper: str = "white",
) -> Pixels:
    """Return an A4 page at 150 dpi, RGB, with `lines` printed on it."""
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((120, 160 + number * pitch), line, fill=ink, font=font(size))
    return np.asarray(image)


def leaning(page: Pixels, degrees: float) -> Pixels:
    """Return `page` laid on the glass turned by `degrees` clockwise; the scan stays as large."""
    image = Image.fromarray(page)
    fill = 255 if page.ndim == 2 else (255, 255, 255)
    return np.asarray(image.rotate(-degrees, resample=Image.Resampling.BICUBIC, fillcolor=fill))
