"""Pages of TIFF, JPEG, PNG and JPEG 2000."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ingest.limits import Limits
from ingest.media import MediaType, sniff
from ingest.page_image import close_file, page_image
from ingest.raster import RasterFile
from ingest.refusal import Bomb, Damaged, TooManyPages
from tests.ingest.makers import Pixels, bilevel, image_bytes, page, png_header_only

LIMITS = Limits()
SHEET = page(413, 585)


def stored(tmp_path: Path, data: bytes) -> Path:
    file = tmp_path / "scan"
    file.write_bytes(data)
    return file


def tiff(images: list[Image.Image], **settings: Any) -> bytes:
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], **settings)
    return out.getvalue()


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "tiff_deflate", "packbits", "raw"])
def test_a_black_and_white_tiff_has_black_ink_on_white_paper(tmp_path: Path, compression: str) -> None:
    file = stored(tmp_path, tiff([bilevel(SHEET)], compression=compression, dpi=(200, 200)))

    found = page_image(file, 0, media_type=MediaType.TIFF, limits=LIMITS)

    assert (found.dpi, found.rotation, found.embedded) == (200, 0, True)
    assert np.array_equal(found.pixels, np.where(SHEET > 127, 255, 0))


@pytest.mark.parametrize("photometric", [0, 1])
def test_either_polarity_of_a_tiff_is_understood(tmp_path: Path, photometric: int) -> None:
    samples = SHEET if photometric == 1 else 255 - SHEET
    data = tiff([Image.fromarray(samples)])
    tag = bytes.fromhex("0601 0300 01000000")
    file = stored(tmp_path, data.replace(tag + b"\x01", tag + bytes([photometric])))

    found = page_image(file, 0, media_type=MediaType.TIFF, limits=LIMITS)

    assert np.array_equal(found.pixels, SHEET)


def test_every_page_of_a_tiff_is_given_whatever_its_kind(tmp_path: Path) -> None:
    sheets = [bilevel(SHEET), Image.fromarray(SHEET), Image.fromarray(np.dstack([SHEET] * 3))]
    file = stored(tmp_path, tiff(sheets, dpi=(300, 300)))

    with RasterFile(file, MediaType.TIFF, LIMITS) as opened:
        pages = [opened.page(index) for index in range(opened.pages)]

    assert [each.pixels.ndim for each in pages] == [2, 2, 3]
    assert {each.dpi for each in pages} == {300}


def test_a_jpeg_tiff_is_read(tmp_path: Path) -> None:
    file = stored(tmp_path, tiff([Image.fromarray(np.dstack([SHEET] * 3))], compression="jpeg"))

    found = page_image(file, 0, media_type=MediaType.TIFF, limits=LIMITS)

    assert abs(found.pixels[..., 0].astype(int) - SHEET).mean() < 6


def test_a_thumbnail_in_a_tiff_is_no_page(tmp_path: Path) -> None:
    out = io.BytesIO()
    small = Image.fromarray(SHEET).resize((60, 80))
    small.encoderinfo = {"tiffinfo": {254: 1}}  # Pillow asks for it page by page
    Image.fromarray(SHEET).save(out, "TIFF", save_all=True, append_images=[small])

    with RasterFile(stored(tmp_path, out.getvalue()), MediaType.TIFF, LIMITS) as opened:
        assert opened.pages == 1
        assert opened.page(0).width == 413


def test_fax_pixels_are_made_square_and_said_not_to_be_the_masters(tmp_path: Path) -> None:
    fax = Image.fromarray(SHEET).resize((413, 290))
    file = stored(tmp_path, tiff([fax], dpi=(204, 98)))

    found = page_image(file, 0, media_type=MediaType.TIFF, limits=LIMITS)

    assert (found.width, found.height, found.dpi, found.embedded) == (413, round(290 * 204 / 98), 204, False)


@pytest.mark.parametrize(
    ("settings", "dpi"),
    [
        ({"resolution_unit": 3, "x_resolution": 118.11, "y_resolution": 118.11}, 300),
        ({"resolution_unit": 1, "x_resolution": 300.0, "y_resolution": 300.0}, 0),
        ({}, 0),
    ],
)
def test_the_unit_of_resolution_is_heeded(tmp_path: Path, settings: dict[str, Any], dpi: int) -> None:
    file = stored(tmp_path, tiff([Image.fromarray(SHEET)], **settings))

    assert page_image(file, 0, media_type=MediaType.TIFF, limits=LIMITS).dpi == dpi


def test_a_resolution_that_makes_a_letter_a_poster_is_not_believed(tmp_path: Path) -> None:
    file = stored(tmp_path, image_bytes(page(1654, 2339), "JPEG", dpi=(72, 72)))

    assert page_image(file, 0, media_type=MediaType.JPEG, limits=LIMITS).dpi == 0


@pytest.mark.parametrize(
    ("orientation", "rotation", "mirrored"),
    [
        (1, 0, False),
        (3, 180, False),
        (6, 90, False),
        (8, 270, False),
        (2, 0, True),
        (4, 180, True),
        (5, 270, True),
        (7, 90, True),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_orientation_is_told_and_not_applied(
    tmp_path: Path, kind: str, orientation: int, rotation: int, mirrored: bool
) -> None:
    upright = SHEET.copy()
    upright[:40, :60] = 0
    turned = np.rot90(upright, rotation // 90)
    master = np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)
    file = stored(tmp_path, _oriented(master, kind, orientation))

    found = page_image(file, 0, media_type=sniff(file), limits=LIMITS)

    assert (found.rotation, found.embedded) == (rotation, not mirrored)
    assert abs(np.rot90(found.pixels, -rotation // 90).astype(int) - upright).mean() < 6


def _oriented(pixels: Pixels, kind: str, orientation: int) -> bytes:
    if kind == "TIFF":
        return tiff([Image.fromarray(pixels)], tiffinfo={274: orientation})
    exif = Image.Exif()
    exif[274] = orientation
    return image_bytes(pixels, "JPEG", exif=exif, quality=95)


def test_what_can_be_seen_through_lies_on_white(tmp_path: Path) -> None:
    rgba = np.dstack([np.zeros_like(SHEET)] * 3 + [255 - SHEET])
    file = stored(tmp_path, image_bytes(rgba, "PNG", dpi=(300, 300)))

    found = page_image(file, 0, media_type=MediaType.PNG, limits=LIMITS)

    assert (found.dpi, found.pixels.ndim) == (300, 2)
    assert np.array_equal(found.pixels, SHEET)


def test_sixteen_bits_are_cut_to_eight(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.fromarray(SHEET.astype(np.uint16) * 257).save(out, "PNG")

    found = page_image(stored(tmp_path, out.getvalue()), 0, media_type=MediaType.PNG, limits=LIMITS)

    assert np.array_equal(found.pixels, SHEET)


@pytest.mark.parametrize("kind", ["P", "CMYK"])
def test_other_kinds_of_colour_become_rgb(tmp_path: Path, kind: str) -> None:
    red = np.dstack([SHEET, SHEET // 2, SHEET // 2])
    out = io.BytesIO()
    image = Image.fromarray(red)
    (image.quantize(256) if kind == "P" else image.convert(kind)).save(out, "TIFF")

    found = page_image(stored(tmp_path, out.getvalue()), 0, media_type=MediaType.TIFF, limits=LIMITS)

    assert found.pixels.shape == red.shape
    assert abs(found.pixels.astype(int) - red).mean() < 12


def test_jpeg_2000_is_read(tmp_path: Path) -> None:
    file = stored(tmp_path, image_bytes(SHEET, "JPEG2000", irreversible=False))

    found = page_image(file, 0, media_type=MediaType.JP2, limits=LIMITS)

    assert np.array_equal(found.pixels, SHEET)


def test_every_page_of_a_tiff_has_its_own_orientation(tmp_path: Path) -> None:
    sheets = []
    for orientation in (6, 1, 8):
        sheets.append(Image.fromarray(SHEET))
        sheets[-1].encoderinfo = {"tiffinfo": {274: orientation}}  # as above
    file = stored(tmp_path, tiff(sheets, tiffinfo={274: 6}))

    with RasterFile(file, MediaType.TIFF, LIMITS) as opened:
        pages = [opened.page(index) for index in (2, 0, 1, 0)]

    assert [each.rotation for each in pages] == [270, 90, 0, 90]
    assert all(np.array_equal(each.pixels, SHEET) for each in pages)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "JPEG2000"])
def test_half_a_picture_is_damaged_never_half_a_page(tmp_path: Path, kind: str) -> None:
    data = image_bytes(page(seed=3), kind)
    file = stored(tmp_path, data[: len(data) // 2])

    with pytest.raises(Damaged):
        page_image(file, 0, media_type=sniff(file), limits=LIMITS)


def test_a_tiff_cut_off_between_its_pages_is_damaged_not_shorter(tmp_path: Path) -> None:
    data = tiff([bilevel(SHEET)] * 4, compression="group4")
    refused = 0

    for share in (0.3, 0.5, 0.7, 0.9):
        file = stored(tmp_path, data[: int(len(data) * share)])
        with pytest.raises(Damaged), RasterFile(file, MediaType.TIFF, LIMITS) as opened:
            [opened.page(index) for index in range(opened.pages)]
        refused += 1

    assert refused == 4


def test_pixels_beyond_the_limit_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    file = stored(tmp_path, png_header_only(60_000, 60_000))

    with pytest.raises(Bomb):
        page_image(file, 0, media_type=MediaType.PNG, limits=LIMITS)


def test_pages_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    tiny = Image.new("1", (8, 8))
    file = stored(tmp_path, tiff([tiny] * 12))

    with pytest.raises(TooManyPages):
        RasterFile(file, MediaType.TIFF, Limits(pages_per_file=10))


def test_a_tiff_whose_pages_go_round_in_a_circle_ends(tmp_path: Path) -> None:
    data = bytearray(tiff([Image.fromarray(SHEET)]))
    first = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[first : first + 2], "little")
    following = first + 2 + 12 * entries
    data[following : following + 4] = first.to_bytes(4, "little")

    with RasterFile(stored(tmp_path, bytes(data)), MediaType.TIFF, LIMITS) as opened:
        assert opened.pages == 1


def test_a_file_changed_under_the_same_name_is_opened_anew(tmp_path: Path) -> None:
    file = stored(tmp_path, image_bytes(SHEET, "PNG"))
    before = page_image(file, 0, media_type=MediaType.PNG, limits=LIMITS)
    file.write_bytes(image_bytes(SHEET[:100], "PNG"))

    after = page_image(file, 0, media_type=MediaType.PNG, limits=LIMITS)
    close_file()

    assert (before.height, after.height) == (585, 100)
