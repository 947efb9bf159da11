"""A tiny folder of scans that takes seconds to read, and an archive into which it was digitised."""

import io
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.faults.installation import Installation
from tests.ocr.pages import printed

DECISION = ("QUYẾT ĐỊNH", "Công nhận quyền sử dụng đất của hộ bà Nguyễn Thị Hòa")
LETTER = ("CÔNG VĂN", "Kính gửi Phòng Nội vụ huyện Châu Thành về hồ sơ cán bộ")
MINUTES = ("BIÊN BẢN", "Cuộc họp kết thúc hồi mười một giờ cùng ngày")


def sheet(*lines: str) -> Image.Image:
    """Return a small page with `lines` printed on it; none: blank."""
    pixels = printed(lines, width=1240, height=500) if lines else printed((), width=1240, height=500)
    return Image.fromarray(pixels)


def png(*lines: str) -> bytes:
    """Return such a page as a PNG of 150 dpi."""
    target = io.BytesIO()
    sheet(*lines).save(target, "PNG", dpi=(150, 150))
    return target.getvalue()


def tiff(*pages: tuple[str, ...]) -> bytes:
    """Return several such pages as one TIFF."""
    target = io.BytesIO()
    images = [sheet(*lines) for lines in pages]
    images[0].save(target, "TIFF", save_all=True, append_images=images[1:], dpi=(150, 150))
    return target.getvalue()


def make_folder(folder: Path) -> Path:
    """Write six files: two pages, a copy of one elsewhere, a page and a blank as one TIFF, two to refuse."""
    first, second = folder / "Hộp 01" / "Hồ sơ 01", folder / "Hộp 01" / "Hồ sơ 02"
    for place in (first, second):
        place.mkdir(parents=True)
    (first / "01 Quyết định.png").write_bytes(png(*DECISION))
    (first / unicodedata.normalize("NFD", "02 Công văn.png")).write_bytes(png(*LETTER))
    (second / "01 Quyết định (bản sao).png").write_bytes(png(*DECISION))
    (second / "02 Biên bản.tif").write_bytes(tiff(MINUTES, ()))
    (second / "03 Hỏng.pdf").write_bytes(b"%PDF-1.4\n" + bytes(range(256)) * 8)
    (second / "ghi chú.txt").write_text("không phải bản quét\n", encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Stocked:
    """An archive with the tiny folder in it; look only, or take a `copy`."""

    installation: Installation
    folder: Path
    said: dict[str, Any]  #: what `digitise --json` answered

    def copy(self, to: Path) -> Installation:
        """Return an archive of the same content that may be broken."""
        shutil.copytree(self.installation.home, to)
        return Installation(to, self.installation.settings)


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    """An archive made once by the command line itself."""
    place = tmp_path_factory.mktemp("stocked")
    folder = make_folder(place / "quét")
    installation = Installation(place / "home")
    answer = installation.do("digitise", str(folder), "--fonds", "SYT", "--unit", "Sở Y tế", "--json")
    assert answer.code == 0, answer.err
    yield Stocked(installation, folder, answer.json)
