"""Scans, PDFs and archives made up for the tests of intake; all text in them is invented."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

A4_200 = (1654, 2339)


def page(
    width: int = 826, height: int = 1169, *, seed: int = 1, paper: int = 255, ink: int = 0, lines: int = 30
) -> Pixels:
    """A grey page at about 100 dpi per 826 pixels of width, with lines of letter-like strokes."""
    chance = np.random.default_rng(seed)
    sheet = np.full((height, width), paper, dtype=np.uint8)
    scale = width / 826
    for row in range(lines):
        y = int((90 + row * 32) * scale)
        x = int(90 * scale)
        while x < width - 110 * scale:
            for _ in range(int(chance.integers(2, 6))):
                w, h = int(7 * scale), int(14 * scale)
                cv2.line(sheet, (x, y), (x, y - h), ink, max(1, round(2 * scale)))
                cv2.line(
                    sheet,
                    (x, y - h // 2),
                    (x + w, y - int(chance.integers(0, h))),
                    ink,
                    max(1, round(1.4 * scale)),
                )
                x += int(11 * scale)
            x += int(12 * scale)
    return sheet


def bilevel(pixels: Pixels) -> Image.Image:
    """The page in black and white."""
    return Image.fromarray(pixels).point(lambda value: 255 if value > 127 else 0).convert("1")


def pdf_of_image(
    stream: bytes,
    settings: dict[str, Any],
    *,
    points: tuple[float, float] = (595, 842),
    content: str | None = None,
    extra: Callable[[pikepdf.Pdf, pikepdf.Page], None] | None = None,
) -> bytes:
    """A PDF of one page that draws one image; `content` draws instead of the plain full page."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=points)
    sheet = pdf.pages[0]
    image = pikepdf.Stream(pdf, stream)
    image.stream_dict = pikepdf.Dictionary(
        {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, **settings}
    )
    sheet.obj["/Resources"] = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(Im0=pdf.make_indirect(image)),
        Font=pikepdf.Dictionary(
            F1=pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        ),
    )
    drawing = content if content is not None else f"q {points[0]} 0 0 {points[1]} 0 0 cm /Im0 Do Q"
    sheet.obj["/Contents"] = pdf.make_stream(drawing.encode())
    if extra:
        extra(pdf, sheet)
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def grey_image(pixels: Pixels) -> tuple[bytes, dict[str, Any]]:
    """Stream and dictionary of an 8-bit grey image, deflated."""
    height, width = pixels.shape
    return zlib.compress(pixels.tobytes()), {
        "/Width": width,
        "/Height": height,
        "/ColorSpace": pikepdf.Name.DeviceGray,
        "/BitsPerComponent": 8,
        "/Filter": pikepdf.Name.FlateDecode,
    }


def one_bit_image(pixels: Pixels, **settings: Any) -> tuple[bytes, dict[str, Any]]:
    """Stream and dictionary of a 1-bit image, 1 = white."""
    height, width = pixels.shape
    packed = np.packbits(pixels > 127, axis=1).tobytes()
    return zlib.compress(packed), {
        "/Width": width,
        "/Height": height,
        "/ColorSpace": pikepdf.Name.DeviceGray,
        "/BitsPerComponent": 1,
        "/Filter": pikepdf.Name.FlateDecode,
        **settings,
    }


def png_header_only(width: int, height: int) -> bytes:
    """A PNG that promises `width` x `height` pixels in a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def zip_of(path: Path, members: Sequence[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    """A deflated archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def image_bytes(pixels: Pixels, kind: str, **settings: Any) -> bytes:
    """An image file of `kind`."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **settings)
    return out.getvalue()
