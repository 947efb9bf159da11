"""Pages of PDF files: the embedded image where a page is one, else a drawing."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import img2pdf
import numpy as np
import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ingest.limits import Limits
from ingest.media import MediaType
from ingest.open_file import open_file
from ingest.page_image import close_file, page_image
from ingest.pdf_file import PdfFile
from ingest.refusal import Bomb, Damaged, Encrypted, TooManyPages
from ingest.rendering import render_with_poppler
from tests.ingest.makers import (
    Pixels,
    bilevel,
    grey_image,
    image_bytes,
    one_bit_image,
    page,
    pdf_of_image,
)

LIMITS = Limits()
SHEET = page(827, 1170)
"""100 dpi on 595.44 x 842.4 points."""
POINTS = (827 * 0.72, 1170 * 0.72)
BLACK_AND_WHITE = np.where(SHEET > 127, 255, 0).astype(np.uint8)


@pytest.fixture(autouse=True)
def let_go() -> Iterator[None]:
    yield
    close_file()


def first_page(tmp_path: Path, data: bytes) -> Any:
    file = tmp_path / "a.pdf"
    file.write_bytes(data)
    return page_image(file, 0, media_type=MediaType.PDF, limits=LIMITS)


def drawn(tmp_path: Path, data: bytes) -> Pixels:
    """The page as a second program draws it, to compare with."""
    file = tmp_path / "b.pdf"
    file.write_bytes(data)
    return render_with_poppler(file, 0, LIMITS).pixels


def looks_like(one: Pixels, other: Pixels) -> bool:
    size = (200, 283)
    small = [
        cv2.resize(each if each.ndim == 3 else np.dstack([each] * 3), size, interpolation=cv2.INTER_AREA)
        for each in (one, other)
    ]
    return bool(np.abs(np.asarray(small[0], dtype=int) - np.asarray(small[1], dtype=int)).mean() < 8)


def test_a_scan_comes_in_its_own_pixels(tmp_path: Path) -> None:
    found = first_page(tmp_path, pdf_of_image(*grey_image(SHEET), points=POINTS))

    assert (found.dpi, found.rotation, found.embedded, found.text) == (100, 0, True, None)
    assert np.array_equal(found.pixels, SHEET)


@pytest.mark.parametrize("kind", ["group4", "raw"])
def test_black_and_white_scans_keep_their_polarity(tmp_path: Path, kind: str) -> None:
    out = io.BytesIO()
    bilevel(SHEET).save(out, "TIFF", compression=kind, dpi=(200, 200))
    data = img2pdf.convert(out.getvalue())

    found = first_page(tmp_path, data)

    assert (found.dpi, found.embedded) == (200, True)
    assert np.array_equal(found.pixels, BLACK_AND_WHITE)


@pytest.mark.parametrize(
    ("ink_is_one", "settings"),
    [
        (False, {}),
        (True, {"/Decode": [1, 0]}),
        (False, {"/ImageMask": True}),
        (True, {"/ImageMask": True, "/Decode": [1, 0]}),
        (True, {"/ColorSpace": ["/Indexed", "/DeviceRGB", 1, b"\xff\xff\xff\x00\x00\x00"]}),
    ],
    ids=["grey", "decode", "stencil", "stencil-decode", "indexed"],
)
def test_every_way_to_store_black_and_white_comes_out_black_on_white(
    tmp_path: Path, ink_is_one: bool, settings: dict[str, Any]
) -> None:
    if "/ColorSpace" in settings:
        kind, base, top, table = settings["/ColorSpace"]
        space = pikepdf.Array([pikepdf.Name(kind), pikepdf.Name(base), top, pikepdf.String(table)])
        settings = {"/ColorSpace": space}
    if "/Decode" in settings:
        settings = {**settings, "/Decode": pikepdf.Array(settings["/Decode"])}
    stream, facts = one_bit_image(255 - BLACK_AND_WHITE if ink_is_one else BLACK_AND_WHITE, **settings)
    if "/ImageMask" in settings:
        del facts["/ColorSpace"]
    data = pdf_of_image(stream, facts, points=POINTS)

    found = first_page(tmp_path, data)

    assert found.embedded
    assert np.array_equal(found.pixels, BLACK_AND_WHITE)
    assert looks_like(found.pixels, drawn(tmp_path, data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "JPEG2000", "CMYK"])
def test_colour_scans_look_as_a_viewer_shows_them(tmp_path: Path, kind: str) -> None:
    colour = np.dstack([SHEET, SHEET, np.where(SHEET > 127, SHEET, 160).astype(np.uint8)])
    out = io.BytesIO()
    image = Image.fromarray(colour)
    image.convert("CMYK" if kind == "CMYK" else "RGB").save(out, "JPEG" if kind == "CMYK" else kind)
    data = img2pdf.convert(out.getvalue(), layout_fun=img2pdf.get_layout_fun(POINTS))

    found = first_page(tmp_path, data)

    assert (found.embedded, found.dpi, found.pixels.shape) == (True, 100, colour.shape)
    assert looks_like(found.pixels, drawn(tmp_path, data))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_rotation_is_told_and_not_applied(tmp_path: Path, rotate: int, turned: int) -> None:
    wide, high = POINTS if turned in (0, 180) else POINTS[::-1]
    matrix = {
        0: f"{wide} 0 0 {high} 0 0",
        90: f"0 {-high} {wide} 0 0 {high}",
        180: f"{-wide} 0 0 {-high} {wide} {high}",
        270: f"0 {high} {-wide} 0 {wide} 0",
    }[turned]
    marked = SHEET.copy()
    marked[:120, :200] = 0

    def turn(pdf: pikepdf.Pdf, sheet: pikepdf.Page) -> None:
        sheet.obj["/Rotate"] = rotate

    content = f"q {matrix} cm /Im0 Do Q"
    data = pdf_of_image(*grey_image(marked), points=(wide, high), content=content, extra=turn)

    found = first_page(tmp_path, data)

    assert found.rotation == (rotate + turned) % 360
    assert np.array_equal(found.pixels, marked)
    assert looks_like(np.rot90(found.pixels, -found.rotation // 90), drawn(tmp_path, data))


def test_the_user_unit_counts_for_the_resolution(tmp_path: Path) -> None:
    def unit(pdf: pikepdf.Pdf, sheet: pikepdf.Page) -> None:
        sheet.obj["/UserUnit"] = 2

    half = (POINTS[0] / 2, POINTS[1] / 2)

    assert first_page(tmp_path, pdf_of_image(*grey_image(SHEET), points=half, extra=unit)).dpi == 100


FULL = f"q {POINTS[0]} 0 0 {POINTS[1]} 0 0 cm /Im0 Do Q "


@pytest.mark.parametrize(
    "content",
    [
        FULL + "BT 3 Tr /F1 12 Tf 100 700 Td (hidden words) Tj ET",
        "BT /F1 12 Tf 100 700 Td (words under the picture) Tj ET " + FULL,
        "1 g 0 0 600 900 re f " + FULL,
        f"q 0 0 {POINTS[0]} {POINTS[1]} re W n " + FULL + "Q",
    ],
    ids=["invisible-text", "covered-text", "white-ground", "clip-of-the-page"],
)
def test_what_cannot_be_seen_leaves_a_page_one_image(tmp_path: Path, content: str) -> None:
    found = first_page(tmp_path, pdf_of_image(*grey_image(SHEET), points=POINTS, content=content))

    assert found.embedded
    assert np.array_equal(found.pixels, SHEET)


@pytest.mark.parametrize(
    "content",
    [
        FULL + "BT /F1 40 Tf 100 500 Td (stamped) Tj ET",
        FULL + "1 0 0 RG 10 w 50 50 300 300 re S",
        FULL + "q 100 0 0 100 50 50 cm /Im0 Do Q",
        f"q 300 0 0 {POINTS[1]} 0 0 cm /Im0 Do Q q 295 0 0 {POINTS[1]} 300 0 cm /Im0 Do Q",
        f"q {-POINTS[0]} 0 0 {POINTS[1]} {POINTS[0]} 0 cm /Im0 Do Q",
        f"q {POINTS[0] * 2} 0 0 {POINTS[1] * 2} 0 0 cm /Im0 Do Q",
        f"q 0 0 300 {POINTS[1]} re W n " + FULL + "Q",
        "q 200 0 0 283 100 100 cm /Im0 Do Q",
    ],
    ids=["text", "frame", "second-image", "strips", "mirrored", "cropped", "clipped", "small"],
)
def test_a_page_with_more_to_see_is_drawn_at_300_dpi(tmp_path: Path, content: str) -> None:
    data = pdf_of_image(*grey_image(SHEET), points=POINTS, content=content)

    found = first_page(tmp_path, data)

    assert (found.embedded, found.dpi, found.rotation) == (False, 300, 0)
    assert abs(found.width - POINTS[0] / 72 * 300) <= 1
    assert looks_like(found.pixels, drawn(tmp_path, data))


@pytest.mark.parametrize(("side", "embedded"), [(120, True), (420, False)])
def test_a_small_visible_signature_leaves_a_scan_a_scan(tmp_path: Path, side: int, embedded: bool) -> None:
    def sign(pdf: pikepdf.Pdf, sheet: pikepdf.Page) -> None:
        look = pdf.make_stream(b"0 0 100 50 re f")
        look.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, side, side]
        )
        value = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3])
        widget = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Sig,
                Rect=[50, 50, 50 + side, 50 + side],
                F=4,
                T=pikepdf.String("s"),
                V=pdf.make_indirect(value),
                AP=pikepdf.Dictionary(N=look),
            )
        )
        sheet.obj["/Annots"] = pikepdf.Array([widget])
        pdf.Root["/AcroForm"] = pikepdf.Dictionary(Fields=[widget], SigFlags=3)

    file = tmp_path / "a.pdf"
    file.write_bytes(pdf_of_image(*grey_image(SHEET), points=POINTS, extra=sign))

    found = page_image(file, 0, media_type=MediaType.PDF, limits=LIMITS)

    assert found.embedded is embedded
    assert open_file(file, limits=LIMITS).signed


def born_digital(*lines: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for row, line in enumerate(lines):
        canvas.drawString(80, 760 - 20 * row, line)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_pages_of_one_file_are_each_treated_by_what_they_are(tmp_path: Path) -> None:
    pdf = pikepdf.open(io.BytesIO(pdf_of_image(*grey_image(SHEET), points=POINTS)))
    pdf.pages.extend(pikepdf.open(io.BytesIO(born_digital("Notice of the meeting in the hall"))).pages)
    file = tmp_path / "a.pdf"
    pdf.save(file)

    found = [page_image(file, index, media_type=MediaType.PDF, limits=LIMITS) for index in (0, 1)]

    assert [each.embedded for each in found] == [True, False]
    assert found[1].text is not None


@pytest.mark.parametrize(("password", "opens"), [("", True), ("bí mật", False)])
def test_only_an_empty_password_opens(tmp_path: Path, password: str, opens: bool) -> None:
    file = tmp_path / "a.pdf"
    pdf = pikepdf.open(io.BytesIO(pdf_of_image(*grey_image(SHEET), points=POINTS)))
    pdf.save(file, encryption=pikepdf.Encryption(owner="owner", user=password))

    if opens:
        assert open_file(file, limits=LIMITS).encrypted
        assert page_image(file, 0, media_type=MediaType.PDF, limits=LIMITS).embedded
    else:
        with pytest.raises(Encrypted):
            open_file(file, limits=LIMITS)


def test_pages_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    for _ in range(11):
        pdf.add_blank_page()
    file = tmp_path / "a.pdf"
    pdf.save(file)

    with pytest.raises(TooManyPages):
        open_file(file, limits=Limits(pages_per_file=10))


def promising(pages: int, *, found: int, file: Path) -> Path:
    """A file of `found` pages whose page tree says `pages`."""
    pdf = pikepdf.new()
    for _ in range(found):
        pdf.add_blank_page()
    pdf.save(file, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = file.read_bytes()
    assert b"/Count %d" % found in data
    file.write_bytes(data.replace(b"/Count %d" % found, b"/Count %d" % pages))
    return file


def test_a_page_tree_that_promises_a_million_pages_is_not_walked(tmp_path: Path) -> None:
    file = promising(1_000_000, found=1, file=tmp_path / "a.pdf")

    with pytest.raises(TooManyPages):
        open_file(file, limits=LIMITS)


def test_a_file_that_lost_pages_is_damaged_not_shorter(tmp_path: Path) -> None:
    file = promising(5, found=3, file=tmp_path / "a.pdf")

    with pytest.raises(Damaged, match="5 pages, only 3"):
        open_file(file, limits=LIMITS)


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    stream, facts = grey_image(SHEET)
    data = pdf_of_image(stream, {**facts, "/Width": 60_000, "/Height": 60_000 * 1170 // 827}, points=POINTS)

    with pytest.raises(Bomb):
        first_page(tmp_path, data)


def test_a_page_as_large_as_a_field_is_refused(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(14_400, 14_400))
    file = tmp_path / "a.pdf"
    pdf.save(file)

    with pytest.raises(Bomb):
        page_image(file, 0, media_type=MediaType.PDF, limits=LIMITS)


def test_an_image_that_ends_too_early_is_damaged_never_half_a_page(tmp_path: Path) -> None:
    jpeg = image_bytes(SHEET, "JPEG")
    facts = {**grey_image(SHEET)[1], "/Filter": pikepdf.Name.DCTDecode}

    with pytest.raises(Damaged):
        first_page(tmp_path, pdf_of_image(jpeg[: len(jpeg) // 2], facts, points=POINTS))


def test_half_a_file_is_damaged(tmp_path: Path) -> None:
    data = born_digital(*["The hall is let to the commune every Sunday"] * 30)
    file = tmp_path / "a.pdf"

    for share in (0.2, 0.4, 0.6):
        file.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(Damaged):
            opened = open_file(file, limits=LIMITS)
            for index in range(opened.pages):
                page_image(file, index, media_type=MediaType.PDF, limits=LIMITS)


def test_the_file_stays_open_between_its_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.pdf"
    pdf = pikepdf.new()
    for _ in range(20):
        pdf.add_blank_page()
    pdf.save(file)
    opened: list[Path] = []
    real = PdfFile.__init__

    def count(self: PdfFile, path: Path, limits: Limits) -> None:
        opened.append(path)
        real(self, path, limits)

    monkeypatch.setattr(PdfFile, "__init__", count)
    for index in range(3):
        page_image(file, index, media_type=MediaType.PDF, limits=LIMITS)

    assert opened == [file]
