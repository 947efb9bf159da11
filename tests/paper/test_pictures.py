"""Every kind of scan goes into the PDF as it is: the same bytes where that may be, else the same pixels."""

import io
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from catalog.reading import Reading
from paper.picture import PictureRefused
from tests.paper.pages import DPI, HEIGHT, WIDTH, blank, bound, bound_page, save, sheet
from tests.services.verapdf import VeraPdf


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_keeps_its_bytes(verapdf: VeraPdf, tmp_path: Path, mode: str, progressive: bool) -> None:
    master = save(tmp_path / "a.jpg", sheet(mode), "JPEG", progressive=progressive)

    file = _bound(tmp_path, master, "image/jpeg")

    assert _stream(file) == master.read_bytes()
    _looks_like(file, sheet(mode), near=16)
    verapdf.check(file)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16"])
def test_a_png_keeps_its_compressed_rows(verapdf: VeraPdf, tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(np.asarray(sheet("L"), np.uint16) * 257) if mode == "I;16" else sheet(mode)
    master = save(tmp_path / "a.png", image, "PNG")

    file = _bound(tmp_path, master, "image/png")

    assert _stream(file) == _rows(master.read_bytes())
    _looks_like(file, sheet("L") if mode == "I;16" else image, near=1)
    verapdf.check(file)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_see_through_png_is_bound_on_white(verapdf: VeraPdf, tmp_path: Path, mode: str) -> None:
    image = sheet("RGBA")
    image.putalpha(0)
    master = save(tmp_path / "a.png", image.convert(mode), "PNG")

    file = _bound(tmp_path, master, "image/png")

    _looks_like(file, Image.new("RGB", (WIDTH, HEIGHT), "white"), near=0)
    verapdf.check(file)


@pytest.mark.parametrize("fill_order", [1, 2])
@pytest.mark.parametrize("photometric", [0, 1])
def test_a_group_4_strip_keeps_its_bytes(
    verapdf: VeraPdf, tmp_path: Path, fill_order: int, photometric: int
) -> None:
    master = _tiff(tmp_path, "1", "group4", strip_size=2**31 - 1, tags={262: photometric, 266: fill_order})

    file = _bound(tmp_path, master, "image/tiff")

    if fill_order == 1:
        assert _stream(file) in master.read_bytes()
    with Image.open(master) as stored:
        _looks_like(file, stored, near=0)
    verapdf.check(file)


@pytest.mark.parametrize(
    ("mode", "compression"),
    [
        ("1", "group4"),
        ("1", "group3"),
        ("1", "tiff_lzw"),
        ("L", "tiff_lzw"),
        ("RGB", "tiff_lzw"),
        ("P", "tiff_adobe_deflate"),
        ("RGB", "raw"),
        ("CMYK", "tiff_lzw"),
    ],
)
def test_any_other_tiff_keeps_its_pixels(
    verapdf: VeraPdf, tmp_path: Path, mode: str, compression: str
) -> None:
    master = _tiff(tmp_path, mode, compression, strip_size=8192)

    file = _bound(tmp_path, master, "image/tiff")

    _looks_like(file, sheet(mode), near=2)
    if mode != "CMYK":
        assert np.array_equal(_stored(file), np.asarray(sheet(mode).convert("RGB")))
    verapdf.check(file)


def test_a_jpeg_strip_of_a_tiff_is_not_compressed_anew(verapdf: VeraPdf, tmp_path: Path) -> None:
    master = _tiff(tmp_path, "RGB", "jpeg", strip_size=2**31 - 1)

    file = _bound(tmp_path, master, "image/tiff")

    with pikepdf.open(file) as pdf, Image.open(master) as stored:
        assert pdf.pages[0].Resources.XObject.Scan.Filter == pikepdf.Name.DCTDecode
        _looks_like(file, stored, near=4)
    verapdf.check(file)


def test_pages_of_a_tiff_are_those_a_person_counts(tmp_path: Path) -> None:
    thumbnail, second = sheet("L", width=80, height=100), sheet("L").transpose(Image.Transpose.ROTATE_180)
    out = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(out) as writer:
        for image, kind in ((sheet("L"), 0), (thumbnail, 1), (second, 2)):
            image.save(writer, "TIFF", compression="tiff_lzw", tiffinfo={254: kind})
            writer.newFrame()
    master = tmp_path / "a.tif"
    master.write_bytes(out.getvalue())

    file = _bound(tmp_path, master, "image/tiff", index=1)

    _looks_like(file, second, near=0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("compression", ["tiff_lzw", "group4"])
def test_a_turned_tiff_is_shown_as_its_pixels_lie(tmp_path: Path, orientation: int, compression: str) -> None:
    mode = "1" if compression == "group4" else "L"
    master = _tiff(tmp_path, mode, compression, strip_size=2**31 - 1, tags={274: orientation})

    file = _bound(tmp_path, master, "image/tiff", embedded=orientation not in (2, 4, 5, 7))

    mirrored = orientation in (2, 4, 5, 7)
    shown = sheet(mode).transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else sheet(mode)
    _looks_like(file, shown, near=0)


def test_a_mirrored_jpeg_is_shown_unmirrored(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 2
    master = save(tmp_path / "a.jpg", sheet(), "JPEG", exif=exif)

    file = _bound(tmp_path, master, "image/jpeg", embedded=False)

    assert _stream(file) == master.read_bytes()
    _looks_like(file, sheet().transpose(Image.Transpose.FLIP_LEFT_RIGHT), near=16)


def test_a_fax_of_flat_pixels_is_shown_in_its_true_shape(tmp_path: Path) -> None:
    flat = sheet("1").resize((WIDTH, HEIGHT // 2))
    master = tmp_path / "a.tif"
    flat.save(master, "TIFF", compression="group4", strip_size=2**31 - 1, dpi=(DPI, DPI / 2))

    file = _bound(tmp_path, master, "image/tiff", embedded=False)

    assert _stream(file) in master.read_bytes()
    _looks_like(file, flat.resize((WIDTH, HEIGHT)), near=12)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_jpeg_2000_keeps_its_bytes(verapdf: VeraPdf, tmp_path: Path, mode: str) -> None:
    master = save(tmp_path / "a.jp2", sheet(mode), "JPEG2000")

    file = _bound(tmp_path, master, "image/jp2")

    assert _stream(file) == master.read_bytes()
    _looks_like(file, sheet(mode), near=1)
    verapdf.check(file)


@pytest.mark.parametrize(("mode", "name"), [("RGBA", "a.jp2"), ("RGB", "a.j2k"), ("L", "a.j2k")])
def test_a_jpeg_2000_that_pdf_a_forbids_keeps_its_pixels(
    verapdf: VeraPdf, tmp_path: Path, mode: str, name: str
) -> None:
    master = save(tmp_path / name, sheet(mode), "JPEG2000")

    file = _bound(tmp_path, master, "image/j2c" if name.endswith("k") else "image/jp2")

    _looks_like(file, sheet("RGB" if mode == "RGBA" else mode), near=1)
    verapdf.check(file)


@pytest.mark.parametrize(
    "wrong",
    [
        ("image/jpeg", b"\xff\xd8\xff\xe0\x00"),
        ("image/jpeg", b"GIF89a"),
        ("image/png", b"\x89PNG\r\n\x1a\n broken"),
        ("image/tiff", b"II*\x00\x08\x00\x00\x00"),
        ("image/jp2", b"\x00\x00\x00\x0cjP  \r\n\x87\n"),
        ("application/pdf", b"%PDF-1.7 broken"),
        ("text/plain", b"Ha Noi"),
    ],
)
def test_a_broken_master_is_refused(tmp_path: Path, wrong: tuple[str, bytes]) -> None:
    media_type, data = wrong
    master = tmp_path / "broken"
    master.write_bytes(data)

    with pytest.raises(PictureRefused):
        bound(bound_page(master, blank(), media_type=media_type))


@pytest.mark.parametrize("size", [(WIDTH + 1, HEIGHT), (HEIGHT, WIDTH)])
def test_a_reading_of_another_picture_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    master = save(tmp_path / "a.jpg", sheet(), "JPEG")

    with pytest.raises(PictureRefused, match="pixels"):
        bound(bound_page(master, blank(width=size[0], height=size[1])))


def test_a_page_that_is_not_there_is_refused(tmp_path: Path) -> None:
    master = _tiff(tmp_path, "1", "group4", strip_size=2**31 - 1)

    with pytest.raises(PictureRefused):
        bound(bound_page(master, blank(), media_type="image/tiff", index=1))


def _tiff(
    folder: Path, mode: str, compression: str, *, strip_size: int, tags: dict[int, int] | None = None
) -> Path:
    master = folder / "a.tif"
    sheet(mode).save(
        master, "TIFF", compression=compression, strip_size=strip_size, tiffinfo=tags or {}, dpi=(DPI, DPI)
    )
    return master


def _bound(folder: Path, master: Path, media_type: str, *, index: int = 0, embedded: bool = True) -> Path:
    read: Reading = blank()
    file = folder / "bound.pdf"
    file.write_bytes(bound(bound_page(master, read, media_type=media_type, index=index, embedded=embedded)))
    return file


def _rows(png: bytes) -> bytes:
    """Return the compressed rows of a PNG, which it may hold in several pieces."""
    rows, at = b"", 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            rows += png[at + 8 : at + 8 + length]
        at += 12 + length
    return rows


def _stream(file: Path) -> bytes:
    with pikepdf.open(file) as pdf:
        return bytes(pdf.pages[0].Resources.XObject.Scan.read_raw_bytes())


def _stored(file: Path) -> NDArray[np.uint8]:
    """Return the picture's own pixels as RGB."""
    with pikepdf.open(file) as pdf:
        stream = pdf.pages[0].Resources.XObject.Scan
        assert isinstance(stream, pikepdf.Stream)
        return np.asarray(pikepdf.PdfImage(stream).as_pil_image().convert("RGB"))


def _looks_like(file: Path, image: Image.Image, *, near: float) -> None:
    """Pass if the page, drawn pixel by pixel, is on the average within `near` (of 255) of `image`."""
    document = pypdfium2.PdfDocument(file)
    try:
        drawn = np.asarray(document[0].render(scale=DPI / 72).to_pil().convert("RGB"), np.int16)
    finally:
        document.close()
    wanted = np.asarray(image.convert("RGB"), np.int16)
    assert abs(drawn.shape[0] - wanted.shape[0]) <= 1
    assert abs(drawn.shape[1] - wanted.shape[1]) <= 1
    height, width = (min(drawn.shape[axis], wanted.shape[axis]) for axis in (0, 1))
    middle = (slice(10, height - 10), slice(10, width - 10))
    assert float(np.abs(drawn[middle] - wanted[middle]).mean()) <= near + 3
