"""When a PDF's own words are believed."""

import io
import unicodedata
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from catalog.scan import PageImage
from ingest.limits import Limits
from ingest.pdf_file import PdfFile
from ingest.text_layer import is_plausible
from tests.ingest.makers import image_bytes, page

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
LINES = (
    "ỦY BAN NHÂN DÂN XÃ BÌNH AN",
    "Số: 45/QĐ-UBND ngày 12 tháng 3 năm 2019",
    "Quyết định về việc giao đất ở cho các hộ gia đình",
)


def written(*lines: str, picture: float = 0.0, hidden: bool = False, rotate: int = 0) -> bytes:
    pdfmetrics.registerFont(TTFont("DejaVu", str(FONT)))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    if picture:
        scan = ImageReader(io.BytesIO(image_bytes(page(400, 300), "PNG")))
        canvas.drawImage(scan, 60, 60, width=475, height=picture * 595 * 842 / 475)
    text = canvas.beginText(70, 770)
    text.setFont("DejaVu", 13)
    text.setTextRenderMode(3 if hidden else 0)
    for line in lines:
        text.textLine(line)
    canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    pdf = pikepdf.open(io.BytesIO(out.getvalue()))
    pdf.pages[0].obj["/Rotate"] = rotate
    turned = io.BytesIO()
    pdf.save(turned)
    return turned.getvalue()


def first_page(tmp_path: Path, data: bytes) -> PageImage:
    (tmp_path / "a.pdf").write_bytes(data)
    file = PdfFile(tmp_path / "a.pdf", Limits())
    try:
        return file.page(0)
    finally:
        file.close()


def texts(found: PageImage) -> list[str]:
    assert found.text is not None
    return [" ".join(word for word, _ in line) for line in found.text.lines]


def test_a_born_digital_page_brings_its_words_in_lines(tmp_path: Path) -> None:
    assert texts(first_page(tmp_path, written(*LINES))) == list(LINES)


def test_decomposed_letters_come_composed(tmp_path: Path) -> None:
    data = written(*(unicodedata.normalize("NFD", line) for line in LINES))

    assert texts(first_page(tmp_path, data)) == list(LINES)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_every_word_lies_on_its_ink(tmp_path: Path, rotate: int) -> None:
    found = first_page(tmp_path, written(*LINES, rotate=rotate))

    assert found.text is not None
    ink = found.pixels < 128
    for line in found.text.lines:
        for _, (x0, y0, x1, y1) in line:
            assert 0 <= x0 < x1 <= found.width
            assert 0 <= y0 < y1 <= found.height
            assert ink[y0:y1, x0:x1].any()
    boxes = [box for line in found.text.lines for _, box in line]
    elsewhere = ink.copy()
    for x0, y0, x1, y1 in boxes:
        elsewhere[max(0, y0 - 4) : y1 + 4, max(0, x0 - 4) : x1 + 4] = False
    assert np.count_nonzero(elsewhere) == 0


@pytest.mark.parametrize(
    ("picture", "hidden"), [(0.5, False), (0.0, True)], ids=["over-a-big-picture", "invisible"]
)
def test_words_that_may_be_an_old_reading_are_not_believed(
    tmp_path: Path, picture: float, hidden: bool
) -> None:
    found = first_page(tmp_path, written(*LINES, picture=picture, hidden=hidden))

    assert found.text is None


def test_words_on_a_page_that_is_mostly_drawn_are_not_believed(tmp_path: Path) -> None:
    found = first_page(tmp_path, written("Tờ bản đồ số 12", picture=0.2))

    assert found.text is None


@pytest.mark.parametrize(
    "text",
    [
        "Cộng hòa xã hội chủ nghĩa Việt Nam Độc lập Tự do Hạnh phúc",
        "Quyết định số 45/QĐ-UBND ngày 12/3/2019 khuỷu tay nghiêng ngoằn",
        "The committee of the commune met in the hall",
        "Xã Đắk Lắk, huyện Krông Bông, ông Y Bhăm Êban nhận quyết định giao đất",
    ],
)
def test_real_text_is_plausible(text: str) -> None:
    assert is_plausible(iter(text.split()))


@pytest.mark.parametrize(
    "text",
    [
        "Céng hßa x· héi chñ nghÜa ViÖt Nam §éc lËp Tù do H¹nh phóc",
        "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam Ñoäc laäp Töï do Haïnh phuùc",
        "&KL WKL KRD [KRL FKX QJKLD 9LHW 1DP",
        "Quyết định (cid:12)(cid:44) về việc giao đất",
        "Quyết định \ue012\ue013\ue014 về việc giao đất",
        "Quyết định \ufffd\ufffd về việc giao đất",
        "12 3 2019",
        "",
    ],
    ids=["tcvn3", "vni", "shifted", "cid", "private-use", "replacement", "digits", "nothing"],
)
def test_garbage_of_old_fonts_is_not(text: str) -> None:
    assert not is_plausible(iter(text.split()))
