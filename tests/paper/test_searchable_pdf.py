"""A bound document: pages in order, the right way up, the same each time, in little memory."""

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from paper.picture import PictureRefused
from paper.searchable_pdf import NothingToBind, bind
from tests.paper.pages import (
    DPI,
    HEIGHT,
    MADE_AT,
    WIDTH,
    blank,
    bound,
    bound_page,
    jpeg_master,
    pdftotext,
    reading,
    save,
    sheet,
    squeezed,
)
from tests.services.verapdf import VeraPdf

ROOT = Path(__file__).parents[2]


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    master = jpeg_master(tmp_path)
    pages = [bound_page(master, reading()), bound_page(master, blank()), bound_page(master, reading(skew=3))]

    first, second = bound(*pages), bound(*pages)

    assert first == second


def test_a_document_says_what_it_is(verapdf: VeraPdf, tmp_path: Path) -> None:
    title = "Quyết định <số 45> & phụ lục"
    file = tmp_path / "bound.pdf"

    file.write_bytes(bound(bound_page(jpeg_master(tmp_path), reading()), title=title))

    with pikepdf.open(file) as pdf:
        assert str(pdf.Root.Lang) == "vi"
        assert str(pdf.docinfo.Title) == title
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == title
            assert metadata["pdfaid:part"] == "2"
            assert metadata["pdfaid:conformance"] == "B"
            assert metadata["xmp:CreateDate"] == MADE_AT.isoformat()
    verapdf.check(file)


def test_a_title_of_nothing_but_control_characters_is_no_fault(verapdf: VeraPdf, tmp_path: Path) -> None:
    file = tmp_path / "bound.pdf"

    file.write_bytes(bound(bound_page(jpeg_master(tmp_path), blank()), title="\x00\x1b"))

    verapdf.check(file)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_page_opens_upright(tmp_path: Path, rotation: int) -> None:
    upright = sheet()
    scanned = upright.rotate(rotation, expand=True)  # Pillow turns counter-clockwise
    master = save(tmp_path / "a.png", scanned, "PNG")
    read = reading(rotation=rotation, width=scanned.width, height=scanned.height)
    file = tmp_path / "bound.pdf"

    file.write_bytes(bound(bound_page(master, read, media_type="image/png")))

    assert _near(_drawn(file, 0), upright) < 4
    assert " ".join(pdftotext(file).split()) == " ".join(read.text.split())


def test_a_page_is_as_large_as_its_paper(tmp_path: Path) -> None:
    file = tmp_path / "bound.pdf"

    file.write_bytes(bound(bound_page(jpeg_master(tmp_path), blank())))

    with pikepdf.open(file) as pdf:
        assert [float(side) for side in pdf.pages[0].mediabox] == pytest.approx(
            [0, 0, WIDTH * 72 / DPI, HEIGHT * 72 / DPI], abs=0.001
        )


def test_a_scan_of_a_pdf_keeps_its_bytes(verapdf: VeraPdf, tmp_path: Path) -> None:
    scans = [sheet("1"), sheet("RGB"), sheet("CMYK")]
    masters = [
        _tiff_bytes(tmp_path, scans[0]),
        save(tmp_path / "1.jpg", scans[1], "JPEG"),
        save(tmp_path / "2.jpg", scans[2], "JPEG"),
    ]
    types = ["image/tiff", "image/jpeg", "image/jpeg"]
    source = tmp_path / "source.pdf"
    source.write_bytes(
        bound(
            *(
                bound_page(master, blank(), media_type=kind)
                for master, kind in zip(masters, types, strict=True)
            )
        )
    )
    file = tmp_path / "bound.pdf"

    file.write_bytes(
        bound(
            *(bound_page(source, reading(), media_type="application/pdf", index=index) for index in range(3))
        )
    )

    assert [_scan(file, index) for index in range(3)] == [_scan(source, index) for index in range(3)]
    verapdf.check(file)


