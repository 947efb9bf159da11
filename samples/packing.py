"""Pages put into the files offices keep them in; the same pages make the same bytes."""

import io
import zipfile
from collections.abc import Mapping, Sequence

import img2pdf
import numpy as np
import pikepdf
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from samples.fonts import font_file
from samples.layout import Sheet
from samples.pages import SamplePage

A4_PT = (595.2756, 841.8898)


def picture(page: SamplePage) -> Image.Image:
    """Return the page as an image; black and white where every pixel is."""
    image = Image.fromarray(page.image)
    if page.image.ndim == 2 and not np.any((page.image > 0) & (page.image < 255)):
        return image.convert("1", dither=Image.Dither.NONE)
    return image


def jpeg(page: SamplePage, quality: int = 80) -> bytes:
    """Return the page as JPEG, grey or colour."""
    return _saved([picture(page).convert("RGB" if page.image.ndim == 3 else "L")], page.dpi, format="JPEG",
                  quality=quality)  # fmt: skip


def png(page: SamplePage) -> bytes:
    """Return the page as PNG."""
    return _saved([picture(page)], page.dpi, format="PNG", compress_level=4)


def jp2(page: SamplePage) -> bytes:
    """Return the page as JPEG 2000, which says nothing of its dpi."""
    buffer = io.BytesIO()
    Image.fromarray(page.image).save(buffer, format="JPEG2000", quality_mode="rates", quality_layers=[10])
    return buffer.getvalue()


def tiff(pages: Sequence[SamplePage], compression: str) -> bytes:
    """Return the pages as one TIFF; `compression` "group4" (black and white only) or "tiff_lzw"."""
    return _saved([picture(page) for page in pages], pages[0].dpi, format="TIFF", compression=compression)


def _saved(images: list[Image.Image], dpi: int, **options: object) -> bytes:
    buffer = io.BytesIO()
    if len(images) > 1:
        options |= {"save_all": True, "append_images": images[1:]}
    images[0].save(buffer, dpi=(dpi, dpi), **options)  # type: ignore[arg-type]  # Pillow's own options
    return buffer.getvalue()


def scanned_pdf(pages: Sequence[SamplePage]) -> bytes:
    """Return a PDF of scans as scanners write it: G4 for black and white, JPEG for the rest."""
    images = []
    for page in pages:
        bilevel = picture(page).mode == "1"
        images.append(tiff([page], "group4") if bilevel else jpeg(page))
    return _settled(img2pdf.convert(images, nodate=True, engine=img2pdf.Engine.internal))


def text_pdf(sheets: Sequence[Sheet]) -> bytes:
    """Return a born-digital PDF: the sheets as real text in embedded Unicode fonts, no picture."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4_PT, invariant=1, pageCompression=1)
    for sheet in sheets:
        scale = 72 / sheet.dpi
        for x0, y0, x1, y1 in sheet.rules:
            canvas.rect(
                x0 * scale, A4_PT[1] - y1 * scale, (x1 - x0) * scale, (y1 - y0) * scale, stroke=0, fill=1
            )
        for _, words in sorted(sheet.lines, key=lambda line: (line[1][0].y, line[1][0].x)):
            for i, glyphs in enumerate(words):
                name = f"{glyphs.family}-{glyphs.style}"
                if name not in pdfmetrics.getRegisteredFontNames():
                    pdfmetrics.registerFont(TTFont(name, str(font_file(glyphs.family, glyphs.style))))
                canvas.setFont(name, glyphs.size * scale)
                blank = "" if i == len(words) - 1 else " "
                canvas.drawString(glyphs.x * scale, A4_PT[1] - glyphs.y * scale, glyphs.text + blank)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def joined_pdf(parts: Sequence[bytes]) -> bytes:
    """Return the pages of several PDFs as one: a typed letter with its scanned annex."""
    whole = pikepdf.new()
    for part in parts:
        with pikepdf.open(io.BytesIO(part)) as source:
            whole.pages.extend(source.pages)
            buffer = io.BytesIO()
            whole.save(buffer, deterministic_id=True)
            whole = pikepdf.open(io.BytesIO(buffer.getvalue()))
    return buffer.getvalue()


def _settled(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True)
        return buffer.getvalue()


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of the files, all dated 01/01/2020."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()