def test_what_pdf_a_forbids_beside_a_scan_is_left_behind(verapdf: VeraPdf, tmp_path: Path) -> None:
    source = tmp_path / "source.pdf"
    pixels = np.asarray(sheet("L")).tobytes()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(WIDTH * 72 / DPI, HEIGHT * 72 / DPI))
        image = pikepdf.Stream(pdf, pixels)
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height, image.BitsPerComponent = WIDTH, HEIGHT, 8
        image.ColorSpace, image.Interpolate = pikepdf.Name.DeviceGray, True
        image.OPI = pikepdf.Dictionary()
        form = pikepdf.Stream(pdf, b"/Im Do")
        form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        form.BBox = [0, 0, 1, 1]
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=pdf.make_indirect(image)))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Form=pdf.make_indirect(form)))
        page.Contents = pikepdf.Stream(pdf, b"q 595 0 0 842 0 0 cm /Form Do Q")
        pdf.save(source, encryption=pikepdf.Encryption(owner="a", user=""))
    file = tmp_path / "bound.pdf"

    file.write_bytes(bound(bound_page(source, reading(), media_type="application/pdf")))

    assert _near(_drawn(file, 0), sheet("L")) < 4
    verapdf.check(file)


def test_pages_that_share_their_resources_keep_each_its_own_scan(tmp_path: Path) -> None:
    source = tmp_path / "source.pdf"
    scans = [np.full((HEIGHT, WIDTH), grey, np.uint8).tobytes() for grey in (10, 120, 230)]
    with pikepdf.new() as pdf:
        shared = pikepdf.Dictionary()
        for number, pixels in enumerate(scans):
            image = pikepdf.Stream(pdf, pixels)
            image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
            image.Width, image.Height, image.BitsPerComponent = WIDTH, HEIGHT, 8
            image.ColorSpace = pikepdf.Name.DeviceGray
            shared[f"/Im{number}"] = pdf.make_indirect(image)
        for number in range(3):
            page = pdf.add_blank_page(page_size=(WIDTH * 72 / DPI, HEIGHT * 72 / DPI))
            page.Contents = pikepdf.Stream(pdf, b"q 595 0 0 842 0 0 cm /Im%d Do Q" % number)
            del page.obj.Resources
        pdf.Root.Pages.Resources = pikepdf.Dictionary(XObject=shared)
        pdf.save(source)
    file = tmp_path / "bound.pdf"

    file.write_bytes(
        bound(
            *(bound_page(source, blank(), media_type="application/pdf", index=index) for index in (2, 0, 1))
        )
    )

    drawn = [np.asarray(_drawn(file, index)) for index in range(3)]
    assert [int(pixels[500, 400, 0]) for pixels in drawn] == [230, 10, 120]


def test_a_born_digital_page_is_rendered(verapdf: VeraPdf, tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    source = tmp_path / "typed.pdf"
    canvas = Canvas(str(source), pagesize=(595, 842))
    canvas.drawString(72, 700, "Quyet dinh")
    canvas.save()
    read = reading(width=2480, height=3509, dpi=300)
    file = tmp_path / "bound.pdf"

    file.write_bytes(bound(bound_page(source, read, media_type="application/pdf", embedded=False)))

    with pikepdf.open(file) as pdf:
        scan = pdf.pages[0].Resources.XObject.Scan
        assert scan.Filter == pikepdf.Name.DCTDecode
        assert (int(scan.Width), int(scan.Height)) == (2480, 3509)
    assert " ".join(pdftotext(file).split()) == " ".join(read.text.split())
    verapdf.check(file)


def test_many_pages_keep_their_order(verapdf: VeraPdf, tmp_path: Path) -> None:
    master = jpeg_master(tmp_path, "L")
    count = 67
    pages = [bound_page(master, reading([(f"Tờ số {number} 𡨸",)])) for number in range(count)]
    file = tmp_path / "bound.pdf"

    file.write_bytes(bound(*pages))

    assert squeezed(pdftotext(file).replace("\f", "\n")) == [f"Tờ số {number} 𡨸" for number in range(count)]
    with pikepdf.open(file) as pdf:
        assert len({page.Resources.Font.F.objgen for page in pdf.pages}) == 1
    verapdf.check(file)


@pytest.mark.parametrize(("kind", "embedded"), [("jpeg", True), ("pdf", True), ("pdf", False)])
def test_a_page_that_nobody_measured_is_bound_all_the_same(
    verapdf: VeraPdf, tmp_path: Path, kind: str, embedded: bool
) -> None:
    master, media_type = jpeg_master(tmp_path), "image/jpeg"
    if kind == "pdf":
        (tmp_path / "source.pdf").write_bytes(bound(bound_page(master, blank())))
        master, media_type = tmp_path / "source.pdf", "application/pdf"
    unknown = replace(blank(width=0, height=0), dpi=0)
    file = tmp_path / "bound.pdf"

    file.write_bytes(bound(bound_page(master, unknown, media_type=media_type, embedded=embedded)))

    with pikepdf.open(file) as pdf:
        assert float(pdf.pages[0].mediabox[3]) == pytest.approx(842, abs=5)
    verapdf.check(file)


def test_a_document_without_pages_is_refused() -> None:
    with pytest.raises(NothingToBind):
        bind([], io.BytesIO(), title="Rỗng", made_at=MADE_AT)


def test_nothing_stays_open_after_a_refusal(tmp_path: Path) -> None:
    tiff = _tiff_bytes(tmp_path, sheet("1"))
    pages = [bound_page(tiff, blank(), media_type="image/tiff", index=index) for index in (0, 7)]

    with pytest.raises(PictureRefused):
        bound(*pages)

    assert not [link for link in Path("/proc/self/fd").iterdir() if _target(link) == str(tiff)]


def test_two_hundred_pages_take_little_memory(tmp_path: Path) -> None:
    for number in range(20):
        noise = np.random.default_rng(number).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        save(tmp_path / f"{number}.jpg", Image.fromarray(noise), "JPEG", quality=90)
    for number in range(20, 200):  # what follows the end of a JPEG is nobody's business, but it differs
        copied = (tmp_path / f"{number % 20}.jpg").read_bytes() + number.to_bytes(1)
        (tmp_path / f"{number}.jpg").write_bytes(copied)

    few, many = _peak(tmp_path, 20), _peak(tmp_path, 200)

    assert (tmp_path / "bound.pdf").stat().st_size > 160 * 2**20
    assert many - few < 16 * 2**20


_BIND = """
import resource, sys
from pathlib import Path
from paper.searchable_pdf import bind
from tests.paper.pages import MADE_AT, bound_page, reading
folder, count = Path(sys.argv[1]), int(sys.argv[2])
pages = (bound_page(folder / f"{number}.jpg", reading()) for number in range(count))
with (folder / "bound.pdf").open("wb") as out:
    bind(pages, out, title="Hồ sơ", made_at=MADE_AT)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def _peak(folder: Path, count: int) -> int:
    """Return the most memory, in bytes, that binding `count` pages took in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _BIND, str(folder), str(count)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def _tiff_bytes(folder: Path, image: Image.Image) -> Path:
    master = folder / "0.tif"
    image.save(master, "TIFF", compression="group4", strip_size=2**31 - 1, dpi=(DPI, DPI))
    return master


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _scan(file: Path, index: int) -> bytes:
    with pikepdf.open(file) as pdf:
        return bytes(pdf.pages[index].Resources.XObject.Scan.read_raw_bytes())


def _drawn(file: Path, index: int) -> Image.Image:
    document = pypdfium2.PdfDocument(file)
    try:
        drawn: Image.Image = document[index].render(scale=DPI / 72).to_pil().convert("RGB")
    finally:
        document.close()
    return drawn


def _near(drawn: Image.Image, wanted: Image.Image) -> float:
    """Return how far, of 255, the pixels of two pictures of nearly one size lie apart on average."""
    width, height = min(drawn.width, wanted.width), min(drawn.height, wanted.height)
    assert (drawn.width - width, drawn.height - height) <= (1, 1)
    area = (10, 10, width - 10, height - 10)
    one, other = (np.asarray(image.convert("RGB").crop(area), np.int16) for image in (drawn, wanted))
    return float(np.abs(one - other).mean())
